package advice

import (
	"net/url"
	"strings"

	"github.com/stellaops/terraform-provider-stellaops/internal/redact"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/verdict"
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
func remediation(e verdict.Evidence, v verdict.Verdict) []Remediation {
	if v.Verified {
		return []Remediation{}
	}
	service := e.Endpoint.URL()
	if e.Exchange != nil && isWhole(e.Exchange.Endpoint) {
		service = e.Exchange.Endpoint
	}
	user, asked := commandUser(e.Credential.Username)
	fill := strings.NewReplacer(
		"{host}", shellQuote(e.Endpoint.Host()),
		"{hostname}", shellQuote(e.Endpoint.Hostname()),
		"{dial}", shellQuote(e.Endpoint.DialAddress()),
		"{url}", shellQuote(e.Endpoint.URL()),
		"{plain}", shellQuote("http://"+e.Endpoint.DialAddress()+e.Endpoint.Base()+"/v2/"),
		"{service}", shellQuote(service),
		"{login}", shellQuote(loginURL(e, service)),
		"{user}", user,
	)
	mend := lookup(v.Reason).remedy
	if mend == nil { // accepted, but not proven as require_verified wants it
		mend = remedyWait
	}
	filled := []Remediation{}
	for _, r := range mend(e.Credential.Method) {
		var lines []string
		noted := !asked
		for _, step := range r.Steps {
			steps := []string{step}
			switch {
			case step == planAgain:
				steps = planAgainSteps(e.Credential.Source)
			case !noted && strings.Contains(step, "{user}"):
				steps, noted = []string{noteUser, step}, true
			}
			for _, step := range steps {
				lines = append(lines, fill.Replace(step))
			}
		}
		filled = append(filled, Remediation{r.Platform, lines})
	}
	return filled
}

// isWhole reports whether a text can stand in a command: a part of a name would be
// another name.
func isWhole(text string) bool { return text != "" && !strings.Contains(text, redact.Ellipsis) }

// noteUser says what commandUser leaves to the reader.
const noteUser = "# Set the user name first, as in REGISTRY_USER=ci: the next lines do nothing without"

// commandUser is the user name as a word of a command. Where none is configured, or
// none that may be shown on a terminal, the reader is asked for it: an invented
// one could be written over the right one.
func commandUser(name string) (word string, asked bool) {
	if !isWhole(name) || redact.Printable(name) != name {
		return `"${REGISTRY_USER:?}"`, true
	}
	return shellQuote(name), false
}

// loginURL is where user name and password are looked at: a registry that wants
// tokens refuses them all at /v2/.
func loginURL(e verdict.Evidence, service string) string {
	if e.Exchange == nil || verdict.Outcome(*e.Exchange) != verdict.OutcomeRefused { // it said nothing, and /v2/ was asked
		return e.Endpoint.URL()
	}
	if challenge, ok := registry.FindChallenge(e.Offered(), "Bearer"); ok && isWhole(challenge.Params["service"]) {
		service += "?service=" + url.QueryEscape(challenge.Params["service"])
	}
	return service
}

// shellQuote makes one word of s in any POSIX shell.
func shellQuote(s string) string {
	if strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._@:-") == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
