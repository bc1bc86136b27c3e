package verdict

import "github.com/stellaops/terraform-provider-stellaops/internal/registry"

// judgeAccess applies the decided permissions to a verdict on the credentials.
func judgeAccess(e Evidence, v Verdict) Verdict {
	if len(e.Access) == 0 {
		return v
	}
	missing, unknown, absent, other := false, false, false, false
	for _, result := range e.Access {
		missing = missing || len(result.Missing) > 0
		unknown = unknown || len(result.Unknown) > 0
		other = other || result.Image == ImageOther
		absent = absent || result.Image != ImageServed && result.Image != ImageOther
	}
	anonymous := v.Reason == ReasonAuthenticationRequired
	switch {
	case !v.Passed && !anonymous, anonymous && missing:
		return v
	case missing:
		return rejected(ReasonAccessDenied)
	case absent:
		return fail(ReasonImageMissing)
	case other:
		return fail(ReasonUnexpectedAnswer)
	case unknown:
		return fail(ReasonAccessUnproven)
	case anonymous:
		return pass(ReasonAnonymousAccepted) // every requested action is allowed without credentials
	case e.ProvenByUse && e.Credential.Method != registry.MethodAnonymous:
		v.Verified = true
	}
	return v
}

// judgeProof applies require_verified: the answer to the decoy decides, and a pass
// without proof fails.
func judgeProof(e Evidence, v Verdict) Verdict {
	if !e.RequireVerified || !v.Passed || v.Reason == ReasonSkipped {
		return v
	}
	switch e.Decoy {
	case DecoyAccepted:
		return fail(ReasonAnyoneAccepted)
	case DecoyRefused:
		return verified(v.Reason)
	default:
		return Verdict{Reason: v.Reason, Unproven: true}
	}
}
