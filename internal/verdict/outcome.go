package verdict

import "github.com/stellaops/terraform-provider-stellaops/internal/registry"

// What a token service's answer amounts to.
const (
	outcomeIssued      = "issued"      // a token
	OutcomeRefused     = "refused"     // none for these credentials
	outcomeUnusable    = "unusable"    // nothing that can be understood
	outcomeRedirected  = "redirected"  // another address, which is not asked
	outcomeUnavailable = "unavailable" // no answer
	outcomeUnsafe      = "unsafe"      // it was not asked
)

// Outcome names what a token service's answer amounts to.
func Outcome(t registry.TokenAnswer) string {
	switch {
	case t.Failure.Unsafe():
		return outcomeUnsafe
	case t.Failure != nil:
		return outcomeUnavailable
	case t.Location != "":
		return outcomeRedirected
	case !t.Usable():
		return outcomeUnusable
	case t.Token.Empty():
		return OutcomeRefused
	default:
		return outcomeIssued
	}
}
