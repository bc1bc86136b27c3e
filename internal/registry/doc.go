// Package registry parses addresses of registries, sends requests to registries and
// their token services, and reads the responses. It reports facts (an [Answer], or
// the [Failure] in its place) and never a verdict; package verdict judges them.
package registry
