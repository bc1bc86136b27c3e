// Package advice has the words for a verdict: the catalogue of reasons, the message,
// likely causes and what to do. It is pure: the same evidence and verdict always give
// the same words.
package advice
