package advice

import (
	"slices"
	"strings"

	"github.com/stellaops/terraform-provider-stellaops/internal/redact"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/verdict"
)

// Remediation lists what to do on one platform. The steps are lines of POSIX shell,
// comments included; those at the registry are sentences. No step prints a secret or has
// one among the arguments of a program.
type Remediation struct {
	Platform string
	Steps    []string
}

// The platforms: where the plan is made, those that Stella Ops runs on, and the registry.
const (
	platformTerraform  = "terraform"
	platformCompose    = "docker-compose"
	platformSystemd    = "systemd"
	platformKubernetes = "kubernetes"
	platformRegistry   = "registry"
)

// remedy is a list of steps, each of which remedies_steps.go names.
type remedy struct {
	plan     []string // where the plan is made, before the next plan
	renews   bool     // the credential has to change: the steps for its source follow those of plan
	part     part     // what of the credential has to change; zero for the secret of its method
	registry []string // at the registry
}

// part is a part of a credential: the argument, the variables of Stella Ops and the keys
// of its settings file.
type part struct{ argument, variables, keys string }

var (
	partUsername = part{"username", "OCI__Username", "Username"}
	partPassword = part{"password", "OCI__Password", "Password"}
	partLogin    = part{"username and password", "OCI__Username and OCI__Password", "Username and Password"}
	partToken    = part{"token", "OCI__Token", "Token"}
	partIdentity = part{argument: "identity_token"} // never read from the settings
)

// partOf is what of a credential most probably has to change, by its method.
var partOf = map[registry.Method]part{
	registry.MethodAnonymous: partLogin, registry.MethodBasic: partPassword, registry.MethodBearer: partToken, registry.MethodIdentityToken: partIdentity,
}

// remediation returns the steps for a verdict, with host, user name and URLs filled in;
// empty on a verified pass.
func remediation(e verdict.Evidence, v verdict.Verdict) []Remediation {
	if v.Verified {
		return []Remediation{}
	}
	r, source := remedyOf(e, v), e.Credential.Source
	if r.part == (part{}) {
		r.part = partOf[e.Credential.Method]
	}
	plan := slices.Clone(r.plan)
	if r.renews {
		plan = append(plan, sourceSteps[source]...)
	}
	all := []Remediation{{platformTerraform, append(plan, planAgain)}}
	if r.renews && (source == "environment" || source == "appsettings") {
		cluster := kubernetesLogin
		if r.part == partToken {
			cluster = kubernetesToken
		}
		all = append(all, Remediation{platformCompose, compose}, Remediation{platformSystemd, systemd}, Remediation{platformKubernetes, cluster})
	}
	if len(r.registry) > 0 {
		all = append(all, Remediation{platformRegistry, r.registry})
	}
	return fill(all, e, r.part)
}

// remedyOf returns the remedy for a verdict: the first that the evidence chooses, else
// that of the reason.
func remedyOf(e verdict.Evidence, v verdict.Verdict) remedy {
	for _, special := range specialRemedies {
		if special.reason == v.Reason && special.when(e) {
			return special.remedy
		}
	}
	return lookup(v.Reason).remedy
}

// fill replaces what stands in braces. In a command it is one word of the shell.
func fill(all []Remediation, e verdict.Evidence, p part) []Remediation {
	service := e.Endpoint.URL()
	if e.Exchange != nil && isWhole(e.Exchange.Endpoint) {
		service = e.Exchange.Endpoint
	}
	user := "" // docker asks for it
	if isWhole(e.Credential.Username) {
		user = "--username " + shellQuote(e.Credential.Username) + " "
	}
	filler := strings.NewReplacer(
		"{argument}", p.argument, "{variables}", p.variables, "{keys}", p.keys,
		"{user}", user, "{offered}", offered(e), "{host}", e.Endpoint.Host(),
		"{registry}", shellQuote(e.Endpoint.Host()),
		"{hostname}", shellQuote(e.Endpoint.Hostname()),
		"{dial}", shellQuote(e.Endpoint.DialAddress()),
		"{url}", shellQuote(e.Endpoint.URL()),
		"{service}", shellQuote(service),
	)
	filled := make([]Remediation, len(all))
	for i, r := range all {
		filled[i].Platform = r.Platform
		for _, step := range r.Steps {
			filled[i].Steps = append(filled[i].Steps, filler.Replace(step))
		}
	}
	return filled
}

// offered names the kinds of login that the registry offers. A scheme is a token (RFC 9110
// section 5.6.2), so it cannot end the comment that it stands in.
func offered(e verdict.Evidence) string {
	var names []string
	if e.Anonymous != nil {
		for _, challenge := range e.Offered() {
			names = append(names, challenge.Scheme)
		}
	}
	return strings.Join(slices.Compact(names), ", ")
}

// isWhole reports whether a text is complete and can be shown on a terminal, so that it
// can be used in a command: a shortened name would be another name.
func isWhole(text string) bool {
	return text != "" && !strings.Contains(text, redact.Ellipsis) && redact.Printable(text) == text
}

// shellQuote quotes s as one word of a POSIX shell.
func shellQuote(s string) string {
	if strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._@:-") == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
