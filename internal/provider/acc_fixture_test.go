package provider

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stellaops/terraform-provider-stellaops/internal/registrytest"
)

// fixtureHost stands in a fixture for the host of the registry.
const fixtureHost = "REGISTRY-HOST"

// TestAccDataSource_ReadsTheStateOfARelease plans with a state that release 0.1.0
// wrote, which has no reference in access and neither reference nor digest in
// access_results: the plan must show no difference. UPDATE_FIXTURE=1 makes the test of the
// release write it again, which is only right for a release.
func TestAccDataSource_ReadsTheStateOfARelease(t *testing.T) {
	t.Parallel()
	busy := registrytest.NewBusy(t, registrytest.BusyOptions{})
	host := strings.TrimPrefix(busy.URL, "http://")
	cli := newCLI(t, "TF_VAR_url="+busy.URL)
	folder := filepath.Join("testdata", "state-0.1.0")
	// The address of a provider is another one in OpenTofu.
	fixture := filepath.Join(folder, "terraform.tfstate.json")
	if strings.Contains(os.Getenv("TF_ACC_PROVIDER_HOST"), "opentofu") {
		fixture = filepath.Join(folder, "tofu.tfstate.json")
	}
	write(t, cli, read(t, filepath.Join(folder, "main.tf")))
	state := filepath.Join(cli.Dir, "terraform.tfstate")
	known := read(t, fixture)
	if !strings.Contains(known, "invalid_credentials") || strings.Contains(known, "right-1") || strings.Contains(known, `"reference"`) || strings.Contains(known, `"digest"`) {
		t.Error("the state is not that of the configuration")
	}
	if err := os.WriteFile(state, []byte(strings.ReplaceAll(known, fixtureHost, host)), 0o600); err != nil {
		t.Fatal(err)
	}
	mustRun(t, cli, 0, "plan", "-detailed-exitcode", "-no-color") // 2 would be a difference
	mustRun(t, cli, 0, "destroy", "-auto-approve", "-no-color")
}
