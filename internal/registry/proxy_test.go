package registry_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"

	"golang.org/x/net/http/httpproxy"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/registrytest"
)

// serveHandler starts a plain server.
func serveHandler(t *testing.T, handler http.Handler) string {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}

// TestProxySecrets has the spellings that environments have for a login.
func TestProxySecrets(t *testing.T) {
	t.Parallel()
	for address, want := range map[string][]string{
		"http://ci:s3cret@proxy.example.com:3128":  {"s3cret"},
		"ci:s3cret@proxy.example.com:3128":         {"s3cret"},
		"https://ci:p%40ss@proxy.example.com":      {"p@ss"},
		"http://t0ken@proxy.example.com":           {"t0ken"},
		"http://t0ken:@proxy.example.com":          {"t0ken"},
		"socks5://ci:s3cret@proxy.example.com":     {"s3cret"},
		"http://proxy.example.com:3128":            nil,
		"proxy.example.com:3128":                   nil,
		"http://:@proxy.example.com":               nil,
		"http://ci:s3cret@proxy.example.com:port/": nil, // an invalid URL, which net/http cannot use
		"": nil,
	} {
		for name, config := range map[string]*httpproxy.Config{"http": {HTTPProxy: address}, "https": {HTTPSProxy: address}} {
			var got []string
			for _, secret := range registry.ProxySecrets(config) {
				got = append(got, secret.Reveal())
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s proxy %q has the secrets %q, want %q", name, address, got, want)
			}
		}
	}
}

// TestClient_Ask_Proxies asks registries that only a proxy can reach, and one that must be
// asked directly.
func TestClient_Ask_Proxies(t *testing.T) {
	t.Parallel()
	direct := registrytest.New(t, func(string) registrytest.Response { return registrytest.OK() })
	for _, row := range []struct {
		name    string
		url     string
		user    string // in the proxy's URL
		noProxy string
		status  int // of the answer; 0 for a failure
		fault   registry.Fault
		proxied int // requests that the proxy saw
	}{
		{"a registry without TLS", "http://r.example.com", "ci:secret@", "", 200, "", 1},
		{"a registry without TLS, and a wrong login", "http://r.example.com", "ci:wrong@", "", 407, "", 1},
		{"a registry without TLS, and no login", "http://r.example.com", "", "", 407, "", 1},
		{"a tunnel without a login", "https://r.example.com", "", "", 0, registry.FaultProxyAuth, 1},
		{"a tunnel with a wrong login", "https://r.example.com", "ci:wrong@", "", 0, registry.FaultProxyAuth, 1},
		{"a tunnel that the proxy refuses after a good login", "https://r.example.com", "ci:secret@", "", 0, registry.FaultConnection, 1},
		{"NO_PROXY names the registry", direct.URL, "", "127.0.0.1", 200, "", 0},
		{"NO_PROXY names another registry", "http://r.example.com", "ci:secret@", "other.example.com", 200, "", 1},
		{"loopback needs no NO_PROXY", direct.URL, "", "", 200, "", 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			var mu sync.Mutex
			seen := 0
			proxy := serveHandler(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				mu.Lock()
				seen++
				mu.Unlock()
				switch {
				case r.Header.Get("Proxy-Authorization") != "Basic Y2k6c2VjcmV0": // ci:secret
					w.WriteHeader(http.StatusProxyAuthRequired)
				case r.Method == http.MethodConnect:
					w.WriteHeader(http.StatusForbidden)
				default:
					w.WriteHeader(http.StatusOK)
				}
			}))
			address := "http://" + row.user + proxy[len("http://"):]
			client := newClient(t, registry.Options{Proxy: &httpproxy.Config{HTTPProxy: address, HTTPSProxy: address, NoProxy: row.noProxy}})
			answer := client.Ask(t.Context(), parse(t, row.url), registry.Credential{})
			if answer.Status != row.status || (row.fault == "") != (answer.Failure == nil) || answer.Failure != nil && answer.Failure.Fault != row.fault {
				t.Errorf("status %d, failure %+v; want %d, %q", answer.Status, answer.Failure, row.status, row.fault)
			}
			if seen != row.proxied {
				t.Errorf("the proxy saw %d requests, want %d", seen, row.proxied)
			}
		})
	}
}

// TestClient_Ask_DoesNotRetryATunnelThatAProxyForbids has a proxy that forbids the
// host, which a retry does not change, and one that fails.
func TestClient_Ask_DoesNotRetryATunnelThatAProxyForbids(t *testing.T) {
	t.Parallel()
	for status, want := range map[string]int{"403 Forbidden": 0, "407 Proxy Authentication Required": 0, "502 Bad Gateway": 3} {
		address, options := proxySays(status)(t)
		w := &fakeWait{}
		options.Wait = w.wait
		newClient(t, options).Ask(registry.WithRetry(t.Context(), threeRetries), parse(t, address), basic("hunter2x"))
		if len(w.delays) != want {
			t.Errorf("%s: asked again %d times, want %d", status, len(w.delays), want)
		}
	}
}
