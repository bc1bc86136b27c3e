package advice_test

import (
	"encoding/base64"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// secretEnv is a .env in all the forms that Compose reads.
const secretEnv = `OCI__Username=ci
OCI__Password=canary-1
export OCI__Password="canary-2"
  OCI__Token: canary-3
	export Registry__Password : 'canary-4'
oci__url=https://u:canary-5@host
OTHER=canary-6
`

const secretSettings = `{"Logging":{"Token":"canary-7"},"oci":{"password":"canary-8","RegistryUrl":"https://u:canary-9@host"},"Registry":{"Token":"canary-10"}}`

// session runs the steps of a platform in one shell, in a folder with a canary for
// every secret. It returns the output and the programs that were called.
func session(t *testing.T, programs string, steps []string) (printed, calls string) {
	t.Helper()
	dir := t.TempDir()
	settings, log := filepath.Join(dir, "settings.json"), filepath.Join(dir, "calls")
	for path, content := range map[string]string{filepath.Join(dir, ".env"): secretEnv, settings: secretSettings, log: ""} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	text := strings.ReplaceAll(strings.Join(steps, "\n"), "/etc/stellaops/appsettings.Production.json", settings)
	if strings.Contains(text, "# Set the user name first, as in REGISTRY_USER=ci") {
		text = "REGISTRY_USER=ci\n" + text
	}
	command := exec.CommandContext(t.Context(), "sh", "-c", text+"\necho the end")
	command.Dir, command.Stdin = dir, strings.NewReader(strings.Repeat("canary-typed\n", 10))
	command.Env = append(os.Environ(), "PATH="+programs+string(os.PathListSeparator)+os.Getenv("PATH"), "CALLS="+log)
	out, err := command.CombinedOutput()
	if err != nil || !strings.HasSuffix(string(out), "the end\n") {
		t.Errorf("%q: %v: %s", steps, err, out)
	}
	called, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	return string(out), string(called)
}

// shows reports whether a canary is in a text, in plain text or in base64 at any
// offset.
func shows(text string) bool {
	const canary = "canary"
	found := strings.Contains(text, canary)
	for before := range 3 {
		encoded := base64.RawStdEncoding.EncodeToString([]byte(strings.Repeat(" ", before) + canary))
		// The letters that depend on these bytes only.
		found = found || strings.Contains(text, encoded[(before*8+5)/6:(before+len(canary))*8/6])
	}
	return found
}

// TestRemediation_PrintsNoSecret runs every step of every reason and method.
func TestRemediation_PrintsNoSecret(t *testing.T) {
	t.Parallel()
	programs := stubs(t)
	all, seen := "", map[string]bool{}
	for name, report := range reports(t) {
		for _, remediation := range report.Remediation {
			key := strings.Join(remediation.Steps, "\n")
			if remediation.Platform == "registry" || seen[key] {
				continue
			}
			seen[key] = true
			printed, calls := session(t, programs, remediation.Steps)
			if shows(printed) {
				t.Errorf("%s: %s: %q prints %s", name, remediation.Platform, remediation.Steps, printed)
			}
			all += calls
		}
	}
	// The steps reached their programs with the typed secret.
	for _, call := range append(stubbed, "Bearer *-typed", "--from-literal=password=*-typed") {
		if !contains(all, call) {
			t.Errorf("no step came to call %q", call)
		}
	}
}

// TestSession_FindsAPrintedSecret has steps that do, each in its own way.
func TestSession_FindsAPrintedSecret(t *testing.T) {
	t.Parallel()
	programs := stubs(t)
	for _, step := range []string{
		"grep -i oci .env",
		"awk -F= '{print $1}' .env",
		"docker compose exec platform env",
		"docker compose exec platform env | grep -i proxy",
		"docker compose exec -u root platform env",
		"kubectl get secret stellaops-registry-creds -o yaml",
		"kubectl get secret stellaops-registry-creds -o json",
		"kubectl get secret stellaops-registry-creds -o json | jq .data",
		"kubectl create secret generic x --from-literal=password=\"$(head -n 1)\" --dry-run=client -o yaml",
		"docker compose exec platform curl -sSv -o /dev/null 'https://registry.example.com/v2/'",
		inCluster + "-sSv -o /dev/null 'https://registry.example.com/v2/'",
		"sudo jq . /etc/stellaops/appsettings.Production.json",
		"IFS= read -r REGISTRY_PASSWORD; echo \"$REGISTRY_PASSWORD\"",
		"printf ' %s' canary | base64",
		"printf 'u:%s' canary | base64",
	} {
		if printed, _ := session(t, programs, []string{step}); !shows(printed) {
			t.Errorf("%q prints no secret: %s", step, printed)
		}
	}
	if printed, _ := session(t, programs, []string{"env | grep -i proxy; printf ci | base64"}); shows(printed) {
		t.Errorf("there is no secret in %s", printed)
	}
}
