package verdict

import (
	"time"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

// Evidence holds the facts that [Judge] decides on. Texts of a server in it are cleaned
// of secrets by package doctor before they are shown.
type Evidence struct {
	Skipped string // the switch that turned the check off; empty if none did

	Endpoint   registry.Endpoint
	Credential CredentialFacts
	Timeout    time.Duration // bounds all requests together
	AskedAt    time.Time     // when the check began

	// The answers; nil where the request was not sent.
	Anonymous     *registry.Answer      // R0, GET /v2/ without credentials
	Authenticated *registry.Answer      // R1, GET /v2/ with credentials
	Exchange      *registry.TokenAnswer // T0, a token requested with the credentials, without a scope
	Minted        *registry.Answer      // V, GET /v2/ with that token
	Control       *registry.TokenAnswer // Ta, a token requested without credentials
	Scoped        *registry.TokenAnswer // Ts, a token requested without credentials and with a scope
	Compared      *registry.Answer      // R1 where it was sent after V, see [NeedsComparison]

	// Whether Ta or Ts refuses in the same words as T0, apart from what differs from
	// request to request.
	ControlSaysSame, ScopedSaysSame bool

	Access      []AccessResult // one for each requested repository
	ProvenByUse bool           // an action was refused without credentials and allowed with them

	RequireVerified bool // a pass without proof becomes a fail
	Decoy           DecoyOutcome
}

// CredentialFacts describes a credential without its secrets.
type CredentialFacts struct {
	Method      registry.Method
	Username    string
	HasPassword bool
	Source      string    // a value of the attribute credential_source
	Place       Place     // the same for a message
	Notes       []string  // what is wrong with the source, in sentences
	Failure     string    // why the credential could not be read; empty if it could
	ExpiresAt   time.Time // as the secret itself states; zero if it does not

	ExchangeOff bool // no request may be sent to a token service

	UsernameColon     bool // the user name has a colon
	UsernameMalformed bool // a colon or a control character, which Basic cannot carry (RFC 7617 section 2)
	TokenMalformed    bool // a blank or a control character, which Bearer cannot carry (RFC 6750 section 2.1)

	Seen []Observation // on the parts that are sent, what explains a refusal best first
}

// Place says where a credential came from, in the words of a message.
type Place struct {
	Name     string // such as: the environment
	Username string // how the user name is called there, such as OCI__Username
	Password string // how the password is called there
	// PasswordEmpty reports whether the password stands there with nothing in it.
	PasswordEmpty bool
}

// Last returns the answer of /v2/ that decided, which is the last one with a meaning;
// nil when no request was sent.
func (e Evidence) Last() *registry.Answer {
	_, compared := judgeComparison(e)
	switch {
	case compared:
		return e.Compared
	case e.Minted != nil:
		return e.Minted
	case e.Authenticated != nil:
		return e.Authenticated
	default:
		return e.Anonymous
	}
}

// Method returns how the credential is presented; empty when it is not known.
func (e Evidence) Method() registry.Method {
	if e.Skipped != "" || e.Credential.Failure != "" {
		return ""
	}
	return e.Credential.Method
}

// Host returns the host that the credentials belong to; empty for a skipped check.
func (e Evidence) Host() string {
	if e.Skipped != "" {
		return ""
	}
	return e.Endpoint.Host()
}

// Challenge returns the challenge that the check answers: Bearer before Basic before
// any other. ok is false when there is none.
func (e Evidence) Challenge() (challenge registry.Challenge, ok bool) {
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

// TrustHelps reports whether the token service would have been sent a request if
// trusted_realms named it.
func (e Evidence) TrustHelps() bool {
	return e.Exchange != nil && e.Exchange.Failure != nil && e.Exchange.Failure.Fault == registry.FaultPrivateAddress
}

// Offered returns the challenges of R1, else those of R0: some registries challenge a
// request with credentials only.
func (e Evidence) Offered() []registry.Challenge {
	if e.Authenticated != nil && len(e.Authenticated.Challenges) > 0 {
		return e.Authenticated.Challenges
	}
	if e.Anonymous == nil {
		return nil
	}
	return e.Anonymous.Challenges
}

// Offers reports whether the registry accepts credentials of that scheme.
func (e Evidence) Offers(scheme string) bool {
	_, ok := registry.FindChallenge(e.Offered(), scheme)
	return ok
}

// RequiresToken reports whether R0 or R1 has a Bearer challenge.
func (e Evidence) RequiresToken() bool {
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

// AccessMethod names how a permission was decided.
type AccessMethod string

// The values of [AccessMethod].
const (
	AccessByClaims AccessMethod = "token_claims"
	AccessByScope  AccessMethod = "token_scope"
	AccessByUse    AccessMethod = "use"
	AccessByProbe  AccessMethod = "probe"
)

// AccessMethods returns all methods, the weakest evidence first.
func AccessMethods() []AccessMethod {
	return []AccessMethod{AccessByClaims, AccessByScope, AccessByUse, AccessByProbe}
}

// AccessResult is what was decided about the requested actions on one repository.
type AccessResult struct {
	Repository string
	Reference  string // tag or digest that must be there; empty for none
	Digest     string // of the manifest that is served for it; empty where that is not known
	Image      Image
	Granted    []string
	Missing    []string
	Unknown    []string
	Method     AccessMethod
	// Answer is that of the registry, or of its token service, to the first missing
	// action, else to the first unknown one; nil where a token's grants decide, or
	// nothing was sent.
	Answer *registry.Answer
	// Service is the token service that gave the answer; empty for the registry.
	Service string
	// OtherSubject reports whether an action is unknown because the token with its scope
	// is not the user's.
	OtherSubject bool
}

// Image is what was found for the reference of an [AccessResult] that may be pulled.
type Image int

// The values of [Image].
const (
	ImageServed       Image = iota // or none was asked for
	ImageNoTag                     // the repository is there, the tag or digest is not
	ImageNoRepository              // the repository is not there
	ImageAbsent                    // one of the two is not there
	ImageOther                     // another digest is served than the one that was asked for
)

// DecoyOutcome is the result of a request with invented credentials.
type DecoyOutcome int

// The values of [DecoyOutcome].
const (
	DecoyNotSent  DecoyOutcome = iota
	DecoyRefused               // or a token for another subject
	DecoyAccepted              // the same answer as for the real credentials
	DecoyUnknown               // an answer that does not decide
)
