package provider

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stellaops/terraform-provider-stellaops/internal/tfcli"
)

// TestAccServe_LogsAreOffWhereTheCLIDropsThem counts the lines that the provider logs
// before the CLI drops them, which costs more than a check.
func TestAccServe_LogsAreOffWhereTheCLIDropsThem(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("it needs a shell")
	}
	registry := distribution(t)
	cli := newCLI(t, "TF_VAR_url=http://"+registry.Host, "TF_VAR_username=ci", "TF_VAR_password=right")
	provider, written := os.Getenv("STELLAOPS_TEST_PROVIDER"), filepath.Join(t.TempDir(), "stderr")
	if provider == "" {
		t.Skip("STELLAOPS_TEST_PROVIDER is not set")
	}
	wrapped := filepath.Join(t.TempDir(), "terraform-provider-stellaops")
	if err := os.WriteFile(wrapped, fmt.Appendf(nil, "#!/bin/sh\nexec '%s' 2>>'%s'\n", provider, written), 0o700); err != nil {
		t.Fatal(err)
	}
	var err error
	if cli.Sandbox, err = tfcli.NewSandbox(t.TempDir(), wrapped); err != nil {
		t.Fatal(err)
	}
	write(t, cli, checkConfig)
	mustRun(t, cli, 0, "plan", "-no-color")
	// go-plugin says two lines of its own when a process starts.
	if text := read(t, written); strings.Contains(text, "@module") {
		t.Errorf("the provider wrote %d lines that the CLI drops:\n%s", strings.Count(text, "\n"), text)
	}
	cli.Env = append(cli.Env, "TF_LOG_PROVIDER=TRACE")
	mustRun(t, cli, 0, "plan", "-no-color")
	if text := read(t, written); !strings.Contains(text, "Checked registry credentials") || !strings.Contains(text, "@module") {
		t.Errorf("the CLI shows no line of the provider:\n%s", text)
	}
}

// TestAccServe_ProviderInADebuggerIsUsed starts one with -debug, as the page for
// contributors says, and plans with the line that it prints.
func TestAccServe_ProviderInADebuggerIsUsed(t *testing.T) {
	t.Parallel()
	registry := distribution(t)
	cli := newCLI(t, "TF_VAR_url=http://"+registry.Host, "TF_VAR_username=ci", "TF_VAR_password=right")
	provider := os.Getenv("STELLAOPS_TEST_PROVIDER")
	if provider == "" {
		t.Skip("STELLAOPS_TEST_PROVIDER is not set")
	}
	command := exec.CommandContext(t.Context(), provider, "-debug")
	printed, err := command.StdoutPipe()
	if err == nil {
		err = command.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	line := ""
	for lines := bufio.NewScanner(printed); line == "" && lines.Scan(); {
		_, line, _ = strings.Cut(lines.Text(), "TF_REATTACH_PROVIDERS='")
	}
	write(t, cli, checkConfig)
	for _, own := range []string{".terraform", ".terraform.lock.hcl"} { // so that there is no other one
		if err := os.RemoveAll(filepath.Join(cli.Dir, own)); err != nil {
			t.Fatal(err)
		}
	}
	mustRun(t, cli, 1, "plan", "-no-color")
	if host := os.Getenv("TF_ACC_PROVIDER_HOST"); host != "" { // as the page says of OpenTofu
		line = strings.Replace(line, "registry.terraform.io", host, 1)
	}
	cli.Env = append(cli.Env, "TF_REATTACH_PROVIDERS="+strings.TrimSuffix(line, "'"))
	mustRun(t, cli, 0, "plan", "-no-color")
}
