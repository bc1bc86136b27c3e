package registry_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"math"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/registrytest"
)

// fakeWait records the delays between tries and returns at once.
type fakeWait struct {
	mu     sync.Mutex
	delays []time.Duration
	err    error // what waiting ends with
}

func (w *fakeWait) wait(_ context.Context, delay time.Duration) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.delays = append(w.delays, delay)
	return w.err
}

// inTurn returns the responses in order, and then always the last one.
func inTurn(list ...registrytest.Response) func(string) registrytest.Response {
	var mu sync.Mutex
	return func(string) registrytest.Response {
		mu.Lock()
		defer mu.Unlock()
		next := list[0]
		if len(list) > 1 {
			list = list[1:]
		}
		return next
	}
}

func after(status int, retryAfter string) registrytest.Response {
	return registrytest.Response{Status: status, Header: http.Header{"Retry-After": {retryAfter}}}
}

var threeRetries = registry.Retry{Attempts: 4, MinDelay: time.Second, MaxDelay: 3 * time.Second}

func TestClient_Ask_Retries(t *testing.T) {
	t.Parallel()
	status, ok := registrytest.Status, registrytest.OK()
	for _, row := range []struct {
		name    string
		retry   registry.Retry
		answers []registrytest.Response
		status  int
		asked   int
		waited  []time.Duration // without jitter
	}{
		{"an answer is asked for once", threeRetries, []registrytest.Response{ok}, 200, 1, nil},
		{"503 and then 200", threeRetries, []registrytest.Response{status(503), ok}, 200, 2, []time.Duration{time.Second}},
		{"500 as often as it may be asked for", threeRetries, []registrytest.Response{status(500)}, 500, 4, []time.Duration{time.Second, 2 * time.Second, 3 * time.Second}},
		{"408 and 429 and then 200", threeRetries, []registrytest.Response{status(408), status(429), ok}, 200, 3, []time.Duration{time.Second, 2 * time.Second}},
		{"599 is a fault of the server", registry.Retry{Attempts: 2}, []registrytest.Response{status(599), ok}, 200, 2, []time.Duration{0}},
		{"refused credentials are never sent again", threeRetries, []registrytest.Response{status(401), ok}, 401, 1, nil},
		{"forbidden ones neither", threeRetries, []registrytest.Response{status(403), ok}, 403, 1, nil},
		{"nor malformed ones", threeRetries, []registrytest.Response{status(400), ok}, 400, 1, nil},
		{"not found is an answer", threeRetries, []registrytest.Response{status(404), ok}, 404, 1, nil},
		{"one attempt means no other", registry.Retry{Attempts: 1, MinDelay: time.Second}, []registrytest.Response{status(503), ok}, 503, 1, nil},
		{"nothing configured means no other", registry.Retry{}, []registrytest.Response{status(503), ok}, 503, 1, nil},
		{"the server names seconds", threeRetries, []registrytest.Response{after(429, "7"), ok}, 200, 2, []time.Duration{7 * time.Second}},
		{"the server names no time at all", threeRetries, []registrytest.Response{after(503, "0"), ok}, 200, 2, []time.Duration{time.Second}},
		{"the server names a date that is past", threeRetries, []registrytest.Response{after(503, "Fri, 31 Dec 1999 23:59:59 GMT"), ok}, 200, 2, []time.Duration{time.Second}},
		{"the server names something else", threeRetries, []registrytest.Response{after(503, "soon"), ok}, 200, 2, []time.Duration{time.Second}},
		{"the server names seconds below zero", threeRetries, []registrytest.Response{after(503, "-5"), ok}, 200, 2, []time.Duration{time.Second}},
		{"the server names more time than there is", threeRetries, []registrytest.Response{after(429, "3600"), ok}, 429, 1, nil},
		{"the server names more seconds than can be counted", threeRetries, []registrytest.Response{after(429, "99999999999999999999"), ok}, 429, 1, nil},
		{"delays that are longer than any check", registry.Retry{Attempts: 4, MinDelay: math.MaxInt64 / 3 * 2, MaxDelay: time.Second}, []registrytest.Response{status(503), status(503), ok}, 200, 3, []time.Duration{time.Second, time.Second}},
		{"delays that cannot be doubled", registry.Retry{Attempts: 4, MinDelay: math.MaxInt64 / 3 * 2, MaxDelay: math.MaxInt64}, []registrytest.Response{status(503), ok}, 503, 1, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			fake := registrytest.New(t, inTurn(row.answers...))
			w := &fakeWait{}
			ctx, cancel := context.WithTimeout(registry.WithRetry(t.Context(), row.retry), time.Minute)
			defer cancel()
			answer := newClient(t, registry.Options{Wait: w.wait}).Ask(ctx, parse(t, fake.URL), basic("hunter2x"))
			if answer.Status != row.status {
				t.Errorf("status %d, want %d", answer.Status, row.status)
			}
			if n := len(fake.Requests()); n != row.asked {
				t.Errorf("asked %d times, want %d", n, row.asked)
			}
			if !slices.EqualFunc(w.delays, row.waited, func(got, want time.Duration) bool {
				return got == want || want > 0 && got >= want/2 && got <= want
			}) {
				t.Errorf("waited %v, want %v less up to half", w.delays, row.waited)
			}
		})
	}
}

// TestClient_Ask_VariesTheDelays would fail by chance once in 10 to the 12 runs.
func TestClient_Ask_VariesTheDelays(t *testing.T) {
	t.Parallel()
	w := &fakeWait{}
	for range 2 {
		fake := registrytest.New(t, inTurn(registrytest.Status(503), registrytest.OK()))
		newClient(t, registry.Options{Wait: w.wait}).Ask(registry.WithRetry(t.Context(), registry.Retry{Attempts: 2, MinDelay: time.Hour, MaxDelay: time.Hour}), parse(t, fake.URL), basic("hunter2x"))
	}
	if len(w.delays) != 2 || w.delays[0] == w.delays[1] {
		t.Errorf("waited %v", w.delays)
	}
}

// TestClient_Ask_DoesNotRetryARefusalThatIsCut has answers of which only a part
// arrives. A refusal with a complete header is an answer; less may be one.
func TestClient_Ask_DoesNotRetryARefusalThatIsCut(t *testing.T) {
	t.Parallel()
	const sized, chunked = "WWW-Authenticate: Basic\r\nContent-Length: 100\r\n\r\n{", "WWW-Authenticate: Basic\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"
	secret, none := basic("hunter2x"), registry.Credential{}
	for name, row := range map[string]struct {
		answer     string
		credential registry.Credential
		status     int // 0 for none
		asked      int64
	}{
		"401":                            {"HTTP/1.1 401 Unauthorized\r\n" + sized, secret, 401, 1},
		"401 in chunks":                  {"HTTP/1.1 401 Unauthorized\r\n" + chunked, secret, 401, 1},
		"403":                            {"HTTP/1.1 403 Forbidden\r\n" + sized, secret, 403, 1},
		"400":                            {"HTTP/1.1 400 Bad Request\r\n" + chunked, secret, 400, 1},
		"200":                            {"HTTP/1.1 200 OK\r\n" + sized, secret, 0, 4},
		"503":                            {"HTTP/1.1 503 Service Unavailable\r\n" + sized, secret, 0, 4},
		"401 to nobody":                  {"HTTP/1.1 401 Unauthorized\r\n" + sized, none, 0, 4},
		"half a status line":             {"HTTP/1.1 4", secret, 0, 1},
		"half a header":                  {"HTTP/1.1 401 Unauthorized\r\nWWW-Auth", secret, 0, 1},
		"half a header to nobody":        {"HTTP/1.1 401 Unauthorized\r\nWWW-Auth", none, 0, 4},
		"a header of more than 64 KiB":   {"HTTP/1.1 401 Unauthorized\r\n" + strings.Repeat("X-Line: "+strings.Repeat("x", 1000)+"\r\n", 100) + sized, secret, 0, 1},
		"a header line without a colon":  {"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate Basic\r\n" + sized, secret, 0, 1},
		"two lengths":                    {"HTTP/1.1 401 Unauthorized\r\nContent-Length: 5\r\n" + sized, secret, 0, 1},
		"an unknown coding":              {"HTTP/1.1 401 Unauthorized\r\nTransfer-Encoding: zip\r\n\r\n{}", secret, 0, 1},
		"an interim answer, and nothing": {"HTTP/1.1 103 Early Hints\r\n\r\n", secret, 0, 1},
		"nothing":                        {"", secret, 0, 4},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var asked atomic.Int64
			says := registrytest.Say(row.answer)
			host, err := registrytest.Serve(t, func(conn net.Conn) {
				asked.Add(1)
				says(conn)
			})
			if err != nil {
				t.Fatal(err)
			}
			ctx := registry.WithRetry(t.Context(), threeRetries)
			client := newClient(t, registry.Options{Wait: (&fakeWait{}).wait})
			answer := client.Ask(ctx, parse(t, "http://"+host), row.credential)
			if n := asked.Load(); n != row.asked || answer.Status != row.status {
				t.Errorf("/v2/ was asked %d times, want %d; status %d, want %d: %v", n, row.asked, answer.Status, row.status, answer.Failure)
			}
			asked.Store(0)
			token := client.Token(ctx, registry.TokenRequest{
				Endpoint: parse(t, "http://"+host), Challenged: "http://" + host + "/v2/", Reach: registry.ReachPrivate,
				Challenge: registry.ParseChallenges([]string{`Bearer realm="/token"`})[0], Credential: row.credential,
			})
			if n := asked.Load(); n != row.asked || token.Status != row.status {
				t.Errorf("the token service was asked %d times, want %d; status %d, want %d: %v", n, row.asked, token.Status, row.status, token.Failure)
			}
		})
	}
}

// TestClient_Ask_RetriesTheTargetOfARedirectOnly has a fault behind a redirect: what
// answered before does not get the secret twice.
func TestClient_Ask_RetriesTheTargetOfARedirectOnly(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	asked := map[string]int{}
	url := serveHandler(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		asked[r.URL.Path]++
		switch {
		case r.URL.Path == "/v2/":
			http.Redirect(w, r, "/next", http.StatusTemporaryRedirect)
		case asked[r.URL.Path] < 3:
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	answer := newClient(t, registry.Options{Wait: (&fakeWait{}).wait}).Ask(registry.WithRetry(t.Context(), threeRetries), parse(t, url), basic("hunter2x"))
	if answer.Status != http.StatusOK || asked["/v2/"] != 1 || asked["/next"] != 3 {
		t.Errorf("status %d, asked %v", answer.Status, asked)
	}
}

func TestClient_Ask_WaitsUntilTheDateOfRetryAfter(t *testing.T) {
	t.Parallel()
	fake := registrytest.New(t, inTurn(after(503, time.Now().Add(20*time.Second).UTC().Format(http.TimeFormat)), registrytest.OK()))
	w := &fakeWait{}
	ctx, cancel := context.WithTimeout(registry.WithRetry(t.Context(), threeRetries), time.Minute)
	defer cancel()
	newClient(t, registry.Options{Wait: w.wait}).Ask(ctx, parse(t, fake.URL), registry.Credential{})
	if len(w.delays) != 1 || w.delays[0] > 20*time.Second || w.delays[0] < 10*time.Second {
		t.Errorf("waited %v, want what is left of 20 s", w.delays)
	}
}

func TestClient_Ask_RetriesConnections(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name  string
		err   error
		dials int
	}{
		{"a refused connection", syscall.ECONNREFUSED, 4},
		{"a name that does not resolve", &net.DNSError{Err: "server misbehaving"}, 4},
		{"a connection that was reset", syscall.ECONNRESET, 4},
		{"a deadline that passed", context.DeadlineExceeded, 1},
		{"a certificate that is not trusted", &tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}, 1},
		{"plain HTTP", tls.RecordHeaderError{RecordHeader: [5]byte([]byte("HTTP/"))}, 1},
		{"no TLS", tls.RecordHeaderError{RecordHeader: [5]byte([]byte("SSH-2"))}, 1},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			var mu sync.Mutex
			dials := 0
			client := newClient(t, registry.Options{Wait: (&fakeWait{}).wait, Dial: func(context.Context, string, string) (net.Conn, error) {
				mu.Lock()
				defer mu.Unlock()
				dials++
				return nil, row.err
			}})
			answer := client.Ask(registry.WithRetry(t.Context(), threeRetries), parse(t, "https://r.example.com"), registry.Credential{})
			if answer.Failure == nil || dials != row.dials {
				t.Errorf("%d dials, want %d; failure %v", dials, row.dials, answer.Failure)
			}
		})
	}
}

func TestClient_RetriesGetOnly(t *testing.T) {
	t.Parallel()
	for name, send := range map[string]func(context.Context, *registry.Client, registry.Endpoint){
		"a POST to a token service": func(ctx context.Context, c *registry.Client, e registry.Endpoint) {
			c.Token(ctx, registry.TokenRequest{Endpoint: e, Challenged: e.URL(), Reach: registry.ReachPrivate,
				Challenge:  registry.ParseChallenges([]string{`Bearer realm="/token"`})[0],
				Credential: registry.Credential{IdentityToken: registry.NewSecret("identity")}})
		},
		"a HEAD of a manifest": func(ctx context.Context, c *registry.Client, e registry.Endpoint) {
			c.Try(ctx, registry.Trial{Endpoint: e, Repository: "org/app", Action: registry.ActionPull})
		},
		"an upload": func(ctx context.Context, c *registry.Client, e registry.Endpoint) {
			c.Try(ctx, registry.Trial{Endpoint: e, Repository: "org/app", Action: registry.ActionPush})
		},
	} {
		fake := registrytest.New(t, inTurn(registrytest.Status(503)))
		send(registry.WithRetry(t.Context(), threeRetries), newClient(t, registry.Options{Wait: (&fakeWait{}).wait}), parse(t, fake.URL))
		if n := len(fake.Requests()); n != 1 {
			t.Errorf("%s: asked %d times", name, n)
		}
	}
}

func TestClient_Ask_EndsItsRetriesWithTheContext(t *testing.T) {
	t.Parallel()
	fake := registrytest.New(t, inTurn(registrytest.Status(503)))
	w := &fakeWait{err: errors.New("cancelled")}
	answer := newClient(t, registry.Options{Wait: w.wait}).Ask(registry.WithRetry(t.Context(), threeRetries), parse(t, fake.URL), registry.Credential{})
	if n := len(fake.Requests()); n != 1 || answer.Status != 503 {
		t.Errorf("asked %d times, status %d", n, answer.Status)
	}
	ctx, cancel := context.WithCancel(registry.WithRetry(t.Context(), registry.Retry{Attempts: 2, MinDelay: time.Hour, MaxDelay: time.Hour}))
	cancelling := registrytest.New(t, func(string) registrytest.Response {
		cancel()
		return registrytest.Status(503)
	})
	newClient(t, registry.Options{}).Ask(ctx, parse(t, cancelling.URL), registry.Credential{}) // a real wait of an hour would time the test out
}
