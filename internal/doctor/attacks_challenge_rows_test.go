package doctor_test

import (
	"strings"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/registrytest"
	"github.com/stellaops/terraform-provider-stellaops/internal/verdict"
)

// challengeAttacks hide the trap in a challenge.
func challengeAttacks() []attack {
	const trap = `Bearer realm="https://evil.example.net/token"`
	row := func(name string, want map[registry.Method]verdict.Reason, answers func(visit) response) attack {
		return attack{name: "challenge: " + name, want: want, answers: answers}
	}
	unreadable := func(name, realm string) attack {
		return row(name, unexchangeable(), func(v visit) response {
			if v.Path != "/v2/" {
				return registrytest.Status(404)
			}
			return registrytest.Unauthorized("Bearer realm=" + realm)
		})
	}
	const down = `Bearer realm="http://evil.example.net/token"`
	off := row("no token service may be asked", exchanging(verdict.ReasonExchangeSkipped), wants(trap))
	off.arrange = func(s *scene) { s.request.TokenExchange = false }
	below := row("a repository names a realm of plain http", map[registry.Method]verdict.Reason{basicMethod: verdict.ReasonAccessUnproven}, func(v visit) response {
		if v.Path == "/v2/" {
			return registrytest.OK()
		}
		return registrytest.Unauthorized(down)
	})
	below.arrange = asking("pull")
	second := row("the token service has one of its own", exchanging(verdict.ReasonInvalidCredentials), wants(bearerWanted))
	second.tokens = always(registrytest.Unauthorized(trap))
	folded := "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Bearer realm=\"http://auth.example.com\r\n .evil.example.net/token\"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
	lines := row("a realm over two lines", unexchangeable(), always(raw(folded)))
	lines.registry = "http://r.example.com"
	hints := "HTTP/1.1 103 Early Hints\r\nWWW-Authenticate: " + trap + "\r\nLink: <https://evil.example.net/>; rel=preload\r\nLocation: https://evil.example.net/\r\n\r\n" +
		"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"r\"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
	early := row("before the answer, in early hints", map[registry.Method]verdict.Reason{basicMethod: verdict.ReasonInvalidCredentials, identityMethod: verdict.ReasonExchangeUnavailable}, always(raw(hints)))
	early.registry = "http://r.example.com"
	return []attack{
		off, below, second, lines, early,
		row("only once the password came", map[registry.Method]verdict.Reason{basicMethod: verdict.ReasonRealmUnsafe}, baits(always(registrytest.Unauthorized(down)))),
		row("to a configured token", map[registry.Method]verdict.Reason{bearerMethod: verdict.ReasonTokenInvalid}, wants(trap)),
		row("on a 200", map[registry.Method]verdict.Reason{basicMethod: verdict.ReasonAcceptedUnproven, bearerMethod: verdict.ReasonAcceptedUnproven, identityMethod: verdict.ReasonExchangeUnavailable},
			always(reply(200, "{}", "Www-Authenticate", trap, "Docker-Distribution-Api-Version", "registry/2.0"))),
		row("on a 403", everyone(verdict.ReasonForbiddenNetwork), always(reply(403, "{}", "Www-Authenticate", trap))),
		row("on a 407", everyone(verdict.ReasonProxyAuthRequired), always(reply(407, "{}", "Www-Authenticate", trap, "Proxy-Authenticate", trap))),
		row("the second of two", exchanging(verdict.ReasonExchangeAccepted), wants(bearerWanted, trap)),
		row("the second of two on one line", exchanging(verdict.ReasonExchangeAccepted), wants(bearerWanted+", "+trap)),
		row("the second where the first cannot be asked", unexchangeable(), wants(`Bearer realm="ftp://auth.example.com/token"`, trap)),
		row("the first of two is plain http", exchanging(verdict.ReasonRealmUnsafe), wants(down, bearerWanted)),
		row("the first of two realms in one, of which the last counts", exchanging(verdict.ReasonExchangeAccepted), wants(strings.Replace(bearerWanted, "Bearer ", `Bearer realm="https://evil.example.net/token",`, 1))),
		row("a realm that has parameters for secrets", exchanging(verdict.ReasonExchangeAccepted),
			wants(`Bearer realm="https://auth.example.com/token?password={password}&account=u&refresh_token=&authorization=&service=x#{token}"`)),
		row("a realm with an encoded line break", exchanging(verdict.ReasonExchangeAccepted), wants(`Bearer realm="https://auth.example.com/token%0d%0aHost:%20evil.example.net"`)),
		unreadable("a realm of two backslashes", `\\evil.example.net/token`),
		unreadable("a realm of slash and backslash", `/\evil.example.net/token`),
		unreadable("a realm of three slashes", `https:///evil.example.net/token`),
		unreadable("a realm without slashes", `https:evil.example.net/token`),
		unreadable("a realm with an encoded line break in its host", `https://evil%0d%0a.example.net/token`),
		unreadable("a realm with an encoded dot in its host", `https://169%2e254.169.254/token`),
		unreadable("a realm that is a file", `file:///etc/passwd`),
		unreadable("a realm that is a socket", `unix:///var/run/docker.sock`),
		unreadable("a realm that is empty", `""`),
	}
}
