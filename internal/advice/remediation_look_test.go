package advice_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

// TestRemediation_PrintsNoSecretOfSettings runs what looks at the settings file and at
// the secret of Kubernetes, with canaries in both.
func TestRemediation_PrintsNoSecretOfSettings(t *testing.T) {
	t.Parallel()
	jq := os.Getenv("STELLAOPS_TEST_JQ")
	if jq == "" {
		t.Skip("STELLAOPS_TEST_JQ is not set")
	}
	dir := t.TempDir()
	settings := filepath.Join(dir, "settings.json")
	for name, content := range map[string]string{
		"settings.json": `{"Logging":{"Token":"canary"},"OCI":{"RegistryUrl":"https://u:canary@r.example.com","Username":null,"Password":"canary"},"registry":{"token":"canary","PASSWORD":"","More":["canary"]},"Oci:Password":"canary"}`,
		"kubectl":       "#!/bin/sh\necho '{\"data\":{\"username\":\"Y2FuYXJ5\",\"password\":\"\"}}'\n",
		"sudo":          "#!/bin/sh\nexec \"$@\"\n",
	} {
		writeProgram(t, filepath.Join(dir, name), content)
	}
	if err := os.Symlink(jq, filepath.Join(dir, "jq")); err != nil {
		t.Fatal(err)
	}
	for start, want := range map[string]string{
		"sudo jq ":            `[{"RegistryUrl":"****","Username":"","Password":"****"},{"token":"****","PASSWORD":"","More":"****"}]`,
		"kubectl get secret ": `{"username":"****","password":"empty"}`,
	} {
		step := strings.Replace(stepWith(t, "ci", start), "/etc/stellaops/appsettings.Production.json", settings, 1)
		command := exec.CommandContext(t.Context(), "sh", "-c", step)
		command.Env = append(os.Environ(), "PATH="+dir+string(os.PathListSeparator)+os.Getenv("PATH"))
		out, err := command.Output()
		if err != nil {
			t.Fatalf("%s: %v", step, err)
		}
		var got, expected any
		if json.Unmarshal(out, &got) != nil || json.Unmarshal([]byte(want), &expected) != nil || !reflect.DeepEqual(got, expected) {
			t.Errorf("%s prints %s, want %s", step, out, want)
		}
	}
}

func TestRemediation_PrintsNoLoginOfAProxy(t *testing.T) {
	t.Parallel()
	report := check(t, &script{r0: *failed(registry.FaultConnection)}, userAndPassword)
	const environment = "HTTP_PROXY=http://u:canary@proxy:3128/\nhttps_proxy=u:canary@proxy\nNO_PROXY=a,b\nALL_PROXY=http://u:can/ary@x@proxy\nOCI__RegistryUrl=https://r.example.com\nOCI__Password=canary\n"
	const want = "HTTP_PROXY=http://****@proxy:3128/\nhttps_proxy=****@proxy\nNO_PROXY=a,b\nALL_PROXY=http://****@proxy\nOCI__RegistryUrl=https://r.example.com\n"
	for _, step := range report.Remediation[0].Steps {
		rest, ok := strings.CutPrefix(step, "docker compose exec platform env | ")
		if !ok {
			continue
		}
		command := exec.CommandContext(t.Context(), "sh", "-c", rest)
		command.Stdin = strings.NewReader(environment)
		if out, err := command.Output(); err != nil || string(out) != want {
			t.Errorf("%v: %q, want %q", err, out, want)
		}
		return
	}
	t.Error("no step looks at the proxies")
}
