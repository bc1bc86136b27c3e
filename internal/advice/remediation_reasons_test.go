package advice_test

import (
	"testing"

	"github.com/stellaops/terraform-provider-stellaops/internal/advice"
	"github.com/stellaops/terraform-provider-stellaops/internal/verdict"
)

// TestRemediation_FitsTheReason has what a reason's steps are about on every platform,
// and what belongs to another one.
func TestRemediation_FitsTheReason(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		reason      verdict.Reason
		says, never []string
		atRegistry  string
	}{
		{verdict.ReasonTLSUntrusted, []string{"openssl s_client -connect registry.example.com:443 -servername registry.example.com ", "registry-ca.crt", "ca_cert_pem", "terraform plan"}, []string{"client_cert_pem", "http://"}, "Renew the certificate"},
		{verdict.ReasonTLSClientCert, []string{"client_cert_pem and client_key_pem", "-in client.crt", "terraform plan"}, []string{"registry-ca.crt", "s_client"}, "which authority"},
		{verdict.ReasonTLSFailed, []string{"openssl s_client -connect registry.example.com:443 -servername registry.example.com < /dev/null", "port", "terraform plan"}, []string{"registry-ca.crt", "client_cert_pem"}, "TLS 1.2"},
		{verdict.ReasonPlainHTTPRegistry, []string{"curl -sS -o /dev/null -w '%{http_code}\\n' 'http://registry.example.com:443/v2/'", "port that has TLS", "http:// there", "terraform plan"}, []string{"https://", "s_client"}, "Put TLS on the registry"},
		{verdict.ReasonRealmUnsafe, []string{"grep -i www-authenticate", "trusted_realms in the provider block", "terraform plan"}, []string{"OCI__RegistryUrl", "nano"}, "Correct the address of the token service: https"},
		{verdict.ReasonCredentialSourceFailed, []string{"aws sso login or gcloud auth login", "terraform plan"}, []string{"docker login"}, ""},
		{verdict.ReasonServerError, []string{"curl ", "terraform plan"}, []string{"failed", "logs"}, "status page"},
		{verdict.ReasonRateLimited, []string{"curl ", " repeat"}, nil, "Stop what repeats"},
	} {
		for _, platform := range []string{"docker-compose", "systemd", "kubernetes"} {
			steps := stepsOf(t, row.reason, platform)
			for _, part := range row.says {
				if !contains(steps, part) {
					t.Errorf("%s: %s: no %q in\n%s", row.reason, platform, part, steps)
				}
			}
			for _, part := range row.never {
				if contains(steps, part) {
					t.Errorf("%s: %s: %q in\n%s", row.reason, platform, part, steps)
				}
			}
		}
		if row.atRegistry != "" && !contains(stepsOf(t, row.reason, "registry"), row.atRegistry) {
			t.Errorf("%s: no %q at the registry", row.reason, row.atRegistry)
		}
	}
}

// TestRemediation_RenewsAnIdentityTokenWithDocker has one that was refused.
func TestRemediation_RenewsAnIdentityTokenWithDocker(t *testing.T) {
	t.Parallel()
	for name, report := range reports(t) {
		if report.Evidence.Method() == "identity_token" && report.Rejected && !contains(report.Remediation[0].Steps[1], "docker login registry.example.com") {
			t.Errorf("%s: %q", name, report.Remediation[0].Steps)
		}
	}
}

func TestCatalogue_MeaningsNameWhatCanBeDone(t *testing.T) {
	t.Parallel()
	want := map[verdict.Reason]string{
		verdict.ReasonUnexpectedRedirect: "The answer is a redirect to another host, port or scheme; nothing was sent there.",
		verdict.ReasonAcceptedUnproven:   "The registry answers 200, but it does so without credentials too. `require_verified` tries whether it refuses a wrong password.",
	}
	for _, entry := range advice.Catalogue() {
		if meaning, ok := want[entry.Reason]; ok && entry.Meaning != meaning {
			t.Errorf("%s: %q", entry.Reason, entry.Meaning)
		}
	}
}
