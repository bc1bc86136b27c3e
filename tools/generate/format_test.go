package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Limits of the registry, from its page on the format of provider documentation.
const (
	mostPages     = 1000
	largestPage   = 500_000 // bytes
	longestReadme = 600     // words, this and the next by our own rule
	longestPage   = 800     // the text of a data source without its schema
	longestGuide  = 1000    // what is not written by a program
)

// pagesOfDocs are the pages below docs/, by their path there.
func pagesOfDocs(t *testing.T) map[string]string {
	t.Helper()
	root, _ := goldenFile(t)
	pages := map[string]string{}
	for _, pattern := range []string{"*.md", "*/*.md"} {
		files, err := filepath.Glob(filepath.Join(root, "docs", filepath.FromSlash(pattern)))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			name, _ := filepath.Rel(filepath.Join(root, "docs"), file) // it lies below
			pages[filepath.ToSlash(name)] = string(content)
		}
	}
	if len(pages) < 10 {
		t.Fatalf("only %d pages were found", len(pages))
	}
	return pages
}

// TestPages_HaveTheFormatOfTheRegistry holds docs/ to what the registry renders.
func TestPages_HaveTheFormatOfTheRegistry(t *testing.T) {
	t.Parallel()
	root, _ := goldenFile(t)
	err := filepath.WalkDir(filepath.Join(root, "docs"), func(path string, entry os.DirEntry, err error) error {
		name, _ := filepath.Rel(filepath.Join(root, "docs"), path) // it lies below
		folder, known := filepath.ToSlash(filepath.Dir(name)), []string{".", "guides", "data-sources", "ephemeral-resources"}
		if err == nil && !entry.IsDir() && (filepath.Ext(path) != ".md" || !slices.Contains(known, folder)) {
			t.Errorf("the registry does not show %s", name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	pages := pagesOfDocs(t)
	if len(pages) > mostPages {
		t.Errorf("%d pages are more than the registry takes", len(pages))
	}
	groups := map[string]int{}
	for name, page := range pages {
		if len(page) >= largestPage {
			t.Errorf("%s has %d bytes; the registry cuts it", name, len(page))
		}
		fields := frontMatterFields(page)
		if fields == nil {
			t.Errorf("%s does not begin with front matter", name)
		}
		for field := range fields {
			if !slices.Contains([]string{"page_title", "subcategory", "description"}, field) {
				t.Errorf("%s: the registry does not know the field %s", name, field)
			}
		}
		if strings.HasPrefix(name, "guides/") {
			groups[fields["subcategory"]]++
			if fields["page_title"] == "" {
				t.Errorf("%s has no page_title, so its file name would stand in the menu", name)
			}
		} else if fields["subcategory"] != "" {
			t.Errorf("%s is hidden in the group %s", name, fields["subcategory"])
		}
		for _, fault := range faultsOfRendering(page) {
			t.Errorf("%s: %s", name, fault)
		}
	}
	for group, size := range groups {
		if size < 2 || group == "Beta" || group == "Deprecated" { // those two are sorted to the end
			t.Errorf("the group %q of the menu has %d pages", group, size)
		}
	}
}

// frontMatterFields are what stands before a page; nil if nothing does.
func frontMatterFields(page string) map[string]string {
	head := frontMatter.FindString(page)
	if head == "" {
		return nil
	}
	fields := map[string]string{}
	for text := range strings.Lines(head) {
		if name, value, ok := strings.Cut(text, ":"); ok && !strings.ContainsAny(name[:1], " #-") {
			fields[name] = strings.Trim(strings.TrimSpace(value), `"`)
		}
	}
	return fields
}

var (
	callout = regexp.MustCompile(`(?m)^(.*)(->|~>|!>) `)
	fenced  = regexp.MustCompile("(?ms)^```.*?^```$")
	links   = regexp.MustCompile(`\]\(([^)]+)\)`)
)

// faultsOfRendering are what the registry would not show as it is meant.
func faultsOfRendering(page string) (faults []string) {
	if strings.Contains(page, "```mermaid") {
		faults = append(faults, "a diagram of Mermaid is shown as its source")
	}
	text := fenced.ReplaceAllString(frontMatter.ReplaceAllString(page, ""), "")
	if strings.Count(text, "\n# ") != 1 {
		faults = append(faults, "a page has one title")
	}
	for paragraph := range strings.SplitSeq(text, "\n\n") {
		for _, match := range callout.FindAllStringSubmatch(paragraph, -1) {
			if at := strings.Index(paragraph, match[0]); match[1] != "" || at != 0 {
				faults = append(faults, "a callout begins a paragraph: "+match[0])
			}
		}
	}
	for _, match := range links.FindAllStringSubmatch(text, -1) {
		if !strings.HasPrefix(match[1], "https://") && !strings.HasPrefix(match[1], "#") {
			faults = append(faults, match[1]+" would be looked for at the registry's site")
		}
	}
	return faults
}

func TestFaultsOfRendering(t *testing.T) {
	t.Parallel()
	for page, want := range map[string]int{
		"---\npage_title: \"a\"\n---\n\n# A\n\n-> **So:** it is.\n\n[a](https://example.com) [b](#a)\n": 0,
		"\n# A\n\n```mermaid\ngraph\n```\n":               1,
		"\n# A\n\ntext\n-> not a callout\n":               1,
		"\n# A\n\n- -> not a callout\n":                   1,
		"\n# A\n\n[a](../guides/b.md) ![b](images/c.svg)": 2,
		"\n# A\n\n# B\n":                                  1,
		"text":                                            1,
	} {
		if faults := faultsOfRendering(page); len(faults) != want {
			t.Errorf("%q has the faults %q", page, faults)
		}
	}
}

// generated is what programs write: the schema, and tables between two comments.
var generated = regexp.MustCompile(`(?s)<!-- schema generated by tfplugindocs -->.*\z|<!-- [a-z]+: written by make [a-z]+ -->.*?<!-- end of [a-z]+ -->`)

// word is a word of a text, of code too; rules of tables and punctuation are none.
var word = regexp.MustCompile(`(?m)\S*[\pL\pN]\S*`)

func words(text string) int {
	return len(word.FindAllString(generated.ReplaceAllString(frontMatter.ReplaceAllString(text, ""), ""), -1))
}

// TestDocuments_AreShort counts what a reader reads, code included.
func TestDocuments_AreShort(t *testing.T) {
	t.Parallel()
	root, _ := goldenFile(t)
	readme, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	if n := len(strings.Fields(string(readme))); n > longestReadme {
		t.Errorf("README.md has %d words, more than %d", n, longestReadme)
	}
	for name, page := range pagesOfDocs(t) {
		limit := longestGuide
		if !strings.HasPrefix(name, "guides/") {
			limit = longestPage
		}
		if n := words(page); n > limit {
			t.Errorf("%s has %d words, more than %d", name, n, limit)
		}
	}
}

// TestReadme_SaysWhatAReaderLooksFor holds the order of the first screen, and the two
// commands that set everything up.
func TestReadme_SaysWhatAReaderLooksFor(t *testing.T) {
	t.Parallel()
	root, _ := goldenFile(t)
	content, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	readme := string(content)
	for _, want := range []string{
		"any OCI registry", "Stella Ops is not needed", "Stella Ops Doctor", "/badge.svg", "```terraform\nterraform {\n", "version = \"~> 0.1\"",
		"precondition", "```text\nError: ", "## Install", "```sh\nmake demo\n```", "```sh\nmake testacc\n```",
	} {
		_, rest, ok := strings.Cut(readme, want)
		if !ok {
			t.Fatalf("README.md does not say %q, or says it too early", want)
		}
		readme = rest
	}
	_, failure, _ := strings.Cut(string(content), "```text\n")
	failure, _, _ = strings.Cut(failure, "```")
	if n := strings.Count(failure, "\n"); n > 15 {
		t.Errorf("the failure in README.md has %d lines", n)
	}
}
