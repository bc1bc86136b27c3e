package advice_test

import (
	"testing"

	"github.com/stellaops/terraform-provider-stellaops/internal/advice"
	"github.com/stellaops/terraform-provider-stellaops/internal/verdict"
	"github.com/stellaops/terraform-provider-stellaops/internal/verdict/verdicttest"
)

func TestCatalogue_HasARowForEachReason(t *testing.T) {
	t.Parallel()
	seen := map[verdict.Reason]int{}
	for _, row := range verdicttest.Rows(t) {
		seen[row.Want.Reason]++
	}
	for _, entry := range advice.Catalogue() {
		if seen[entry.Reason] == 0 {
			t.Errorf("reason %s of the catalogue has no row in the table of Judge", entry.Reason)
		}
		delete(seen, entry.Reason)
	}
	for reason := range seen {
		t.Errorf("reason %q of the table is not in the catalogue", reason)
	}
}

func TestCatalogue_HasTheStatusOfTheVerdicts(t *testing.T) {
	t.Parallel()
	passes, fails := map[verdict.Reason]bool{}, map[verdict.Reason]bool{}
	for _, row := range verdicttest.Rows(t) {
		if row.Evidence.RequireVerified && row.Want.Reason != verdict.ReasonAnyoneAccepted {
			continue // it makes a fail of every pass that is not proven
		}
		if row.Want.Passed {
			passes[row.Want.Reason] = true
		} else {
			fails[row.Want.Reason] = true
		}
	}
	names := map[[2]bool]string{{true, false}: "pass", {false, true}: "fail", {true, true}: "pass or fail"}
	for _, entry := range advice.Catalogue() {
		if entry.Reason == verdict.ReasonSkipped {
			if entry.Status != "skip" {
				t.Errorf("a skipped check has the status %q", entry.Status)
			}
			continue
		}
		if want := names[[2]bool{passes[entry.Reason], fails[entry.Reason]}]; entry.Status != want {
			t.Errorf("%s: catalogue says %q, the table of Judge %q", entry.Reason, entry.Status, want)
		}
	}
}
