package advice

// Steps that send a request to the registry or its token service and print the status.
const (
	askAnonymously = "curl -sS -o /dev/null -w '%{http_code}\\n' {url}"
	askService     = "curl -sS -o /dev/null -w '%{http_code}\\n' {service}"
	inCluster      = "kubectl run registry-check --rm -i --restart=Never --image=curlimages/curl -- "
)

// remedyReach finds where the connection to the registry fails.
var remedyReach = always(
	Remediation{platformCompose, []string{
		"# Ask the registry from inside the container; any status is an answer",
		"docker compose exec platform " + askAnonymously,
		"# Check registry address and proxy; the login of a proxy is not shown",
		"docker compose exec platform env | grep -iE '^[a-z_]*(proxy|registryurl)=' | sed -E 's#=([A-Za-z0-9+.-]*://)?.*@#=\\1****@#'",
	}},
	Remediation{platformSystemd, []string{
		"# Resolve the name, then ask the registry; any status is an answer",
		"getent hosts {hostname}",
		askAnonymously,
		"# Correct registry address or proxy",
		editSystemd,
		restartSystemd,
	}},
	Remediation{platformKubernetes, []string{
		"# Ask the registry from inside the cluster; any status is an answer",
		inCluster + "-sS -o /dev/null -w '%{http_code}\\n' {url}",
		"# Correct oci.registryUrl in values.yaml",
		upgradeHelm,
	}},
	Remediation{platformRegistry, []string{
		"Look whether the registry runs, and whether its log shows the request.",
	}},
)

// remedyAddress corrects registry_url.
var remedyAddress = always(
	Remediation{platformCompose, []string{
		"# See what answers there; a registry sends Docker-Distribution-Api-Version",
		"curl -sS -o /dev/null -D - {url}",
		"# Correct OCI__RegistryUrl, then recreate the container",
		"nano .env",
		recreateCompose,
	}},
	Remediation{platformSystemd, []string{
		"# See what answers there; a registry sends Docker-Distribution-Api-Version",
		"curl -sS -o /dev/null -D - {url}",
		"# Correct OCI.RegistryUrl",
		editSystemd,
		restartSystemd,
	}},
	Remediation{platformKubernetes, []string{
		"# See what answers there; a registry sends Docker-Distribution-Api-Version",
		"curl -sS -o /dev/null -D - {url}",
		"# Correct oci.registryUrl in values.yaml",
		upgradeHelm,
	}},
)

// remedyAllow is for a registry that refuses this network.
var remedyAllow = always(
	Remediation{platformCompose, []string{
		"# See whether the container is refused without credentials too; 403 means yes",
		"docker compose exec platform " + askAnonymously,
	}},
	Remediation{platformSystemd, []string{
		"# See whether this machine is refused without credentials too; 403 means yes",
		askAnonymously,
	}},
	Remediation{platformKubernetes, []string{
		"# See whether the cluster is refused without credentials too; 403 means yes",
		inCluster + "-sS -o /dev/null -w '%{http_code}\\n' {url}",
	}},
	Remediation{platformRegistry, []string{
		"Add the address that this machine is seen under to the registry's allowlist or firewall.",
	}},
)

// remedyService finds where the connection to the token service fails.
var remedyService = always(
	Remediation{platformCompose, []string{
		"# Ask the token service from inside the container; any status below 500 is an answer",
		"docker compose exec platform " + askService,
	}},
	Remediation{platformSystemd, []string{
		"# Ask the token service; any status below 500 is an answer",
		askService,
	}},
	Remediation{platformKubernetes, []string{
		"# Ask the token service from inside the cluster; any status below 500 is an answer",
		inCluster + "-sS -o /dev/null -w '%{http_code}\\n' {service}",
	}},
	Remediation{platformRegistry, []string{
		"Look whether the token service runs, and whether the registry names the right one.",
	}},
)
