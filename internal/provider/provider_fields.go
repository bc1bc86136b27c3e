package provider

import "slices"

const providerText = "Checks container registry credentials while the plan is made, so that a `precondition` stops an apply that would ship broken ones. " +
	"It needs no configuration: the block says where credentials are that a check does not carry itself, and what holds for all checks."

// providerFields are the arguments of the provider block.
var providerFields = slices.Concat(placeFields, wireFields("for checks that do not say it themselves", "Takes an ephemeral value. Nothing of a provider block is in the state."), []field{
	{name: "trusted_realms", kind: kindStrings, argument: true, text: "Token services, as `host` or `host:port`, that may be at a private address although their registry is at a public one, as in split-horizon networks. " +
		"A token service at a link-local or metadata address, or on plain http behind an https registry, never gets a secret."},
	{name: "skip_checks", kind: kindBool, argument: true, text: "Whether to skip all checks: they pass with the reason `skipped`, and nothing is read or sent. " +
		"The environment variable `STELLAOPS_SKIP_CHECKS` (`1`, `true`, `0` or `false`) does the same where this argument is left out. A warning says so."},
})

// placeFields say where credentials are.
var placeFields = []field{
	{name: "registries", kind: kindMap, argument: true, text: "Credentials by registry, written as in `registry_url`, for checks that carry none themselves. They go to the registry at this host and port and to its token service. " +
		"Takes ephemeral values. Nothing of a provider block is in the state; a saved plan holds what is no ephemeral value.", fields: []field{
		{name: "username", argument: true, text: "User name for basic authentication."},
		{name: "password", kind: kindSecret, argument: true, text: "Password for basic authentication."},
		{name: "token", kind: kindSecret, argument: true, text: "Bearer token. Wins over the others."},
		{name: "identity_token", kind: kindSecret, argument: true, text: "OAuth2 refresh token (Docker's `identitytoken`). Wins over user name and password."},
	}},
	{name: "appsettings_path", argument: true, text: "JSON file with Stella Ops settings: `OCI:RegistryUrl`, `OCI:Username`, `OCI:Password` and `OCI:Token`, else the same below `Registry`; a section is taken whole. " +
		"Comments, commas behind the last element and keys in any case are allowed. The environment (`OCI__Username`, in any case) counts before the file, key by key, also where no file is named. " +
		"The credentials go to the registry that `RegistryUrl` names and to its token service."},
	{name: "docker_config_path", argument: true, text: "Docker configuration (`config.json`) to look for logins in, its `credHelpers` and `credsStore` included. Not read unless it is named here."},
}
