package registrytest_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"

	"github.com/stellaops/terraform-provider-stellaops/internal/registrytest"
)

// allActions is a scope with more than any user has.
const allActions = "repository:org/app:pull,push,delete"

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

// startProfile starts the profile of that name.
func startProfile(t *testing.T, name string) *registrytest.Instance {
	t.Helper()
	for _, profile := range registrytest.Profiles() {
		if profile.Name == name {
			return profile.Start(t)
		}
	}
	t.Fatalf("no profile %q", name)
	return nil
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

func (row profileRow) expand(i *registrytest.Instance, challenges []string) []string {
	tokens := ""
	if i.Tokens != nil {
		tokens = i.Tokens.Host()
	}
	var expanded []string
	for _, challenge := range challenges {
		expanded = append(expanded, strings.NewReplacer("HOST", i.Host(), "TOKENS", tokens).Replace(challenge))
	}
	return expanded
}

func TestProfiles_EachHasARow(t *testing.T) {
	t.Parallel()
	var got, want []string
	for _, profile := range registrytest.Profiles() {
		got = append(got, profile.Name)
	}
	for _, row := range profileRows() {
		want = append(want, row.name)
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("profiles %q, rows %q", got, want)
	}
}

func TestProfiles_AnswerAtTheRoot(t *testing.T) {
	t.Parallel()
	for _, row := range profileRows() {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			i := startProfile(t, row.name)
			names := []string{"good", "wrong password", "unknown user", "expired", "garbage token", "anonymous"}
			for n, c := range i.Credentials {
				if c.Name != names[n] {
					t.Errorf("credential %d is %q, want %q", n, c.Name, names[n])
				}
				got := call(t, http.MethodGet, i.Address+"/v2/", c, nil)
				if got.status != row.statuses[n] {
					t.Errorf("%s: status %d, want %d", c.Name, got.status, row.statuses[n])
				}
				want, compare := map[string][]string{"anonymous": row.anonymous, "wrong password": row.wrong, "garbage token": row.garbage}[c.Name]
				if compare && !slices.Equal(got.challenges, row.expand(i, want)) {
					t.Errorf("%s: challenges %q, want %q", c.Name, got.challenges, row.expand(i, want))
				}
				if html := strings.Contains(got.body, "<html>"); html != (row.name == "captive portal" || row.name == "nginx before a registry" && got.status == 401) {
					t.Errorf("%s: body %q", c.Name, got.body)
				}
			}
			if n := len(i.Requests()); n != len(names) {
				t.Errorf("%d requests recorded, want %d", n, len(names))
			}
			if i.GoodToken != "" {
				if got := call(t, http.MethodGet, i.Address+"/v2/", registrytest.NamedCredential{Token: i.GoodToken}, nil).status; got != 200 {
					t.Errorf("good token: status %d, want 200", got)
				}
			}
		})
	}
}

func TestProfiles_Exchange(t *testing.T) {
	t.Parallel()
	for _, row := range profileRows() {
		if row.exchange[0] == 0 {
			continue
		}
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			i := startProfile(t, row.name)
			realm := realmOf(t, i)
			if apart := i.Tokens != nil; apart != slices.Contains([]string{"distribution, token", "docker_auth", "docker_auth, no password check", "Docker Hub", "zot, bearer", "Quay"}, row.name) {
				t.Errorf("the token service is a server of its own: %v", apart)
			}
			var got [6]reply
			for n, name := range []string{"good", "wrong password", "anonymous"} {
				got[2*n] = call(t, http.MethodGet, realm, i.Credential(name), nil)
				got[2*n+1] = call(t, http.MethodGet, realm+"&scope="+allActions, i.Credential(name), nil)
			}
			var statuses [6]int
			for n := range got {
				statuses[n] = got[n].status
			}
			if statuses != row.exchange {
				t.Fatalf("good password, wrong password, no credentials, each without and with scope: %d, want %d", statuses, row.exchange)
			}
			var fields []string
			for field := range got[0].fields(t) {
				fields = append(fields, field)
			}
			if slices.Sort(fields); !slices.Equal(fields, row.fields) {
				t.Errorf("fields %q, want %q", fields, row.fields)
			}
			if !strings.Contains(got[2].body, row.wrongBody) {
				t.Errorf("wrong password: %q, want %q", got[2].body, row.wrongBody)
			}
			v2 := func(r reply) int {
				return call(t, http.MethodGet, i.Address+"/v2/", registrytest.NamedCredential{Token: r.token(t)}, nil).status
			}
			if status := v2(got[0]); status != row.exchangeV2 {
				t.Errorf("good token at /v2/: %d, want %d", status, row.exchangeV2)
			}
			if row.anonymousV2 != 0 {
				if status := v2(got[5]); status != row.anonymousV2 {
					t.Errorf("anonymous token at /v2/: %d, want %d", status, row.anonymousV2)
				}
			}
			row.checkGrants(t, got[1])
		})
	}
}

// checkGrants looks for pull and push, not delete, where this registry says it.
func (row profileRow) checkGrants(t *testing.T, r reply) {
	t.Helper()
	switch row.grantsOf {
	case "scope":
		if got := r.fields(t)["scope"]; got != "repository:org/app:pull,push" {
			t.Errorf("scope %v", got)
		}
	case "claims":
		if got := fmt.Sprint(claims(t, r.token(t))["access"]); got != "[map[actions:[pull push] name:org/app type:repository]]" {
			t.Errorf("access %v", got)
		}
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
