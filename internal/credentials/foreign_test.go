package credentials_test

import (
	"fmt"
	"testing"

	"github.com/stellaops/terraform-provider-stellaops/internal/credentials"
)

// TestPlaces_Find_ForeignFormat has what takes the place of a Docker configuration, as a
// file and as a payload. JSON is a verdict, what else there is an error.
func TestPlaces_Find_ForeignFormat(t *testing.T) {
	t.Parallel()
	const manifest = "seems to be the manifest of a Kubernetes Secret; use .dockerconfigjson of its data, decoded with base64decode()"
	data := encoded(entryOf(`{"auth":"` + auth("ci", canary) + `"}`))
	for _, row := range []struct {
		name, text, says string
		isJSON           bool
	}{
		{"an old .dockercfg", `{"r.example.com":{"auth":"` + auth("ci", canary) + `","email":"x"}}`, "has the old format of .dockercfg; put its entries into an object named auths", true},
		{"aws ecr get-authorization-token", `{"authorizationData":[{"authorizationToken":"` + auth("AWS", canary) + `","expiresAt":"2026-11-29T12:00:00Z","proxyEndpoint":"https://1.dkr.ecr.eu-west-1.amazonaws.com"}]}`,
			"seems to be the output of aws ecr get-authorization-token; base64decode() makes username:password of its authorizationToken", true},
		{"aws ecr get-login-password", encoded(`{"payload":"`+canary+`","datakey":"x","version":"2","type":"DATA_KEY","expiration":1}`) + "\n",
			`seems to be the output of aws ecr get-login-password; set it as password, with username "AWS"`, false},
		{"gcloud auth print-access-token", "ya29." + canary + "\n", `seems to be the output of gcloud auth print-access-token; set it as password, with username "oauth2accesstoken"`, false},
		{"a JWT", "eyJhbGciOiJSUzI1NiJ9.eyJhIjoxfQ." + canary + "\n", "seems to be a token; set it as password, or as token", false},
		{"az acr login --expose-token", `{"accessToken":"` + canary + `","loginServer":"a.azurecr.io","username":"00000000-0000-0000-0000-000000000000"}`,
			`seems to be the output of az acr login --expose-token; set its accessToken as password, with username "00000000-0000-0000-0000-000000000000"`, true},
		{"a Secret manifest in JSON", `{"apiVersion":"v1","kind":"Secret","type":"kubernetes.io/dockerconfigjson","data":{".dockerconfigjson":"` + data + `"}}`, manifest, true},
		{"the data of a Secret", `{".dockerconfigjson":"` + data + `"}`, manifest, true},
		{"a Secret manifest in YAML", "apiVersion: v1\nkind: Secret\r\ndata:\n  .dockerconfigjson: " + data + "\n", manifest, false},
		{"the data of a Secret in YAML", "data:\n  \".dockerconfigjson\": " + data + "\n", manifest, false},
		{"base64 once too often", data + "\n", "is base64 of JSON; decode it once, with base64decode()", false},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			places, search := dockerConfigPlaces(t, row.text), withPayload(t, row.text, host)
			if path := places.DockerConfigPath.Value; row.isJSON {
				fromFile := find(t, places, searchFor(t, host))
				compare(t, fromFile, credentials.Result{Source: credentials.SourceNone, Notes: []string{fmt.Sprintf("The Docker configuration %q %s", path, row.says)}})
				fromPayload := find(t, credentials.Places{}, search)
				compare(t, fromPayload, credentials.Result{Source: credentials.SourceDockerConfigJSON, Notes: []string{"docker_config_json " + row.says}})
				checkNoCanary(t, fromFile, nil)
				checkNoCanary(t, fromPayload, nil)
			} else {
				fromFile, fromPayload := findError(t, places, searchFor(t, host)), findError(t, credentials.Places{}, search)
				if want := fmt.Sprintf("%q %s.", path, row.says); fromFile.Text != want {
					t.Errorf("got  %q\nwant %q", fromFile.Text, want)
				}
				if want := "The value " + row.says + "."; fromPayload.Text != want {
					t.Errorf("got  %q\nwant %q", fromPayload.Text, want)
				}
				checkNoCanary(t, credentials.Result{}, &fromFile)
				checkNoCanary(t, credentials.Result{}, &fromPayload)
			}
		})
	}
}
