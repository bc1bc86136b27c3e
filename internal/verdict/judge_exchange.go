package verdict

import "github.com/stellaops/terraform-provider-stellaops/internal/registry"

// judgeTokenService finds the answers of a token service that end the check, and from
// which nothing follows about credentials.
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

// judgeExchange judges the answer of the token service; ok is false when it is not
// usable, or no request was sent.
func judgeExchange(e Evidence) (v Verdict, ok bool) {
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

// controlDiffers reports whether the token service answers a request without
// credentials with a token or a 401 instead of 403. From an outage nothing follows.
func controlDiffers(control *registry.TokenAnswer) bool {
	return control != nil && control.Failure == nil && (control.Status == StatusOK || control.Status == StatusUnauthorized)
}

// judgeMinted judges the answer of the registry to an issued token.
func judgeMinted(e Evidence) Verdict {
	switch {
	case e.Minted.Status != StatusOK: // 400, 401 or 403: judgeOutage has judged the others
		return fail(ReasonTokenRejected)
	case issuedToUser(e):
		return verified(ReasonExchangeAccepted)
	case e.Credential.Method == registry.MethodIdentityToken:
		return fail(ReasonExchangeInconclusive)
	default:
		return pass(ReasonExchangeInconclusive)
	}
}

// issuedToUser reports whether the token was issued for these credentials: it names the
// user, or a request without credentials gets no token, or one for another subject.
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

// judgeUnexchanged judges basic credentials without an answer of a token service, by
// the answer of /v2/; ok is false where no token is wanted or the answer decides by
// itself.
func judgeUnexchanged(e Evidence, reason Reason) (v Verdict, ok bool) {
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

// judgeIdentityToken judges an OAuth2 refresh token, which only a token service accepts
// (RFC 6749 section 6).
func judgeIdentityToken(e Evidence) Verdict {
	if v, ok := judgeExchange(e); ok {
		return v
	}
	if e.Anonymous.Status == StatusForbidden {
		return fail(ReasonForbiddenNetwork)
	}
	return fail(ReasonExchangeUnavailable)
}

// namesUser reports whether the subject of a token is the configured user.
func namesUser(t registry.TokenAnswer, username string) bool {
	return t.Subject != "" && t.Subject == username
}
