package main

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"github.com/stellaops/terraform-provider-stellaops/internal/advice"
	"github.com/stellaops/terraform-provider-stellaops/internal/tfcli"
	"github.com/stellaops/terraform-provider-stellaops/internal/verdict"
	"github.com/stellaops/terraform-provider-stellaops/internal/verdict/verdicttest"
)

// verdictRow matches a row of the verdict table: its last two cells.
var verdictRow = regexp.MustCompile("(?m)^\\|.*\\| (skip|pass|pass, verified|fail|fail, rejected) \\| `([a-z_]+)` \\|$")

// designed are the verdicts of the table in DESIGN.md, by reason.
func designed(t *testing.T) map[verdict.Reason][]string {
	t.Helper()
	root, err := tfcli.Root()
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(filepath.Join(root, "DESIGN.md"))
	if err != nil {
		t.Fatal(err)
	}
	verdicts := map[verdict.Reason][]string{}
	for _, row := range verdictRow.FindAllStringSubmatch(string(page), -1) {
		reason := verdict.Reason(row[2])
		if !slices.Contains(verdicts[reason], row[1]) {
			verdicts[reason] = append(verdicts[reason], row[1])
		}
	}
	return verdicts
}

func TestDesign_HasEachReasonOfTheCatalogue(t *testing.T) {
	t.Parallel()
	verdicts := designed(t)
	for _, entry := range advice.Catalogue() {
		if verdicts[entry.Reason] == nil {
			t.Errorf("the table has no row for %s", entry.Reason)
		}
		delete(verdicts, entry.Reason)
	}
	for reason := range verdicts {
		t.Errorf("the catalogue has no %s", reason)
	}
}

// TestDesign_HasTheVerdictsOfTheRows compares the table with the rows that Judge is
// tested with: which verdicts come with a reason.
func TestDesign_HasTheVerdictsOfTheRows(t *testing.T) {
	t.Parallel()
	tested := map[verdict.Reason]map[string]bool{}
	for _, row := range verdicttest.Rows(t) {
		reason := row.Want.Reason
		if row.Evidence.ProvenByUse || row.Evidence.RequireVerified && reason != verdict.ReasonAnyoneAccepted {
			continue // these change the verdict of every reason
		}
		if tested[reason] == nil {
			tested[reason] = map[string]bool{}
		}
		tested[reason][worded(row.Want)] = true
	}
	verdicts := designed(t)
	for reason, want := range tested {
		if got := slices.Sorted(slices.Values(verdicts[reason])); !slices.Equal(got, slices.Sorted(maps.Keys(want))) {
			t.Errorf("%s: the table says %q, the rows %q", reason, got, slices.Sorted(maps.Keys(want)))
		}
	}
}

// worded is a verdict in the words of the table.
func worded(v verdict.Verdict) string {
	switch {
	case v.Verified:
		return "pass, verified"
	case v.Rejected:
		return "fail, rejected"
	default:
		return v.Status()
	}
}
