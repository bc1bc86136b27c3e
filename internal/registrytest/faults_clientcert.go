package registrytest

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"os"
	"strings"
	"sync"
	"syscall"
)

// authority is the one that checks of faults trust.
var authority = sync.OnceValue(NewAuthority)

// trustedServer is a server's configuration with a good certificate.
func trustedServer() *tls.Config {
	return &tls.Config{Certificates: []tls.Certificate{authority().issue(nil)}}
}

var errRefused = errors.New("no certificate came")

// clientCertificateFaults want a certificate of the client, which has none, and
// show it in each way that servers do: a TLS 1.3 handshake is over for the
// client before the server has seen what it sent (RFC 8446 section 4.4.2.4).
func clientCertificateFaults() []wireFault {
	page := sound{"HTTP/1.1 400 Bad Request\r\nServer: nginx/1.27.0\r\nContent-Type: text/html\r\nConnection: close\r\n", "<html>\r\n<head><title>400 No required SSL certificate was sent</title></head>\r\n<body>\r\n<center><h1>400 Bad Request</h1></center>\r\n" +
		"<center>No required SSL certificate was sent</center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"}
	refused := sound{page.head, "<html>\r\n<head><title>400 The SSL certificate error</title></head>\r\n<body>\r\n<center><h1>400 Bad Request</h1></center>\r\n" +
		"<center>The SSL certificate error</center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"}
	closes := func(conn *tls.Conn, _ sound) { hangUp(conn.NetConn()) }
	resets := func(conn *tls.Conn, _ sound) { reset(conn.NetConn()) }
	answers := func(text func(s sound) string) func(*tls.Conn, sound) {
		return secured(func(conn net.Conn, s sound) { say(conn, text(s)) })
	}
	var faults []wireFault
	add := func(name, reason string, version uint16, auth tls.ClientAuthType, answer func(*tls.Conn, sound)) {
		config := trustedServer()
		config.MaxVersion, config.ClientAuth = version, auth
		fault := wireFault{name: "client certificate, " + tls.VersionName(version) + ": " + name, registry: reason, secure: true, roots: authority().pool, connect: overTLS(config, answer)}
		switch reason {
		case invalidCredentials:
			fault.service = exchangeAccepted
		case timedOut:
			fault.deadline = hangs
		}
		faults = append(faults, fault)
	}
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		add("an alert", clientCertWanted, version, tls.RequireAnyClientCert, secured(whole))
		add("closed after the handshake", clientCertWanted, version, tls.RequestClientCert, closes)
		add("reset after the handshake", clientCertWanted, version, tls.RequestClientCert, resets)
		add("closed after the request", clientCertWanted, version, tls.RequestClientCert, secured(func(conn net.Conn, _ sound) { hangUp(conn.(*tls.Conn).NetConn()) }))
		add("reset after the request", clientCertWanted, version, tls.RequestClientCert, secured(func(conn net.Conn, _ sound) { reset(conn.(*tls.Conn).NetConn()) }))
		add("the page of nginx", clientCertWanted, version, tls.RequestClientCert, answers(func(sound) string { return page.whole() }))
		add("the page of nginx for one that it does not accept", clientCertWanted, version, tls.RequestClientCert, answers(func(sound) string { return refused.whole() }))
		add("what is no HTTP", connectionFailed, version, tls.RequestClientCert, answers(func(sound) string { return "SSH-2.0-OpenSSH_9.6\r\n" }))
		add("a header that is too long", connectionFailed, version, tls.RequestClientCert, answers(func(s sound) string {
			return s.head + "X-Line: " + strings.Repeat("#", 128<<10) + "\r\n\r\n"
		}))
		// Many servers ask and do without.
		add("none needed", invalidCredentials, version, tls.RequestClientCert, secured(whole))
		add("none needed by a server that is down", serverError, version, tls.RequestClientCert, answers(func(s sound) string { return s.started("HTTP/1.1 503 Service Unavailable") }))
		add("none needed by a server that is silent", timedOut, version, tls.RequestClientCert, secured(alone(Silence)))
		faults = append(faults, leavingInTheHandshake("closed in the handshake", version, hangUp), leavingInTheHandshake("reset in the handshake", version, reset))
	}
	broken := trustedServer()
	broken.MaxVersion, broken.ClientAuth = tls.VersionTLS12, tls.RequestClientCert
	return append(faults, wireFault{
		name: "client certificate, TLS 1.2: a broken pipe", registry: clientCertWanted, secure: true, roots: authority().pool,
		connect: overTLS(broken, closes), dial: dialBroken,
	})
}

// leavingInTheHandshake ends the connection when it sees that the client sent
// no certificate.
func leavingInTheHandshake(name string, version uint16, end func(net.Conn)) wireFault {
	return wireFault{
		name: "client certificate, " + tls.VersionName(version) + ": " + name, registry: clientCertWanted, secure: true, roots: authority().pool,
		connect: func(conn net.Conn, _ sound) {
			config := trustedServer()
			config.MaxVersion, config.ClientAuth = version, tls.RequestClientCert
			config.VerifyConnection = func(tls.ConnectionState) error {
				end(conn)
				return errRefused
			}
			_ = tls.Server(conn, config).HandshakeContext(context.Background()) // it fails, as it must
		},
	}
}

// brokenPipe fails as a write does after the other side has reset the
// connection. When it gets there is a matter of luck otherwise.
type brokenPipe struct{ net.Conn }

// Write fails for application data (RFC 5246 section 6.2.1).
func (c brokenPipe) Write(data []byte) (int, error) {
	if len(data) > 0 && data[0] == 23 {
		return 0, &net.OpError{Op: "write", Net: "tcp", Err: os.NewSyscallError("write", syscall.EPIPE)}
	}
	return c.Conn.Write(data)
}

func dialBroken(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := new(net.Dialer).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return brokenPipe{conn}, nil
}
