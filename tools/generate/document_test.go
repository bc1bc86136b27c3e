package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestBrokenLinks(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	for name, text := range map[string]string{
		"README.md":     "# A page\n\n## What it *does*: `plan`\n\n## Twice\n\n## Twice\n\n<a id=\"by-hand\"></a>\n",
		"docs/guide.md": "---\npage_title: \"A # page\"\n---\n\n# Guide\n",
		"main.tf":       "",
	} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(root, name)), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(root, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for link, good := range map[string]bool{
		"main.tf": true, "docs": true, "docs/guide.md": true, "docs/guide.md#guide": true, "#a-page": true, "#what-it-does-plan": true,
		"#twice": true, "#twice-1": true, "#by-hand": true, "https://example.com/gone": true,
		repository + "blob/main/docs/guide.md#guide": true, repository + "tree/main/docs": true, repository + "issues": true,
		"gone.tf": false, "guide.md": false, "docs/guide.md#gone": false, "#page_title": false, "#twice-2": false, "../main.tf#x": true,
		repository + "blob/main/gone.md": false, repository + "blob/develop/docs/guide.md": false, repository + "raw/v1.0.0/main.tf": false,
		raw + "main/main.tf": true, raw + "main/gone.svg": false, raw + "develop/main.tf": false,
		published + "guide": true, published + "guide#guide": true, published + "gone": false, published + "guide#gone": false,
		repository + "blob/v1.2.3/main.tf": true, repository + "blob/v1.2.2/main.tf": false, raw + "v1.2.3/gone.svg": false,
		strings.Replace(published, "latest", "1.2.3", 1) + "guide#guide": true, strings.Replace(published, "latest", "1.2.3", 1) + "gone": false,
		repository + "releases/tag/v1.0.0": true, repository + "mainly": true, "docs/guide.md#a--page": false, "%zz": false,
	} {
		pages, err := documents(root)
		if err != nil {
			t.Fatal(err)
		}
		page := &pages[slices.IndexFunc(pages, func(d document) bool { return d.name == "README.md" })]
		page.links = append(page.links, parse("README.md", []byte("| a |\n|---|\n| [there]("+link+") |\n")).links...)
		if len(page.links) != 1 {
			t.Fatalf("%s: the links are %q", link, page.links)
		}
		if broken := brokenLinks(root, pages, "1.2.3"); (len(broken) == 0) != good {
			t.Errorf("%s: %q", link, broken)
		}
	}
}
