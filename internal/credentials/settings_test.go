package credentials_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stellaops/terraform-provider-stellaops/internal/credentials"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

const (
	fromEnvironment = credentials.SourceEnvironment
	fromAppsettings = credentials.SourceAppsettings
)

// settingsPlaces are Stella Ops settings alone; without content there is no file.
func settingsPlaces(t testing.TB, environ []string, content string) credentials.Places {
	t.Helper()
	places := credentials.Places{Environ: environ}
	if content != "" {
		places.AppsettingsPath = set(file(t, content))
	}
	return places
}

// cameEmpty is the note about variables that are there with nothing in them.
func cameEmpty(names string) []string {
	return []string{isEmpty(names, "the environment")}
}

func TestPlaces_Find_Settings(t *testing.T) {
	t.Parallel()
	const complete = `{"OCI":{"RegistryUrl":"r.example.com","Username":"file","Password":"f"}}`
	url := "OCI__RegistryUrl=" + host
	type result = credentials.Result
	none := result{Source: credentials.SourceNone}
	for _, row := range []struct {
		name    string
		environ []string
		content string
		want    credentials.Result
	}{
		{"nothing", nil, "", none},
		{"a user name and a password", []string{url, "OCI__Username=ci", "OCI__Password=p"}, "", result{Source: fromEnvironment, Credential: login("ci", "p")}},
		{"in capital letters", []string{"OCI__REGISTRYURL=" + host, "OCI__USERNAME=ci", "OCI__PASSWORD=p"}, "", result{Source: fromEnvironment, Credential: login("ci", "p")}},
		{"in small letters", []string{"oci__registryurl=" + host, "oci__username=ci", "oci__password=p"}, "", result{Source: fromEnvironment, Credential: login("ci", "p")}},
		{"with colons", []string{"OCI:RegistryUrl=" + host, "OCI:Username=ci", "OCI:Password=p"}, "", result{Source: fromEnvironment, Credential: login("ci", "p")}},
		{"a token", []string{url, "OCI__TOKEN=t"}, "", result{Source: fromEnvironment, Credential: registry.Credential{Token: registry.NewSecret("t")}}},
		{"a token beside a user name and a password", []string{url, "OCI__TOKEN=t", "OCI__USERNAME=ci", "OCI__PASSWORD=p"}, "", result{Source: fromEnvironment, Credential: registry.Credential{Username: "ci", Password: registry.NewSecret("p"), Token: registry.NewSecret("t")}}},
		{"the section Registry", []string{"Registry__RegistryUrl=" + host, "REGISTRY__USERNAME=ci", "registry__password=p"}, "", result{Source: fromEnvironment, Credential: login("ci", "p")}},
		{"every byte of a value counts", []string{url, "OCI__USERNAME=ci", "OCI__PASSWORD= a=b \n"}, "", result{Source: fromEnvironment, Credential: login("ci", " a=b \n")}},
		{"a single underscore is no setting", []string{url, "OCI_USERNAME=ci", "OCI_PASSWORD=p"}, "", result{Source: credentials.SourceNone, Notes: []string{"OCI_USERNAME is set in the environment; the name is OCI__Username", "OCI_PASSWORD is set in the environment; the name is OCI__Password"}}},
		{"a name that ends like a setting is none", []string{url, "APP__OCI__USERNAME=ci", "XOCI__PASSWORD=p"}, "", none},
		{"an address alone", []string{url}, "", none},

		{"OCI before Registry", []string{url, "OCI__USERNAME=ci", "OCI__PASSWORD=p", "REGISTRY__REGISTRYURL=" + host, "REGISTRY__USERNAME=other", "REGISTRY__PASSWORD=o"}, "", result{Source: fromEnvironment, Credential: login("ci", "p")}},
		{"no part of Registry completes OCI", []string{url, "OCI__USERNAME=ci", "REGISTRY__REGISTRYURL=" + host, "REGISTRY__PASSWORD=o", "REGISTRY__TOKEN=t"}, "", result{Source: fromEnvironment, Credential: login("ci", "")}},
		{"an address in OCI hides Registry", []string{url, "REGISTRY__REGISTRYURL=" + host, "REGISTRY__USERNAME=other"}, "", none},
		{"an address in OCI of the environment hides Registry of the file", []string{url}, `{"Registry":{"RegistryUrl":"r.example.com","Username":"file","Password":"f"}}`, none},
		{"OCI of the file hides Registry of the environment", []string{"REGISTRY__REGISTRYURL=" + host, "REGISTRY__USERNAME=other"}, complete, result{Source: fromAppsettings, Credential: login("file", "f")}},

		{"the file alone", nil, complete, result{Source: fromAppsettings, Credential: login("file", "f")}},
		{"a password of the environment over the file's", []string{"OCI__PASSWORD=p"}, complete, result{Source: fromEnvironment, Credential: login("file", "p")}},
		{"a user name of the environment over the file's", []string{"OCI__USERNAME=ci"}, complete, result{Source: fromEnvironment, Credential: login("ci", "f")}},
		{"a token of the environment beside the file's user name", []string{"OCI__TOKEN=t"}, complete, result{Source: fromEnvironment, Credential: registry.Credential{Username: "file", Password: registry.NewSecret("f"), Token: registry.NewSecret("t")}}},
		{"an address of the environment for credentials of the file", []string{url}, `{"OCI":{"Username":"file","Password":"f"}}`, result{Source: fromAppsettings, Credential: login("file", "f")}},
		{"an address of the environment over the file's", []string{url}, `{"OCI":{"RegistryUrl":"other.example.com","Username":"file","Password":"f"}}`, result{Source: fromAppsettings, Credential: login("file", "f")}},
		{"an address of the file for credentials of the environment", []string{"OCI__USERNAME=ci", "OCI__PASSWORD=p"}, `{"OCI":{"RegistryUrl":"r.example.com"}}`, result{Source: fromEnvironment, Credential: login("ci", "p")}},

		{"an empty password", []string{url, "OCI__USERNAME=ci", "OCI__PASSWORD="}, "", result{Source: fromEnvironment, Credential: login("ci", ""), Notes: cameEmpty("OCI__PASSWORD")}},
		{"an empty password over the file's", []string{"OCI__PASSWORD="}, complete, result{Source: fromEnvironment, Credential: login("file", ""), Notes: []string{isEmpty("OCI__PASSWORD", "the environment and the file of appsettings_path")}}},
		{"an empty token beside a user name and a password", []string{url, "OCI__USERNAME=ci", "OCI__PASSWORD=p", "OCI__TOKEN="}, "", result{Source: fromEnvironment, Credential: login("ci", "p"), Notes: cameEmpty("OCI__TOKEN")}},
		{"everything empty", []string{"Registry__RegistryUrl=" + host, "Registry__USERNAME=", "Registry__PASSWORD=", "Registry__TOKEN="}, "", result{Source: fromEnvironment, Notes: cameEmpty("Registry__USERNAME and Registry__PASSWORD and Registry__TOKEN")}},
		{"an empty user name in OCI hides Registry", []string{url, "OCI__USERNAME=", "Registry__RegistryUrl=" + host, "Registry__USERNAME=other"}, "", result{Source: fromEnvironment, Notes: cameEmpty("OCI__USERNAME")}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			compare(t, find(t, settingsPlaces(t, row.environ, row.content), searchFor(t, host)), row.want)
		})
	}
}

func TestPlaces_Find_SettingsBelongToARegistry(t *testing.T) {
	t.Parallel()
	hub := []string{"docker.io", "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com", "https://index.docker.io/v1/"}
	for _, row := range []struct {
		name      string
		urls      []string // RegistryUrl
		addresses []string
		serve     bool
	}{
		{"any notation of the host", []string{host, "R.Example.com", "https://r.example.com/", "https://r.example.com:443/v2/", "r.example.com/team/app:1", "https://r.example.com/base"}, []string{host, "https://r.example.com/base", "r.example.com:443"}, true},
		{"another host", []string{"other.example.com", "example.com", "r.example.com.other.example"}, []string{host}, false},
		{"another port", []string{host, "r.example.com:5001", "http://r.example.com"}, []string{"r.example.com:5000"}, false},
		{"the same port", []string{"r.example.com:5000", "https://r.example.com:5000"}, []string{"r.example.com:5000"}, true},
		{"the same port over http", []string{"http://r.example.com:5000"}, []string{"r.example.com:5000"}, false},
		{"the same port over http, by its own scheme", []string{"http://r.example.com:5000", "HTTP://R.example.com:5000/base"}, []string{"http://r.example.com:5000"}, true},
		{"the same port over https", []string{"https://r.example.com:5000"}, []string{"http://r.example.com:5000"}, false},
		{"a port of no scheme, over http", []string{"r.example.com:5000"}, []string{"http://r.example.com:5000"}, true},
		{"http is port 80", []string{"http://r.example.com", "http://r.example.com:80", "r.example.com:80"}, []string{host}, false},
		{"http on port 443", []string{"http://r.example.com:443"}, []string{host}, false},
		{"every name of Docker Hub", hub, append([]string{"docker.io/team/app"}, hub...), true},
		{"another host than Docker Hub", []string{"r.example.com", "notdocker.io", "docker.io.example.com"}, hub, false},
		{"Docker Hub and another host", hub, []string{host}, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			for _, url := range row.urls {
				places := settingsPlaces(t, []string{"OCI__REGISTRYURL=" + url, "OCI__USERNAME=ci", "OCI__PASSWORD=p"}, "")
				for _, address := range row.addresses {
					t.Logf("%q for %q", url, address)
					if got := find(t, places, searchFor(t, address)); row.serve {
						compare(t, got, credentials.Result{Source: fromEnvironment, Credential: login("ci", "p")})
					} else {
						compareNone(t, got, "The section OCI in the environment has no credentials for ")
					}
				}
			}
		})
	}
}

func TestPlaces_Find_SettingsWithoutARegistry(t *testing.T) {
	t.Parallel()
	const inFile = "the file of appsettings_path"
	for _, row := range []struct {
		name    string
		environ []string
		content string
		section string
		place   string
		setting string // that is missing
	}{
		{"no address in the environment", []string{"OCI__USERNAME=ci", "OCI__PASSWORD=" + canary}, "", "OCI", "the environment", "OCI__RegistryUrl"},
		{"no address in the file", nil, `{"OCI":{"Token":"` + canary + `"}}`, "OCI", inFile, "OCI:RegistryUrl"},
		{"no address in Registry", []string{"REGISTRY__TOKEN=" + canary}, "", "Registry", "the environment", "Registry__RegistryUrl"},
		{"an empty address", []string{"OCI__REGISTRYURL=", "OCI__TOKEN=" + canary}, "", "OCI", "the environment", "OCI__REGISTRYURL"},
		{"an empty address over the file's", []string{"OCI__REGISTRYURL="}, `{"OCI":{"RegistryUrl":"r.example.com","Token":"` + canary + `"}}`, "OCI", inFile, "OCI__REGISTRYURL"},
		{"an address in the other section only", []string{"OCI__TOKEN=" + canary, "REGISTRY__REGISTRYURL=" + host}, "", "OCI", "the environment", "OCI__RegistryUrl"},
		{"an empty user name", []string{"OCI__USERNAME="}, "", "OCI", "the environment", "OCI__RegistryUrl"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			warning := fmt.Sprintf("The section %s of the Stella Ops settings has credentials but no RegistryUrl, so they are not used for any registry. Set %s to the registry that they are for.", row.section, row.setting)
			note := fmt.Sprintf("The section %s in %s has no RegistryUrl, so its credentials are not used; set %s", row.section, row.place, row.setting)
			places := settingsPlaces(t, row.environ, row.content)
			result := find(t, places, searchFor(t, host))
			compare(t, result, credentials.Result{Source: credentials.SourceNone, Warning: warning, Notes: []string{note}})
			checkNoCanary(t, result, nil)

			// The search goes on, and the warning stays.
			places.DockerConfigPath = set(file(t, jsonOf(t, auths(t, host))))
			compare(t, find(t, places, searchFor(t, host)), credentials.Result{
				Source: credentials.SourceDockerConfig, Credential: login("ci", host), Warning: warning,
			})
		})
	}
}

// An address that cannot be used may hold a secret, so the error says only
// where it stands.
func TestPlaces_Find_SettingsWithAnUnusableRegistry(t *testing.T) {
	t.Parallel()
	inFile := file(t, `{"Registry":{"RegistryUrl":"https://ci:`+canary+`@r.example.com","Username":"ci"}}`)
	for _, row := range []struct {
		name    string
		places  credentials.Places
		key     string
		where   string
		problem error
	}{
		{"user information in the environment", credentials.Places{Environ: []string{"OCI__REGISTRYURL=https://ci:" + canary + "@r.example.com", "OCI__USERNAME=ci"}}, "OCI:RegistryUrl", "the environment (OCI__REGISTRYURL)", registry.ErrUserInfo},
		{"a query in the environment, with a colon", credentials.Places{Environ: []string{"registry:registryurl=r.example.com?" + canary, "Registry__Token=t"}}, "Registry:RegistryUrl", "the environment (registry:registryurl)", registry.ErrQuery},
		{"a blank in the environment", credentials.Places{Environ: []string{"OCI__RegistryUrl=" + canary + "\n", "OCI__TOKEN=t"}}, "OCI:RegistryUrl", "the environment (OCI__RegistryUrl)", registry.ErrBlank},
		{"user information in the file", credentials.Places{AppsettingsPath: set(inFile)}, "Registry:RegistryUrl", fmt.Sprintf("%q", inFile), registry.ErrUserInfo},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			want := credentials.Error{
				Setting: "RegistryUrl of the Stella Ops settings",
				Text:    "The value of " + row.key + " from " + row.where + " is not shown here, since it may hold a secret: " + row.problem.Error() + ".",
			}
			refusal := findError(t, row.places, searchFor(t, host))
			if refusal != want {
				t.Errorf("got  %+v\nwant %+v", refusal, want)
			}
			checkNoCanary(t, credentials.Result{}, &refusal)
			_, _, err := row.places.Registry()
			if refusal := asError(t, err); refusal != want {
				t.Errorf("as the registry to ask: got  %+v\nwant %+v", refusal, want)
			}
		})
	}
}

// Without credentials beside it, no search needs the invalid address.
func TestPlaces_Find_SettingsWithAnUnusableRegistryAndNoCredentials(t *testing.T) {
	t.Parallel()
	places := credentials.Places{Environ: []string{"OCI__REGISTRYURL=https://ci:" + canary + "@r.example.com"}}
	compare(t, find(t, places, searchFor(t, host)), credentials.Result{Source: credentials.SourceNone})
}

func TestPlaces_Registry(t *testing.T) {
	t.Parallel()
	const inFile = `{"OCI":{"RegistryUrl":"file.example.com"}}`
	for _, row := range []struct {
		name    string
		environ []string
		content string
		address string
	}{
		{"in the environment", []string{"oci__registryurl=https://r.example.com/base"}, "", "https://r.example.com/base"},
		{"in the file", nil, inFile, "file.example.com"},
		{"in the environment over the file", []string{"OCI__REGISTRYURL=r.example.com"}, inFile, "r.example.com"},
		{"in Registry", []string{"REGISTRY__REGISTRYURL=r.example.com:5000/team/app"}, "", "r.example.com:5000/team/app"},
		{"in OCI before Registry", []string{"REGISTRY__REGISTRYURL=other.example.com"}, inFile, "file.example.com"},
		{"the written name of Docker Hub", []string{"OCI__REGISTRYURL=index.docker.io"}, "", "index.docker.io"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			endpoint, address, err := settingsPlaces(t, row.environ, row.content).Registry()
			if want := searchFor(t, row.address).Endpoint; err != nil || endpoint != want || address != row.address {
				t.Errorf("got %+v, %q, %v, want %+v, %q", endpoint, address, err, want, row.address)
			}
		})
	}
}

func TestPlaces_Registry_ListsWhereItLooked(t *testing.T) {
	t.Parallel()
	const (
		begin     = "registry_url is left out, and the Stella Ops settings do not name a registry. Looked for OCI__RegistryUrl and Registry__RegistryUrl in the environment"
		noFile    = "; appsettings_path of the provider block, which could name a file with these settings, is not set."
		inFile    = ", and for OCI:RegistryUrl and Registry:RegistryUrl in %q."
		section   = " The section %s, of which a setting is in %s, has no RegistryUrl, and the first section that holds a setting is taken whole."
		writeHost = " Write the host of the registry, such as registry.example.com."
	)
	for _, row := range []struct {
		name    string
		environ []string
		content string
		text    string
	}{
		{"nowhere", nil, "", begin + noFile + writeHost},
		{"not in the file either", []string{"PATH=/bin"}, `{}`, begin + inFile + writeHost},
		{"not in the first section", []string{"OCI__TOKEN=" + canary, "REGISTRY__REGISTRYURL=" + host}, "", begin + noFile + fmt.Sprintf(section, "OCI", "the environment (OCI__TOKEN)") + writeHost},
		{"not in Registry of the file", nil, `{"Registry":{"Password":"` + canary + `"}}`, begin + inFile + fmt.Sprintf(section, "Registry", "%q") + writeHost},
		{"not in the file, over which the environment counts", []string{"oci__password=" + canary}, `{"OCI":{"Password":"x"}}`, begin + inFile + fmt.Sprintf(section, "OCI", "the environment (oci__password)") + writeHost},
		{"empty in the environment", []string{"OCI__REGISTRYURL="}, "", begin + noFile + fmt.Sprintf(section, "OCI", "the environment (OCI__REGISTRYURL)") + writeHost},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			places := settingsPlaces(t, row.environ, row.content)
			endpoint, address, err := places.Registry()
			if endpoint != (registry.Endpoint{}) || address != "" {
				t.Errorf("beside the error there is %+v, %q", endpoint, address)
			}
			text := strings.ReplaceAll(row.text, "%q", fmt.Sprintf("%q", places.AppsettingsPath.Value))
			if refusal, want := asError(t, err), (credentials.Error{Setting: "registry_url", Text: text}); refusal != want {
				t.Errorf("got  %+v\nwant %+v", refusal, want)
			}
			checkNoCanary(t, credentials.Result{}, err)
		})
	}
}
