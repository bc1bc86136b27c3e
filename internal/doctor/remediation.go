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

// remedy chooses steps for the way in which credentials are presented; it is nil
// where nothing needs mending.
type remedy func(method registry.Method) []Remediation

// The platforms of the source document, and the registry itself.
const (
	platformCompose    = "docker-compose"
	platformSystemd    = "systemd"
	platformKubernetes = "kubernetes"
	platformRegistry   = "registry"
)

// always is a remedy that is the same for all credentials.
func always(remediations ...Remediation) remedy {
	return func(registry.Method) []Remediation { return remediations }
}

// everywhere is a remedy whose steps do not depend on the platform. What is to be
// done at the registry besides follows as sentences.
func everywhere(steps []string, atRegistry ...string) remedy {
	all := []Remediation{{platformCompose, steps}, {platformSystemd, steps}, {platformKubernetes, steps}}
	if len(atRegistry) > 0 {
		all = append(all, Remediation{platformRegistry, atRegistry})
	}
	return always(all...)
}

// remediation fills the steps in; empty on a verified pass.
func remediation(e Evidence, v Verdict, clean registry.Cleaner) []Remediation {
	if v.Verified {
		return []Remediation{}
	}
	service := e.Endpoint.URL()
	if e.Exchange != nil && e.Exchange.Endpoint != "" {
		service = clean.Scrub(e.Exchange.Endpoint)
	}
	fill := strings.NewReplacer(
		"{host}", shellQuote(e.Endpoint.Host()),
		"{hostname}", shellQuote(e.Endpoint.Hostname()),
		"{dial}", shellQuote(e.Endpoint.DialAddress()),
		"{url}", shellQuote(e.Endpoint.URL()),
		"{plain}", shellQuote("http://"+e.Endpoint.DialAddress()+e.Endpoint.Base()+"/v2/"),
		"{service}", shellQuote(service),
		"{user}", shellQuote(userOrExample(e.Credential.Username, clean)),
	)
	mend := lookup(v.Reason).remedy
	if mend == nil { // accepted, but not proven as require_verified wants it
		mend = remedyWait
	}
	filled := []Remediation{}
	for _, r := range mend(e.Credential.Method) {
		lines := make([]string, len(r.Steps))
		for i, step := range r.Steps {
			lines[i] = fill.Replace(step)
		}
		filled = append(filled, Remediation{r.Platform, lines})
	}
	return filled
}

// maxCommandUser is how long a user name in a command may be, in bytes. A part of
// one would be another name.
const maxCommandUser = 256

// userOrExample is the user name for a command; the source document's where
// none is configured, or none that may be shown on a terminal.
func userOrExample(name string, clean registry.Cleaner) string {
	if name == "" || len(name) > maxCommandUser || registry.Printable(name) != name || hidesSecret(name, clean) {
		return "stellaops-svc"
	}
	return name
}

// shellQuote makes one word of s in any POSIX shell.
func shellQuote(s string) string {
	if strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._@:-") == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
