package provider

import (
	"context"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stellaops/terraform-provider-stellaops/internal/registrytest"
	"github.com/stellaops/terraform-provider-stellaops/internal/tfcli"
)

// newCLI prepares the CLI under test, as a process with the built provider, for
// a configuration that it copies or writes.
func newCLI(t *testing.T, env ...string) tfcli.CLI {
	t.Helper()
	if os.Getenv("TF_ACC") == "" {
		t.Skip("TF_ACC is not set")
	}
	dir := t.TempDir()
	root, err := tfcli.Root()
	if err != nil {
		t.Fatal(err)
	}
	provider := os.Getenv("STELLAOPS_TEST_PROVIDER")
	if provider == "" {
		provider = filepath.Join(dir, "provider")
		if err := tfcli.BuildProvider(t.Context(), root, provider, "test"); err != nil {
			t.Fatal(err)
		}
	}
	sandbox, err := tfcli.NewSandbox(dir, provider)
	if err != nil {
		t.Fatal(err)
	}
	path := os.Getenv("TF_ACC_TERRAFORM_PATH")
	if path == "" {
		path = "terraform"
	}
	return tfcli.CLI{Path: path, Dir: filepath.Join(dir, "work"), Env: env, Sandbox: sandbox}
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

func TestAccBadCredentialsBlockNeitherDestroyNorRefresh(t *testing.T) {
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

func TestAccEveryExampleIsPlanned(t *testing.T) {
	t.Parallel()
	registry := distribution(t)
	root, err := tfcli.Root()
	if err != nil {
		t.Fatal(err)
	}
	var examples []string
	err = filepath.WalkDir(filepath.Join(root, "examples"), func(path string, entry os.DirEntry, err error) error {
		if err == nil && filepath.Ext(path) == ".tf" {
			examples = append(examples, filepath.Dir(path))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(examples) < 3 {
		t.Fatalf("only %d examples were found", len(examples))
	}
	for _, example := range examples {
		name, err := filepath.Rel(root, example)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cli := newCLI(t, "TF_VAR_registry_url=http://"+registry.Host, "TF_VAR_registry_username=ci", "TF_VAR_registry_password=right")
			if err := tfcli.CopyConfiguration(example, cli.Dir); err != nil {
				t.Fatal(err)
			}
			mustRun(t, cli, 0, "init", "-no-color")
			mustRun(t, cli, 0, "validate", "-no-color")
			mustRun(t, cli, 0, "plan", "-no-color")
			mustRun(t, cli, 0, "fmt", "-check")
		})
	}
}

func TestAccTheExpiryExampleWarnsAWeekAhead(t *testing.T) {
	t.Parallel()
	root, err := tfcli.Root()
	if err != nil {
		t.Fatal(err)
	}
	fake := registrytest.New(t, func(string) registrytest.Response { return registrytest.OK() })
	for name, row := range map[string]struct {
		left time.Duration
		want bool
	}{"three days left": {72 * time.Hour, true}, "thirty days left": {720 * time.Hour, false}} {
		// Amazon ECR's passwords are base64 JSON that says when they end.
		password := base64.StdEncoding.EncodeToString(fmt.Appendf(nil, `{"expiration":%d}`, time.Now().Add(row.left).Unix()))
		cli := newCLI(t, "TF_VAR_registry_url="+fake.URL, "TF_VAR_registry_username=AWS", "TF_VAR_registry_password="+password)
		if err := tfcli.CopyConfiguration(filepath.Join(root, "examples", "expiry"), cli.Dir); err != nil {
			t.Fatal(err)
		}
		mustRun(t, cli, 0, "init", "-no-color")
		output := mustRun(t, cli, 0, "plan", "-no-color")
		if got := strings.Contains(output, "Check block assertion failed"); got != row.want {
			t.Errorf("%s: warned is %t:\n%s", name, got, output)
		}
	}
}
