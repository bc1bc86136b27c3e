package registry_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

// receivedRequest is one request as a server received it.
type receivedRequest struct {
	Method        string
	Target        string // path and query as they came
	Host          string
	Authorization string
	ContentType   string
	Accept        string
	Body          string
}

// recorder is a server that records its requests.
type recorder struct {
	*httptest.Server

	mu       sync.Mutex
	received []receivedRequest
}

func record(t *testing.T, answer http.HandlerFunc) *recorder {
	t.Helper()
	r := &recorder{}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		body, _ := io.ReadAll(request.Body) // a cut body is kept as far as it came
		r.mu.Lock()
		r.received = append(r.received, receivedRequest{
			request.Method, request.RequestURI, request.Host, request.Header.Get("Authorization"),
			request.Header.Get("Content-Type"), strings.Join(request.Header.Values("Accept"), ","), string(body),
		})
		r.mu.Unlock()
		answer(w, request)
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *recorder) requests() []receivedRequest {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.received)
}

func (r *recorder) wantRequests(t *testing.T, want ...receivedRequest) {
	t.Helper()
	if got := r.requests(); !slices.Equal(got, want) {
		t.Errorf("asked\n%+v, want\n%+v", got, want)
	}
}

// respond answers every request in the same way.
func respond(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body) // the client may be gone
	}
}

// redirects answers with a redirect, and with a token where location is "".
func redirects(status int, location func(*http.Request) string) http.HandlerFunc {
	return func(w http.ResponseWriter, request *http.Request) {
		if to := location(request); to != "" {
			w.Header().Set("Location", to)
			w.WriteHeader(status)
			return
		}
		_, _ = io.WriteString(w, `{"token":"minted"}`) // the client may be gone
	}
}

// requestKind is one kind of request, sent to http://r.example.com only.
type requestKind struct {
	name   string
	method string
	path   string
	ask    func(*testing.T, *registry.Client) registry.Answer
}

func requestKinds() []requestKind {
	version := func(credential registry.Credential) func(*testing.T, *registry.Client) registry.Answer {
		return func(t *testing.T, client *registry.Client) registry.Answer {
			return client.Ask(t.Context(), parse(t, "http://r.example.com"), credential)
		}
	}
	token := func(realm string, credential registry.Credential) func(*testing.T, *registry.Client) registry.Answer {
		return func(t *testing.T, client *registry.Client) registry.Answer {
			endpoint := parse(t, "http://registry.example.org")
			if realm == "/token" {
				endpoint = parse(t, "http://r.example.com")
			}
			return client.Token(t.Context(), registry.TokenRequest{
				Endpoint: endpoint, Challenged: endpoint.URL(), Reach: registry.ReachPrivate,
				Challenge: registry.Challenge{Params: params("realm", realm)}, Credential: credential,
			}).Answer
		}
	}
	const realm = "http://r.example.com/token"
	return []requestKind{
		{"GET of /v2/", http.MethodGet, "/v2/", version(basic("hunter2x"))},
		{"GET of /v2/ with a token", http.MethodGet, "/v2/", version(registry.Credential{Token: registry.NewSecret("hunter2x")})},
		{"GET of a token", http.MethodGet, "/token", token(realm, basic("hunter2x"))},
		{"GET of a token on the own host", http.MethodGet, "/token", token("/token", basic("hunter2x"))},
		{"POST of a token", http.MethodPost, "/token", token(realm, identity("hunter2x"))},
		{"POST of a token on the own host", http.MethodPost, "/token", token("/token", identity("hunter2x"))},
	}
}

// clientBetween returns a client for which http://r.example.com is the server, and
// any other address the trap, whose dialing fails the test.
func clientBetween(t *testing.T, server, trap *recorder) *registry.Client {
	t.Helper()
	return newClient(t, registry.Options{Dial: func(ctx context.Context, network, hostport string) (net.Conn, error) {
		to := server
		if !strings.EqualFold(hostport, "r.example.com:80") {
			t.Errorf("a connection to %s was opened", hostport)
			to = trap
		}
		return new(net.Dialer).DialContext(ctx, network, to.Listener.Addr().String())
	}})
}

var redirectStatuses = []int{301, 302, 303, 307, 308}

// keepsMethod reports whether a redirect keeps a POST (RFC 9110 section 15.4).
func keepsMethod(status int) bool { return status == 307 || status == 308 }

func TestClient_ReturnsARedirectToAnotherOrigin(t *testing.T) {
	t.Parallel()
	for name, location := range map[string]string{
		"another host":                "http://other.example.com/v2/",
		"another host without scheme": "//other.example.com/v2/",
		"another port":                "http://r.example.com:8080/v2/",
		"another scheme":              "https://r.example.com/v2/",
		"another scheme on the port":  "https://r.example.com:80/v2/",
		"a subdomain":                 "http://sub.r.example.com/v2/",
		"the domain above":            "http://example.com/v2/",
		"a name that begins like it":  "http://r.example.com.evil.example/v2/",
		"the name with a dot":         "http://r.example.com./v2/",
		"user information":            "http://user:pass@r.example.com/next",
		"an empty user":               "http://@r.example.com/next",
		"the own name as a user":      "http://r.example.com@other.example.com/",
		"a backslash":                 `http://other.example.com\@r.example.com/`,
		"a scheme that is no HTTP":    "ftp://r.example.com/v2/",
		"an opaque URL":               "http:next",
		"nowhere":                     "://",
	} {
		for _, status := range redirectStatuses {
			t.Run(name+" "+http.StatusText(status), func(t *testing.T) {
				t.Parallel()
				for _, kind := range requestKinds() {
					trap := record(t, respond(http.StatusOK, "{}"))
					server := record(t, redirects(status, func(*http.Request) string { return location }))
					answer := kind.ask(t, clientBetween(t, server, trap))
					if answer.Failure != nil || answer.Status != status {
						t.Errorf("%s: status %d, failure %+v; want %d", kind.name, answer.Status, answer.Failure, status)
					}
					if strings.Contains(answer.Location, "@") || strings.Contains(answer.Location, "/v2") {
						t.Errorf("%s: location %q, want an origin", kind.name, answer.Location)
					}
					trap.wantRequests(t)
					if seen := server.requests(); len(seen) != 1 {
						t.Errorf("%s: asked %+v, want once", kind.name, seen)
					}
				}
			})
		}
	}
}
