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

// judgeExchange judges the answer of the token service; ok is false when it does not
// decide, or no request was sent.
func judgeExchange(e Evidence) (v Verdict, ok bool) {
	t := e.Exchange
	switch {
	case t == nil:
		return Verdict{}, false
	case t.Failure.Unsafe():
		return fail(ReasonRealmUnsafe), true
	case e.BreaksOnLogin() && t.Status == StatusBadRequest && e.Credential.Method == registry.MethodBasic:
		return rejected(ReasonMalformedCredentials), true
	case e.BreaksOnLogin():
		return fail(ReasonExchangeUnavailable), true
	case !t.Usable():
		return Verdict{}, false
	case e.Minted != nil:
		return judgeMinted(e), true
	case t.Status == StatusForbidden && !isRefusalOfLogin(e):
		return fail(ReasonForbiddenNetwork), true
	default:
		return rejected(ReasonInvalidCredentials), true
	}
}

// BreaksOnLogin reports whether the token service gives no usable answer to the
// credentials, although it answers a request without them: it works, and breaks on this
// login or on every one.
func (e Evidence) BreaksOnLogin() bool {
	t, control := e.Exchange, e.Control
	return t != nil && t.Failure == nil && !t.Usable() && works(control)
}

// works reports whether a token service answers a request without credentials with a
// token or a refusal.
func works(control *registry.TokenAnswer) bool {
	return issues(control) || control != nil && control.Failure == nil && (control.Status == StatusUnauthorized || control.Status == StatusForbidden)
}

// issues reports whether an answer is a token.
func issues(t *registry.TokenAnswer) bool {
	return t != nil && t.Failure == nil && t.Status == StatusOK && !t.Token.Empty()
}

// isRefusalOfLogin reports whether a 403 of the token service is about the credentials:
// without them it answers a token, a 401 or a 403 in other words. From an outage nothing
// follows, and a firewall says the same to every request.
func isRefusalOfLogin(e Evidence) bool {
	differs := func(t *registry.TokenAnswer, same bool) bool {
		return t != nil && t.Failure == nil && (issues(t) || t.Status == StatusUnauthorized || t.Status == StatusForbidden && !same)
	}
	return differs(e.Control, e.ControlSaysSame) || differs(e.Scoped, e.ScopedSaysSame)
}

// judgeMinted judges the answer of the registry to an issued token.
func judgeMinted(e Evidence) Verdict {
	compared, decides := judgeComparison(e)
	switch {
	case e.Minted.Status != StatusOK: // the statuses without a meaning have been judged
		return fail(ReasonTokenRejected)
	case issuedToUser(e):
		return verified(ReasonExchangeAccepted)
	case decides:
		return compared
	case sameSubject(e) && e.Exchange.Subject != "":
		return fail(ReasonExchangeAnonymous)
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
	default:
		return issues(control) && e.Exchange.Subject != "" && !sameSubject(e)
	}
}

// sameSubject reports whether a request without credentials gets a token of the same
// subject, or one without a subject as the credentials do.
func sameSubject(e Evidence) bool {
	return issues(e.Control) && e.Exchange.Subject == e.Control.Subject
}

// judgeComparison judges the answer of /v2/ to a password whose token is the same as
// anonymous requests get; ok is false where it does not decide. Some registries check
// passwords at /v2/ only. A 401 decides only beside a token that names a subject:
// other registries refuse every password at /v2/.
func judgeComparison(e Evidence) (v Verdict, ok bool) {
	r1 := e.Compared
	if r1 == nil || r1.Failure != nil {
		return Verdict{}, false
	}
	_, basic := registry.FindChallenge(r1.Challenges, "Basic")
	_, bearer := registry.FindChallenge(r1.Challenges, "Bearer")
	switch {
	case accepts(*r1):
		return judgeAccepted(e), true
	case r1.Status == StatusUnauthorized && basic && !bearer && sameSubject(e) && e.Exchange.Subject != "":
		return rejected(ReasonInvalidCredentials), true
	default:
		return Verdict{}, false
	}
}

// judgeUnexchanged judges basic credentials without an answer of a token service, by
// the answer of /v2/; ok is false where no token is required or the answer decides by
// itself.
func judgeUnexchanged(e Evidence) (v Verdict, ok bool) {
	if !e.RequiresToken() {
		return Verdict{}, false
	}
	reason := ReasonExchangeUnavailable
	if e.Credential.ExchangeOff {
		reason = ReasonExchangeSkipped
	}
	switch r1 := e.Authenticated; {
	case r1 == nil:
		return pass(reason), true
	case r1.Status == StatusUnauthorized && e.Offers("Bearer"):
		if e.Offers("Basic") && !e.Credential.ExchangeOff { // it checks passwords too, and did not accept this one
			return fail(reason), true
		}
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
