// Command install puts the provider of this checkout into a filesystem mirror, from which
// Terraform and OpenTofu install it beside other providers and modules, and prints the
// lines of ~/.terraformrc that name this mirror. The version is the newest one of the
// changelog, so that the constraints of the documents match.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/stellaops/terraform-provider-stellaops/internal/tfcli"
	"github.com/stellaops/terraform-provider-stellaops/tools/release/notes"
)

// source is the address of the provider, without the host of a registry.
const source = "stellaops/stellaops"

func main() {
	mirror := flag.String("mirror", "", "folder of the mirror; empty for terraform-provider-stellaops in $XDG_DATA_HOME, else in ~/.local/share")
	version := flag.String("version", "dev", "version that the binary sends as its own")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Stdout, *mirror, *version)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "install:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, output io.Writer, mirror, built string) error {
	root, err := tfcli.Root()
	if err != nil {
		return err
	}
	changelog, err := os.ReadFile(filepath.Join(root, "CHANGELOG.md"))
	if err != nil {
		return fmt.Errorf("read the version: %w", err)
	}
	version, err := notes.Newest(string(changelog))
	if err != nil {
		return fmt.Errorf("read the version: %w", err)
	}
	if mirror == "" {
		if mirror, err = dataFolder(); err != nil {
			return err
		}
	}
	if mirror, err = filepath.Abs(mirror); err != nil {
		return fmt.Errorf("name the mirror: %w", err)
	}
	dir, err := os.MkdirTemp("", "terraform-provider-stellaops-")
	if err != nil {
		return fmt.Errorf("make a folder to build in: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }() // a copy of what is installed
	binary := filepath.Join(dir, "terraform-provider-stellaops")
	if err := tfcli.BuildProvider(ctx, root, binary, built); err != nil {
		return err
	}
	other, err := tfcli.HasOther(mirror, source, version, binary)
	if err != nil {
		return err
	}
	if err := tfcli.AddToMirror(mirror, source, version, binary); err != nil {
		return err
	}
	return report(output, mirror, version, os.Getenv("TF_CLI_CONFIG_FILE"), other)
}

// dataFolder is the mirror where none is named, by the XDG Base Directory Specification.
func dataFolder() (string, error) {
	folder := os.Getenv("XDG_DATA_HOME")
	if !filepath.IsAbs(folder) { // the specification ignores a relative one
		home, err := os.UserHomeDir()
		if err != nil {
			return "", errors.New("find the home folder: it is not set; name a folder with MIRROR=")
		}
		folder = filepath.Join(home, ".local", "share")
	}
	return filepath.Join(folder, "terraform-provider-stellaops"), nil
}

// report prints what was done, and the lines that use it. configured is the file that the
// variable TF_CLI_CONFIG_FILE names, which the CLIs read in place of those in the home
// folder; other means that the mirror held another build of the version.
func report(output io.Writer, mirror, version, configured string, other bool) error {
	file, instead := "~/.terraformrc", "OpenTofu reads ~/.tofurc instead where that file exists. "
	if configured != "" {
		file, instead = configured+" (TF_CLI_CONFIG_FILE)", ""
	}
	text := fmt.Sprintf(`Version %s of the provider is in a filesystem mirror. These lines in %s make
terraform init and tofu init install it from there, and all other providers from their registries:

provider_installation {
  filesystem_mirror {
    path = %q
  }
  direct { exclude = [%q] }
}

%sThis program changes no such file. Where one already has a block
provider_installation, add filesystem_mirror to it, and the exclude to its direct block: a second direct
block would ask the registry for this provider too. Without internet, leave out direct.
`, version, file, filepath.ToSlash(mirror), source, instead)
	if other {
		text += fmt.Sprintf(`
The mirror held another build of %s. Where init or plan says that a checksum does not match, remove the
block of %s from .terraform.lock.hcl, and run init again.
`, version, source)
	}
	if _, err := io.WriteString(output, text); err != nil {
		return fmt.Errorf("print the lines: %w", err)
	}
	return nil
}
