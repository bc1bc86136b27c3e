package registrytest

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"strings"
	"sync"
	"time"
)

// afterHello answers the client's hello with bytes of its own.
func afterHello(text string, end func(net.Conn)) func(net.Conn, validAnswer) {
	return ignoringAnswer(SayToHello(text, end))
}

// handshakeFaults break the handshake itself.
func handshakeFaults() []connFault {
	const (
		halfHello = "\x16\x03\x03\x00\x7a\x02\x00\x00\x76\x03\x03rrrr"
		alert     = "\x15\x03\x03\x00\x02\x02"
	)
	oldHello := "\x16\x03\x02\x00\x2a\x02\x00\x00\x26\x03\x02" + strings.Repeat("r", 32) + "\x00\xc0\x13\x00"
	faults := []connFault{
		{name: "closed on accept", registry: connectionFailed, connect: ignoringAnswer(hangUp)},
		{name: "reset on accept", registry: connectionFailed, connect: ignoringAnswer(reset)},
		{name: "reset in the hello", registry: connectionFailed, connect: afterHello("", reset)},
		{name: "closed in the server's hello", registry: connectionFailed, connect: afterHello(halfHello, hangUp)},
		{name: "silence in the server's hello", registry: timedOut, connect: afterHello(halfHello, Silence)},
		{name: "silence on accept", registry: timedOut, connect: ignoringAnswer(Silence)},
		{name: "a drip in the server's hello", registry: timedOut, connect: afterHello("\x16\x03\x03\x40\x00\x02\x00\x3f\xf0\x03\x03", func(conn net.Conn) { drip(conn, "r") })},
		{name: "plain HTTP", registry: plainHTTPRegistry, connect: afterHello("HTTP/1.1 400 Bad Request\r\n\r\n", hangUp)},
		{name: "an SSH server", registry: tlsFailed, connect: afterHello("SSH-2.0-OpenSSH_9.6\r\n", Silence)},
		{name: "an alert to the hello", registry: tlsFailed, connect: afterHello(alert+"\x28", hangUp)},
		{name: "a hello of TLS 1.1", registry: tlsFailed, connect: afterHello(oldHello, Silence)},
		{name: "a handshake message of 16 MiB", registry: tlsFailed, big: true, connect: afterHello("\x16\x03\x03\x40\x00\x02\xff\xff\xff", func(conn net.Conn) {
			flood(conn, strings.Repeat("r", floodSize), floodLimit)
		})},
	}
	for i := range faults {
		faults[i].name, faults[i].secure = "TLS: "+faults[i].name, true
	}
	return faults
}

// authority is the one that checks of faults trust.
var authority = sync.OnceValue(NewAuthority)

// trustedServer is a server's configuration with a good certificate.
func trustedServer() *tls.Config {
	return &tls.Config{Certificates: []tls.Certificate{authority().issue(nil)}}
}

// secure is a fault of a server of https.
func secure(name, reason string, connect func(net.Conn, validAnswer)) connFault {
	return connFault{name: name, registry: reason, secure: true, roots: authority().pool, connect: connect}
}

// overTLS does the TLS handshake and then calls then.
func overTLS(config *tls.Config, then func(net.Conn, validAnswer)) func(net.Conn, validAnswer) {
	return func(conn net.Conn, s validAnswer) {
		secure := tls.Server(conn, config)
		if secure.HandshakeContext(context.Background()) == nil {
			then(secure, s)
		}
	}
}

// underTLS calls end with the connection below TLS.
func underTLS(end func(net.Conn)) func(net.Conn) {
	return func(conn net.Conn) { end(conn.(*tls.Conn).NetConn()) }
}

// certificateFaults are sound but for the certificate; what they would answer
// must not be read.
func certificateFaults() []connFault {
	stranger := NewAuthority()
	day := 24 * time.Hour
	var faults []connFault
	for name, certificate := range map[string]tls.Certificate{
		"self-signed":                     selfSigned(),
		"of an unknown authority":         stranger.issue(nil),
		"expired":                         authority().issue(func(c *x509.Certificate) { c.NotBefore, c.NotAfter = time.Now().Add(-2*day), time.Now().Add(-day) }),
		"not valid yet":                   authority().issue(func(c *x509.Certificate) { c.NotBefore, c.NotAfter = time.Now().Add(day), time.Now().Add(2*day) }),
		"for another name":                authority().issue(func(c *x509.Certificate) { c.IPAddresses, c.DNSNames = nil, []string{"registry.example.com"} }),
		"for another address":             authority().issue(func(c *x509.Certificate) { c.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 2)} }),
		"without a name":                  authority().issue(func(c *x509.Certificate) { c.IPAddresses = nil }),
		"for clients only":                authority().issue(func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} }),
		"signed by one that may not sign": authority().issueBelow(),
	} {
		config := &tls.Config{Certificates: []tls.Certificate{certificate}}
		faults = append(faults, secure("TLS: a certificate "+name, tlsUntrusted, overTLS(config, afterRequest(answerText(validAnswer.complete)))))
	}
	old := &tls.Config{Certificates: []tls.Certificate{authority().issue(nil)}, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}
	return append(faults, secure("TLS: TLS 1.1 only", tlsFailed, overTLS(old, afterRequest(answerText(validAnswer.complete)))))
}

// secureFaults come after a sound handshake. A connection that ends without
// close_notify was cut (RFC 8446 section 6.1).
func secureFaults() []connFault {
	half := func(s validAnswer) string { return s.head + "\r\n" + s.body[:20] }
	plain := func(conn net.Conn, s validAnswer) { say(conn.(*tls.Conn).NetConn(), s.complete()) }
	halfRecord := func(conn net.Conn) {
		say(conn, "\x17\x03\x03\x40\x00")
		drip(conn, "x")
	}
	var faults []connFault
	for _, f := range []struct {
		name, reason string
		then         func(net.Conn, validAnswer)
	}{
		{"closed after the handshake", connectionFailed, ignoringAnswer(underTLS(hangUp))},
		{"reset after the request", connectionFailed, afterRequest(ignoringAnswer(underTLS(reset)))},
		{"reset in the body", connectionFailed, afterRequest(answerThen(inBody, underTLS(reset)))},
		// net/http takes the end of a record for the end of the body (against RFC 9112
		// section 9.8); a status needs no body, and half a token is none.
		{"a body without length that is cut", invalidCredentials, afterRequest(answerThen(half, underTLS(hangUp)))},
		{"no TLS in the answer", tlsFailed, afterRequest(plain)},
		{"silence after the handshake", timedOut, ignoringAnswer(Silence)},
		{"silence in the body", timedOut, afterRequest(answerThen(inBody, Silence))},
		{"a drip in a record", timedOut, afterRequest(answerThen(inBody, underTLS(halfRecord)))},
	} {
		faults = append(faults, secure("TLS: "+f.name, f.reason, overTLS(trustedServer(), f.then)))
	}
	return faults
}
