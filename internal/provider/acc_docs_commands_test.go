package provider

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"mvdan.cc/sh/v3/syntax"

	"github.com/stellaops/terraform-provider-stellaops/internal/tfcli"
)

// runBlock runs the commands of a document, or looks at what would take too long
// here and runs elsewhere: targets of make, and single tests.
func runBlock(t *testing.T, b block, host string) {
	t.Helper()
	if _, err := syntax.NewParser(syntax.Variant(syntax.LangPOSIX)).Parse(strings.NewReader(b.text), b.file); err != nil {
		t.Fatal(err)
	}
	root, err := tfcli.Root()
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.text, "terraform plan") && !strings.Contains(b.text, "terraform show") && !strings.Contains(b.text, "terraform destroy") {
		lookAtCommands(t, root, b.text)
		return
	}
	cli := documentCLI(t, read(t, filepath.Join(root, "examples", "gate", "main.tf"))+moduleCall, host)
	mustRun(t, cli, 0, "apply", "-no-color", "-auto-approve", "-input=false")
	output, err := shell(t, cli, b.text)
	if err != nil {
		t.Fatalf("%v:\n%s", err, output)
	}
	verdict := host + "\tpass\taccepted\n"
	looked := 0
	for _, known := range []struct{ part, says string }{
		{"and all'", "true\n"},
		{"| @tsv'", "\ndata.stellaops_oci_credentials_check.registry\t" + verdict},
		{"| @tsv'", "module.inner.data.stellaops_oci_credentials_check.registry\t" + verdict},
		{"terraform destroy", "Destroy complete"},
		{"TF_LOG_PROVIDER=DEBUG", "Checked registry credentials"},
	} {
		if !strings.Contains(b.text, known.part) {
			continue
		}
		looked++
		if !strings.Contains("\n"+output, known.says) {
			t.Errorf("%q is not in\n%s", known.says, output)
		}
	}
	if looked == 0 {
		t.Error("nothing looks at what these commands print")
	}
}

// shell runs commands of a document where the CLI is called terraform, and gojq jq.
func shell(t *testing.T, cli tfcli.CLI, commands string) (string, error) {
	t.Helper()
	jq := os.Getenv("STELLAOPS_TEST_JQ")
	if runtime.GOOS == "windows" || jq == "" {
		t.Skip("STELLAOPS_TEST_JQ is not set")
	}
	bin := t.TempDir()
	for name, program := range map[string]string{"terraform": cli.Path, "jq": jq} {
		if err := os.Symlink(program, filepath.Join(bin, name)); err != nil {
			t.Fatal(err)
		}
	}
	command := cli.Command(t.Context())
	command.Path, command.Args = "/bin/sh", []string{"sh", "-eu", "-c", commands}
	command.Env = append(command.Env, "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	output, err := command.CombinedOutput()
	return string(output), err
}

// TestAccDocuments_CommandOnAStateIsStrict runs the command of the guide In CI where a
// check in a module has failed, and where there is no check at all.
func TestAccDocuments_CommandOnAStateIsStrict(t *testing.T) {
	t.Parallel()
	for name, configuration := range map[string]string{
		"a failed check in a module": `module "inner" { source = "./inner" }`,
		"no check":                   `resource "terraform_data" "other" {}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cli := newCLI(t)
			inner := filepath.Join(cli.Dir, "inner")
			if err := os.MkdirAll(inner, 0o755); err != nil {
				t.Fatal(err)
			}
			check := providerBlock + `
data "stellaops_oci_credentials_check" "c" {
  registry_url = "registry.example.com"
  username     = "nothing-is-sent-without-a-password"
}
`
			if err := os.WriteFile(filepath.Join(inner, "main.tf"), []byte(check), 0o600); err != nil {
				t.Fatal(err)
			}
			write(t, cli, configuration)
			mustRun(t, cli, 0, "apply", "-no-color", "-auto-approve")
			asked := 0
			for _, b := range blocks(t) {
				if !strings.Contains(b.text, "and all'") {
					continue
				}
				asked++
				if output, err := shell(t, cli, b.text); err == nil || output != "false\n" {
					t.Errorf("it says %q: %v", output, err)
				}
			}
			if asked != 1 {
				t.Errorf("%d commands were run", asked)
			}
		})
	}
}

// TestAccDocuments_CommandOnAStoppedPlanPrintsTheVerdict runs the command of the guide
// In CI where the gate stops: it prints the verdict all the same, and keeps the exit
// code.
func TestAccDocuments_CommandOnAStoppedPlanPrintsTheVerdict(t *testing.T) {
	t.Parallel()
	host := distribution(t).Host
	root, err := tfcli.Root()
	if err != nil {
		t.Fatal(err)
	}
	asked := 0
	for _, b := range blocks(t) {
		if !strings.Contains(b.text, "-out=plan.bin ||") {
			continue
		}
		asked++
		cli := documentCLI(t, read(t, filepath.Join(root, "examples", "gate", "main.tf")), host)
		cli.Env = append(cli.Env, "TF_VAR_registry_password=wrong")
		output, err := shell(t, cli, b.text)
		if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.ExitCode() != 1 {
			t.Errorf("it ends with %v", err)
		}
		if !strings.Contains("\n"+output, "\ndata.stellaops_oci_credentials_check.registry\t"+host+"\tfail\tinvalid_credentials\n") {
			t.Errorf("it says %s", output)
		}
	}
	if asked != 1 {
		t.Errorf("%d commands were run", asked)
	}
}

var (
	makeTarget = regexp.MustCompile(`(?m)^make ([a-z-]+)`)
	testNames  = regexp.MustCompile(`go test (\S+).* -run '?([A-Za-z|]+)`)
	runOfMain  = regexp.MustCompile(`(?m)^go run \. -([a-z]+)$`)
)

func lookAtCommands(t *testing.T, root, text string) {
	t.Helper()
	makefile := read(t, filepath.Join(root, "GNUmakefile"))
	seen := 0
	for _, match := range makeTarget.FindAllStringSubmatch(text, -1) {
		seen++
		if !strings.Contains(makefile, "\n"+match[1]+": ##") {
			t.Errorf("make has no target %s", match[1])
		}
	}
	for _, match := range testNames.FindAllStringSubmatch(text, -1) {
		for name := range strings.SplitSeq(match[2], "|") {
			seen++
			found, err := exec.CommandContext(t.Context(), "grep", "-rlE", "^func "+name, filepath.Join(root, match[1])).Output()
			if err != nil || len(found) == 0 {
				t.Errorf("%s has no test %s", match[1], name)
			}
		}
	}
	for _, match := range runOfMain.FindAllStringSubmatch(text, -1) {
		seen++
		if !strings.Contains(read(t, filepath.Join(root, "main.go")), `flag.Bool("`+match[1]+`"`) {
			t.Errorf("the provider has no flag -%s", match[1])
		}
	}
	if strings.Contains(text, "gpg --verify") && strings.Contains(read(t, filepath.Join(root, "tools", "release", "snapshot", "snapshot_test.go")), "downloadsHold(t,") {
		seen++ // the test of the release runs them
	}
	if seen == 0 {
		t.Errorf("nothing makes sure that these commands work:\n%s", text)
	}
}
