package provider

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-log/tflogtest"

	"github.com/stellaops/terraform-provider-stellaops/internal/credentials"
	"github.com/stellaops/terraform-provider-stellaops/internal/doctor"
	"github.com/stellaops/terraform-provider-stellaops/internal/redact"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/registrytest"
)

// canarySecret is a sensitive argument with the canary as its value.
func canarySecret() secretValue { return secretFrom(types.StringValue(canary)) }

// fullOfSecrets is a check whose every secret is the canary.
func fullOfSecrets(url string) checkModel {
	return checkModel{
		RegistryURL: types.StringValue(url), Username: types.StringValue("ci"), Password: canarySecret(),
		Token: canarySecret(), IdentityToken: canarySecret(), DockerConfigJSON: canarySecret(),
		connectionModel: connectionModel{ClientKeyPEM: canarySecret()},
	}
}

func TestSecretValue_NoVerbPrintsIt(t *testing.T) {
	t.Parallel()
	model := fullOfSecrets("registry.example.com")
	entry := registryModel{Password: canarySecret(), Token: canarySecret(), IdentityToken: canarySecret()}
	block := credentials.Places{Registries: credentials.Setting[map[string]credentials.Entry]{Value: map[string]credentials.Entry{
		"r": {Arguments: credentials.Arguments{Password: model.Password.secret()}},
	}}}
	var printed bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%p", "%T", "%w"} {
		for _, value := range []any{model, &model, model.Password, &model.Password, []secretValue{model.Token}, entry, &entry, block, &block} {
			fmt.Fprintf(&printed, verb+"\n", value)
		}
	}
	printed.WriteString(model.Password.String())
	encoded, err := json.Marshal(model.Password.secret())
	if err != nil {
		t.Fatal(err)
	}
	printed.Write(encoded)
	for _, form := range append(canaryForms(), fmt.Sprintf("%x", canary)) {
		if strings.Contains(printed.String(), form) {
			t.Errorf("a verb prints %q", form)
		}
	}
}

// TestDataSource_Read_ShowsNoLoginOfAProxy has a proxy that repeats the credentials it
// received.
func TestDataSource_Read_ShowsNoLoginOfAProxy(t *testing.T) { //nolint:paralleltest // it sets the environment
	for _, form := range []string{"http://ci:%s@%s", "ci:%s@%s", "http://%s@%s", "http://%s:@%s"} {
		proxy := registrytest.New(t, func(string) registrytest.Response {
			return registrytest.Response{Status: 403, Header: http.Header{"Content-Type": {"application/json"}}, Body: `{"errors":[{"code":"DENIED","message":"no ` + canary + ` here"}]}`}
		})
		t.Setenv("HTTP_PROXY", fmt.Sprintf(form, canary, strings.TrimPrefix(proxy.URL, "http://")))
		t.Setenv("NO_PROXY", "")
		t.Setenv("no_proxy", "")
		var log bytes.Buffer
		s := newServerWith(t, nil)
		got, diags := s.read(tflogtest.RootLogger(t.Context(), &log), t, map[string]tftypes.Value{"registry_url": str("http://registry.example.com")})
		noCanary(t, got, diags)
		if message := asString(t, got["message"]); !strings.Contains(message, "403 Forbidden") || len(proxy.Requests()) != 1 {
			t.Errorf("%s: the proxy was not heard: %s", form, message)
		}
		if strings.Contains(log.String(), canary) {
			t.Errorf("%s: it is in the log", form)
		}
	}
}

// TestDataSource_Read_LogsNoTextOfTheRegistry reads what is logged at the lowest level:
// one line of our own words, so that nothing in it has to be masked. The layers below
// this one log nothing; a linter keeps them from it.
func TestDataSource_Read_LogsNoTextOfTheRegistry(t *testing.T) {
	t.Parallel()
	fake := registrytest.New(t, func(string) registrytest.Response {
		return registrytest.Unauthorized(`Basic realm="` + canary + `"`)
	})
	var log bytes.Buffer
	s := startServer(t)
	got, diags := s.read(tflogtest.RootLogger(t.Context(), &log), t, map[string]tftypes.Value{"registry_url": str(fake.URL), "username": str("ci"), "password": str(canary)})
	noCanary(t, got, diags)
	lines, err := tflogtest.MultilineJSONDecode(&log)
	if err != nil || len(lines) != 1 {
		t.Fatalf("%v: %v", err, lines)
	}
	want := map[string]any{
		"@level": "debug", "@message": "Checked registry credentials", "@module": "provider",
		"registry_host": fake.Host(), "reason": "invalid_credentials", "passed": false, "credential_source": "arguments",
	}
	if !maps.Equal(lines[0], want) {
		t.Errorf("logged %v, want %v", lines[0], want)
	}
}

// crashingAsker panics with its arguments.
type crashingAsker struct{ registry.Asker }

func (crashingAsker) Ask(_ context.Context, endpoint registry.Endpoint, credential registry.Credential) registry.Answer {
	panic(fmt.Sprintf("crashed with %+v %#v %+v %#v", endpoint, endpoint, credential, credential)) //nolint:forbidigo // what a bug would do
}

// TestChecks_Run_CrashShowsNoSecret runs a check that panics, in another process and
// with the longest trace that Go prints.
func TestChecks_Run_CrashShowsNoSecret(t *testing.T) {
	const variable = "STELLAOPS_TEST_CRASH"
	if os.Getenv(variable) != "" {
		crashes := doctor.New(registry.NewCache(crashingAsker{}), redact.New(), func() string { return "0123456789abcdef" })
		shared := &checks{doctors: &doctorCache{redactor: redact.New(), byTLS: map[registry.TLS]*doctor.Doctor{{}: crashes}}}
		model := fullOfSecrets("registry.example.com")
		model.ClientKeyPEM = secretValue{} // no key in PEM would end the check before it begins
		shared.run(context.Background(), &model)
		t.Fatal("it did not crash")
	}
	t.Parallel()
	command := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestChecks_Run_CrashShowsNoSecret$", "-test.v")
	command.Env = append(os.Environ(), variable+"=1", "GOTRACEBACK=system")
	output, err := command.CombinedOutput()
	if err == nil || !strings.Contains(string(output), "crashed with") || !strings.Contains(string(output), "goroutine ") {
		t.Fatalf("it did not crash: %v\n%s", err, output)
	}
	for _, form := range canaryForms() {
		if strings.Contains(string(output), form) {
			t.Errorf("%q is in what the crash printed", form)
		}
	}
}
