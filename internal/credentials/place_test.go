package credentials_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stellaops/terraform-provider-stellaops/internal/credentials"
)

func TestPlaces_Find_Place(t *testing.T) {
	t.Parallel()
	type place = credentials.Place
	const appsettings = "the file of appsettings_path"
	url := "OCI__RegistryUrl=" + host
	entry := func(a credentials.Arguments) credentials.Places {
		return blockPlaces(map[string]credentials.Entry{"R.example.com": {Arguments: a}})
	}
	user := "ci"
	with := func(environ ...string) credentials.Places { return credentials.Places{Environ: environ} }
	variable := dockerConfigPlaces(t, "{}")
	variable.Environ = []string{`DOCKER_AUTH_CONFIG={"auths":{"r.example.com":{"auth":"Y2k6cA=="}}}`}
	helper, emptyHelper := returnsLogin("ci", "p").Install(t), returnsLogin("ci", "").Install(t)
	mixed := settingsPlaces(t, []string{"oci__password=p"}, settingsFor(`"username":"ci"`))
	for _, row := range []struct {
		name   string
		places credentials.Places
		search func(*credentials.Search)
		want   place // PATH stands for the path of the file
	}{
		{"arguments", credentials.Places{}, func(s *credentials.Search) { s.Arguments = written("ci", "p") }, place{"the arguments of this check", "username", "password", false}},
		{"arguments with an empty password", credentials.Places{}, func(s *credentials.Search) { s.Arguments = written("ci", "") }, place{"the arguments of this check", "username", "password", true}},
		{"arguments without a password", credentials.Places{}, func(s *credentials.Search) { s.Arguments.Username = &user }, place{"the arguments of this check", "username", "password", false}},
		{"a token and an empty password", credentials.Places{}, func(s *credentials.Search) { s.Arguments.Token, s.Arguments.Password = secret("t"), secret("") }, place{"the arguments of this check", "username", "password", true}},
		{"arguments with nothing in them, which are no credential", credentials.Places{}, func(s *credentials.Search) { s.Arguments = written("", "") }, place{}},
		{"a payload", credentials.Places{}, func(s *credentials.Search) { s.DockerConfigJSON = secret(entryOf(`{"auth":"Y2k6cA=="}`)) }, place{"docker_config_json", "username", "password", false}},
		{"a payload with a user name alone, whose password is empty to the kubelet", credentials.Places{}, func(s *credentials.Search) { s.DockerConfigJSON = secret(entryOf(`{"username":"ci"}`)) }, place{"docker_config_json", "username", "password", true}},
		{"a payload without the registry", credentials.Places{}, func(s *credentials.Search) { s.DockerConfigJSON = secret(`{"auths":{}}`) }, place{}},
		{"the provider block", entry(written("ci", "p")), nil, place{`the entry "R.example.com" of registries in the provider block`, "username", "password", false}},
		{"the provider block with an empty password", entry(written("ci", "")), nil, place{`the entry "R.example.com" of registries in the provider block`, "username", "password", true}},
		{"the environment", with(url, "OCI__USERNAME=ci", "oci__password=p"), nil, place{"the environment", "OCI__USERNAME", "oci__password", false}},
		{"the environment with a token alone", with(url, "OCI__TOKEN=t"), nil, place{"the environment", "OCI__Username", "OCI__Password", false}},
		{"the environment with an empty password", with(url, "OCI__USERNAME=ci", "OCI__PASSWORD="), nil, place{"the environment", "OCI__USERNAME", "OCI__PASSWORD", true}},
		{"the section Registry, with a colon", with("Registry:RegistryUrl="+host, "Registry:Username=ci"), nil, place{"the environment", "Registry:Username", "Registry__Password", false}},
		{"the settings file", settingsPlaces(t, nil, settingsFor(`"username":"ci"`)), nil, place{appsettings, "OCI:Username", "OCI:Password", false}},
		{"the settings file, with an address of the environment", settingsPlaces(t, []string{url}, `{"OCI":{"Username":"ci","Password":""}}`), nil, place{appsettings, "OCI:Username", "OCI:Password", true}},
		{"the environment over the settings file", mixed, nil, place{"the environment and " + appsettings, "OCI:Username", "oci__password", false}},
		{"the Docker configuration", dockerConfigPlaces(t, entryOf(`{"auth":"Y2k6cA=="}`)), nil, place{`the Docker configuration "PATH"`, "username", "password", false}},
		{"the Docker configuration with an empty password", dockerConfigPlaces(t, entryOf(`{"auth":"`+auth("ci", "")+`"}`)), nil, place{`the Docker configuration "PATH"`, "username", "password", true}},
		{"DOCKER_AUTH_CONFIG", variable, nil, place{"DOCKER_AUTH_CONFIG of the environment", "username", "password", false}},
		{"a credential helper", withHelperStore(t, helper), nil, place{fmt.Sprintf("the credential helper %q", "docker-credential-"+helper), "username", "password", false}},
		{"a credential helper with an empty secret", withHelperStore(t, emptyHelper), nil, place{fmt.Sprintf("the credential helper %q", "docker-credential-"+emptyHelper), "username", "password", true}},
		{"nothing", credentials.Places{}, nil, place{}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			search := searchFor(t, host)
			if row.search != nil {
				row.search(&search)
			}
			row.want.Name = strings.ReplaceAll(row.want.Name, "PATH", row.places.DockerConfigPath.Value)
			if got := find(t, row.places, search).Place; got != row.want {
				t.Errorf("got  %+v\nwant %+v", got, row.want)
			}
		})
	}
}

// TestPlaces_Find_NearKeys has names that are almost those of settings.
func TestPlaces_Find_NearKeys(t *testing.T) {
	t.Parallel()
	const url, user, inFile = "OCI__RegistryUrl=" + host, "OCI__Username=ci", "the file of appsettings_path"
	is := func(name, place, right string) string { return name + " is set in " + place + "; the name is " + right }
	in := func(name, right string) string { return is(name, "the environment", right) }
	for _, row := range []struct {
		name    string
		environ []string
		content string
		notes   []string
	}{
		{"a letter left out", []string{url, user, "OCI__Pasword=" + canary}, "", []string{in("OCI__Pasword", "OCI__Password")}},
		{"a blank behind it", []string{url, "OCI__UserName =ci", "OCI__PASSWORD=" + canary}, "", []string{in(`"OCI__UserName "`, "OCI__Username")}},
		{"one underscore", []string{url, user, "OCI_PASSWORD=" + canary}, "", []string{in("OCI_PASSWORD", "OCI__Password")}},
		{"two letters in each other's place", []string{url, "Oci__Usernmae=ci", "OCI__PASSWORD=" + canary}, "", []string{in("Oci__Usernmae", "OCI__Username")}},
		{"three letters away", []string{url, user, "OCI__PASS=" + canary, "OCI__Passphrase=" + canary}, "", nil},
		{"without a value", []string{url, user, "OCI_PASSWORD="}, "", []string{in("OCI_PASSWORD", "OCI__Password")}},
		{"beside the right one", []string{url, user, "OCI__PASSWORD=p", "OCI_PASSWORD=" + canary}, "", nil},
		{"a token that a complete login does not need", []string{url, user, "OCI__PASSWORD=p", "OCI_TOKEN=" + canary}, "", nil},
		{"a password beside a token", []string{url, "OCI__TOKEN=t", "OCI_PASSWORD=" + canary}, "", nil},
		{"in a section that does not count", []string{url, user, "REGISTRY_PASSWORD=" + canary}, "", nil},
		{"in another section's name", []string{url, user, "APP__OCI_PASSWORD=" + canary, "OIC__PASSWORD=" + canary}, "", nil},
		{"in no section", []string{"REGISTRY_TOKEN=" + canary, "PATH=/bin", "R=", "=x"}, "", []string{in("REGISTRY_TOKEN", "Registry__Token")}},
		{"the address too", []string{"OCI_REGISTRY_URL=" + host, "OCI_USERNAME=ci", "OCI_PASSWORD=" + canary}, "", []string{
			in("OCI_REGISTRY_URL", "OCI__RegistryUrl"), in("OCI_USERNAME", "OCI__Username"), in("OCI_PASSWORD", "OCI__Password"),
		}},
		{"the address alone", []string{"OCI__RegistryUrI=" + host, user, "OCI__PASSWORD=" + canary}, "", []string{
			in("OCI__RegistryUrI", "OCI__RegistryUrl"), "The section OCI in the environment has no RegistryUrl, so its credentials are not used; set OCI__RegistryUrl",
		}},
		{"settings of another registry", []string{"OCI__RegistryUrl=other.example.com", user, "OCI_PASSWORD=" + canary}, "", []string{
			"The section OCI in the environment has no credentials for r.example.com (it has other.example.com)",
		}},
		{"in the file", nil, settingsFor(`"Username":"ci","Pasword":"` + canary + `"`), []string{is("OCI:Pasword", inFile, "OCI:Password")}},
		{"in the file, with dashes", nil, settingsFor(`"user-name":"ci","Password":"` + canary + `"`), []string{is("OCI:user-name", inFile, "OCI:Username")}},
		{"in the file, in one key", nil, `{"OCI:RegistryUrl":"r.example.com","OCI:Username":"ci","OCI_Password":"` + canary + `"}`, []string{is("OCI_Password", inFile, "OCI:Password")}},
		{"in the file, in Registry", nil, `{"Registry":{"RegistryURL":"r.example.com","Tokn":"` + canary + `"}}`, []string{is("Registry:Tokn", inFile, "Registry:Token")}},
		{"in the file, with null", nil, settingsFor(`"Username":"ci","Pasword":null`), nil},
		{"in the file, a list", nil, settingsFor(`"Username":"ci","Pasword":["` + canary + `"]`), nil},
		{"in both", []string{"OCI_PASSWORD=" + canary}, settingsFor(`"Username":"ci","Pasword":"` + canary + `"`), []string{in("OCI_PASSWORD", "OCI__Password")}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			got := find(t, settingsPlaces(t, row.environ, row.content), searchFor(t, host))
			if strings.Join(got.Notes, "\n") != strings.Join(row.notes, "\n") {
				t.Errorf("got  %q\nwant %q", got.Notes, row.notes)
			}
			got.Credential, got.Next = credentials.Result{}.Credential, nil
			checkNoCanary(t, got, nil)
		})
	}
	// A check without registry_url says it where it names what is missing.
	_, _, err := credentials.Places{Environ: []string{"OCI_REGISTRY_URL=" + canary}}.Registry()
	if text := asError(t, err).Text; !strings.Contains(text, " "+in("OCI_REGISTRY_URL", "OCI__RegistryUrl")+". Write") {
		t.Error(text)
	}
	checkNoCanary(t, credentials.Result{}, err)
}
