// Package snapshot builds a release without publishing it.
package snapshot

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/stellaops/terraform-provider-stellaops/internal/tfcli"
)

// Version is the version that .goreleaser.yml gives a snapshot.
const Version = "0.1.0-snapshot"

// Key is a key for signing, with its own GNUPGHOME.
type Key struct {
	Home        string // folder, as in GNUPGHOME
	Fingerprint string
}

// NewKey makes an RSA key, which the registries of providers require.
func NewKey(ctx context.Context) (Key, error) {
	if _, err := exec.LookPath("gpg"); err != nil {
		return Key{}, errors.New("gpg is not installed; on Debian: apt-get install gnupg")
	}
	home, err := os.MkdirTemp("", "gpg") // a socket's path must be short
	if err != nil {
		return Key{}, fmt.Errorf("make a folder for a key: %w", err)
	}
	k := Key{Home: home}
	if _, err := k.GPG(ctx, "--passphrase", "", "--quick-gen-key", "Throw-away key <throwaway@example.com>", "rsa3072", "sign", "1d"); err != nil {
		k.Remove()
		return Key{}, err
	}
	listed, err := k.GPG(ctx, "--with-colons", "--list-keys")
	if err != nil {
		k.Remove()
		return Key{}, err
	}
	for line := range strings.SplitSeq(listed, "\n") {
		if fields := strings.Split(line, ":"); fields[0] == "fpr" && len(fields) > 9 {
			k.Fingerprint = fields[9]
		}
	}
	return k, nil
}

// GPG runs gpg with this key only and returns its output.
func (k Key) GPG(ctx context.Context, args ...string) (string, error) {
	command := exec.CommandContext(ctx, "gpg", append([]string{"--homedir", k.Home, "--batch", "--no-tty"}, args...)...)
	output, err := command.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("gpg %s: %w\n%s", strings.Join(args, " "), err, output)
	}
	return string(output), nil
}

// Export writes the public key to a file.
func (k Key) Export(ctx context.Context, path string) error {
	_, err := k.GPG(ctx, "--yes", "--armor", "--output", path, "--export", k.Fingerprint)
	return err
}

// Remove deletes the key and ends the agent that gpg started for it.
func (k Key) Remove() {
	_ = exec.CommandContext(context.Background(), "gpgconf", "--homedir", k.Home, "--kill", "all").Run() // on an error the agent ends later by itself
	_ = os.RemoveAll(k.Home)                                                                             // what is left lies in a folder for temporary files
}

// Build builds the snapshot of a checkout into its folder dist.
func Build(ctx context.Context, root string, key Key, output io.Writer) error {
	goreleaser, err := tfcli.Tool(ctx, root, "goreleaser", "goreleaser")
	if err != nil {
		return err
	}
	cyclonedx, err := tfcli.Tool(ctx, root, "cyclonedx-gomod", "cyclonedx-gomod")
	if err != nil {
		return err
	}
	command := exec.CommandContext(ctx, goreleaser, "release", "--snapshot", "--clean", "--skip=announce,publish")
	command.Dir = root
	command.Env = append(os.Environ(), "GPG_FINGERPRINT="+key.Fingerprint, "GNUPGHOME="+key.Home,
		"PATH="+filepath.Dir(cyclonedx)+string(os.PathListSeparator)+os.Getenv("PATH"))
	tfcli.StopGently(command)
	var said bytes.Buffer
	command.Stdout = io.MultiWriter(&said, output)
	command.Stderr = command.Stdout
	if err := command.Run(); err != nil {
		return fmt.Errorf("goreleaser: %w\n%s", err, said.String())
	}
	return nil
}
