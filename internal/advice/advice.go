package advice

import "github.com/stellaops/terraform-provider-stellaops/internal/verdict"

// Advice is the description of one verdict.
type Advice struct {
	Message     string        // one sentence that can stand alone
	Causes      []string      // most likely first; empty on a verified pass
	Remediation []Remediation // by platform; empty on a verified pass
}

// Of describes a verdict with the evidence that it rests on.
func Of(e verdict.Evidence, v verdict.Verdict) Advice {
	return Advice{message(e, v), causes(e, v), remediation(e, v)}
}
