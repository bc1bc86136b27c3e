package doctor

// answerReasons are the reasons of answers about credentials and permissions.
var answerReasons = []Entry{{
	Reason: ReasonAnonymousAccepted, Status: "pass",
	Meaning:  "No credentials are configured and the registry answers without.",
	sentence: "{registry} answers without credentials, and none are configured: {answer}",
	causes:   []string{"The registry is open, and the check has no credentials to prove"},
	remedy:   remedyConfigure,
}, {
	Reason: ReasonAuthenticationRequired, Status: "fail",
	Meaning:  "No credentials are configured and the registry wants some.",
	sentence: "{registry} wants credentials, and none are configured for it: {answer}",
	causes: []string{
		"The configuration holds no credentials for this registry",
		"A secret reference did not resolve and left them empty",
	},
	remedy: remedyConfigure,
}, {
	Reason: ReasonAccepted, Status: "pass",
	Meaning:  "The registry accepts these credentials and refuses the same request without them. This is the proof.",
	sentence: "{registry} accepted {credential}: {answer}",
}, {
	Reason: ReasonAcceptedUnproven, Status: "pass",
	Meaning:  "The registry answers 200, but it does so without credentials too. `require_verified` tries whether it refuses a wrong password.",
	sentence: "{registry} let {credential} pass, but it answers the same without credentials, so they are not proven: {answer}",
	causes: []string{
		"The registry is open for reading and does not look at credentials here",
		"The credentials may be wrong all the same",
	},
	remedy: remedyProve,
}, {
	Reason: ReasonExchangeAccepted, Status: "pass",
	Meaning:  "The token service issued a token for these credentials that it issues to nobody else, and the registry accepts it. This is the proof.",
	sentence: "{registry} accepted {credential}: {answer}",
}, {
	Reason: ReasonExchangeInconclusive, Status: "pass or fail",
	Meaning:  "The token service issues the same token to anybody, so nothing is proven. User name and password pass, an identity token fails.",
	sentence: "{registry} gave a token for {credential}, but its token service gives as much to anybody, so nothing is proven: {answer}",
	causes: []string{
		"The token service hands anonymous tokens to everybody, wrong passwords included",
		"The token does not say for whom it was issued",
	},
	remedy: remedyProve,
}, {
	Reason: ReasonTokenRejected, Status: "fail",
	Meaning:  "The token service issued a token, and the registry refused it.",
	sentence: "{registry} refused the token that its own token service issued for {credential}: {answer}",
	causes: []string{
		"Registry and token service disagree about issuer, audience or signing key",
		"The clock of the registry or of the token service is wrong",
	},
	remedy: remedyAgree,
}, {
	Reason: ReasonRealmUnsafe, Status: "fail",
	Meaning:  "The token service that the registry names must not be sent a secret; nothing was sent there.",
	sentence: "{registry} names a token service that must not get {credential}: {answer}",
	causes: []string{
		"The registry is misconfigured and names an internal or unencrypted address",
		"The token service is at a private address on purpose; trusted_realms in the provider block allows that",
		"The registry, or something in front of it, tries to collect credentials",
	},
	remedy: remedyTokenService,
}, {
	Reason: ReasonExchangeUnavailable, Status: "pass or fail",
	Meaning:  "The token service gave no usable answer. User name and password pass unproven where the registry only asks for a token, all else fails.",
	sentence: "{registry} could not exchange {credential} for a token, so nothing was proven: {answer}",
	causes: []string{
		"The token service is down, overloaded or not reachable from here",
		"The registry names a token service that does not exist, or none at all",
	},
	remedy: remedyService,
}, {
	Reason: ReasonExchangeSkipped, Status: "pass or fail",
	Meaning:  "The registry wants the credentials exchanged for a token, and `token_exchange` is false. A 401 passes as it does in the Doctor; a 400 or 403, and an identity token, fail.",
	sentence: "{registry} wants {credential} exchanged for a token, and its token service was not asked: {answer}",
	unsent:   "An identity token for {registry} can only be exchanged for another, and token_exchange is false, so nothing was sent",
	causes: []string{
		"The registry takes tokens only; whether the credentials are right is known to its token service",
		causeRotated,
	},
	remedy: remedyExchange,
}, {
	Reason: ReasonInvalidCredentials, Status: "fail",
	Meaning:  "The registry refused the user name and password.",
	sentence: "{registry} refused {credential}: {answer}",
	causes:   []string{causeRotated, causeExpired, "The user name is mistyped, or the account is locked or was removed"},
	remedy:   remedyRotate,
}, {
	Reason: ReasonTokenExpired, Status: "fail",
	Meaning:  "The registry refused the bearer token, which has expired.",
	sentence: "{registry} refused {credential}, which has expired: {answer}",
	causes:   []string{causeExpired, "A short-lived token was stored where a longer-lived one is needed"},
	remedy:   remedyRotate,
}, {
	Reason: ReasonInsufficientScope, Status: "fail",
	Meaning:  "The registry refused the bearer token because it covers too little.",
	sentence: "{registry} refused {credential}, since its scope is too small: {answer}",
	causes:   []string{"The token was issued for another repository or for fewer actions"},
	remedy:   remedyGrant,
}, {
	Reason: ReasonTokenInvalid, Status: "fail",
	Meaning:  "The registry refused the bearer token.",
	sentence: "{registry} refused {credential}: {answer}",
	causes: []string{
		causeRevoked, causeRotated,
		"The token was issued for another registry, or is a password that belongs beside a user name",
	},
	remedy: remedyRotate,
}, {
	Reason: ReasonUnsupportedChallenge, Status: "fail",
	Meaning:  "The registry answers 401 and offers no way in that these credentials could take.",
	sentence: "{registry} offers no way in that {credential} could take: {answer}",
	causes: []string{
		"The registry wants another kind of login",
		"A proxy in front of the registry removes the WWW-Authenticate header",
	},
	remedy: remedyOffer,
}, {
	Reason: ReasonForbiddenNetwork, Status: "fail",
	Meaning:  "The registry forbids the request with and without credentials.",
	sentence: "{registry} forbids access from here, whatever the credentials; {credential} could not be judged: {answer}",
	causes:   []string{causeAllowlist, "A firewall in front of the registry blocks this client"},
	remedy:   remedyAllow,
}, {
	Reason: ReasonForbidden, Status: "fail",
	Meaning:  "The registry forbids access with these credentials.",
	sentence: "{registry} forbids access with {credential}: {answer}",
	causes: []string{
		"The account lacks permission, or is disabled",
		causeRotated, causeExpired, causeAllowlist,
	},
	remedy: remedyRotate,
}, {
	Reason: ReasonAccessDenied, Status: "fail",
	Meaning:  "A permission in `access` is refused.",
	sentence: "{registry} refuses {credential} a permission: {access}",
	causes: []string{
		"The account lacks this permission on the repository",
		"The repository does not exist, or its name is mistyped",
	},
	remedy: remedyGrant,
}, {
	Reason: ReasonAccessUnproven, Status: "fail",
	Meaning:  "A permission in `access` could not be decided.",
	sentence: "{registry} does not show what {credential} may do: {access}",
	causes: []string{
		"The registry does not say what a token grants; push and delete are then tried with probe = true only",
		"The repository has no tag latest that could be asked for",
	},
	remedy: remedyProbe,
}, {
	Reason: ReasonAnyoneAccepted, Status: "fail",
	Meaning:  "With `require_verified`: invented credentials were accepted too.",
	sentence: "{registry} accepts invented credentials as well as {credential}, so these are not proven: {answer}",
	causes: []string{
		"The registry does not check credentials here, and accepts any",
		"A proxy in front of the registry answers in its place",
	},
	remedy: remedyProve,
}}
