package doctor

import "slices"

// catalogue is the closed list of reasons, in the order of the verdict table.
// Documentation is made from it. A reason needs one line in judge.go besides.
var catalogue = slices.Concat(unsentReasons, outageReasons, answerReasons)

// Entry is all that is known of a reason before it is met.
type Entry struct {
	Reason  Reason
	Status  string // pass, fail, skip, or pass and fail where the answer decides
	Meaning string // one line for the documentation

	// sentence is the message; see message.go for what stands in braces.
	sentence string
	// unsent takes its place when nothing was sent.
	unsent string
	// causes are the likely ones, most likely first.
	causes []string
	// remedy says which steps help.
	remedy remedy
}

// Catalogue returns every reason in the order in which the verdict table tries
// them.
func Catalogue() []Entry { return slices.Clone(catalogue) }

// isOutage tells the reasons that say nothing about credentials.
func isOutage(r Reason) bool {
	return slices.ContainsFunc(outageReasons, func(e Entry) bool { return e.Reason == r })
}

// lookup finds the entry of a reason that this package gave itself.
func lookup(r Reason) Entry {
	i := slices.IndexFunc(catalogue, func(e Entry) bool { return e.Reason == r })
	return catalogue[i]
}
