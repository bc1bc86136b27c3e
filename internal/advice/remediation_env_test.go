package advice_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/dotenv"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

// shells are those of this machine that a step has to run in.
func shells() []string {
	found := []string{"sh"}
	for _, name := range []string{"bash", "dash"} {
		if path, err := exec.LookPath(name); err == nil {
			found = append(found, path)
		}
	}
	return found
}

// run lets a shell do a step in a folder of its own, with a secret that was typed,
// and returns what it prints and what is in .env then.
func run(t *testing.T, shell, step, variable, secret string) (printed, env string, err error) {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, ".env")
	if err := os.WriteFile(path, []byte("OTHER=1"), 0o600); err != nil { // no line break at its end
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), shell, "-c", step)
	command.Dir, command.Env = dir, append(os.Environ(), variable+"="+secret)
	out, err := command.CombinedOutput()
	content, problem := os.ReadFile(path)
	if problem != nil {
		t.Fatal(problem)
	}
	return string(out), string(content), err
}

// awkward are texts that Compose or a shell reads as something else if they are not
// quoted well.
var awkward = []string{
	"ci", "it's", "'", "''", "robot$app", "${HOME}", "a b", "a # b", "#a", `a"b`, `"a"`, "a=b", "a:b", "`id`", "$(id)", "-n", "%s", "ü", "*", "!", "&", "ns+robot",
	`DOMAIN\ci`, `a\\b`, `a\nb`, `\a`, "a/b;c|d",
}

// TestRemediation_QuotesUserNames reads what is written as Compose does.
func TestRemediation_QuotesUserNames(t *testing.T) {
	t.Parallel()
	for _, user := range awkward {
		if !strings.Contains(user, ":") { // no user name
			isWritten(t, stepWith(t, user, "case "), "REGISTRY_PASSWORD", "new password", map[string]string{"OTHER": "1", "OCI__Username": user, "OCI__Password": "new password"})
		}
	}
}

func TestRemediation_WritesSecretsAsComposeReadsThem(t *testing.T) {
	t.Parallel()
	for _, secret := range append([]string{" a ", "a\tb", "\xff$a"}, awkward...) {
		isWritten(t, stepWith(t, "ci", "case "), "REGISTRY_PASSWORD", secret, map[string]string{"OTHER": "1", "OCI__Username": "ci", "OCI__Password": secret})
		isWritten(t, tokenStep(t), "REGISTRY_TOKEN", secret, map[string]string{"OTHER": "1", "OCI__Token": secret})
	}
}

func isWritten(t *testing.T, step, variable, secret string, want map[string]string) {
	t.Helper()
	for _, shell := range shells() {
		printed, env, err := run(t, shell, step, variable, secret)
		if err != nil || printed != "" {
			t.Errorf("%s: %q: %v, printed %q", shell, step, err, printed)
		}
		got, err := dotenv.UnmarshalWithLookup(env, func(string) (string, bool) { return "of the environment", true })
		if err != nil {
			t.Errorf("%s: Compose does not read %q: %v", shell, env, err)
		}
		for name, value := range want {
			if got[name] != value || len(got) != len(want) {
				t.Errorf("%s: wrote %q, which is %q, want %q", shell, env, got, want)
			}
		}
	}
}

// TestRemediation_WritesNothingThatComposeCannotRead has backslashes where they would
// be taken for those of a quote.
func TestRemediation_WritesNothingThatComposeCannotRead(t *testing.T) {
	t.Parallel()
	refuses := func(step, variable, secret string) {
		for _, shell := range shells() {
			printed, env, err := run(t, shell, step, variable, secret)
			if err == nil || env != "OTHER=1" || !strings.HasPrefix(printed, "Not written") || strings.Contains(printed, "canary") {
				t.Errorf("%s: %q: %v, printed %q, wrote %q", shell, step, err, printed, env)
			}
		}
	}
	for _, text := range []string{`canary\`, `\`, `canary\'x`, `\\\'`} {
		refuses(stepWith(t, text, "case "), "REGISTRY_PASSWORD", "p")
		refuses(stepWith(t, "ci", "case "), "REGISTRY_PASSWORD", text)
		refuses(tokenStep(t), "REGISTRY_TOKEN", text)
	}
}

// TestRemediation_WritesNothingWithoutAUserName has a refused one that no command can
// show.
func TestRemediation_WritesNothingWithoutAUserName(t *testing.T) {
	t.Parallel()
	step := stepWith(t, "a\x1b[31m", "case ")
	for _, shell := range shells() {
		for _, set := range []string{"", "REGISTRY_USER=; "} {
			if printed, env, err := run(t, shell, set+step, "REGISTRY_PASSWORD", "canary"); err == nil || env != "OTHER=1" || strings.Contains(printed, "canary") {
				t.Errorf("%s: %v, printed %q, wrote %q", shell, err, printed, env)
			}
		}
	}
	for _, user := range []string{"ci", "robot$app", "a b", "$(id)"} {
		isWritten(t, "REGISTRY_USER='"+user+"'; "+step, "REGISTRY_PASSWORD", "p", map[string]string{"OTHER": "1", "OCI__Username": user, "OCI__Password": "p"})
	}
}

// TestRemediation_WritesNothingWithoutANewSecret runs the steps that need a new secret
// without one.
func TestRemediation_WritesNothingWithoutANewSecret(t *testing.T) {
	t.Parallel()
	for challenge, credential := range map[string]registry.Credential{basicChallenge: userAndPassword, bearerChallenge: token} {
		report := check(t, &script{r0: *unauthorized(challenge), r1: *unauthorized(challenge)}, credential)
		writes := 0
		for _, remediation := range report.Remediation {
			for _, step := range remediation.Steps {
				if !strings.Contains(step, ":?}") {
					continue
				}
				writes++
				for _, shell := range shells() {
					for _, variable := range []string{"NONE", "REGISTRY_PASSWORD", "REGISTRY_TOKEN"} {
						// No program can be found, or one would be asked.
						if out, env, err := run(t, shell, "PATH=/nowhere; "+step, variable, ""); err == nil || env != "OTHER=1" {
							t.Errorf("%s: %q does something: %q, wrote %q", shell, step, out, env)
						}
					}
				}
			}
		}
		if writes < 2 {
			t.Errorf("%s: %d steps use a secret", challenge, writes)
		}
	}
}

func TestRemediation_PrintsNoSecretOfTheConfiguration(t *testing.T) {
	t.Parallel()
	step := stepWith(t, "ci", "LC_ALL=C awk ")
	for line, want := range map[string]string{
		"OCI__Username=ci":                 "OCI__Username=****",
		"OCI__PASSWORD=canary":             "OCI__PASSWORD=****",
		"Registry__Token=canary":           "Registry__Token=****",
		"oci__password=canary=4":           "oci__password=****",
		"OCI__Password: canary":            "OCI__Password=****",
		"OCI__Password:canary":             "OCI__Password=****",
		"OCI__Password : canary=x":         "OCI__Password=****",
		"export OCI__Password=canary":      "OCI__Password=****",
		"\texport \t OCI__Password=canary": "OCI__Password=****",
		"  OCI__Password = canary":         "OCI__Password=****",
		"OCI__Password='canary'":           "OCI__Password=****",
		`OCI__Password="canary" # canary`:  "OCI__Password=****",
		"OCI__Password=#canary":            "OCI__Password=****",
		"OCI__Password=\xffcanary":         "OCI__Password=****",
		"OCI__Password=canary\r":           "OCI__Password=****",
		"OCI__Url:https://u:canary@host":   "OCI__Url=****",
		"OCI__Registries__0__Token=canary": "OCI__Registries__0__Token=****",
		"OCI__Token=":                      "OCI__Token=",
		"OCI__Token= \t\r":                 "OCI__Token=",
		"OCI__Token:":                      "OCI__Token=",
		`OCI__Token=""`:                    "OCI__Token=",
		"export OCI__Token: ''  # canary":  "OCI__Token=",
		"OCI__Token= # canary":             "OCI__Token=",
		"# OCI__Token=canary":              "",
		"OCI__Password canary":             "",
		"OCI__Password canary=x":           "",
		"OTHER=OCI__Password=canary":       "",
		"OTHER=canary":                     "",
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, ".env"), []byte(line+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		command := exec.CommandContext(t.Context(), "sh", "-c", step)
		command.Dir = dir
		out, err := command.CombinedOutput()
		if err != nil || strings.TrimSuffix(string(out), "\n") != want {
			t.Errorf("%q: %v, prints %q, want %q", line, err, out, want)
		}
	}
}

// tokenStep is what writes a new token.
func tokenStep(t *testing.T) string {
	t.Helper()
	report := check(t, &script{r0: *unauthorized(bearerChallenge), r1: *unauthorized(bearerChallenge)}, token)
	for _, step := range report.Remediation[0].Steps {
		if strings.Contains(step, ">> .env") {
			return step
		}
	}
	t.Fatal("no step writes the token")
	return ""
}
