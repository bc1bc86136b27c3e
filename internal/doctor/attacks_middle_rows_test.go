package doctor_test

import (
	"encoding/base64"

	"golang.org/x/net/http/httpproxy"

	"github.com/stellaops/terraform-provider-stellaops/internal/registrytest"
	"github.com/stellaops/terraform-provider-stellaops/internal/verdict"
)

// middleAttacks put the trap between client and registry: as the client's proxy, or
// under the name of the registry.
func middleAttacks() []attack {
	const opened = "HTTP/1.1 200 Connection established\r\n\r\n" + registrytest.TrapListens
	proxied := func(name string, reason verdict.Reason, answer response) attack {
		return attack{name: "proxy answers CONNECT with " + name, want: everyone(reason), answers: wants(bearerWanted), trap: always(answer), arrange: throughTrap, spoken: true}
	}
	service := func(name string, row attack, reason verdict.Reason) attack {
		row.name, row.want, row.arrange = "proxy answers CONNECT with "+name+", for the token service only", exchanging(reason), tokensThroughTrap
		return row
	}
	forbidden := proxied("403", verdict.ReasonConnectionFailed, reply(403, "no"))
	login := proxied("407", verdict.ReasonProxyAuthRequired, reply(407, "no", "Proxy-Authenticate", basicWanted))
	moved := proxied("302", verdict.ReasonConnectionFailed, redirection(302, "https://evil.example.net/"))
	plain := attack{name: "proxy answers plain http", want: everyone(verdict.ReasonProxyAuthRequired), registry: "http://r.example.com", answers: takes, arrange: throughTrap, spoken: true,
		trap: always(reply(407, "no", "Proxy-Authenticate", basicWanted, "Www-Authenticate", basicWanted))}
	away := plain
	away.variant, away.want, away.trap = "with a redirect", everyone(verdict.ReasonUnexpectedRedirect), always(redirection(307, "http://evil.example.net/"))
	echoes := plain
	echoes.variant, echoes.want = "that repeats its own login", everyone(verdict.ReasonNotARegistry)
	echoes.trap = always(reply(404, "denied: Basic "+base64.StdEncoding.EncodeToString([]byte("u:"+attackProxyPassword))+" is u:"+attackProxyPassword+"@proxy"))
	stranger := func(name string, reason verdict.Reason, own bool, at string) attack {
		row := attack{name: name, want: everyone(reason), answers: wants(bearerWanted), spoken: true, arrange: func(s *scene) { s.impersonate(own, at) }}
		if at != "r.example.com:443" {
			row.want = exchanging(reason)
		}
		return row
	}
	const registryAt, serviceAt = "r.example.com:443", "auth.example.com:443"
	return []attack{
		forbidden, login, moved, plain, away, echoes,
		proxied("401 and a challenge", verdict.ReasonConnectionFailed, registrytest.Unauthorized(basicWanted)),
		proxied("200, then something else", verdict.ReasonTLSFailed, raw(opened+"\x00\x01\x02 this is no TLS at all")),
		proxied("200, then plain http", verdict.ReasonPlainHTTPRegistry, raw(opened+"HTTP/1.1 401 Unauthorized\r\nWww-Authenticate: "+basicWanted+"\r\nContent-Length: 0\r\n\r\n")),
		service("403", forbidden, verdict.ReasonExchangeUnavailable),
		service("407", login, verdict.ReasonProxyAuthRequired),
		service("302", moved, verdict.ReasonExchangeUnavailable),
		stranger("registry's name leads to a stranger's certificate", verdict.ReasonTLSUntrusted, true, registryAt),
		stranger("registry's name leads to plain http", verdict.ReasonPlainHTTPRegistry, false, registryAt),
		stranger("token service's name leads to a stranger's certificate", verdict.ReasonExchangeUnavailable, true, serviceAt),
		stranger("token service's name leads to plain http", verdict.ReasonExchangeUnavailable, false, serviceAt),
	}
}

// attackProxyPassword is meant for the proxy only.
const attackProxyPassword = "pr0xy-s3cret"

// throughTrap makes the trap the proxy.
func throughTrap(s *scene) {
	const proxy = "http://u:" + attackProxyPassword + "@proxy.example.com:3128"
	s.options.Proxy = &httpproxy.Config{HTTPProxy: proxy, HTTPSProxy: proxy}
}

// tokensThroughTrap makes the trap the proxy for every host but the registry.
func tokensThroughTrap(s *scene) {
	throughTrap(s)
	s.options.Proxy.NoProxy = "r.example.com"
}

// impersonate leads a name to a trap: one with a certificate that the client does not
// trust, or one without TLS.
func (s *scene) impersonate(withTLS bool, hostport string) {
	var authority *registrytest.Authority
	if withTLS {
		authority = registrytest.NewAuthority()
	}
	s.trap = registrytest.NewTrap(s.t, authority, takes)
	s.leads[hostport] = []string{s.trap.Address()}
}
