package registry_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/registrytest"
)

func TestClient_FollowsARedirectToTheSameOrigin(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct{ location, target string }{
		"a path":                    {"/next", "/next"},
		"a path with a query":       {"/next?a=b%20c", "/next?a=b%20c"},
		"a path with a fragment":    {"/next#part", "/next"},
		"the URL":                   {"http://r.example.com/next", "/next"},
		"the explicit default port": {"http://r.example.com:80/next", "/next"},
		"upper case":                {"HTTP://R.Example.COM/next", "/next"},
		"a URL without scheme":      {"//r.example.com/next", "/next"},
		"a path with escapes":       {"/a%2Fb/next", "/a%2Fb/next"},
	} {
		for _, status := range redirectStatuses {
			t.Run(name+" "+http.StatusText(status), func(t *testing.T) {
				t.Parallel()
				for _, kind := range requestKinds() {
					trap := record(t, respond(http.StatusOK, "{}"))
					server := record(t, redirects(status, func(r *http.Request) string {
						if r.URL.Path == kind.path {
							return row.location
						}
						return ""
					}))
					answer := kind.ask(t, clientBetween(t, server, trap))
					trap.wantRequests(t)
					seen := server.requests()
					if len(seen) == 0 || seen[0].Method != kind.method || seen[0].Authorization == "" && seen[0].Body == "" {
						t.Fatalf("%s: asked %+v, want %s with credentials first", kind.name, seen, kind.method)
					}
					if kind.method == http.MethodPost && !keepsMethod(status) {
						if answer.Status != status || len(seen) != 1 {
							t.Errorf("%s: status %d, asked %+v; want %d after one request", kind.name, answer.Status, seen, status)
						}
						continue
					}
					next := seen[0]
					next.Target = row.target
					next.Host = seen[len(seen)-1].Host // as the location writes it
					if answer.Status != http.StatusOK || len(seen) != 2 || seen[1] != next {
						t.Errorf("%s: status %d, asked\n%+v, want then\n%+v", kind.name, answer.Status, seen, next)
					}
				}
			})
		}
	}
}

func TestClient_FollowsARedirectToTheDefaultPort(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		location string
		want     int
	}{
		"the default port is followed": {"https://r.example.com:443/next", 2},
		"no port is followed":          {"https://r.example.com/next", 2},
		"the port of http is not":      {"https://r.example.com:80/next", 1},
		"plain http is not":            {"http://r.example.com/next", 1},
		"plain http on 443 is not":     {"http://r.example.com:443/next", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := followsOverTLS(t, row.location); got != row.want {
				t.Errorf("asked %d times, want %d", got, row.want)
			}
		})
	}
}

// followsOverTLS counts the requests for https://r.example.com, which redirects
// once.
func followsOverTLS(t *testing.T, location string) int {
	t.Helper()
	server := registrytest.NewTLS(t, func(string) registrytest.Response {
		return registrytest.Response{Status: http.StatusFound, Header: http.Header{"Location": {location}}}
	})
	network := &fakeNetwork{server: server.Host(), at: []string{anywhere}}
	client := newClient(t, registry.Options{TLS: trusting(server.Server), Dial: network.dial})
	answer := client.Ask(t.Context(), parse(t, "https://r.example.com"), basic("hunter2x"))
	if answer.Status != http.StatusFound {
		t.Errorf("status %d, failure %+v", answer.Status, answer.Failure)
	}
	if dialled, _ := network.log(); len(dialled) != 1 {
		t.Errorf("connections to %v, want one", dialled)
	}
	return len(server.Requests())
}

// chain redirects from /v2/ or /token to /1, /2 and so on up to /last.
func chain(last int) func(*http.Request) string {
	return func(r *http.Request) string {
		step, err := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/"))
		switch {
		case err != nil:
			return "/1"
		case step < last:
			return "/" + strconv.Itoa(step+1)
		default:
			return ""
		}
	}
}

func TestClient_FollowsFiveRedirects(t *testing.T) {
	t.Parallel()
	for _, kind := range requestKinds() {
		for _, row := range []struct{ redirects, asked, status int }{
			{1, 2, 200}, {4, 5, 200}, {5, 6, 200}, {6, 6, 307}, {100, 6, 307},
		} {
			t.Run(kind.name+", "+strconv.Itoa(row.redirects), func(t *testing.T) {
				t.Parallel()
				trap := record(t, respond(http.StatusOK, "{}"))
				server := record(t, redirects(http.StatusTemporaryRedirect, chain(row.redirects)))
				answer := kind.ask(t, clientBetween(t, server, trap))
				if seen := server.requests(); answer.Status != row.status || len(seen) != row.asked {
					t.Errorf("status %d after %d requests, want %d after %d", answer.Status, len(seen), row.status, row.asked)
				}
				trap.wantRequests(t)
			})
		}
	}
}

func TestClient_EndsALoopOfRedirects(t *testing.T) {
	t.Parallel()
	self := func(prefix, suffix string) func(*http.Request) string {
		return func(r *http.Request) string { return prefix + r.URL.RequestURI() + suffix }
	}
	for name, row := range map[string]struct {
		location func(*http.Request) string
		asked    int
	}{
		"to itself":                         {self("", ""), 1},
		"to itself as a URL":                {self("http://r.example.com", ""), 1},
		"to itself with the default port":   {self("http://r.example.com:80", ""), 1},
		"to itself in upper case":           {self("HTTP://R.EXAMPLE.COM", ""), 1},
		"to itself with a fragment":         {self("", "#part"), 1},
		"to itself over a step up":          {self("/x/..", ""), 1},
		"to an empty location":              {func(*http.Request) string { return "#" }, 1},
		"over another path":                 {backAndForth(""), 2},
		"over another path with a fragment": {backAndForth("#part"), 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, kind := range requestKinds() {
				trap := record(t, respond(http.StatusOK, "{}"))
				server := record(t, redirects(http.StatusPermanentRedirect, row.location))
				answer := kind.ask(t, clientBetween(t, server, trap))
				if seen := server.requests(); answer.Status != http.StatusPermanentRedirect || len(seen) != row.asked {
					t.Errorf("%s: status %d, asked %+v; want %d requests", kind.name, answer.Status, seen, row.asked)
				}
				trap.wantRequests(t)
			}
		})
	}
}

// backAndForth leads to /other and from there back to where it began.
func backAndForth(fragment string) func(*http.Request) string {
	return func(r *http.Request) string {
		if r.URL.Path == "/other" {
			return r.URL.Query().Get("back") + fragment
		}
		return "/other?back=" + strings.NewReplacer("&", "%26", "?", "%3F").Replace(r.URL.RequestURI())
	}
}
