package doctor

import "github.com/stellaops/terraform-provider-stellaops/internal/registry"

// shell is what anything remembered takes besides its texts, in bytes, about.
const shell = 1 << 10

// weight is how many bytes a report takes, about.
func (r Report) weight() int {
	weight := shell + len(r.Message)
	for _, cause := range r.Causes {
		weight += len(cause)
	}
	for _, remediation := range r.Remediation {
		for _, step := range remediation.Steps {
			weight += len(step)
		}
	}
	for _, access := range r.Access {
		weight += shell + len(access.Repository)
	}
	return weight
}

// weight is how many bytes a login takes, about.
func (l login) weight() int {
	e := l.answers
	weight := shell + weightOf(e.Anonymous) + weightOf(e.Authenticated) + weightOf(e.Minted)
	if e.Exchange != nil {
		weight += weightOf(&e.Exchange.Answer) + len(e.Exchange.Subject)
	}
	if e.Control != nil {
		weight += weightOf(&e.Control.Answer)
	}
	for _, token := range l.minted {
		weight += len(token.Reveal())
	}
	return weight
}

// weightOf is how many bytes an answer takes, about; 0 where there is none.
func weightOf(a *registry.Answer) int {
	if a == nil {
		return 0
	}
	weight := shell + len(a.URL) + len(a.Text)
	for _, challenge := range a.Challenges {
		weight += 512 + len(challenge.Scheme)
		for name, value := range challenge.Params {
			weight += 64 + len(name) + len(value)
		}
	}
	return weight
}
