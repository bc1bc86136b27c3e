package verdict

// Reason names a verdict. The list is closed: see [Judge].
type Reason string

// The values of [Reason]. Configurations compare them, so they never change.
const (
	ReasonSkipped                Reason = "skipped"
	ReasonPasswordMissing        Reason = "password_missing"
	ReasonUsernameMissing        Reason = "username_missing"
	ReasonMalformedCredentials   Reason = "malformed_credentials"
	ReasonCredentialSourceFailed Reason = "credential_source_failed"
	ReasonDNSFailure             Reason = "dns_failure"
	ReasonConnectionRefused      Reason = "connection_refused"
	ReasonConnectionFailed       Reason = "connection_failed"
	ReasonTimeout                Reason = "timeout"
	ReasonTLSUntrusted           Reason = "tls_untrusted"
	ReasonTLSClientCert          Reason = "tls_client_cert"
	ReasonTLSFailed              Reason = "tls_failed"
	ReasonPlainHTTPRegistry      Reason = "plain_http_registry"
	ReasonUnexpectedRedirect     Reason = "unexpected_redirect"
	ReasonProxyAuthRequired      Reason = "proxy_auth_required"
	ReasonRateLimited            Reason = "rate_limited"
	ReasonServerError            Reason = "server_error"
	ReasonNotARegistry           Reason = "not_a_registry"
	ReasonCredentialsTooLarge    Reason = "credentials_too_large"
	ReasonUnexpectedAnswer       Reason = "unexpected_answer"
	ReasonAnonymousAccepted      Reason = "anonymous_accepted"
	ReasonAuthenticationRequired Reason = "authentication_required"
	ReasonAccepted               Reason = "accepted"
	ReasonAcceptedUnproven       Reason = "accepted_unproven"
	ReasonExchangeAccepted       Reason = "exchange_accepted"
	ReasonExchangeAnonymous      Reason = "exchange_anonymous"
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
	ReasonImageMissing           Reason = "image_missing"
	ReasonAccessUnproven         Reason = "access_unproven"
	ReasonAnyoneAccepted         Reason = "anyone_accepted"
)

// Verdict is the result of [Judge].
type Verdict struct {
	Reason   Reason
	Passed   bool
	Verified bool // passed, and the credentials made the difference
	Rejected bool // failed, because these credentials were refused or cannot work
	// Outage: the answers decide about no credential, so trying another one is useless.
	Outage bool
	// Unproven: it would have passed without require_verified.
	Unproven bool
}

// Status returns the attribute status: pass, fail or skip.
func (v Verdict) Status() string {
	switch {
	case v.Reason == ReasonSkipped:
		return "skip"
	case v.Passed:
		return "pass"
	default:
		return "fail"
	}
}

func pass(r Reason) Verdict     { return Verdict{Reason: r, Passed: true} }
func verified(r Reason) Verdict { return Verdict{Reason: r, Passed: true, Verified: true} }
func fail(r Reason) Verdict     { return Verdict{Reason: r} }
func rejected(r Reason) Verdict { return Verdict{Reason: r, Rejected: true} }
func outage(r Reason) Verdict   { return Verdict{Reason: r, Outage: true} }
