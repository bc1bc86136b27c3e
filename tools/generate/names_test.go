package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stellaops/terraform-provider-stellaops/internal/tfcli"
)

var (
	testFunction = regexp.MustCompile(`(?m)^func (Test\w+)\(`)
	namedTest    = regexp.MustCompile("`(Test[A-Z]\\w+)`")
)

// TestDocuments_NameTestsThatAreThere looks for the tests that the pages for contributors
// name.
func TestDocuments_NameTestsThatAreThere(t *testing.T) {
	t.Parallel()
	root, err := tfcli.Root()
	if err != nil {
		t.Fatal(err)
	}
	there := map[string]bool{}
	for _, folder := range []string{"internal", "tools"} {
		err := filepath.WalkDir(filepath.Join(root, folder), func(path string, _ fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, "_test.go") {
				return err
			}
			source, err := os.ReadFile(path)
			for _, match := range testFunction.FindAllSubmatch(source, -1) {
				there[string(match[1])] = true
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	named := 0
	for _, page := range []string{"CONTRIBUTING.md", "DESIGN.md", "SECURITY.md"} {
		text, err := os.ReadFile(filepath.Join(root, page))
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range namedTest.FindAllSubmatch(text, -1) {
			named++
			if name := string(match[1]); !there[name] {
				t.Errorf("%s names %s, and there is no such test", page, name)
			}
		}
	}
	if named < 5 {
		t.Errorf("only %d tests are named", named)
	}
}
