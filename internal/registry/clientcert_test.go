package registry_test

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"golang.org/x/net/http/httpproxy"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/registrytest"
)

// serveRequestingCertificate serves TLS connections that request a client certificate
// and accept a client without one; handle gets each with its number.
func serveRequestingCertificate(t *testing.T, server pair, version uint16, handle func(conn net.Conn, number int)) string {
	t.Helper()
	config := &tls.Config{Certificates: []tls.Certificate{server.load(t)}, ClientAuth: tls.RequestClientCert, MaxVersion: version, MinVersion: version}
	var mu sync.Mutex
	number := 0
	host, err := registrytest.Serve(t, func(conn net.Conn) {
		secure := tls.Server(conn, config)
		if secure.HandshakeContext(t.Context()) != nil {
			return
		}
		mu.Lock()
		number++
		mine := number
		mu.Unlock()
		handle(secure, mine)
	})
	if err != nil {
		t.Fatal(err)
	}
	return "https://" + host
}

// respondOnce reads a request and writes text.
func respondOnce(conn net.Conn, text string) {
	if _, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
		_, _ = io.WriteString(conn, text) // the client may have left
	}
}

// closeAfterRequest reads a request and writes nothing.
func closeAfterRequest(conn net.Conn) { respondOnce(conn, "") }

const refusal = "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"

// TestClient_Ask_FaultClientCert has servers that request a client certificate. One
// that answers, or has accepted the certificate before, does not demand another.
func TestClient_Ask_FaultClientCert(t *testing.T) {
	t.Parallel()
	const tls12, tls13 = tls.VersionTLS12, tls.VersionTLS13
	server, client := newPair(t), newPair(t)
	endsFirst := func(conn net.Conn, number int) {
		if number == 1 {
			closeAfterRequest(conn)
			return
		}
		respondOnce(conn, refusal)
	}
	always := func(text string) func(net.Conn, int) { return func(conn net.Conn, _ int) { respondOnce(conn, text) } }
	answersFirst := func(conn net.Conn, number int) {
		if number == 1 {
			respondOnce(conn, refusal)
			return
		}
		closeAfterRequest(conn)
	}
	for _, row := range []struct {
		name     string
		version  uint16
		shown    bool
		handle   func(net.Conn, int)
		attempts int
		faults   []registry.Fault // of two requests; "" for an answer
		detail   string
	}{
		{"it leaves without one", tls13, false, always(""), 1, []registry.Fault{registry.FaultClientCert, registry.FaultClientCert}, "broke off without it"},
		{"it leaves with one, which it may have refused", tls13, true, always(""), 1, []registry.Fault{registry.FaultClientCert, registry.FaultClientCert}, "although the one in client_cert_pem was sent"},
		{"it leaves without one in the end", tls12, false, always(""), 1, []registry.Fault{registry.FaultClientCert, registry.FaultClientCert}, "broke off without it"},
		{"it leaves with one, which it has accepted", tls12, true, always(""), 1, []registry.Fault{registry.FaultConnection, registry.FaultConnection}, ""},
		{"it sends what is no HTTP", tls13, false, always("SSH-2.0-OpenSSH\r\n"), 1, []registry.Fault{registry.FaultConnection, registry.FaultConnection}, ""},
		{"it sends a header that is too long", tls13, false, always("HTTP/1.1 200 OK\r\nX-Line: " + strings.Repeat("x", 100<<10) + "\r\n\r\n"), 1, []registry.Fault{registry.FaultConnection, registry.FaultConnection}, ""},
		{"it has answered before without one", tls13, false, answersFirst, 1, []registry.Fault{"", registry.FaultConnection}, ""},
		{"it has answered before with one", tls13, true, answersFirst, 1, []registry.Fault{"", registry.FaultConnection}, ""},
		{"it leaves once, by a fault of the network", tls13, true, endsFirst, 3, []registry.Fault{"", ""}, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			settings := registry.TLS{CACertPEM: server.certificate}
			if row.shown {
				settings.ClientCertPEM, settings.ClientKeyPEM = client.certificate, registry.NewSecret(client.key)
			}
			config, err := settings.Config()
			if err != nil {
				t.Fatal(err)
			}
			asked := newClient(t, registry.Options{TLS: config, Wait: (&fakeWait{}).wait})
			endpoint := parse(t, serveRequestingCertificate(t, server, row.version, row.handle))
			var got []registry.Fault
			for range row.faults {
				answer := asked.Ask(registry.WithRetry(t.Context(), registry.Retry{Attempts: row.attempts}), endpoint, registry.Credential{})
				fault := registry.Fault("")
				if answer.Failure != nil {
					fault = answer.Failure.Fault
					if !strings.Contains(answer.Failure.Detail, row.detail) {
						t.Errorf("detail %q, want %q", answer.Failure.Detail, row.detail)
					}
				}
				got = append(got, fault)
			}
			if !slices.Equal(got, row.faults) {
				t.Errorf("faults %q, want %q", got, row.faults)
			}
		})
	}
}

// TestClient_Ask_SendsNoCertificateOfAnotherAuthority has a server that names
// the authorities which it takes.
func TestClient_Ask_SendsNoCertificateOfAnotherAuthority(t *testing.T) {
	t.Parallel()
	server, client := newPair(t), newPair(t)
	config, err := registry.TLS{CACertPEM: server.certificate, ClientCertPEM: client.certificate, ClientKeyPEM: registry.NewSecret(client.key)}.Config()
	if err != nil {
		t.Fatal(err)
	}
	got := newClient(t, registry.Options{TLS: config}).Ask(t.Context(), parse(t, serveTLS(t, server, &server)), registry.Credential{})
	if got.Failure == nil || got.Failure.Fault != registry.FaultClientCert || got.Failure.Cause != registry.CauseOtherClientCert || !strings.Contains(got.Failure.Detail, "was not sent") {
		t.Errorf("failure %+v", got.Failure)
	}
}

// TestClient_Ask_IgnoresTheCertificateRequestOfAProxy has a proxy over TLS, which
// asks for a certificate and does without.
func TestClient_Ask_IgnoresTheCertificateRequestOfAProxy(t *testing.T) {
	t.Parallel()
	pair := newPair(t)
	config, err := registry.TLS{CACertPEM: pair.certificate}.Config()
	if err != nil {
		t.Fatal(err)
	}
	const opened = "HTTP/1.1 200 OK\r\n\r\n"
	for _, row := range []struct {
		name, registry string
		proxy          func(net.Conn)
		fault          registry.Fault
		detail         string
	}{
		{"it refuses the tunnel", "https://r.example.com", func(c net.Conn) { respondOnce(c, "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n") }, registry.FaultConnection, "403"},
		{"it leaves before the tunnel", "https://r.example.com", closeAfterRequest, registry.FaultConnection, ""},
		{"it leaves in the tunnel", "https://r.example.com", func(c net.Conn) { respondOnce(c, opened) }, registry.FaultConnection, ""},
		{"it leaves, asked for a registry without TLS", "http://r.example.com", closeAfterRequest, registry.FaultConnection, ""},
		{"it leads to a registry that wants one", "https://r.example.com", func(c net.Conn) {
			respondOnce(c, opened)
			inner := tls.Server(c, &tls.Config{Certificates: []tls.Certificate{pair.load(t)}, ClientAuth: tls.RequestClientCert, MinVersion: tls.VersionTLS13})
			if inner.HandshakeContext(t.Context()) == nil {
				closeAfterRequest(inner)
			}
		}, registry.FaultClientCert, "asked for one"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			proxy := serveRequestingCertificate(t, pair, tls.VersionTLS13, func(conn net.Conn, _ int) { row.proxy(conn) })
			asked := config.Clone()
			asked.ServerName = "127.0.0.1" // the certificate of both
			client := newClient(t, registry.Options{TLS: asked, Proxy: &httpproxy.Config{HTTPProxy: proxy, HTTPSProxy: proxy}})
			got := client.Ask(t.Context(), parse(t, row.registry), registry.Credential{})
			if got.Failure == nil || got.Failure.Fault != row.fault || !strings.Contains(got.Failure.Detail, row.detail) {
				t.Errorf("failure %+v, want %s with %q", got.Failure, row.fault, row.detail)
			}
		})
	}
}

// TestClient_Ask_AStreamResetIsNoFaultClientCert has a server that asks for one,
// does without, and gives up the request but not the connection.
func TestClient_Ask_AStreamResetIsNoFaultClientCert(t *testing.T) {
	t.Parallel()
	pair := newPair(t)
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })) //nolint:forbidigo // net/http takes it for a reset
	s.TLS = &tls.Config{Certificates: []tls.Certificate{pair.load(t)}, ClientAuth: tls.RequestClientCert}
	s.EnableHTTP2 = true
	s.StartTLS()
	t.Cleanup(s.Close)
	config, err := registry.TLS{CACertPEM: pair.certificate}.Config()
	if err != nil {
		t.Fatal(err)
	}
	got := newClient(t, registry.Options{TLS: config}).Ask(t.Context(), parse(t, s.URL), registry.Credential{})
	if got.Failure == nil || got.Failure.Fault != registry.FaultConnection {
		t.Errorf("failure %+v", got.Failure)
	}
}

// TestClient_Ask_DoesNotRetryACertificateAlert has a server that says what it wants, and
// counts how often it has to.
func TestClient_Ask_DoesNotRetryACertificateAlert(t *testing.T) {
	t.Parallel()
	pair := newPair(t)
	server := &tls.Config{Certificates: []tls.Certificate{pair.load(t)}, ClientAuth: tls.RequireAnyClientCert, MinVersion: tls.VersionTLS12, MaxVersion: tls.VersionTLS12}
	var met atomic.Int64
	host, err := registrytest.Serve(t, func(conn net.Conn) {
		met.Add(1)
		_ = tls.Server(conn, server).HandshakeContext(t.Context()) // it fails, by the alert
		_, _ = io.Copy(io.Discard, conn)                           // a reset would overtake the alert
	})
	if err != nil {
		t.Fatal(err)
	}
	config, err := registry.TLS{CACertPEM: pair.certificate}.Config()
	if err != nil {
		t.Fatal(err)
	}
	client := newClient(t, registry.Options{TLS: config, Wait: (&fakeWait{}).wait})
	got := client.Ask(registry.WithRetry(t.Context(), threeRetries), parse(t, "https://"+host), registry.Credential{})
	if got.Failure == nil || got.Failure.Fault != registry.FaultClientCert || met.Load() != 1 {
		t.Errorf("failure %+v after %d connections", got.Failure, met.Load())
	}
}

// TestClient_Ask_FaultClientCertAfterAnAnswer has a server that does without
// a certificate once, and then refuses the client by an alert.
func TestClient_Ask_FaultClientCertAfterAnAnswer(t *testing.T) {
	t.Parallel()
	pair := newPair(t)
	var met atomic.Int64
	host, err := registrytest.Serve(t, func(conn net.Conn) {
		server := &tls.Config{Certificates: []tls.Certificate{pair.load(t)}, ClientAuth: tls.RequestClientCert, MinVersion: tls.VersionTLS13}
		if met.Add(1) > 1 {
			server.ClientAuth = tls.RequireAnyClientCert
		}
		secure := tls.Server(conn, server)
		if secure.HandshakeContext(t.Context()) == nil {
			respondOnce(secure, refusal)
			return
		}
		_, _ = io.Copy(io.Discard, conn) // a reset would overtake the alert
	})
	if err != nil {
		t.Fatal(err)
	}
	config, err := registry.TLS{CACertPEM: pair.certificate}.Config()
	if err != nil {
		t.Fatal(err)
	}
	client := newClient(t, registry.Options{TLS: config})
	if first := client.Ask(t.Context(), parse(t, "https://"+host), registry.Credential{}); first.Failure != nil {
		t.Fatalf("failure %+v", first.Failure)
	}
	got := client.Ask(t.Context(), parse(t, "https://"+host), registry.Credential{})
	if got.Failure == nil || got.Failure.Fault != registry.FaultClientCert {
		t.Errorf("failure %+v", got.Failure)
	}
}

// TestClient_Ask_FaultClientCertOfConcurrentRequests asks at the same time:
// over HTTP/2 one connection serves requests that did not open it, and ends for
// all of them.
func TestClient_Ask_FaultClientCertOfConcurrentRequests(t *testing.T) {
	t.Parallel()
	pair := newPair(t)
	for _, http2 := range []bool{true, false} {
		s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) }))
		s.TLS = &tls.Config{Certificates: []tls.Certificate{pair.load(t)}, ClientAuth: tls.RequireAnyClientCert}
		s.EnableHTTP2 = http2
		s.Config.ErrorLog = log.New(io.Discard, "", 0) // it complains of every client that it refuses
		s.StartTLS()
		t.Cleanup(s.Close)
		config, err := registry.TLS{CACertPEM: pair.certificate}.Config()
		if err != nil {
			t.Fatal(err)
		}
		client := newClient(t, registry.Options{TLS: config, Wait: (&fakeWait{}).wait})
		var mu sync.Mutex
		verdicts := map[string]int{}
		var done sync.WaitGroup
		for range 20 {
			done.Go(func() {
				for range 10 {
					got := client.Ask(registry.WithRetry(t.Context(), registry.DefaultRetry()), parse(t, s.URL), basic("hunter2x"))
					mu.Lock()
					verdicts[fmt.Sprintf("%+v", got.Failure.Fault)]++
					mu.Unlock()
				}
			})
		}
		done.Wait()
		if verdicts[string(registry.FaultClientCert)] != 200 {
			t.Errorf("HTTP/2 %t: %v", http2, verdicts)
		}
	}
}
