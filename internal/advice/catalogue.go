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

	// sentence is the message, unless the evidence needs another one (sentenceOf in
	// message.go); what stands in braces is filled in there.
	sentence string
	// unsent is the message where no request was sent.
	unsent string
	// causes are the likely causes, most likely first.
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
	unsent:  "The check was skipped, since {switch} switches all checks off: no registry was asked, and nothing is proven",
	causes:  []string{"The switch was set on purpose, for example to destroy while a registry is down, and was left on"},
	remedy:  remedySwitchOn,
}, {
	Reason: verdict.ReasonPasswordMissing, Status: "fail",
	Meaning: "A user name is configured without a password; nothing was sent.",
	unsent:  "User name {user} is configured for {registry} without a password, so nothing was sent",
	causes:  []string{causeReference, "The secret exists, but its password key is empty or has another name"},
	remedy:  remedyPassword,
}, {
	Reason: verdict.ReasonUsernameMissing, Status: "fail",
	Meaning: "A password is configured without a user name; nothing was sent.",
	unsent:  "A password is configured for {registry} without a user name, so nothing was sent",
	causes: []string{
		"Password provided without a corresponding user name (broken secret reference)",
		"The secret is a token: it belongs in the token argument, or the registry wants a fixed user name beside it",
	},
	remedy: remedyUsername,
}, {
	Reason: verdict.ReasonMalformedCredentials, Status: "fail",
	Meaning:  "The credentials cannot be sent as they are, or the registry called them malformed.",
	sentence: "{registry} called {credential} malformed: {answer}",
	unsent:   "{malformed} configured for {registry} cannot be sent, so nothing was sent",
	causes: []string{
		"The secret was cut, wrapped or encoded once too often on its way into the configuration",
		"The secret was made for another registry or another region",
	},
	remedy: remedyMalformed,
}, {
	Reason: verdict.ReasonCredentialSourceFailed, Status: "fail",
	Meaning: "The credential helper that should give the credentials failed; nothing was sent.",
	unsent:  "The credentials for {registry} could not be fetched, so nothing was sent: {failure}",
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
	sentence: "{registry} could not be asked about {credential}: {answer}",
	causes: []string{
		"The host in registry_url is mistyped",
		"The name exists only in another network, or the name server cannot be reached from here",
	},
	remedy: remedyName,
}, {
	Reason: verdict.ReasonConnectionRefused, Status: "fail",
	Meaning:  "Nothing listens at the address.",
	sentence: "{registry} could not be asked about {credential}: {answer}",
	causes: []string{
		"The registry is not running",
		"The port in registry_url is wrong",
		"A firewall refuses the connection",
	},
	remedy: remedyReach,
}, {
	Reason: verdict.ReasonConnectionFailed, Status: "fail",
	Meaning:  "The connection failed, or the answer was cut off.",
	sentence: "{registry} could not be asked about {credential}: {answer}",
	causes: []string{
		"The registry or a proxy in front of it broke off the connection",
		"Something that is no web server listens on this port",
		"HTTPS_PROXY or HTTP_PROXY names a proxy that cannot be reached, or the registry is missing in NO_PROXY",
		"The network in between is faulty",
	},
	remedy: remedyReach,
}, {
	Reason: verdict.ReasonTimeout, Status: "fail",
	Meaning:  "No complete answer came before the deadline.",
	sentence: "{registry} could not be asked about {credential}: {answer}",
	causes: []string{
		"A firewall drops the packets, or the registry is reachable from another network only",
		"The registry is overloaded, or timeout is too short for it",
	},
	remedy: remedySlow,
}, {
	Reason: verdict.ReasonTLSUntrusted, Status: "fail",
	Meaning:  "The registry's certificate is not trusted, has expired or is for another name.",
	sentence: "{registry} could not be asked about {credential}: {answer}",
	causes:   []string{causeIntercepted}, // connectionCauses has the others, here and below
	remedy:   remedyTrust,
}, {
	Reason: verdict.ReasonTLSClientCert, Status: "fail",
	Meaning:  "The registry, or what stands in front of it, wants a client certificate, or another one than is configured.",
	sentence: "{registry} wants a client certificate, so it could not be asked about {credential}: {answer}",
	causes:   []string{"registry_url names an address that is for other clients only"},
	remedy:   remedyClientCert,
}, {
	Reason: verdict.ReasonTLSFailed, Status: "fail",
	Meaning:  "The TLS handshake failed for another reason, such as a certificate that cannot be parsed or a port that does not speak TLS.",
	sentence: "{registry} could not be asked about {credential}: {answer}",
	causes:   []string{"A proxy or a firewall in between disturbs the connection"},
	remedy:   remedyTLSVersion,
}, {
	Reason: verdict.ReasonPlainHTTPRegistry, Status: "fail",
	Meaning:  "The registry answers plain HTTP where https is asked.",
	sentence: "{registry} could not be asked about {credential}: {answer}",
	causes: []string{
		"The registry has no TLS; if credentials may travel unencrypted to it, write http:// in registry_url",
		"TLS is on another port",
	},
	remedy: remedyPlainHTTP,
}, {
	Reason: verdict.ReasonUnexpectedRedirect, Status: "fail",
	Meaning:  "The answer is a redirect to another host, port or scheme; nothing was sent there.",
	sentence: "{registry} did not answer about {credential} but pointed elsewhere: {answer}",
	causes: []string{
		"registry_url is not the address under which the registry itself answers",
		"A login page or a captive portal stands in front of the registry",
	},
	remedy: remedyAddress,
}, {
	Reason: verdict.ReasonProxyAuthRequired, Status: "fail",
	Meaning:  "The proxy wants a login of its own.",
	sentence: "{registry} could not be asked about {credential}: {answer}",
	causes: []string{
		"HTTPS_PROXY or HTTP_PROXY names a proxy without user name and password, or with wrong ones",
		"The registry should be reached directly and is missing in NO_PROXY",
	},
	remedy: remedyProxyLogin,
}, {
	Reason: verdict.ReasonRateLimited, Status: "fail",
	Meaning:  "The registry limits requests for now.",
	sentence: "{registry} did not judge {credential}: {answer}",
	causes: []string{
		"Too many requests came from this address or for this account",
		"Repeated failed logins locked the account or the address for a while",
	},
	remedy: remedyLimited,
}, {
	Reason: verdict.ReasonServerError, Status: "fail",
	Meaning:  "The registry has a fault of its own.",
	sentence: "{registry} did not judge {credential}: {answer}",
	causes: []string{
		"The registry, its storage or the proxy in front of it is down or being restarted",
	},
	remedy: remedyWait,
}, {
	Reason: verdict.ReasonNotARegistry, Status: "fail",
	Meaning:  "What answers is no OCI registry.",
	sentence: "What answers for {registry} is no OCI registry, so {credential} could not be judged: {answer}",
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
	sentence: "{registry} refused {credential} because the request's header is too large with it: {answer}",
	causes: []string{
		"The secret holds more than a password or a token, such as a whole file or a whole docker_config_json",
		"A server in front of the registry accepts smaller headers than this token takes",
	},
	remedy: remedyTooLarge,
}, {
	Reason: verdict.ReasonUnexpectedAnswer, Status: "fail",
	Meaning:  "The answer to the credentials has a status that says nothing about them.",
	sentence: "{registry} gave {credential} an answer that does not decide: {answer}",
	causes: []string{
		"A proxy, a firewall or a billing system in front of the registry answers requests that carry credentials",
		"The registry lives under another base path, which only a request with credentials shows",
	},
	remedy: remedyUnexpected,
}, {
	Reason: verdict.ReasonAnonymousAccepted, Status: "pass",
	Meaning:  "No credentials are configured and the registry answers without.",
	sentence: "{registry} answers without credentials, and none are configured: {answer}",
	causes:   []string{"The registry is open, and the check has no credentials to prove"},
	remedy:   remedyConfigure,
}, {
	Reason: verdict.ReasonAuthenticationRequired, Status: "fail",
	Meaning:  "No credentials are configured and the registry requires some; with `access`, it refuses a permission without them.",
	sentence: "{registry} wants credentials, and none are configured for it: {answer}",
	causes: []string{
		"The configuration holds no credentials for this registry",
		"A secret reference did not resolve and left them empty",
	},
	remedy: remedyConfigure,
}, {
	Reason: verdict.ReasonAccepted, Status: "pass",
	Meaning:  "The registry accepts these credentials and refuses the same request without them. This is the proof.",
	sentence: "{registry} accepted {credential}: {answer}",
	remedy:   remedyWait, // where require_verified found no proof
}, {
	Reason: verdict.ReasonAcceptedUnproven, Status: "pass",
	Meaning:  "The registry answers 200, but it does so without credentials too. `require_verified` tries whether it refuses a wrong password.",
	sentence: "{registry} let {credential} pass, but it answers the same without credentials, so they are not proven: {answer}",
	causes: []string{
		"The registry is open for reading and does not look at credentials here",
		"The credentials may be wrong all the same",
	},
	remedy: remedyProve,
}, {
	Reason: verdict.ReasonExchangeAccepted, Status: "pass",
	Meaning:  "The token service issued a token for these credentials that it issues to nobody else, and the registry accepts it. This is the proof.",
	sentence: "{registry} accepted {credential}: {answer}",
	remedy:   remedyWait, // where require_verified found no proof
}, {
	Reason: verdict.ReasonExchangeAnonymous, Status: "fail",
	Meaning:  "The token service issued these credentials the token that it issues without credentials, so it did not accept them.",
	sentence: "{registry} gave {credential} only the token that it gives without credentials: {answer}",
	causes: []string{
		causeRotated,
		"The token service answers a wrong password with an anonymous token instead of a refusal",
	},
	remedy: remedyRenew,
}, {
	Reason: verdict.ReasonExchangeInconclusive, Status: "pass or fail",
	Meaning:  "The token service issues the same token to anybody, so nothing is proven. User name and password pass, an identity token fails.",
	sentence: "{registry} gave a token for {credential}, but its token service gives as much to anybody, so nothing is proven: {answer}",
	causes: []string{
		"The token service hands anonymous tokens to everybody, wrong passwords included",
		"The token does not say for whom it was issued",
	},
	remedy: remedyProve,
}, {
	Reason: verdict.ReasonTokenRejected, Status: "fail",
	Meaning:  "The token service issued a token, and the registry refused it.",
	sentence: "{registry} refused the token that its own token service issued for {credential}: {answer}",
	causes: []string{
		"Registry and token service disagree about issuer, audience or signing key",
		"The clock of the registry or of the token service is wrong",
	},
	remedy: remedyAgree,
}, {
	Reason: verdict.ReasonRealmUnsafe, Status: "fail",
	Meaning:  "The token service that the registry names must not be sent a secret; nothing was sent there.",
	sentence: "{registry} names a token service that must not get {credential}: {answer}",
	causes: []string{
		"The registry is misconfigured and names an internal or unencrypted address",
		"The token service is at a private address on purpose; trusted_realms in the provider block allows that",
		"The registry, or something in front of it, tries to collect credentials",
	},
	remedy: remedyRealm,
}, {
	Reason: verdict.ReasonExchangeUnavailable, Status: "pass or fail",
	Meaning:  "The token service gave no usable answer. User name and password pass unproven where the registry accepts only tokens and the token service does not answer at all; all else fails.",
	sentence: "{registry} could not exchange {credential} for a token, so nothing was proven: {answer}",
	causes: []string{
		"The token service is down, overloaded or not reachable from here",
		"The registry names a token service that does not exist, or none at all",
	},
	remedy: remedyService,
}, {
	Reason: verdict.ReasonExchangeSkipped, Status: "pass or fail",
	Meaning:  "The registry wants the credentials exchanged for a token, and `token_exchange` is false. A 401 passes as it does in the Doctor; a 400 or 403, and an identity token, fail.",
	sentence: "{registry} wants {credential} exchanged for a token, and its token service was not asked: {answer}",
	unsent:   "An identity token for {registry} can only be exchanged for another, and token_exchange is false, so nothing was sent",
	causes: []string{
		"The registry takes tokens only; whether the credentials are right is known to its token service",
		causeRotated,
	},
	remedy: remedyExchange,
}, {
	Reason: verdict.ReasonInvalidCredentials, Status: "fail",
	Meaning:  "The registry refused the user name and password.",
	sentence: "{registry} refused {credential}: {answer}",
	causes:   []string{causeRotated, causeExpired, "The user name is mistyped, or the account is locked or was removed"},
	remedy:   remedyRenew,
}, {
	Reason: verdict.ReasonTokenExpired, Status: "fail",
	Meaning:  "The registry refused the bearer token, which has expired.",
	sentence: "{registry} refused {credential}, which has expired: {answer}",
	causes:   []string{causeExpired, "A short-lived token was stored where a longer-lived one is needed"},
	remedy:   remedyRenew,
}, {
	Reason: verdict.ReasonInsufficientScope, Status: "fail",
	Meaning:  "The registry refused the bearer token because it covers too little.",
	sentence: "{registry} refused {credential}, since its scope is too small: {answer}",
	causes:   []string{"The token was issued for another repository or for fewer actions"},
	remedy:   remedyScope,
}, {
	Reason: verdict.ReasonTokenInvalid, Status: "fail",
	Meaning:  "The registry refused the bearer token.",
	sentence: "{registry} refused {credential}: {answer}",
	causes: []string{
		causeRevoked, causeRotated,
		"The token was issued for another registry, or is a password that belongs beside a user name",
	},
	remedy: remedyToken,
}, {
	Reason: verdict.ReasonUnsupportedChallenge, Status: "fail",
	Meaning:  "The registry refuses these credentials and offers no kind of login that they are.",
	sentence: "{registry} offers no way in that {credential} could take: {answer}",
	causes: []string{
		"The registry wants another kind of login",
		"A proxy in front of the registry removes the WWW-Authenticate header",
	},
	remedy: remedyOffer,
}, {
	Reason: verdict.ReasonForbiddenNetwork, Status: "fail",
	Meaning:  "The registry forbids the request with and without credentials.",
	sentence: "{registry} forbids access from here, whatever the credentials; {credential} could not be judged: {answer}",
	causes:   []string{causeAllowlist, "A firewall in front of the registry blocks this client"},
	remedy:   remedyAllow,
}, {
	Reason: verdict.ReasonForbidden, Status: "fail",
	Meaning:  "The registry forbids access with these credentials.",
	sentence: "{registry} forbids access with {credential}: {answer}",
	causes: []string{
		"The account lacks permission, or is disabled",
		causeRotated, causeExpired, causeAllowlist,
	},
	remedy: remedyRenew,
}, {
	Reason: verdict.ReasonAccessDenied, Status: "fail",
	Meaning:  "A permission in `access` is refused.",
	sentence: "{registry} refuses {credential} a permission: {access}",
	causes: []string{
		"The account lacks this permission on the repository",
		"The repository does not exist, or its name is mistyped",
	},
	remedy: remedyGrant,
}, {
	Reason: verdict.ReasonAccessUnproven, Status: "fail",
	Meaning:  "A permission in `access` could not be decided.",
	sentence: "{registry} does not show what {credential} may do: {access}",
	causes: []string{
		"The registry does not say what a token grants; push and delete are then tried with probe = true only",
		"The repository has no tag latest that could be asked for",
	},
	remedy: remedyPermission,
}, {
	Reason: verdict.ReasonAnyoneAccepted, Status: "fail",
	Meaning:  "With `require_verified`: invented credentials were accepted too.",
	sentence: "{registry} accepts invented credentials as well as {credential}, so these are not proven: {answer}",
	causes: []string{
		"The registry does not check credentials here, and accepts any",
		"A proxy in front of the registry answers in its place",
	},
	remedy: remedyProveUse,
}}
