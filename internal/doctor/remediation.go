package doctor

import (
	"strings"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

// Remediation is what to do on one platform. Each step of a platform of Stella
// Ops is one line of shell, comments included; those of the registry are
// sentences. No step prints a secret.
type Remediation struct {
	Platform string
	Steps    []string
}

// remedy is a set of steps; it is nil where nothing needs mending.
type remedy []Remediation

// The platforms of the source document, and the registry itself.
const (
	platformCompose    = "docker-compose"
	platformSystemd    = "systemd"
	platformKubernetes = "kubernetes"
	platformRegistry   = "registry"
)

// What looks at the configuration without showing what is secret in it.
const (
	lookCompose    = `awk -F= 'toupper($1) ~ /^(OCI|REGISTRY)__/ {print $1 "=" (length($2) ? "****" : "")}' .env`
	lookSystemd    = `jq '.OCI | {Username, Password: (if .Password then "****" else null end), Token: (if .Token then "****" else null end)}' /etc/stellaops/appsettings.Production.json`
	lookKubernetes = `kubectl get secret stellaops-registry-creds -o json | jq '.data | map_values(if . == "" then "empty" else "****" end)'`
)

// remedyConfigure mends credentials that are incomplete or missing here.
var remedyConfigure = remedy{
	{platformCompose, []string{
		"# Check credential configuration: a name without a value is an empty secret",
		lookCompose,
		"# Add what is missing, with the password in REGISTRY_PASSWORD; the last line of a name counts",
		`printf 'OCI__Username=%s\nOCI__Password=%s\n' {user} "$REGISTRY_PASSWORD" >> .env`,
		"# Recreate the container: a restart alone keeps the old environment",
		"docker compose up -d --force-recreate platform",
	}},
	{platformSystemd, []string{
		"# Check credential configuration",
		lookSystemd,
		"# Add what is missing",
		"sudo nano /etc/stellaops/appsettings.Production.json",
		"sudo systemctl restart stellaops-platform",
	}},
	{platformKubernetes, []string{
		"# Check the secret that oci.existingSecret in values.yaml names; it has the keys username and password",
		lookKubernetes,
		"# Create or update it, with the password in REGISTRY_PASSWORD",
		`kubectl create secret generic stellaops-registry-creds --from-literal=username={user} --from-literal=password="$REGISTRY_PASSWORD" --dry-run=client -o yaml | kubectl apply -f -`,
		"helm upgrade stellaops ./chart -f values.yaml",
	}},
}

// remedyRotate replaces credentials that were refused.
var remedyRotate = remedy{
	{platformCompose, []string{
		"# Check credential configuration",
		lookCompose,
		"# Test credentials manually",
		"docker login {host}",
		"# Rotate credentials, with the new password in REGISTRY_PASSWORD; the last line of a name counts",
		`printf 'OCI__Username=%s\nOCI__Password=%s\n' {user} "$REGISTRY_PASSWORD" >> .env`,
		"# Recreate the container: a restart alone keeps the old environment",
		"docker compose up -d --force-recreate platform",
	}},
	{platformSystemd, []string{
		"# Check credential configuration",
		lookSystemd,
		"# Test with curl, which asks for the password",
		"curl -sS -o /dev/null -w '%{http_code}\\n' -u {user} {url}",
		"# Update credentials",
		"sudo nano /etc/stellaops/appsettings.Production.json",
		"sudo systemctl restart stellaops-platform",
	}},
	{platformKubernetes, []string{
		"# Check the secret that oci.existingSecret in values.yaml names; it has the keys username and password",
		lookKubernetes,
		"# Create or update it, with the new password in REGISTRY_PASSWORD",
		`kubectl create secret generic stellaops-registry-creds --from-literal=username={user} --from-literal=password="$REGISTRY_PASSWORD" --dry-run=client -o yaml | kubectl apply -f -`,
		"helm upgrade stellaops ./chart -f values.yaml",
	}},
	{platformRegistry, []string{
		"Look whether the account or token still exists, is enabled and may read.",
		"Issue a new password or token, and configure it before the old one ends.",
	}},
}

// remedyReach finds out where the way to the registry ends.
var remedyReach = remedy{
	{platformCompose, []string{
		"# Ask the registry from inside the container; any status is an answer",
		"docker compose exec platform curl -sS -o /dev/null -w '%{http_code}\\n' {url}",
		"# Check registry address and proxy",
		"docker compose exec platform sh -c 'env | cut -d= -f1 | grep -iE \"proxy|registryurl\"'",
	}},
	{platformSystemd, []string{
		"# Resolve the name, then ask the registry; any status is an answer",
		"getent hosts {hostname}",
		"curl -sS -o /dev/null -w '%{http_code}\\n' {url}",
		"# Correct registry address or proxy",
		"sudo nano /etc/stellaops/appsettings.Production.json",
		"sudo systemctl restart stellaops-platform",
	}},
	{platformKubernetes, []string{
		"# Ask the registry from inside the cluster; any status is an answer",
		"kubectl run registry-check --rm -i --restart=Never --image=curlimages/curl -- -sS -o /dev/null -w '%{http_code}\\n' {url}",
		"# Correct oci.registryUrl in values.yaml",
		"helm upgrade stellaops ./chart -f values.yaml",
	}},
	{platformRegistry, []string{
		"Look whether the registry runs, and whether its log shows the request.",
	}},
}

// remedyTLS looks at the certificate.
var remedyTLS = remedy{
	{platformCompose, []string{
		"# See what the registry shows, from inside the container",
		"docker compose exec platform curl -sSv -o /dev/null {url}",
	}},
	{platformSystemd, []string{
		"# See which certificate the registry shows",
		"openssl s_client -connect {dial} -servername {hostname} < /dev/null | openssl x509 -noout -subject -issuer -dates",
		"# Install the authority that signed it",
		"sudo cp registry-ca.crt /usr/local/share/ca-certificates/registry-ca.crt",
		"sudo update-ca-certificates",
		"sudo systemctl restart stellaops-platform",
	}},
	{platformKubernetes, []string{
		"# See what the registry shows, from inside the cluster",
		"kubectl run registry-check --rm -i --restart=Never --image=curlimages/curl -- -sSv -o /dev/null {url}",
	}},
	{platformRegistry, []string{
		"Renew the certificate if it has expired, for the name that clients use, with its intermediate certificates.",
	}},
}

// remedyAddress corrects where the question goes.
var remedyAddress = remedy{
	{platformCompose, []string{
		"# See what answers there; a registry sends Docker-Distribution-Api-Version",
		"curl -sS -o /dev/null -D - {url}",
		"# Correct OCI__RegistryUrl, then recreate the container",
		"nano .env",
		"docker compose up -d --force-recreate platform",
	}},
	{platformSystemd, []string{
		"# See what answers there; a registry sends Docker-Distribution-Api-Version",
		"curl -sS -o /dev/null -D - {url}",
		"# Correct OCI.RegistryUrl",
		"sudo nano /etc/stellaops/appsettings.Production.json",
		"sudo systemctl restart stellaops-platform",
	}},
	{platformKubernetes, []string{
		"# See what answers there; a registry sends Docker-Distribution-Api-Version",
		"curl -sS -o /dev/null -D - {url}",
		"# Correct oci.registryUrl in values.yaml",
		"helm upgrade stellaops ./chart -f values.yaml",
	}},
}

// remedyWait is for a registry that cannot judge now.
var remedyWait = remedy{
	{platformCompose, []string{
		"# See whether the registry answers again before the next plan",
		"curl -sS -o /dev/null -w '%{http_code}\\n' {url}",
		"# Look for what repeats failed logins",
		"docker compose logs --since 1h platform",
	}},
	{platformSystemd, []string{
		"# See whether the registry answers again before the next plan",
		"curl -sS -o /dev/null -w '%{http_code}\\n' {url}",
		"# Look for what repeats failed logins",
		"journalctl --unit stellaops-platform --since '1 hour ago'",
	}},
	{platformKubernetes, []string{
		"# See whether the registry answers again before the next plan",
		"curl -sS -o /dev/null -w '%{http_code}\\n' {url}",
		"# Look for pods that repeat failed pulls",
		"kubectl get events --all-namespaces --field-selector reason=Failed",
	}},
	{platformRegistry, []string{
		"Look at the registry's status page or log, and plan again when it answers.",
		"Where failed logins caused it, stop what repeats the old credentials first.",
	}},
}

// remedyAllow is for a network that the registry does not let in.
var remedyAllow = remedy{
	{platformCompose, []string{
		"# See whether the container is refused without credentials too; 403 means yes",
		"docker compose exec platform curl -sS -o /dev/null -w '%{http_code}\\n' {url}",
	}},
	{platformSystemd, []string{
		"# See whether this machine is refused without credentials too; 403 means yes",
		"curl -sS -o /dev/null -w '%{http_code}\\n' {url}",
	}},
	{platformKubernetes, []string{
		"# See whether the cluster is refused without credentials too; 403 means yes",
		"kubectl run registry-check --rm -i --restart=Never --image=curlimages/curl -- -sS -o /dev/null -w '%{http_code}\\n' {url}",
	}},
	{platformRegistry, []string{
		"Add the address that this machine is seen under to the registry's allowlist or firewall.",
	}},
}

// remedyLogin renews what a credential helper hands out.
var remedyLogin = everywhere(
	"# The credential helper runs where the plan is made: log in again there, with the same Docker configuration",
	"docker login {host}",
	"terraform plan",
)

// remedySwitchOn ends the state in which nothing is checked.
var remedySwitchOn = everywhere(
	"# Switch the checks on again: remove skip_checks from the provider block, and the variable",
	"unset STELLAOPS_SKIP_CHECKS",
	"terraform plan",
)

// everywhere is a remedy whose steps do not depend on the platform.
func everywhere(steps ...string) remedy {
	return remedy{{platformCompose, steps}, {platformSystemd, steps}, {platformKubernetes, steps}}
}

// remediation fills the steps in; empty on a verified pass.
func remediation(e Evidence, v Verdict, clean registry.Cleaner) []Remediation {
	if v.Verified {
		return []Remediation{}
	}
	fill := strings.NewReplacer(
		"{host}", e.Endpoint.Host(),
		"{hostname}", e.Endpoint.Hostname(),
		"{dial}", e.Endpoint.DialAddress(),
		"{url}", shellQuote(e.Endpoint.URL()),
		"{user}", shellQuote(userOrExample(e.Credential.Username, clean)),
	)
	filled := []Remediation{}
	steps := lookup(v.Reason).remedy
	if steps == nil { // accepted, but not proven as require_verified wants it
		steps = remedyWait
	}
	for _, r := range steps {
		lines := make([]string, len(r.Steps))
		for i, step := range r.Steps {
			lines[i] = fill.Replace(step)
		}
		filled = append(filled, Remediation{r.Platform, lines})
	}
	return filled
}

// userOrExample is the user name for a command; the source document's where
// none is configured, or none that may be shown on a terminal.
func userOrExample(name string, clean registry.Cleaner) string {
	if name == "" || registry.Printable(name) != name || hidesSecret(name, clean) {
		return "stellaops-svc"
	}
	return registry.Cut(name, maxUsername)
}

// shellQuote makes one word of s in any POSIX shell.
func shellQuote(s string) string {
	if strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._@-") == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
