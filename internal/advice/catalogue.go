package advice

import (
	"slices"

	"github.com/stellaops/terraform-provider-stellaops/internal/verdict"
)

// catalogue is the closed list of reasons, in the order in which [verdict.Judge]
// decides them. The documentation is generated from it.
var catalogue = slices.Concat(unsentReasons, outageReasons, answerReasons)

// Entry describes a reason without evidence.
type Entry struct {
	Reason  verdict.Reason
	Status  string // pass, fail, skip, or "pass or fail" where the evidence decides
	Meaning string // one sentence for the documentation
	Next    string // what to do, in one sentence; empty where nothing is

	// sentence begins the message, unless the evidence needs another one (sentenceOf in
	// message.go); what stands in braces is filled in there.
	sentence string
	// unsent is the message where no request was sent.
	unsent string
	// causes are what the reason lets suppose, most likely first.
	causes []string
	// remedy is what mends it, unless the evidence chooses another one
	// (specialRemedies).
	remedy remedy
}

// Catalogue returns all reasons, in the order in which [verdict.Judge] decides them.
func Catalogue() []Entry { return slices.Clone(catalogue) }

// lookup returns the entry of a reason. TestCatalogue_HasARowForEachReason ensures that
// every reason has one.
func lookup(r verdict.Reason) Entry {
	i := slices.IndexFunc(catalogue, func(e Entry) bool { return e.Reason == r })
	if i < 0 {
		return Entry{Reason: r, sentence: "{registry}: " + string(r), unsent: "{registry}: " + string(r)}
	}
	return catalogue[i]
}

// unsentReasons are decided without a request.
var unsentReasons = []Entry{{
	Reason: verdict.ReasonSkipped, Status: "skip",
	Meaning: "The checks are switched off by `skip_checks` or `STELLAOPS_SKIP_CHECKS`; nothing was sent.",
	Next:    "Remove skip_checks, or unset STELLAOPS_SKIP_CHECKS, to have it checked",
	unsent:  "The check was skipped, since {switch} switches all checks off: no registry was asked, and nothing is proven",
	causes:  []string{"The switch was set on purpose, for example to destroy while a registry is down, and was left on"},
	remedy:  remedySwitchOn,
}, {
	Reason: verdict.ReasonPasswordMissing, Status: "fail",
	Meaning: "A user name is configured without a password; nothing was sent.",
	Next:    "Set the password, or check the variable or reference behind it",
	unsent:  "{registry}: {unsent}, so nothing was sent",
	causes: []string{
		causeReference,
		"The secret exists, but its password key is empty or has another name",
	},
	remedy: remedyPassword,
}, {
	Reason: verdict.ReasonUsernameMissing, Status: "fail",
	Meaning: "A password is configured without a user name; nothing was sent.",
	Next:    "A token that needs no user name goes into token",
	unsent:  "{registry}: {unsent}, so nothing was sent",
	causes: []string{
		"Password provided without a corresponding user name (broken secret reference)",
		"The secret is a token: it belongs in the token argument, or the registry requires a fixed user name beside it",
	},
	remedy: remedyUsername,
}, {
	Reason: verdict.ReasonMalformedCredentials, Status: "fail",
	Meaning:  "The credentials cannot be sent as they are, or the registry or its token service called them malformed.",
	Next:     "Check that the secret is whole, and not encoded once more",
	sentence: "{registry} calls {login} malformed: {answer}",
	unsent:   "{registry}: {unsent}, so nothing was sent",
	causes: []string{
		"The secret was cut, wrapped or encoded once too often on its way into the configuration",
		"The secret was made for another registry or another region",
	},
	remedy: remedyMalformed,
}, {
	Reason: verdict.ReasonCredentialSourceFailed, Status: "fail",
	Meaning: "The credential helper that should give the credentials failed; nothing was sent.",
	Next:    "Renew the login behind the credential helper",
	unsent:  "{registry}: its login could not be read, so nothing was sent: {failure}",
	causes: []string{
		"The login behind the credential helper has ended, as that of a single sign-on does",
		"The credential helper needs a terminal, a keychain or a network that is not there where the plan is made",
	},
	remedy: remedyHelper,
}}

// outageReasons are decided by answers from which nothing follows about credentials.
var outageReasons = []Entry{{
	Reason: verdict.ReasonDNSFailure, Status: "fail",
	Meaning:  "The host name could not be resolved.",
	Next:     "Check the host in registry_url",
	sentence: "Could not check {login} at {registry}: {answer}",
	causes: []string{
		"The host in registry_url is mistyped",
		"The name exists only in another network, or the name server cannot be reached from here",
	},
	remedy: remedyName,
}, {
	Reason: verdict.ReasonConnectionRefused, Status: "fail",
	Meaning:  "Nothing listens at the address.",
	Next:     "Check that the registry runs, and the port in registry_url",
	sentence: "Could not check {login} at {registry}: {answer}",
	causes: []string{
		"The registry is not running",
		"The port in registry_url is wrong",
		"A firewall refuses the connection",
	},
	remedy: remedyReach,
}, {
	Reason: verdict.ReasonConnectionFailed, Status: "fail",
	Meaning:  "The connection failed, or the answer was cut off.",
	Next:     "Check the network and the proxy between here and the registry",
	sentence: "Could not check {login} at {registry}: {answer}",
	causes: []string{
		"The registry or a proxy in front of it broke off the connection",
		"Something that is not a web server listens on this port",
		"HTTPS_PROXY or HTTP_PROXY names a proxy that cannot be reached, or the registry is missing in NO_PROXY",
		"The network in between is faulty",
	},
	remedy: remedyReach,
}, {
	Reason: verdict.ReasonTimeout, Status: "fail",
	Meaning:  "No complete answer came before the deadline.",
	Next:     "Check that the registry can be reached from here, or raise timeout",
	sentence: "Could not check {login} at {registry}: {answer}",
	causes: []string{
		"A firewall drops the packets, or the registry is reachable from another network only",
		"The registry is overloaded, or timeout is too short for it",
	},
	remedy: remedySlow,
}, {
	Reason: verdict.ReasonTLSUntrusted, Status: "fail",
	Meaning:  "The registry's certificate is not trusted, has expired or is for another name.",
	Next:     "Check the certificate of the registry, or set ca_cert_pem",
	sentence: "Could not check {login} at {registry}: {answer}",
	causes:   []string{causeIntercepted}, // connectionCauses has the others, here and below
	remedy:   remedyTrust,
}, {
	Reason: verdict.ReasonTLSClientCert, Status: "fail",
	Meaning:  "The registry, or what stands in front of it, requires a client certificate, or another one than is configured.",
	Next:     "Set client_cert_pem and client_key_pem",
	sentence: "{registry} requires a client certificate, so it did not check {login}: {answer}",
	causes:   []string{"registry_url names an address that is for other clients only"},
	remedy:   remedyClientCert,
}, {
	Reason: verdict.ReasonTLSFailed, Status: "fail",
	Meaning:  "The TLS handshake failed for another reason, such as a certificate that cannot be parsed or a port that does not speak TLS.",
	Next:     "Check the port in registry_url, and what stands in between",
	sentence: "Could not check {login} at {registry}: {answer}",
	causes:   []string{"A proxy or a firewall in between disturbs the connection"},
	remedy:   remedyTLSVersion,
}, {
	Reason: verdict.ReasonPlainHTTPRegistry, Status: "fail",
	Meaning:  "The registry answers plain HTTP where https is asked.",
	Next:     "If it may be asked without encryption, write http:// in registry_url",
	sentence: "Could not check {login} at {registry}: {answer}",
	causes: []string{
		"The registry has no TLS",
		"TLS is on another port",
	},
	remedy: remedyPlainHTTP,
}, {
	Reason: verdict.ReasonUnexpectedRedirect, Status: "fail",
	Meaning:  "The answer is a redirect to another host, port or scheme; nothing was sent there.",
	Next:     "Write the address of the registry itself in registry_url",
	sentence: "{registry} did not check {login}: {answer}",
	causes: []string{
		"registry_url is not the address under which the registry itself answers",
		"A login page or a captive portal stands in front of the registry",
	},
	remedy: remedyAddress,
}, {
	Reason: verdict.ReasonProxyAuthRequired, Status: "fail",
	Meaning:  "The proxy requires a login of its own.",
	Next:     "Set the login of the proxy in HTTPS_PROXY or HTTP_PROXY, or the registry in NO_PROXY",
	sentence: "Could not check {login} at {registry}: {answer}",
	causes: []string{
		"HTTPS_PROXY or HTTP_PROXY names a proxy without user name and password, or with wrong ones",
		"The registry should be reached directly and is missing in NO_PROXY",
	},
	remedy: remedyProxyLogin,
}, {
	Reason: verdict.ReasonRateLimited, Status: "fail",
	Meaning:  "The registry limits requests for now.",
	Next:     "Plan again later; until then the right password is refused as well",
	sentence: "{registry} limits requests and did not check {login}: {answer}",
	causes: []string{
		"Too many requests came from this address or for this account",
		"Repeated failed logins locked the account or the address for a while",
	},
	remedy: remedyLimited,
}, {
	Reason: verdict.ReasonServerError, Status: "fail",
	Meaning:  "The registry has a fault of its own.",
	Next:     "The fault is the registry's; plan again when it works",
	sentence: "{registry} failed and did not check {login}: {answer}",
	causes: []string{
		"The registry, its storage or the proxy in front of it is down or being restarted",
	},
	remedy: remedyWait,
}, {
	Reason: verdict.ReasonNotARegistry, Status: "fail",
	Meaning:  "What answers is not an OCI registry.",
	Next:     "Write the address of the registry itself in registry_url",
	sentence: "No registry at {endpoint}, so {login} could not be checked: {answer}",
	causes: []string{
		"registry_url points at a web page, a portal or another service",
		"The registry lives under another host, port or base path",
	},
	remedy: remedyAddress,
}}

// answerReasons are decided by answers about credentials and permissions.
var answerReasons = []Entry{{
	Reason: verdict.ReasonCredentialsTooLarge, Status: "fail",
	Meaning:  "The registry, its token service or a server in front of it refuses the size of the request's header, which it does not do without these credentials.",
	Next:     "Check that the secret is a password or a token, and not a whole file",
	sentence: "{registry} refused {login} because the request's header is too large with it: {answer}",
	causes: []string{
		"The secret holds more than a password or a token, such as a whole file or a whole docker_config_json",
		"A server in front of the registry accepts smaller headers than this token takes",
	},
	remedy: remedyTooLarge,
}, {
	Reason: verdict.ReasonUnexpectedAnswer, Status: "fail",
	Meaning:  "The answer to the credentials has a status that says nothing about them, or another image is served than the digest in `reference` names.",
	Next:     "Check what stands in front of the registry",
	sentence: "{registry} answered {login} with a status that says nothing about it: {answer}",
	causes: []string{
		"A proxy, a firewall or a billing system in front of the registry answers requests that carry credentials",
		"The registry lives under another base path, which only a request with credentials shows",
	},
	remedy: remedyUnexpected,
}, {
	Reason: verdict.ReasonAnonymousAccepted, Status: "pass",
	Meaning:  "No credentials are configured and the registry answers without.",
	Next:     "Set a login if one is to be checked",
	sentence: "{registry} answers without credentials, and none are configured: {answer}",
	causes:   []string{"The registry is open, and the check has no credentials to prove"},
	remedy:   remedyConfigure,
}, {
	Reason: verdict.ReasonAuthenticationRequired, Status: "fail",
	Meaning:  "No credentials are configured and the registry requires some; with `access`, it refuses a permission without them.",
	Next:     "Set username and password, or another place that holds them",
	sentence: "{registry} requires a login, and none is configured: {answer}",
	causes: []string{
		"The configuration holds no credentials for this registry",
		"A secret reference did not resolve and left them empty",
	},
	remedy: remedyConfigure,
}, {
	Reason: verdict.ReasonAccepted, Status: "pass",
	Meaning:  "The registry accepts these credentials and refuses the same request without them. This is the proof.",
	sentence: "{registry} accepted {login}: {answer}",
	remedy:   remedyWait, // where require_verified found no proof
}, {
	Reason: verdict.ReasonAcceptedUnproven, Status: "pass",
	Meaning:  "The registry answers 200, but it does so without credentials too. `require_verified` tries whether it refuses a wrong password.",
	Next:     "With require_verified = true an invented login is sent too, to see whether it is refused",
	sentence: "{registry} answers {answer} with and without {login}, so the login is not proven",
	causes: []string{
		"The registry is open for reading",
	},
	remedy: remedyProve,
}, {
	Reason: verdict.ReasonExchangeAccepted, Status: "pass",
	Meaning:  "The token service issued a token for these credentials that it does not issue without them, and the registry accepts it. This is the proof.",
	sentence: "{registry} accepted {login}: {answer}",
	remedy:   remedyWait, // where require_verified found no proof
}, {
	Reason: verdict.ReasonExchangeAnonymous, Status: "fail",
	Meaning:  "The token service issued these credentials the token that it issues without credentials, so it did not accept them.",
	Next:     "Check the password",
	sentence: "{registry} treats {login} as a request without credentials: its token service gave it the same token",
	causes: []string{
		causeRotated,
		"The token service answers a wrong password with an anonymous token instead of a refusal",
	},
	remedy: remedyRenew,
}, {
	Reason: verdict.ReasonExchangeInconclusive, Status: "pass or fail",
	Meaning:  "The token service also issues a token without credentials, and nothing tells the two apart. User name and password pass, an identity token fails.",
	Next:     "access with a repository that is not public proves it",
	sentence: "{registry} issued a token for {login}, but its token service issues one without credentials too, so it is not proven",
	causes: []string{
		"The token service answers a wrong password with an anonymous token, or the token does not say for whom it is",
	},
	remedy: remedyProve,
}, {
	Reason: verdict.ReasonTokenRejected, Status: "fail",
	Meaning:  "The token service issued a token, and the registry refused it.",
	Next:     "Check the log of the registry: the two disagree",
	sentence: "{registry} refused the token that its own token service issued for {login}: {answer}",
	causes: []string{
		"Registry and token service disagree about issuer, audience or signing key",
		"The clock of the registry or of the token service is wrong",
	},
	remedy: remedyAgree,
}, {
	Reason: verdict.ReasonRealmUnsafe, Status: "fail",
	Meaning:  "The token service that the registry names must not be sent a secret; nothing was sent there.",
	Next:     "Correct the token service that the registry names",
	sentence: "{Login} was not sent to the token service of {registry}, {service}: {why}",
	causes: []string{
		"The registry, or something in front of it, tries to collect credentials",
	},
	remedy: remedyRealm,
}, {
	Reason: verdict.ReasonExchangeUnavailable, Status: "pass or fail",
	Meaning:  "The token service gave no usable answer. User name and password pass unproven where the registry accepts only tokens and the token service does not answer at all; all else fails.",
	Next:     "Check the token service that the registry names",
	sentence: "{registry} could not check {login}: its token service {service} {why}",
	causes: []string{
		"The token service is down, or cannot be reached from here",
	},
	remedy: remedyService,
}, {
	Reason: verdict.ReasonExchangeSkipped, Status: "pass or fail",
	Meaning:  "The registry requires that the credentials be exchanged for a token, and `token_exchange` is false. A 401 passes as it does in the Doctor; a 400 or 403, and an identity token, fail.",
	Next:     "Remove token_exchange = false to have it checked",
	sentence: "{registry} requires a token in place of {login}, and token_exchange is false, so it was not checked: {answer}",
	unsent:   "{registry}: an identity token can only be exchanged for another token, and token_exchange is false, so nothing was sent",
	causes: []string{
		"The registry takes tokens only; whether the credentials are right is known to its token service",
		causeRotated,
	},
	remedy: remedyExchange,
}, {
	Reason: verdict.ReasonInvalidCredentials, Status: "fail",
	Meaning:  "The registry refused the user name and password.",
	Next:     "Set the current password where the login came from",
	sentence: "{registry} refused {login}: {answer}",
	causes:   []string{causeRotated, causeExpired, "The user name is mistyped, or the account is locked or was removed"},
	remedy:   remedyRenew,
}, {
	Reason: verdict.ReasonTokenExpired, Status: "fail",
	Meaning:  "The registry refused the bearer token, which has expired.",
	Next:     "Issue a new token",
	sentence: "{registry} refused {login}, which has expired: {answer}",
	causes:   []string{causeExpired, "A short-lived token was stored where a longer-lived one is needed"},
	remedy:   remedyRenew,
}, {
	Reason: verdict.ReasonInsufficientScope, Status: "fail",
	Meaning:  "The registry refused the bearer token because it covers too little.",
	Next:     "Issue a new token with a larger scope",
	sentence: "{registry} refused {login} because its scope is too small: {answer}",
	causes:   []string{"The token was issued for another repository or for fewer actions"},
	remedy:   remedyScope,
}, {
	Reason: verdict.ReasonTokenInvalid, Status: "fail",
	Meaning:  "The registry refused the bearer token.",
	Next:     "Issue a new token",
	sentence: "{registry} refused {login}: {answer}",
	causes: []string{
		causeRevoked, causeRotated,
		"The token was issued for another registry, or is a password that belongs beside a user name",
	},
	remedy: remedyToken,
}, {
	Reason: verdict.ReasonUnsupportedChallenge, Status: "fail",
	Meaning:  "The registry refuses these credentials and offers no kind of login that they are.",
	Next:     "Check whether a proxy in front of it removes the header WWW-Authenticate",
	sentence: "{registry} refused {login} and names no way to log in: {answer}",
	causes: []string{
		"A proxy in front of the registry removes the WWW-Authenticate header",
	},
	remedy: remedyOffer,
}, {
	Reason: verdict.ReasonForbiddenNetwork, Status: "fail",
	Meaning:  "The registry forbids the request with and without credentials.",
	Next:     "Have this network allowed at the registry",
	sentence: "{registry} forbids every request from here, with and without credentials, so {login} could not be checked: {answer}",
	causes:   []string{causeAllowlist, "A firewall in front of the registry blocks this client"},
	remedy:   remedyAllow,
}, {
	Reason: verdict.ReasonForbidden, Status: "fail",
	Meaning:  "The registry forbids access with these credentials.",
	Next:     "Check the account, and set its current password or token",
	sentence: "{registry} refused {login}: {answer}",
	causes: []string{
		"The account lacks permission, or is disabled",
		causeRotated, causeExpired, causeAllowlist,
	},
	remedy: remedyRenew,
}, {
	Reason: verdict.ReasonAccessDenied, Status: "fail",
	Meaning:  "A permission in `access` is refused.",
	Next:     "Grant the permission at the registry",
	sentence: "{registry} does not let {login} {missing}",
	causes: []string{
		"The account lacks this permission on the repository",
		"The repository does not exist, or its name is mistyped",
	},
	remedy: remedyGrant,
}, {
	Reason: verdict.ReasonImageMissing, Status: "fail",
	Meaning:  "The credentials may pull, and the image that `reference` names is not there.",
	Next:     "Push the image, or correct the name, the tag or the digest",
	sentence: "{registry} accepts {login}, but {absent}",
	causes: []string{
		"The image was not pushed yet, or was deleted",
		"The tag or the digest is mistyped, or belongs to another repository",
	},
	remedy: remedyImage,
}, {
	Reason: verdict.ReasonAccessUnproven, Status: "fail",
	Meaning:  "A permission in `access` could not be decided.",
	Next:     "Check the permission at the registry",
	sentence: "{registry} does not say whether {login} may {unknown}",
	causes:   []string{"The registry does not say what a token grants"},
	remedy:   remedyPermission,
}, {
	Reason: verdict.ReasonAnyoneAccepted, Status: "fail",
	Meaning:  "With `require_verified`: invented credentials were accepted too.",
	Next:     "Have the registry check passwords, or prove a permission with access",
	sentence: "{registry} accepts an invented login as well as {login}, so it is not proven",
	causes: []string{
		"The registry does not check credentials here, and accepts any",
		"A proxy in front of the registry answers in its place",
	},
	remedy: remedyProveUse,
}}
