package advice_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stellaops/terraform-provider-stellaops/internal/advice"
	"github.com/stellaops/terraform-provider-stellaops/internal/doctor"
	"github.com/stellaops/terraform-provider-stellaops/internal/redact"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/verdict"
)

func TestRemediation_QuotesAddresses(t *testing.T) {
	t.Parallel()
	s := &script{r0: *failed(registry.FaultRefused)}
	report, err := within(t.Context(), doctor.New(registry.NewCache(s), redact.New(), random), doctor.Request{
		Endpoint: endpoint(t, "http://registry.example.com/x';exit;'"), Timeout: time.Minute,
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, remediation := range report.Remediation {
		for _, step := range remediation.Steps {
			if contains(step, "';exit;'/v2/") {
				t.Errorf("the address ends its quotes: %s", step)
			}
		}
	}
	e := verdict.Evidence{
		Endpoint: endpoint(t, "https://[2001:db8::1]:5000"), Anonymous: failed(registry.FaultTLS),
	}
	report.Remediation = advice.Of(e, verdict.Judge(e)).Remediation
	if want := "-connect '[2001:db8::1]:5000' -servername 2001:db8::1 "; !contains(strings.Join(report.Remediation[0].Steps, "\n"), want) {
		t.Errorf("no %q in %q", want, report.Remediation[0].Steps)
	}
}

// TestRemediation_AsksForUnprintableUserNames wants no command with an invented one: it
// could be written over the right one.
func TestRemediation_AsksForUnprintableUserNames(t *testing.T) {
	t.Parallel()
	for _, user := range []string{"a\x1b[31m", "hunter2x-ci"} {
		if step := stepWith(t, user, "case "); !contains(step, ` "${REGISTRY_USER:?}" `) {
			t.Errorf("%q is in the step: %q", user, step)
		}
		if note := stepWith(t, user, "# Set the user name first"); !contains(note, "REGISTRY_USER=") {
			t.Errorf("no note: %q", note)
		}
	}
	if steps := strings.Join(check(t, &script{r0: *unauthorized(basicChallenge)}, registry.Credential{}).Remediation[0].Steps, "\n"); strings.Count(steps, "# Set the user name first") != 1 ||
		strings.Index(steps, "# Set the user name first") > strings.Index(steps, "REGISTRY_USER:?") {
		t.Errorf("the user name is asked for in\n%s", steps)
	}
	known := check(t, &script{r0: *unauthorized(basicChallenge), r1: *unauthorized(basicChallenge)}, userAndPassword)
	if steps := strings.Join(known.Remediation[0].Steps, "\n"); strings.Contains(steps, "REGISTRY_USER") {
		t.Errorf("a user name that is known is asked for in\n%s", steps)
	}
}

// TestRemediation_KeepsALongUserNameWhole has one that messages cut, and one that is too
// long for a command.
func TestRemediation_KeepsALongUserNameWhole(t *testing.T) {
	t.Parallel()
	whole := strings.Repeat("ab", 128)
	for user, want := range map[string]string{whole: " " + whole + " ", whole + "c": ` "${REGISTRY_USER:?}" `, strings.Repeat("é", 129): ` "${REGISTRY_USER:?}" `} {
		if step := stepWith(t, user, "case "); !contains(step, want) || contains(step, "…") {
			t.Errorf("user name of %d bytes: %s", len(user), step)
		}
	}
}

// TestRemediation_FitsTheCredentials has a refusal of each kind.
func TestRemediation_FitsTheCredentials(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		credential             registry.Credential
		challenge, says, never string
	}{
		{userAndPassword, basicChallenge, "OCI__Password", "OCI__Token"},
		{token, bearerChallenge, "OCI__Token", "stellaops-svc"},
	} {
		report := check(t, &script{r0: *unauthorized(row.challenge), r1: *unauthorized(row.challenge)}, row.credential)
		var steps []string
		for _, remediation := range report.Remediation {
			steps = append(steps, remediation.Steps...)
		}
		text := strings.ReplaceAll(strings.Join(steps, "\n"), "stellaops-registry-creds", "")
		if !contains(text, row.says) || contains(text, row.never) {
			t.Errorf("%s: %s", report.Reason, text)
		}
	}
}

// stepWith finds the step of a refused login that starts as given.
func stepWith(t *testing.T, user, start string) string {
	t.Helper()
	report := check(t, &script{r0: *unauthorized(basicChallenge), r1: *unauthorized(basicChallenge)},
		registry.Credential{Username: user, Password: registry.NewSecret("hunter2x")})
	if report.Reason != verdict.ReasonInvalidCredentials && report.Reason != verdict.ReasonMalformedCredentials {
		t.Fatalf("reason %s", report.Reason)
	}
	for _, remediation := range report.Remediation {
		for _, step := range remediation.Steps {
			if strings.HasPrefix(step, start) {
				return step
			}
		}
	}
	t.Fatalf("no step starts with %q", start)
	return ""
}
