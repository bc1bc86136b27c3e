package doctor_test

import (
	"strconv"

	"github.com/stellaops/terraform-provider-stellaops/internal/doctor"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/registrytest"
	"github.com/stellaops/terraform-provider-stellaops/internal/verdict"
)

// redirectStatuses are the redirects (RFC 9110 section 15.4).
var redirectStatuses = []int{301, 302, 303, 307, 308}

// redirectTarget is where a redirect leads away from https://HOST.
type redirectTarget struct {
	name     string
	location string
	// unread is for what leads nowhere that a message could name.
	unread bool
}

// elsewhereThan are the ways to leave https://HOST, or to seem to stay.
func elsewhereThan(host string) []redirectTarget {
	return []redirectTarget{
		{name: "another port", location: "https://" + host + ":8443/v2/"},
		{name: "a subdomain", location: "https://sub." + host + "/v2/"},
		{name: "the domain above", location: "https://example.com/v2/"},
		{name: "plain http", location: "http://" + host + "/v2/"},
		{name: "plain http on the same port", location: "http://" + host + ":443/v2/"},
		{name: "a host without scheme", location: "//evil.example.net/v2/"},
		{name: "a host, its own name as the user", location: "https://" + host + "@evil.example.net/v2/"},
		{name: "a name that begins like it", location: "https://" + host + ".evil.example.net/v2/"},
		{name: "its name with a dot at the end", location: "https://" + host + "./v2/"},
		{name: "a metadata address", location: "http://169.254.169.254/latest/meta-data/"},
		{name: "a private address", location: "https://10.0.0.5/v2/"},
		{name: "its own host with user information", location: "https://u:p@" + host + stolen, unread: true},
		{name: "a host before a backslash", location: `https://evil.example.net\@` + host + "/", unread: true},
		{name: "a host behind three slashes", location: "///evil.example.net/v2/", unread: true},
		{name: "a host behind backslashes", location: `\\evil.example.net/v2/`, unread: true},
	}
}

// redirectAttacks redirect /v2/ as soon as credentials come.
func redirectAttacks() []attack {
	const redirected, away = verdict.ReasonUnexpectedRedirect, "https://evil.example.net/v2/"
	var rows []attack
	for _, status := range redirectStatuses {
		code := strconv.Itoa(status)
		rows = append(rows,
			attack{name: "/v2/ leads to another host by " + code, want: presenting(redirected), answers: baits(always(redirection(status, away)))},
			attack{name: "/v2/ leads to another host before any credentials came", variant: code, want: everyone(redirected), answers: always(redirection(status, away))},
			attack{name: "/v2/ leads an issued token to another host", variant: code, want: exchanging(redirected), answers: func(v visit) response {
				if v.Authorization == "" {
					return registrytest.Unauthorized(bearerWanted)
				}
				return redirection(status, away)
			}},
			attack{name: "/v2/ leads from http to https", variant: code, want: presenting(redirected), registry: "http://r.example.com",
				answers: baits(always(redirection(status, "https://r.example.com/v2/")))},
		)
		for _, target := range elsewhereThan("r.example.com") {
			reason := redirected
			if target.unread {
				reason = verdict.ReasonNotARegistry
			}
			rows = append(rows, attack{name: "/v2/ leads to " + target.name, variant: code, want: presenting(reason), answers: baits(always(redirection(status, target.location)))})
		}
		rows = append(rows,
			attack{name: "/v2/ leads to another host after a redirect of its own", variant: code, want: presenting(redirected), answers: baits(afterSteps(1, redirection(status, away)))},
			attack{name: "/v2/ leads to another host after five of its own", variant: code, want: presenting(redirected), answers: baits(afterSteps(5, redirection(status, away)))},
		)
	}
	return rows
}

// afterSteps redirects that often on its own origin before it answers.
func afterSteps(steps int, last response) func(visit) response {
	return func(v visit) response {
		step := len(v.Query)
		if step < steps {
			return redirection(307, v.Path+"?"+v.Query+"x")
		}
		return last
	}
}

// tokenRedirectAttacks redirect the token service: GET with Basic, POST with the
// identity token in its body, which 307 and 308 would post again.
func tokenRedirectAttacks() []attack {
	const redirected, away = verdict.ReasonUnexpectedRedirect, "https://evil.example.net/token"
	var rows []attack
	for _, status := range redirectStatuses {
		code := strconv.Itoa(status)
		row := func(name string, reason verdict.Reason, tokens func(visit) response) attack {
			return attack{name: "token service leads to " + name, variant: code, want: exchanging(reason), answers: wants(bearerWanted), tokens: tokens}
		}
		rows = append(rows, row("another host by "+code, redirected, always(redirection(status, away))))
		for _, target := range elsewhereThan("auth.example.com") {
			if target.location[0] == '\\' || target.location[2] == '/' && target.unread {
				continue // paths of its own host, where it answers a GET and a POST alike
			}
			reason := redirected
			if target.unread {
				reason = verdict.ReasonExchangeUnavailable
			}
			rows = append(rows, row(target.name, reason, always(redirection(status, target.location))))
		}
		own := row("another host, from the registry's own", redirected, nil)
		own.answers = func(v visit) response {
			if v.Path == "/token" {
				return redirection(status, away)
			}
			return registrytest.Unauthorized(`Bearer realm="/token"`)
		}
		trusted := row("a private host, though trusted itself", redirected, always(redirection(status, "https://db.example.com/token")))
		trusted.at = map[string][]string{"auth.example.com": {"10.0.0.5"}, "db.example.com": {"10.0.0.6"}}
		trusted.arrange = trusting("auth.example.com")
		rows = append(rows, own, trusted,
			row("the registry's other port", redirected, always(redirection(status, "https://r.example.com:8443/token"))),
			row("the registry", redirected, always(redirection(status, "https://r.example.com"+stolen))),
		)
		if status == 307 || status == 308 { // the others are not followed for a POST
			rows = append(rows, row("another host after a redirect of its own", redirected, afterToken(redirection(status, away))))
		}
	}
	return rows
}

// afterToken redirects /token on its own origin first.
func afterToken(last response) func(visit) response {
	return func(v visit) response {
		if v.Path == "/token" {
			return redirection(307, "/token/2?"+v.Query)
		}
		return last
	}
}

// trusting sets trusted_realms.
func trusting(realms ...string) func(*scene) {
	return func(s *scene) { s.options.TrustedRealms = realms }
}

// asking sets the permissions to prove.
func asking(action string) func(*scene) {
	return func(s *scene) {
		s.request.Access = []doctor.AccessRequest{{Repository: "org/app", Actions: []string{action}, Probe: true}}
	}
}

// unexchangeable is for a challenge that leads to no token service: basic credentials
// go to the registry itself.
func unexchangeable() map[registry.Method]verdict.Reason {
	return exchanging(verdict.ReasonExchangeUnavailable)
}
