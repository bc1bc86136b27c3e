package credentials_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stellaops/terraform-provider-stellaops/internal/credentials"
	"github.com/stellaops/terraform-provider-stellaops/internal/credentialstest"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

const dockerHubLogin = "https://index.docker.io/v1/"

// inDocker begins each note about a file of Docker.
const inDocker = "The Docker configuration "

// dockerConfigPlaces is a Docker configuration alone.
func dockerConfigPlaces(t testing.TB, content string) credentials.Places {
	t.Helper()
	return credentials.Places{DockerConfigPath: set(file(t, content))}
}

func TestPlaces_Find_DockerConfigHosts(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name    string
		keys    []string
		address string
		key     string // empty for none
	}{
		{"a host", []string{host, "other.example.com"}, "r.example.com/team/app", host},
		{"another host", []string{"other.example.com", "example.com", "*.example.com"}, host, ""},
		{"a port", []string{host, "r.example.com:5000"}, "r.example.com:5000", "r.example.com:5000"},
		{"another port", []string{host, "r.example.com:5001"}, "r.example.com:5000", ""},
		{"a port that the address does not have", []string{"r.example.com:5000", "https://r.example.com:5000"}, host, ""},
		{"port 443 where the address writes it", []string{host, "r.example.com:443"}, "r.example.com:443", "r.example.com:443"},
		{"the host where the address writes port 443", []string{host}, "https://r.example.com:443/base", ""},
		{"a port with a zero before it on both sides", []string{"r.example.com:5000", "r.example.com:05000"}, "r.example.com:05000/app", "r.example.com:05000"},
		{"a port with a zero before it in the key only", []string{"r.example.com:05000"}, "r.example.com:5000/app", ""},
		{"another form of an IPv6 address on both sides", []string{"[fd00::1]:5000", "[FD00::0:1]:5000"}, "[FD00::0:1]:5000", "[FD00::0:1]:5000"},
		{"another form of an IPv6 address in the key only", []string{"[FD00::0:1]:5000"}, "[fd00::1]:5000", ""},
		{"the same capitals on both sides", []string{host, "R.Example.com"}, "R.Example.com/app", "R.Example.com"},
		{"the same capitals on both sides of a URL", []string{"https://R.Example.com"}, "https://R.Example.com/base", "https://R.Example.com"},
		{"capitals in the key only", []string{"R.Example.com"}, host, ""},
		{"a dot at the end, which Docker cannot write", []string{"r.example.com:5000"}, "r.example.com.:5000", "r.example.com:5000"},
		{"a host of letters beyond ASCII, which Docker writes in punycode", []string{"xn--bcher-kva.example"}, "B\u00fccher.example", "xn--bcher-kva.example"},
		{"an https URL", []string{"https://r.example.com"}, host, "https://r.example.com"},
		{"a URL with the path of the API", []string{"https://r.example.com/v1/"}, host, "https://r.example.com/v1/"},
		{"a URL with a port", []string{"https://r.example.com:5000/v2/"}, "r.example.com:5000", "https://r.example.com:5000/v2/"},
		{"the host wins over URLs", []string{"https://r.example.com", host, "http://r.example.com"}, host, host},
		{"a host with the path of the API", []string{"r.example.com/v1/"}, host, "r.example.com/v1/"},
		{"an http URL for http", []string{"http://r.example.com:5000", "https://r.example.com:5000"}, "http://r.example.com:5000", "http://r.example.com:5000"},
		{"an http URL is not for https", []string{"http://r.example.com:5000"}, "r.example.com:5000", ""},
		{"a host and a port of no scheme, for http", []string{"r.example.com:5000"}, "http://r.example.com:5000", "r.example.com:5000"},
		{"an http URL for http without a port", []string{host, "https://r.example.com", "http://r.example.com"}, "http://r.example.com", "http://r.example.com"},
		{"port 80 for http without a port", []string{host, "r.example.com:80"}, "http://r.example.com", "r.example.com:80"},
		{"port 80 of IPv6 for http without a port", []string{"[::1]", "[::1]:80"}, "http://[::1]", "[::1]:80"},
		{"a URL beside the parts of a login of Docker Hub", []string{"https://index.docker.io/v1/access-token", "https://index.docker.io/v1/refresh-token", "https://registry-1.docker.io/v2/"}, "docker.io", "https://registry-1.docker.io/v2/"},
		{"the host in capital letters in the address only", []string{host}, "R.EXAMPLE.COM", ""},
		{"a URL with an empty port, which Docker ignores", []string{"https://r.example.com:/v1/"}, host, "https://r.example.com:/v1/"},
		{"a URL with user information, which Docker ignores", []string{"https://ci@r.example.com/v1/"}, host, "https://ci@r.example.com/v1/"},
		{"the key of docker login", []string{dockerHubLogin}, "docker.io/alpine", dockerHubLogin},
		{"the key of docker login wins over the other names of Docker Hub", []string{"docker.io", "index.docker.io", dockerHubLogin}, "docker.io", dockerHubLogin},
		{"docker.io", []string{"docker.io"}, "registry-1.docker.io", "docker.io"},
		{"index.docker.io", []string{"index.docker.io"}, "docker.io", "index.docker.io"},
		{"the host that serves Docker Hub", []string{"registry-1.docker.io"}, "index.docker.io", "registry-1.docker.io"},
		{"the old name of that host", []string{"registry.hub.docker.com"}, "docker.io", "registry.hub.docker.com"},
		{"another URL of Docker Hub", []string{"https://registry-1.docker.io/v2/"}, "docker.io", "https://registry-1.docker.io/v2/"},
		{"Docker Hub for another host", []string{dockerHubLogin, "docker.io"}, host, ""},
		{"another host for Docker Hub", []string{host, "notdocker.io"}, "docker.io", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			if got := find(t, dockerConfigPlaces(t, jsonOf(t, auths(t, row.keys...))), searchFor(t, row.address)); row.key != "" {
				compare(t, got, credentials.Result{Source: credentials.SourceDockerConfig, Credential: login("ci", row.key)})
			} else {
				compareNone(t, got, inDocker)
			}
		})
	}
}

// What is no login for the registry that is asked: one for another scheme or
// port, which a bare host has too where plain http is asked, and that
// Docker keeps for Docker Hub's own interface.
func TestPlaces_Find_DockerConfigIgnoresOtherLogins(t *testing.T) {
	t.Parallel()
	for key, address := range map[string]string{
		"https://r.example.com:5000":               "http://r.example.com:5000",
		"r.example.com/team":                       "http://r.example.com/",
		"R.example.com":                            "http://r.example.com",
		"r.example.com:443":                        "http://r.example.com:80",
		"http://r.example.com":                     "r.example.com",
		"https://index.docker.io/v1/access-token":  "docker.io",
		"https://index.docker.io/v1/refresh-token": "docker.io/team/app",
		"index.docker.io/v1/access-token":          "docker.io",
	} {
		compareNone(t, find(t, dockerConfigPlaces(t, jsonOf(t, auths(t, key))), searchFor(t, address)), inDocker)
	}
	for _, host := range []string{"r.example.com", "[::1]"} {
		places := dockerConfigPlaces(t, jsonOf(t, auths(t, host)))
		want := credentials.Result{Source: credentials.SourceNone, Notes: []string{fmt.Sprintf("The login for %[2]s in the Docker configuration %[1]q is not used for plain http; docker login %[2]s:80 stores one that is", places.DockerConfigPath.Value, host)}}
		compare(t, find(t, places, searchFor(t, "http://"+host)), want)
	}
}

// Of several URLs for one host none is better; a plan has to be the same from
// run to run.
func TestPlaces_Find_DockerConfigIsDeterministic(t *testing.T) {
	t.Parallel()
	places := dockerConfigPlaces(t, jsonOf(t, auths(t, "https://r.example.com/v2/", "http://r.example.com", "https://r.example.com", "https://r.example.com/v1/")))
	for range 20 { // a map is read in another order each time
		compare(t, find(t, places, searchFor(t, host)), credentials.Result{Source: credentials.SourceDockerConfig, Credential: login("ci", "https://r.example.com")})
	}
}

func TestPlaces_Find_DockerConfigEntry(t *testing.T) {
	t.Parallel()
	withIdentity := login("00000000-0000-0000-0000-000000000000", "")
	withIdentity.IdentityToken = registry.NewSecret("i")
	nothing := []string{"The entry for r.example.com in the Docker configuration %q is empty; log in again with docker login"}
	for _, row := range []struct {
		name  string
		entry string
		want  registry.Credential
		notes []string
	}{
		{"auth", `{"auth":"Y2k6cA=="}`, login("ci", "p"), nil},
		{"auth with a colon in the password", `{"auth":"` + auth("ci", "a:b") + `"}`, login("ci", "a:b"), nil},
		{"a user name and a password", `{"username":"ci","password":"p"}`, login("ci", "p"), nil},
		{"zeros behind the password, which docker does not send", `{"auth":"` + auth("ci", "p\x00\x00") + `"}`, login("ci", "p"), nil},
		{"auth wins over them", `{"username":"old","password":"older","auth":"Y2k6cA=="}`, login("ci", "p"), nil},
		{"an identity token", `{"auth":"` + auth(withIdentity.Username, "") + `","identitytoken":"i"}`, withIdentity, nil},
		{"a registry token", `{"registrytoken":"t"}`, registry.Credential{Token: registry.NewSecret("t")}, nil},
		{"<token> as the user name in an auth, not from a helper", `{"auth":"` + auth("<token>", "i") + `"}`, login("<token>", "i"), nil},
		{"<token> as the user name beside a password", `{"username":"<token>","password":"other"}`, login("<token>", "other"), nil},
		{"<token> as the user name alone", `{"auth":"` + auth("<token>", "") + `"}`, login("<token>", ""), nil},
		{"that user name beside an identity token", `{"auth":"` + auth("<token>", "") + `","identitytoken":"i"}`, registry.Credential{Username: "<token>", IdentityToken: registry.NewSecret("i")}, nil},
		{"nothing, as a logout may leave it", `{}`, registry.Credential{}, nothing},
		{"null", `null`, registry.Credential{}, nothing},
		{"empty texts", `{"auth":"","identitytoken":""}`, registry.Credential{}, nothing},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			places := dockerConfigPlaces(t, entryOf(row.entry))
			want := credentials.Result{Source: credentials.SourceDockerConfig, Credential: row.want}
			for _, note := range row.notes {
				want.Notes = append(want.Notes, fmt.Sprintf(note, places.DockerConfigPath.Value))
			}
			compare(t, find(t, places, searchFor(t, host)), want)
		})
	}
}

func TestPlaces_Find_DockerConfigThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	const (
		entry = "In the Docker configuration %q, the entry for r.example.com cannot be read: its auth is not base64 of user:password, or a part of it is not text. Log in again with docker login."
		shape = "%q is not a Docker configuration, which is a JSON object with the objects auths and credHelpers and the text credsStore: another type is at line 1, column "
	)
	for _, row := range []struct{ name, content, text string }{
		{"auth that is no base64", entryOf(`{"auth":"%` + canary + `"}`), entry},
		{"auth without a colon", entryOf(`{"auth":"` + encoded(canary) + `"}`), entry},
		{"auth without its padding", entryOf(`{"auth":"` + strings.TrimRight(auth("ci", canary+"1"), "=") + `"}`), entry},
		{"a password that is a number", entryOf(`{"username":"` + canary + `","password":7}`), entry},
		{"an entry that is a text", entryOf(`"` + canary + `"`), entry},
		{"a word", canary, "%q is not valid JSON at line 1, column 1."},
		{"an object that is cut", `{"auths":{"` + canary, "%q is not valid JSON: it ends too early, at line 1, column 33."},
		{"an array", `["` + canary + `"]`, shape + "1."},
		{"auths that are a text", `{"auths":"` + canary + `"}`, shape + "33."},
		{"auths that are an array", `{"auths":["` + canary + `"]}`, shape + "10."},
		{"helpers that are a text", `{"credHelpers":"` + canary + `"}`, shape + "39."},
		{"a helper that is a number", `{"credHelpers":{"other.example.com":7}}`, shape + "37."},
		{"a store that is an object", `{"credsStore":{"` + canary + `":1}}`, shape + "15."},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			places := dockerConfigPlaces(t, row.content)
			refusal := findError(t, places, searchFor(t, host))
			if want := (credentials.Error{Setting: "docker_config_path", Text: fmt.Sprintf(row.text, places.DockerConfigPath.Value)}); refusal != want {
				t.Errorf("got  %+v\nwant %+v", refusal, want)
			}
			checkNoCanary(t, credentials.Result{}, &refusal)
		})
	}
}

func TestPlaces_Find_DockerConfigWithoutALogin(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ name, content string }{
		{"an empty file", ""},
		{"a file of blanks", " \n"},
		{"an empty object", "{}"},
		{"no auths", `{"auths":null,"HttpHeaders":{"a":"b"}}`},
		{"an object, and what docker does not read behind it", `{}{"auths":"` + canary + `"}`},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			compareNone(t, find(t, dockerConfigPlaces(t, row.content), searchFor(t, host)), inDocker)
		})
	}
}

// The three places of a Docker configuration: the helper for the host, the
// store, the file itself. HELPER and STORE in a row stand for the programs.
func TestPlaces_Find_DockerConfigChoosesTheHelper(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name    string
		helpers map[string]string // by host
		store   bool
		address string
		user    string   // helper, store or file; empty for none
		helper  []string // what the helper is asked for
		asked   []string // what the store is asked for
	}{
		{"the helper for the host before the store", map[string]string{host: "HELPER"}, true, host, "helper", []string{host}, nil},
		{"the helper for the host before the file", map[string]string{host: "HELPER"}, false, "r.example.com/team/app", "helper", []string{host}, nil},
		{"the store before the file", nil, true, host, "store", nil, []string{host}},
		{"the store where the helper is for another host", map[string]string{"other.example.com": "HELPER", "r.example.com:5000": "HELPER"}, true, host, "store", nil, []string{host}},
		{"the file where the helper is for another host", map[string]string{"other.example.com": "HELPER", "https://r.example.com": "HELPER"}, false, host, "file", nil, nil},
		{"the file where an empty helper switches the store off", map[string]string{host: ""}, true, host, "file", nil, nil},
		{"nothing where an empty helper switches the store off", map[string]string{"new.example.com": ""}, true, "new.example.com", "", nil, nil},
		{"the store where an empty helper is for another host", map[string]string{"other.example.com": ""}, true, host, "store", nil, []string{host}},
		{"nothing where the helper has no login", map[string]string{"new.example.com": "HELPER"}, true, "new.example.com", "", []string{"new.example.com"}, nil},
		{"nothing where the store has no login, whatever the file has", nil, true, "file.example.com", "", nil, []string{"file.example.com"}},
		{"the helper for the port as it is written", map[string]string{host: "HELPER", "r.example.com:443": "HELPER"}, false, "r.example.com:443", "", []string{"r.example.com:443"}, nil},
		{"the store, for the port as it is written", nil, true, "r.example.com:443", "", nil, []string{"r.example.com:443"}},
		{"the store, for another port", nil, true, "r.example.com:5000", "", nil, []string{"r.example.com:5000"}},
		{"the store, for the name under which docker stores Docker Hub", nil, true, "docker.io/alpine", "store", nil, []string{dockerHubLogin}},
		{"neither helper nor store for plain http", map[string]string{host: "HELPER"}, true, "http://r.example.com", "", nil, []string{"r.example.com:80"}},
		{"the helper for docker.io, by the name of its key", map[string]string{"docker.io": "HELPER"}, true, "registry-1.docker.io", "helper", []string{"docker.io"}, nil},
		{"the helper for the name under which docker stores Docker Hub first", map[string]string{dockerHubLogin: "HELPER", "docker.io": ""}, true, "docker.io", "helper", []string{dockerHubLogin}, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			known := func(user string) credentialstest.Helper {
				as := credentialstest.Login{Username: user, Secret: "p"}
				return credentialstest.Helper{Logins: map[string]credentialstest.Login{host: as, dockerHubLogin: as, "docker.io": as, "other.example.com": as}}
			}
			helper, store := known("helper").Install(t), known("store").Install(t)
			content := map[string]any{"auths": map[string]any{host: map[string]string{"auth": auth("file", "p")}, "file.example.com": map[string]string{"auth": auth("file", "p")}}}
			helpers := map[string]string{}
			for name, program := range row.helpers {
				if program != "" {
					program = helper
				}
				helpers[name] = program
			}
			content["credHelpers"] = helpers
			if row.store {
				content["credsStore"] = store
			}
			switch got := find(t, dockerConfigPlaces(t, jsonOf(t, content)), searchFor(t, row.address)); {
			case row.user != "":
				compare(t, got, credentials.Result{Source: credentials.SourceDockerConfig, Credential: login(row.user, "p")})
			case row.helper == nil && row.asked == nil, strings.HasPrefix(row.address, "http://"):
				compareNone(t, got, "The ")
			default:
				compareNone(t, got, "The credential helper ")
			}
			if got := credentialstest.Asked(t, helper); !slices.Equal(got, row.helper) {
				t.Errorf("the helper was asked for %q, want %q", got, row.helper)
			}
			if got := credentialstest.Asked(t, store); !slices.Equal(got, row.asked) {
				t.Errorf("the store was asked for %q, want %q", got, row.asked)
			}
		})
	}
}

// A store may know Docker Hub by any of its names; it is asked for all of them.
func TestPlaces_Find_DockerConfigAsksTheStoreForEveryNameOfDockerHub(t *testing.T) {
	t.Parallel()
	store := credentialstest.Helper{}.Install(t)
	places := dockerConfigPlaces(t, jsonOf(t, map[string]string{"credsStore": store}))
	compareNone(t, find(t, places, searchFor(t, "docker.io")), "The credential helper ")
	want := []string{dockerHubLogin, "docker.io", "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com"}
	if got := credentialstest.Asked(t, store); !slices.Equal(got, want) {
		t.Errorf("the store was asked for %q, want %q", got, want)
	}
}
