// Package verdict judges: what the answers of a registry amount to. It is pure: the
// same [Evidence] always gives the same [Verdict], without a network.
package verdict
