package registry

// Coverage says whether a client uses the credentials of a check for a repository: a
// configuration may hold several credentials for one registry.
type Coverage int

// The coverages, in descending order.
const (
	CoverageFull Coverage = iota // the client tries the same credentials, in the same order
	CoveragePart                 // it tries some of them, or further ones
	CoverageNone                 // it tries others, or none
)
