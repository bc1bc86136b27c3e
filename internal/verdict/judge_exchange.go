package verdict

import "github.com/stellaops/terraform-provider-stellaops/internal/registry"

// judgeTokenService finds the answers of a token service that say nothing about
// credentials and end the check.
func judgeTokenService(t registry.TokenAnswer) (Verdict, bool) {
	switch {
	case t.Failure != nil && t.Failure.Fault == registry.FaultProxyAuth, t.Status == StatusProxyAuth:
		return outage(ReasonProxyAuthRequired), true
	case t.Location != "":
		return outage(ReasonUnexpectedRedirect), true
	case t.Status == StatusTooManyRequests:
		return outage(ReasonRateLimited), true
	default:
		return Verdict{}, false
	}
}

// judgeExchange judges what the token service said; ok is false when it said
// nothing usable, or was not asked.
func judgeExchange(e Evidence) (Verdict, bool) {
	t := e.Exchange
	switch {
	case t == nil:
		return Verdict{}, false
	case t.Failure.Unsafe():
		return fail(ReasonRealmUnsafe), true
	case !t.Usable():
		return Verdict{}, false
	case e.Minted != nil:
		return judgeMinted(e), true
	case t.Status == StatusForbidden && !controlDiffers(e.Control):
		return fail(ReasonForbiddenNetwork), true
	default:
		return rejected(ReasonInvalidCredentials), true
	}
}

// controlDiffers reports whether the token service treats a request without
// credentials otherwise than with 403; an outage tells nothing.
func controlDiffers(control *registry.TokenAnswer) bool {
	return control != nil && control.Failure == nil && (control.Status == StatusOK || control.Status == StatusUnauthorized)
}

// judgeMinted judges a token that was issued and tried.
func judgeMinted(e Evidence) Verdict {
	switch {
	case e.Minted.Status != StatusOK: // judgeOutage took all but 400, 401 and 403
		return fail(ReasonTokenRejected)
	case issuedToUser(e):
		return verified(ReasonExchangeAccepted)
	case e.Credential.Method == registry.MethodIdentityToken:
		return fail(ReasonExchangeInconclusive)
	default:
		return pass(ReasonExchangeInconclusive)
	}
}

// issuedToUser reports whether the token was issued for these credentials: it
// names the user, or nobody else gets one, or others get one of another subject.
func issuedToUser(e Evidence) bool {
	if namesUser(*e.Exchange, e.Credential.Username) {
		return true
	}
	control := e.Control
	switch {
	case control == nil || control.Failure != nil:
		return false
	case control.Status == StatusUnauthorized, control.Status == StatusForbidden:
		return true
	case control.Status == StatusOK && !control.Token.Empty():
		return e.Exchange.Subject != "" && e.Exchange.Subject != control.Subject
	default:
		return false
	}
}

// judgeUnexchanged judges basic credentials that no token service judged: by
// what /v2/ itself said, if anything.
func judgeUnexchanged(e Evidence, reason Reason) (Verdict, bool) {
	if !e.wantsToken() {
		return Verdict{}, false
	}
	switch r1 := e.Authenticated; {
	case r1 == nil, r1.Status == StatusUnauthorized && e.Offers("Bearer"):
		return pass(reason), true
	case r1.Status == StatusBadRequest, r1.Status == StatusForbidden:
		return fail(reason), true
	default:
		return Verdict{}, false
	}
}

// judgeIdentityToken judges an OAuth2 refresh token, which only a token service
// can take.
func judgeIdentityToken(e Evidence) Verdict {
	if v, ok := judgeExchange(e); ok {
		return v
	}
	if e.Anonymous.Status == StatusForbidden {
		return fail(ReasonForbiddenNetwork)
	}
	return fail(ReasonExchangeUnavailable)
}

// namesUser reports whether a token names the configured user.
func namesUser(t registry.TokenAnswer, username string) bool {
	return t.Subject != "" && t.Subject == username
}
