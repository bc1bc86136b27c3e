// Command bench runs real plans with many checks against a registry on loopback:
// the floor (the same schema, which asks nothing), identical checks, distinct
// ones, with a token exchange and, where STELLAOPS_BENCH_HTTP names a binary of
// hashicorp/http, data "http"; all in turn. Some it runs again with a registry that
// is a distance away. It writes tables and a chart for the documentation, and
// leaves a CPU profile of the provider.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/stellaops/terraform-provider-stellaops/internal/tfcli"
)

// options are the values of the flags.
type options struct {
	sizes    []int
	growth   []int // numbers of checks for distinct checks only
	distant  []int // numbers of checks with a distant registry
	runs     int
	write    bool          // update the documentation
	only     []string      // names of scenarios; empty for all
	distance time.Duration // round trip to the registry; 0 for loopback
}

// roundTrip is the round trip to a distant registry.
const roundTrip = 50 * time.Millisecond

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
	growth := flag.String("growth", "1000,2000,4000", "numbers of distinct checks, for growth; empty for none")
	afar := flag.String("afar", "1,100,500", "numbers of checks in a plan with a distant registry; empty for none")
	flag.IntVar(&o.runs, "runs", 3, "how often each plan is made")
	flag.BoolVar(&o.write, "write", false, "write table and chart into the documentation")
	flag.Func("only", "a scenario to run; may be given several times, and left out for all", func(name string) error {
		o.only = append(o.only, name)
		return nil
	})
	flag.Parse()
	var err error
	if o.sizes, err = numbers(*sizes); err != nil || len(o.sizes) == 0 {
		return options{}, fmt.Errorf("read -sizes: %w", err)
	}
	if o.growth, err = numbers(*growth); err != nil {
		return options{}, fmt.Errorf("read -growth: %w", err)
	}
	if o.distant, err = numbers(*afar); err != nil {
		return options{}, fmt.Errorf("read -afar: %w", err)
	}
	if o.runs < 1 {
		return options{}, errors.New("-runs is less than one, and nothing would be measured")
	}
	return o, nil
}

// numbers reads whole numbers that are separated by commas.
func numbers(list string) ([]int, error) {
	var all []int
	for text := range strings.FieldsFuncSeq(list, func(r rune) bool { return r == ',' }) {
		n, err := strconv.ParseUint(text, 10, 16)
		if err != nil {
			return nil, fmt.Errorf("%q is no number of checks: %w", text, err)
		}
		all = append(all, int(n))
	}
	return all, nil
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
	if o.write && !b.http {
		return errors.New("the documentation compares with data \"http\"; name a binary of hashicorp/http in STELLAOPS_BENCH_HTTP")
	}
	results, err := b.measureAll(ctx, o)
	if err != nil {
		return err
	}
	fmt.Println("\n" + results.table())
	growing := o
	growing.sizes, growing.only = o.growth, []string{"distinct"}
	grown, err := b.measureAll(ctx, growing)
	if err != nil {
		return err
	}
	fmt.Println("\n" + grown.growth())
	distant := o
	distant.sizes, distant.distance = o.distant, roundTrip
	distant.only = []string{`data "http"`, "identical", "distinct", "distinct, token exchange"}
	away, err := b.measureAll(ctx, distant)
	if err != nil {
		return err
	}
	fmt.Println("\n" + away.distance())
	if err := b.leaveProfile(ctx, slices.Max(o.sizes)); err != nil {
		return err
	}
	fmt.Println("CPU profile of the provider, identical checks:", b.profile)
	if !o.write {
		return nil
	}
	return results.write(root, grown, away)
}
