// Package advice describes a verdict to a person: message, likely causes and
// remediation, from the catalogue of reasons. It is pure: the same evidence and verdict
// always give the same texts.
package advice
