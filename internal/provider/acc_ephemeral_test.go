package provider

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/config"
	"github.com/hashicorp/terraform-plugin-testing/echoprovider"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/stellaops/terraform-provider-stellaops/internal/tfcli"
)

// needs skips a test on a CLI that lacks something.
func needs(t *testing.T, cli tfcli.CLI, has func(tfcli.Version) bool, what string) {
	t.Helper()
	version, err := cli.Sandbox.Version(t.Context(), cli.Path)
	if err != nil {
		t.Fatal(err)
	}
	if !has(version) {
		t.Skipf("%s has no %s", version, what)
	}
}

const ephemeralVariables = `
variable "url" { type = string }
variable "username" {
  type    = string
  default = null
}
variable "password" {
  type      = string
  default   = null
  ephemeral = true
}
`

const ephemeralConfig = ephemeralVariables + `
ephemeral "stellaops_oci_credentials_check" "test" {
  registry_url = var.url
  username     = var.username
  password     = var.password
}
`

// ephemeralGate is a consumer whose precondition refers to the ephemeral check.
const ephemeralGate = `
resource "terraform_data" "release" {
  lifecycle {
    precondition {
      condition     = ephemeral.stellaops_oci_credentials_check.test.passed
      error_message = "The registry credentials do not work; the warning says why."
    }
  }
}
`

func TestAccEphemeralResource_OnARealRegistry(t *testing.T) {
	t.Parallel()
	needs(t, newCLI(t), tfcli.Version.HasEphemeral, "ephemeral resources")
	registry := distribution(t)
	providers := factories()
	providers["echo"] = echoprovider.NewProviderServer()
	echoed := func(name string, want knownvalue.Check) statecheck.StateCheck {
		return statecheck.ExpectKnownValue("echo.test", tfjsonpath.New("data").AtMapKey(name), want)
	}
	configuration := ephemeralConfig + `
provider "echo" {
  data = ephemeral.stellaops_oci_credentials_check.test
}
resource "echo" "test" {}
`
	step := func(password string, checks ...statecheck.StateCheck) resource.TestStep {
		return resource.TestStep{
			Config: configuration,
			ConfigVariables: config.Variables{
				"url": config.StringVariable("http://" + registry.Host), "username": config.StringVariable("ci"), "password": config.StringVariable(password),
			},
			ConfigStateChecks: checks,
		}
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: providers,
		Steps: []resource.TestStep{
			step("right",
				echoed("passed", knownvalue.Bool(true)),
				echoed("verified", knownvalue.Bool(true)),
				echoed("reason", knownvalue.StringExact("accepted")),
				echoed("registry_host", knownvalue.StringExact(registry.Host)),
				echoed("credential_source", knownvalue.StringExact("arguments")),
				echoed("username", knownvalue.StringExact("ci")),
				echoed("password", knownvalue.StringExact("right")), // an ephemeral resource returns what it got
				echoed("timeout", knownvalue.Null()),
			),
			step("right"), // a second plan of the same
		},
	})
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: providers,
		Steps: []resource.TestStep{
			step("wrong",
				echoed("passed", knownvalue.Bool(false)),
				echoed("rejected", knownvalue.Bool(true)),
				echoed("reason", knownvalue.StringExact("invalid_credentials")),
				echoed("http_status", knownvalue.Int64Exact(401)),
			),
		},
	})
}

func TestAccEphemeralResource_CatchesRevocationBetweenPlanAndApply(t *testing.T) {
	t.Parallel()
	cli := newCLI(t)
	needs(t, cli, tfcli.Version.HasEphemeral, "ephemeral resources")
	registry := distribution(t)
	cli.Env = append(cli.Env, "TF_VAR_url=http://"+registry.Host, "TF_VAR_username=ci", "TF_VAR_password="+canary)
	if err := registry.SetAccounts(map[string]string{"ci": canary}); err != nil {
		t.Fatal(err)
	}
	write(t, cli, ephemeralConfig+ephemeralGate)
	planned := mustRun(t, cli, 0, "plan", "-no-color", "-out=saved")
	if strings.Contains(planned, "did not pass") {
		t.Errorf("warned of good credentials:\n%s", planned)
	}
	lookForCanary(t, cli, "the saved plan as JSON", mustRun(t, cli, 0, "show", "-json", "saved"))
	if err := registry.SetAccounts(map[string]string{"ci": "rotated"}); err != nil {
		t.Fatal(err)
	}
	applied := mustRun(t, cli, 1, "apply", "-no-color", "saved")
	for _, want := range []string{"Registry credentials of " + registry.Host + " did not pass: invalid_credentials", "The registry credentials do not work"} {
		if !strings.Contains(strings.Join(strings.Fields(strings.ReplaceAll(applied, "│", " ")), " "), want) {
			t.Errorf("%q is not in what the apply printed:\n%s", want, applied)
		}
	}
	if err := registry.SetAccounts(map[string]string{"ci": canary}); err != nil {
		t.Fatal(err)
	}
	printed := planned + applied + mustRun(t, cli, 0, "apply", "-auto-approve", "-no-color")
	lookForCanary(t, cli, "what the CLI printed", printed)
	lookForCanary(t, cli, "the state", read(t, filepath.Join(cli.Dir, "terraform.tfstate")))
	mustRun(t, cli, 0, "plan", "-detailed-exitcode", "-no-color")
	if err := registry.SetAccounts(map[string]string{"ci": "rotated"}); err != nil {
		t.Fatal(err)
	}
	mustRun(t, cli, 0, "destroy", "-auto-approve", "-no-color")
}
