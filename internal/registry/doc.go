// Package registry is the wire: where a registry is, how it is asked, and what
// it answered. It reports facts (an [Answer] or the [Failure] in its place) and
// never a verdict; package doctor judges.
package registry
