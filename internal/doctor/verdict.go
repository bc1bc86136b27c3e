package doctor

import "slices"

// Reason names a verdict. The list is closed: [Catalogue] holds all of them.
type Reason string

// The reasons. Their names are part of the contract with users.
const (
	ReasonPasswordMissing        Reason = "password_missing"
	ReasonUsernameMissing        Reason = "username_missing"
	ReasonMalformedCredentials   Reason = "malformed_credentials"
	ReasonDNSFailure             Reason = "dns_failure"
	ReasonConnectionRefused      Reason = "connection_refused"
	ReasonConnectionFailed       Reason = "connection_failed"
	ReasonTimeout                Reason = "timeout"
	ReasonTLSUntrusted           Reason = "tls_untrusted"
	ReasonTLSFailed              Reason = "tls_failed"
	ReasonPlainHTTPRegistry      Reason = "plain_http_registry"
	ReasonUnexpectedRedirect     Reason = "unexpected_redirect"
	ReasonProxyAuthRequired      Reason = "proxy_auth_required"
	ReasonRateLimited            Reason = "rate_limited"
	ReasonServerError            Reason = "server_error"
	ReasonNotARegistry           Reason = "not_a_registry"
	ReasonAnonymousAccepted      Reason = "anonymous_accepted"
	ReasonAuthenticationRequired Reason = "authentication_required"
	ReasonAccepted               Reason = "accepted"
	ReasonAcceptedUnproven       Reason = "accepted_unproven"
	ReasonExchangeAccepted       Reason = "exchange_accepted"
	ReasonExchangeInconclusive   Reason = "exchange_inconclusive"
	ReasonTokenRejected          Reason = "token_rejected"
	ReasonRealmUnsafe            Reason = "realm_unsafe"
	ReasonExchangeUnavailable    Reason = "exchange_unavailable"
	ReasonExchangeSkipped        Reason = "exchange_skipped"
	ReasonInvalidCredentials     Reason = "invalid_credentials"
	ReasonTokenExpired           Reason = "token_expired"
	ReasonInsufficientScope      Reason = "insufficient_scope"
	ReasonTokenInvalid           Reason = "token_invalid"
	ReasonUnsupportedChallenge   Reason = "unsupported_challenge"
	ReasonForbiddenNetwork       Reason = "forbidden_network"
	ReasonForbidden              Reason = "forbidden"
	ReasonAccessDenied           Reason = "access_denied"
	ReasonAccessUnproven         Reason = "access_unproven"
	ReasonAnyoneAccepted         Reason = "anyone_accepted"
)

// Entry is all that is known of a reason before it is met.
type Entry struct {
	Reason  Reason
	Status  string // pass, fail, or both where the answer decides
	Meaning string // one line for the documentation

	// sentence is the message; see message.go for what stands in braces.
	sentence string
	// unsent takes its place when nothing was sent.
	unsent string
	// causes are the likely ones, most likely first.
	causes []string
	// remedy says which steps help.
	remedy remedy
}

// Catalogue returns every reason in the order in which the verdict table tries
// them.
func Catalogue() []Entry { return slices.Clone(catalogue) }

// lookup finds the entry of a reason that this package gave itself.
func lookup(r Reason) Entry {
	i := slices.IndexFunc(catalogue, func(e Entry) bool { return e.Reason == r })
	return catalogue[i]
}
