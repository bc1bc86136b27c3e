package verdict

import "github.com/stellaops/terraform-provider-stellaops/internal/registry"

// What gathering asks before it sends another request. Each question is about what
// is known so far, and answers with a part of what [Judge] would say.

// NothingToSend reports whether the verdict is clear before anything is sent.
func NothingToSend(e Evidence) bool {
	_, ok := judgeUnsent(e)
	return ok
}

// EndsCheck reports whether the request without credentials was answered so that no other
// one is worth sending.
func EndsCheck(first registry.Answer) bool {
	_, ok := judgeFirst(first)
	return ok
}

// WorthAskingRegistry reports whether /v2/ itself is worth asking after an exchange:
// not where the token service's answer says something of its own, and not after the
// deadline or the guard's refusal.
func WorthAskingRegistry(t registry.TokenAnswer) bool {
	if t.Failure != nil {
		return t.Failure.Fault != registry.FaultTimeout && !t.Failure.Unsafe() && t.Failure.Fault != registry.FaultProxyAuth
	}
	_, ended := judgeTokenService(t)
	return !ended && !t.Usable()
}

// NeedsControl reports whether the answer of the token service has to be compared
// with the one that it gives without credentials: after a 403, and where the token
// does not name the user.
func NeedsControl(e Evidence) bool {
	switch {
	case e.Exchange == nil:
		return false
	case e.Minted == nil:
		return e.Exchange.Failure == nil && e.Exchange.Status == StatusForbidden
	default:
		return e.Minted.Failure == nil && e.Minted.Status == StatusOK && !namesUser(*e.Exchange, e.Credential.Username)
	}
}

// WorthAccess reports whether asking for permissions can add something: after a
// pass, and for anonymous checks where a token service may let any client in.
func WorthAccess(e Evidence) bool {
	v := JudgeCredentials(e)
	return v.Passed || v.Reason == ReasonAuthenticationRequired && e.Offers("Bearer")
}

// WorthDecoy reports whether require_verified asks for a request with invented
// credentials: after a pass that holds without it.
func WorthDecoy(e Evidence) bool {
	return e.RequireVerified && judgeAccess(e, JudgeCredentials(e)).Passed
}
