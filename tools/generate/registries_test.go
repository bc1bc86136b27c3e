package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stellaops/terraform-provider-stellaops/internal/registrytest"
	"github.com/stellaops/terraform-provider-stellaops/internal/tfcli"
)

func goldenFile(t *testing.T) (root, golden string) {
	t.Helper()
	root, err := tfcli.Root()
	if err != nil {
		t.Fatal(err)
	}
	return root, filepath.Join(root, "internal", "provider", "testdata", "registries.csv")
}

// TestRegistries_TheGuideShowsWhatIsAssumed reads the guide that users read.
func TestRegistries_TheGuideShowsWhatIsAssumed(t *testing.T) {
	t.Parallel()
	root, golden := goldenFile(t)
	guide, err := os.ReadFile(filepath.Join(root, "docs", "guides", "registries.md"))
	if err != nil {
		t.Fatal(err)
	}
	want, err := registries(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(guide), want) {
		t.Error("docs/guides/registries.md is not what the captures and the golden table say; run make generate")
	}
	profiles, err := registrytest.Profiles()
	if err != nil {
		t.Fatal(err)
	}
	assumed, _ := registrytest.CountFacts(profiles)
	if words := fmt.Sprintf("%d facts are assumed", assumed); !strings.Contains(string(guide), words) {
		t.Errorf("the guide does not say that %s", words)
	}
	rows := 0
	for line := range strings.Lines(want) {
		if strings.HasPrefix(line, "| ") {
			rows++
		}
	}
	if rows != len(profiles)+1 { // the head
		t.Errorf("the guide has %d rows for %d registries", rows-1, len(profiles))
	}
}

func TestOutcome(t *testing.T) {
	t.Parallel()
	for want, row := range map[string][]string{
		"verified, `accepted`":                {"r", "good", "pass", "true", "false", "accepted", "2", "pass", ""},
		"rejected, `invalid_credentials` (?)": {"r", "good", "fail", "false", "true", "invalid_credentials", "2", "fail", "assumed"},
		"pass, `exchange_inconclusive`":       {"r", "good", "pass", "false", "false", "exchange_inconclusive", "4", "pass", ""},
		"fail, `forbidden_network`":           {"r", "good", "fail", "false", "false", "forbidden_network", "2", "fail", ""},
		"not measured":                        {"r", "good", "", "", "", "", "", "", "not measured"},
	} {
		if got := outcome(row); got != want {
			t.Errorf("%q is worded %q, want %q", row, got, want)
		}
	}
	if got := outcome(nil); got != "not measured" {
		t.Errorf("a row that is missing is worded %q", got)
	}
}
