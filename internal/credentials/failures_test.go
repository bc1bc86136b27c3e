package credentials_test

import (
	"strings"
	"testing"

	"github.com/stellaops/terraform-provider-stellaops/internal/credentials"
	"github.com/stellaops/terraform-provider-stellaops/internal/credentialstest"
)

// TestPlaces_Find_SaysWhatToDo has failures of places of credentials with all that a
// person reads of them: notes, the failure, or the error.
func TestPlaces_Find_SaysWhatToDo(t *testing.T) {
	t.Parallel()
	const address = "registry.example.com"
	failing := credentialstest.Helper{Exit: 1, Stdout: "the session of " + canary + " has ended"}.Install(t)
	for _, row := range []struct {
		name    string
		payload string
		places  credentials.Places
		says    string // PATH stands for the path of the file
	}{
		{"payload with the key registry.exmaple.com", `{"auths":{"registry.exmaple.com":{"auth":"` + auth("ci", canary) + `"}}}`, credentials.Places{},
			"docker_config_json has no entry for registry.example.com (it has registry.exmaple.com)"},
		{"payload in base64 once too often", encoded(`{"auths":{"registry.example.com":{"auth":"` + auth("ci", canary) + `"}}}`), credentials.Places{},
			"docker_config_json: The value is base64 of JSON; decode it once, with base64decode()."},
		{"credential helper not installed", "", dockerConfigPlaces(t, `{"credHelpers":{"registry.example.com":"not-installed"}}`),
			`docker_config_path: The Docker configuration names the credential helper "docker-credential-not-installed", which is not installed where the plan runs. Install it and put its folder into PATH, or leave docker_config_path out.`},
		{"helper fails (single sign-on ended)", "", withHelperStore(t, failing),
			`the credential helper "docker-credential-` + failing + `" ended with exit status 1` + "\n" + helperCommandFor(address, failing)},
		{"malformed appsettings file", "", credentials.Places{AppsettingsPath: set(file(t, "{\n  // of Stella Ops\n  \"OCI\": {\n    \"Username\": \"ci\"\n    \"Password\": \""+canary+"\"\n  }\n}\n"))},
			`appsettings_path: "PATH" is not valid JSON at line 5, column 5.`},
		{"OCI__Pasword", "", credentials.Places{Environ: []string{"OCI__RegistryUrl=" + address, "OCI__Username=ci", "OCI__Pasword=" + canary}},
			"OCI__Pasword is set in the environment; the name is OCI__Password"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			search := searchFor(t, address)
			if row.payload != "" {
				search.DockerConfigJSON = secret(row.payload)
			}
			result, err := row.places.Find(t.Context(), search)
			var texts []string
			if result.Failure != "" {
				texts = append(texts, result.Failure)
			}
			texts = append(texts, result.Notes...)
			if err != nil {
				texts = append(texts, err.Error())
			}
			want := strings.ReplaceAll(row.says, "PATH\"", row.places.AppsettingsPath.Value+"\"")
			if got := strings.Join(texts, "\n"); got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
			checkNoCanary(t, result, err)
		})
	}
}
