package tfcli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// stopTime is how long a CLI may take to stop when it is interrupted.
const stopTime = 15 * time.Second

// mirrorVersion is the version of the provider in a mirror.
const mirrorVersion = "0.1.0"

// Sandbox is a folder with a HOME, a mirror that holds the provider, and a CLI
// configuration that knows no other place.
type Sandbox struct{ dir string }

// NewSandbox makes dir a sandbox for the provider binary.
func NewSandbox(dir, providerBinary string) (Sandbox, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return Sandbox{}, fmt.Errorf("make a sandbox: %w", err)
	}
	mirror := filepath.Join(dir, "mirror")
	for _, host := range []string{"registry.terraform.io", "registry.opentofu.org"} {
		folder := filepath.Join(mirror, host, "stellaops", "stellaops", mirrorVersion, runtime.GOOS+"_"+runtime.GOARCH)
		if err := copyFile(providerBinary, filepath.Join(folder, "terraform-provider-stellaops_v"+mirrorVersion), 0o755); err != nil {
			return Sandbox{}, err
		}
	}
	if err := os.MkdirAll(filepath.Join(dir, "home"), 0o755); err != nil {
		return Sandbox{}, fmt.Errorf("make a HOME: %w", err)
	}
	config := fmt.Sprintf("provider_installation {\n  filesystem_mirror {\n    path = %q\n  }\n}\n", filepath.ToSlash(mirror))
	if err := os.WriteFile(filepath.Join(dir, "cli.tfrc"), []byte(config), 0o600); err != nil {
		return Sandbox{}, fmt.Errorf("write a CLI configuration: %w", err)
	}
	return Sandbox{dir}, nil
}

// env is the environment of a CLI in the sandbox.
func (s Sandbox) env() []string {
	return append(plainEnv(), "HOME="+filepath.Join(s.dir, "home"), "TF_CLI_CONFIG_FILE="+filepath.Join(s.dir, "cli.tfrc"))
}

// plainEnv is the caller's environment without anything that steers a CLI.
func plainEnv() []string {
	env := []string{"CHECKPOINT_DISABLE=1"}
	for _, entry := range os.Environ() {
		if name, _, _ := strings.Cut(entry, "="); !strings.HasPrefix(name, "TF_") && name != "HOME" {
			env = append(env, entry)
		}
	}
	return env
}

// CLI is Terraform or OpenTofu in a folder with a configuration.
type CLI struct {
	Path string
	Dir  string
	Env  []string // added to the sandbox's
	// Output gets what the CLI prints, besides what Run returns; nil for nobody.
	Output  io.Writer
	Sandbox Sandbox
}

// Run runs the CLI without input and returns what it printed, standard output
// and error together, and its exit code.
func (c CLI) Run(ctx context.Context, args ...string) (string, int, error) {
	command := exec.CommandContext(ctx, c.Path, args...)
	command.Dir = c.Dir
	command.Env = append(c.Sandbox.env(), c.Env...)
	// An interrupted CLI stops its providers; a killed one leaves them behind.
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	command.WaitDelay = stopTime
	var printed bytes.Buffer
	command.Stdout = &printed
	if c.Output != nil {
		command.Stdout = io.MultiWriter(&printed, c.Output)
	}
	command.Stderr = command.Stdout
	err := command.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return "", 0, fmt.Errorf("run %s %s: %w", c.Path, strings.Join(args, " "), err)
	}
	return printed.String(), command.ProcessState.ExitCode(), nil
}

// Version asks a CLI for its version; an error means that it cannot be used.
func Version(ctx context.Context, path string) (string, error) {
	command := exec.CommandContext(ctx, path, "version", "-json")
	command.Env = plainEnv()
	output, err := command.Output()
	if err != nil {
		return "", fmt.Errorf("ask %s for its version: %w", path, err)
	}
	var version struct {
		Terraform string `json:"terraform_version"`
	}
	if err := json.Unmarshal(output, &version); err != nil || version.Terraform == "" {
		return "", fmt.Errorf("%s does not answer as Terraform or OpenTofu", path)
	}
	return version.Terraform, nil
}

// CopyConfiguration copies the files of an example into dir.
func CopyConfiguration(from, dir string) error {
	if err := os.CopyFS(dir, os.DirFS(from)); err != nil {
		return fmt.Errorf("copy the configuration %s: %w", from, err)
	}
	return nil
}

func copyFile(from, to string, mode os.FileMode) error {
	content, err := os.ReadFile(from)
	if err != nil {
		return fmt.Errorf("copy %s: %w", from, err)
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return fmt.Errorf("copy to %s: %w", to, err)
	}
	if err := os.WriteFile(to, content, mode); err != nil {
		return fmt.Errorf("copy to %s: %w", to, err)
	}
	return nil
}
