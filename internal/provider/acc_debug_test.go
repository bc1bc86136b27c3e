package provider

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stellaops/terraform-provider-stellaops/internal/registrytest"
)

// TestAccServe_GODEBUGShowsNoSecret has package net/http write each header of HTTP/2 to
// the standard logger, which would end in the CLI's log.
func TestAccServe_GODEBUGShowsNoSecret(t *testing.T) {
	t.Parallel()
	fake := registrytest.NewTLS(t, registrytest.ByAuthorization(basicHeader("ci", canary),
		registrytest.Unauthorized(`Basic realm="test"`), registrytest.OK(), registrytest.Unauthorized(`Basic realm="test"`)))
	log := filepath.Join(t.TempDir(), "provider.log")
	cli := newCLI(t, "TF_VAR_url="+fake.URL, "TF_VAR_username=ci", "TF_VAR_password="+canary, "TF_VAR_ca="+fake.CertificatePEM(),
		"GODEBUG=http2debug=2", "TF_LOG_PROVIDER=TRACE", "TF_LOG_PATH="+log)
	write(t, cli, strings.Replace(checkConfig, `timeout `, "ca_cert_pem = var.ca\n  timeout ", 1)+`
variable "ca" {
  type = string
}
output "reason" {
  value = data.stellaops_oci_credentials_check.test.reason
}
`)
	mustRun(t, cli, 0, "apply", "-auto-approve", "-no-color")
	if reason := mustRun(t, cli, 0, "output", "-raw", "reason"); reason != "accepted" {
		t.Errorf("reason is %s", reason)
	}
	text := read(t, log)
	if !strings.Contains(text, "stellaops_oci_credentials_check") {
		t.Error("the log has nothing of the provider: nothing was tested")
	}
	lookForCanary(t, cli, "the log", text)
}
