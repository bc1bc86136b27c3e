package provider

import (
	"encoding/base64"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/stellaops/terraform-provider-stellaops/internal/credentialstest"
	"github.com/stellaops/terraform-provider-stellaops/internal/registrytest"
)

// TestDataSource_Read_EndsAHangingHelperAtTheTimeout would hang itself if the search for
// credentials had no deadline: nothing ends the helper's child.
func TestDataSource_Read_EndsAHangingHelperAtTheTimeout(t *testing.T) {
	t.Parallel()
	fake := registrytest.New(t, func(string) registrytest.Response { return registrytest.OK() })
	helper := credentialstest.Helper{Hangs: true, LeavesChild: true}.Install(t)
	path := filepath.Join(t.TempDir(), "config.json")
	if err := os.WriteFile(path, fmt.Appendf(nil, `{"credsStore":%q}`, helper), 0o600); err != nil {
		t.Fatal(err)
	}
	s := newServerWith(t, map[string]tftypes.Value{"docker_config_path": str(path)})
	got, diags := s.read(t.Context(), t, map[string]tftypes.Value{"registry_url": str(fake.URL), "timeout": str("500ms")})
	if len(diags) > 0 {
		t.Fatal(diags[0])
	}
	if reason := asString(t, got["reason"]); reason != "credential_source_failed" || !strings.Contains(asString(t, got["message"]), "did not answer in time") {
		t.Errorf("reason %s: %s", reason, asString(t, got["message"]))
	}
	if n := len(fake.Requests()); n != 0 {
		t.Errorf("%d requests", n)
	}
}

// TestDataSource_Read_StepsNameTheSource has a login that is refused, of two
// sources in turn.
func TestDataSource_Read_StepsNameTheSource(t *testing.T) {
	t.Parallel()
	fake := registrytest.New(t, func(string) registrytest.Response { return registrytest.Unauthorized(`Basic realm="test"`) })
	auth := base64.StdEncoding.EncodeToString([]byte("ci:wrong"))
	s := newServerWith(t, map[string]tftypes.Value{"docker_config_path": jsonFile(t, map[string]any{"auths": map[string]any{fake.Host(): map[string]string{"auth": auth}}})})
	for want, arguments := range map[string]map[string]tftypes.Value{
		"docker login --username ci":            {"registry_url": str(fake.URL)},
		"# Set the right password of the check": {"registry_url": str(fake.URL), "username": str("ci"), "password": str("wrong")},
	} {
		got, diags := s.read(t.Context(), t, arguments)
		if steps := got["remediation"].String(); len(diags) > 0 || !strings.Contains(steps, want) {
			t.Errorf("no %q in %s: %v", want, steps, diags)
		}
	}
}

// TestDataSource_Read_ChoosesTheEntryByRepository has an entry for one team only: the
// repository of the check must reach the search, wherever it is written.
func TestDataSource_Read_ChoosesTheEntryByRepository(t *testing.T) {
	t.Parallel()
	fake := registrytest.NewTLS(t, registrytest.ByAuthorization(basicHeader("ci", "right"),
		registrytest.Unauthorized(`Basic realm="test"`), registrytest.OK(), registrytest.Unauthorized(`Basic realm="test"`)))
	payload := fmt.Sprintf(`{"auths":{"%s/team":{"auth":%q}}}`, fake.Host(), base64.StdEncoding.EncodeToString([]byte("ci:right")))
	s := newServerWith(t, map[string]tftypes.Value{"ca_cert_pem": str(fake.CertificatePEM())})
	for _, row := range []struct {
		name      string
		url       string
		arguments map[string]tftypes.Value
		method    string
	}{
		{"in registry_url", fake.Host() + "/team/app:1", nil, "basic"},
		{"in access", fake.URL, map[string]tftypes.Value{"access": pullsOf(t, "team/app")}, "basic"},
		{"of another team, in registry_url", fake.Host() + "/other/app", nil, "anonymous"},
		{"of another team, in access", fake.URL, map[string]tftypes.Value{"access": pullsOf(t, "other/app")}, "anonymous"},
		{"nowhere", fake.URL, nil, "anonymous"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			arguments := map[string]tftypes.Value{"registry_url": str(row.url), "docker_config_json": str(payload)}
			maps.Copy(arguments, row.arguments)
			got, diags := s.read(t.Context(), t, arguments)
			if len(diags) > 0 {
				t.Fatal(diags[0])
			}
			if method := asString(t, got["auth_method"]); method != row.method {
				t.Errorf("method %s, want %s: %s", method, row.method, asString(t, got["message"]))
			}
		})
	}
}

// TestProviderModel_Places_IgnoresANullEntry is what a conditional expression makes.
func TestProviderModel_Places_IgnoresANullEntry(t *testing.T) {
	t.Parallel()
	fake := registrytest.New(t, func(string) registrytest.Response { return registrytest.OK() })
	value := registriesValue(fake.URL, nil)
	entry := value.Type().(tftypes.Map).ElementType
	null := tftypes.NewValue(tftypes.Map{ElementType: entry}, map[string]tftypes.Value{fake.URL: tftypes.NewValue(entry, nil)})
	for _, row := range []struct {
		name       string
		registries tftypes.Value
		source     string
	}{{"null", null, "none"}, {"empty", value, "provider"}} {
		got, diags := newServerWith(t, map[string]tftypes.Value{"registries": row.registries}).read(t.Context(), t, map[string]tftypes.Value{"registry_url": str(fake.URL)})
		if len(diags) > 0 {
			t.Fatal(diags[0])
		}
		if source := asString(t, got["credential_source"]); source != row.source {
			t.Errorf("%s: the source is %s, want %s", row.name, source, row.source)
		}
	}
}
