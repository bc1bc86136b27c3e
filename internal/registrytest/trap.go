package registrytest

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"time"
)

// Trap is a server that keeps every byte that reaches it, whatever protocol it
// is. On one port it speaks HTTP, and TLS to whoever begins with that. What
// comes inside TLS is kept as it was before encryption.
type Trap struct {
	*httptest.Server

	answer    func(Visit) Response
	authority *TrapAuthority

	mu      sync.Mutex
	arrived int // bytes on the wire, those of TLS included
	heard   bytes.Buffer
	visits  []Visit
}

// Visit is one HTTP request to a trap.
type Visit struct {
	Method        string
	Host          string
	Path          string
	Query         string // as it came, without the question mark
	Authorization string
	Body          string
	Status        int // of the answer; 0 for a raw one, and before it
}

// TrapListens is where in a raw answer a trap waits for the visitor to say more.
const TrapListens = "\x00listens\x00"

// NewTrap starts a trap with certificates of the authority; without one it takes
// TLS for bad HTTP. An answer of status 0 is raw: its body is all that is
// written, and what the visitor then says is kept too.
func NewTrap(t Cleaner, authority *TrapAuthority, answer func(Visit) Response) *Trap {
	trap := &Trap{answer: answer, authority: authority}
	trap.Server = httptest.NewUnstartedServer(http.HandlerFunc(trap.serve))
	trap.Listener = trapListener{trap.Listener, trap}
	trap.Start()
	t.Cleanup(trap.Close)
	return trap
}

func (t *Trap) serve(w http.ResponseWriter, request *http.Request) {
	body, _ := io.ReadAll(request.Body) // a cut body is kept as far as it came
	visit := Visit{
		Method: request.Method, Host: request.Host, Path: request.URL.Path, Query: request.URL.RawQuery,
		Authorization: request.Header.Get("Authorization"), Body: string(body),
	}
	t.mu.Lock()
	t.visits = append(t.visits, visit)
	mine := len(t.visits) - 1
	t.mu.Unlock()
	response := t.answer(visit)
	t.mu.Lock()
	t.visits[mine].Status = response.Status
	t.mu.Unlock()
	if response.Status != 0 {
		response.write(w)
		return
	}
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return // a trap speaks HTTP/1.1 only, where this does not happen
	}
	defer func() { _ = conn.Close() }() // the visitor may have left
	for i, words := range strings.Split(response.Body, TrapListens) {
		if i > 0 {
			_, _ = conn.Read(make([]byte, 1<<10)) // the visitor may have left
		}
		_, _ = io.WriteString(conn, words) // the same
	}
	_, _ = io.Copy(io.Discard, conn) // ends when the visitor leaves, or the test
}

// Address is host:port of the trap.
func (t *Trap) Address() string { return t.Listener.Addr().String() }

// Arrived is how many bytes reached the trap, as they were on the wire.
func (t *Trap) Arrived() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.arrived
}

// Heard is everything that reached the trap, encryption taken off.
func (t *Trap) Heard() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.heard.String()
}

// Visits are the HTTP requests so far.
func (t *Trap) Visits() []Visit {
	t.mu.Lock()
	defer t.mu.Unlock()
	return append([]Visit(nil), t.visits...)
}

// trapListener hands out connections that the trap listens in on.
type trapListener struct {
	net.Listener
	trap *Trap
}

// Accept returns at once; which protocol it is shows later.
func (l trapListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &trapConn{Conn: conn, trap: l.trap, inner: conn}, nil
}

// trapConn finds out by the first byte whether the visitor speaks TLS.
type trapConn struct {
	net.Conn

	trap  *Trap
	sniff sync.Once
	inner net.Conn // what is read from and written to, set by the first Read
}

// Read keeps what it reads.
func (c *trapConn) Read(p []byte) (int, error) {
	c.sniff.Do(c.choose)
	n, err := c.inner.Read(p)
	c.trap.mu.Lock()
	defer c.trap.mu.Unlock()
	c.trap.heard.Write(p[:n])
	return n, err
}

// Write is not called before the first Read: visitors speak first.
func (c *trapConn) Write(p []byte) (int, error) { return c.inner.Write(p) }

func (c *trapConn) choose() {
	const handshake = 22 // content type of the first TLS record (RFC 8446 section 5.1)
	first := make([]byte, 1)
	n, _ := io.ReadFull(c.Conn, first) // an error comes again with the next Read
	wire := &wireConn{Conn: c.Conn, first: first[:n], trap: c.trap}
	c.inner = wire
	if n == 1 && first[0] == handshake && c.trap.authority != nil {
		c.inner = tls.Server(wire, &tls.Config{GetCertificate: c.trap.authority.certificate, MinVersion: tls.VersionTLS12})
	}
}

// wireConn counts bytes, and gives back the one that was read to look at it.
type wireConn struct {
	net.Conn

	first []byte
	trap  *Trap
}

// Read counts what it reads.
func (c *wireConn) Read(p []byte) (n int, err error) {
	if len(c.first) > 0 {
		n = copy(p, c.first)
		c.first = c.first[n:]
	} else {
		n, err = c.Conn.Read(p)
	}
	c.trap.mu.Lock()
	defer c.trap.mu.Unlock()
	c.trap.arrived += n
	return n, err
}

// TrapAuthority signs a certificate for every name that it is asked for, so that
// an attacker's servers are as trusted as those of anybody.
type TrapAuthority struct {
	root *x509.Certificate
	key  *ecdsa.PrivateKey
}

// NewTrapAuthority makes an authority.
func NewTrapAuthority() (*TrapAuthority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make the key of an authority: %w", err)
	}
	template := trapTemplate()
	template.IsCA, template.BasicConstraintsValid, template.KeyUsage = true, true, x509.KeyUsageCertSign
	signed, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, fmt.Errorf("sign the certificate of an authority: %w", err)
	}
	root, err := x509.ParseCertificate(signed)
	if err != nil {
		return nil, fmt.Errorf("read the certificate of an authority: %w", err)
	}
	return &TrapAuthority{root, key}, nil
}

// Trusting is the configuration of a client that trusts the authority and no
// other.
func (a *TrapAuthority) Trusting() *tls.Config {
	pool := x509.NewCertPool()
	pool.AddCert(a.root)
	return &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
}

func (a *TrapAuthority) certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	template := trapTemplate()
	template.DNSNames = []string{strings.TrimSuffix(hello.ServerName, ".")}
	signed, err := x509.CreateCertificate(rand.Reader, template, a.root, a.key.Public(), a.key)
	if err != nil {
		return nil, fmt.Errorf("sign a certificate for %s: %w", hello.ServerName, err)
	}
	return &tls.Certificate{Certificate: [][]byte{signed}, PrivateKey: a.key}, nil
}

func trapTemplate() *x509.Certificate {
	now := time.Now()
	return &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()),
		Subject:      pkix.Name{CommonName: "trap"},
		NotBefore:    now.Add(-time.Hour),
		NotAfter:     now.Add(time.Hour),
	}
}
