package registry_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/net/http/httpproxy"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/registrytest"
)

// setUp starts what a row asks and returns its address.
type setUp func(t *testing.T) (address string, options registry.Options)

func serve(scheme string, handle func(net.Conn)) setUp {
	return func(t *testing.T) (string, registry.Options) {
		host, err := registrytest.Serve(t, handle)
		if err != nil {
			t.Fatal(err)
		}
		return scheme + host, registry.Options{}
	}
}

func say(text string) setUp { return serve("http://", registrytest.Say(text)) }

// nothingListens has a port on which nothing listens.
func nothingListens(t *testing.T) (string, registry.Options) {
	address, options := serve("http://", registrytest.Silence)(t)
	options.Dial = registrytest.DialRefused
	return address, options
}

func dialFails(err error) setUp {
	return func(*testing.T) (string, registry.Options) {
		dial := func(context.Context, string, string) (net.Conn, error) { return nil, err }
		return "r.example.com", registry.Options{Dial: dial}
	}
}

// readFails has a connection from which nothing can be read.
func readFails(scheme string, err syscall.Errno) setUp {
	return func(t *testing.T) (string, registry.Options) {
		host, problem := registrytest.Serve(t, registrytest.Silence)
		if problem != nil {
			t.Fatal(problem)
		}
		return scheme + "r.example.com", registry.Options{Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
			conn, problem := new(net.Dialer).DialContext(ctx, network, host)
			return unreadable{conn, err}, problem
		}}
	}
}

type unreadable struct {
	net.Conn
	err syscall.Errno
}

// Read fails as package net does.
func (u unreadable) Read([]byte) (int, error) {
	return 0, &net.OpError{Op: "read", Net: "tcp", Err: os.NewSyscallError("read", u.err)}
}

// proxyOverTLS has a proxy with the certificate of httptest.
func proxyOverTLS(t *testing.T) (string, registry.Options) {
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // the handshake is meant to fail
	server.StartTLS()
	t.Cleanup(server.Close)
	return "r.example.com", registry.Options{Proxy: &httpproxy.Config{HTTPSProxy: server.URL}}
}

// proxySays has a proxy that answers the CONNECT for a registry.
func proxySays(status string) setUp {
	return func(t *testing.T) (string, registry.Options) {
		host, err := registrytest.Serve(t, registrytest.Say("HTTP/1.1 "+status+"\r\nContent-Length: 0\r\n\r\n"))
		if err != nil {
			t.Fatal(err)
		}
		return "r.example.com", registry.Options{Proxy: &httpproxy.Config{HTTPSProxy: "http://" + host}}
	}
}

// proxyAt has a proxy that cannot be dialled.
func proxyAt(url string, err error) setUp {
	return func(*testing.T) (string, registry.Options) {
		dial := func(context.Context, string, string) (net.Conn, error) { return nil, err }
		return "r.example.com", registry.Options{Proxy: &httpproxy.Config{HTTPSProxy: url}, Dial: dial}
	}
}

// overTLS has a registry with the certificate of httptest; change may alter
// the server's configuration, and what the client trusts.
func overTLS(host string, change func(server, client *tls.Config)) setUp {
	return func(t *testing.T) (string, registry.Options) {
		server := httptest.NewUnstartedServer(http.NotFoundHandler())
		server.Config.ErrorLog = log.New(io.Discard, "", 0) // the handshakes are meant to fail
		server.TLS = &tls.Config{}
		client := &tls.Config{RootCAs: x509.NewCertPool()}
		change(server.TLS, client)
		server.StartTLS()
		t.Cleanup(server.Close)
		if client.RootCAs != nil {
			client.RootCAs.AddCert(server.Certificate())
		}
		dial := func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, server.Listener.Addr().String())
		}
		return host, registry.Options{TLS: client, Dial: dial}
	}
}

func answerHello(bytes string) setUp {
	return serve("https://", registrytest.SayToHello(bytes, registrytest.Silence))
}

type faultRow struct {
	name   string
	setUp  setUp
	fault  registry.Fault
	detail string // a part of it
}

func faultRows() []faultRow {
	const (
		ok      = "HTTP/1.1 200 OK\r\n"
		cut     = "closed the connection before its answer was complete"
		noHTTP  = "not valid HTTP"
		noHello = "closed the connection during the TLS handshake"
	)
	return []faultRow{
		{"nothing listens", nothingListens, registry.FaultRefused, ""},
		{"the name does not exist", dialFails(&net.DNSError{Err: "no such host", IsNotFound: true}), registry.FaultDNS, "does not exist"},
		{"the name server fails", dialFails(&net.DNSError{Err: "server misbehaving", IsTemporary: true}), registry.FaultDNS, "no answer"},
		{"the network is unreachable", dialFails(&net.OpError{Op: "dial", Err: io.ErrNoProgress}), registry.FaultConnection, "the network gave an error"},
		{"the server says nothing", serve("http://", registrytest.Silence), registry.FaultTimeout, ""},
		{"the server says nothing to a TLS handshake", serve("https://", registrytest.Silence), registry.FaultTimeout, ""},
		{"silence in the header", serve("http://", registrytest.SayThenSilence(ok+"Content-")), registry.FaultTimeout, ""},
		{"silence in the body", serve("http://", registrytest.SayThenSilence(ok+"Content-Length: 10\r\n\r\nabc")), registry.FaultTimeout, ""},
		{"the server hangs up", serve("http://", registrytest.HangUp), registry.FaultConnection, cut},
		{"the status line is cut", say("HTTP/1.1 2"), registry.FaultConnection, noHTTP},
		{"the header is cut", say(ok + "Content-Type: te"), registry.FaultConnection, cut},
		{"the body is shorter than announced", say(ok + "Content-Length: 10\r\n\r\nabc"), registry.FaultConnection, cut},
		{"the answer is not HTTP", say("SSH-2.0-OpenSSH_9.6\r\n"), registry.FaultConnection, noHTTP},
		{"the header has 10,000 lines", say(ok + strings.Repeat("X-Line: 1\r\n", 10_000) + "\r\n"), registry.FaultConnection, noHTTP},
		{"a header line is over 64 KiB", say(ok + "X-Line: " + strings.Repeat("x", 65<<10) + "\r\n\r\n"), registry.FaultConnection, noHTTP},
		{"the header never ends", serve("http://", registrytest.Endless(ok+"X-Line: ", 1<<30)), registry.FaultConnection, noHTTP},
		{"plain HTTP answers on https", answerHello("HTTP/1.0 400 Bad Request\r\n\r\n"), registry.FaultPlainHTTP, ""},
		{"another protocol answers on https", answerHello("SSH-2.0-OpenSSH_9.6\r\n"), registry.FaultTLS, "does not speak TLS"},
		{"the server hangs up in the TLS handshake", serve("https://", registrytest.SayToHello("", func(net.Conn) {})), registry.FaultConnection, noHello},
		{"the network fails in the TLS handshake", readFails("https://", syscall.EHOSTUNREACH), registry.FaultConnection, "the network gave an error during the TLS handshake"},
		{"Windows says that the server reset the connection in it", readFails("https://", syscall.Errno(10054)), registry.FaultConnection, noHello},
		{"Windows says that the connection was given up in it", readFails("https://", syscall.Errno(10053)), registry.FaultConnection, noHello},
		{"Windows says that the server reset the connection", readFails("http://", syscall.Errno(10054)), registry.FaultConnection, cut},
		{"Windows says that nothing listens", dialFails(&net.OpError{Op: "dial", Err: os.NewSyscallError("connectex", syscall.Errno(10061))}), registry.FaultRefused, ""},
		{"the server sends an alert", answerHello("\x15\x03\x03\x00\x02\x02\x28"), registry.FaultTLS, `the server broke off the TLS handshake with the alert "handshake failure"`},
		{"the server speaks TLS 1.1 only", overTLS("r.example.com", func(server, _ *tls.Config) {
			server.MinVersion, server.MaxVersion = tls.VersionTLS10, tls.VersionTLS11
		}), registry.FaultTLS, "it knows none of the versions 1.2 and 1.3"},
		{"the server chooses TLS 1.1", answerHello("\x16\x03\x02\x00\x2a\x02\x00\x00\x26\x03\x02" + strings.Repeat("r", 32) + "\x00\xc0\x13\x00"), registry.FaultTLS, "a version of TLS below 1.2"},
		{"the certificate is not trusted", overTLS("example.com", func(_, client *tls.Config) {
			client.RootCAs = nil
		}), registry.FaultUntrusted, "does not trust"},
		{"the certificate is for another name", overTLS("r.example.org", func(_, _ *tls.Config) {}), registry.FaultUntrusted, "another name"},
		{"the certificate has expired", overTLS("example.com", func(_, client *tls.Config) {
			client.Time = func() time.Time { return time.Date(3000, time.January, 1, 0, 0, 0, 0, time.UTC) }
		}), registry.FaultUntrusted, "expired"},
		{"the server wants a client certificate", overTLS("example.com", func(server, _ *tls.Config) {
			server.ClientAuth = tls.RequireAnyClientCert
		}), registry.FaultClientCert, "broke off without it"},
		{"the server wants a client certificate over TLS 1.2", overTLS("example.com", func(server, _ *tls.Config) {
			server.ClientAuth, server.MaxVersion = tls.RequireAnyClientCert, tls.VersionTLS12
		}), registry.FaultClientCert, "broke off without it"},
		{"the proxy cannot be reached", proxyAt("http://127.0.0.1:1", io.ErrNoProgress), registry.FaultConnection, "the proxy that the environment names could not be reached"},
		{"the proxy has no name", proxyAt("http://proxy.example.com:3128", &net.DNSError{Err: "no such host", IsNotFound: true}), registry.FaultConnection, "the name of the proxy that the environment names"},
		{"the proxy's certificate is not trusted", proxyOverTLS, registry.FaultConnection, "the proxy that the environment names has a certificate"},
		{"the proxy wants a login", proxySays("407 Proxy Authentication Required"), registry.FaultProxyAuth, ""},
		{"the proxy refuses to connect", proxySays("403 Forbidden"), registry.FaultConnection, "the proxy of HTTPS_PROXY answered 403 Forbidden"},
		{"the proxy refuses in its own way", proxySays("599 Ask Alice"), registry.FaultConnection, "the proxy of HTTPS_PROXY answered 599"},
		{"the proxy hangs up", func(t *testing.T) (string, registry.Options) {
			host, err := registrytest.Serve(t, registrytest.HangUp)
			if err != nil {
				t.Fatal(err)
			}
			return "r.example.com", registry.Options{Proxy: &httpproxy.Config{HTTPSProxy: "http://" + host}}
		}, registry.FaultConnection, cut},
	}
}

func TestClient_Ask_Faults(t *testing.T) {
	t.Parallel()
	for _, row := range faultRows() {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			address, options := row.setUp(t)
			ctx := t.Context()
			if row.fault == registry.FaultTimeout {
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeout(ctx, 100*time.Millisecond)
				defer cancel()
			}
			answer := newClient(t, options).Ask(ctx, parse(t, address), basic("hunter2x"))
			failure := answer.Failure
			if failure == nil {
				t.Fatalf("answer %+v, want the fault %q", answer, row.fault)
			}
			if answer.Status != 0 || answer.Text != "" {
				t.Errorf("a failure comes with an answer: %+v", answer)
			}
			if failure.Fault != row.fault || !strings.Contains(failure.Detail, row.detail) || row.detail == "" && failure.Detail != "" {
				t.Errorf("fault %q, detail %q; want %q, detail %q", failure.Fault, failure.Detail, row.fault, row.detail)
			}
			if strings.Contains(failure.Detail, "127.0.0.1") || strings.Contains(failure.Detail, "hunter2x") {
				t.Errorf("detail %q says what it must not", failure.Detail)
			}
		})
	}
}

func TestClient_Ask_FindsPlainHTTPOfAGoServer(t *testing.T) {
	t.Parallel()
	fake := registrytest.New(t, func(string) registrytest.Response { return registrytest.OK() })
	answer := newClient(t, registry.Options{}).Ask(t.Context(), parse(t, "https://"+fake.Host()), basic("hunter2x"))
	if answer.Failure == nil || answer.Failure.Fault != registry.FaultPlainHTTP {
		t.Errorf("answer %+v, failure %+v; want plain HTTP", answer, answer.Failure)
	}
	if asked := fake.Requests(); len(asked) != 0 {
		t.Errorf("the server was asked %+v; nothing may be sent in clear", asked)
	}
}

func TestClient_Ask_TimesOutWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	fake := registrytest.New(t, func(string) registrytest.Response { return registrytest.OK() })
	answer := newClient(t, registry.Options{}).Ask(ctx, parse(t, fake.URL), registry.Credential{})
	if answer.Failure == nil || answer.Failure.Fault != registry.FaultTimeout {
		t.Errorf("answer %+v, want a timeout", answer)
	}
	if asked := fake.Requests(); len(asked) != 0 {
		t.Errorf("the server was asked %+v", asked)
	}
}
