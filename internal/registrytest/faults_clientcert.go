package registrytest

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"os"
	"strings"
	"syscall"
)

var errRefused = errors.New("no certificate came")

// clientCertificateFaults want a certificate of the client, which has none, and
// show it in each way that servers do: a TLS 1.3 handshake is over for the
// client before the server has seen what it sent (RFC 8446 section 4.4.2.4).
func clientCertificateFaults() []connFault {
	page := func(words string) func(net.Conn, validAnswer) {
		return answerText(func(validAnswer) string {
			return validAnswer{
				"HTTP/1.1 400 Bad Request\r\nServer: nginx/1.27.0\r\nContent-Type: text/html\r\nConnection: close\r\n",
				"<html>\r\n<head><title>400 " + words + "</title></head>\r\n<body>\r\n<center><h1>400 Bad Request</h1></center>\r\n" +
					"<center>" + words + "</center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n",
			}.complete()
		})
	}
	missing, refused := "No required SSL certificate was sent", "The SSL certificate error"
	longHeader := func(s validAnswer) string { return s.head + "X-Line: " + strings.Repeat("#", 128<<10) + "\r\n\r\n" }
	var faults []connFault
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		place := "client certificate, " + tls.VersionName(version) + ": "
		wanted := func(auth tls.ClientAuthType) *tls.Config {
			config := trustedServer()
			config.MaxVersion, config.ClientAuth = version, auth
			return config
		}
		add := func(name, reason string, then func(net.Conn, validAnswer)) {
			faults = append(faults, secure(place+name, reason, overTLS(wanted(tls.RequestClientCert), then)))
		}
		add("closed after the handshake", clientCertWanted, ignoringAnswer(underTLS(hangUp)))
		add("reset after the handshake", clientCertWanted, ignoringAnswer(underTLS(reset)))
		add("closed after the request", clientCertWanted, afterRequest(ignoringAnswer(underTLS(hangUp))))
		add("reset after the request", clientCertWanted, afterRequest(ignoringAnswer(underTLS(reset))))
		add("the page of nginx", clientCertWanted, afterRequest(page(missing)))
		add("the page of nginx for one that it does not accept", clientCertWanted, afterRequest(page(refused)))
		add("what is no HTTP", connectionFailed, afterRequest(answerText(func(validAnswer) string { return "SSH-2.0-OpenSSH_9.6\r\n" })))
		add("a header that is too long", connectionFailed, afterRequest(answerText(longHeader)))
		// Many servers ask and do without.
		add("none needed by a server that is down", serverError, afterRequest(answerStartLine("HTTP/1.1 503 Service Unavailable")))
		add("none needed by a server that is silent", timedOut, afterRequest(ignoringAnswer(Silence)))
		add("none needed", invalidCredentials, afterRequest(answerText(validAnswer.complete)))
		faults[len(faults)-1].service = exchangeAccepted
		faults = append(faults,
			secure(place+"an alert", clientCertWanted, overTLS(wanted(tls.RequireAnyClientCert), afterRequest(answerText(validAnswer.complete)))),
			secure(place+"closed in the handshake", clientCertWanted, withoutCertificate(wanted(tls.RequestClientCert), hangUp)),
			secure(place+"reset in the handshake", clientCertWanted, withoutCertificate(wanted(tls.RequestClientCert), reset)))
		if version == tls.VersionTLS12 {
			add("a broken pipe", clientCertWanted, ignoringAnswer(underTLS(hangUp)))
			faults[len(faults)-1].dial = dialBroken
		}
	}
	return faults
}

// withoutCertificate ends the connection when it sees that the client sent no certificate.
func withoutCertificate(config *tls.Config, end func(net.Conn)) func(net.Conn, validAnswer) {
	return ignoringAnswer(func(conn net.Conn) {
		config := config.Clone()
		config.VerifyConnection = func(tls.ConnectionState) error {
			end(conn)
			return errRefused
		}
		_ = tls.Server(conn, config).HandshakeContext(context.Background()) // it fails, as it must
	})
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
