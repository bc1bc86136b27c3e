package provider

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stellaops/terraform-provider-stellaops/internal/credentialstest"
	"github.com/stellaops/terraform-provider-stellaops/internal/registrytest"
	"github.com/stellaops/terraform-provider-stellaops/internal/tfcli"
)

// sourcesConfig has a provider block for each source of credentials.
const sourcesConfig = `
variable "url" { type = string }
variable "password" {
  type      = string
  sensitive = true
}
variable "folder" { type = string }

locals {
  host    = trimprefix(var.url, "http://")
  payload = jsonencode({ auths = { (local.host) = { auth = base64encode("ci:${var.password}") } } })
}

provider "stellaops" {}
provider "stellaops" {
  alias      = "registries"
  registries = { (var.url) = { username = "ci", password = var.password } }
}
provider "stellaops" {
  alias            = "appsettings"
  appsettings_path = "${var.folder}/appsettings.json"
}
provider "stellaops" {
  alias              = "file"
  docker_config_path = "${var.folder}/config.json"
}
provider "stellaops" {
  alias              = "helper"
  docker_config_path = "${var.folder}/helper.json"
}
`

// sourceBlocks are the arguments of a check for each source, by its name.
var sourceBlocks = map[string]string{
	"password":       `username = "ci"` + "\n" + `password = var.password`,
	"token":          `token = var.password`,
	"identity_token": `identity_token = var.password`,
	"payload":        `docker_config_json = local.payload`,
	"registries":     `provider = stellaops.registries`,
	"appsettings":    `provider = stellaops.appsettings`,
	"file":           `provider = stellaops.file`,
	"helper":         `provider = stellaops.helper`,
}

// sourceNames says what credential_source is for each.
var sourceNames = map[string]string{
	"password": "arguments", "token": "arguments", "identity_token": "arguments", "payload": "docker_config_json",
	"registries": "provider", "appsettings": "appsettings", "file": "docker_config", "helper": "docker_config", "environment": "environment",
}

// sourceFiles writes the files of all sources and returns their folder.
func sourceFiles(t *testing.T, url string) string {
	t.Helper()
	host := strings.TrimPrefix(url, "http://")
	helper := credentialstest.Helper{Logins: map[string]credentialstest.Login{host: {Username: "ci", Secret: canary}}, Stderr: canary}.Install(t)
	dir := t.TempDir()
	for name, content := range map[string]any{
		"appsettings.json": map[string]any{"OCI": map[string]string{"RegistryUrl": url, "Username": "ci", "Password": canary}},
		"config.json":      map[string]any{"auths": map[string]any{host: map[string]string{"auth": base64.StdEncoding.EncodeToString([]byte("ci:" + canary))}}},
		"helper.json":      map[string]any{"credHelpers": map[string]string{host: helper}},
	} {
		encoded, err := json.Marshal(content)
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), encoded, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// checksOf writes a check for each source, as one kind of block, and an output
// or a consumer that uses them all.
func checksOf(kind string, blocks map[string]string, timeout string) string {
	var text strings.Builder
	var all []string
	for _, name := range slices.Sorted(maps.Keys(blocks)) {
		fmt.Fprintf(&text, "%s \"stellaops_oci_credentials_check\" %q {\nregistry_url = var.url\ntimeout = %s\n%s\n}\n", kind, name, timeout, blocks[name])
		all = append(all, fmt.Sprintf("%s.stellaops_oci_credentials_check.%s", kind, name))
	}
	if kind == "ephemeral" {
		fmt.Fprintf(&text, "resource \"terraform_data\" \"gate\" {\nlifecycle {\nprecondition {\ncondition = alltrue([for c in [%s] : c.reason != \"\"])\nerror_message = \"No verdict.\"\n}\n}\n}\n", strings.Join(all, ", "))
		return text.String()
	}
	for _, check := range all {
		name := check[strings.LastIndex(check, ".")+1:]
		fmt.Fprintf(&text, "output %q {\nvalue = \"${%s.credential_source} ${%s.reason} ${jsonencode(%s)}\"\nsensitive = true\n}\n", name, check, check, check)
	}
	return text.String()
}

// TestAccNoSecretIsKeptOfAnySource plans and applies checks of every source, by
// both kinds of block, against registries that repeat what they are sent.
func TestAccNoSecretIsKeptOfAnySource(t *testing.T) { //nolint:tparallel // the outer subtest waits for those in it
	t.Parallel()
	first := newCLI(t)
	version, err := first.Sandbox.Version(t.Context(), first.Path)
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	combinations := 0
	t.Run("all", func(t *testing.T) {
		for _, row := range []struct {
			name                     string
			good, exchange, deferred bool
			environment              bool
			password                 string // the reason for user name and password
		}{
			{"good", true, false, false, false, "accepted"},
			{"wrong", false, false, false, false, "invalid_credentials"},
			{"good, exchanged", true, true, false, false, "exchange_accepted"},
			{"wrong, exchanged", false, true, false, false, "invalid_credentials"},
			{"wrong, read at apply", false, false, true, false, "invalid_credentials"},
			{"good, from the environment", true, false, false, true, "accepted"},
			{"wrong, from the environment", false, false, false, true, "invalid_credentials"},
		} {
			t.Run(row.name, func(t *testing.T) {
				t.Parallel()
				fake := echo(t, row.good, row.exchange)
				cli := newCLI(t, "TF_VAR_url="+fake.URL, "TF_VAR_password="+canary, "TF_VAR_folder="+sourceFiles(t, fake.URL))
				blocks, timeout := sourceBlocks, `"20s"`
				if row.environment {
					cli.Env = append(cli.Env, "oci__registryURL="+fake.URL, "OCI__USERNAME=ci", "OCI__Password="+canary)
					blocks = map[string]string{"environment": ""}
				}
				configuration := sourcesConfig
				if row.deferred {
					timeout = `terraform_data.trigger.output == "" ? "1s" : "20s"`
					configuration += deferred
				}
				configuration += checksOf("data", blocks, timeout)
				if version.HasEphemeral() && !row.deferred {
					configuration += checksOf("ephemeral", blocks, timeout)
				}
				checkCanary(t, cli, configuration, row.deferred, blocks, row.password)
				mu.Lock()
				combinations += len(blocks) * (1 + strings.Count(configuration, "alltrue"))
				mu.Unlock()
			})
		}
	})
	t.Logf("%d combinations of source, verdict and kind of block on %s: no secret was kept", combinations, version)
	if combinations < 42 {
		t.Errorf("only %d combinations", combinations)
	}
}

// checkCanary plans and applies a configuration and looks for the canary in all
// that is left of it.
func checkCanary(t *testing.T, cli tfcli.CLI, configuration string, deferred bool, blocks map[string]string, password string) {
	t.Helper()
	log := filepath.Join(t.TempDir(), "provider.log")
	cli.Env = append(cli.Env, "TF_LOG_PROVIDER=TRACE", "TF_LOG_PATH="+log)
	write(t, cli, configuration)
	printed := mustRun(t, cli, 0, "plan", "-no-color", "-out=saved")
	planJSON := mustRun(t, cli, 0, "show", "-json", "saved")
	printed += mustRun(t, cli, 0, "apply", "-no-color", "saved")
	printed += mustRun(t, cli, 0, "show", "-no-color")
	outputs := mustRun(t, cli, 0, "output", "-json")
	var values map[string]struct{ Value string }
	if err := json.Unmarshal([]byte(outputs), &values); err != nil {
		t.Fatal(err)
	}
	for name := range blocks {
		source, reason, _ := strings.Cut(values[name].Value, " ")
		reason, _, _ = strings.Cut(reason, " ")
		if source != sourceNames[name] || !strings.Contains(name, "token") && reason != password {
			t.Errorf("%s: source %s and reason %s, want %s and %s", name, source, reason, sourceNames[name], password)
		}
	}
	shown := map[string]string{
		"what the CLI printed": printed,
		"the outputs":          outputs,
		"state":                read(t, filepath.Join(cli.Dir, "terraform.tfstate")),
		"state as JSON":        mustRun(t, cli, 0, "show", "-json"),
		"log of the provider":  read(t, log),
	}
	if !deferred { // a saved plan holds the arguments of a read that is still to come
		shown["plan as JSON"] = withoutVariables(t, planJSON)
	}
	if !strings.Contains(shown["log of the provider"], "Checked registry credentials") {
		t.Error("the log has nothing of the provider: nothing was tested")
	}
	for where, text := range shown {
		lookForCanary(t, cli, where, text)
	}
}

// TestAccDataSource_ErrorOfASourceRepeatsNothing breaks every source at once, with the
// canary in the part that is broken.
func TestAccDataSource_ErrorOfASourceRepeatsNothing(t *testing.T) {
	t.Parallel()
	fake := registrytest.New(t, func(string) registrytest.Response { return registrytest.OK() })
	folder := t.TempDir()
	for name, content := range map[string]string{
		"appsettings.json": `{"OCI": {"Password": "` + canary + `" "Username": 1}}`,
		"config.json":      `{"auths": {"` + fake.Host() + `": {"auth": "` + base64.StdEncoding.EncodeToString([]byte(canary)) + `"}}}`,
		"helper.json":      `{"credsStore": "` + canary[:4] + `", "auths": ["` + canary + `"]}`,
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	log := filepath.Join(t.TempDir(), "provider.log")
	cli := newCLI(t, "TF_VAR_url="+fake.URL, "TF_VAR_password="+canary, "TF_VAR_folder="+folder, "TF_LOG_PROVIDER=TRACE", "TF_LOG_PATH="+log)
	blocks := map[string]string{
		"payload":    `docker_config_json = "{${var.password}"`,
		"registries": sourceBlocks["registries"], "appsettings": sourceBlocks["appsettings"], "file": sourceBlocks["file"], "helper": sourceBlocks["helper"],
	}
	configuration := strings.Replace(sourcesConfig, "{ (var.url) = ", `{ "https://ci:${nonsensitive(var.password)}@registry.example.com" = `, 1)
	write(t, cli, configuration+checksOf("data", blocks, `"20s"`))
	printed := mustRun(t, cli, 1, "plan", "-no-color")
	for _, want := range []string{"docker_config_json cannot be used", "registries in the provider block cannot be used", "appsettings_path in the provider block cannot be used", "docker_config_path in the provider block cannot be used"} {
		if !strings.Contains(printed, want) {
			t.Errorf("%q is not in what the plan printed:\n%s", want, printed)
		}
	}
	lookForCanary(t, cli, "what the plan printed", printed)
	lookForCanary(t, cli, "the log", read(t, log))
	if n := len(fake.Requests()); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
}
