package registrytest_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stellaops/terraform-provider-stellaops/internal/registrytest"
)

func TestProfiles_NameTheirUsers(t *testing.T) {
	t.Parallel()
	for name, want := range map[string][2]any{ // subject of the good user, of an anonymous client
		"distribution, token": {"ci", ""},
		"docker_auth":         {"ci", ""},
		"Harbor":              {"robot$ci", nil},
		"Quay.io":             {"org+ci", "(anonymous)"},
		"Docker Hub":          {"7d9b1f0c-0000-4000-8000-0123456789ab", ""},
		"ACR":                 {"3f6c1a52-0000-4000-8000-0123456789ab", nil},
		"ACR, anonymous pull": {"3f6c1a52-0000-4000-8000-0123456789ab", "acr_anon_pull"},
		"Gitea":               {nil, nil},
		"Artifactory":         {"jfac@01example/users/ci", nil},

		"GitLab, anonymous token with a scope": {"ci", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			i := startProfile(t, name)
			realm := realmOf(t, i)
			got := call(t, http.MethodGet, realm, i.Credential("good"), nil)
			if sub := claims(t, got.token(t))["sub"]; sub != want[0] {
				t.Errorf("good: subject %v, want %v", sub, want[0])
			}
			anonymous := call(t, http.MethodGet, realm+"&scope=repository:org/public:pull", registrytest.NamedCredential{}, nil)
			if anonymous.status != http.StatusOK {
				return
			}
			if sub := claims(t, anonymous.token(t))["sub"]; sub != want[1] {
				t.Errorf("anonymous: subject %v, want %v", sub, want[1])
			}
		})
	}
}

// requestAs asks as a client would: with Basic where that passes at /v2/, else with
// a token for the scope.
func requestAs(t *testing.T, i *registrytest.Instance, method, path, scope string) reply {
	t.Helper()
	c := i.Credential("good")
	if call(t, http.MethodGet, i.Address+"/v2/", c, nil).status != http.StatusOK {
		c = registrytest.NamedCredential{Token: call(t, http.MethodGet, realmOf(t, i)+"&scope="+url.QueryEscape(scope), c, nil).token(t)}
	}
	return call(t, method, i.Address+path, c, nil)
}

// usable reports whether a good login is known to get in, and to have permissions.
func usable(t *testing.T, p registrytest.Profile) bool {
	t.Helper()
	i := p.Start(t)
	if slices.Contains([]string{"captive portal", "registry.k8s.io"}, p.Name) {
		return false
	}
	return call(t, http.MethodGet, i.Address+"/v2/", i.Credential("good"), nil).status == http.StatusOK ||
		i.GoodToken != "" && call(t, http.MethodGet, realmOf(t, i), i.Credential("good"), nil).status == http.StatusOK
}

func TestProfiles_KeepToTheirPermissions(t *testing.T) {
	t.Parallel()
	for _, profile := range profiles(t) {
		if !usable(t, profile) {
			continue
		}
		t.Run(profile.Name, func(t *testing.T) {
			t.Parallel()
			i := profile.Start(t)
			for name, want := range map[string]int{"org/app": 200, "org/read": 200, "org/public": 200, "org/empty": 404, "org/secret": 0} {
				method := http.MethodHead
				if profile.Name == "ECR Public" { // it refuses that
					method = http.MethodGet
				}
				got := requestAs(t, i, method, "/v2/"+name+"/manifests/latest", "repository:"+name+":pull").status
				if got != want && (want != 0 || got != 401 && got != 403) {
					t.Errorf("%s: %d, want %d (0 is 401 or 403)", name, got, want)
				}
			}
			read := requestAs(t, i, http.MethodPost, "/v2/org/read/blobs/uploads/", "repository:org/read:pull,push").status
			gone := requestAs(t, i, http.MethodDelete, "/v2/org/app/manifests/sha256:00", "repository:org/app:pull").status
			if read != 401 && read != 403 || gone != 401 && gone != 403 {
				t.Errorf("push to org/read %d, delete of org/app %d, want 401 or 403", read, gone)
			}
			started := requestAs(t, i, http.MethodPost, "/v2/org/app/blobs/uploads/", "repository:org/app:pull,push")
			location := strings.TrimPrefix(started.header.Get("Location"), i.URL)
			if started.status != http.StatusAccepted || i.OpenUploads() != 1 || !strings.HasPrefix(i.URL+location, i.Address+"/v2/") {
				t.Fatalf("upload: %d at %q, %d open", started.status, location, i.OpenUploads())
			}
			location = strings.TrimPrefix(i.URL+location, i.Address)
			if got := requestAs(t, i, http.MethodDelete, location, "repository:org/app:pull,push").status; got != http.StatusNoContent || i.OpenUploads() != 0 {
				t.Errorf("cancel: %d, %d open", got, i.OpenUploads())
			}
			last := i.Requests()[len(i.Requests())-1]
			if last.Method != http.MethodDelete || !strings.Contains(last.Path, "/v2/org/app/blobs/uploads/") {
				t.Errorf("last request %s %s", last.Method, last.Path)
			}
		})
	}
}

func TestProfiles_GiveTheAnonymousThePublicOnly(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"distribution, token", "docker_auth", "Harbor", "zot, bearer", "Quay.io", "Docker Hub", "ECR Public", "GitLab, anonymous token with a scope", "Gitea", "ACR, anonymous pull", "Nexus, anonymous pull"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			i := startProfile(t, name)
			for repository, allowed := range map[string]bool{"org/public": true, "org/app": false, "org/read": false} {
				asked := call(t, http.MethodGet, realmOf(t, i)+"&scope=repository:"+repository+":pull", registrytest.NamedCredential{}, nil)
				token := registrytest.NamedCredential{Token: asked.token(t)}
				got := call(t, http.MethodGet, i.Address+"/v2/"+repository+"/manifests/latest", token, nil).status
				if (got == http.StatusOK) != allowed {
					t.Errorf("%s: %d", repository, got)
				}
			}
		})
	}
	open := startProfile(t, "zot, htpasswd and anonymous policy")
	if got := call(t, http.MethodHead, open.Address+"/v2/org/public/manifests/latest", registrytest.NamedCredential{}, nil).status; got != 200 {
		t.Errorf("zot's anonymous policy: %d, want 200", got)
	}
	if got := call(t, http.MethodHead, open.Address+"/v2/org/app/manifests/latest", registrytest.NamedCredential{}, nil).status; got != 401 {
		t.Errorf("zot's anonymous policy, private repository: %d, want 401", got)
	}
}

func TestProfiles_AnswerPosts(t *testing.T) {
	t.Parallel()
	refresh := func(token string) url.Values {
		return url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}, "service": {"any"}, "client_id": {"test"}}
	}
	for name, want := range map[string][2]int{ // status for the identity token, for a wrong one
		"distribution, token": {200, 400},
		"docker_auth":         {200, 200}, // an anonymous token, both times
		"Harbor":              {405, 405},
		"zot, bearer":         {200, 400},
		"Quay.io":             {405, 405},
		"Docker Hub":          {200, 401},
		"Gitea":               {404, 404},
		"ACR":                 {200, 401},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			i := startProfile(t, name)
			realm, _, _ := strings.Cut(realmOf(t, i), "?")
			good := call(t, http.MethodPost, realm, registrytest.NamedCredential{}, refresh(i.IdentityToken))
			bad := call(t, http.MethodPost, realm, registrytest.NamedCredential{}, refresh("wrong"))
			if got := [2]int{good.status, bad.status}; got != want {
				t.Errorf("status %d, want %d", got, want)
			}
			if has := i.IdentityToken != ""; has != (want[0] != want[1]) {
				t.Errorf("has an identity token: %v", has)
			}
			recorder := i.Registry
			if i.Tokens != nil {
				recorder = i.Tokens
			}
			if form := recorder.Requests()[len(recorder.Requests())-1].Form; form != refresh("wrong").Encode() {
				t.Errorf("recorded form %q", form)
			}
			if name == "docker_auth" {
				if sub := claims(t, good.token(t))["sub"]; sub != "" {
					t.Errorf("subject %q, want that of an anonymous client", sub)
				}
			}
		})
	}
}

func TestProfiles_QuirksOfTokenServices(t *testing.T) {
	t.Parallel()
	ask := func(i *registrytest.Instance, name, more string) reply {
		return call(t, http.MethodGet, realmOf(t, i)+more, i.Credential(name), nil)
	}
	auth, harbor, quay, gitlab, hub := startProfile(t, "docker_auth"), startProfile(t, "Harbor"), startProfile(t, "Quay.io"), startProfile(t, "GitLab, anonymous token with a scope"), startProfile(t, "Docker Hub")
	if got := ask(auth, "good", "&account=other"); got.status != 400 {
		t.Errorf("docker_auth, another account: %d, want 400", got.status)
	}
	if got := ask(auth, "wrong password", ""); !slices.Equal(got.challenges, []string{`Basic realm="Docker registry"`}) {
		t.Errorf("docker_auth, wrong password: %q", got.challenges)
	}
	if got := claims(t, ask(auth, "good", "").token(t))["access"]; got == nil || len(got.([]any)) != 0 {
		t.Errorf("docker_auth, no scope: access %v, want []", got)
	}
	if got := ask(harbor, "wrong password", ""); got.body != "" {
		t.Errorf("Harbor, wrong password: %q, want an empty body", got.body)
	}
	if got := ask(harbor, "wrong password", "&scope=repository:org/app:pull"); claims(t, got.token(t))["sub"] != nil {
		t.Errorf("Harbor, wrong password with a scope: %q has a subject", got.body)
	}
	if got := ask(harbor, "good", ""); claims(t, got.token(t))["access"] != nil {
		t.Errorf("Harbor, no scope: %q, want access null", got.body)
	}
	realm, _, _ := strings.Cut(realmOf(t, harbor), "?")
	if got := call(t, http.MethodGet, realm+"?service=other", harbor.Credential("good"), nil); got.status != 400 {
		t.Errorf("Harbor, unknown service: %d, want 400", got.status)
	}
	if got := ask(quay, "wrong password", "&scope=repository:org/public:pull"); got.status != 401 {
		t.Errorf("Quay, wrong password with a scope: %d, want 401", got.status)
	}
	if got := ask(gitlab, "anonymous", ""); got.status != 403 {
		t.Errorf("GitLab, anonymous, no scope: %d, want 403", got.status)
	}
	for range 20 {
		ask(hub, "wrong password", "")
	}
	if got := ask(hub, "wrong password", ""); got.status != 429 {
		t.Errorf("Docker Hub, 21st wrong password: %d, want 429", got.status)
	}
	if got := ask(hub, "good", ""); got.status != 429 {
		t.Errorf("Docker Hub, good password after a lockout: %d, want 429", got.status)
	}
	if got := ask(hub, "anonymous", ""); got.status != 200 {
		t.Errorf("Docker Hub, anonymous after a lockout: %d, want 200", got.status)
	}
	for _, user := range []string{"${USER}", "a b", "Ci"} {
		c := registrytest.NamedCredential{Username: user, Password: "dckr_pat_good"}
		if got := call(t, http.MethodGet, realmOf(t, startProfile(t, "Docker Hub")), c, nil); got.status != 400 || got.body != `{"details":"malformed HTTP Authorization header"}` {
			t.Errorf("Docker Hub, user name %q: %d %q", user, got.status, got.body)
		}
	}
	zot := startProfile(t, "zot, htpasswd")
	if got := call(t, http.MethodGet, zot.Address+"/v2/", zot.Credential("good"), nil); len(got.challenges) != 1 {
		t.Errorf("zot: challenges on 200 %q, want one", got.challenges)
	}
}
