package tfcli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
)

// mirrorVersion is the version of the provider in a mirror.
const mirrorVersion = "0.1.0"

// Sandbox is a folder with a HOME, a mirror that holds the provider, and a CLI
// configuration that knows no other place.
type Sandbox struct{ dir string }

// NewSandbox makes dir a sandbox for the provider binary.
func NewSandbox(dir, providerBinary string) (Sandbox, error) {
	s, err := NewEmptySandbox(dir)
	if err != nil {
		return Sandbox{}, err
	}
	return s, s.Add("stellaops/stellaops", providerBinary)
}

// NewEmptySandbox makes dir a sandbox without a provider.
func NewEmptySandbox(dir string) (Sandbox, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return Sandbox{}, fmt.Errorf("make a sandbox: %w", err)
	}
	s := Sandbox{dir}
	if err := os.MkdirAll(s.Home(), 0o755); err != nil {
		return Sandbox{}, fmt.Errorf("make a HOME: %w", err)
	}
	config := fmt.Sprintf("provider_installation {\n  filesystem_mirror {\n    path = %q\n  }\n}\n", filepath.ToSlash(s.mirror()))
	if err := os.WriteFile(filepath.Join(dir, "cli.tfrc"), []byte(config), 0o600); err != nil {
		return Sandbox{}, fmt.Errorf("write a CLI configuration: %w", err)
	}
	return s, nil
}

// Home is the HOME of programs in the sandbox.
func (s Sandbox) Home() string { return filepath.Join(s.dir, "home") }

func (s Sandbox) mirror() string { return filepath.Join(s.dir, "mirror") }

// Add puts another provider into the mirror, by its source address such as
// stellaops/stellaops.
func (s Sandbox) Add(source, binary string) error {
	for _, host := range []string{"registry.terraform.io", "registry.opentofu.org"} {
		folder := filepath.Join(s.mirror(), host, filepath.FromSlash(source), mirrorVersion, runtime.GOOS+"_"+runtime.GOARCH)
		name := "terraform-provider-" + path.Base(source) + "_v" + mirrorVersion
		if err := copyFile(binary, filepath.Join(folder, name), 0o755); err != nil {
			return err
		}
	}
	return nil
}

// AddArchive puts the archive of a release into the mirror, under its own name
// and version.
func (s Sandbox) AddArchive(source, archive string) error {
	for _, host := range []string{"registry.terraform.io", "registry.opentofu.org"} {
		if err := copyFile(archive, filepath.Join(s.mirror(), host, filepath.FromSlash(source), filepath.Base(archive)), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// env is the caller's environment with the sandbox's HOME and configuration.
func (s Sandbox) env() []string {
	return append(Environ(s.Home()), "TF_CLI_CONFIG_FILE="+filepath.Join(s.dir, "cli.tfrc"))
}

// Environ is the caller's environment with another HOME, and without anything
// that steers a CLI or the provider.
func Environ(home string) []string {
	env := []string{"CHECKPOINT_DISABLE=1", "HOME=" + home}
	for _, entry := range os.Environ() {
		if name, _, _ := strings.Cut(entry, "="); !steers.MatchString(name) {
			env = append(env, entry)
		}
	}
	return env
}

// steers are the variables that the CLIs read, and the provider.
var steers = regexp.MustCompile(`^(TF_.*|HOME|CHECKPOINT_DISABLE|STELLAOPS_SKIP_CHECKS|(?i:(OCI|REGISTRY)(__|:).*))$`)

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
	command := c.Command(ctx, args...)
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

// Command is the CLI, ready to run in its sandbox.
func (c CLI) Command(ctx context.Context, args ...string) *exec.Cmd {
	command := exec.CommandContext(ctx, c.Path, args...)
	command.Dir = c.Dir
	command.Env = append(c.Sandbox.env(), c.Env...)
	StopGently(command) // a killed CLI would leave its providers behind
	return command
}

// CopyConfiguration copies an example into dir: its .tf files and the tests
// below it, not what a CLI left beside them.
func CopyConfiguration(from, dir string) error {
	files, err := filepath.Glob(filepath.Join(from, "*.tf"))
	if err != nil || len(files) == 0 {
		return fmt.Errorf("copy the configuration %s: no .tf files there", from)
	}
	tests, err := filepath.Glob(filepath.Join(from, "tests", "*.tftest.hcl"))
	if err != nil {
		return fmt.Errorf("copy the tests of %s: %w", from, err)
	}
	for _, file := range append(files, tests...) {
		name, err := filepath.Rel(from, file)
		if err != nil {
			return fmt.Errorf("copy the configuration %s: %w", from, err)
		}
		if err := copyFile(file, filepath.Join(dir, name), 0o644); err != nil {
			return err
		}
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
