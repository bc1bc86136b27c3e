package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestReleasedVersion(t *testing.T) {
	t.Parallel()
	for changelog, want := range map[string]string{
		"# Changelog\n\n## 0.2.0 (unreleased)\n\n## 0.1.0 (2026-12-01)\n": "",
		"# Changelog\n\n## 0.1.0 (2026-12-01)\n":                          "0.1.0",
	} {
		file := filepath.Join(t.TempDir(), "CHANGELOG.md")
		if err := os.WriteFile(file, []byte(changelog), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := releasedVersion(file); err != nil || got != want {
			t.Errorf("%q: version %q, %v", changelog, got, err)
		}
	}
	file := filepath.Join(t.TempDir(), "CHANGELOG.md")
	if _, err := releasedVersion(file); err == nil {
		t.Error("a changelog that is not there has a version")
	}
}

// TestPinned_LeadsToTheVersion holds that the pages of a release name it, and nothing
// else.
func TestPinned_LeadsToTheVersion(t *testing.T) {
	t.Parallel()
	page := "[a](" + published + "guides/gate#why) [b](" + repository + "blob/main/README.md) [c](" + repository + "tree/main/examples) ![d](" +
		raw + "main/.github/images/x.svg) [e](" + repository + "issues) [f](https://example.com/latest/docs/main/)"
	if got := pinned(page, ""); got != page {
		t.Errorf("without a version, the page is changed to %s", got)
	}
	got := pinned(page, "0.1.0")
	for _, want := range []string{
		"/stellaops/stellaops/0.1.0/docs/guides/gate#why)", "blob/v0.1.0/README.md", "tree/v0.1.0/examples", "/v0.1.0/.github/images/x.svg",
		repository + "issues)", "https://example.com/latest/docs/main/)",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in %s", want, got)
		}
	}
	if back := unpinned(got, "0.1.0"); back != page {
		t.Errorf("unpinned, it is %s", back)
	}
}

// TestPages_LeadToTheVersionThatIsRead looks at docs/ as it is committed.
func TestPages_LeadToTheVersionThatIsRead(t *testing.T) {
	t.Parallel()
	root, _ := goldenFile(t)
	version, err := releasedVersion(filepath.Join(root, "CHANGELOG.md"))
	if err != nil {
		t.Fatal(err)
	}
	for name, page := range pagesOfDocs(t) {
		if pinned(page, version) != page {
			t.Errorf("%s has links to what is newest, and not to %s; run make generate", name, version)
		}
	}
}
