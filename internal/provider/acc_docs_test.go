package provider

import (
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stellaops/terraform-provider-stellaops/internal/registrytest"
	"github.com/stellaops/terraform-provider-stellaops/internal/tfcli"
)

// block is a fenced block of a document.
type block struct {
	file     string
	line     int
	language string
	text     string
}

var fence = regexp.MustCompile("(?ms)^```([a-z]*)\n(.*?)^```$")

// blocks are those of every document that a user reads.
func blocks(t *testing.T) []block {
	t.Helper()
	root, err := tfcli.Root()
	if err != nil {
		t.Fatal(err)
	}
	files := []string{"README.md", "CONTRIBUTING.md", "SECURITY.md", "SUPPORT.md", "DESIGN.md", "CHANGELOG.md"}
	for _, pattern := range []string{"docs/*.md", "docs/*/*.md"} {
		found, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(pattern)))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range found {
			name, _ := filepath.Rel(root, file) // it lies below root
			files = append(files, name)
		}
	}
	var all []block
	for _, file := range files {
		content := read(t, filepath.Join(root, file))
		for _, at := range fence.FindAllStringSubmatchIndex(content, -1) {
			all = append(all, block{file, 1 + strings.Count(content[:at[0]], "\n"), content[at[2]:at[3]], content[at[4]:at[5]]})
		}
	}
	if len(all) < 25 {
		t.Fatalf("only %d blocks were found", len(all))
	}
	return all
}

// TestAccDocuments_EveryBlockIsTrue plans configurations, runs commands, and
// compares output with what is printed today.
func TestAccDocuments_EveryBlockIsTrue(t *testing.T) {
	t.Parallel()
	registry := distribution(t)
	if err := registry.SetAccounts(map[string]string{"ci": "right", "stellaops-svc": "right"}); err != nil {
		t.Fatal(err)
	}
	if _, err := registry.PushIndex(t.Context(), registrytest.BasicLogin("ci", "right"), "team/app", "1.4.2"); err != nil {
		t.Fatal(err)
	}
	for _, b := range blocks(t) {
		if isRecipe(b.file) {
			continue // TestAccRecipes plans these
		}
		t.Run(fmt.Sprintf("%s:%d", b.file, b.line), func(t *testing.T) {
			t.Parallel()
			switch {
			case b.language == "terraform" && strings.Contains(b.text, "provider_installation"):
				t.Error("the configuration of a CLI is no Terraform: call it hcl")
			case b.language == "terraform":
				planBlock(t, b, registry.Host)
			case b.language == "hcl" && strings.Contains(b.text, "filesystem_mirror"):
				compareLines(t, b)
			case b.language == "hcl":
				useConfiguration(t, b)
			case b.language == "sh":
				runBlock(t, b, registry.Host)
			case b.language == "text" && strings.Contains(b.text, "refused"):
				compareMessage(t, b, registry.Host)
			case b.language == "text" && b.file == "CONTRIBUTING.md":
				compareHouse(t, b)
			default:
				t.Errorf("nothing makes sure that this block of %q is true:\n%s", b.language, b.text)
			}
		})
	}
}

// onLoopback puts the test's registry in the place of the documents': all that is
// changed in a block before it is planned.
func onLoopback(text, host string) string {
	return strings.NewReplacer(`"registry.example.com"`, `"http://`+host+`"`, `"registry.example.com/`, `"http://`+host+`/`, `"ghcr.io"`, `"http://`+host+`"`).Replace(text)
}

// moduleCall is a check in a module.
const moduleCall = `
module "inner" {
  source   = "./modules/registry"
  url      = var.registry_url
  username = var.registry_username
  password = var.registry_password
}
`

// documentCLI is a CLI in a folder of its own, where all that the documents speak
// of is there: variables, Docker's configuration, settings.
func documentCLI(t *testing.T, configuration, host string) tfcli.CLI {
	t.Helper()
	url := "http://" + host
	cli := newCLI(t, "TF_VAR_registry_url="+url, "TF_VAR_registry_username=ci", "TF_VAR_registry_password=right")
	if strings.Contains(configuration, "ephemeral") {
		needs(t, cli, tfcli.Version.HasEphemeral, "ephemeral values")
	}
	auth := base64.StdEncoding.EncodeToString([]byte("ci:right"))
	put := func(path, content string) {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	put(filepath.Join(cli.Sandbox.Home(), ".docker", "config.json"), fmt.Sprintf(`{"auths":{%q:{"auth":%q}}}`, host, auth))
	put(filepath.Join(cli.Dir, "appsettings.Production.json"), fmt.Sprintf(`{"OCI":{"RegistryUrl":%q,"Username":"ci","Password":"right"}}`, url))
	if strings.Contains(configuration, moduleCall) {
		root, err := tfcli.Root()
		if err != nil {
			t.Fatal(err)
		}
		module := filepath.Join("modules", "registry")
		if err := tfcli.CopyConfiguration(filepath.Join(root, "examples", module), filepath.Join(cli.Dir, module)); err != nil {
			t.Fatal(err)
		}
	}
	put(filepath.Join(cli.Dir, "main.tf"), onLoopback(configuration, host))
	mustRun(t, cli, 0, "init", "-no-color")
	return cli
}

// planBlock plans a block as somebody does who copies this one and nothing else, and
// looks whether its checks pass. A provider that it does not name is looked for at
// hashicorp/, where init finds none.
func planBlock(t *testing.T, b block, host string) {
	t.Helper()
	cli := documentCLI(t, b.text, host)
	mustRun(t, cli, 0, "fmt", "-check", "-no-color")
	if printed := mustRun(t, cli, 0, "plan", "-no-color", "-input=false", "-out=plan.bin"); strings.Contains(printed, "Warning:") {
		t.Errorf("it warns:\n%s", printed)
	}
	if !strings.Contains(b.text, "\ndata ") {
		return // an ephemeral resource warns if it does not pass
	}
	shown := mustRun(t, cli, 0, "show", "-json", "-no-color", "plan.bin")
	passes := strings.Count(shown, `"passed":true`)
	if passes == 0 || strings.Contains(shown, `"passed":false`) {
		t.Errorf("%d checks pass, and not all of them:\n%s", passes, shown)
	}
}

// useConfiguration runs a CLI with its own configuration as the README shows it.
func useConfiguration(t *testing.T, b block) {
	t.Helper()
	cli := newCLI(t)
	provider := os.Getenv("STELLAOPS_TEST_PROVIDER")
	if provider == "" {
		t.Skip("STELLAOPS_TEST_PROVIDER is not set")
	}
	folder := filepath.Join(t.TempDir(), "bin")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(provider, filepath.Join(folder, "terraform-provider-stellaops")); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "cli.tfrc")
	configuration := strings.ReplaceAll(b.text, "/home/me/go/bin", folder)
	if configuration == b.text {
		t.Fatal("the folder of the README is another one")
	}
	if err := os.WriteFile(file, []byte(configuration), 0o600); err != nil {
		t.Fatal(err)
	}
	cli.Env = append(cli.Env, "TF_CLI_CONFIG_FILE="+file)
	if err := os.MkdirAll(cli.Dir, 0o755); err != nil {
		t.Fatal(err)
	}
	check := providerBlock + `
data "stellaops_oci_credentials_check" "c" {
  registry_url = "registry.example.com"
  username     = "nothing-is-sent-without-a-password"
}
`
	if err := os.WriteFile(filepath.Join(cli.Dir, "main.tf"), []byte(check), 0o600); err != nil {
		t.Fatal(err)
	}
	if printed := mustRun(t, cli, 0, "plan", "-no-color"); !strings.Contains(printed, "overrides are in effect") {
		t.Errorf("the overrides are not in effect:\n%s", printed)
	}
}

// compareMessage plans the block that stands before the message with a wrong password,
// and looks for the words of the document in what is printed.
func compareMessage(t *testing.T, b block, host string) {
	t.Helper()
	var before block
	for _, other := range blocks(t) {
		if other.file == b.file && other.line < b.line && other.language == "terraform" {
			before = other
		}
	}
	cli := documentCLI(t, before.text, host)
	cli.Env = append(cli.Env, "TF_VAR_registry_password=wrong")
	printed := mustRun(t, cli, 1, "plan", "-no-color", "-input=false")
	words := func(s string) string {
		return strings.Join(strings.Fields(strings.NewReplacer("│", " ", "╷", " ", "╵", " ").Replace(s)), " ")
	}
	want := strings.ReplaceAll(words(b.text), "registry.example.com", host)
	if !strings.Contains(words(printed), want) {
		t.Errorf("%q is not in\n%s", want, printed)
	}
}

// compareHouse looks whether each folder that is named is there, and each that is
// there is named.
func compareHouse(t *testing.T, b block) {
	t.Helper()
	root, err := tfcli.Root()
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]bool{}
	for line := range strings.Lines(b.text) {
		name := strings.TrimSuffix(strings.Fields(line)[0], "/")
		named[name] = true
		if _, err := os.Stat(filepath.Join(root, name)); err != nil {
			t.Error(err)
		}
	}
	folders, err := filepath.Glob(filepath.Join(root, "internal", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, folder := range folders {
		if name := "internal/" + filepath.Base(folder); !named[name] {
			t.Errorf("%s is not named", name)
		}
	}
}
