package verdict

import (
	"strings"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

// The statuses that a verdict depends on (RFC 9110 section 15, RFC 6585 section 4).
// They are declared here because net/http is not imported: this package sends nothing.
const (
	StatusOK              = 200
	StatusBadRequest      = 400
	StatusUnauthorized    = 401
	StatusPaymentRequired = 402
	StatusForbidden       = 403
	StatusNotFound        = 404
	StatusProxyAuth       = 407
	StatusRequestTimeout  = 408
	StatusTooLarge        = 413
	StatusTooManyRequests = 429
	StatusHeaderTooLarge  = 431
	StatusInternalError   = 500
)

// Judge turns evidence into a verdict. It is pure. The rules are tried from top to
// bottom, and the first that matches decides; then the requested permissions are
// judged, then the proof that require_verified asks for.
func Judge(e Evidence) Verdict { return judgeProof(e, judgeAccess(e, JudgeCredentials(e))) }

// JudgeCredentials judges the credentials without permissions and proof.
func JudgeCredentials(e Evidence) Verdict {
	if v, ok := judgeUnsent(e); ok {
		return v
	}
	if v, ok := judgeFirst(*e.Anonymous); ok {
		return v
	}
	for _, answer := range []*registry.Answer{e.Authenticated, e.Minted} {
		if answer == nil {
			continue
		}
		if v, ok := judgeOutage(*answer); ok {
			return v
		}
	}
	if e.Exchange != nil {
		if v, ok := judgeTokenService(*e.Exchange); ok {
			return v
		}
	}
	if v, ok := judgeUncommon(e); ok {
		return v
	}
	switch e.Credential.Method {
	case registry.MethodBearer:
		return judgeBearer(e)
	case registry.MethodIdentityToken:
		return judgeIdentityToken(e)
	case registry.MethodBasic:
		return judgeBasic(e)
	default:
		return judgeAnonymous(*e.Anonymous)
	}
}

// judgeUnsent finds what is decided before anything is sent: a check that is switched
// off, and credentials that cannot work with any registry.
func judgeUnsent(e Evidence) (Verdict, bool) {
	switch c := e.Credential; {
	case e.Skipped != "":
		return pass(ReasonSkipped), true
	case c.Username != "" && !c.HasPassword && c.Method != registry.MethodIdentityToken:
		return rejected(ReasonPasswordMissing), true
	case c.HasPassword && c.Username == "":
		return rejected(ReasonUsernameMissing), true
	case c.UsernameMalformed || c.TokenMalformed:
		return rejected(ReasonMalformedCredentials), true
	case c.Failure != "":
		return fail(ReasonCredentialSourceFailed), true
	case c.Method == registry.MethodIdentityToken && c.ExchangeOff:
		return fail(ReasonExchangeSkipped), true
	default:
		return Verdict{}, false
	}
}

// judgeFirst is judgeOutage for the request without credentials, which are not the
// reason for any status: what is not one of a registry to such a request is none at all.
func judgeFirst(a registry.Answer) (Verdict, bool) {
	if v, ok := judgeOutage(a); ok {
		return v, true
	}
	switch a.Status {
	case StatusOK, StatusUnauthorized, StatusForbidden:
		return Verdict{}, false
	default:
		return outage(ReasonNotARegistry), true
	}
}

// judgeOutage finds the answers from which nothing follows about credentials.
func judgeOutage(a registry.Answer) (Verdict, bool) {
	if a.Failure != nil {
		return outage(reasonOfFault(a.Failure.Fault)), true
	}
	switch status := a.Status; {
	case a.ClientCert:
		return outage(ReasonTLSClientCert), true
	case a.Location != "":
		return outage(ReasonUnexpectedRedirect), true
	case status == StatusProxyAuth:
		return outage(ReasonProxyAuthRequired), true
	case status == StatusRequestTimeout:
		return outage(ReasonTimeout), true
	case status == StatusTooManyRequests:
		return outage(ReasonRateLimited), true
	case status >= StatusInternalError:
		return outage(ReasonServerError), true
	case status == StatusOK && a.IsHTML && !a.IsRegistry, a.Redirects():
		return outage(ReasonNotARegistry), true
	default:
		return Verdict{}, false
	}
}

// judgeUncommon finds the answers to credentials that refuse the size of the header, and
// those of /v2/ that have no meaning here.
func judgeUncommon(e Evidence) (Verdict, bool) {
	t0, ta, r1, v := e.Exchange, e.Control, e.Authenticated, e.Minted
	switch {
	case r1 != nil && r1.TooLarge, t0 != nil && t0.TooLarge && works(ta):
		return rejected(ReasonCredentialsTooLarge), true
	case r1 != nil && !isJudged(r1.Status), v != nil && !isJudged(v.Status) && v.Status != StatusTooLarge && v.Status != StatusHeaderTooLarge:
		return fail(ReasonUnexpectedAnswer), true
	default:
		return Verdict{}, false
	}
}

// accepts reports whether an answer of /v2/ is a 200 that is no web page.
func accepts(a registry.Answer) bool {
	return a.Failure == nil && a.Status == StatusOK && (a.IsRegistry || !a.IsHTML)
}

// isJudged reports whether a status of /v2/ says something about credentials.
func isJudged(status int) bool {
	return status == StatusOK || status == StatusBadRequest || status == StatusUnauthorized || status == StatusForbidden
}

func reasonOfFault(f registry.Fault) Reason {
	switch f {
	case registry.FaultDNS:
		return ReasonDNSFailure
	case registry.FaultRefused:
		return ReasonConnectionRefused
	case registry.FaultTimeout:
		return ReasonTimeout
	case registry.FaultUntrusted:
		return ReasonTLSUntrusted
	case registry.FaultClientCert:
		return ReasonTLSClientCert
	case registry.FaultPlainHTTP:
		return ReasonPlainHTTPRegistry
	case registry.FaultTLS:
		return ReasonTLSFailed
	case registry.FaultProxyAuth:
		return ReasonProxyAuthRequired
	default:
		return ReasonConnectionFailed
	}
}

func judgeAnonymous(a registry.Answer) Verdict {
	switch a.Status {
	case StatusOK:
		return pass(ReasonAnonymousAccepted)
	case StatusUnauthorized:
		return rejected(ReasonAuthenticationRequired)
	default: // 403: judgeFirst has judged every other status
		return fail(ReasonForbiddenNetwork)
	}
}

func judgeBasic(e Evidence) Verdict {
	if e.Authenticated != nil && e.Authenticated.Status == StatusOK {
		return judgeAccepted(e)
	}
	if v, ok := judgeExchange(e); ok {
		return v
	}
	if v, ok := judgeUnexchanged(e); ok {
		return v
	}
	switch status := e.Authenticated.Status; {
	case status == StatusUnauthorized && e.Offers("Basic"):
		return rejected(ReasonInvalidCredentials)
	case status == StatusBadRequest:
		return rejected(ReasonMalformedCredentials)
	case status == StatusUnauthorized:
		return fail(ReasonUnsupportedChallenge)
	default:
		return judgeForbidden(e)
	}
}

func judgeBearer(e Evidence) Verdict {
	switch status := e.Authenticated.Status; {
	case status == StatusOK:
		return judgeAccepted(e)
	case status == StatusUnauthorized && hasExpired(e):
		return rejected(ReasonTokenExpired)
	case status == StatusUnauthorized && strings.EqualFold(challengeParam(e, "error"), "insufficient_scope"):
		return rejected(ReasonInsufficientScope)
	case status == StatusForbidden:
		return judgeForbidden(e)
	case e.RequiresToken(): // in R0 too: Harbor answers every header that it refuses with Basic
		return rejected(ReasonTokenInvalid)
	default:
		return fail(ReasonUnsupportedChallenge)
	}
}

// judgeAccepted judges a 200: it is a proof only where the same request without
// credentials got none.
func judgeAccepted(e Evidence) Verdict {
	if e.Anonymous.Status == StatusOK {
		return pass(ReasonAcceptedUnproven)
	}
	return verified(ReasonAccepted)
}

func judgeForbidden(e Evidence) Verdict {
	if e.Anonymous.Status == StatusForbidden {
		return fail(ReasonForbiddenNetwork)
	}
	return rejected(ReasonForbidden)
}

// hasExpired reports whether the token has expired: by its own claim (RFC 7519 section
// 4.1.4), or as the registry states. A text that lists alternatives ("expired, revoked
// or invalid") states nothing.
func hasExpired(e Evidence) bool {
	if at := e.Credential.ExpiresAt; !at.IsZero() && !at.After(e.AskedAt) {
		return true
	}
	for _, words := range []string{challengeParam(e, "error"), challengeParam(e, "error_description"), e.Authenticated.Text} {
		words = strings.ToLower(words)
		if strings.Contains(words, "expired") && !strings.Contains(words, " or ") {
			return true
		}
	}
	return false
}

// challengeParam returns a parameter of the Bearer challenges in R1, such as error (RFC
// 6750 section 3); empty if none has it.
func challengeParam(e Evidence, name string) string {
	for _, challenge := range e.Authenticated.Challenges {
		if value := challenge.Params[name]; challenge.Is("Bearer") && value != "" {
			return value
		}
	}
	return ""
}
