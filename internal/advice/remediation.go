package advice

import (
	"net/url"
	"strings"

	"github.com/stellaops/terraform-provider-stellaops/internal/redact"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/verdict"
)

// Remediation lists what to do on one platform. The steps of a platform of Stella Ops
// are lines of POSIX shell, comments included; those at the registry are sentences. No
// step prints a secret.
type Remediation struct {
	Platform string
	Steps    []string
}

// remedy returns the steps for a method; a nil remedy belongs to a verified pass, which
// needs none.
type remedy func(method registry.Method) []Remediation

// The platforms that Stella Ops runs on, and the registry itself.
const (
	platformCompose    = "docker-compose"
	platformSystemd    = "systemd"
	platformKubernetes = "kubernetes"
	platformRegistry   = "registry"
)

// always returns a remedy that is the same for all credentials.
func always(remediations ...Remediation) remedy {
	return func(registry.Method) []Remediation { return remediations }
}

// everywhere returns a remedy whose steps are the same on all platforms, followed by
// sentences about the registry.
func everywhere(steps []string, atRegistry ...string) remedy {
	all := []Remediation{{platformCompose, steps}, {platformSystemd, steps}, {platformKubernetes, steps}}
	if len(atRegistry) > 0 {
		all = append(all, Remediation{platformRegistry, atRegistry})
	}
	return always(all...)
}

// remediation returns the steps for a verdict, with host, user name and URLs filled in;
// empty on a verified pass.
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
	mend := remedyOf(e, v)
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

// remedyOf returns the remedy for a verdict.
func remedyOf(e verdict.Evidence, v verdict.Verdict) remedy {
	answer := accessAnswer(e)
	switch mend := lookup(v.Reason).remedy; {
	case mend == nil, // accepted, but require_verified found no proof
		v.Reason == verdict.ReasonAccessUnproven && answer != nil && isOutage(*answer.Answer):
		return remedyWait
	case v.Reason == verdict.ReasonAccessDenied && answer != nil && answer.Answer.Status == verdict.StatusUnauthorized:
		return remedyRotate
	case connectionRemedies[seenCause(e)] != nil && (v.Reason == verdict.ReasonTLSUntrusted || v.Reason == verdict.ReasonTLSFailed):
		return connectionRemedies[seenCause(e)]
	default:
		return mend
	}
}

// isWhole reports whether a text is complete, so that it can be used in a command: a
// shortened name would be another name.
func isWhole(text string) bool { return text != "" && !strings.Contains(text, redact.Ellipsis) }

// noteUser tells the reader to set the variable that commandUser uses.
const noteUser = "# Set the user name first, as in REGISTRY_USER=ci: the next lines do nothing without"

// commandUser returns the user name as a word of a command. Where none is configured,
// or it may not be shown on a terminal, the word is a variable that the reader sets: an
// invented name could be written over the right one.
func commandUser(name string) (word string, asked bool) {
	if !isWhole(name) || redact.Printable(name) != name {
		return `"${REGISTRY_USER:?}"`, true
	}
	return shellQuote(name), false
}

// loginURL returns the URL at which a user name and password can be tested: a registry
// with a token service refuses every password at /v2/.
func loginURL(e verdict.Evidence, service string) string {
	if e.Exchange == nil || verdict.Outcome(*e.Exchange) != verdict.OutcomeRefused { // the credentials were judged by /v2/
		return e.Endpoint.URL()
	}
	if challenge, ok := registry.FindChallenge(e.Offered(), "Bearer"); ok && isWhole(challenge.Params["service"]) {
		service += "?service=" + url.QueryEscape(challenge.Params["service"])
	}
	return service
}

// shellQuote quotes s as one word of a POSIX shell.
func shellQuote(s string) string {
	if strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._@:-") == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
