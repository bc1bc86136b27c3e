// Package doctor makes a check: it decides which requests to send to a registry and its
// token service, and in which order. The answers become a [verdict.Evidence], which
// package verdict judges and package advice describes. It is the check
// check.integration.oci.credentials of the Stella Ops Doctor.
package doctor
