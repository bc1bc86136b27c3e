package registrytest

import (
	"context"
	"net"
	"strings"

	"golang.org/x/net/dns/dnsmessage"
)

// nameFaults are those of a name server. The name that is asked for does not
// exist anywhere (RFC 6761 section 6.2).
func nameFaults() []Fault {
	says := func(code dnsmessage.RCode) func(dnsmessage.Header, dnsmessage.Question) []byte {
		return func(asked dnsmessage.Header, question dnsmessage.Question) []byte {
			message := dnsmessage.Message{
				Header:    dnsmessage.Header{ID: asked.ID, Response: true, RecursionAvailable: true, RCode: code},
				Questions: []dnsmessage.Question{question},
			}
			packed, err := message.Pack()
			if err != nil {
				return nil // not for a question that was read
			}
			return packed
		}
	}
	var faults []Fault
	for _, row := range []struct {
		name, reason string
		answer       func(dnsmessage.Header, dnsmessage.Question) []byte
	}{
		{"the name does not exist", dnsFailure, says(dnsmessage.RCodeNameError)},
		{"the name has no address", dnsFailure, says(dnsmessage.RCodeSuccess)},
		{"the name server fails", dnsFailure, says(dnsmessage.RCodeServerFailure)},
		{"the name server is silent", timedOut, func(dnsmessage.Header, dnsmessage.Question) []byte { return nil }},
	} {
		faults = append(faults, Fault{
			Name: "name: " + row.name, Reason: row.reason, Deadline: deadlineOf(row.reason),
			Start: func(t Cleaner) (Target, error) { return askNameServer(t, row.answer) },
		})
	}
	return faults
}

// askNameServer starts a name server; an answer of nil is not sent.
func askNameServer(t Cleaner, answer func(dnsmessage.Header, dnsmessage.Question) []byte) (Target, error) {
	server, err := new(net.ListenConfig).ListenPacket(context.Background(), "udp", "127.0.0.1:0")
	if err != nil {
		return Target{}, err
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		buffer := make([]byte, 1500)
		for {
			n, from, err := server.ReadFrom(buffer)
			if err != nil {
				return
			}
			var parser dnsmessage.Parser
			header, err := parser.Start(buffer[:n])
			if err != nil {
				continue
			}
			if question, err := parser.Question(); err == nil {
				if message := answer(header, question); message != nil {
					_, _ = server.WriteTo(message, from) // the client may have left
				}
			}
		}
	}()
	t.Cleanup(func() {
		_ = server.Close() // ends the loop
		<-done
	})
	// The end of the question ends it, as the client's own resolver has it.
	resolver := &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx, "udp", server.LocalAddr().String())
		if err == nil {
			context.AfterFunc(ctx, func() { _ = conn.Close() }) // its reader has gone
		}
		return conn, err
	}}
	return Target{Address: "https://registry.test", Dial: (&net.Dialer{Resolver: resolver}).DialContext}, nil
}

// proxyFaults are those of a proxy before a registry that is never reached (RFC
// 9110 section 9.3.6).
func proxyFaults() []Fault {
	const established = "HTTP/1.1 200 Connection established\r\n\r\n"
	endless := func(conn net.Conn) { flood(conn, strings.Repeat("x", floodSize), floodLimit) }
	var faults []Fault
	for _, row := range []struct {
		name, reason string
		big          bool
		handle       func(net.Conn)
	}{
		{"it wants a login", proxyAuthRequired, false, sayThen("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n", hangUp)},
		{"it forbids the host", connectionFailed, false, sayThen("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", hangUp)},
		{"it cannot reach the host", connectionFailed, false, sayThen("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n", hangUp)},
		{"closed on accept", connectionFailed, false, hangUp},
		{"reset on accept", connectionFailed, false, reset},
		{"reset behind the header", connectionFailed, false, sayThen(established, reset)},
		{"it is no proxy", connectionFailed, false, sayThen("SSH-2.0-OpenSSH_9.6\r\n", hangUp)},
		{"plain HTTP behind the header", plainHTTPRegistry, false, sayThen(established, SayToHello("HTTP/1.1 400 Bad Request\r\n\r\n", hangUp))},
		{"an endless header line", connectionFailed, true, sayThen("HTTP/1.1 200 OK\r\nX-Line: ", endless)},
		{"an endless body", connectionFailed, true, sayThen("HTTP/1.1 403 Forbidden\r\n\r\n", endless)},
		{"silence on accept", timedOut, false, Silence},
		{"silence behind the header", timedOut, false, sayThen(established, Silence)},
		{"a drip in the header", timedOut, false, sayThen("HTTP/1.1 200 OK\r\n", func(conn net.Conn) { drip(conn, "x") })},
	} {
		faults = append(faults, Fault{
			Name: "proxy: " + row.name, Reason: row.reason, Deadline: deadlineOf(row.reason), Big: row.big,
			Start: func(t Cleaner) (Target, error) {
				address, err := Serve(t, row.handle)
				return Target{Address: "https://registry.test", Proxy: "http://" + address}, err
			},
		})
	}
	return faults
}
