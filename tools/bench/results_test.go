package main

import (
	"strings"
	"testing"
	"time"
)

func TestResults_Distance_ComparesWithHTTP(t *testing.T) {
	t.Parallel()
	took := func(times ...time.Duration) (costs []cost) {
		for _, wall := range times {
			costs = append(costs, cost{wall: wall})
		}
		return costs
	}
	r := results{
		{"identical", 1, took(3*time.Second, time.Second, 2*time.Second)},
		{`data "http"`, 1, took(2*time.Second, 2*time.Second, 2*time.Second)},
		{"identical", 100, took(time.Second)},
		{`data "http"`, 100, took(10 * time.Second)},
	}
	want := `| plan, by number of checks | 1 | 100 |
|---|---:|---:|
| identical | 2.00 s (1.00) | 1.00 s (0.10) |
| data "http" | 2.00 s | 10.00 s |
`
	if got := r.distance(); !strings.HasSuffix(got, "\n\n"+want) {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}

func TestResults_Largest_HasTheMostChecks(t *testing.T) {
	t.Parallel()
	costs := []cost{{wall: time.Second}}
	r := results{{"floor", 1, costs}, {"floor", 1000, costs}, {"identical", 1000, costs}, {"floor", 100, costs}}
	largest := r.largest()
	if len(largest) != 2 || largest[0].checks != 1000 || len(r) != 4 {
		t.Errorf("%d of %d rows are shown", len(largest), len(r))
	}
}
