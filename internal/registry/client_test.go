package registry_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"golang.org/x/net/http/httpproxy"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/registrytest"
)

func newClient(t *testing.T, options registry.Options) *registry.Client {
	t.Helper()
	client := registry.NewClient(options)
	t.Cleanup(client.CloseIdleConnections)
	return client
}

func parse(t *testing.T, address string) registry.Endpoint {
	t.Helper()
	endpoint, err := registry.ParseEndpoint(address)
	if err != nil {
		t.Fatalf("ParseEndpoint(%q): %v", address, err)
	}
	return endpoint
}

// counting dials as usual and counts.
func counting(dials *atomic.Int64) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		dials.Add(1)
		return new(net.Dialer).DialContext(ctx, network, address)
	}
}

func trusting(server *httptest.Server) *tls.Config {
	pool := x509.NewCertPool()
	pool.AddCert(server.Certificate())
	return &tls.Config{RootCAs: pool}
}

func TestClient_Ask_Sends(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name       string
		credential registry.Credential
		want       string
	}{
		{"nothing without credentials", registry.Credential{}, ""},
		{"a token as it is", registry.Credential{Token: registry.NewSecret("abc.def-_~+/==")}, "Bearer abc.def-_~+/=="},
		{"a token only, where all is there", registry.Credential{Username: "ci", Password: registry.NewSecret("p"), Token: registry.NewSecret("t")}, "Bearer t"},
		{"the example of RFC 7617 section 2", registry.Credential{Username: "Aladdin", Password: registry.NewSecret("open sesame")}, "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="},
		{"the UTF-8 example of RFC 7617 section 2.1", registry.Credential{Username: "test", Password: registry.NewSecret("123\u00a3")}, "Basic dGVzdDoxMjPCow=="},
		{"a password with its line break", registry.Credential{Username: "ci", Password: registry.NewSecret("p\n")}, "Basic Y2k6cAo="},
		{"a password with a colon", registry.Credential{Username: "ci", Password: registry.NewSecret(":p:")}, "Basic Y2k6OnA6"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			fake := registrytest.New(t, func(string) registrytest.Response { return registrytest.OK() })
			client := newClient(t, registry.Options{UserAgent: "provider/1.2.3"})
			if answer := client.Ask(t.Context(), parse(t, fake.URL+"/base/v2/"), row.credential); answer.Status != http.StatusOK {
				t.Fatalf("answer %+v, failure %+v", answer, answer.Failure)
			}
			want := registrytest.Request{Method: http.MethodGet, Host: fake.Host(), Path: "/base/v2/", Authorization: row.want, UserAgent: "provider/1.2.3", Status: http.StatusOK}
			if asked := fake.Requests(); len(asked) != 1 || asked[0] != want {
				t.Errorf("asked %+v, want once %+v", asked, want)
			}
		})
	}
}

func TestClient_Ask_DoesNotRepeatARefusal(t *testing.T) {
	t.Parallel()
	for _, status := range []int{400, 401, 403, 404, 408, 429, 500, 503} {
		fake := registrytest.New(t, func(string) registrytest.Response { return registrytest.Status(status) })
		answer := newClient(t, registry.Options{}).Ask(t.Context(), parse(t, fake.URL), basic("hunter2x"))
		if answer.Status != status || answer.Failure != nil {
			t.Errorf("answer %+v, failure %+v; want status %d", answer, answer.Failure, status)
		}
		if asked := fake.Requests(); len(asked) != 1 {
			t.Errorf("status %d: asked %d times", status, len(asked))
		}
	}
}

func TestClient_Ask_ReturnsARedirectToAnotherServer(t *testing.T) {
	t.Parallel()
	for _, status := range []int{301, 302, 303, 307, 308} {
		target := registrytest.New(t, func(string) registrytest.Response { return registrytest.OK() })
		location := strings.Replace(target.URL, "http://", "http://user:pass@", 1) + "/v2/?token=abc#here"
		fake := registrytest.New(t, func(string) registrytest.Response {
			return registrytest.Response{Status: status, Header: http.Header{"Location": {location}}}
		})
		answer := newClient(t, registry.Options{}).Ask(t.Context(), parse(t, fake.URL), basic("hunter2x"))
		if answer.Status != status || answer.Location != target.URL {
			t.Errorf("status %d to %q, want %d to %q", answer.Status, answer.Location, status, target.URL)
		}
		if asked := target.Requests(); len(asked) != 0 {
			t.Errorf("status %d: the target was asked %+v", status, asked)
		}
		if asked := fake.Requests(); len(asked) != 1 {
			t.Errorf("status %d: the registry was asked %d times", status, len(asked))
		}
	}
}

func TestClient_Ask_UsesHTTP2OverTLS(t *testing.T) {
	t.Parallel()
	var protocol atomic.Value
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		protocol.Store(r.Proto)
	}))
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(server.Close)
	var dials atomic.Int64
	options := registry.Options{TLS: trusting(server), Dial: counting(&dials)}
	if answer := newClient(t, options).Ask(t.Context(), parse(t, server.URL), registry.Credential{}); answer.Status != http.StatusOK {
		t.Fatalf("answer %+v, failure %+v", answer, answer.Failure)
	}
	if got := protocol.Load(); got != "HTTP/2.0" {
		t.Errorf("protocol %v, want HTTP/2.0", got)
	}
}

func TestClient_Ask_KeepsItsConnection(t *testing.T) {
	t.Parallel()
	long := registrytest.Response{Status: http.StatusOK, Body: strings.Repeat("x", 64<<10)}
	tooLong := registrytest.Response{Status: http.StatusOK, Body: strings.Repeat("x", 256<<10)}
	for _, row := range []struct {
		name     string
		response registrytest.Response
		dials    int64
	}{
		{"after a 200", registrytest.OK(), 1},
		{"after a 401", registrytest.Unauthorized(`Basic realm="r"`), 1},
		{"after an answer without a body", registrytest.Status(http.StatusForbidden), 1},
		{"after a body of the limit", long, 1},
		{"but not after a body over the limit", tooLong, 4},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			fake := registrytest.New(t, func(string) registrytest.Response { return row.response })
			var dials atomic.Int64
			client := newClient(t, registry.Options{Dial: counting(&dials)})
			for range 4 {
				if answer := client.Ask(t.Context(), parse(t, fake.URL), basic("hunter2x")); answer.Status != row.response.Status {
					t.Fatalf("answer %+v, failure %+v", answer, answer.Failure)
				}
			}
			if got := dials.Load(); got != row.dials {
				t.Errorf("%d connections, want %d", got, row.dials)
			}
		})
	}
}

func TestClient_Ask_GoesThroughAProxy(t *testing.T) {
	t.Parallel()
	proxy := registrytest.New(t, func(authorization string) registrytest.Response {
		if authorization == "" {
			return registrytest.Status(http.StatusProxyAuthRequired)
		}
		return registrytest.OK()
	})
	client := newClient(t, registry.Options{Proxy: &httpproxy.Config{HTTPProxy: proxy.URL}})
	endpoint := parse(t, "http://r.example.com")
	// Without TLS there is no CONNECT: the proxy's answer is an answer.
	for credential, want := range map[registry.Credential]int{{}: http.StatusProxyAuthRequired, basic("hunter2x"): http.StatusOK} {
		if answer := client.Ask(t.Context(), endpoint, credential); answer.Status != want {
			t.Errorf("answer %+v, failure %+v; want status %d", answer, answer.Failure, want)
		}
	}
	if asked := proxy.Requests(); len(asked) != 2 {
		t.Errorf("the proxy was asked %d times, want 2", len(asked))
	}
}

func TestNewClient_KeepsTheGivenTLSConfiguration(t *testing.T) {
	t.Parallel()
	config := &tls.Config{MinVersion: tls.VersionTLS10}
	newClient(t, registry.Options{TLS: config})
	if config.MinVersion != tls.VersionTLS10 || config.NextProtos != nil {
		t.Errorf("minimum %x, protocols %v", config.MinVersion, config.NextProtos)
	}
}
