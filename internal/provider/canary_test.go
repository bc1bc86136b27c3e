package provider

import (
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stellaops/terraform-provider-stellaops/internal/registrytest"
	"github.com/stellaops/terraform-provider-stellaops/internal/tfcli"
)

const canary = "C4nary-pa55word"

// deferred makes the read of checkConfig wait for the apply.
const deferred = `
resource "terraform_data" "trigger" {
  input = timestamp()
}
`

// echo is a registry that repeats every secret it is sent, in clear and in
// base64; with exchange it is its own token service too.
func echo(t *testing.T, good, exchange bool) *registrytest.Registry {
	return registrytest.New(t, func(authorization string) registrytest.Response {
		if exchange && authorization == "" {
			return registrytest.Unauthorized(`Bearer realm="/token",service="` + canary + `",error="` + canary + `"`)
		}
		if good && exchange {
			response := registrytest.OK()
			response.Body = `{"token":"minted-of-` + canary + `"}`
			return response
		}
		if good && authorization != "" {
			return registrytest.OK()
		}
		response := registrytest.Unauthorized(`Basic realm="`+canary+`"`, `Negotiate `+base64.StdEncoding.EncodeToString([]byte(canary)))
		response.Body = `{"errors":[{"code":"DENIED","message":"` + canary + ` is wrong, you sent ` + authorization + `"}]}`
		return response
	})
}

func TestAccNoSecretIsKept(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name     string
		variable string // which one holds the canary
		username string
		good     bool
		exchange bool
		deferred bool
		reason   string
	}{
		{"good password", "password", "ci", true, false, false, "accepted"},
		{"wrong password", "password", "ci", false, false, false, "invalid_credentials"},
		{"good password, read at apply", "password", "ci", true, false, true, "accepted"},
		{"wrong password, read at apply", "password", "ci", false, false, true, "invalid_credentials"},
		{"password without user name", "password", "", true, false, false, "username_missing"},
		{"good token", "token", "", true, false, false, "accepted"},
		{"wrong token", "token", "", false, false, false, "unsupported_challenge"},
		{"identity token", "identity_token", "", false, false, false, "exchange_unavailable"},
		{"good password, exchanged", "password", "ci", true, true, false, "exchange_accepted"},
		{"wrong password, exchanged", "password", "ci", false, true, false, "invalid_credentials"},
		{"wrong identity token, exchanged", "identity_token", "", false, true, false, "invalid_credentials"},
		{"wrong token, read at apply", "token", "", false, false, true, "unsupported_challenge"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			log := filepath.Join(t.TempDir(), "provider.log")
			cli := newCLI(t, "TF_VAR_url="+echo(t, row.good, row.exchange).URL, "TF_VAR_username="+row.username,
				"TF_VAR_"+row.variable+"="+canary, "TF_LOG_PROVIDER=TRACE", "TF_LOG_PATH="+log)
			configuration := checkConfig
			if row.deferred {
				configuration = strings.Replace(configuration, `timeout        = "20s"`, `timeout        = terraform_data.trigger.output == "" ? "1s" : "20s"`, 1) + deferred
			}
			write(t, cli, configuration+"output \"reason\" {\n  value = data.stellaops_oci_credentials_check.test.reason\n}\n")
			printed := mustRun(t, cli, 0, "plan", "-no-color", "-out=saved")
			planJSON := mustRun(t, cli, 0, "show", "-json", "saved")
			printed += mustRun(t, cli, 0, "apply", "-no-color", "saved")
			printed += mustRun(t, cli, 0, "show", "-no-color")
			reason := strings.TrimSpace(mustRun(t, cli, 0, "output", "-raw", "reason"))
			if reason != row.reason {
				t.Errorf("reason is %s, want %s", reason, row.reason)
			}
			shown := map[string]string{
				"what the CLI printed": printed,
				"state":                read(t, filepath.Join(cli.Dir, "terraform.tfstate")),
				"state as JSON":        mustRun(t, cli, 0, "show", "-json"),
				"log of the provider":  read(t, log),
			}
			if !row.deferred { // a saved plan holds the arguments of a read that is still to come
				shown["plan as JSON"] = withoutVariables(t, planJSON)
			}
			if !strings.Contains(shown["log of the provider"], "tf_data_source_type=stellaops_oci_credentials_check") {
				t.Error("the log has nothing of the provider at TRACE: nothing was tested")
			}
			for where, text := range shown {
				lookForCanary(t, cli, where, text)
			}
		})
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// withoutVariables drops what the CLI itself writes of its input variables.
func withoutVariables(t *testing.T, planJSON string) string {
	t.Helper()
	var plan map[string]any
	if err := json.Unmarshal([]byte(planJSON), &plan); err != nil {
		t.Fatal(err)
	}
	delete(plan, "variables")
	rest, err := json.Marshal(plan)
	if err != nil {
		t.Fatal(err)
	}
	return string(rest)
}

func lookForCanary(t *testing.T, cli tfcli.CLI, where, text string) {
	t.Helper()
	for _, form := range canaryForms() {
		if at := strings.Index(text, form); at >= 0 {
			t.Errorf("%s: the canary is in %s: …%s…", filepath.Base(cli.Path), where, text[max(0, at-80):min(len(text), at+80)])
		}
	}
}

// canaryForms are the canary in clear and in base64, at each of the three places
// it can start in and as Basic has it.
func canaryForms() []string {
	forms := []string{canary}
	for _, before := range []string{"", "x", "xx", "ci:"} {
		encoded := base64.RawStdEncoding.EncodeToString([]byte(before + canary))
		forms = append(forms, encoded[4:len(encoded)-4])
	}
	return forms
}
