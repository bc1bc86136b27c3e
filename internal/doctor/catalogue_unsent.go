package doctor

// unsentReasons are the reasons of checks that send nothing.
var unsentReasons = []Entry{{
	Reason: ReasonSkipped, Status: "skip",
	Meaning: "The checks are switched off by `skip_checks` or `STELLAOPS_SKIP_CHECKS`; nothing was sent.",
	unsent:  "The check was skipped, since {switch} switches all checks off: no registry was asked, and nothing is proven",
	causes:  []string{"The switch was set on purpose, for example to destroy while a registry is down, and was left on"},
	remedy:  remedySwitchOn,
}, {
	Reason: ReasonPasswordMissing, Status: "fail",
	Meaning: "A user name is configured without a password; nothing was sent.",
	unsent:  "User name {user} is configured for {registry} without a password, so nothing was sent",
	causes:  []string{causeReference, "The secret exists, but its password key is empty or has another name"},
	remedy:  remedyConfigure,
}, {
	Reason: ReasonUsernameMissing, Status: "fail",
	Meaning: "A password is configured without a user name; nothing was sent.",
	unsent:  "A password is configured for {registry} without a user name, so nothing was sent",
	causes: []string{
		"Password provided without a corresponding user name (broken secret reference)",
		"The secret is a token: it belongs in the token argument, or the registry wants a fixed user name beside it",
	},
	remedy: remedyConfigure,
}, {
	Reason: ReasonMalformedCredentials, Status: "fail",
	Meaning:  "The credentials cannot be sent as they are, or the registry called them malformed.",
	sentence: "{registry} called {credential} malformed: {answer}",
	unsent:   "{malformed} configured for {registry} cannot be sent, so nothing was sent",
	causes: []string{
		"The secret was cut, wrapped or encoded once too often on its way into the configuration",
		"The secret was made for another registry or another region",
	},
	remedy: remedyConfigure,
}, {
	Reason: ReasonCredentialSourceFailed, Status: "fail",
	Meaning: "The credential helper that should give the credentials failed; nothing was sent.",
	unsent:  "The credentials for {registry} could not be fetched, so nothing was sent: {failure}",
	causes: []string{
		"The login behind the credential helper has ended, as that of a single sign-on does",
		"The credential helper needs a terminal, a keychain or a network that is not there where the plan is made",
	},
	remedy: remedyHelper,
}}
