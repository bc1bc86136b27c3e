package notes_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stellaops/terraform-provider-stellaops/internal/tfcli"
	"github.com/stellaops/terraform-provider-stellaops/tools/release/notes"
)

func TestFor(t *testing.T) {
	t.Parallel()
	const old = "## 0.1.0 (2026-01-02)\n\n- Old.\n"
	for _, row := range []struct {
		changelog, tag, want string // "" for an error
	}{
		{"# Changelog\n\nKept by hand.\n\n## 0.2.0 (2026-11-25)\n\n### Added\n\n- New.\n\n" + old, "v0.2.0", "### Added\n\n- New.\n"},
		{"# Changelog\n\n" + old, "v0.1.0", "- Old.\n"},
		{"# Changelog\n\n## 0.2.0-rc1 (2026-11-25)\n\n- New.\n\n" + old, "v0.2.0-rc1", "- New.\n"},
		{"# Changelog\n\n## 0.2.0 (unreleased)\n\n- New.\n\n" + old, "v0.2.0", ""},
		{"# Changelog\n\n## 0.2.0 (2026-11-25)\n\n- New.\n\n" + old, "v0.1.0", ""},
		{"# Changelog\n\n## 0.2.0 (2026-11-25)\n\n- New.\n\n" + old, "0.2.0", ""},
		{"# Changelog\n", "v0.1.0", ""},
	} {
		got, err := notes.For(row.changelog, row.tag)
		if got != row.want || (err == nil) != (row.want != "") {
			t.Errorf("%s: %q, %v; want %q", row.tag, got, err, row.want)
		}
	}
}

func TestNewest(t *testing.T) {
	t.Parallel()
	for changelog, want := range map[string]string{
		"# Changelog\n\n## 0.2.0 (unreleased)\n\n- New.\n\n## 0.1.0 (2026-01-02)\n": "0.2.0",
		"# Changelog\n\n## 0.1.0 (2026-01-02)\n":                                    "0.1.0",
		"# Changelog\n":                                                             "",
	} {
		if got, err := notes.Newest(changelog); got != want || (err == nil) != (want != "") {
			t.Errorf("%q, %v; want %q", got, err, want)
		}
	}
}

// TestConfiguration_TakesTheNotes reads .goreleaser.yml: with its own changelog disabled,
// GoReleaser ignores the notes too.
func TestConfiguration_TakesTheNotes(t *testing.T) {
	t.Parallel()
	root, err := tfcli.Root()
	if err != nil {
		t.Fatal(err)
	}
	for name, wanted := range map[string]map[string]bool{
		".goreleaser.yml": {"changelog:": false, "draft: true": true, "prerelease: auto": true},
		"GNUmakefile":     {"--release-notes=.cache/release-notes.md": true},
	} {
		content, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		for text, there := range wanted {
			if strings.Contains(string(content), text) != there {
				t.Errorf("%s: %q is there: %t", name, text, !there)
			}
		}
	}
}
