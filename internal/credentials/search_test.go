package credentials_test

import (
	"testing"

	"github.com/stellaops/terraform-provider-stellaops/internal/credentials"
	"github.com/stellaops/terraform-provider-stellaops/internal/credentialstest"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

// unknownSetting is the error of a setting that a check needs and that only the apply
// will show.
func unknownSetting(setting, host string) credentials.Error {
	return credentials.Error{Setting: setting, Unknown: true, Text: "The check of " + host + " looks for its credentials there, and the value is known only after the apply. " +
		"Pass the credentials to this check as arguments instead: a check whose own arguments are not known yet waits for the apply."}
}

// loginInEachPlace has a login for that registry in each place, whose user name is the
// name of the source.
func loginInEachPlace(t testing.TB, address string) (credentials.Places, credentials.Search) {
	t.Helper()
	search := searchFor(t, address)
	search.Arguments = written("arguments", "p")
	search.DockerConfigJSON = secret(jsonOf(t, map[string]any{"auths": map[string]any{address: map[string]string{"auth": auth("docker_config_json", "p")}}}))
	return credentials.Places{
		Registries:       set(map[string]credentials.Entry{address: {Arguments: written("provider", "p")}}),
		Environ:          []string{"OCI__REGISTRYURL=" + address, "OCI__USERNAME=environment", "OCI__PASSWORD=p"},
		AppsettingsPath:  set(file(t, `{"OCI":{"RegistryUrl":"`+address+`","Username":"appsettings","Password":"p"}}`)),
		DockerConfigPath: set(file(t, jsonOf(t, map[string]any{"auths": map[string]any{address: map[string]string{"auth": auth("docker_config", "p")}}}))),
	}, search
}

func TestPlaces_Find_EachSourceWinsOverAllLaterOnes(t *testing.T) {
	t.Parallel()
	places, search := loginInEachPlace(t, host)
	for _, step := range []struct {
		source credentials.Source
		leave  func() // leaves the source out
	}{
		{credentials.SourceArguments, func() { search.Arguments = credentials.Arguments{} }},
		{credentials.SourceDockerConfigJSON, func() { search.DockerConfigJSON = nil }},
		{credentials.SourceProvider, func() { places.Registries = set(map[string]credentials.Entry(nil)) }},
		{credentials.SourceEnvironment, func() { places.Environ = nil }},
		{credentials.SourceAppsettings, func() { places.AppsettingsPath = set("") }},
		{credentials.SourceDockerConfig, func() { places.DockerConfigPath = set("") }},
	} {
		compare(t, find(t, places, search), credentials.Result{Source: step.source, Credential: login(string(step.source), "p")})
		step.leave()
	}
	compare(t, find(t, places, search), credentials.Result{Source: credentials.SourceNone})
}

// A secret that resolved to nothing must not be replaced by another login.
func TestPlaces_Find_AnEmptySourceEndsTheSearch(t *testing.T) {
	t.Parallel()
	empty := ""
	argument := func(name string) []string {
		return []string{isEmpty(name, "the arguments of this check")}
	}
	type arguments = credentials.Arguments
	for _, row := range []struct {
		name   string
		change func(*credentials.Places, *credentials.Search)
		want   credentials.Result
	}{
		{"an empty user name", func(_ *credentials.Places, search *credentials.Search) {
			search.Arguments = arguments{Username: &empty}
		}, credentials.Result{Source: credentials.SourceArguments, Notes: argument("username")}},
		{"an empty password", func(_ *credentials.Places, search *credentials.Search) {
			search.Arguments = arguments{Password: secret("")}
		}, credentials.Result{Source: credentials.SourceArguments, Notes: argument("password")}},
		{"an empty token", func(_ *credentials.Places, search *credentials.Search) {
			search.Arguments = arguments{Token: secret("")}
		}, credentials.Result{Source: credentials.SourceArguments, Notes: argument("token")}},
		{"an empty identity token", func(_ *credentials.Places, search *credentials.Search) {
			search.Arguments = arguments{IdentityToken: secret("")}
		}, credentials.Result{Source: credentials.SourceArguments, Notes: argument("identity_token")}},
		{"an empty user name and an empty password", func(_ *credentials.Places, search *credentials.Search) { search.Arguments = written("", "") }, credentials.Result{Source: credentials.SourceArguments, Notes: argument("username and password")}},
		{"an empty payload", func(_ *credentials.Places, search *credentials.Search) {
			search.Arguments, search.DockerConfigJSON = arguments{}, secret("")
		}, credentials.Result{Source: credentials.SourceDockerConfigJSON, Notes: []string{noteEmpty}}},
		{"a payload without the registry", func(_ *credentials.Places, search *credentials.Search) {
			search.Arguments, search.DockerConfigJSON = arguments{}, secret(`{"auths":{"other.example.com":{"auth":"Y2k6cA=="}}}`)
		}, credentials.Result{Source: credentials.SourceDockerConfigJSON, Notes: []string{noteNoEntry + "r.example.com (it has other.example.com)"}}},
		{"an entry of the provider block with nothing in it", func(p *credentials.Places, search *credentials.Search) {
			search.Arguments, search.DockerConfigJSON = arguments{}, nil
			p.Registries = set(map[string]credentials.Entry{host: {}})
		}, credentials.Result{Source: credentials.SourceProvider, Notes: []string{`The entry "r.example.com" of registries in the provider block has no login; set username and password, or token`}}},
		{"empty settings", func(p *credentials.Places, search *credentials.Search) {
			search.Arguments, search.DockerConfigJSON = arguments{}, nil
			p.Registries = set(map[string]credentials.Entry{})
			p.Environ = []string{"OCI__USERNAME=", "OCI__PASSWORD="}
		}, credentials.Result{Source: credentials.SourceEnvironment, Notes: cameEmpty("OCI__USERNAME and OCI__PASSWORD")}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			places, search := loginInEachPlace(t, host)
			row.change(&places, &search)
			compare(t, find(t, places, search), row.want)
		})
	}
}

func TestPlaces_Find_ASourceForAnotherHostFallsThrough(t *testing.T) {
	t.Parallel()
	const other = "other.example.com"
	helper := credentialstest.Helper{Logins: map[string]credentialstest.Login{other: {Username: "helper", Secret: canary}}}.Install(t)
	for _, row := range []struct {
		name   string
		places func(t *testing.T) credentials.Places
	}{
		{"the provider block", func(*testing.T) credentials.Places { return blockPlaces(entries(other)) }},
		{"the environment", func(*testing.T) credentials.Places {
			return credentials.Places{Environ: []string{"OCI__REGISTRYURL=" + other, "OCI__TOKEN=" + canary}}
		}},
		{"the settings file", func(t *testing.T) credentials.Places {
			t.Helper()
			return credentials.Places{AppsettingsPath: set(file(t, `{"OCI":{"RegistryUrl":"`+other+`","Token":"`+canary+`"}}`))}
		}},
		{"the Docker configuration", func(t *testing.T) credentials.Places {
			t.Helper()
			return credentials.Places{DockerConfigPath: set(file(t, jsonOf(t, auths(t, other))))}
		}},
		{"a credential helper", func(t *testing.T) credentials.Places {
			t.Helper()
			return credentials.Places{DockerConfigPath: set(file(t, jsonOf(t, map[string]any{"credHelpers": map[string]string{other: helper}})))}
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			places := row.places(t)
			if result := find(t, places, searchFor(t, other)); result.Source == credentials.SourceNone {
				t.Error("there is no login for the host that it is for")
			}
			compareNone(t, find(t, places, searchFor(t, host)), "")

			// Where a later place has a login, that one counts.
			if places.DockerConfigPath.Value == "" {
				places.DockerConfigPath = set(file(t, jsonOf(t, auths(t, host))))
				compare(t, find(t, places, searchFor(t, host)), credentials.Result{Source: credentials.SourceDockerConfig, Credential: login("ci", host)})
			}
		})
	}
}

// A setting that is not known yet stops the searches that come to it, no others.
func TestPlaces_Find_UnknownSetting(t *testing.T) {
	t.Parallel()
	unknown := credentials.Setting[string]{Unknown: true}
	none := credentials.Places{}
	for _, row := range []struct {
		name    string
		change  func(*credentials.Places)
		leave   func(*credentials.Places) // leaves out what is found before it
		setting string
	}{
		{"the provider block", func(p *credentials.Places) { p.Registries.Unknown = true }, func(*credentials.Places) {}, "registries"},
		{"the settings file", func(p *credentials.Places) { p.AppsettingsPath = unknown },
			func(p *credentials.Places) { p.Registries = none.Registries }, "appsettings_path"},
		{"the Docker configuration", func(p *credentials.Places) { p.DockerConfigPath = unknown },
			func(p *credentials.Places) {
				p.Registries, p.Environ, p.AppsettingsPath = none.Registries, nil, none.AppsettingsPath
			}, "docker_config_path"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			places, search := loginInEachPlace(t, host)
			row.change(&places)
			compare(t, find(t, places, search), credentials.Result{Source: credentials.SourceArguments, Credential: login("arguments", "p")})
			search.Arguments = credentials.Arguments{}
			compare(t, find(t, places, search), credentials.Result{Source: credentials.SourceDockerConfigJSON, Credential: login("docker_config_json", "p")})
			search.DockerConfigJSON = nil
			if row.setting != "registries" {
				compare(t, find(t, places, search), credentials.Result{Source: credentials.SourceProvider, Credential: login("provider", "p")})
			}
			row.leave(&places)
			if refusal, want := findError(t, places, search), unknownSetting(row.setting, host); refusal != want {
				t.Errorf("got  %+v\nwant %+v", refusal, want)
			}
		})
	}
}

// The environment counts before the file, so what it settles needs no file.
func TestPlaces_Find_UnknownAppsettingsPath(t *testing.T) {
	t.Parallel()
	const (
		url, other = "OCI__REGISTRYURL=" + host, "OCI__REGISTRYURL=other.example.com"
		ofOther    = "The section OCI in the environment has no credentials for r.example.com (it has "
	)
	all := login("ci", "p")
	all.Token = registry.NewSecret("t")
	for _, row := range []struct {
		name    string
		environ []string
		known   credentials.Result // the zero value where the file is needed
	}{
		{"nothing in the environment", nil, credentials.Result{}},
		{"credentials without an address", []string{"OCI__USERNAME=ci", "OCI__PASSWORD=p", "OCI__TOKEN=t"}, credentials.Result{}},
		{"an empty address", []string{"OCI__REGISTRYURL=", "OCI__USERNAME=ci", "OCI__PASSWORD=p", "OCI__TOKEN=t"}, credentials.Result{}},
		{"an address alone", []string{url}, credentials.Result{}},
		{"no token, which the file may hold", []string{url, "OCI__USERNAME=ci", "OCI__PASSWORD=p"}, credentials.Result{}},
		{"no password, which the file may hold", []string{url, "OCI__USERNAME=ci", "OCI__TOKEN=t"}, credentials.Result{}},
		{"no user name, which the file may hold", []string{url, "OCI__PASSWORD=p", "OCI__TOKEN=t"}, credentials.Result{}},
		{"the section Registry, which one of the file may hide", []string{"REGISTRY__REGISTRYURL=" + host, "REGISTRY__USERNAME=ci", "REGISTRY__PASSWORD=p", "REGISTRY__TOKEN=t"}, credentials.Result{}},
		{"every setting", []string{url, "OCI__USERNAME=ci", "OCI__PASSWORD=p", "OCI__TOKEN=t"}, credentials.Result{Source: fromEnvironment, Credential: all}},
		{"the address of another host", []string{other}, credentials.Result{Source: credentials.SourceNone}},
		{"credentials of another host", []string{other, "OCI__USERNAME=ci"}, credentials.Result{Source: credentials.SourceNone, Notes: []string{ofOther + "other.example.com)"}}},
		{"the same port over http", []string{"OCI__REGISTRYURL=http://" + host + ":443", "OCI__USERNAME=ci"}, credentials.Result{Source: credentials.SourceNone, Notes: []string{ofOther + "http://r.example.com:443)"}}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			places := credentials.Places{Environ: row.environ, AppsettingsPath: credentials.Setting[string]{Unknown: true}}
			if describe(row.known) != describe(credentials.Result{}) {
				compare(t, find(t, places, searchFor(t, host)), row.known)
			} else if refusal, want := findError(t, places, searchFor(t, host)), unknownSetting("appsettings_path", host); refusal != want {
				t.Errorf("got  %+v\nwant %+v", refusal, want)
			}
		})
	}
}

func TestPlaces_Registry_UnknownSettings(t *testing.T) {
	t.Parallel()
	want := credentials.Error{Setting: "appsettings_path", Unknown: true, Text: "registry_url is left out, so the check asks the registry of the Stella Ops settings, and where they are is known only after the apply. Write registry_url in this check."}
	for _, row := range []struct {
		name    string
		environ []string
		known   bool
	}{
		{"nothing in the environment", nil, false},
		{"credentials without an address", []string{"OCI__USERNAME=ci"}, false},
		{"an address in Registry, which one in OCI may hide", []string{"REGISTRY__REGISTRYURL=" + host}, false},
		{"an address in OCI", []string{"OCI__REGISTRYURL=" + host}, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			places := credentials.Places{Environ: row.environ, AppsettingsPath: credentials.Setting[string]{Unknown: true}}
			endpoint, address, err := places.Registry()
			if row.known {
				if endpoint != searchFor(t, host).Endpoint || address != host || err != nil {
					t.Errorf("got %+v, %q, %v", endpoint, address, err)
				}
			} else if refusal := asError(t, err); refusal != want {
				t.Errorf("got  %+v\nwant %+v", refusal, want)
			}
		})
	}
}
