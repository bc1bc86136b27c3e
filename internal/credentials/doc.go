// Package credentials finds the credential for a check and reports its source.
// It reads files and runs credential helpers, and sends nothing to a registry.
package credentials
