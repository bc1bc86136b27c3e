package provider

import "slices"

// typeName is the name of the check without the name of the provider.
const typeName = "_oci_credentials_check"

// ephemeralText is added to the description of the ephemeral resource.
const ephemeralText = " The ephemeral resource takes ephemeral values, stores nothing, and is made again at the apply, so it also catches credentials that were revoked since the plan. " +
	"A warning says what did not pass."

const checkText = "Asks a container registry whether it accepts credentials, while the plan is made, and returns the verdict as attributes. " +
	"A bad credential is an answer, not an error: let a `precondition` in what ships the credentials decide on `passed`."

// planText warns of what no provider can prevent.
const planText = "While a data source is deferred to the apply, a saved plan holds it, marked sensitive."

// checkFields are all arguments and attributes of a check.
var checkFields = slices.Concat(requestFields, connectionFields(overridesText, "Never stored: in the data source it reads back as null. "+planText), verdictFields)

// requestFields are the arguments that say what to check.
var requestFields = []field{
	{name: "registry_url", argument: true, text: "Registry to ask: a host (`ghcr.io`), a host with port (`registry.example.com:5000`), a repository (`ghcr.io/org/app:tag`), or a URL with a base path (`https://example.com/artifactory`). " +
		"Without a scheme, https is used and what follows the host is a repository; as in the name of an image, `org/app` is one at Docker Hub. `http://` is used only when written. Every name of Docker Hub is one registry. " +
		"When it is left out, the registry of the Stella Ops settings is asked, which the environment or `appsettings_path` of the provider block holds."},
	{name: "username", argument: true, text: "User name for basic authentication."},
	{name: "password", kind: kindSecret, argument: true, text: "Password for basic authentication, sent exactly as it is. Never stored: in the data source it reads back as null. " + planText},
	{name: "token", kind: kindSecret, argument: true, text: "Bearer token, sent as it is. Wins over user name and password. Never stored: in the data source it reads back as null. " + planText},
	{name: "identity_token", kind: kindSecret, argument: true, text: "OAuth2 refresh token (Docker's `identitytoken`). Sent to the token service only. Wins over user name and password. Never stored: in the data source it reads back as null. " + planText},
	{name: "docker_config_json", kind: kindSecret, argument: true, text: "Payload of a `kubernetes.io/dockerconfigjson` secret, read as the kubelet reads it: what is checked is what is shipped. " +
		"The key of `auths` that matches the repository in `registry_url` or `access` counts; of several, each is tried where the one before does not pass. Host and port are compared as they are written, capitals included. A payload without an entry for the registry is checked as anonymous access. The kubelet does not read `identitytoken` and `registrytoken`, so an entry of these alone is a user name without a password, or anonymous. Never stored: in the data source it reads back as null. " + planText},
	{name: "access", kind: kindObjects, argument: true, text: "Permissions to prove, after the credentials themselves. Each action is one request for a token with that scope; Quay creates a repository when a token for `push` is asked for. " +
		"A `reference` is always asked for, by a `HEAD` of its manifest, and by a `GET` where a registry refuses that; no layer is read. Without one, where the token does not say what it grants, `pull` is tried: a `HEAD` of the tag `latest`, or a list of one tag where that is absent. Without credentials, a check passes if every action is allowed without them.", fields: []field{
		{name: "repository", argument: true, required: true, text: "Repository without the registry's host. A name of one part gets its `library/` on Docker Hub."},
		{name: "reference", argument: true, text: "Tag or digest of an image that these credentials must be able to pull: `pull` is implied, and an image that is not there fails with the reason `image_missing`. The tag or digest in `registry_url` counts for an entry of that repository that asks for `pull` and has none."},
		{name: "actions", kind: kindStrings, argument: true, text: "Any of `pull`, `push` and `delete`; may be left out beside `reference`."},
		{name: "probe", kind: kindBool, argument: true, text: "Whether push and delete may be tried where the registry does not say what is granted: an upload that is started and cancelled at once (some registries keep an empty repository, or the upload until they clean up), the deletion of a digest that does not exist. Default `false`: they are unknown then."},
	}},
	{name: "token_exchange", kind: kindBool, argument: true, text: "Whether to exchange user name and password for a token where the registry asks for that. Default `true`. " +
		"With `false` such a registry passes unproven, as in the Stella Ops Doctor, and its token service is sent nothing."},
	{name: "require_verified", kind: kindBool, argument: true, text: "Whether a pass needs proof. With `true`, invented credentials must be refused, and a pass that is not `verified` becomes a fail with its reason kept. Default `false`: nothing invented is ever sent."},
}

// verdictFields are the attributes of the result.
var verdictFields = []field{
	{name: "passed", kind: kindBool, text: "The verdict. Never null."},
	{name: "verified", kind: kindBool, text: "True if the check passed and the same request without credentials was refused or answered as somebody else, so that the credentials made the difference. Never true for anonymous checks."},
	{name: "rejected", kind: kindBool, text: "True if the check failed and it is proven that these credentials were refused or cannot work. False for outages: `!rejected` is the gate for those who accept an outage."},
	{name: "status", text: "`pass`, `fail` or `skip`."},
	{name: "reason", text: "Why, as one word from a closed list; see the guide *Read a verdict*."},
	{name: "message", text: "The verdict in one sentence that can stand alone in an `error_message`."},
	{name: "auth_method", text: "How the credentials are presented: `bearer`, `basic`, `anonymous` or `identity_token`; null when they are not known."},
	{name: "credential_source", text: "Where the credentials came from: `arguments`, `docker_config_json`, `provider` (its `registries`), `environment`, `appsettings`, `docker_config`, or `none`; the first of them that has any for this registry counts."},
	{name: "registry_host", text: "Host that the credentials belong to, with its port; `docker.io` for Docker Hub; null when the check was skipped."},
	{name: "http_status", kind: kindInt, text: "Status of the last answer to `GET /v2/`; null when nothing answered."},
	{name: "evidence", kind: kindObject, text: "The facts behind the verdict; null when nothing was sent.", fields: []field{
		{name: "endpoint", text: "URL that was asked."},
		{name: "challenge", kind: kindObject, text: "What the registry asked for; null when it asked for nothing.", fields: []field{
			{name: "scheme", text: "Authentication scheme, such as `Bearer` or `Basic`."},
			{name: "realm", text: "Where tokens are issued, or the name of the protected area; null when the challenge does not say."},
			{name: "service", text: "Service to name to the token service; null when the challenge does not say."},
			{name: "scope", text: "Scope that was asked for; null when the challenge does not say."},
			{name: "error", text: "Error code of the challenge; null when there is none."},
		}},
		{name: "exchange", kind: kindObject, text: "What the token service answered; null when it was not asked.", fields: []field{
			{name: "endpoint", text: "URL of the token service."},
			{name: "http_status", kind: kindInt, text: "Status of its answer; null when nothing answered."},
			{name: "outcome", text: "What the answer amounts to: `issued` (a token), `refused`, `redirected`, `unusable`, `unavailable`, or `unsafe` (it was not asked)."},
		}},
	}},
	{name: "access_results", kind: kindObjects, text: "Permissions that were proven, one entry per repository; empty when none were asked for.", fields: []field{
		{name: "repository", text: "Repository."},
		{name: "reference", text: "Tag or digest that was asked for; null for none."},
		{name: "digest", text: "Digest of the manifest that the registry serves for `reference`, to pin the image by; null where it is not known."},
		{name: "granted", kind: kindStrings, text: "Actions that are granted."},
		{name: "missing", kind: kindStrings, text: "Actions that are refused."},
		{name: "unknown", kind: kindStrings, text: "Actions that could not be decided."},
		{name: "method", text: "How it was found out: `token_claims` (what the token says), `token_scope` (what the token service says), `use` (it was tried) or `probe` (it was tried as `probe` allows); null when nothing was."},
	}},
	{name: "credential_expires_at", text: "When the configured secret itself says that it ends (`exp` of a JWT, or an Amazon ECR password), in RFC 3339; null if it does not say."},
	{name: "likely_causes", kind: kindStrings, text: "What is probably wrong, most likely first; empty on a verified pass."},
	{name: "remediation", kind: kindObjects, text: "What to do, by platform; empty on a verified pass.", fields: []field{
		{name: "platform", text: "`terraform` first, for what the plan reads; then `docker-compose`, `systemd` and `kubernetes`, if `credential_source` is `environment` or `appsettings` and the credential has to change; last `registry`, for what is done at the registry."},
		{name: "steps", kind: kindStrings, text: "At most six steps in their order: sentences for `registry`, lines of shell and comments for the others. None prints a secret; replace words in capitals such as `CLUSTER`."},
	}},
	{name: "check", kind: kindObject, text: "The check that was made, as the Stella Ops Doctor names it.", fields: []field{
		{name: "id", text: "Id of the check."},
		{name: "plugin", text: "Plugin that holds the check."},
		{name: "severity", text: "Severity of a failure."},
		{name: "tags", kind: kindStrings, text: "Tags of the check."},
		{name: "related", kind: kindStrings, text: "Ids of related checks."},
		{name: "verification_command", text: "Command that makes the same check in Stella Ops."},
	}},
}
