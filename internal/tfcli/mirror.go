package tfcli

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
)

// registryHosts are the hosts that Terraform and OpenTofu add to an address without one.
func registryHosts() []string { return []string{"registry.terraform.io", "registry.opentofu.org"} }

// AddToMirror puts a provider into the folder of a filesystem mirror, in the unpacked
// layout HOST/NAMESPACE/TYPE/VERSION/OS_ARCH, for Terraform and for OpenTofu. source is
// an address without a host, such as stellaops/stellaops. A binary that is there is
// replaced and not written to: a CLI may be running it.
func AddToMirror(dir, source, version, binary string) error {
	for _, host := range registryHosts() {
		file := mirrored(dir, host, source, version)
		if err := os.Remove(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("replace a provider in the mirror: %w", err)
		}
		if err := copyFile(binary, file, 0o755); err != nil {
			return err
		}
	}
	return nil
}

// HasOther reports whether a mirror holds another binary of the same version: the lock
// file of a configuration that was initialised with it has its checksum.
func HasOther(dir, source, version, binary string) (bool, error) {
	there, err := os.ReadFile(mirrored(dir, registryHosts()[0], source, version))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("read the provider in the mirror: %w", err)
	}
	fresh, err := os.ReadFile(binary)
	if err != nil {
		return false, fmt.Errorf("read the provider: %w", err)
	}
	return !bytes.Equal(there, fresh), nil
}

// mirrored is the file of a provider in a mirror.
func mirrored(dir, host, source, version string) string {
	name := "terraform-provider-" + path.Base(source) + "_v" + version
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	return filepath.Join(dir, host, filepath.FromSlash(source), version, runtime.GOOS+"_"+runtime.GOARCH, name)
}
