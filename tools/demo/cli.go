package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"time"

	"github.com/stellaops/terraform-provider-stellaops/internal/tfcli"
)

// chooseCLI returns the CLI that TF_CLI names, else the first usable one of terraform
// and tofu on PATH, else the pinned OpenTofu, which it builds.
func chooseCLI(ctx context.Context, root string, sandbox tfcli.Sandbox) (string, error) {
	if named := os.Getenv("TF_CLI"); named != "" {
		path, err := exec.LookPath(named)
		if err != nil {
			return "", fmt.Errorf("find the CLI that TF_CLI names: %w", err)
		}
		version, err := sandbox.Version(ctx, path)
		if err != nil {
			return "", fmt.Errorf("use the CLI that TF_CLI names: %w", err)
		}
		fmt.Printf("Using %s (%s), named by TF_CLI.\n", path, version)
		return path, nil
	}
	for _, name := range []string{"terraform", "tofu"} {
		path, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		version, err := sandbox.Version(ctx, path)
		if err != nil {
			fmt.Printf("Passing over %s: %v\n", path, err)
			continue
		}
		if !version.Supported() {
			fmt.Printf("Passing over %s: %s is too old.\n", path, version)
			continue
		}
		fmt.Printf("Using %s (%s), found on PATH.\n", path, version)
		return path, nil
	}
	fmt.Println("No terraform or tofu on PATH: building the pinned OpenTofu.")
	fmt.Println("The first time this downloads its modules and takes about five minutes on two cores; Go's cache keeps it.")
	start := time.Now()
	path, err := withProgress(ctx, func() (string, error) { return tfcli.Tool(ctx, root, "tofu", "tofu") })
	if err != nil {
		return "", err
	}
	fmt.Printf("OpenTofu is there after %s.\n", time.Since(start).Round(time.Second))
	return path, nil
}

// withProgress prints every fifteen seconds that the work continues.
func withProgress(ctx context.Context, work func() (string, error)) (string, error) {
	type result struct {
		path string
		err  error
	}
	done := make(chan result, 1)
	go func() {
		path, err := work()
		done <- result{path, err}
	}()
	start, tick := time.Now(), time.NewTicker(15*time.Second)
	defer tick.Stop()
	for {
		select {
		case r := <-done:
			return r.path, r.err
		case <-tick.C:
			fmt.Printf("  still building after %s\n", time.Since(start).Round(time.Second))
		case <-ctx.Done():
			r := <-done // go ends with ctx
			return r.path, ctx.Err()
		}
	}
}
