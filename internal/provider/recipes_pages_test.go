package provider

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
	"mvdan.cc/sh/v3/syntax"

	"github.com/stellaops/terraform-provider-stellaops/internal/tfcli"
)

// recipeBlocks are the blocks in the pages of recipes.
func recipeBlocks(t *testing.T) []block {
	t.Helper()
	var all []block
	for _, b := range blocks(t) {
		if isRecipe(b.file) {
			all = append(all, b)
		}
	}
	return all
}

// recipeFiles are the files of the recipes, by their text.
func recipeFiles(t *testing.T) map[string]string {
	t.Helper()
	root, err := tfcli.Root()
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(root, "examples", "recipes", "*", "*"))
	if err != nil || len(files) < 25 {
		t.Fatalf("%d files were found: %v", len(files), err)
	}
	texts := map[string]string{}
	for _, file := range files {
		name, _ := filepath.Rel(root, file) // it lies below root
		text := read(t, file)
		if other, ok := texts[text]; ok {
			t.Errorf("%s and %s are the same", name, other)
		}
		texts[text] = name
	}
	return texts
}

// TestRecipes_PagesShowTheFiles expects each file of a recipe in one page, and in the
// pages nothing that is not planned, compared or parsed.
func TestRecipes_PagesShowTheFiles(t *testing.T) {
	t.Parallel()
	files := recipeFiles(t)
	shown := map[string]int{}
	configuration := "" // the page of the last one
	for _, b := range recipeBlocks(t) {
		where := fmt.Sprintf("%s:%d", b.file, b.line)
		switch b.language {
		case "terraform", "yaml":
			name, ok := files[b.text]
			if !ok {
				t.Errorf("%s: no file of a recipe holds this", where)
			}
			shown[name]++
			if b.language == "terraform" {
				configuration = b.file
			}
		case "text": // TestAccRecipes compares it
			if configuration != b.file {
				t.Errorf("%s: there is no configuration above that could print this", where)
			}
		case "sh":
			parseShell(t, where, b.text)
		default:
			t.Errorf("%s: nothing makes sure that this block of %q is true", where, b.language)
		}
	}
	for text, name := range files {
		if shown[name] != 1 {
			t.Errorf("%s is shown %d times in docs/guides; a template shows each once, and make generate writes the pages", name, shown[name])
		}
		if filepath.Ext(name) == ".tf" {
			if lines := ownLines(text); lines > 20 {
				t.Errorf("%s has %d lines", name, lines)
			}
			continue
		}
		var parsed any
		if err := yaml.Unmarshal([]byte(text), &parsed); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// ownLines counts the lines of a recipe without the blank ones, its block terraform and
// its variables.
func ownLines(text string) int {
	lines, elsewhere := 0, false
	for line := range strings.Lines(text) {
		elsewhere = elsewhere || strings.HasPrefix(line, "terraform ") || strings.HasPrefix(line, "variable ")
		if !elsewhere && strings.TrimSpace(line) != "" {
			lines++
		}
		elsewhere = elsewhere && line != "}\n"
	}
	return lines
}

// TestRecipes_JobRunsShellCommands parses the commands of the job for GitLab. The
// workflow for GitHub is linted by make lint.
func TestRecipes_JobRunsShellCommands(t *testing.T) {
	t.Parallel()
	parsed := 0
	for text, name := range recipeFiles(t) {
		if filepath.Base(name) != "gitlab-ci.yml" {
			continue
		}
		var jobs map[string]struct {
			Before []string `yaml:"before_script"`
			Script []string
		}
		if err := yaml.Unmarshal([]byte(text), &jobs); err != nil {
			t.Fatal(err)
		}
		for _, job := range jobs {
			for _, command := range append(job.Before, job.Script...) {
				parsed++
				parseShell(t, name, command)
			}
		}
	}
	if parsed < 4 {
		t.Errorf("only %d commands were parsed", parsed)
	}
}

func parseShell(t *testing.T, where, commands string) {
	t.Helper()
	if _, err := syntax.NewParser(syntax.Variant(syntax.LangPOSIX)).Parse(strings.NewReader(commands), where); err != nil {
		t.Error(err)
	}
}
