package registry_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

const clientID = "terraform-provider-stellaops"

// form is query or body with the names and values, sorted by name.
func form(pairs ...string) string {
	values := url.Values{}
	for name, value := range params(pairs...) {
		values.Set(name, value)
	}
	return values.Encode()
}

func TestClient_Token_Sends(t *testing.T) {
	t.Parallel()
	const basicCi, service, formType = "Basic Y2k6aHVudGVyMng=", "r.example.com", "application/x-www-form-urlencoded"
	get := func(authorization, target string, pairs ...string) receivedRequest {
		return receivedRequest{Method: http.MethodGet, Target: target + form(pairs...), Authorization: authorization}
	}
	post := func(target string, pairs ...string) receivedRequest {
		return receivedRequest{Method: http.MethodPost, Target: target, ContentType: formType, Body: form(pairs...)}
	}
	everything := registry.Credential{Username: "ci", Password: registry.NewSecret("hunter2x"), IdentityToken: registry.NewSecret("hunter2x")}
	for _, row := range []struct {
		name       string
		credential registry.Credential
		challenge  map[string]string // realm is added
		realm      string
		scope      string
		want       receivedRequest
	}{
		{"basic credentials go by GET without a scope", basic("hunter2x"), params("service", service), "/token", "", get(basicCi, "/token?", "client_id", clientID, "service", service)},
		{"the scope of the challenge is not asked for", basic("hunter2x"), params("service", service, "scope", "repository:user/image:pull"), "/token", "", get(basicCi, "/token?", "client_id", clientID, "service", service)},
		{"a scope that is wanted is asked for", basic("hunter2x"), params("service", service), "/token", "repository:org/app:pull", get(basicCi, "/token?", "client_id", clientID, "service", service, "scope", "repository:org/app:pull")},
		{"no service, no parameter", basic("hunter2x"), params(), "/token", "", get(basicCi, "/token?", "client_id", clientID)},
		{"an empty service, no parameter", basic("hunter2x"), params("service", ""), "/token", "", get(basicCi, "/token?", "client_id", clientID)},
		{"a service with blanks is escaped", registry.Credential{}, params("service", "Docker registry & more"), "/token", "", get("", "/token?", "client_id", clientID, "service", "Docker registry & more")},
		{"a user name is not in the URL", registry.Credential{Username: "robot$a&b=c", Password: registry.NewSecret("hunter2x")}, params(), "/token", "", get("Basic cm9ib3QkYSZiPWM6aHVudGVyMng=", "/token?", "client_id", clientID)},
		{"a secret that is the user name too stays out of the URL", registry.Credential{Username: "hunter2x", Password: registry.NewSecret("hunter2x")}, params(), "/token", "", get("Basic aHVudGVyMng6aHVudGVyMng=", "/token?", "client_id", clientID)},
		{"a user name that holds the secret stays out of the URL", registry.Credential{Username: "ci-hunter2x", Password: registry.NewSecret("hunter2x")}, params(), "/token", "", get("Basic Y2ktaHVudGVyMng6aHVudGVyMng=", "/token?", "client_id", clientID)},
		{"the realm's own query is kept", basic("hunter2x"), params("service", service), "/token?tenant=a%20b", "", get(basicCi, "/token?", "client_id", clientID, "service", service, "tenant", "a b")},
		{"the challenge's service replaces the realm's", registry.Credential{}, params("service", service), "/token?service=other", "", get("", "/token?", "client_id", clientID, "service", service)},
		{"the realm's service serves where the challenge has none", registry.Credential{}, params(), "/token?service=other", "", get("", "/token?", "client_id", clientID, "service", "other")},
		{"the realm's scope is not asked for, nor for another account", basic("hunter2x"), params(), "/token?scope=repository%3Aa%3Apull&tenant=a&account=other", "", get(basicCi, "/token?", "client_id", clientID, "tenant", "a")},
		{"nor without credentials", registry.Credential{}, params(), "/token?account=other&scope=repository%3Aa%3Apull", "", get("", "/token?", "client_id", clientID)},
		{"nor with an identity token", identity("hunter2x"), params(), "/token?account=other&scope=repository%3Aa%3Apull&tenant=a", "", post("/token?tenant=a", "client_id", clientID, "grant_type", "refresh_token", "refresh_token", "hunter2x")},
		{"nor without credentials, an account alone", registry.Credential{}, params(), "/token?account=other", "", get("", "/token?", "client_id", clientID)},
		{"nor with an identity token, an account alone", identity("hunter2x"), params(), "/token?account=other", "", post("/token", "client_id", clientID, "grant_type", "refresh_token", "refresh_token", "hunter2x")},
		{"nor with an identity token, a scope alone", identity("hunter2x"), params(), "/token?scope=repository%3Aa%3Apull", "", post("/token", "client_id", clientID, "grant_type", "refresh_token", "refresh_token", "hunter2x")},
		{"a fragment of the realm goes nowhere", registry.Credential{}, params(), "/token#part", "", get("", "/token?", "client_id", clientID)},
		{"nothing but service and client_id without credentials", registry.Credential{}, params("service", service), "/token", "", get("", "/token?", "client_id", clientID, "service", service)},
		{"a scope without credentials", registry.Credential{}, params("service", service), "/token", "repository:org/app:pull", get("", "/token?", "client_id", clientID, "service", service, "scope", "repository:org/app:pull")},
		{"a bearer token is not sent", registry.Credential{Token: registry.NewSecret("hunter2x")}, params("service", service), "/token", "", get("", "/token?", "client_id", clientID, "service", service)},
		{"an identity token goes by POST", identity("hunter2x"), params("service", service), "/token", "", post("/token", "client_id", clientID, "grant_type", "refresh_token", "refresh_token", "hunter2x", "service", service)},
		{"an identity token wins over the password", everything, params("service", service), "/token", "", post("/token", "client_id", clientID, "grant_type", "refresh_token", "refresh_token", "hunter2x", "service", service)},
		{"an identity token with a scope", identity("hunter2x"), params("service", service), "/token", "repository:org/app:push", post("/token", "client_id", clientID, "grant_type", "refresh_token", "refresh_token", "hunter2x", "service", service, "scope", "repository:org/app:push")},
		{"an identity token leaves the realm's query alone", identity("hunter2x"), params(), "/token?tenant=b&tenant=a", "", post("/token?tenant=b&tenant=a", "client_id", clientID, "grant_type", "refresh_token", "refresh_token", "hunter2x")},
		{"an identity token is escaped", identity("hunter2x&scope=all +%"), params(), "/token", "", post("/token", "client_id", clientID, "grant_type", "refresh_token", "refresh_token", "hunter2x&scope=all +%")},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			server := record(t, respond(http.StatusOK, `{"token":"minted"}`))
			row.challenge["realm"] = server.URL + row.realm
			answer := newClient(t, registry.Options{}).Token(t.Context(), registry.TokenRequest{
				Endpoint: parse(t, server.URL), Challenged: server.URL + "/v2/",
				Challenge: registry.Challenge{Scheme: "Bearer", Params: row.challenge}, Credential: row.credential, Scope: row.scope,
			})
			wantIssued(t, answer)
			row.want.Host = server.Listener.Addr().String()
			server.wantRequests(t, row.want)
			if strings.Contains(answer.URL+answer.Endpoint, "hunter2x") || strings.Contains(answer.Endpoint, "?") || answer.Endpoint != server.URL+"/token" {
				t.Errorf("endpoint %q, URL %q", answer.Endpoint, answer.URL)
			}
		})
	}
}

func TestClient_Token_ResolvesARelativeRealm(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name       string
		challenged string
		realm      string
		want       string
	}{
		{"an absolute path", "/v2/", "/token", "/token"},
		{"an absolute path under a base", "/base/v2/", "/token", "/token"},
		{"a name", "/v2/", "token", "/v2/token"},
		{"a name under a base", "/base/v2/", "token", "/base/v2/token"},
		{"a name beside a repository", "/v2/org/app/manifests/latest", "token", "/v2/org/app/manifests/token"},
		{"a step up", "/base/v2/", "../token", "/base/token"},
		{"steps above the root", "/v2/", "../../../token", "/token"},
		{"a query alone", "/v2/", "?tenant=a", "/v2/?tenant=a"},
		{"a path with escapes", "/v2/", "/a%2Fb/token", "/a%2Fb/token"},
		{"a host without a scheme", "/v2/", "//HOST/token", "/token"},
		{"a full URL", "/v2/", "http://HOST/token", "/token"},
		{"a scheme in upper case", "/v2/", "HTTP://HOST/token", "/token"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			server := record(t, respond(http.StatusOK, `{"token":"minted"}`))
			host := server.Listener.Addr().String()
			answer := newClient(t, registry.Options{}).Token(t.Context(), registry.TokenRequest{
				Endpoint: parse(t, server.URL), Challenged: server.URL + row.challenged,
				Challenge: registry.Challenge{Params: params("realm", strings.Replace(row.realm, "HOST", host, 1))},
			})
			wantIssued(t, answer)
			target := "?client_id=" + clientID
			if strings.Contains(row.want, "?") {
				path, query, _ := strings.Cut(row.want, "?")
				row.want, target = path, target+"&"+query
			}
			server.wantRequests(t, receivedRequest{Method: http.MethodGet, Target: row.want + target, Host: host})
		})
	}
}

func TestClient_Token_FaultRealm(t *testing.T) {
	t.Parallel()
	for name, challenge := range map[string]map[string]string{
		"missing":                      params("service", "r"),
		"empty":                        params("realm", ""),
		"another scheme":               params("realm", "ftp://auth.example.com/token"),
		"a file":                       params("realm", "file:///etc/passwd"),
		"a socket":                     params("realm", "unix:/run/auth.sock"),
		"a mail address":               params("realm", "mailto:admin@example.com"),
		"a scheme alone":               params("realm", "https://"),
		"no host":                      params("realm", "https:///token"),
		"a port without a host":        params("realm", "https://:443/token"),
		"an opaque URL":                params("realm", "https:auth.example.com"),
		"a bracket that is not closed": params("realm", "http://[::1/token"),
		"a port that is no number":     params("realm", "http://auth.example.com:http/token"),
		"a broken escape":              params("realm", "http://auth.example.com/%zz"),
		"an escape in the host":        params("realm", "http://%31%36%39.254.169.254/token"),
		"a slash that is no ASCII":     params("realm", "http://auth.example.com／x/token"),
		"a blank in the host":          params("realm", "http://auth example.com/token"),
		"a line break":                 params("realm", "http://auth.example.com/\ntoken"),
		"no parameters at all":         nil,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			network := &fakeNetwork{at: []string{anywhere}}
			for kind, credential := range credentialOfEachKind() {
				answer := newClient(t, registry.Options{Dial: network.dial}).Token(t.Context(), registry.TokenRequest{
					Endpoint: parse(t, "http://r.example.com"), Challenged: "http://r.example.com/v2/", Reach: registry.ReachPrivate,
					Challenge: registry.Challenge{Scheme: "Bearer", Params: challenge}, Credential: credential,
				})
				if answer.Failure == nil || answer.Failure.Fault != registry.FaultRealm || answer.Failure.Detail == "" {
					t.Errorf("%s: status %d, failure %+v; want the fault of a realm", kind, answer.Status, answer.Failure)
				}
				if answer.Usable() || answer.Endpoint != "" {
					t.Errorf("%s: usable %t, endpoint %q", kind, answer.Usable(), answer.Endpoint)
				}
			}
			if dialled, _ := network.log(); len(dialled) != 0 {
				t.Errorf("dialled %v", dialled)
			}
		})
	}
}

func TestClient_Token_FaultsOfTheTokenService(t *testing.T) {
	t.Parallel()
	address, options := nothingListens(t)
	answer := newClient(t, options).Token(t.Context(), registry.TokenRequest{
		Endpoint: parse(t, "http://127.0.0.1"), Challenged: "http://127.0.0.1/v2/", Challenge: bearerRealm(address + "/token?secret=1"), Credential: basic("hunter2x"),
	})
	if answer.Failure == nil || answer.Failure.Fault != registry.FaultRefused || answer.Usable() || answer.Endpoint != address+"/token" {
		t.Errorf("answer %+v, failure %+v", answer, answer.Failure)
	}
}
