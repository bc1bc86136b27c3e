package provider

import (
	"strings"
	"testing"
)

// TestDocuments_EveryBlockNamesTheProvider holds what makes a block work when it is
// copied alone: without its source, a CLI asks for hashicorp/stellaops.
func TestDocuments_EveryBlockNamesTheProvider(t *testing.T) {
	t.Parallel()
	seen := 0
	for _, b := range blocks(t) {
		if b.language != "terraform" {
			continue
		}
		seen++
		words := strings.Join(strings.Fields(b.text), " ")
		if !strings.Contains(words, `stellaops = { source = "stellaops/stellaops"`) {
			t.Errorf("%s:%d does not say where the provider is", b.file, b.line)
		}
		if b.file == "README.md" && !strings.Contains(words, `version = "~> 0.1"`) {
			t.Errorf("%s:%d does not say which version", b.file, b.line)
		}
		if !strings.Contains(words, "stellaops_oci_credentials_check") {
			t.Errorf("%s:%d checks nothing", b.file, b.line)
		}
	}
	if seen < 15 {
		t.Errorf("only %d blocks were found", seen)
	}
}
