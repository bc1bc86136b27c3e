package registrytest

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"math/big"
	"net"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"
)

// certificateAuthority signs the certificates of servers with faults.
type certificateAuthority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
	pool        *x509.CertPool
}

// authority is the one that checks of faults trust.
var authority = sync.OnceValue(newAuthority)

func newAuthority() *certificateAuthority {
	template := &x509.Certificate{
		Subject: pkix.Name{CommonName: "registrytest"}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign,
	}
	made := sign509(template, nil, nil)
	a := &certificateAuthority{certificate: made.Leaf, key: made.PrivateKey.(*ecdsa.PrivateKey), pool: x509.NewCertPool()}
	a.pool.AddCert(made.Leaf)
	return a
}

// sign509 makes a key and a certificate of it, signed by itself where there is
// no parent. It cannot fail: the templates are sound, and crypto/rand never
// fails.
func sign509(template, parent *x509.Certificate, parentKey *ecdsa.PrivateKey) tls.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}
	}
	template.SerialNumber = big.NewInt(time.Now().UnixNano())
	if template.NotAfter.IsZero() {
		template.NotBefore, template.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	}
	if parent == nil {
		parent, parentKey = template, key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, parentKey)
	if err != nil {
		return tls.Certificate{}
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return tls.Certificate{}
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}

func serverTemplate() *x509.Certificate {
	return &x509.Certificate{
		Subject:     pkix.Name{CommonName: "registry"},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
}

func selfSigned() tls.Certificate { return sign509(serverTemplate(), nil, nil) }

// issue makes the certificate of a server on loopback; change, if any, spoils
// it.
func (a *certificateAuthority) issue(change func(*x509.Certificate)) tls.Certificate {
	template := serverTemplate()
	if change != nil {
		change(template)
	}
	return sign509(template, a.certificate, a.key)
}

// issueBelow makes a certificate that another server's has signed.
func (a *certificateAuthority) issueBelow() tls.Certificate {
	between := a.issue(nil)
	made := sign509(serverTemplate(), between.Leaf, between.PrivateKey.(*ecdsa.PrivateKey))
	made.Certificate = append(made.Certificate, between.Certificate...)
	return made
}

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
		add("none needed by a server that is silent", timedOut, version, tls.RequestClientCert, secured(func(conn net.Conn, _ sound) { Silence(conn) }))
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
