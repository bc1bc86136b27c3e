package provider

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-log/tflogtest"

	"github.com/stellaops/terraform-provider-stellaops/internal/credentialstest"
	"github.com/stellaops/terraform-provider-stellaops/internal/registrytest"
)

// secretPlace is one way to give the provider a secret for the registry at url.
type secretPlace struct {
	name      string
	source    string // what credential_source says
	block     map[string]tftypes.Value
	environ   []string
	arguments map[string]tftypes.Value
}

// jsonFile writes a file for the test and returns its path, as an argument.
func jsonFile(t *testing.T, content any) tftypes.Value {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file.json")
	encoded, err := json.Marshal(content)
	if err == nil {
		err = os.WriteFile(path, encoded, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return str(path)
}

// secretPlaces are all of them, each with the same user and secret.
func secretPlaces(t *testing.T, url, user, secret string) []secretPlace {
	t.Helper()
	host := strings.TrimPrefix(url, "http://")
	auth := base64.StdEncoding.EncodeToString([]byte(user + ":" + secret))
	payload := func(entry map[string]string) tftypes.Value {
		encoded, err := json.Marshal(map[string]any{"auths": map[string]any{host: entry}})
		if err != nil {
			t.Fatal(err)
		}
		return str(string(encoded))
	}
	helper := credentialstest.Helper{Logins: map[string]credentialstest.Login{host: {Username: user, Secret: secret}}, Stderr: secret + "\n"}.Install(t)
	identity := credentialstest.Helper{Logins: map[string]credentialstest.Login{host: {Username: "<token>", Secret: secret}}}.Install(t)
	arguments := func(parts ...string) map[string]tftypes.Value {
		all := map[string]tftypes.Value{}
		for i := 0; i < len(parts); i += 2 {
			all[parts[i]] = str(parts[i+1])
		}
		return all
	}
	return []secretPlace{
		{"password", "arguments", nil, nil, arguments("username", user, "password", secret)},
		{"token", "arguments", nil, nil, arguments("token", secret)},
		{"identity token", "arguments", nil, nil, arguments("identity_token", secret)},
		{"payload with auth", "docker_config_json", nil, nil, map[string]tftypes.Value{"docker_config_json": payload(map[string]string{"auth": auth})}},
		{"payload with user name and password", "docker_config_json", nil, nil, map[string]tftypes.Value{"docker_config_json": payload(map[string]string{"username": user, "password": secret})}},
		{"payload with tokens", "docker_config_json", nil, nil, map[string]tftypes.Value{"docker_config_json": payload(map[string]string{"registrytoken": secret, "identitytoken": secret})}},
		{"registries", "provider", map[string]tftypes.Value{"registries": registriesValue(url, arguments("username", user, "password", secret))}, nil, nil},
		{"registries with an identity token", "provider", map[string]tftypes.Value{"registries": registriesValue(url, arguments("identity_token", secret))}, nil, nil},
		{"environment with a token", "environment", nil, []string{"OCI__RegistryUrl=" + url, "OCI__Token=" + secret}, nil},
		{"appsettings with a token", "appsettings", map[string]tftypes.Value{"appsettings_path": jsonFile(t, map[string]any{"OCI": map[string]string{"RegistryUrl": url, "Token": secret}})}, nil, nil},
		{"registries with a secret for a user name too", "provider", map[string]tftypes.Value{"registries": registriesValue(url, arguments("username", secret, "password", secret))}, nil, nil},
		{"payload with a secret for a user name too", "docker_config_json", nil, nil, map[string]tftypes.Value{"docker_config_json": payload(map[string]string{"username": "x-" + secret, "password": secret})}},
		{"registries with a login for a user name", "provider", map[string]tftypes.Value{"registries": registriesValue(url, arguments("username", user+":"+secret, "password", secret))}, nil, nil},
		{"registries with a token", "provider", map[string]tftypes.Value{"registries": registriesValue(url, arguments("token", secret))}, nil, nil},
		{"environment", "environment", nil, []string{"OCI__RegistryUrl=" + url, "OCI__Username=" + user, "OCI__Password=" + secret}, nil},
		{"appsettings", "appsettings", map[string]tftypes.Value{"appsettings_path": jsonFile(t, map[string]any{"OCI": map[string]string{"RegistryUrl": url, "Username": user, "Password": secret}})}, nil, nil},
		{"Docker configuration", "docker_config", map[string]tftypes.Value{"docker_config_path": jsonFile(t, map[string]any{"auths": map[string]any{host: map[string]string{"auth": auth}}})}, nil, nil},
		{"credential helper", "docker_config", map[string]tftypes.Value{"docker_config_path": jsonFile(t, map[string]any{"credHelpers": map[string]string{host: helper}})}, nil, nil},
		{"credential store with an identity token", "docker_config", map[string]tftypes.Value{"docker_config_path": jsonFile(t, map[string]any{"credsStore": identity})}, nil, nil},
	}
}

// registriesValue is the argument of the provider block with one entry.
func registriesValue(key string, parts map[string]tftypes.Value) tftypes.Value {
	entry := tftypes.Object{AttributeTypes: map[string]tftypes.Type{
		"username": tftypes.String, "password": tftypes.String, "token": tftypes.String, "identity_token": tftypes.String,
	}}
	return tftypes.NewValue(tftypes.Map{ElementType: entry}, map[string]tftypes.Value{key: tftypes.NewValue(entry, withNulls(entry, parts))})
}

// echoingRegistries put the credentials that they received into every part of their
// answer, one registry for each kind of verdict.
func echoingRegistries() map[string]func(authorization string) registrytest.Response {
	says := func(status int, authorization string, challenges ...string) registrytest.Response {
		return registrytest.Response{Status: status, Header: http.Header{
			"Www-Authenticate": challenges, "Content-Type": {"application/json"}, "Docker-Distribution-Api-Version": {"registry/2.0"},
			"Location": {"/v2/?sent=" + canary}, "X-Sent": {authorization},
		}, Body: fmt.Sprintf(`{"errors":[{"code":"DENIED","message":"%s: you sent %s"}],"token":"%s","scope":"%s"}`, canary, authorization, canary, canary)}
	}
	const basic, negotiate = `Basic realm="` + canary + `"`, `Negotiate ` + canary
	bearer := `Bearer realm="/token",service="` + canary + `",scope="` + canary + `",error="` + canary + `"`
	known := func(anonymous, others registrytest.Response) func(string) registrytest.Response {
		return func(authorization string) registrytest.Response {
			if authorization == "" {
				return anonymous
			}
			return others
		}
	}
	all := map[string]func(string) registrytest.Response{
		"accepts":             known(says(401, "", basic), says(200, "")),
		"refuses":             func(a string) registrytest.Response { return says(401, a, basic, negotiate) },
		"wants a token":       func(a string) registrytest.Response { return says(401, a, bearer) },
		"gives a token":       known(says(401, "", bearer), says(200, "")),
		"is open":             func(a string) registrytest.Response { return says(200, a) },
		"forbids":             func(a string) registrytest.Response { return says(403, a) },
		"forbids these":       known(says(401, "", basic), says(403, "")),
		"calls them bad":      known(says(401, "", basic), says(400, "")),
		"redirects to itself": known(says(401, "", basic), says(307, "")),
		"is no registry":      func(a string) registrytest.Response { return says(404, a) },
		"limits":              known(says(401, "", basic), says(429, "")),
		"is down":             known(says(401, "", basic), says(503, "")),
	}
	all["redirects elsewhere"] = func(a string) registrytest.Response {
		response := says(302, a)
		response.Header.Set("Location", "http://elsewhere.invalid/"+canary)
		return response
	}
	return all
}

// echoingImages are registries that accept the credentials and put them into every part
// of their answer about an image, one for each thing that can be found. The image is asked
// for by the digest of zeros.
func echoingImages() map[string]func(registrytest.Request) registrytest.Response {
	const zeros, ones = "sha256:0000000000000000000000000000000000000000000000000000000000000000", "sha256:1111111111111111111111111111111111111111111111111111111111111111"
	says := func(status int, req registrytest.Request, digest string) registrytest.Response {
		return registrytest.Response{Status: status, Header: http.Header{
			"Docker-Content-Digest": {digest}, "Content-Type": {canary}, "Location": {"/v2/?sent=" + canary}, "Link": {"</v2/" + canary + ">"},
		}, Body: fmt.Sprintf(`{"errors":[{"code":"DENIED","message":"%s: you sent %s"}]}`, canary, req.Authorization)}
	}
	about := func(manifest func(registrytest.Request) registrytest.Response) func(registrytest.Request) registrytest.Response {
		return func(req registrytest.Request) registrytest.Response {
			switch {
			case req.Authorization == "":
				return registrytest.Unauthorized(`Basic realm="` + canary + `"`)
			case strings.Contains(req.Path, "/manifests/"):
				return manifest(req)
			default:
				return registrytest.OK()
			}
		}
	}
	return map[string]func(registrytest.Request) registrytest.Response{
		"serves the image":       about(func(req registrytest.Request) registrytest.Response { return says(200, req, zeros) }),
		"serves another image":   about(func(req registrytest.Request) registrytest.Response { return says(200, req, ones) }),
		"names another digest":   about(func(req registrytest.Request) registrytest.Response { return says(200, req, "sha256:"+canary) }),
		"has no such image":      about(func(req registrytest.Request) registrytest.Response { return says(404, req, canary) }),
		"refuses the image":      about(func(req registrytest.Request) registrytest.Response { return says(403, req, canary) }),
		"fails to say it of one": about(func(req registrytest.Request) registrytest.Response { return says(503, req, canary) }),
	}
}

// TestDataSourceAndEphemeralResource_ShowNoSecret checks every echoing registry with
// the secret in every place, as data source and as ephemeral resource, and searches for
// the secret in all output of the provider.
func TestDataSourceAndEphemeralResource_ShowNoSecret(t *testing.T) { //nolint:tparallel // the outer subtest waits for those in it
	t.Parallel()
	var mu sync.Mutex
	combinations, reasons := 0, map[string]int{}
	t.Run("all", func(t *testing.T) {
		images := echoingImages()
		all := maps.Clone(images)
		for name, answer := range echoingRegistries() {
			all[name] = func(req registrytest.Request) registrytest.Response { return answer(req.Authorization) }
		}
		for name, answer := range all {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				fake := registrytest.NewByRequest(t, answer)
				_, image := images[name]
				for _, place := range secretPlaces(t, fake.URL, "ci", canary) {
					for _, kind := range []string{"data source", "ephemeral resource"} {
						reason := askAndLook(t, place, kind, fake.URL, image)
						mu.Lock()
						combinations++
						reasons[reason]++
						mu.Unlock()
					}
				}
			})
		}
	})
	t.Logf("%d combinations of source, verdict and kind of block, with %d reasons: no secret left the provider", combinations, len(reasons))
	if want := (13 + 6) * 19 * 2; combinations != want {
		t.Errorf("%d combinations, want %d", combinations, want)
	}
	for _, reason := range []string{"image_missing", "access_denied", "access_unproven", "unexpected_answer"} {
		if reasons[reason] == 0 {
			t.Errorf("%s was not met: %v", reason, reasons)
		}
	}
	if len(reasons) < 20 {
		t.Errorf("only %d reasons were met: %v", len(reasons), reasons)
	}
}

func askAndLook(t *testing.T, place secretPlace, kind, url string, image bool) (reason string) {
	t.Helper()
	var log bytes.Buffer
	ctx := tflogtest.RootLogger(t.Context(), &log)
	s := newServerWith(t, place.block, place.environ...)
	arguments := map[string]tftypes.Value{"registry_url": str(url)}
	if image {
		arguments["access"] = withReference(t, accessValue(t, s, "org/app", "pull"), "sha256:"+strings.Repeat("0", 64), false)
	}
	maps.Copy(arguments, place.arguments)
	ask := s.read
	if kind == "ephemeral resource" {
		ask = s.open
	}
	got, diags := ask(ctx, t, arguments)
	shown := map[string]string{"the log": log.String()}
	for i, d := range diags {
		shown[fmt.Sprintf("diagnostic %d", i)] = d.Summary + d.Detail
		if d.Severity == tfprotov6.DiagnosticSeverityError {
			t.Errorf("%s, %s: %s", place.name, kind, d.Summary)
		}
	}
	for name, value := range got {
		if kind == "ephemeral resource" && arguments[name].Type() != nil {
			continue // it returns its arguments as they came
		}
		shown["the attribute "+name] = value.String()
	}
	if source := asString(t, got["credential_source"]); source != place.source {
		t.Errorf("%s, %s: the source is %s", place.name, kind, source)
	}
	if !strings.Contains(log.String(), "Checked registry credentials") {
		t.Errorf("%s, %s: nothing was logged, so nothing was tested", place.name, kind)
	}
	for where, text := range shown {
		for _, form := range canaryForms() {
			if strings.Contains(text, form) {
				t.Errorf("%s, %s: the canary is in %s: %s", place.name, kind, where, text)
			}
		}
	}
	return asString(t, got["reason"])
}
