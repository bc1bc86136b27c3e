package verdict

import "github.com/stellaops/terraform-provider-stellaops/internal/registry"

// The functions of this file decide whether another request is worth sending. Each reads
// the evidence so far and applies a part of what [Judge] does.

// NothingToSend reports whether the verdict is certain before any request.
func NothingToSend(e Evidence) bool {
	_, ok := judgeUnsent(e)
	return ok
}

// EndsCheck reports whether, after this answer to the request without credentials, no
// other request is worth sending.
func EndsCheck(first registry.Answer) bool {
	_, ok := judgeFirst(first)
	return ok
}

// WorthAskingRegistry reports whether, after this answer of the token service, the
// credentials are worth sending to /v2/. They are not where that answer decides, where
// the deadline has passed, or where the guard refused the token service's address.
func WorthAskingRegistry(t registry.TokenAnswer) bool {
	if t.Failure != nil {
		return t.Failure.Fault != registry.FaultTimeout && !t.Failure.Unsafe() && t.Failure.Fault != registry.FaultProxyAuth
	}
	_, ended := judgeTokenService(t)
	return !ended && !t.Usable()
}

// NeedsControl reports whether the answer of the token service must be compared with
// its answer to a request without credentials: after a 403, and where the token does
// not name the user.
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

// WorthAccess reports whether permissions are worth requesting: after a pass, and for
// anonymous checks that were refused with a Bearer challenge.
func WorthAccess(e Evidence) bool {
	v := JudgeCredentials(e)
	return v.Passed || v.Reason == ReasonAuthenticationRequired && e.Offers("Bearer")
}

// WorthDecoy reports whether require_verified needs a request with invented
// credentials, which it does after a pass of login and permissions.
func WorthDecoy(e Evidence) bool {
	return e.RequireVerified && judgeAccess(e, JudgeCredentials(e)).Passed
}
