// Package credentials finds the credential to check and says where it came
// from: it reads files and runs credential helpers. It asks no registry whether
// the credential is any good.
package credentials
