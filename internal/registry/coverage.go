package registry

// Coverage is how far one credential is what a client presents for a repository: a
// configuration may hold several for one registry.
type Coverage int

// From the usual one to the one that says nothing.
const (
	CoverageFull Coverage = iota // the same credentials, in the same order
	CoveragePart                 // further ones may be tried, or are left out
	CoverageNone                 // other ones, or none
)
