package provider

import (
	"strings"
	"testing"
)

// unknownBlock is a provider block whose credentials are known after the apply
// only, since they come from a resource.
const unknownBlock = `
variable "url" { type = string }
variable "password" {
  type      = string
  sensitive = true
}
resource "terraform_data" "login" {
  input = "ci"
}
provider "stellaops" {
  registries = {
    (var.url) = {
      username = terraform_data.login.output
      password = var.password
    }
  }
}
`

// TestAccProvider_UnknownSettingsBlockNoDestroy shows what an error from Configure would
// break for good on Terraform 1.5: a check that does not need what is unknown
// works, one that needs it says so, and either can be destroyed.
func TestAccProvider_UnknownSettingsBlockNoDestroy(t *testing.T) {
	t.Parallel()
	registry := distribution(t)
	url := "http://" + registry.Host
	t.Run("a check with arguments needs none of it", func(t *testing.T) {
		t.Parallel()
		cli := newCLI(t, "TF_VAR_url="+url, "TF_VAR_password=right")
		write(t, cli, unknownBlock+`
data "stellaops_oci_credentials_check" "test" {
  registry_url = var.url
  username     = "ci"
  password     = var.password
}
`+gate)
		mustRun(t, cli, 0, "apply", "-auto-approve", "-no-color")
		mustRun(t, cli, 0, "plan", "-detailed-exitcode", "-no-color")
		mustRun(t, cli, 0, "destroy", "-auto-approve", "-no-color")
	})
	t.Run("a check that needs it says so", func(t *testing.T) {
		t.Parallel()
		cli := newCLI(t, "TF_VAR_url="+url, "TF_VAR_password=right")
		write(t, cli, unknownBlock+`
data "stellaops_oci_credentials_check" "test" {
  registry_url = var.url
}
`+gate)
		printed := strings.Join(strings.Fields(strings.ReplaceAll(mustRun(t, cli, 1, "plan", "-no-color"), "│", " ")), " ")
		for _, want := range []string{"registries in the provider block is not known yet", "Pass the credentials to this check as arguments instead"} {
			if !strings.Contains(printed, want) {
				t.Errorf("%q is not in what the plan printed:\n%s", want, printed)
			}
		}
		mustRun(t, cli, 0, "apply", "-auto-approve", "-no-color", "-target=terraform_data.login")
		mustRun(t, cli, 0, "apply", "-auto-approve", "-no-color")
		mustRun(t, cli, 0, "plan", "-detailed-exitcode", "-no-color")
		mustRun(t, cli, 0, "destroy", "-auto-approve", "-no-color")
	})
}

func TestAccProvider_SkipChecksLetsDestroyThrough(t *testing.T) {
	t.Parallel()
	cli := newCLI(t, "TF_VAR_url=http://127.0.0.1:1")
	write(t, cli, `
variable "url" { type = string }
provider "stellaops" {
  appsettings_path = "no/such/file.json"
}
data "stellaops_oci_credentials_check" "test" {
  registry_url = var.url
}
`+gate)
	mustRun(t, cli, 1, "plan", "-no-color")
	cli.Env = append(cli.Env, "STELLAOPS_SKIP_CHECKS=1")
	printed := mustRun(t, cli, 0, "apply", "-auto-approve", "-no-color")
	if got := strings.Count(printed, "Registry credentials are not checked"); got < 1 || got > 2 {
		t.Errorf("the warning is there %d times, want once for the plan and perhaps for the apply:\n%s", got, printed)
	}
	mustRun(t, cli, 0, "destroy", "-auto-approve", "-no-color")
}
