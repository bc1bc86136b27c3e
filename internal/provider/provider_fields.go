package provider

import "slices"

const providerText = "Checks container registry credentials while the plan is made, so that a `precondition` stops an apply that would ship broken ones. " +
	"It needs no configuration: the block says where credentials are that a check does not carry itself, and what holds for all checks."

// providerFields are the arguments of the provider block.
var providerFields = slices.Concat(placeFields, connectionFields(defaultText, "Takes an ephemeral value. Nothing of a provider block is in the state."), []field{
	{name: "trusted_realms", kind: kindStrings, argument: true, text: "Token services, as `host` or `host:port`, that may be at a private address although their registry is at a public one, as in split-horizon networks. " +
		"A token service at a link-local or metadata address, or on plain http behind an https registry, never gets a secret."},
	{name: "skip_checks", kind: kindBool, argument: true, text: "Whether to skip all checks: they pass with the reason `skipped`, and nothing is read or sent. " +
		"The environment variable `STELLAOPS_SKIP_CHECKS` (`1`, `true`, `0` or `false`) does the same where this argument is left out. A warning says so."},
})

// placeFields say where to search for credentials.
var placeFields = []field{
	{name: "registries", kind: kindMap, argument: true, text: "Credentials by registry, written as in `registry_url`, for checks that carry none themselves. They go to the registry at this host and port and to its token service. " +
		"Takes ephemeral values. Nothing of a provider block is in the state; a saved plan holds what is no ephemeral value.", fields: []field{
		{name: "username", argument: true, text: "User name for basic authentication."},
		{name: "password", kind: kindSecret, argument: true, text: "Password for basic authentication."},
		{name: "token", kind: kindSecret, argument: true, text: "Bearer token. Wins over the others."},
		{name: "identity_token", kind: kindSecret, argument: true, text: "OAuth2 refresh token (Docker's `identitytoken`). Wins over user name and password."},
	}},
	{name: "appsettings_path", argument: true, text: "JSON file with Stella Ops settings: `OCI:RegistryUrl`, `OCI:Username`, `OCI:Password` and `OCI:Token`, else the same below `Registry`; a section is taken whole. " +
		"Comments, commas behind the last element and keys in any case are allowed, and UTF-16 with a byte order mark. The environment (`OCI__Username`, in any case) counts before the file, key by key, also where no file is named. " +
		"The credentials go to the registry that `RegistryUrl` names and to its token service."},
	{name: "docker_config_path", argument: true, text: "Docker configuration (`config.json`) in UTF-8 without a byte order mark, to look for logins in as Docker does: in `DOCKER_AUTH_CONFIG` of the environment (also where no file is named), then with its `credHelpers` and `credsStore`, else in its `auths`. " +
		"A host is compared as it is written, with its port and in its capitals. An entry with a path, such as `quay.io/team`, is for the repositories below it. No file is read unless it is named here."},
}

// connectionFields are the arguments about the connection, for a check and, as
// defaults, for the provider block. other returns the sentence about the argument of
// the same name in the other block; kept says what is stored of the private key.
func connectionFields(other func(name string) string, kept string) []field {
	return []field{
		{name: "timeout", argument: true, text: "Maximum duration of the check, retries included, as a Go duration such as `10s` or `1m30s`. Default `30s`. " + other("timeout")},
		{name: "retry", kind: kindObject, argument: true, text: "How often a GET is sent that got no answer: after a fault of the connection, 408, 429 and 5xx. " +
			"Credentials that were refused are never sent again. What is left out keeps its default. " + other("retry"), fields: []field{
			{name: "attempts", kind: kindInt, argument: true, text: "Tries in all, from 1 to 10. Default `3`."},
			{name: "min_delay", argument: true, text: "Delay before the second try, as a Go duration; it doubles from try to try. Default `250ms`."},
			{name: "max_delay", argument: true, text: "Longest delay, as a Go duration, unless the server names one (`Retry-After`). Default `5s`."},
		}},
		{name: "ca_cert_pem", argument: true, text: "Certificates of authorities in PEM that are trusted besides the system's. " + other("ca_cert_pem")},
		{name: "client_cert_pem", argument: true, text: "Client certificate in PEM, with the certificates that lead to its authority behind it. Needs `client_key_pem`, and must not hold the key itself. " + other("client_cert_pem")},
		{name: "client_key_pem", kind: kindSecret, argument: true, text: "Private key of the client certificate in PEM, without a passphrase. " + other("client_key_pem") + " " + kept},
		{name: "insecure", kind: kindBool, argument: true, text: "Whether to accept any certificate, so that anybody in between can read the credentials. A warning says so. Default `false`. " + other("insecure")},
	}
}

// overridesText and defaultText say which of two arguments of the same name is used.
func overridesText(name string) string { return "Overrides `" + name + "` of the provider block." }
func defaultText(name string) string {
	return "Used by checks that do not set `" + name + "` themselves."
}
