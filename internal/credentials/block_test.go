package credentials_test

import (
	"testing"

	"github.com/stellaops/terraform-provider-stellaops/internal/credentials"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

// blockPlaces are the credentials of the provider block alone.
func blockPlaces(entries map[string]credentials.Entry) credentials.Places {
	return credentials.Places{Registries: set(entries)}
}

// entries have a login under each key, whose user name is the key.
func entries(keys ...string) map[string]credentials.Entry {
	all := map[string]credentials.Entry{}
	for _, key := range keys {
		all[key] = credentials.Entry{Arguments: written(key, "p")}
	}
	return all
}

func TestPlaces_Find_BlockKeys(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name    string
		keys    []string
		address string
		key     string // empty for none
	}{
		{"a host", []string{host, "other.example.com"}, host, host},
		{"another host", []string{"other.example.com", "example.com"}, host, ""},
		{"no entry at all", nil, host, ""},
		{"a host in capital letters", []string{"R.Example.com"}, host, "R.Example.com"},
		{"a URL", []string{"https://r.example.com/v2/"}, host, "https://r.example.com/v2/"},
		{"the port of https", []string{"r.example.com:443"}, "https://r.example.com/base", "r.example.com:443"},
		{"a repository", []string{"r.example.com/team/app:1"}, "r.example.com/other/app", "r.example.com/team/app:1"},
		{"a port", []string{host, "r.example.com:5000"}, "r.example.com:5000", "r.example.com:5000"},
		{"another port", []string{host, "r.example.com:5001"}, "r.example.com:5000", ""},
		{"no port", []string{"r.example.com:5000"}, host, ""},
		{"https where http stands beside it", []string{"http://r.example.com", host}, host, host},
		{"http where https stands beside it", []string{"http://r.example.com", host}, "http://r.example.com:80", "http://r.example.com"},
		{"http is not for https", []string{"http://r.example.com"}, host, ""},
		{"https is not for http", []string{host}, "http://r.example.com", ""},
		{"http is not for https on a written port", []string{"http://r.example.com:5000"}, "r.example.com:5000", ""},
		{"https is not for http on a written port", []string{"https://r.example.com:5000"}, "http://r.example.com:5000", ""},
		{"http on a written port", []string{"HTTP://r.example.com:5000"}, "http://r.example.com:5000/base", "HTTP://r.example.com:5000"},
		{"a written port of no scheme is for http too", []string{"r.example.com:5000"}, "http://r.example.com:5000", "r.example.com:5000"},
		{"an IPv6 address in other notation", []string{"[0:0::1]:5000"}, "[::1]:5000", "[0:0::1]:5000"},
		{"Docker Hub by docker.io", []string{"docker.io"}, "registry-1.docker.io", "docker.io"},
		{"Docker Hub by index.docker.io", []string{"index.docker.io"}, "docker.io/team/app", "index.docker.io"},
		{"Docker Hub by the host that serves", []string{"registry-1.docker.io"}, "registry.hub.docker.com", "registry-1.docker.io"},
		{"Docker Hub by the old name of the host", []string{"registry.hub.docker.com"}, "index.docker.io", "registry.hub.docker.com"},
		{"Docker Hub by the key of docker login", []string{"https://index.docker.io/v1/"}, "docker.io", "https://index.docker.io/v1/"},
		{"Docker Hub is not another host", []string{"docker.io"}, host, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			switch got := find(t, blockPlaces(entries(row.keys...)), searchFor(t, row.address)); {
			case row.key != "":
				compare(t, got, credentials.Result{Source: credentials.SourceProvider, Credential: login(row.key, "p")})
			case len(row.keys) == 0:
				compare(t, got, credentials.Result{Source: credentials.SourceNone})
			default:
				compareNone(t, got, "registries of the provider block has no entry for ")
			}
		})
	}
}

func TestPlaces_Find_BlockEntry(t *testing.T) {
	t.Parallel()
	type arguments = credentials.Arguments
	empty := ""
	note := func(names string) []string {
		return []string{isEmpty(names, `the entry "r.example.com" of registries in the provider block`)}
	}
	for _, row := range []struct {
		name  string
		entry arguments
		want  registry.Credential
		notes []string
	}{
		{"a user name and a password", written("ci", "p"), login("ci", "p"), nil},
		{"a token", arguments{Token: secret("t")}, registry.Credential{Token: registry.NewSecret("t")}, nil},
		{"an identity token", arguments{IdentityToken: secret("i")}, identityToken("i"), nil},
		{"an empty password", written("ci", ""), login("ci", ""), note("password")},
		{"everything empty", arguments{Username: &empty, Password: secret(""), Token: secret(""), IdentityToken: secret("")}, registry.Credential{}, note("username and password and token and identity_token")},
		{"an empty token alone", arguments{Token: secret("")}, registry.Credential{}, note("token")},
		{"nothing written", arguments{}, registry.Credential{}, []string{`The entry "r.example.com" of registries in the provider block has no login; set username and password, or token`}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			places := blockPlaces(map[string]credentials.Entry{host: {Arguments: row.entry}, "other.example.com": {Arguments: written("other", "o")}})
			compare(t, find(t, places, searchFor(t, host)), credentials.Result{Source: credentials.SourceProvider, Credential: row.want, Notes: row.notes})
		})
	}
}

func TestPlaces_Find_BlockThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	twice := func(first, second string) string {
		return `The keys "` + first + `" and "` + second + `" are one registry. Leave one of them out.`
	}
	bad := func(place string, problem error) string {
		return "The key in place " + place + " of the alphabetical order is not shown here, since it may hold a secret: " + problem.Error() + "."
	}
	for _, row := range []struct {
		name string
		keys []string
		text string
	}{
		{"two keys for one host", []string{"r.example.com", "https://r.example.com/"}, twice("https://r.example.com/", "r.example.com")},
		{"two keys for the port of https", []string{"r.example.com", "r.example.com:443"}, twice("r.example.com", "r.example.com:443")},
		{"two keys in different case", []string{"r.example.com", "R.EXAMPLE.COM"}, twice("R.EXAMPLE.COM", "r.example.com")},
		{"two keys for one host and two repositories", []string{"r.example.com/a", "r.example.com/b"}, twice("r.example.com/a", "r.example.com/b")},
		{"two keys for one port under two schemes", []string{"http://r.example.com:5000", "https://r.example.com:5000"}, twice("http://r.example.com:5000", "https://r.example.com:5000")},
		{"two keys for the port of http", []string{"http://r.example.com", "r.example.com:80"}, twice("http://r.example.com", "r.example.com:80")},
		{"two names of Docker Hub", []string{"docker.io", "https://index.docker.io/v1/"}, twice("docker.io", "https://index.docker.io/v1/")},
		{"two keys for a host that is not asked", []string{"r.example.com", "other.example.com", "OTHER.example.com"}, twice("OTHER.example.com", "other.example.com")},
		{"a key with user information", []string{"https://ci:" + canary + "@r.example.com"}, bad("1", registry.ErrUserInfo)},
		{"a user name and a password for a key", []string{"ci:" + canary}, bad("1", registry.ErrPort)},
		{"a key with a star", []string{"*.example.com"}, bad("1", registry.ErrHost)},
		{"an empty key beside a good one", []string{"", "r.example.com"}, bad("1", registry.ErrEmpty)},
		{"a key with a query, of a host that is not asked", []string{"r.example.com", "x.example.com?" + canary}, bad("2", registry.ErrQuery)},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			refusal := findError(t, blockPlaces(entries(row.keys...)), searchFor(t, host))
			if want := (credentials.Error{Setting: "registries", Text: row.text}); refusal != want {
				t.Errorf("got  %+v\nwant %+v", refusal, want)
			}
			checkNoCanary(t, credentials.Result{}, &refusal)
		})
	}
}

// An entry that is not known yet stops the checks of its own registry only.
func TestPlaces_Find_BlockWithAnUnknownEntry(t *testing.T) {
	t.Parallel()
	all := entries("r.example.com:443", "other.example.com")
	all["r.example.com:443"] = credentials.Entry{Arguments: written("ci", "p"), Unknown: true}
	refusal := findError(t, blockPlaces(all), searchFor(t, "https://r.example.com/base"))
	if want := unknownSetting("registries", host); refusal != want {
		t.Errorf("got  %+v\nwant %+v", refusal, want)
	}
	compare(t, find(t, blockPlaces(all), searchFor(t, "other.example.com")), credentials.Result{
		Source: credentials.SourceProvider, Credential: login("other.example.com", "p"),
	})
	compareNone(t, find(t, blockPlaces(all), searchFor(t, "third.example.com")), "registries of the provider block has no entry for third.example.com (it has other.example.com, r.example.com:443)")
}
