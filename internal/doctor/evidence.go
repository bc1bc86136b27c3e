package doctor

import (
	"strings"
	"time"
	"unicode"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

// Evidence is what is known before anybody judges: facts only, no secret among
// them.
type Evidence struct {
	Skipped string // the switch that turned the check off; empty if none did

	Endpoint   registry.Endpoint
	Credential CredentialFacts
	Timeout    time.Duration // deadline over all requests
	AskedAt    time.Time     // when the check began

	// What was answered; nil where nothing was sent.
	Anonymous     *registry.Answer      // R0, GET /v2/ without credentials
	Authenticated *registry.Answer      // R1, the same with credentials
	Exchange      *registry.TokenAnswer // T0, a token for the credentials, without a scope
	Minted        *registry.Answer      // V, GET /v2/ with that token
	Control       *registry.TokenAnswer // Ta, a token for nobody

	Access      []AccessResult // permissions that were asked for
	ProvenByUse bool           // an action was refused without and granted with credentials

	RequireVerified bool // a pass needs proof
	Decoy           DecoyOutcome
}

// CredentialFacts is what can be said of a credential without showing it.
type CredentialFacts struct {
	Method      registry.Method
	Username    string
	HasPassword bool
	Source      string    // where it came from, in the words of credential_source
	Notes       []string  // what is wrong with that, in sentences
	Failure     string    // why it could not be fetched; empty if it could
	ExpiresAt   time.Time // what the secret itself says; zero if nothing

	ExchangeOff bool // no token service may be asked

	UsernameMalformed bool // cannot be sent: a colon or a control character
	TokenMalformed    bool // cannot be sent: a blank or a control character

	BearerPrefix  bool // the token starts with the word that the header adds
	LineBreakEnd  bool // the secret ends in a line break
	BlankEnd      bool // the secret or the user name starts or ends with a blank
	LooksTemplate bool // the secret looks like a reference that nobody resolved
}

// examine takes the facts out of a request.
func examine(r Request) CredentialFacts {
	c := r.Credential
	secret := c.Secret().Reveal()
	return CredentialFacts{
		Method:            c.Method(),
		Username:          c.Username,
		HasPassword:       !c.Password.Empty(),
		Source:            r.Source,
		Notes:             r.Notes,
		Failure:           r.SourceFailure,
		ExpiresAt:         c.ExpiresAt(),
		ExchangeOff:       !r.TokenExchange,
		UsernameMalformed: strings.ContainsFunc(c.Username, func(r rune) bool { return r == ':' || unicode.IsControl(r) }),
		TokenMalformed:    strings.ContainsFunc(c.Token.Reveal(), func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }),
		BearerPrefix:      hasPrefixFold(c.Token.Reveal(), "Bearer "),
		LineBreakEnd:      strings.HasSuffix(secret, "\n") || strings.HasSuffix(secret, "\r"),
		BlankEnd:          secret != strings.TrimSpace(secret) || c.Username != strings.TrimSpace(c.Username),
		LooksTemplate:     looksTemplate(secret),
	}
}

// looksTemplate tells a reference that was meant to be replaced, in the forms
// of shells, CI systems, Helm and Vault.
func looksTemplate(secret string) bool {
	for _, form := range [][2]string{{"${", "}"}, {"$(", ")"}, {"{{", "}}"}, {"<", ">"}, {"vault:", ""}} {
		if strings.HasPrefix(secret, form[0]) && strings.HasSuffix(secret, form[1]) {
			return true
		}
	}
	return false
}

func hasPrefixFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}

// last is the answer of the last request to /v2/; nil when nothing was sent.
func (e Evidence) last() *registry.Answer {
	switch {
	case e.Minted != nil:
		return e.Minted
	case e.Authenticated != nil:
		return e.Authenticated
	default:
		return e.Anonymous
	}
}

// offered are the challenges to the credentials: those of R1, else those of R0.
func (e Evidence) offered() []registry.Challenge {
	if e.Authenticated != nil && len(e.Authenticated.Challenges) > 0 {
		return e.Authenticated.Challenges
	}
	return e.Anonymous.Challenges
}

// offers tells whether the registry would take credentials by that scheme.
func (e Evidence) offers(scheme string) bool {
	_, ok := registry.FindChallenge(e.offered(), scheme)
	return ok
}

// wantsToken tells whether any answer asked for a bearer token.
func (e Evidence) wantsToken() bool {
	for _, answer := range []*registry.Answer{e.Anonymous, e.Authenticated} {
		if answer == nil {
			continue
		}
		if _, ok := registry.FindChallenge(answer.Challenges, "Bearer"); ok {
			return true
		}
	}
	return false
}
