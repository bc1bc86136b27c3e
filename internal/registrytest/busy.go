package registrytest

import (
	"crypto/tls"
	"net"
	"net/http"
	"sync/atomic"
)

// Busy is a registry for many checks, which counts what they cost it and keeps
// nothing else. It takes the user ci with every password that begins with
// "right".
type Busy struct {
	*Registry

	Requests, Connections, Handshakes atomic.Int64
	Failed                            *atomic.Int64 // logins
}

// BusyOptions say how a busy registry is spoken to.
type BusyOptions struct {
	Tokens bool // it wants tokens, which it issues itself, each another one; they name no user
	TLS    bool
	HTTP2  bool // over TLS
}

// NewBusy starts a busy registry.
func NewBusy(t Cleaner, o BusyOptions) *Busy {
	f := newFake(busyRules(o.Tokens))
	f.logins = []login{{user: "ci", password: "right", begins: true, standing: accepted}}
	b := &Busy{Failed: &f.failures}
	b.Registry = newRegistry(t, func(req Request) Response {
		b.Requests.Add(1)
		if req.Path != tokenPath {
			req.Path = "/v2/" // it has every repository
		}
		return f.answer(req)
	})
	b.keepsNothing = true
	b.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			b.Connections.Add(1)
		}
	}
	if !o.TLS {
		b.Start()
		return b
	}
	b.EnableHTTP2 = o.HTTP2
	b.TLS = &tls.Config{GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) {
		b.Handshakes.Add(1)
		return nil, nil //nolint:nilnil // the configuration stays as it is
	}}
	b.StartTLS()
	return b
}

// busyRules take a password directly, and where there are tokens those too.
func busyRules(tokens bool) rules {
	r := rules{name: "busy", basic: basicChecked, refuse: refuseByBasic(`Basic realm="busy"`)}
	if !tokens {
		return r
	}
	r.tokens = &tokenRules{
		path: tokenPath, relativeRealm: true, service: "busy", mint: opaque("minted-"), userToken: true, fields: []string{"token"},
		refuse: func(_ *fake, s standing) Response {
			if s == anonymous {
				return Status(http.StatusUnauthorized)
			}
			return Unauthorized(`Basic realm="busy"`)
		},
	}
	r.refuse = func(f *fake, v visitor, _ string) Response {
		if v.scheme == schemeBasic {
			return Unauthorized(`Basic realm="busy"`)
		}
		return Unauthorized(f.bearer())
	}
	return r
}
