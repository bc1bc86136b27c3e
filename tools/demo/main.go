// Command demo shows the main job on a real registry: a plan that passes with
// good credentials, and plans that stop: after the password was rotated, where a secret
// did not resolve, and where the payload of a pull secret would not work in the cluster.
// It exits 0 only if each plan did what it should.
//
// It writes below .cache in the checkout and to Go's caches only, and leaves
// nothing running. With CLICOLOR_FORCE set, the CLI shows its colours. With -picture it
// also writes what the picture of README.md shows to a file.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/stellaops/terraform-provider-stellaops/internal/registrytest"
	"github.com/stellaops/terraform-provider-stellaops/internal/tfcli"
)

func main() {
	picture := flag.String("picture", "", "file for what the picture of README.md shows")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGPIPE)
	err := run(ctx, *picture)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "\ndemo: failed:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, picture string) error {
	root, err := tfcli.Root()
	if err != nil {
		return err
	}
	dir := filepath.Join(root, ".cache", "demo")
	if err := os.RemoveAll(dir); err != nil {
		return fmt.Errorf("clear the folder of the last demo: %w", err)
	}
	fmt.Println("Building the provider and the CNCF distribution registry.")
	provider := filepath.Join(dir, "terraform-provider-stellaops")
	if err := tfcli.BuildProvider(ctx, root, provider, "demo"); err != nil {
		return err
	}
	binary, err := withProgress(ctx, func() (string, error) { return tfcli.Tool(ctx, root, "registry", "registry") })
	if err != nil {
		return err
	}
	sandbox, err := tfcli.NewSandbox(dir, provider)
	if err != nil {
		return err
	}
	path, err := chooseCLI(ctx, root, sandbox)
	if err != nil {
		return err
	}
	d, err := newDemonstration(ctx, root, dir, binary, tfcli.CLI{Path: path, Sandbox: sandbox})
	if err != nil {
		return err
	}
	defer d.registry.Stop()
	d.output, d.colours = os.Stdout, os.Getenv("CLICOLOR_FORCE") != ""
	fmt.Printf("A registry with htpasswd runs at http://%s.\n", d.registry.Host)
	plans := plans()
	var shown strings.Builder
	for i, p := range plans {
		fmt.Printf("\n=== %d. %s\n\n", i+1, p.title)
		printed, err := d.run(ctx, p)
		if err != nil {
			return fmt.Errorf("plan %d: %w", i+1, err)
		}
		if p.pictured {
			shown.WriteString(cut(printed))
		}
	}
	fmt.Printf("\ndemo: all %d plans did what they should.\n", len(plans))
	if picture == "" {
		return nil
	}
	if err := os.WriteFile(picture, []byte(shown.String()), 0o600); err != nil {
		return fmt.Errorf("write what the picture shows: %w", err)
	}
	return nil
}

// newDemonstration starts a registry with its files below dir.
func newDemonstration(ctx context.Context, root, dir, binary string, cli tfcli.CLI) (demonstration, error) {
	folder := filepath.Join(dir, "registry")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return demonstration{}, fmt.Errorf("make a folder for the registry: %w", err)
	}
	registry, err := registrytest.StartDistribution(ctx, binary, folder, map[string]string{user: rotatedPassword})
	if err != nil {
		return demonstration{}, err
	}
	return demonstration{root: root, dir: dir, registry: registry, cli: cli, output: io.Discard}, nil
}
