package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/stellaops/terraform-provider-stellaops/tools/markers"
)

// row holds the costs of one plan, one for each run.
type row struct {
	scenario string
	checks   int
	costs    []cost
}

type results []*row

// measureAll runs every plan in turn, o.runs times, after one run that is not counted.
func (b *bench) measureAll(ctx context.Context, o options) (results, error) {
	var rows results
	all := map[*row]scenario{}
	for _, n := range o.sizes {
		for _, s := range scenarios(b.http) {
			if len(o.only) > 0 && !slices.Contains(o.only, s.name) {
				continue
			}
			r := &row{scenario: s.name, checks: n}
			all[r] = s
			rows = append(rows, r)
		}
	}
	for run := range o.runs + 1 {
		for _, r := range rows {
			fmt.Fprintf(os.Stderr, "\rrun %d of %d: %s, %d checks          ", run, o.runs, r.scenario, r.checks)
			c, err := b.plan(ctx, all[r], r.checks, o.distance)
			if err != nil {
				return nil, err
			}
			if run > 0 {
				r.costs = append(r.costs, c)
			}
		}
	}
	fmt.Fprintln(os.Stderr)
	return rows, nil
}

// leaveProfile runs a plan of identical checks whose provider writes a CPU profile.
func (b *bench) leaveProfile(ctx context.Context, checks int) error {
	all := scenarios(b.http)
	identical := all[slices.IndexFunc(all, func(s scenario) bool { return s.name == "identical" })]
	_, err := b.plan(ctx, identical, checks, 0, "STELLAOPS_BENCH_PROFILE="+b.profile)
	return err
}

// median returns the median of a part of the costs.
func median[T int64 | time.Duration](costs []cost, of func(cost) T) T {
	values := make([]T, len(costs))
	for i, c := range costs {
		values[i] = of(c)
	}
	slices.Sort(values)
	return values[len(values)/2]
}

func wall(c cost) time.Duration { return c.wall }

// against returns the ratio of the wall times to those of another scenario, run by run,
// and its median; empty where one was not measured.
func (r results) against(mine *row, scenario string) string {
	i := slices.IndexFunc(r, func(o *row) bool { return o.scenario == scenario && o.checks == mine.checks })
	if i < 0 || mine.scenario == scenario {
		return ""
	}
	ratios := make([]float64, len(mine.costs))
	for run, c := range mine.costs {
		ratios[run] = c.wall.Seconds() / r[i].costs[run].wall.Seconds()
	}
	slices.Sort(ratios)
	return fmt.Sprintf("%.2f", ratios[len(ratios)/2])
}

// table returns the medians as a Markdown table.
func (r results) table() string {
	var table strings.Builder
	w := tabwriter.NewWriter(&table, 0, 0, 1, ' ', 0)
	// A tabwriter returns write errors from Flush, and a builder returns none.
	_, _ = fmt.Fprintln(w, "| checks\t| plan\t| wall\t| CPU\t| provider's memory\t| requests\t| connections\t| to the floor\t| to `data \"http\"`\t|")
	_, _ = fmt.Fprintln(w, "|---:\t|---\t|---:\t|---:\t|---:\t|---:\t|---:\t|---:\t|---:\t|")
	for _, row := range r {
		_, _ = fmt.Fprintf(w, "| %d\t| %s\t| %.2f s\t| %.2f s\t| %.1f MiB\t| %d\t| %d\t| %s\t| %s\t|\n",
			row.checks, row.scenario, median(row.costs, wall).Seconds(), median(row.costs, func(c cost) time.Duration { return c.cpu }).Seconds(),
			float64(median(row.costs, func(c cost) int64 { return c.peak }))/(1<<20), median(row.costs, func(c cost) int64 { return c.requests }),
			median(row.costs, func(c cost) int64 { return c.connections }), r.against(row, "floor"), r.against(row, `data "http"`))
	}
	_ = w.Flush()
	return table.String()
}

// largest are the plans with the most checks: what the guide shows of all that is printed.
func (r results) largest() results {
	most := 0
	for _, row := range r {
		most = max(most, row.checks)
	}
	return slices.DeleteFunc(slices.Clone(r), func(row *row) bool { return row.checks != most })
}

// growth returns a Markdown table of the cost by number of checks.
func (r results) growth() string {
	var table strings.Builder
	table.WriteString("| distinct checks | wall | CPU | provider's memory |\n|---:|---:|---:|---:|\n")
	for _, row := range r {
		fmt.Fprintf(&table, "| %d | %.1f s | %.1f s | %.0f MiB |\n", row.checks, median(row.costs, wall).Seconds(),
			median(row.costs, func(c cost) time.Duration { return c.cpu }).Seconds(), float64(median(row.costs, func(c cost) int64 { return c.peak }))/(1<<20))
	}
	return table.String()
}

// distance returns a Markdown table of the wall times with a distant registry, and
// their ratio to data "http".
func (r results) distance() string {
	text := fmt.Sprintf("A registry is seldom on the same machine. These plans reach one over TLS, and a round trip to it or to its token\n"+
		"service takes %d ms. In brackets is the ratio to `data \"http\"`.\n\n", roundTrip.Milliseconds())
	head, rule := "| plan, by number of checks |", "|---|"
	var plans []string
	cells := map[string]string{}
	for _, row := range r {
		if cells[row.scenario] == "" {
			plans = append(plans, row.scenario)
		}
		if row.scenario == plans[0] {
			head, rule = fmt.Sprintf("%s %d |", head, row.checks), rule+"---:|"
		}
		cell := fmt.Sprintf(" %.2f s", median(row.costs, wall).Seconds())
		if ratio := r.against(row, `data "http"`); ratio != "" {
			cell += " (" + ratio + ")"
		}
		cells[row.scenario] += cell + " |"
	}
	lines := []string{text + head, rule}
	for _, plan := range plans {
		lines = append(lines, "| "+plan+" |"+cells[plan])
	}
	return strings.Join(lines, "\n") + "\n"
}

// write puts tables and chart into the documentation.
func (r results) write(root string, grown, away results) error {
	chart := filepath.Join(root, ".github", "images", "benchmark.svg")
	if err := os.WriteFile(chart, []byte(r.chart()), 0o644); err != nil {
		return fmt.Errorf("write the chart: %w", err)
	}
	page := filepath.Join(root, "templates", "guides", "scale.md")
	if err := markers.Insert(page, "benchmark", "make bench", r.largest().table()); err != nil {
		return err
	}
	if err := markers.Insert(page, "growth", "make bench", grown.growth()); err != nil {
		return err
	}
	return markers.Insert(page, "distance", "make bench", away.distance())
}
