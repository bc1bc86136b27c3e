package provider

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/stellaops/terraform-provider-stellaops/internal/credentialstest"
	"github.com/stellaops/terraform-provider-stellaops/internal/registrytest"
)

// login is what a user has for one registry.
type login struct{ host, username, password string }

func (l login) header() string { return basicHeader(l.username, l.password) }

// setup is what a user wrote: the credential arguments of a check, the provider
// block, the environment, and the files that the block names.
type setup struct {
	check, block map[string]tftypes.Value
	environ      []string
	docker       map[string]any // the Docker configuration
	helper       string         // that was installed last
}

func newSetup() *setup {
	return &setup{check: map[string]tftypes.Value{}, block: map[string]tftypes.Value{}, docker: map[string]any{}}
}

func (s *setup) server(t *testing.T) server {
	t.Helper()
	return newServerWith(t, s.block, s.environ...)
}

// asks returns the arguments of a check of that registry.
func (s *setup) asks(url string) map[string]tftypes.Value {
	arguments := map[string]tftypes.Value{"registry_url": str(url)}
	maps.Copy(arguments, s.check)
	return arguments
}

// file writes the file that an argument of the provider block names.
func (s *setup) file(t *testing.T, argument, content string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), map[string]string{"appsettings_path": "appsettings.json", "docker_config_path": "config.json"}[argument])
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	s.block[argument] = str(path)
}

// place is somewhere to store logins; source is its value of credential_source.
type place struct {
	name, source string
	many         bool // whether it can hold logins for more than one registry
	put          func(t *testing.T, s *setup, logins ...login)
}

// argumentsPlace holds the login of a check, whatever its registry.
var argumentsPlace = place{"arguments", "arguments", false, func(_ *testing.T, s *setup, logins ...login) {
	s.check["username"], s.check["password"] = str(logins[0].username), str(logins[0].password)
}}

// places hold logins for a host.
var places = []place{
	{"docker_config_json", "docker_config_json", true, func(t *testing.T, s *setup, logins ...login) {
		s.check["docker_config_json"] = str(encode(t, map[string]any{"auths": auths(logins)}))
	}},
	{"registries", "provider", true, func(_ *testing.T, s *setup, logins ...login) {
		entries := map[string]tftypes.Value{}
		for _, l := range logins {
			entries[l.host] = registryEntry(map[string]tftypes.Value{"username": str(l.username), "password": str(l.password)})
		}
		s.block["registries"] = tftypes.NewValue(registriesType, entries)
	}},
	{"the environment", "environment", false, func(_ *testing.T, s *setup, logins ...login) {
		for i, l := range logins {
			section := []string{"OCI__", "Registry__"}[i]
			s.environ = append(s.environ, section+"RegistryUrl="+l.host, section+"USERNAME="+l.username, section+"password="+l.password)
		}
	}},
	{"the settings file", "appsettings", false, func(t *testing.T, s *setup, logins ...login) {
		content := "{ // of Stella Ops\n"
		for i, l := range logins {
			content += fmt.Sprintf("%q: {%q: %q, %q: %q, %q: %q,},\n", []string{"Oci", "REGISTRY"}[i], "RegistryURL", l.host, "username", l.username, "PASSWORD", l.password)
		}
		s.file(t, "appsettings_path", content+"}")
	}},
	{"DOCKER_AUTH_CONFIG", "docker_config", true, func(t *testing.T, s *setup, logins ...login) {
		s.environ = append(s.environ, "DOCKER_AUTH_CONFIG="+encode(t, map[string]any{"auths": auths(logins)}))
		s.file(t, "docker_config_path", encode(t, s.docker))
	}},
	{"the Docker configuration", "docker_config", true, func(t *testing.T, s *setup, logins ...login) {
		s.docker["auths"] = auths(logins)
		s.file(t, "docker_config_path", encode(t, s.docker))
	}},
	{"a helper for one registry", "docker_config", true, func(t *testing.T, s *setup, logins ...login) {
		s.install(t, logins)
		helpers := map[string]string{}
		for _, l := range logins {
			helpers[l.host] = s.helper
		}
		s.docker["credHelpers"] = helpers
		s.file(t, "docker_config_path", encode(t, s.docker))
	}},
	{"a helper for all registries", "docker_config", true, func(t *testing.T, s *setup, logins ...login) {
		s.install(t, logins)
		s.docker["credsStore"] = s.helper
		s.file(t, "docker_config_path", encode(t, s.docker))
	}},
}

// placeNamed finds a place.
func placeNamed(name string) place {
	return places[slices.IndexFunc(places, func(p place) bool { return p.name == name })]
}

// entryType is the type of an entry of registries.
var entryType = tftypes.Object{AttributeTypes: map[string]tftypes.Type{
	"username": tftypes.String, "password": tftypes.String, "token": tftypes.String, "identity_token": tftypes.String,
}}

var registriesType = tftypes.Map{ElementType: entryType}

func registryEntry(parts map[string]tftypes.Value) tftypes.Value {
	return tftypes.NewValue(entryType, withNulls(entryType, parts))
}

// install makes a credential helper with these logins.
func (s *setup) install(t *testing.T, logins []login) {
	t.Helper()
	helper := credentialstest.Helper{Logins: map[string]credentialstest.Login{}}
	for _, l := range logins {
		helper.Logins[l.host] = credentialstest.Login{Username: l.username, Secret: l.password}
	}
	s.helper = helper.Install(t)
}

func auths(logins []login) map[string]any {
	entries := map[string]any{}
	for _, l := range logins {
		entries[l.host] = map[string]string{"auth": base64.StdEncoding.EncodeToString([]byte(l.username + ":" + l.password))}
	}
	return entries
}

func encode(t *testing.T, value any) string {
	t.Helper()
	encoded, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(encoded)
}

// locked starts a registry that takes one user and password, and repeats what it
// refuses. Its login is returned beside it.
func locked(t *testing.T, username, password string) (*registrytest.Registry, login) {
	t.Helper()
	fake := registrytest.New(t, func(authorization string) registrytest.Response {
		if authorization == basicHeader(username, password) {
			return registrytest.OK()
		}
		refusal := registrytest.Unauthorized(`Basic realm="test"`)
		refusal.Body = `{"errors":[{"code":"DENIED","message":"you sent ` + authorization + `"}]}`
		return refusal
	})
	return fake, login{fake.Host(), username, password}
}

// only expects these Authorization headers and no others in the requests of a registry.
func only(t *testing.T, fake *registrytest.Registry, want ...string) {
	t.Helper()
	headers := []string{}
	for _, request := range fake.Requests() {
		headers = append(headers, request.Authorization)
	}
	if !slices.Equal(headers, want) {
		t.Errorf("%s was sent %q, want %q", fake.Host(), headers, want)
	}
}

func TestDataSource_Read_SendsCredentialsToTheirOwnRegistryOnly(t *testing.T) {
	t.Parallel()
	for _, p := range places {
		for _, row := range []struct {
			name          string
			first, second bool // which one the place has a login for
		}{
			{"a login for the first registry", true, false},
			{"a login for the second registry", false, true},
			{"a login for each", true, true},
		} {
			t.Run(p.name+" with "+row.name, func(t *testing.T) {
				t.Parallel()
				first, ofFirst := locked(t, "ci-1", canary+"-1")
				second, ofSecond := locked(t, "ci-2", canary+"-2")
				s := newSetup()
				var logins []login
				if row.first {
					logins = append(logins, ofFirst)
				}
				if row.second {
					logins = append(logins, ofSecond)
				}
				p.put(t, s, logins...)
				if !p.many { // settings are for one registry: the first section counts
					logins = logins[:1]
				}
				server := s.server(t)
				for i, own := range []login{ofFirst, ofSecond} {
					fake := []*registrytest.Registry{first, second}[i]
					var before []string
					if s.helper != "" {
						before = credentialstest.Asked(t, s.helper)
					}
					got := checked(t, server, s.asks(fake.URL))
					served := slices.Contains(logins, own)
					want := map[bool]string{true: "accepted", false: "authentication_required"}[served]
					if reason := asString(t, got["reason"]); reason != want {
						t.Errorf("%s: %s, want %s", own.username, reason, want)
					}
					only(t, fake, []string{"", own.header()}[:map[bool]int{true: 2, false: 1}[served]]...)
					if s.helper == "" {
						continue
					}
					if asked := credentialstest.Asked(t, s.helper)[len(before):]; served && len(asked) == 0 || slices.ContainsFunc(asked, func(name string) bool { return name != fake.Host() }) {
						t.Errorf("the helper was asked for %q in the check of %s", asked, fake.Host())
					}
				}
			})
		}
	}
}

// TestDataSource_Read_KeepsArgumentsOfChecksApart makes the checks on one server,
// which keeps answers.
func TestDataSource_Read_KeepsArgumentsOfChecksApart(t *testing.T) {
	t.Parallel()
	first, ofFirst := locked(t, "ci-1", canary+"-1")
	second, _ := locked(t, "ci-2", canary+"-2")
	server, s := startServer(t), newSetup()
	argumentsPlace.put(t, s, ofFirst)
	if reason := asString(t, checked(t, server, s.asks(first.URL))["reason"]); reason != "accepted" {
		t.Errorf("the check with arguments: %s", reason)
	}
	for _, fake := range []*registrytest.Registry{second, first} {
		got := checked(t, server, newSetup().asks(fake.URL))
		if reason, source := asString(t, got["reason"]), asString(t, got["credential_source"]); reason != "authentication_required" || source != "none" {
			t.Errorf("the check without arguments: %s, from %s", reason, source)
		}
	}
	only(t, second, "")
}

// TestDataSource_Read_IgnoresCredentialsOfAnAlmostEqualAddress has a login for an
// address that is a part of the registry's, or has it as a part.
func TestDataSource_Read_IgnoresCredentialsOfAnAlmostEqualAddress(t *testing.T) {
	t.Parallel()
	for _, p := range places {
		for name, address := range map[string]func(host string) string{
			"a port that is the beginning of this one": func(host string) string { return host[:len(host)-1] },
			"no port":                             func(host string) string { host, _, _ = strings.Cut(host, ":"); return host },
			"a shorter name that begins this one": func(host string) string { return strings.Replace(host, "127.0.0.1", "127.0.0", 1) },
			"another name of the machine":         func(host string) string { return "localhost" + strings.TrimPrefix(host, "127.0.0.1") },
			"a longer name that begins so":        func(host string) string { return "127.0.0.1.example.com" + strings.TrimPrefix(host, "127.0.0.1") },
			"a longer name that ends so":          func(host string) string { return "registry." + host },
			"the address as a repository":         func(host string) string { return "registry.example.com/" + host },
		} {
			t.Run(p.name+" with "+name, func(t *testing.T) {
				t.Parallel()
				fake, own := locked(t, "ci", canary)
				own.host = address(own.host)
				s := newSetup()
				p.put(t, s, own)
				if reason := asString(t, checked(t, s.server(t), s.asks(fake.URL))["reason"]); reason != "authentication_required" {
					t.Error(reason)
				}
				only(t, fake, "")
			})
		}
	}
}
