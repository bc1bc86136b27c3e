package advice_test

import (
	"strings"
	"testing"

	"github.com/stellaops/terraform-provider-stellaops/internal/doctor"
	"github.com/stellaops/terraform-provider-stellaops/internal/redact"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/verdict"
)

// TestRemediation_TestsAPasswordWhereItIsChecked has registries that check passwords
// themselves, and one whose token service does.
func TestRemediation_TestsAPasswordWhereItIsChecked(t *testing.T) {
	t.Parallel()
	const curl = `curl -sS -o /dev/null -w '%{http_code}\n' -u ci `
	const v2, service = curl + "'https://registry.example.com/v2/'", curl + "'https://auth.example.com/token?service=registry.example.com'"
	refused := registry.TokenAnswer{Answer: *unauthorized(), Endpoint: "https://auth.example.com/token"}
	broken := registry.TokenAnswer{Answer: *status(500), Endpoint: "https://auth.example.com/token"}
	for _, row := range []struct {
		r0, r1 string
		token  registry.TokenAnswer
		want   string
	}{
		{basicChallenge, basicChallenge, refused, v2},
		{bearerChallenge, bearerChallenge, refused, service},
		{bearerChallenge, basicChallenge, broken, v2},
	} {
		s := &script{r0: *unauthorized(row.r0), r1: *unauthorized(row.r1), tokens: func(registry.TokenRequest) registry.TokenAnswer { return row.token }}
		report := ask(t, doctor.New(registry.NewCache(s), redact.New(), random), doctor.Request{Credential: userAndPassword, TokenExchange: true})
		if steps := strings.Join(report.Remediation[1].Steps, "\n"); report.Reason != verdict.ReasonInvalidCredentials || !strings.Contains(steps, row.want+"\n") {
			t.Errorf("%s: no %s in\n%s", report.Reason, row.want, steps)
		}
	}
}

// TestRemediation_GivesThePlanTheNewCredentials expects the steps for the source of the
// old credentials after those of the platform.
func TestRemediation_GivesThePlanTheNewCredentials(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		"arguments":          "# The plan reads the arguments of the check: give their variable or secret the new value",
		"none":               "# The plan reads the arguments of the check: give their variable or secret the new value",
		"docker_config_json": "# The plan reads docker_config_json: make that payload of the new value",
		"provider":           "# The plan reads registries in the provider block: give its variable or secret the new value",
		"environment":        "# The plan reads Stella Ops settings in its own environment: set the new value there",
		"appsettings":        "# The plan reads the file that appsettings_path names: write the new value there",
		"docker_config":      "# The plan reads Docker's configuration: log in again where it is made\ndocker login registry.example.com",
	} {
		for credential, challenge := range map[registry.Credential]string{userAndPassword: basicChallenge, token: bearerChallenge, {Username: "ci"}: basicChallenge} {
			s := &script{r0: *unauthorized(challenge), r1: *unauthorized(challenge)}
			report := ask(t, doctor.New(registry.NewCache(s), redact.New(), random), doctor.Request{Credential: credential, Source: source})
			for _, remediation := range report.Remediation {
				steps := strings.Join(remediation.Steps, "\n")
				if remediation.Platform != "registry" && !strings.HasSuffix(steps, "\n"+want+"\nterraform plan") {
					t.Errorf("%s, %s, %s ends with\n%s", source, report.Reason, remediation.Platform, steps)
				}
			}
		}
	}
}
