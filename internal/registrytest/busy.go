package registrytest

import (
	"crypto/rand"
	"crypto/tls"
	"encoding/base64"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
)

// Busy is a registry for many checks, which counts what they cost it and keeps
// nothing else. It takes the user ci with every password that begins with
// "right".
type Busy struct {
	*Registry

	Requests, Connections, Handshakes atomic.Int64
	Failed                            atomic.Int64 // logins
}

// BusyOptions say how a busy registry is spoken to.
type BusyOptions struct {
	Tokens bool // it requires tokens, which it issues itself, each another one; they name no user
	TLS    bool
	HTTP2  bool // over TLS
}

// NewBusy starts a busy registry.
func NewBusy(t Cleaner, o BusyOptions) *Busy {
	b := &Busy{}
	b.Registry = newRegistry(t, func(req Request) Response {
		b.Requests.Add(1)
		return b.answer(req, o.Tokens)
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

// answer takes a password directly, and where there are tokens those too.
func (b *Busy) answer(req Request, tokens bool) Response {
	scheme, value, _ := strings.Cut(req.Authorization, " ")
	login, _ := base64.StdEncoding.DecodeString(value) // what is not base64 is not the login
	right := scheme == "Basic" && strings.HasPrefix(string(login), "ci:right")
	if scheme == "Basic" && !right {
		b.Failed.Add(1)
	}
	switch {
	case tokens && req.Path == tokenPath && right:
		return jsonBody(map[string]any{"token": busyToken + rand.Text()})
	case tokens && req.Path == tokenPath && scheme == "":
		return Status(http.StatusUnauthorized)
	case right, tokens && scheme == "Bearer" && strings.HasPrefix(value, busyToken):
		return OK()
	case tokens && scheme != "Basic":
		return Unauthorized(`Bearer realm="` + tokenPath + `",service="busy"`)
	default:
		return Unauthorized(`Basic realm="busy"`)
	}
}

// busyToken is what the tokens of a busy registry begin with.
const busyToken = "minted-"
