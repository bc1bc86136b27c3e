package main

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stellaops/terraform-provider-stellaops/internal/tfcli"
)

// picture is the file that README.md shows.
func picture(t *testing.T) *os.File {
	t.Helper()
	root, err := tfcli.Root()
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(filepath.Join(root, ".github", "images", "demo.svg"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })
	return file
}

// lines returns the text of a picture, line by line.
func lines(t *testing.T, picture io.Reader) []string {
	t.Helper()
	var lines []string
	decoder := xml.NewDecoder(picture)
	for inText := false; ; {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return lines
		}
		if err != nil {
			t.Fatal(err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			if token.Name.Local == "text" {
				inText, lines = true, append(lines, "")
			}
		case xml.EndElement:
			inText = inText && token.Name.Local != "text"
		case xml.CharData:
			if inText {
				lines[len(lines)-1] += string(token)
			}
		}
	}
}

// varying matches what differs from run to run: ports and times.
var varying = regexp.MustCompile(`127\.0\.0\.1:\d+|\b\d+s\b`)

// compared returns the words of a text without what differs from run to run, as if
// Terraform had printed them.
func compared(text string) string {
	return varying.ReplaceAllString(strings.NewReplacer("$ tofu plan", "$ terraform plan", "OpenTofu", "Terraform").Replace(words(text)), "…")
}

func TestPicture_HasFifteenLines(t *testing.T) {
	t.Parallel()
	shown := slices.DeleteFunc(lines(t, picture(t)), func(line string) bool { return strings.TrimSpace(line) == "" })
	if len(shown) == 0 || len(shown) > 15 {
		t.Errorf("it has %d lines:\n%s", len(shown), strings.Join(shown, "\n"))
	}
}

// TestAccPicture_ShowsWhatTheDemoPrints runs the plans of the demo that the picture shows,
// and compares the words.
func TestAccPicture_ShowsWhatTheDemoPrints(t *testing.T) {
	t.Parallel()
	binary, provider := os.Getenv("STELLAOPS_TEST_REGISTRY"), os.Getenv("STELLAOPS_TEST_PROVIDER")
	if os.Getenv("TF_ACC") == "" || binary == "" || provider == "" {
		t.Skip("TF_ACC, STELLAOPS_TEST_REGISTRY and STELLAOPS_TEST_PROVIDER are not all set")
	}
	path := os.Getenv("TF_ACC_TERRAFORM_PATH")
	if path == "" {
		path = "terraform"
	}
	root, err := tfcli.Root()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	sandbox, err := tfcli.NewSandbox(dir, provider)
	if err != nil {
		t.Fatal(err)
	}
	d, err := newDemonstration(t.Context(), root, dir, binary, tfcli.CLI{Path: path, Sandbox: sandbox})
	if err != nil {
		t.Fatal(err)
	}
	d.colours = true // errors have a frame then
	t.Cleanup(d.registry.Stop)
	var printed strings.Builder
	for _, p := range plans() {
		if !p.pictured {
			continue
		}
		text, err := d.run(t.Context(), p)
		if err != nil {
			t.Fatalf("%s: %v:\n%s", p.title, err, text)
		}
		printed.WriteString(cut(text))
	}
	if got, want := compared(strings.Join(lines(t, picture(t)), "\n")), compared(printed.String()); got != want {
		t.Errorf("the picture shows\n%s\nand the demo prints\n%s\nmake picture draws it", got, want)
	}
}
