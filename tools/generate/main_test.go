package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/stellaops/terraform-provider-stellaops/internal/advice"
)

// TestTroubleshooting_HasAnAnchorForEachReason reads the page that users read, and the
// links of the verdicts to it.
func TestTroubleshooting_HasAnAnchorForEachReason(t *testing.T) {
	t.Parallel()
	pages := pagesOfDocs(t)
	if !strings.Contains(pages["guides/troubleshooting.md"], reasons()) {
		t.Error("docs/guides/troubleshooting.md is not what the catalogue says; run make generate")
	}
	page := parse("troubleshooting.md", []byte(pages["guides/troubleshooting.md"]))
	for _, entry := range advice.Catalogue() {
		if !slices.Contains(page.anchors, string(entry.Reason)) {
			t.Errorf("%s has no anchor", entry.Reason)
		}
		if !strings.Contains(pages["guides/verdicts.md"], "guides/troubleshooting#"+string(entry.Reason)+")") {
			t.Errorf("docs/guides/verdicts.md does not lead to %s", entry.Reason)
		}
	}
}

// TestGlossary_HasAnAnchorForEachWord looks for the words that messages and other pages
// use.
func TestGlossary_HasAnAnchorForEachWord(t *testing.T) {
	t.Parallel()
	page := parse("glossary.md", []byte(pagesOfDocs(t)["guides/glossary.md"]))
	for _, term := range []string{"realm", "challenge", "exchange", "decoy", "scope", "token-service", "service", "subject"} {
		if !slices.Contains(page.anchors, term) {
			t.Errorf("%s is not explained", term)
		}
	}
	if terms := page.anchors[1:]; !slices.IsSorted(terms) { // after the title
		t.Errorf("the words are not in the order of the alphabet: %q", terms)
	}
}
