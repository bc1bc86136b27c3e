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

// WorthAskingRegistry reports whether a password is worth sending to /v2/: without a
// token service, and where that gave no usable answer. It is not where that decides
// all the same, where the deadline has passed, or where the guard refused its address.
func WorthAskingRegistry(e Evidence) bool {
	t, control := e.Exchange, e.Control
	if t == nil {
		return true
	}
	_, ended := judgeTokenService(*t)
	late := t.Failure.Over() || control != nil && control.Failure.Over()
	return !ended && !late && !t.Usable() && !t.Failure.Unsafe() && !e.BreaksOnLogin()
}

// NeedsControl reports whether the answer of the token service must be compared with
// its answer to a request without credentials: after a 403, where the token does not
// name the user, and where the answer is neither a token nor a refusal.
func NeedsControl(e Evidence) bool {
	switch t := e.Exchange; {
	case t == nil || t.Failure != nil:
		return false
	case e.Minted != nil:
		return accepts(*e.Minted) && !namesUser(*t, e.Credential.Username)
	default:
		_, ended := judgeTokenService(*t)
		return t.Status == StatusForbidden || !t.Usable() && !ended
	}
}

// NeedsScopedControl reports whether the token service must be sent a request without
// credentials and with a scope: it refuses with 403 and the same words with and without
// credentials, as a firewall does, and as some services do as long as no scope is named.
func NeedsScopedControl(e Evidence) bool {
	return e.Exchange != nil && e.Exchange.Failure == nil && e.Exchange.Status == StatusForbidden &&
		e.Control != nil && e.Control.Failure == nil && e.Control.Status == StatusForbidden && e.ControlSaysSame
}

// NeedsComparison reports whether a password must be sent to /v2/ although the registry
// accepts its token: requests without credentials get a token too, of the same subject
// or also without one, and some registries check passwords at /v2/.
func NeedsComparison(e Evidence) bool {
	return e.Credential.Method == registry.MethodBasic && e.Authenticated == nil &&
		e.Minted != nil && accepts(*e.Minted) && sameSubject(e) && !issuedToUser(e)
}

// WorthAccess reports whether permissions are worth requesting: after a pass, and for
// anonymous checks that were refused, since a repository may be public.
func WorthAccess(e Evidence) bool {
	v := JudgeCredentials(e)
	return v.Passed || v.Reason == ReasonAuthenticationRequired
}

// WorthDecoy reports whether require_verified needs a request with invented
// credentials, which it does after a pass of login and permissions.
func WorthDecoy(e Evidence) bool {
	return e.RequireVerified && judgeAccess(e, JudgeCredentials(e)).Passed
}
