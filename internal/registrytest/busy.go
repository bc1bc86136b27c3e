package registrytest

import (
	"crypto/tls"
	"encoding/json"
	"encoding/pem"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
)

// Busy is a registry for many checks, which counts what they cost it. It takes
// the user ci with every password that begins with "right".
type Busy struct {
	*httptest.Server

	Requests, Failed, Connections, Handshakes atomic.Int64

	tokens bool
	issued atomic.Int64
}

// BusyOptions say how a busy registry is spoken to.
type BusyOptions struct {
	Tokens bool // it wants tokens, which it issues itself, each another one; they name nobody
	TLS    bool
	HTTP2  bool // over TLS
}

// minted is what the tokens of a busy registry begin with.
const minted = "minted-"

// NewBusy starts a busy registry.
func NewBusy(t Cleaner, o BusyOptions) *Busy {
	b := &Busy{tokens: o.Tokens}
	b.Server = httptest.NewUnstartedServer(b)
	b.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			b.Connections.Add(1)
		}
	}
	if o.TLS {
		b.EnableHTTP2 = o.HTTP2
		b.TLS = &tls.Config{GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) {
			b.Handshakes.Add(1)
			return nil, nil //nolint:nilnil // the configuration stays as it is
		}}
		b.StartTLS()
	} else {
		b.Start()
	}
	t.Cleanup(b.Close)
	return b
}

// CertificatePEM is the registry's certificate; empty where it speaks no TLS.
func (b *Busy) CertificatePEM() string {
	certificate := b.Certificate()
	if certificate == nil {
		return ""
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Raw}))
}

// ServeHTTP answers as a registry does, and as its token service.
func (b *Busy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.Requests.Add(1)
	user, password, basic := r.BasicAuth()
	good := user == "ci" && strings.HasPrefix(password, "right")
	switch {
	case basic && !good:
		b.Failed.Add(1)
		Unauthorized(`Basic realm="busy"`).write(w)
	case b.tokens && r.URL.Path == tokenPath && !good:
		Status(http.StatusUnauthorized).write(w)
	case b.tokens && r.URL.Path == tokenPath:
		_ = json.NewEncoder(w).Encode(map[string]string{"token": minted + strconv.FormatInt(b.issued.Add(1), 10)}) // a client that left misses nothing
	case good, b.tokens && strings.HasPrefix(r.Header.Get("Authorization"), "Bearer "+minted):
		OK().write(w)
	case b.tokens:
		Unauthorized(`Bearer realm="` + tokenPath + `",service="busy"`).write(w)
	default:
		Unauthorized(`Basic realm="busy"`).write(w)
	}
}
