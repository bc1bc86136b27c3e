package tfcli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// mirrorVersion is the version of each provider in a mirror.
const mirrorVersion = "0.1.0"

// Sandbox is a folder with a HOME, a mirror that holds the provider, and a CLI
// configuration that installs providers from this mirror only.
type Sandbox struct{ dir string }

// NewSandbox makes dir a sandbox with the provider binary in its mirror.
func NewSandbox(dir, providerBinary string) (Sandbox, error) {
	s, err := NewEmptySandbox(dir)
	if err != nil {
		return Sandbox{}, err
	}
	return s, s.Add("stellaops/stellaops", providerBinary)
}

// NewEmptySandbox makes dir a sandbox with an empty mirror.
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

// Home returns the HOME of programs in the sandbox.
func (s Sandbox) Home() string { return filepath.Join(s.dir, "home") }

func (s Sandbox) mirror() string { return filepath.Join(s.dir, "mirror") }

// Add puts another provider into the mirror; source is an address such as
// stellaops/stellaops.
func (s Sandbox) Add(source, binary string) error {
	return AddToMirror(s.mirror(), source, mirrorVersion, binary)
}

// AddArchive puts the archive of a release into the mirror, under its own name and
// version.
func (s Sandbox) AddArchive(source, archive string) error {
	for _, host := range registryHosts() {
		if err := copyFile(archive, filepath.Join(s.mirror(), host, filepath.FromSlash(source), filepath.Base(archive)), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// Override makes the CLI take providers from a folder, where each is a program such as
// terraform-provider-aws, and from nowhere else: a configuration that needs no others
// needs no init. sources are addresses such as hashicorp/aws.
func (s Sandbox) Override(folder string, sources ...string) error {
	var config strings.Builder
	config.WriteString("provider_installation {\n  dev_overrides {\n")
	for _, source := range sources {
		fmt.Fprintf(&config, "    %q = %q\n", source, filepath.ToSlash(folder))
	}
	config.WriteString("  }\n}\n")
	if err := os.WriteFile(filepath.Join(s.dir, "cli.tfrc"), []byte(config.String()), 0o600); err != nil {
		return fmt.Errorf("write a CLI configuration: %w", err)
	}
	return nil
}

// env returns the caller's environment with the sandbox's HOME and CLI configuration.
func (s Sandbox) env() []string {
	return append(Environ(s.Home()), "TF_CLI_CONFIG_FILE="+filepath.Join(s.dir, "cli.tfrc"))
}

// Environ returns the caller's environment with another HOME, and without the variables
// that configure a CLI or the provider.
func Environ(home string) []string {
	env := []string{"CHECKPOINT_DISABLE=1", "HOME=" + home}
	for _, entry := range os.Environ() {
		if name, _, _ := strings.Cut(entry, "="); !steers.MatchString(name) {
			env = append(env, entry)
		}
	}
	return env
}

// steers matches the names of variables that the CLIs or the provider read.
var steers = regexp.MustCompile(`^(TF_.*|HOME|CHECKPOINT_DISABLE|STELLAOPS_SKIP_CHECKS|(?i:(OCI|REGISTRY)(__|:).*))$`)

// CLI is Terraform or OpenTofu in a folder with a configuration.
type CLI struct {
	Path string
	Dir  string
	Env  []string // added to the environment of the sandbox
	// Output also receives what Run returns, while the CLI prints it; may be nil.
	Output  io.Writer
	Sandbox Sandbox
}

// Run runs the CLI without input. It returns standard output and error in one text, and
// the exit code; a non-zero exit code is no error.
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

// Command returns the command that runs the CLI in its sandbox.
func (c CLI) Command(ctx context.Context, args ...string) *exec.Cmd {
	command := exec.CommandContext(ctx, c.Path, args...)
	command.Dir = c.Dir
	command.Env = append(c.Sandbox.env(), c.Env...)
	StopGently(command) // a killed CLI would leave its providers behind
	return command
}

// CopyConfiguration copies the .tf files of an example and the tests below it into dir,
// without what a CLI has written there.
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
