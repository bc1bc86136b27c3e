package doctor

import "github.com/stellaops/terraform-provider-stellaops/internal/registry"

// remedyConfigure mends credentials that are incomplete or missing here.
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
	}},
	Remediation{platformSystemd, []string{
		noteSystemd,
		lookSystemd,
		"# Add what is missing",
		editSystemd,
		restartSystemd,
	}},
	Remediation{platformKubernetes, []string{
		noteKubernetes,
		lookKubernetes,
		"# Create or update it",
		notePassword,
		askPassword,
		writeKubernetes,
		upgradeHelm,
	}},
)

// remedyRotate replaces credentials that were refused.
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
	}},
	{platformSystemd, []string{
		noteSystemd,
		lookSystemd,
		"# Test with curl, which asks for the password",
		`curl -sS -o /dev/null -w '%{http_code}\n' -u {user} {url}`,
		"# Update credentials",
		editSystemd,
		restartSystemd,
	}},
	{platformKubernetes, []string{
		noteKubernetes,
		lookKubernetes,
		"# Create or update it",
		notePassword,
		askPassword,
		writeKubernetes,
		upgradeHelm,
	}},
	{platformRegistry, []string{
		"Look whether the account still exists, is enabled and may read.",
		"Issue a new password, and configure it before the old one ends.",
	}},
}

// testToken presents a token without showing it, on the command line neither.
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
	}},
	{platformKubernetes, []string{
		"# Test the new token",
		noteToken,
		askToken,
		testToken,
		"# Put it where values.yaml takes OCI__Token from",
		upgradeHelm,
	}},
	{platformRegistry, []string{
		"Look whether the token still exists and is for this registry.",
		"Issue a new one, and configure it before the old one ends.",
	}},
}

// remedyLogin renews an identity token, which docker login hands out.
var remedyLogin = everywhere([]string{
	"# Log in again where the plan is made, with the same Docker configuration",
	"docker login {host}",
	"terraform plan",
})

// remedyHelper renews what a credential helper hands out.
var remedyHelper = everywhere([]string{
	"# Renew the login behind the credential helper where the plan is made, with the program it belongs to, such as aws sso login or gcloud auth login",
	"terraform plan",
})

// remedySwitchOn ends the state in which nothing is checked.
var remedySwitchOn = everywhere([]string{
	"# Switch the checks on again: remove skip_checks from the provider block, and the variable",
	"unset STELLAOPS_SKIP_CHECKS",
	"terraform plan",
})
