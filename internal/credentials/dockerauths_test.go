package credentials_test

import (
	"fmt"
	"maps"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stellaops/terraform-provider-stellaops/internal/credentials"
	"github.com/stellaops/terraform-provider-stellaops/internal/credentialstest"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

// Entries with a path are for the repositories below it, the longest path first, as
// Podman and kaniko read them.
func TestPlaces_Find_DockerConfigPaths(t *testing.T) {
	t.Parallel()
	const orgA, orgB = "r.example.com/org-a", "r.example.com/org-b"
	for _, row := range []struct {
		name    string
		keys    []string
		address string
		key     string // empty for none
		note    string // where there is none
	}{
		{"H/org-a and H/org-b, org-b/app asked", []string{orgA, orgB}, "r.example.com/org-b/app", orgB, ""},
		{"the longest path", []string{host, orgA, orgA + "/team", orgA + "/team/other"}, "r.example.com/org-a/team/app:1", orgA + "/team", ""},
		{"the repository itself", []string{orgA, orgA + "/app"}, "r.example.com/org-a/app", orgA + "/app", ""},
		{"a slash at the end", []string{host, orgA + "/"}, "r.example.com/org-a/app", orgA + "/", ""},
		{"the host serves what no path does", []string{host, orgA, orgB}, "r.example.com/org-c/app", host, ""},
		{"the host serves what only begins like a path", []string{host, "r.example.com/org"}, "r.example.com/org-a/app", host, ""},
		{"the host serves where no repository is asked", []string{host, orgA}, host, host, ""},
		{"a URL is for the host, whatever its path", []string{"https://r.example.com/org-a"}, "r.example.com/org-b/app", "https://r.example.com/org-a", ""},
		{"one path where no repository is asked", []string{orgA}, host, orgA, ""},
		{"several paths where no repository is asked", []string{orgB, orgA, "other.example.com"}, host, "", "all of r.example.com (it has r.example.com/org-a, r.example.com/org-b, other.example.com); name the repository in registry_url or access"},
		{"paths for other repositories only", []string{orgA, orgB}, "r.example.com/org-c/app", "", "r.example.com/org-c/app (it has r.example.com/org-a, r.example.com/org-b)"},
		{"a path that is not whole", []string{"r.example.com/org"}, "r.example.com/org-a/app", "", "r.example.com/org-a/app (it has r.example.com/org)"},
		{"a path below the repository", []string{orgA + "/app/sub"}, "r.example.com/org-a/app", "", "r.example.com/org-a/app (it has r.example.com/org-a/app/sub)"},
		{"a path of another port", []string{"r.example.com:5000/org-a"}, "r.example.com/org-a/app", "", "r.example.com (it has r.example.com:5000/org-a (another port))"},
		{"Docker Hub", []string{dockerHubLogin, "docker.io/org-a", "index.docker.io/library"}, "docker.io/alpine", "index.docker.io/library", ""},
		{"Docker Hub's own login", []string{dockerHubLogin, "docker.io/org-a"}, "docker.io/org-b/app", dockerHubLogin, ""},
		{"a repository on Docker Hub that is named like a token of it", []string{"docker.io", "docker.io/org/access-token"}, "docker.io/org/access-token", "docker.io", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			places := dockerConfigPlaces(t, jsonOf(t, auths(t, row.keys...)))
			want := credentials.Result{Source: credentials.SourceDockerConfig, Credential: login("ci", row.key)}
			if row.key == "" {
				want = credentials.Result{Source: credentials.SourceNone, Notes: []string{fmt.Sprintf("The Docker configuration %q has no login for %s", places.DockerConfigPath.Value, row.note)}}
			}
			compare(t, find(t, places, searchFor(t, row.address)), want)
		})
	}
}

// A check has one login; repositories with another one, or none, are not proven by it.
func TestPlaces_Find_DockerConfigOfSeveralRepositories(t *testing.T) {
	t.Parallel()
	const a, b, c = "org-a/app", "org-b/app", "org-c/app"
	type coverage = map[string]registry.Coverage
	for _, row := range []struct {
		name         string
		keys         []string
		repositories []string
		key          string
		coverage     coverage
	}{
		{"all below one path", []string{"r.example.com/org-a"}, []string{a, "org-a/other"}, "r.example.com/org-a", nil},
		{"all of the host", []string{host}, []string{a, b}, host, nil},
		{"two logins", []string{"r.example.com/org-a", "r.example.com/org-b"}, []string{b, a, "org-b/other"}, "r.example.com/org-b", coverage{a: registry.CoverageNone}},
		{"a login for the first only", []string{"r.example.com/org-a"}, []string{a, c}, "r.example.com/org-a", coverage{c: registry.CoverageNone}},
		{"a login for the second only", []string{"r.example.com/org-a"}, []string{c, a}, "", coverage{a: registry.CoverageNone}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			places := dockerConfigPlaces(t, jsonOf(t, auths(t, row.keys...)))
			in := fmt.Sprintf("he Docker configuration %q", places.DockerConfigPath.Value)
			want := credentials.Result{Source: credentials.SourceDockerConfig, Credential: login("ci", row.key), Coverage: row.coverage}
			if row.key == "" {
				want = credentials.Result{Source: credentials.SourceNone, Coverage: row.coverage, Notes: []string{"T" + in + " has no login for r.example.com/org-c/app (it has r.example.com/org-a)"}}
			}
			if row.coverage != nil {
				want.Notes = append(want.Notes, "The repositories of this check do not have the same login in t"+in+"; make a check for each")
			}
			got := find(t, places, searchFor(t, host, row.repositories...))
			compare(t, got, want)
			if !maps.Equal(got.Coverage, row.coverage) {
				t.Errorf("the coverage is %v, want %v", got.Coverage, row.coverage)
			}
		})
	}
	// Two entries with the same login are one login.
	entry := map[string]string{"auth": auth("ci", "p")}
	places := dockerConfigPlaces(t, jsonOf(t, map[string]any{"auths": map[string]any{"r.example.com/org-a": entry, "r.example.com/org-b": entry}}))
	compare(t, find(t, places, searchFor(t, host, a, b)), credentials.Result{Source: credentials.SourceDockerConfig, Credential: login("ci", "p"), Coverage: coverage{}})
}

// Docker refuses a file for one entry that it cannot decode, whichever is asked.
func TestPlaces_Find_DockerConfigWithABrokenAuth(t *testing.T) {
	t.Parallel()
	const (
		broken  = "The Docker configuration %q has entries that Docker cannot decode ("
		refuses = "), so Docker refuses the whole file; log in again, or log out, there"
	)
	good := `"r.example.com":{"auth":"` + auth("ci", "p") + `"}`
	helper := returnsLogin("helper", "p").Install(t)
	for _, row := range []struct {
		name    string
		content string
		user    string // empty for none
		notes   []string
	}{
		{"no base64", `{"auths":{` + good + `,"other.example.com":{"auth":"%` + canary + `"}}}`, "ci", []string{broken + "other.example.com" + refuses}},
		{"no colon", `{"auths":{` + good + `,"other.example.com":{"auth":"` + encoded(canary) + `"}}}`, "ci", []string{broken + "other.example.com" + refuses}},
		{"no user name", `{"auths":{` + good + `,"other.example.com":{"auth":"` + auth("", canary) + `"}}}`, "ci", []string{broken + "other.example.com" + refuses}},
		{"no padding", `{"auths":{` + good + `,"other.example.com":{"auth":"Y2k6cA"}}}`, "ci", []string{broken + "other.example.com" + refuses}},
		{"no text", `{"auths":{` + good + `,"other.example.com":{"identitytoken":7},"third.example.com":7}}`, "ci", []string{broken + "other.example.com, third.example.com" + refuses}},
		{"a key with user information", `{"auths":{` + good + `,"https://ci:` + canary + `@other.example.com/":{"auth":"%"}}}`, "ci", []string{broken + "other.example.com/" + refuses}},
		{"seven of them", `{"auths":{` + good + `,"a.example":7,"b.example":7,"c.example":7,"d.example":7,"e.example":7,"f.example":7,"g.example":7}}`, "ci", []string{broken + "a.example, b.example, c.example and 4 more" + refuses}},
		{"beside a login of a helper", `{"credsStore":"` + helper + `","auths":{"r.example.com":{"auth":"%"}}}`, "helper", []string{broken + "r.example.com" + refuses}},
		{"beside no login", `{"auths":{"other.example.com":{"auth":"%"}}}`, "", []string{"The Docker configuration %q has no login for r.example.com (it has other.example.com)", broken + "other.example.com" + refuses}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			places := dockerConfigPlaces(t, row.content)
			want := credentials.Result{Source: credentials.SourceNone}
			if row.user != "" {
				want = credentials.Result{Source: credentials.SourceDockerConfig, Credential: login(row.user, "p")}
			}
			for _, note := range row.notes {
				want.Notes = append(want.Notes, fmt.Sprintf(note, places.DockerConfigPath.Value))
			}
			got := find(t, places, searchFor(t, host))
			compare(t, got, want)
			checkNoCanary(t, got, nil)
		})
	}
}

// A login that came empty is a verdict, though Docker refuses the file for it.
func TestPlaces_Find_DockerConfigWithoutAUserName(t *testing.T) {
	t.Parallel()
	const broken = "The Docker configuration %q has entries that Docker cannot decode (r.example.com), so Docker refuses the whole file; log in again, or log out, there"
	for password, notes := range map[string][]string{
		"p": {broken},
		"":  {"The entry for r.example.com in the Docker configuration %q is empty; log in again with docker login", broken},
	} {
		places := dockerConfigPlaces(t, entryOf(`{"auth":"`+auth("", password)+`"}`))
		want := credentials.Result{Source: credentials.SourceDockerConfig, Credential: login("", password)}
		for _, note := range notes {
			want.Notes = append(want.Notes, fmt.Sprintf(note, places.DockerConfigPath.Value))
		}
		compare(t, find(t, places, searchFor(t, host)), want)
	}
}

// Where a place has nothing for the registry, a note says what it holds instead.
func TestPlaces_Find_NamesOtherHosts(t *testing.T) {
	t.Parallel()
	helper := credentialstest.Helper{}.Install(t)
	inFile := jsonOf(t, auths(t, "r.example.com:443", "R.Example.com", "r.example.com:5000", "a.example.com", "b.example.com", "c.example.com", "https://ci:"+canary+"@d.example.com"))
	for _, row := range []struct {
		name    string
		places  credentials.Places
		address string
		note    string // PATH stands for the path of the file
	}{
		{"host:443, another case, another port in the file", dockerConfigPlaces(t, inFile), host, `The Docker configuration "PATH" has no login for r.example.com (it has R.Example.com (the same registry, written differently), r.example.com:443 (the same registry, written differently), r.example.com:5000 (another port) and 4 more)`},
		{"host:443 in the address", dockerConfigPlaces(t, jsonOf(t, auths(t, host))), "r.example.com:443", `The Docker configuration "PATH" has no login for r.example.com:443 (it has r.example.com (the same registry, written differently))`},
		{"no entries", dockerConfigPlaces(t, `{"auths":{}}`), host, `The Docker configuration "PATH" has no login for r.example.com (it has none)`},
		{"a helper for another host", dockerConfigPlaces(t, `{"credHelpers":{"other.example.com":"x","r.example.com":""}}`), host, `The Docker configuration "PATH" has no login for r.example.com (it has other.example.com)`},
		{"a helper without a login", dockerConfigPlaces(t, `{"credsStore":"`+helper+`","auths":{"r.example.com":{}}}`), host, `The credential helper "docker-credential-` + helper + `" has no login for r.example.com`},
		{"a helper without a login, which the file has", dockerConfigPlaces(t, `{"credsStore":"`+helper+`","auths":{"r.example.com":{"auth":"`+auth("ci", canary)+`"}}}`), host, `The credential helper "docker-credential-` + helper + `" has no login for r.example.com, and Docker does not read the one in the file beside a helper`},
		{"Docker Hub", dockerConfigPlaces(t, jsonOf(t, auths(t, host))), "docker.io/alpine", `The Docker configuration "PATH" has no login for docker.io (it has r.example.com)`},
		{"the provider block", blockPlaces(entries("r.example.com:5000", "a.example.com")), "R.Example.com", "registries of the provider block has no entry for r.example.com (it has r.example.com:5000 (another port), a.example.com)"},
		{"the provider block, for plain http", blockPlaces(entries(host)), "http://r.example.com", "registries of the provider block has no entry for http://r.example.com (it has r.example.com)"},
		{"the Stella Ops settings", credentials.Places{Environ: []string{"OCI__RegistryUrl=r.example.com:5000/app", "OCI__TOKEN=" + canary}}, host, "The section OCI in the environment has no credentials for r.example.com (it has r.example.com:5000/app (another port))"},
		{"the Stella Ops settings in a file", credentials.Places{AppsettingsPath: set(file(t, `{"Registry":{"RegistryUrl":"other.example.com","Token":"`+canary+`"}}`))}, host, `The section Registry in the file of appsettings_path has no credentials for r.example.com (it has other.example.com)`},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			path := row.places.DockerConfigPath.Value + row.places.AppsettingsPath.Value
			got := find(t, row.places, searchFor(t, row.address))
			compare(t, got, credentials.Result{Source: credentials.SourceNone, Notes: []string{strings.ReplaceAll(row.note, "PATH", path)}})
			checkNoCanary(t, got, nil)
		})
	}
}

// DOCKER_AUTH_CONFIG counts before the file, and where it cannot be read, docker reads
// the file alone.
func TestPlaces_Find_DockerAuthConfig(t *testing.T) {
	t.Parallel()
	const (
		ignored = "DOCKER_AUTH_CONFIG in the environment is not used, as docker does not use it either; make it one JSON object with auths alone, each entry of which has auth alone, base64 of user:password"
		other   = "DOCKER_AUTH_CONFIG of the environment has no login for r.example.com (it has other.example.com)"
	)
	variable := auth("variable", canary)
	helper := returnsLogin("helper", canary).Install(t)
	file := jsonOf(t, map[string]any{"auths": map[string]any{host: map[string]string{"auth": auth("file", canary)}}})
	for _, row := range []struct {
		name  string
		value string
		file  string
		user  string // variable, helper, file; empty for none
		notes []string
	}{
		{"before the file", `{"auths":{"r.example.com":{"auth":"` + variable + `"}}}`, file, "variable", nil},
		{"before a helper", `{"auths":{"r.example.com":{"auth":"` + variable + `"}}}`, `{"credsStore":"` + helper + `"}`, "variable", nil},
		{"the longest path", `{"auths":{"r.example.com/org":{"auth":"` + variable + `"},"r.example.com":{"auth":"` + auth("other", canary) + `"}}}`, file, "variable", nil},
		{"for another host", `{"auths":{"other.example.com":{"auth":"` + variable + `"}}}`, file, "file", nil},
		{"for another host, and none in the file", `{"auths":{"other.example.com":{"auth":"` + variable + `"}}}`, `{}`, "", []string{other, `The Docker configuration "PATH" has no login for r.example.com (it has none)`}},
		{"empty", "", file, "file", nil},
		{"blank, as docker reads it", " ", file, "file", nil},
		{"without auths", "{}", file, "file", nil},
		{"no JSON", canary, file, "file", []string{ignored}},
		{"two objects", `{"auths":{"r.example.com":{"auth":"` + variable + `"}}}{}`, file, "file", []string{ignored}},
		{"a store beside auths", `{"credsStore":"` + helper + `","auths":{"r.example.com":{"auth":"` + variable + `"}}}`, file, "file", []string{ignored}},
		{"an email in an entry", `{"auths":{"r.example.com":{"auth":"` + variable + `","email":"` + canary + `"}}}`, file, "file", []string{ignored}},
		{"a user name and a password", `{"auths":{"r.example.com":{"username":"ci","password":"` + canary + `"}}}`, file, "file", []string{ignored}},
		{"an entry without auth", `{"auths":{"r.example.com":{"auth":"` + variable + `"},"other.example.com":{}}}`, file, "file", []string{ignored}},
		{"a broken auth of another host", `{"auths":{"r.example.com":{"auth":"` + variable + `"},"other.example.com":{"auth":"%"}}}`, file, "file", []string{ignored}},
		{"broken, and none in the file", canary, `{}`, "", []string{ignored, `The Docker configuration "PATH" has no login for r.example.com (it has none)`}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			places := dockerConfigPlaces(t, row.file)
			places.Environ = []string{"PATH=/bin", "DOCKER_AUTH_CONFIG=" + row.value}
			want := credentials.Result{Source: credentials.SourceNone}
			if row.user != "" {
				want = credentials.Result{Source: credentials.SourceDockerConfig, Credential: login(row.user, canary)}
			}
			for _, note := range row.notes {
				want.Notes = append(want.Notes, strings.ReplaceAll(note, "PATH", places.DockerConfigPath.Value))
			}
			got := find(t, places, searchFor(t, "r.example.com/org/app"))
			compare(t, got, want)
			checkNoCanary(t, got, nil)
		})
	}
}

// TestPlaces_Find_DockerAuthConfigNeedsNoPath has the variable alone, and before a file
// that is not there or not known yet.
func TestPlaces_Find_DockerAuthConfigNeedsNoPath(t *testing.T) {
	t.Parallel()
	places := credentials.Places{Environ: []string{`DOCKER_AUTH_CONFIG={"auths":{"r.example.com":{"auth":"` + auth("ci", canary) + `"}}}`}}
	found := credentials.Result{Source: credentials.SourceDockerConfig, Credential: login("ci", canary)}
	compare(t, find(t, places, searchFor(t, host)), found)
	other := find(t, places, searchFor(t, "other.example.com"))
	compare(t, other, credentials.Result{Source: credentials.SourceNone, Notes: []string{"DOCKER_AUTH_CONFIG of the environment has no login for other.example.com (it has r.example.com)"}})
	checkNoCanary(t, other, nil)

	places.DockerConfigPath = set(filepath.Join(t.TempDir(), "config.json")) // which is not there
	compare(t, find(t, places, searchFor(t, host)), found)
	findError(t, places, searchFor(t, "other.example.com"))
	places.DockerConfigPath = credentials.Setting[string]{Unknown: true}
	compare(t, find(t, places, searchFor(t, host)), found)
	findError(t, places, searchFor(t, "other.example.com"))
}
