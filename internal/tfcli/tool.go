// Package tfcli runs Terraform and OpenTofu with the provider of this checkout, for the
// demo, the tests and the documentation. Each has its own HOME and provider mirror, so
// that no file outside is read or written.
package tfcli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// Module is the path of the main module of this checkout.
const Module = "github.com/stellaops/terraform-provider-stellaops"

// Root returns the checkout that the working directory is in.
func Root() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("find the checkout: %w", err)
	}
	for {
		content, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil && strings.HasPrefix(string(content), "module "+Module+"\n") {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errors.New("the working directory is not inside a checkout of " + Module)
		}
		dir = parent
	}
}

// Tool returns the path of a program that tools/pinned/MODULE pins; it is built unless
// Go's cache has it.
func Tool(ctx context.Context, root, module, name string) (string, error) {
	output, err := goCommand(ctx, filepath.Join(root, "tools", "pinned", module), "tool", "-n", name)
	if err != nil {
		return "", fmt.Errorf("build %s: %w", name, err)
	}
	return strings.TrimSpace(output), nil
}

// BuildProvider builds the provider of this checkout to path.
func BuildProvider(ctx context.Context, root, path, version string) error {
	return Build(ctx, root, path, version, ".")
}

// Build builds a program of this checkout to path; pkg is its folder.
func Build(ctx context.Context, root, path, version, pkg string) error {
	_, err := goCommand(ctx, root, "build", "-trimpath", "-ldflags", "-s -w -X main.version="+version, "-o", path, pkg)
	if err != nil {
		return fmt.Errorf("build %s: %w", pkg, err)
	}
	return nil
}

// stopTime is how long a program may take to stop after an interrupt.
const stopTime = 15 * time.Second

// StopGently makes the end of a command's context interrupt the program instead of
// killing it, so that it stops its own children and removes its files. It is killed
// after 15 seconds.
func StopGently(command *exec.Cmd) {
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	command.WaitDelay = stopTime
}

// goCommand runs go in dir without cgo and returns its standard output.
func goCommand(ctx context.Context, dir string, args ...string) (string, error) {
	command := exec.CommandContext(ctx, "go", args...)
	command.Dir = dir
	command.Env = append(os.Environ(), "CGO_ENABLED=0")
	StopGently(command)
	var stderr bytes.Buffer
	command.Stderr = &stderr
	output, err := command.Output()
	if err != nil {
		return "", fmt.Errorf("go %s in %s: %w\n%s", strings.Join(args, " "), dir, err, stderr.String())
	}
	return string(output), nil
}
