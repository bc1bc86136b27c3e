package registrytest

import (
	"bytes"
	"crypto/tls"
	"io"
	"net"
	"sync"
)

// Trap is a registry that records every byte that reaches it, of any protocol. On one
// port it speaks HTTP, and TLS to a client that begins with TLS, whose bytes it
// records decrypted.
type Trap struct {
	*Registry

	authority *Authority

	mu        sync.Mutex
	arrived   int // bytes before decryption
	plaintext bytes.Buffer
}

// NewTrap starts a trap with certificates of the authority, which it makes for
// every name that a client asks for; without an authority it takes TLS for bad
// HTTP.
func NewTrap(t Cleaner, authority *Authority, answer func(Request) Response) *Trap {
	trap := &Trap{Registry: newRegistry(t, answer), authority: authority}
	trap.Listener = trapListener{trap.Listener, trap}
	trap.Start()
	return trap
}

// Address is host:port of the trap.
func (t *Trap) Address() string { return t.Listener.Addr().String() }

// Arrived returns the number of bytes that reached the trap, before decryption.
func (t *Trap) Arrived() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.arrived
}

// Heard returns everything that reached the trap, decrypted.
func (t *Trap) Heard() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.plaintext.String()
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

// trapConn finds out by the first byte whether the client speaks TLS.
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
	c.trap.plaintext.Write(p[:n])
	return n, err
}

// Write is not called before the first Read: clients speak first.
func (c *trapConn) Write(p []byte) (int, error) { return c.inner.Write(p) }

func (c *trapConn) choose() {
	const handshake = 22 // content type of the first TLS record (RFC 8446 section 5.1)
	first := make([]byte, 1)
	n, _ := io.ReadFull(c.Conn, first) // an error comes again with the next Read
	counting := &countingConn{Conn: c.Conn, first: first[:n], trap: c.trap}
	c.inner = counting
	if n == 1 && first[0] == handshake && c.trap.authority != nil {
		c.inner = tls.Server(counting, &tls.Config{GetCertificate: c.trap.authority.issueForHello, MinVersion: tls.VersionTLS12})
	}
}

// countingConn counts bytes, and gives back the one that was read to look at it.
type countingConn struct {
	net.Conn

	first []byte
	trap  *Trap
}

// Read counts what it reads.
func (c *countingConn) Read(p []byte) (n int, err error) {
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
