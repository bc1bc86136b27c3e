package provider

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/stellaops/terraform-provider-stellaops/internal/registrytest"
)

// TestDataSource_Read_RefusesAnUnknownSettingsFile has a settings file that is
// not known yet beside settings of the environment, which win key by key.
func TestDataSource_Read_RefusesAnUnknownSettingsFile(t *testing.T) {
	t.Parallel()
	fake := registrytest.New(t, registrytest.ByAuthorization(basicHeader("ci", "right"),
		registrytest.Unauthorized(`Basic realm="test"`), registrytest.OK(), registrytest.Unauthorized(`Basic realm="test"`)))
	login := map[string]tftypes.Value{"username": str("ci"), "password": str("right")}
	for _, row := range []struct {
		name      string
		environ   []string
		arguments map[string]tftypes.Value
		want      string // the reason, or a part of the error
	}{
		{"no registry anywhere, and arguments", nil, login, "Write registry_url in this check"},
		{"the environment names the registry, and arguments", []string{"OCI__RegistryUrl=" + fake.URL}, login, "accepted"},
		{"the file could name it before the environment does", []string{"Registry__RegistryUrl=" + fake.URL}, login, "Write registry_url in this check"},
		{"the environment is for another registry", []string{"OCI__RegistryUrl=other.example.com", "OCI__Token=t"}, map[string]tftypes.Value{"registry_url": str(fake.URL)}, "authentication_required"},
		{"the environment is for this registry, and the file may add to it", []string{"OCI__RegistryUrl=" + fake.URL, "OCI__Username=ci"}, map[string]tftypes.Value{"registry_url": str(fake.URL)}, "Pass the credentials to this check as arguments"},
		{"the environment has all", []string{"OCI__RegistryUrl=" + fake.URL, "OCI__Username=ci", "OCI__Password=right", "OCI__Token="}, map[string]tftypes.Value{"registry_url": str(fake.URL)}, "accepted"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			s := newServerWith(t, map[string]tftypes.Value{"appsettings_path": tftypes.NewValue(tftypes.String, tftypes.UnknownValue)}, row.environ...)
			got, diags := s.read(t.Context(), t, row.arguments)
			if len(diags) > 0 {
				if text := diags[0].Summary + ": " + diags[0].Detail; !strings.Contains(text, row.want) || !strings.Contains(text, "appsettings_path in the provider block is not known yet") {
					t.Errorf("%s, want %q", text, row.want)
				}
				return
			}
			if reason := asString(t, got["reason"]); reason != row.want {
				t.Errorf("reason %s, want %s", reason, row.want)
			}
		})
	}
}
