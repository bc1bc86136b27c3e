// Command bench runs real plans with many checks against a registry on loopback:
// the floor (the same schema, which asks nothing), identical checks, distinct
// ones, with a token exchange and, where STELLAOPS_BENCH_HTTP names a binary of
// hashicorp/http, data "http"; all in turn. It writes a table and a chart for the
// documentation, and leaves a CPU profile of the provider.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"github.com/stellaops/terraform-provider-stellaops/internal/tfcli"
)

// options are the flags.
type options struct {
	sizes []int
	runs  int
	write bool // into the documentation
	only  string
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func parse() (options, error) {
	var o options
	sizes := flag.String("sizes", "0,1,100,1000", "numbers of checks in a plan")
	flag.IntVar(&o.runs, "runs", 3, "how often each plan is made")
	flag.BoolVar(&o.write, "write", false, "write table and chart into the documentation")
	flag.StringVar(&o.only, "only", "", "scenarios to run, with commas between; empty for all")
	flag.Parse()
	for size := range strings.SplitSeq(*sizes, ",") {
		n, err := strconv.Atoi(size)
		if err != nil {
			return options{}, fmt.Errorf("read -sizes: %w", err)
		}
		o.sizes = append(o.sizes, n)
	}
	return o, nil
}

func run(ctx context.Context) error {
	o, err := parse()
	if err != nil {
		return err
	}
	root, err := tfcli.Root()
	if err != nil {
		return err
	}
	dir := filepath.Join(root, ".cache", "bench")
	b, err := prepare(ctx, root, dir)
	if err != nil {
		return err
	}
	results, err := b.measureAll(ctx, o)
	if err != nil {
		return err
	}
	table := results.table()
	fmt.Println("\n" + table)
	fmt.Println("CPU profile of the provider, identical checks:", b.profile)
	if !o.write {
		return nil
	}
	return results.write(root, table)
}
