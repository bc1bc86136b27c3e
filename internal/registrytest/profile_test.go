package registrytest_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"

	"github.com/stellaops/terraform-provider-stellaops/internal/registrytest"
)

// reply is an answer that was read to its end.
type reply struct {
	status     int
	header     http.Header
	challenges []string
	body       string
}

func (r reply) fields(t *testing.T) map[string]any {
	t.Helper()
	var fields map[string]any
	if err := json.Unmarshal([]byte(r.body), &fields); err != nil {
		t.Fatalf("%s: %v", r.body, err)
	}
	return fields
}

// token is the token of a token answer.
func (r reply) token(t *testing.T) string {
	t.Helper()
	fields := r.fields(t)
	if token, ok := fields["token"].(string); ok {
		return token
	}
	token, _ := fields["access_token"].(string)
	return token
}

func call(t *testing.T, method, address string, c registrytest.NamedCredential, form url.Values) reply {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	if form != nil {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	switch {
	case c.Token != "":
		request.Header.Set("Authorization", "Bearer "+c.Token)
	case c.Username != "":
		request.SetBasicAuth(c.Username, c.Password)
	}
	// Not the default transport: a closing httptest.Server closes its connections.
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply{response.StatusCode, response.Header, response.Header.Values("Www-Authenticate"), string(body)}
}

func profiles(t *testing.T) []registrytest.Profile {
	t.Helper()
	all, err := registrytest.Profiles()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func find(t *testing.T, name string) registrytest.Profile {
	t.Helper()
	all := profiles(t)
	i := slices.IndexFunc(all, func(p registrytest.Profile) bool { return p.Name == name })
	if i < 0 {
		t.Fatalf("no profile %q", name)
	}
	return all[i]
}

// startProfile starts the profile of that name.
func startProfile(t *testing.T, name string) *registrytest.Instance {
	t.Helper()
	return find(t, name).Start(t)
}

// realmOf is the address of the token service, from the challenge to a request without credentials.
func realmOf(t *testing.T, i *registrytest.Instance) string {
	t.Helper()
	for _, challenge := range call(t, http.MethodGet, i.Address+"/v2/", registrytest.NamedCredential{}, nil).challenges {
		if _, rest, ok := strings.Cut(challenge, `Bearer realm="`); ok {
			realm, _, _ := strings.Cut(rest, `"`)
			base, err := url.Parse(i.Address + "/v2/")
			if err != nil {
				t.Fatal(err)
			}
			address, err := base.Parse(realm)
			if err != nil {
				t.Fatal(err)
			}
			_, service, _ := strings.Cut(challenge, `service="`)
			service, _, _ = strings.Cut(service, `"`)
			return address.String() + "?service=" + url.QueryEscape(service)
		}
	}
	t.Fatal("no Bearer challenge")
	return ""
}

// The names by which captures call those who ask.
var knownNames = []string{
	"anonymous", "basic", "password", "expired", "wrong", "locked", "malformed", "bearer", "token", "anonymous token", "old token", "garbage",
	"identity", "wrong identity", "another grant", "another service", "another account", "no client", "unknown action",
}

func TestProfiles_AreComplete(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, p := range profiles(t) {
		if p.Name == "" || seen[p.Name] || p.Users == "" || !strings.HasPrefix(p.Registry, "https://") || len(p.Answers) == 0 {
			t.Errorf("%q: the name is used already, or users, registry or answers are missing", p.Name)
		}
		seen[p.Name] = true
		for _, c := range p.Answers {
			method, path, _ := strings.Cut(c.Request, " ")
			switch {
			case !slices.Contains([]string{"GET", "HEAD", "POST", "*"}, method) || !strings.HasPrefix(path, "/"):
				t.Errorf("%s: request %q", p.Name, c.Request)
			case c.Status < 200 || c.Seen.Source == "" || !slices.Contains([]registrytest.Grade{"M", "V", "S", "R", "?"}, c.Seen.Grade):
				t.Errorf("%s: %s has no status, source or grade", p.Name, c.Request)
			case slices.ContainsFunc(c.As, func(name string) bool { return !slices.Contains(knownNames, name) }):
				t.Errorf("%s: %s as %q", p.Name, c.Request, c.As)
			}
		}
	}
}

// assumedFacts is how many answers are of grade [?]. It goes down when one is measured.
const assumedFacts = 73

func TestProfiles_CountWhatIsAssumed(t *testing.T) {
	t.Parallel()
	if assumed, all := registrytest.CountFacts(profiles(t)); assumed != assumedFacts {
		t.Errorf("%d of %d facts are of grade [?], want %d: name in the change which one came or went", assumed, all, assumedFacts)
	}
}

// TestProfiles_ServeTheirCaptures asks for what stands in the files and compares it byte by byte.
func TestProfiles_ServeTheirCaptures(t *testing.T) {
	t.Parallel()
	for _, p := range profiles(t) {
		t.Run(p.Name, func(t *testing.T) {
			t.Parallel()
			i := p.Start(t)
			replace := strings.NewReplacer(p.Registry, i.URL)
			if i.Tokens != nil {
				realm, err := url.Parse(p.Challenges[0]["realm"])
				if err != nil {
					t.Fatal(err)
				}
				replace = strings.NewReplacer(p.Registry, i.URL, realm.Scheme+"://"+realm.Host, i.Tokens.URL)
			}
			asked := 0
			for _, who := range []string{"anonymous", "password", "wrong", "garbage"} { // a wrong one may lock the login
				c := i.Credential(map[string]string{"anonymous": "anonymous", "password": "good", "wrong": "wrong password", "garbage": "garbage token"}[who])
				at := slices.IndexFunc(p.Answers, func(c registrytest.Capture) bool {
					group := map[string]string{"password": "basic", "wrong": "basic", "garbage": "bearer"}[who]
					return c.Request == "GET /v2/" && (c.As == nil || slices.Contains(c.As, who) || slices.Contains(c.As, group))
				})
				got := call(t, http.MethodGet, i.Address+"/v2/", c, nil)
				if at < 0 {
					if got.status != http.StatusNotImplemented || !i.Unmeasured() {
						t.Errorf("%s: status %d to what was not measured", who, got.status)
					}
					continue
				}
				asked++
				want := p.Answers[at]
				if got.status != want.Status || got.body != replace.Replace(want.Body) {
					t.Errorf("%s: %d %q, want %d %q", who, got.status, got.body, want.Status, want.Body)
				}
				for name, lines := range want.Headers {
					var wanted []string
					for _, line := range lines {
						wanted = append(wanted, replace.Replace(line))
					}
					if !slices.Equal(got.header.Values(name), wanted) {
						t.Errorf("%s: %s is %q, want %q", who, name, got.header.Values(name), wanted)
					}
				}
			}
			if asked == 0 && p.Name != "cgr.dev" { // known on repositories only
				t.Error("nothing is known of /v2/")
			}
		})
	}
}

func claims(t *testing.T, token string) jwt.MapClaims {
	t.Helper()
	found := jwt.MapClaims{}
	if _, _, err := jwt.NewParser().ParseUnverified(token, found); err != nil {
		t.Fatalf("%q: %v", token, err)
	}
	return found
}
