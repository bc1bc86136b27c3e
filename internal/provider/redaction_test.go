package provider

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-log/tflog"
	"github.com/hashicorp/terraform-plugin-log/tflogtest"

	"github.com/stellaops/terraform-provider-stellaops/internal/credentials"
	"github.com/stellaops/terraform-provider-stellaops/internal/doctor"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/registrytest"
)

// theCanary is a sensitive argument.
func theCanary() secretValue { return secretFrom(types.StringValue(canary)) }

// fullOfSecrets is a check whose every secret is the canary.
func fullOfSecrets(url string) checkModel {
	return checkModel{
		RegistryURL: types.StringValue(url), Username: types.StringValue("ci"), Password: theCanary(),
		Token: theCanary(), IdentityToken: theCanary(), DockerConfigJSON: theCanary(),
		wireModel: wireModel{ClientKeyPEM: theCanary()},
	}
}

func TestNoVerbPrintsASecretArgument(t *testing.T) {
	t.Parallel()
	model := fullOfSecrets("registry.example.com")
	entry := registryModel{Password: theCanary(), Token: theCanary(), IdentityToken: theCanary()}
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

func TestTheLogMasksEverySecretInEveryForm(t *testing.T) {
	t.Parallel()
	for name, secrets := range map[string]struct {
		model checkModel
		found credentials.Found
		block credentials.Places
	}{
		"a password argument":    {model: checkModel{Username: types.StringValue("ci"), Password: theCanary()}},
		"a token argument":       {model: checkModel{Token: theCanary()}},
		"an identity token":      {model: checkModel{IdentityToken: theCanary()}},
		"a client key":           {model: checkModel{wireModel: wireModel{ClientKeyPEM: theCanary()}}},
		"a payload":              {model: checkModel{DockerConfigJSON: theCanary()}},
		"a password of a place":  {found: credentials.Found{Credential: registry.Credential{Username: "ci", Password: registry.NewSecret(canary)}}},
		"a token of a place":     {found: credentials.Found{Credential: registry.Credential{Token: registry.NewSecret(canary)}}},
		"the password of a next": {found: credentials.Found{Next: []registry.Credential{{Username: "ci", Password: registry.NewSecret(canary)}}}},
		"a registry of the block that is not asked": {block: credentials.Places{Registries: credentials.Setting[map[string]credentials.Entry]{Value: map[string]credentials.Entry{
			"other.example.com": {Arguments: credentials.Arguments{Username: new("ci"), Password: theCanary().secret()}},
		}}}},
	} {
		var log bytes.Buffer
		shared := checks{secretForms: secrets.block.SecretForms()}
		ctx := shared.maskSecrets(tflogtest.RootLogger(t.Context(), &log), &secrets.model, secrets.found)
		tflog.Warn(ctx, "sent "+canary, map[string]any{
			"clear": canary, "basic": basicHeader("ci", canary), "base64": base64.StdEncoding.EncodeToString([]byte(canary)),
			"url": base64.RawURLEncoding.EncodeToString([]byte("x" + canary)), "within": "…" + canary + "…",
		})
		if !strings.Contains(log.String(), "sent ") {
			t.Errorf("%s: nothing was logged: %s", name, &log)
		}
		for _, form := range canaryForms() {
			if strings.Contains(log.String(), form) {
				t.Errorf("%s: %q is in the log: %s", name, form, &log)
			}
		}
	}
}

// TestTheLoginOfAProxyIsNotShown has a proxy that says what it was told.
func TestTheLoginOfAProxyIsNotShown(t *testing.T) { //nolint:paralleltest // it sets the environment
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
		if message := asString(t, got["message"]); !strings.Contains(message, " here") || len(proxy.Requests()) != 1 {
			t.Errorf("%s: the proxy was not heard: %s", form, message)
		}
		if strings.Contains(log.String(), canary) {
			t.Errorf("%s: it is in the log", form)
		}
	}
}

// TestTheLogIsMaskedWhileACheckIsMade logs every secret from within one.
func TestTheLogIsMaskedWhileACheckIsMade(t *testing.T) {
	t.Parallel()
	fake := registrytest.New(t, func(string) registrytest.Response { return registrytest.Status(503) })
	var log bytes.Buffer
	s, _ := serverOf(t, &stellaopsProvider{environ: func() []string { return nil }, wait: func(ctx context.Context, _ time.Duration) error {
		tflog.Warn(ctx, "asking again for "+canary+" and "+basicHeader("ci", canary))
		return nil
	}}, nil)
	got, diags := s.read(tflogtest.RootLogger(t.Context(), &log), t, map[string]tftypes.Value{"registry_url": str(fake.URL), "username": str("ci"), "password": str(canary)})
	noCanary(t, got, diags)
	if !strings.Contains(log.String(), "asking again") {
		t.Errorf("nothing was logged: %s", &log)
	}
	for _, form := range canaryForms() {
		if strings.Contains(log.String(), form) {
			t.Errorf("%q is in the log: %s", form, &log)
		}
	}
}

// TestTheLogIsMaskedForTheBlock logs the key and the login of a proxy that no
// argument of the check holds.
func TestTheLogIsMaskedForTheBlock(t *testing.T) {
	proxy := registrytest.New(t, func(string) registrytest.Response { return registrytest.Status(503) })
	t.Setenv("HTTP_PROXY", "http://ci:"+canary+"@"+proxy.Host())
	t.Setenv("NO_PROXY", "")
	t.Setenv("no_proxy", "")
	certificate, key := certificatePEM(t)
	var log bytes.Buffer
	s, _ := serverOf(t, &stellaopsProvider{environ: func() []string { return nil }, wait: func(ctx context.Context, _ time.Duration) error {
		tflog.Warn(ctx, "asking again with "+key+" through "+canary)
		return nil
	}}, map[string]tftypes.Value{"client_cert_pem": str(certificate), "client_key_pem": str(key)})
	got, diags := s.read(tflogtest.RootLogger(t.Context(), &log), t, map[string]tftypes.Value{"registry_url": str("http://registry.example.com")})
	noCanary(t, got, diags)
	if !strings.Contains(log.String(), "asking again") {
		t.Errorf("nothing was logged: %s", &log)
	}
	for _, secret := range []string{canary, strings.Split(key, "\n")[1]} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("%q is in the log: %s", secret, &log)
		}
	}
}

// crashing is a wire that ends the process with all that it was given.
type crashing struct{ registry.Asker }

func (crashing) Ask(_ context.Context, endpoint registry.Endpoint, credential registry.Credential) registry.Answer {
	panic(fmt.Sprintf("crashed with %+v %#v %+v %#v", endpoint, endpoint, credential, credential)) //nolint:forbidigo // what a bug would do
}

// TestACrashShowsNoSecret lets a process of its own crash in the middle of a
// check, with the longest trace that Go prints.
func TestACrashShowsNoSecret(t *testing.T) {
	const variable = "STELLAOPS_TEST_CRASH"
	if os.Getenv(variable) != "" {
		crashes := doctor.New(registry.NewMemory(crashing{}), func() string { return "0123456789abcdef" })
		shared := &checks{doctors: &doctors{known: map[registry.TLS]*doctor.Doctor{{}: crashes}}}
		model := fullOfSecrets("registry.example.com")
		model.ClientKeyPEM = secretValue{} // no key in PEM would end the check before it begins
		shared.run(context.Background(), &model)
		t.Fatal("it did not crash")
	}
	t.Parallel()
	command := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestACrashShowsNoSecret$", "-test.v")
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
