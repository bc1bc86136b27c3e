// Package doctor asks: which requests are worth sending to a registry and its token
// service, in which order. What was answered is left in a [verdict.Evidence], which
// package verdict judges and package advice words. It is the check that the Stella Ops
// Doctor calls check.integration.oci.credentials.
package doctor
