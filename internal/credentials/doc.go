// Package credentials finds the credential to check and says where it came
// from. It asks nobody whether the credential is any good.
package credentials
