package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stellaops/terraform-provider-stellaops/internal/tfcli"
)

// phony matches the line of GNUmakefile that lists the targets.
var phony = regexp.MustCompile(`(?m)^\.PHONY: (.+)$`)

// forWorkflow are the targets that contributors do not run.
var forWorkflow = []string{"release"}

func TestMakefile_HelpListsEachTarget(t *testing.T) {
	t.Parallel()
	root, err := tfcli.Root()
	if err != nil {
		t.Fatal(err)
	}
	makefile, err := os.ReadFile(filepath.Join(root, "GNUmakefile"))
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(filepath.Join(root, "CONTRIBUTING.md"))
	if err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), "make", "--no-print-directory", "help")
	command.Dir = root
	printed, err := command.Output()
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]string{}
	for line := range strings.Lines(string(printed)) {
		name, text, _ := strings.Cut(line, " ")
		listed[name] = strings.TrimSpace(text)
	}
	targets := strings.Fields(phony.FindStringSubmatch(string(makefile))[1])
	for _, target := range targets {
		if listed[target] == "" {
			t.Errorf("make help has no text for %s:\n%s", target, printed)
		}
		if !strings.Contains(string(page), "`make "+target+"`") && !slices.Contains(forWorkflow, target) {
			t.Errorf("CONTRIBUTING.md does not name make %s", target)
		}
	}
	if len(listed) != len(targets) {
		t.Errorf("make help lists %d targets of %d", len(listed), len(targets))
	}
}
