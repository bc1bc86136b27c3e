package advice

// The attributes that are the same for every check, as the Stella Ops Doctor publishes them.
const (
	CheckID             = "check.integration.oci.credentials"
	Plugin              = "stellaops.doctor.integration"
	Severity            = "fail"
	VerificationCommand = "stella doctor run --check " + CheckID
)

// Tags returns the tags of the check.
func Tags() []string { return []string{"registry", "oci", "credentials", "secrets", "auth"} }

// Related returns the ids of related checks.
func Related() []string {
	return []string{"check.integration.oci.registry", "check.integration.oci.pull", "check.integration.oci.push"}
}
