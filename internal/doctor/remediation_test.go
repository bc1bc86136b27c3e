package doctor_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stellaops/terraform-provider-stellaops/internal/doctor"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

func TestEveryShellStepParses(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for name, report := range reports(t) {
		for _, remediation := range report.Remediation {
			for _, step := range remediation.Steps {
				if remediation.Platform == "registry" || seen[step] {
					continue
				}
				seen[step] = true
				if out, err := exec.CommandContext(t.Context(), "sh", "-n", "-c", step).CombinedOutput(); err != nil {
					t.Errorf("%s: %s: %q: %v: %s", name, remediation.Platform, step, err, out)
				}
			}
		}
	}
	if len(seen) < 20 {
		t.Errorf("only %d steps were looked at", len(seen))
	}
}

func TestUserNamesAreOneWordOfShell(t *testing.T) {
	t.Parallel()
	for _, user := range []string{"ci", "it's", "robot$app", "a b", "`id`", "$(id)", "-n", `\`, "ü", "*", "ns+robot"} {
		step := stepWith(t, user, "printf ")
		// Run the step's own words with a file of its own in place of .env.
		env := filepath.Join(t.TempDir(), "env")
		command := exec.CommandContext(t.Context(), "sh", "-c", strings.Replace(step, ".env", "'"+env+"'", 1))
		command.Env = append(os.Environ(), "REGISTRY_PASSWORD=new password")
		if out, err := command.CombinedOutput(); err != nil || len(out) > 0 {
			t.Errorf("user name %q: %v, printed %q", user, err, out)
		}
		got, err := os.ReadFile(env)
		if err != nil {
			t.Fatal(err)
		}
		if want := "OCI__Username=" + user + "\nOCI__Password=new password\n"; string(got) != want {
			t.Errorf("user name %q: wrote %q, want %q", user, got, want)
		}
	}
}

func TestAddressesAreOneWordOfShell(t *testing.T) {
	t.Parallel()
	s := &script{r0: *failed(registry.FaultRefused)}
	report, err := doctor.New(s, time.Now, random).Check(t.Context(), doctor.Request{
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
}

func TestUserNamesForNoTerminalAreReplaced(t *testing.T) {
	t.Parallel()
	if step := stepWith(t, "a\x1b[31m", "printf "); !contains(step, " stellaops-svc ") {
		t.Errorf("the step has a control character in it: %q", step)
	}
}

func TestLookingAtTheConfigurationPrintsNoSecret(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	env := "OCI__Username=ci\nOCI__PASSWORD=canary-1\nRegistry__Token=canary-2\nOCI__Token=\nOTHER=canary-3\nOCI__Password=canary=4\n"
	if err := os.WriteFile(filepath.Join(dir, ".env"), []byte(env), 0o600); err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), "sh", "-c", stepWith(t, "ci", "awk "))
	command.Dir = dir
	out, err := command.Output()
	if err != nil {
		t.Fatal(err)
	}
	if want := "OCI__Username=****\nOCI__PASSWORD=****\nRegistry__Token=****\nOCI__Token=\nOCI__Password=****\n"; string(out) != want {
		t.Errorf("got %q, want %q", out, want)
	}
}

// stepWith finds the step of a refused login that starts as given.
func stepWith(t *testing.T, user, start string) string {
	t.Helper()
	report := check(t, &script{r0: *unauthorized(basicChallenge), r1: *unauthorized(basicChallenge)},
		registry.Credential{Username: user, Password: registry.NewSecret("hunter2x")})
	if report.Reason != doctor.ReasonInvalidCredentials && report.Reason != doctor.ReasonMalformedCredentials {
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
