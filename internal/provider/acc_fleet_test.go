package provider

import (
	"encoding/base64"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/stellaops/terraform-provider-stellaops/internal/registrytest"
)

// TestAccModuleFleet_OneBadLoginStopsIt has two registries with a password each: one that
// is wrong, or at the other registry, is enough.
func TestAccModuleFleet_OneBadLoginStopsIt(t *testing.T) {
	t.Parallel()
	basic := func(password string) string {
		return base64.StdEncoding.EncodeToString([]byte("ci:" + password))
	}
	accepting := func(password string) string {
		return registrytest.New(t, func(authorization string) registrytest.Response {
			if authorization == "Basic "+basic(password) {
				return registrytest.OK()
			}
			return registrytest.Unauthorized(`Basic realm="there"`)
		}).URL
	}
	first, second := accepting("one"), accepting("two")
	for _, folder := range []string{"examples/fleet", "examples/modules/fleet", "examples/modules/pull-secret"} {
		for _, row := range []struct {
			first, second string
			want          int
		}{{"one", "two", 0}, {"one", "wrong", 1}, {"wrong", "two", 1}, {"two", "one", 1}} {
			t.Run(fmt.Sprintf("%s, %s and %s", folder, row.first, row.second), func(t *testing.T) {
				t.Parallel()
				cli := example(t, filepath.FromSlash(folder), first, row.first)
				both := fmt.Sprintf("[%q,%q]", first, second)
				logins := fmt.Sprintf("{%q={username=\"ci\",password=%q},%q={username=\"ci\",password=%q}}", first, row.first, second, row.second)
				payload := fmt.Sprintf(`{"auths":{%q:{"auth":%q},%q:{"auth":%q}}}`, first, basic(row.first), second, basic(row.second))
				cli.Env = append(cli.Env, "TF_VAR_registries="+both, "TF_VAR_hosts="+both, "TF_VAR_images="+both,
					"TF_VAR_registry_logins="+logins, "TF_VAR_logins="+logins, "TF_VAR_payload="+payload)
				mustRun(t, cli, row.want, "plan", "-no-color", "-input=false")
			})
		}
	}
}
