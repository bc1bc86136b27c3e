package registrytest

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"strings"
	"time"
)

// helloThen answers the client's hello with bytes of its own.
func helloThen(text string, end func(net.Conn)) func(net.Conn, sound) {
	return alone(SayToHello(text, end))
}

// handshakeFaults break the handshake itself.
func handshakeFaults() []wireFault {
	const (
		halfHello = "\x16\x03\x03\x00\x7a\x02\x00\x00\x76\x03\x03rrrr"
		alert     = "\x15\x03\x03\x00\x02\x02"
	)
	oldHello := "\x16\x03\x02\x00\x2a\x02\x00\x00\x26\x03\x02" + strings.Repeat("r", 32) + "\x00\xc0\x13\x00"
	faults := []wireFault{
		{name: "closed on accept", registry: connectionFailed, connect: alone(hangUp)},
		{name: "reset on accept", registry: connectionFailed, connect: alone(reset)},
		{name: "reset in the hello", registry: connectionFailed, connect: helloThen("", reset)},
		{name: "closed in the server's hello", registry: connectionFailed, connect: helloThen(halfHello, hangUp)},
		{name: "silence in the server's hello", registry: timedOut, deadline: hangs, connect: helloThen(halfHello, Silence)},
		{name: "silence on accept", registry: timedOut, deadline: hangs, connect: alone(Silence)},
		{name: "a drip in the server's hello", registry: timedOut, deadline: hangs, connect: helloThen("\x16\x03\x03\x40\x00\x02\x00\x3f\xf0\x03\x03", func(conn net.Conn) { drip(conn, "r") })},
		{name: "plain HTTP", registry: plainHTTPRegistry, connect: helloThen("HTTP/1.1 400 Bad Request\r\n\r\n", hangUp)},
		{name: "an SSH server", registry: tlsFailed, connect: helloThen("SSH-2.0-OpenSSH_9.6\r\n", Silence)},
		{name: "an alert to the hello", registry: tlsFailed, connect: helloThen(alert+"\x28", hangUp)},
		{name: "a hello of TLS 1.1", registry: tlsFailed, connect: helloThen(oldHello, Silence)},
		{name: "a handshake message of 16 MiB", registry: tlsFailed, big: true, connect: helloThen("\x16\x03\x03\x40\x00\x02\xff\xff\xff", func(conn net.Conn) {
			flood(conn, strings.Repeat("r", floodSize), floodLimit)
		})},
	}
	for i := range faults {
		faults[i].name, faults[i].secure = "TLS: "+faults[i].name, true
	}
	return faults
}

// overTLS does the handshake and then what an answer does.
func overTLS(config *tls.Config, answer func(conn *tls.Conn, s sound)) func(net.Conn, sound) {
	return func(conn net.Conn, s sound) {
		secure := tls.Server(conn, config)
		if secure.HandshakeContext(context.Background()) == nil {
			answer(secure, s)
		}
	}
}

// secured answers a request over TLS.
func secured(answer func(net.Conn, sound)) func(*tls.Conn, sound) {
	return func(conn *tls.Conn, s sound) {
		if _, err := readHead(conn); err == nil {
			answer(conn, s)
		}
	}
}

func whole(conn net.Conn, s sound) { say(conn, s.whole()) }

// certificateFaults are sound but for the certificate; what they would answer
// must not be read.
func certificateFaults() []wireFault {
	stranger := NewAuthority()
	day := 24 * time.Hour
	var faults []wireFault
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
		faults = append(faults, wireFault{
			name: "TLS: a certificate " + name, registry: tlsUntrusted, secure: true, roots: authority().pool,
			connect: overTLS(&tls.Config{Certificates: []tls.Certificate{certificate}}, secured(whole)),
		})
	}
	old := &tls.Config{Certificates: []tls.Certificate{authority().issue(nil)}, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}
	return append(faults, wireFault{
		name: "TLS: TLS 1.1 only", registry: tlsFailed, secure: true, roots: authority().pool, connect: overTLS(old, secured(whole)),
	})
}

// secureFaults come after a sound handshake. A connection that ends without
// close_notify was cut (RFC 8446 section 6.1).
func secureFaults() []wireFault {
	cut := func(text func(s sound) string, end func(net.Conn)) func(*tls.Conn, sound) {
		return secured(func(conn net.Conn, s sound) {
			say(conn, text(s))
			end(conn.(*tls.Conn).NetConn())
		})
	}
	half := func(s sound) string { return s.head + "\r\n" + s.body[:20] }
	var faults []wireFault
	for _, f := range []struct {
		name   string
		reason string
		answer func(*tls.Conn, sound)
	}{
		{"closed after the handshake", connectionFailed, func(conn *tls.Conn, _ sound) { hangUp(conn.NetConn()) }},
		{"reset after the request", connectionFailed, cut(nothing, reset)},
		{"reset in the body", connectionFailed, cut(inBody, reset)},
		// net/http takes the end of a record for the end of the body (against RFC 9112
		// section 9.8); a status needs no body, and half a token is none.
		{"a body without length that is cut", invalidCredentials, cut(half, hangUp)},
		{"no TLS in the answer", tlsFailed, secured(func(conn net.Conn, s sound) { say(conn.(*tls.Conn).NetConn(), s.whole()) })},
		{"silence after the handshake", timedOut, func(conn *tls.Conn, _ sound) { Silence(conn) }},
		{"silence in the body", timedOut, cut(inBody, Silence)},
		{"a drip in a record", timedOut, cut(inBody, func(conn net.Conn) { say(conn, "\x17\x03\x03\x40\x00"); drip(conn, "x") })},
	} {
		fault := wireFault{name: "TLS: " + f.name, registry: f.reason, secure: true, roots: authority().pool, connect: overTLS(trustedServer(), f.answer)}
		if f.reason == timedOut {
			fault.deadline = hangs
		}
		faults = append(faults, fault)
	}
	return faults
}
