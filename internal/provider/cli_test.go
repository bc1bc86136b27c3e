package provider

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stellaops/terraform-provider-stellaops/internal/tfcli"
)

// newCLI prepares the CLI under test, as a process with the built provider, for
// a configuration that it copies or writes.
func newCLI(t *testing.T, env ...string) tfcli.CLI {
	t.Helper()
	provider := builtProvider(t)
	dir := t.TempDir()
	sandbox, err := tfcli.NewSandbox(dir, provider)
	if err != nil {
		t.Fatal(err)
	}
	return tfcli.CLI{Path: cliPath(), Dir: filepath.Join(dir, "work"), Env: env, Sandbox: sandbox}
}

// builtProvider is the provider as a program. It skips where no CLI is to be run.
func builtProvider(t *testing.T) string {
	t.Helper()
	if os.Getenv("TF_ACC") == "" {
		t.Skip("TF_ACC is not set")
	}
	if provider := os.Getenv("STELLAOPS_TEST_PROVIDER"); provider != "" {
		return provider
	}
	root, err := tfcli.Root()
	if err != nil {
		t.Fatal(err)
	}
	provider := filepath.Join(t.TempDir(), "provider")
	if err := tfcli.BuildProvider(t.Context(), root, provider, "test"); err != nil {
		t.Fatal(err)
	}
	return provider
}

// cliPath is the CLI under test.
func cliPath() string {
	if path := os.Getenv("TF_ACC_TERRAFORM_PATH"); path != "" {
		return path
	}
	return "terraform"
}

const providerBlock = `
terraform {
  required_providers {
    stellaops = {
      source = "stellaops/stellaops"
    }
  }
}
`

// write puts a configuration into the CLI's folder and initialises it.
func write(t *testing.T, cli tfcli.CLI, configuration string) {
	t.Helper()
	if err := os.MkdirAll(cli.Dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(cli.Dir, "main.tf"), []byte(providerBlock+configuration), 0o600); err != nil {
		t.Fatal(err)
	}
	mustRun(t, cli, 0, "init", "-no-color")
}

// mustRun runs the CLI and expects its exit code.
func mustRun(t *testing.T, cli tfcli.CLI, want int, args ...string) string {
	t.Helper()
	output, code, err := cli.Run(context.WithoutCancel(t.Context()), args...)
	if err != nil {
		t.Fatal(err)
	}
	if code != want {
		t.Fatalf("%s ended with %d, want %d:\n%s", strings.Join(args, " "), code, want, output)
	}
	return output
}

func TestAccDataSource_BadCredentialsBlockNeitherDestroyNorRefresh(t *testing.T) {
	t.Parallel()
	registry := distribution(t)
	cli := newCLI(t, "TF_VAR_url=http://"+registry.Host, "TF_VAR_username=ci", "TF_VAR_password=right")
	write(t, cli, checkConfig+gate)
	mustRun(t, cli, 0, "apply", "-auto-approve", "-no-color")
	mustRun(t, cli, 0, "plan", "-detailed-exitcode", "-no-color") // 2 would be a difference
	if err := registry.SetAccounts(map[string]string{"ci": "rotated"}); err != nil {
		t.Fatal(err)
	}
	mustRun(t, cli, 1, "plan", "-no-color")
	mustRun(t, cli, 0, "apply", "-refresh-only", "-auto-approve", "-no-color")
	mustRun(t, cli, 0, "destroy", "-auto-approve", "-no-color")
}
