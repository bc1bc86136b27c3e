package provider

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stellaops/terraform-provider-stellaops/internal/registrytest"
)

// fleet is a plan of many checks; with password it is that of each.
const fleet = `
variable "url" {
  type = string
}

variable "checks" {
  type = number
}

data "stellaops_oci_credentials_check" "fleet" {
  count        = var.checks
  registry_url = var.url
  username     = "ci"
  password     = "right-${count.index}"
}

resource "terraform_data" "gate" {
  lifecycle {
    precondition {
      condition     = alltrue(data.stellaops_oci_credentials_check.fleet[*].passed)
      error_message = "One of the registries refuses its credentials."
    }
  }
}
`

// TestAccDataSource_FiveHundredChecks counts what they cost the registry and the state.
func TestAccDataSource_FiveHundredChecks(t *testing.T) {
	t.Parallel()
	sizes := map[int]int64{}
	for _, checks := range []int{1, 501} {
		busy := registrytest.NewBusy(t, registrytest.BusyOptions{})
		cli := newCLI(t, "TF_VAR_url="+busy.URL, fmt.Sprintf("TF_VAR_checks=%d", checks))
		write(t, cli, fleet)
		mustRun(t, cli, 0, "apply", "-auto-approve", "-no-color")
		state, err := os.Stat(filepath.Join(cli.Dir, "terraform.tfstate"))
		if err != nil {
			t.Fatal(err)
		}
		sizes[checks] = state.Size()
		if n := busy.Requests.Load(); n > int64(checks)+1 {
			t.Errorf("%d checks cost %d requests", checks, n)
		}
		if n := busy.Connections.Load(); n > 10 {
			t.Errorf("%d checks cost %d connections", checks, n)
		}
	}
	limit := int64(4 << 10)
	if strings.Contains(os.Getenv("TF_ACC_PROVIDER_HOST"), "opentofu") {
		limit = 3 << 10
	}
	each := (sizes[501] - sizes[1]) / 500
	if each > limit {
		t.Errorf("each check takes %d bytes of the state, want at most %d", each, limit)
	}
	t.Logf("each check takes %d bytes of the state", each)
}
