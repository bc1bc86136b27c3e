package advice

const noteAnswers = "# See whether the registry answers again before the next plan"

// remedyWait is for a registry with an outage.
var remedyWait = everywhere([]string{
	noteAnswers,
	askAnonymously,
	"# Plan again when it does",
	"terraform plan",
}, "Look at the registry's status page or log.")

// remedyLimited is for a registry that limits the rate of requests.
var remedyLimited = always(
	Remediation{platformCompose, []string{
		noteAnswers,
		askAnonymously,
		"# Look for what repeats failed logins",
		"docker compose logs --since 1h platform",
	}},
	Remediation{platformSystemd, []string{
		noteAnswers,
		askAnonymously,
		"# Look for what repeats failed logins",
		"journalctl --unit stellaops-platform --since '1 hour ago'",
	}},
	Remediation{platformKubernetes, []string{
		noteAnswers,
		askAnonymously,
		"# Look for pods that repeat failed pulls",
		"kubectl get events --all-namespaces --field-selector reason=Failed",
	}},
	Remediation{platformRegistry, []string{
		"Stop what repeats old credentials, and plan again when the registry answers.",
		"Look how many requests the registry allows this address and this account.",
	}},
)
