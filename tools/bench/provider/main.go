// Command provider is a benchmark build of the provider: it leaves a CPU profile
// where STELLAOPS_BENCH_PROFILE says, and with STELLAOPS_BENCH_FLOOR=1 its data
// source returns constants and asks nothing, which shows what the schema alone
// costs; with STELLAOPS_BENCH_FLOOR=bare, the framework does not compare either, as
// for the check itself.
package main

import (
	"fmt"
	"os"
	"runtime/pprof"

	"github.com/stellaops/terraform-provider-stellaops/internal/provider"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "provider:", err)
		os.Exit(1)
	}
}

func run() error {
	factory := provider.New("bench")
	if kind := os.Getenv("STELLAOPS_BENCH_FLOOR"); kind != "" {
		factory = newFloor(factory, kind == "bare")
	}
	if path := os.Getenv("STELLAOPS_BENCH_PROFILE"); path != "" {
		file, err := os.Create(path)
		if err != nil {
			return fmt.Errorf("leave a profile: %w", err)
		}
		defer func() { _ = file.Close() }() // a truncated profile fails when it is read
		if err := pprof.StartCPUProfile(file); err != nil {
			return fmt.Errorf("leave a profile: %w", err)
		}
		defer pprof.StopCPUProfile()
	}
	return provider.Serve(factory, false)
}
