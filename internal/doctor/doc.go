// Package doctor is the check itself, the one that the Stella Ops Doctor calls
// check.integration.oci.credentials. It gathers facts, then judges them:
// all I/O leaves its facts in one [Evidence], and a pure function turns that
// into a [Verdict].
package doctor
