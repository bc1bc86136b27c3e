package advice

import "github.com/stellaops/terraform-provider-stellaops/internal/verdict"

// Advice is what a person reads of a verdict.
type Advice struct {
	Message     string        // one sentence that can stand alone
	Causes      []string      // what is probably wrong, most likely first
	Remediation []Remediation // what to do
}

// Of words a verdict and the evidence that it rests on.
func Of(e verdict.Evidence, v verdict.Verdict) Advice {
	return Advice{message(e, v), causes(e, v), remediation(e, v)}
}
