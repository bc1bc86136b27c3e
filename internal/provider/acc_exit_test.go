package provider

import (
	"encoding/json"
	"testing"
)

const warnOnly = `
check "registry" {
  assert {
    condition     = data.stellaops_oci_credentials_check.test.passed
    error_message = data.stellaops_oci_credentials_check.test.message
  }
}
`

const change = `
resource "terraform_data" "change" {
}
`

// TestAccExampleGate_ExitCodes are the table of the guide In CI.
func TestAccExampleGate_ExitCodes(t *testing.T) {
	t.Parallel()
	registry := distribution(t)
	for _, row := range []struct {
		name             string
		args             []string
		changes          bool
		good, gate, warn int
	}{
		{"plan", []string{"plan"}, true, 0, 1, 0},
		{"apply", []string{"apply", "-auto-approve"}, true, 0, 1, 0},
		{"plan -detailed-exitcode without changes", []string{"plan", "-detailed-exitcode"}, false, 0, 1, 0},
		{"plan -detailed-exitcode with changes", []string{"plan", "-detailed-exitcode"}, true, 2, 1, 2},
		{"plan -refresh-only", []string{"plan", "-refresh-only"}, false, 0, 0, 0},
		{"destroy", []string{"destroy", "-auto-approve"}, false, 0, 0, 0},
		{"validate", []string{"validate"}, true, 0, 0, 0},
	} {
		for kind, want := range map[string]int{"good": row.good, "gate": row.gate, "warn": row.warn} {
			t.Run(row.name+", "+kind, func(t *testing.T) {
				t.Parallel()
				configuration := checkConfig + gate
				if kind == "warn" {
					configuration = checkConfig + warnOnly
				}
				cli := newCLI(t, "TF_VAR_url=http://"+registry.Host, "TF_VAR_username=ci", "TF_VAR_password=right")
				write(t, cli, configuration)
				mustRun(t, cli, 0, "apply", "-auto-approve", "-no-color")
				if row.changes {
					write(t, cli, configuration+change)
				}
				if kind != "good" {
					cli.Env = append(cli.Env, "TF_VAR_password=wrong")
				}
				mustRun(t, cli, want, append(row.args, "-no-color")...)
			})
		}
	}
}

// TestAccExampleGate_StoppedPlanCannotBeApplied saves a plan that the gate stops. Its
// file tells machines why, as the guide In CI says.
func TestAccExampleGate_StoppedPlanCannotBeApplied(t *testing.T) {
	t.Parallel()
	registry := distribution(t)
	cli := newCLI(t, "TF_VAR_url=http://"+registry.Host, "TF_VAR_username=ci", "TF_VAR_password=wrong")
	write(t, cli, checkConfig+gate)
	mustRun(t, cli, 1, "plan", "-no-color", "-out=saved")
	var shown struct {
		PriorState struct {
			Values struct {
				RootModule struct {
					Resources []struct {
						Type   string
						Values struct{ Reason string }
					}
				} `json:"root_module"`
			}
		} `json:"prior_state"`
	}
	if err := json.Unmarshal([]byte(mustRun(t, cli, 0, "show", "-json", "saved")), &shown); err != nil {
		t.Fatal(err)
	}
	if resources := shown.PriorState.Values.RootModule.Resources; len(resources) != 1 || resources[0].Values.Reason != "invalid_credentials" {
		t.Errorf("the plan holds %+v", resources)
	}
	mustRun(t, cli, 1, "apply", "-no-color", "saved")
}
