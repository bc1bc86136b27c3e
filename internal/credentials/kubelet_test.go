package credentials_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stellaops/terraform-provider-stellaops/internal/credentials"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

// What the notes say when no entry of a payload is for the registry.
const (
	noteDifferent = "The repositories of this check do not have the same login in docker_config_json; make a check for each"
	noteOthers    = "Several entries of docker_config_json match this registry, and like the kubelet, the check tries them in turn"
	noteEach      = "Several entries of docker_config_json match the repositories of this check, and the kubelet may pull each with another one; make a check for each"
)

// How the notes begin; TestPlaces_Find_PayloadNotes has them as a whole.
const (
	noteNoEntry   = "docker_config_json has no entry for "
	noteOtherPath = "docker_config_json has entries only for other repositories of this registry ("
	noteHub       = "docker_config_json has an entry for Docker Hub under a name that the kubelet does not look for ("
	noteHubHost   = "The kubelet does not use the entry "
)

// payloadWithKeys is a payload with an entry for each key, whose user name is the key.
func payloadWithKeys(t testing.TB, keys ...string) string {
	t.Helper()
	entries := map[string]any{}
	for _, key := range keys {
		entries[key] = map[string]string{"username": key, "password": "p"}
	}
	return jsonOf(t, map[string]any{"auths": entries})
}

// matchRow says which of the keys is for an image, else which note there is.
type matchRow struct {
	name    string
	keys    []string
	address string // with the repository
	key     string
	note    string
}

func (row matchRow) check(t *testing.T) {
	t.Helper()
	want := credentials.Result{Source: credentials.SourceDockerConfigJSON}
	if row.key == "" {
		want.Notes = []string{row.note}
	} else {
		want.Credential = login(row.key, "p")
	}
	result := find(t, credentials.Places{}, withPayload(t, payloadWithKeys(t, row.keys...), row.address))
	if row.key == "" && len(result.Notes) == 1 && strings.HasPrefix(result.Notes[0], row.note) {
		want.Notes = result.Notes
	}
	if row.key != "" && slices.Equal(result.Notes, []string{noteOthers}) {
		result.Notes, result.Next = nil, nil // TestPlaces_Find_PayloadNextEntry is about that
	}
	compare(t, result, want)
}

func TestPlaces_Find_PayloadHosts(t *testing.T) {
	t.Parallel()
	for _, row := range []matchRow{
		{"a host", []string{"r.example.com"}, "r.example.com", "r.example.com", ""},
		{"a host serves every repository", []string{"r.example.com"}, "r.example.com/team/app:1", "r.example.com", ""},
		{"an https URL", []string{"https://r.example.com"}, "r.example.com/team/app", "https://r.example.com", ""},
		{"an http URL", []string{"http://r.example.com"}, "r.example.com/team/app", "http://r.example.com", ""},
		{"a slash at the end stands for nothing", []string{"https://r.example.com/"}, "r.example.com/team/app", "https://r.example.com/", ""},
		{"the path of the first API", []string{"https://r.example.com/v1/"}, "r.example.com/team/app", "https://r.example.com/v1/", ""},
		{"the path of the second API", []string{"https://r.example.com/v2/"}, "r.example.com/team/app", "https://r.example.com/v2/", ""},
		{"the path of the API without a scheme", []string{"r.example.com/v2/"}, "r.example.com", "r.example.com/v2/", ""},
		{"the path of the API without a slash at the end is a repository", []string{"https://r.example.com/v2"}, "r.example.com/team/app", "", noteOtherPath},
		{"the path of no API is a repository", []string{"https://r.example.com/v3/"}, "r.example.com/team/app", "", noteOtherPath},
		{"another host", []string{"other.example.com"}, "r.example.com", "", noteNoEntry},
		{"a host that begins with this one", []string{"r.example.com.evil.example"}, "r.example.com", "", noteNoEntry},
		{"a host that is the beginning of this one", []string{"r.example"}, "r.example.com", "", noteNoEntry},
		{"a domain does not serve its hosts", []string{"example.com"}, "r.example.com", "", noteNoEntry},
		{"a host in capital letters is not this one", []string{"R.example.com"}, "r.example.com", "", noteNoEntry},
		{"a port", []string{"r.example.com:5000"}, "r.example.com:5000/team/app", "r.example.com:5000", ""},
		{"a port in a URL", []string{"http://r.example.com:5000/v2/"}, "r.example.com:5000", "http://r.example.com:5000/v2/", ""},
		{"another port", []string{"r.example.com:5001"}, "r.example.com:5000", "", noteNoEntry},
		{"a port that the address does not have", []string{"r.example.com:5000"}, "r.example.com", "", noteNoEntry},
		{"no port where the address has one", []string{"r.example.com"}, "r.example.com:5000", "", noteNoEntry},
		{"port 443 is not the host without a port", []string{"r.example.com:443", "https://r.example.com:443"}, "r.example.com", "", noteNoEntry},
		{"the host without a port is not port 443", []string{"r.example.com", "https://r.example.com"}, "r.example.com:443", "", noteNoEntry},
		{"port 443 where the address writes it", []string{"r.example.com", "r.example.com:443"}, "r.example.com:443/team/app", "r.example.com:443", ""},
		{"port 443 where the address writes it in a URL", []string{"r.example.com:443"}, "https://r.example.com:443", "r.example.com:443", ""},
		{"port 80 where the address writes it in a URL", []string{"r.example.com:80"}, "http://r.example.com:80", "r.example.com:80", ""},
		{"an IPv6 address with a port", []string{"[::1]:5000"}, "[::1]:5000", "[::1]:5000", ""},
		{"a key that is no URL stands beside a good one", []string{"%zz", "r.example.com:port", "r.example.com"}, "r.example.com", "r.example.com", ""},
		{"keys that are no URL are none", []string{"r.example.com:*", "https://r.example.com:port", "r.example.com%zz"}, "r.example.com", "", noteNoEntry},
		{"capital letters on both sides", []string{"R.Example.com"}, "R.Example.com/team/app", "R.Example.com", ""},
		{"capital letters in the address only", []string{"r.example.com"}, "R.Example.com/team/app", "", noteNoEntry},
		{"another port beside it, in capital letters", []string{"r.example.com:5001"}, "R.Example.com:5000/team/app", "", noteNoEntry},
		{"an IPv6 address in another form, on both sides", []string{"[FD00::0:1]:5000"}, "[FD00::0:1]:5000/team/app", "[FD00::0:1]:5000", ""},
		{"an IPv6 address in two forms", []string{"[fd00::1]:5000"}, "[FD00::0:1]:5000/team/app", "", noteNoEntry},
		{"an IPv6 address without a port, whose brackets are a glob", []string{"[fd00::1]"}, "[fd00::1]/team/app", "", noteNoEntry},
		{"a port with a zero in front, on both sides", []string{"r.example.com:05000"}, "r.example.com:05000/team/app", "r.example.com:05000", ""},
		{"a port with a zero in front in the address only", []string{"r.example.com:5000"}, "r.example.com:05000/team/app", "", noteNoEntry},
		{"a name beyond ASCII, which an image names in punycode", []string{"xn--bcher-kva.example"}, "bücher.example/team/app", "xn--bcher-kva.example", ""},
		{"a dot at the end of the host, which no image has", []string{"r.example.com"}, "r.example.com./team/app", "r.example.com", ""},
		{"an escape in a key is decoded before it is compared", []string{"r.example.com/te%61m"}, "r.example.com/team/app", "r.example.com/te%61m", ""},
		{"an escaped question mark ends the path of a key", []string{"r.example.com/team%3Fx"}, "r.example.com/team/app", "r.example.com/team%3Fx", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			row.check(t)
		})
	}
}

func TestPlaces_Find_PayloadGlobs(t *testing.T) {
	t.Parallel()
	for _, row := range []matchRow{
		{"a star for the first label", []string{"*.azurecr.io"}, "a.azurecr.io/team/app", "*.azurecr.io", ""},
		{"a star is one label only", []string{"*.azurecr.io"}, "a.b.azurecr.io", "", noteNoEntry},
		{"a star is no missing label", []string{"*.azurecr.io"}, "azurecr.io", "", noteNoEntry},
		{"two stars are two labels", []string{"*.*.azurecr.io"}, "a.b.azurecr.io", "*.*.azurecr.io", ""},
		{"a star within a label", []string{"eu-*.pkg.example"}, "eu-west1.pkg.example", "eu-*.pkg.example", ""},
		{"a star within a label, for another one", []string{"eu-*.pkg.example"}, "us-west1.pkg.example", "", noteNoEntry},
		{"a star in the middle", []string{"a.*.example.com"}, "a.dkr.example.com", "a.*.example.com", ""},
		{"a question mark in a label is the query of a URL", []string{"r?.example.com"}, "r1.example.com", "", noteNoEntry},
		{"a star in a URL", []string{"https://*.azurecr.io/v2/"}, "a.azurecr.io", "https://*.azurecr.io/v2/", ""},
		{"a star with the port", []string{"*.example.com:5000"}, "r.example.com:5000", "*.example.com:5000", ""},
		{"a star without the port", []string{"*.example.com"}, "r.example.com:5000", "", noteNoEntry},
		{"a star with a path", []string{"*.azurecr.io/team"}, "a.azurecr.io/team/app", "*.azurecr.io/team", ""},
		{"a star with another path", []string{"*.azurecr.io/team"}, "a.azurecr.io/other/app", "", noteOtherPath},
		{"a star in the path is not a glob", []string{"r.example.com/*"}, "r.example.com/team/app", "", noteOtherPath},
		{"an exact host wins over a star", []string{"*.example.com", "r.example.com"}, "r.example.com/team/app", "r.example.com", ""},
		{"an exact host wins over a star with a path", []string{"*.example.com/team", "r.example.com"}, "r.example.com/team/app", "r.example.com", ""},
		{"a star serves what the exact host does not", []string{"*.example.com", "r.example.com/other"}, "r.example.com/team/app", "*.example.com", ""},
		{"of two stars the one with the path wins", []string{"*.example.com", "*.example.com/team"}, "r.example.com/team/app", "*.example.com/team", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			row.check(t)
		})
	}
}

func TestPlaces_Find_PayloadPaths(t *testing.T) {
	t.Parallel()
	for _, row := range []matchRow{
		{"a repository", []string{"r.example.com/team/app"}, "r.example.com/team/app", "r.example.com/team/app", ""},
		{"the beginning of a repository", []string{"r.example.com/team"}, "r.example.com/team/app", "r.example.com/team", ""},
		{"the beginning is one of letters, not of parts", []string{"r.example.com/team"}, "r.example.com/team-b/app", "r.example.com/team", ""},
		{"a slash at the end makes it one of parts", []string{"r.example.com/team/"}, "r.example.com/team-b/app", "", noteOtherPath},
		{"a slash at the end, for a repository below", []string{"r.example.com/team/"}, "r.example.com/team/app", "r.example.com/team/", ""},
		{"another repository", []string{"r.example.com/team"}, "r.example.com/other/app", "", noteOtherPath},
		{"a repository below the one that is asked", []string{"r.example.com/team/app/base"}, "r.example.com/team/app", "", noteOtherPath},
		{"a path behind that of the API", []string{"https://r.example.com/v2/team"}, "r.example.com/team/app", "https://r.example.com/v2/team", ""},
		{"a path without a repository to ask for", []string{"r.example.com/team"}, "r.example.com", "", noteOtherPath},
		{"a path of another host without a repository to ask for", []string{"other.example.com/team"}, "r.example.com", "", noteNoEntry},
		{"a path wins over the host", []string{"r.example.com", "r.example.com/team"}, "r.example.com/team/app", "r.example.com/team", ""},
		{"a longer path wins", []string{"r.example.com/team", "r.example.com/team/app", "r.example.com"}, "r.example.com/team/app", "r.example.com/team/app", ""},
		{"a longer path wins within a part", []string{"r.example.com/te", "r.example.com/tea"}, "r.example.com/team/app", "r.example.com/tea", ""},
		{"a longer path behind that of the API wins", []string{"r.example.com/team", "https://r.example.com/v2/team/app"}, "r.example.com/team/app", "https://r.example.com/v2/team/app", ""},
		{"the host serves what the path does not", []string{"r.example.com", "r.example.com/team"}, "r.example.com/other/app", "r.example.com", ""},
		{"the host serves where no repository is asked for", []string{"r.example.com", "r.example.com/team"}, "r.example.com", "r.example.com", ""},
		{"a base path", []string{"r.example.com/artifactory"}, "https://r.example.com/artifactory", "r.example.com/artifactory", ""},
		{"another base path", []string{"r.example.com/artifactory"}, "https://r.example.com/nexus", "", noteOtherPath},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			row.check(t)
		})
	}
}

// A base path stands in front of the repositories that access names.
func TestPlaces_Find_PayloadBasePathAndRepository(t *testing.T) {
	t.Parallel()
	const address = "https://r.example.com/artifactory"
	payload := payloadWithKeys(t, "r.example.com/artifactory/team", "r.example.com/team", "r.example.com/artifactory")
	for repository, key := range map[string]string{"team/app": "r.example.com/artifactory/team", "other/app": "r.example.com/artifactory"} {
		result := find(t, credentials.Places{}, withPayload(t, payload, address, repository))
		if got := result.Credential; got != login(key, "p") {
			t.Errorf("%s: the entry of %q, want that of %q", repository, got.Username, key)
		}
	}
}

func TestPlaces_Find_PayloadDockerHub(t *testing.T) {
	t.Parallel()
	const stored = "https://index.docker.io/v1/"
	for _, row := range []matchRow{
		{"the key of docker login", []string{stored}, "docker.io", stored, ""},
		{"the key of docker login, for a repository", []string{stored}, "docker.io/team/app", stored, ""},
		{"the key of docker login, by its own address", []string{stored}, stored, stored, ""},
		{"the key of docker login, for index.docker.io", []string{stored}, "index.docker.io/team/app", stored, ""},
		{"the key of docker login, for the host that serves", []string{stored}, "registry-1.docker.io/team/app", "", noteHubHost},
		{"the key of docker login, for the old name of the host", []string{stored}, "registry.hub.docker.com/team/app", "", noteHubHost},
		{"index.docker.io", []string{"index.docker.io"}, "docker.io/team/app", "index.docker.io", ""},
		{"docker.io", []string{"docker.io"}, "docker.io/team/app", "docker.io", ""},
		{"docker.io as a URL", []string{"https://docker.io/v2/"}, "docker.io/team/app", "https://docker.io/v2/", ""},
		{"docker.io wins over the key of docker login", []string{stored, "docker.io"}, "docker.io/team/app", "docker.io", ""},
		{"a path of docker.io", []string{"docker.io/team", "docker.io"}, "docker.io/team/app", "docker.io/team", ""},
		{"a repository of one part lives in library", []string{"docker.io/library", "docker.io"}, "docker.io/alpine", "docker.io/library", ""},
		{"another path of docker.io", []string{"docker.io/team"}, "docker.io/other/app", "", noteOtherPath},
		{"a path of index.docker.io serves no image of docker.io", []string{"index.docker.io/team"}, "docker.io/team/app", "", noteHub},
		{"a path of index.docker.io serves no address, since the kubelet says docker.io first", []string{"index.docker.io/team"}, "index.docker.io/team/app", "", noteHub},
		{"a path of index.docker.io in capital letters in the address", []string{"index.docker.io/team"}, "https://Index.Docker.io", "", noteHubHost},
		{"docker.io in capital letters, which is another host to the kubelet", []string{stored, "docker.io"}, "Docker.io/team/app", "", noteHubHost},
		{"docker.io in capital letters on both sides", []string{stored, "Docker.io"}, "Docker.io/team/app", "Docker.io", ""},
		{"docker.io with the port, which is another host to the kubelet", []string{stored, "docker.io"}, "docker.io:443/team/app", "", noteHubHost},
		{"the page of Docker Hub", []string{"https://hub.docker.com"}, "docker.io/team/app", "", noteHub},
		{"the key of docker login, where a path of index.docker.io stands beside it", []string{stored, "index.docker.io/team"}, "index.docker.io/team/app", stored, ""},
		{"index.docker.io beside the key of docker login", []string{"index.docker.io/", stored}, "docker.io/team/app", stored, ""},
		{"the host that serves", []string{"registry-1.docker.io"}, "docker.io/team/app", "", noteHub},
		{"the host that serves as a URL", []string{"https://registry-1.docker.io/v2/"}, "docker.io", "", noteHub},
		{"the host that serves, for an address that is written so", []string{"registry-1.docker.io"}, "registry-1.docker.io/team/app", "registry-1.docker.io", ""},
		{"the host that serves, for an address that is written so in capital letters", []string{"registry-1.docker.io"}, "https://Registry-1.Docker.io", "", noteHubHost},
		{"the old name of the host", []string{"registry.hub.docker.com"}, "docker.io", "", noteHub},
		{"the old name of the host, for an address that is written so", []string{"registry.hub.docker.com"}, "registry.hub.docker.com", "registry.hub.docker.com", ""},
		{"a star does not reach docker.io", []string{"*.docker.io"}, "docker.io", "", noteHub},
		{"a star does not reach index.docker.io either", []string{"*.docker.io"}, "index.docker.io/team/app", "", noteHub},
		{"a host that ends like docker.io is none of its names", []string{"notdocker.io"}, "docker.io", "", noteNoEntry},
		{"no entry of Docker Hub", []string{"r.example.com"}, "docker.io", "", noteNoEntry},
		{"an entry of Docker Hub for another registry", []string{stored, "docker.io"}, "r.example.com", "", noteNoEntry},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			row.check(t)
		})
	}
}

func TestPlaces_Find_PayloadSeveralRepositories(t *testing.T) {
	t.Parallel()
	team, all := "r.example.com/team", "r.example.com"
	for _, row := range []struct {
		name         string
		keys         []string
		repositories []string
		key          string // of the first repository; empty for none
		next         string // the one that is tried behind it
		others       []int  // repositories with other credentials
		notes        []string
	}{
		{"they have one entry", []string{team}, []string{"team/app", "team/base", "team-b/app"}, team, "", nil, nil},
		{"they have the same entries", []string{team, all}, []string{"team/app", "team/base"}, team, all, nil, []string{noteEach}},
		{"they have no entry", []string{team}, []string{"other/app", "more/app"}, "", "", nil, []string{noteOtherPath + `r.example.com/team), none for r.example.com/other/app`}},
		{"they have different entries", []string{team, all}, []string{"team/app", "other/app"}, team, all, []int{1}, []string{noteDifferent}},
		{"the last one has a different entry", []string{team, all}, []string{"team/app", "team/base", "other/app"}, team, all, []int{2}, []string{noteDifferent}},
		{"one in the middle has a different entry", []string{team, all}, []string{"team/app", "other/app", "team/base"}, team, all, []int{1}, []string{noteDifferent}},
		{"the first one has no entry", []string{team}, []string{"other/app", "team/app"}, "", "", []int{1}, []string{noteOtherPath + `r.example.com/team), none for r.example.com/other/app`, noteDifferent}},
		{"the last one has no entry", []string{team}, []string{"team/app", "other/app"}, team, "", []int{1}, []string{noteDifferent}},
		{"two of four are not served", []string{team}, []string{"team/app", "other/app", "team/base", "more/app"}, team, "", []int{1, 3}, []string{noteDifferent}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			search := withPayload(t, payloadWithKeys(t, row.keys...), host, row.repositories...)
			want := credentials.Result{Source: credentials.SourceDockerConfigJSON, Notes: row.notes, Coverage: map[string]registry.Coverage{}}
			for _, repository := range row.repositories {
				if row.next != "" { // where one repository has several, nothing is sure for the others
					want.Coverage[repository] = registry.CoveragePart
				}
			}
			for _, i := range row.others {
				want.Coverage[row.repositories[i]] = registry.CoverageNone
			}
			if row.key != "" {
				want.Credential = login(row.key, "p")
			}
			if row.next != "" {
				want.Next = []registry.Credential{login(row.next, "p")}
			}
			compare(t, find(t, credentials.Places{}, search), want)
		})
	}
}

// Entries with the same credentials are one, whatever their keys.
func TestPlaces_Find_PayloadRepositoriesWithOneLogin(t *testing.T) {
	t.Parallel()
	payload := `{"auths":{"r.example.com/a":{"username":"ci","password":"p"},"r.example.com/b":{"username":"ci","password":"p"}}}`
	result := find(t, credentials.Places{}, withPayload(t, payload, host, "a/app", "b/app"))
	compare(t, result, credentials.Result{Source: credentials.SourceDockerConfigJSON, Credential: login("ci", "p")})
}

// The kubelet tries every entry that matches, for the sake of rotation.
func TestPlaces_Find_PayloadNextEntry(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		payload string
		next    []registry.Credential
	}{
		"another login":    {`{"auths":{"r.example.com":{"username":"a","password":"p"},"*.example.com":{"username":"b","password":"p"}}}`, []registry.Credential{login("b", "p")}},
		"two others":       {`{"auths":{"r.example.com":{"username":"a","password":"p"},"r.*.com":{"username":"c","password":"p"},"*.example.com":{"username":"b","password":"p"}}}`, []registry.Credential{login("c", "p"), login("b", "p")}},
		"the same login":   {`{"auths":{"r.example.com":{"username":"a","password":"p"},"*.example.com":{"username":"a","password":"p"}}}`, nil},
		"another host":     {`{"auths":{"r.example.com":{"username":"a","password":"p"},"*.example.org":{"username":"b","password":"p"}}}`, nil},
		"another password": {`{"auths":{"r.example.com":{"username":"a","password":"p"},"*.example.com":{"username":"a","password":"o"}}}`, []registry.Credential{login("a", "o")}},
		"a token, which the kubelet does not read": {`{"auths":{"r.example.com":{"username":"a","password":"p"},"*.example.com":{"username":"a","identitytoken":"i"}}}`, []registry.Credential{login("a", "")}},
		"the same login in auth":                   {`{"auths":{"r.example.com":{"username":"a","password":"p"},"*.example.com":{"auth":"` + auth("a", "p") + `"}}}`, nil},
		"another repository":                       {`{"auths":{"r.example.com":{"username":"a","password":"p"},"r.example.com/team":{"username":"b","password":"p"}}}`, nil},
		"nothing":                                  {`{"auths":{"r.example.com":{"username":"a","password":"p"},"*.example.com":{}}}`, nil},
	} {
		want := credentials.Result{Source: credentials.SourceDockerConfigJSON, Credential: login("a", "p"), Next: row.next}
		if row.next != nil {
			want.Notes = []string{noteOthers}
		}
		if result := find(t, credentials.Places{}, withPayload(t, row.payload, host)); describe(result) != describe(want) {
			t.Errorf("%s:\ngot  %s\nwant %s", name, describe(result), describe(want))
		}
	}
}

// An entry that holds nothing is a pull without credentials, behind which the
// next one comes.
func TestPlaces_Find_PayloadNextEntryAfterAnEmptyOne(t *testing.T) {
	t.Parallel()
	payload := `{"auths":{"r.example.com":{},"*.example.com":{"username":"b","password":"p"}}}`
	result := find(t, credentials.Places{}, withPayload(t, payload, host))
	compare(t, result, credentials.Result{
		Source: credentials.SourceDockerConfigJSON, Next: []registry.Credential{login("b", "p")}, Notes: []string{noteNothing, noteOthers},
	})
}

// What only one of several repositories has is not tried for all of them.
func TestPlaces_Find_PayloadNextEntryOfAllRepositories(t *testing.T) {
	t.Parallel()
	const ci = `{"username":"ci","password":"p"}`
	payload := `{"auths":{"r.example.com/a":` + ci + `,"r.example.com/b/app":` + ci + `,"r.example.com/b":{"username":"x"}}}`
	for _, repositories := range [][]string{{"a/app", "b/app"}, {"b/app", "a/app"}} {
		result := find(t, credentials.Places{}, withPayload(t, payload, host, repositories...))
		compare(t, result, credentials.Result{Source: credentials.SourceDockerConfigJSON, Credential: login("ci", "p"), Notes: []string{noteEach}, Coverage: map[string]registry.Coverage{
			"a/app": registry.CoveragePart, "b/app": registry.CoveragePart,
		}})
	}
}

// Two keys may be one to the kubelet, which takes any; a plan has to be the same
// from run to run.
func TestPlaces_Find_PayloadIsDeterministic(t *testing.T) {
	t.Parallel()
	search := withPayload(t, payloadWithKeys(t, "r.example.com", "https://r.example.com", "http://r.example.com", "https://r.example.com/v1/"), host)
	first := describe(find(t, credentials.Places{}, search))
	for range 50 { // a map is read in another order each time
		if again := describe(find(t, credentials.Places{}, search)); again != first {
			t.Fatalf("first %s\nthen  %s", first, again)
		}
	}
}
