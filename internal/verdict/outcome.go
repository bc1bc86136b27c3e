package verdict

import "github.com/stellaops/terraform-provider-stellaops/internal/registry"

// The outcomes of a request to a token service.
const (
	outcomeIssued      = "issued"      // it gave a token
	OutcomeRefused     = "refused"     // it gave none to these credentials
	outcomeUnusable    = "unusable"    // its answer has neither a token nor a refusal
	outcomeRedirected  = "redirected"  // it redirects to another origin, which is not followed
	outcomeUnavailable = "unavailable" // it gave no answer
	outcomeUnsafe      = "unsafe"      // no request was sent
)

// Outcome returns the attribute evidence.exchange.outcome for the answer of a token
// service.
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
