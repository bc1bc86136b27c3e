// Package verdict judges the answers of a registry and its token service. It is pure:
// the same [Evidence] always gives the same [Verdict], and nothing is sent.
package verdict
