package advice

// What is the same for every check, from the source document.
const (
	CheckID             = "check.integration.oci.credentials"
	Plugin              = "stellaops.doctor.integration"
	Severity            = "fail"
	VerificationCommand = "stella doctor run --check " + CheckID
)

// Tags are the tags of the check.
func Tags() []string { return []string{"registry", "oci", "credentials", "secrets", "auth"} }

// Related are the ids of the related checks.
func Related() []string {
	return []string{"check.integration.oci.registry", "check.integration.oci.pull", "check.integration.oci.push"}
}
