package verdict

import (
	"time"

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

// Last is the answer of the last request to /v2/; nil when nothing was sent.
func (e Evidence) Last() *registry.Answer {
	switch {
	case e.Minted != nil:
		return e.Minted
	case e.Authenticated != nil:
		return e.Authenticated
	default:
		return e.Anonymous
	}
}

// Method is how the credential is presented; empty where it is not known.
func (e Evidence) Method() registry.Method {
	if e.Skipped != "" || e.Credential.Failure != "" {
		return ""
	}
	return e.Credential.Method
}

// Host is the host that the credentials belong to; empty for a check that was
// skipped.
func (e Evidence) Host() string {
	if e.Skipped != "" {
		return ""
	}
	return e.Endpoint.Host()
}

// Challenge is the one that counts: Bearer before Basic before any other.
func (e Evidence) Challenge() (registry.Challenge, bool) {
	offered := e.Offered()
	for _, scheme := range []string{"Bearer", "Basic"} {
		if challenge, ok := registry.FindChallenge(offered, scheme); ok {
			return challenge, true
		}
	}
	if len(offered) == 0 {
		return registry.Challenge{}, false
	}
	return offered[0], true
}

// TrustHelps reports whether trusted_realms would have let the token service be
// asked.
func (e Evidence) TrustHelps() bool {
	return e.Exchange != nil && e.Exchange.Failure != nil && e.Exchange.Failure.Fault == registry.FaultInward
}

// Offered are the challenges to the credentials: those of R1, else those of R0.
func (e Evidence) Offered() []registry.Challenge {
	if e.Authenticated != nil && len(e.Authenticated.Challenges) > 0 {
		return e.Authenticated.Challenges
	}
	return e.Anonymous.Challenges
}

// Offers reports whether the registry would take credentials by that scheme.
func (e Evidence) Offers(scheme string) bool {
	_, ok := registry.FindChallenge(e.Offered(), scheme)
	return ok
}

// wantsToken reports whether any answer asked for a bearer token.
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

// AccessMethod says how a permission was found out.
type AccessMethod string

// The methods.
const (
	AccessByClaims AccessMethod = "token_claims"
	AccessByScope  AccessMethod = "token_scope"
	AccessByUse    AccessMethod = "use"
	AccessByProbe  AccessMethod = "probe"
)

// AccessMethods are all of them, from the one that says least to the one that shows
// it.
func AccessMethods() []AccessMethod {
	return []AccessMethod{AccessByClaims, AccessByScope, AccessByUse, AccessByProbe}
}

// AccessResult is what was found out about one repository.
type AccessResult struct {
	Repository string
	Granted    []string
	Missing    []string
	Unknown    []string
	Method     AccessMethod
}

// DecoyOutcome is what came of a request with invented credentials.
type DecoyOutcome int

// The outcomes of a decoy.
const (
	DecoyNotSent  DecoyOutcome = iota
	DecoyRefused               // or answered as somebody else
	DecoyAccepted              // answered as the real credentials were
	DecoyUnknown               // no answer that tells
)
