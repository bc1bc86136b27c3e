package advice

import "github.com/stellaops/terraform-provider-stellaops/internal/registry"

// planAgain stands for the steps that give the next plan the new credentials. They
// depend on the source of the old ones, which may differ from where Stella Ops reads
// them.
const planAgain = "{plan}"

// planAgainSteps returns these steps for a credential_source.
func planAgainSteps(source string) []string {
	read, write := "the arguments of the check", "give their variable or secret the new value"
	switch source {
	case "docker_config":
		return []string{"# The plan reads Docker's configuration: log in again where it is made", "docker login {host}", "terraform plan"}
	case "docker_config_json":
		read, write = "docker_config_json", "make that payload of the new value"
	case "provider":
		read, write = "registries in the provider block", "give its variable or secret the new value"
	case "environment":
		read, write = "Stella Ops settings in its own environment", "set the new value there"
	case "appsettings":
		read, write = "the file that appsettings_path names", "write the new value there"
	}
	return []string{"# The plan reads " + read + ": " + write, "terraform plan"}
}

// remedyConfigure completes credentials, or adds missing ones.
var remedyConfigure = always(
	Remediation{platformCompose, []string{
		"# Check credential configuration: a name without a value is an empty secret",
		lookCompose,
		"# Add what is missing; the last line of a name counts",
		notePassword,
		askPassword,
		writePassword,
		noteRecreate,
		recreateCompose,
		planAgain,
	}},
	Remediation{platformSystemd, []string{
		noteSystemd,
		lookSystemd,
		"# Add what is missing",
		editSystemd,
		restartSystemd,
		planAgain,
	}},
	Remediation{platformKubernetes, []string{
		noteKubernetes,
		lookKubernetes,
		"# Create or update it",
		notePassword,
		askPassword,
		writeKubernetes,
		upgradeHelm,
		planAgain,
	}},
)

// remedyRotate replaces refused credentials.
func remedyRotate(method registry.Method) []Remediation {
	switch method {
	case registry.MethodBearer:
		return rotateToken
	case registry.MethodIdentityToken:
		return remedyLogin(method)
	default:
		return rotatePassword
	}
}

var rotatePassword = []Remediation{
	{platformCompose, []string{
		"# Check credential configuration",
		lookCompose,
		"# Test credentials manually",
		"docker login {host}",
		"# Rotate credentials; the last line of a name counts",
		notePassword,
		askPassword,
		writePassword,
		noteRecreate,
		recreateCompose,
		planAgain,
	}},
	{platformSystemd, []string{
		noteSystemd,
		lookSystemd,
		"# Test with curl, which asks for the password",
		`curl -sS -o /dev/null -w '%{http_code}\n' -u {user} {login}`,
		"# Update credentials",
		editSystemd,
		restartSystemd,
		planAgain,
	}},
	{platformKubernetes, []string{
		noteKubernetes,
		lookKubernetes,
		"# Create or update it",
		notePassword,
		askPassword,
		writeKubernetes,
		upgradeHelm,
		planAgain,
	}},
	{platformRegistry, []string{
		"Look whether the account still exists, is enabled and may read.",
		"Issue a new password, and configure it before the old one ends.",
	}},
}

// testToken sends a token to the registry; the token is neither printed nor in the
// arguments of a process.
const testToken = `printf 'header = "Authorization: Bearer %s"\n' "${REGISTRY_TOKEN:?}" | curl -sS -o /dev/null -w '%{http_code}\n' -K - {url}`

var rotateToken = []Remediation{
	{platformCompose, []string{
		"# Check credential configuration",
		lookCompose,
		noteTokenFirst,
		"# Test the new token",
		noteToken,
		askToken,
		testToken,
		"# Rotate it; the last line of a name counts",
		writeToken,
		noteRecreate,
		recreateCompose,
		planAgain,
	}},
	{platformSystemd, []string{
		noteSystemd,
		lookSystemd,
		noteTokenFirst,
		"# Test the new token",
		noteToken,
		askToken,
		testToken,
		"# Update Token below OCI",
		editSystemd,
		restartSystemd,
		planAgain,
	}},
	{platformKubernetes, []string{
		"# Test the new token",
		noteToken,
		askToken,
		testToken,
		"# Put it where values.yaml takes OCI__Token from",
		upgradeHelm,
		planAgain,
	}},
	{platformRegistry, []string{
		"Look whether the token still exists and is for this registry.",
		"Issue a new one, and configure it before the old one ends.",
	}},
}

// remedyLogin renews an identity token, which docker login obtains.
var remedyLogin = everywhere([]string{
	"# Log in again where the plan is made, with the same Docker configuration",
	"docker login {host}",
	"terraform plan",
})

// remedyHelper renews the login behind a credential helper.
var remedyHelper = everywhere([]string{
	"# Renew the login behind the credential helper where the plan is made, with the program it belongs to, such as aws sso login or gcloud auth login",
	"terraform plan",
})

// remedySwitchOn turns the checks on again.
var remedySwitchOn = everywhere([]string{
	"# Switch the checks on again: remove skip_checks from the provider block, and the variable",
	"unset STELLAOPS_SKIP_CHECKS",
	"terraform plan",
})
