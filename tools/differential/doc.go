// Package differential compares how this provider reads stored credentials with the
// programs that own the formats: the kubelet and Docker's CLI. It has only tests, and
// is a module of its own, so that neither program is a requirement of the provider.
package differential
