// Command generate writes docs/ from the code: the schema as OpenTofu reads it from
// the built provider, the examples, the catalogue of reasons, what registries answer,
// and the pictures of the guides. In the commit of a release, links to this project's own
// pages and files name its version. Then it looks for links in the documents that lead
// nowhere.
package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"

	"github.com/stellaops/terraform-provider-stellaops/internal/advice"
	"github.com/stellaops/terraform-provider-stellaops/internal/tfcli"
	"github.com/stellaops/terraform-provider-stellaops/tools/markers"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	root, err := tfcli.Root()
	if err != nil {
		return err
	}
	guides := filepath.Join(root, "templates", "guides")
	if err := markers.Insert(filepath.Join(guides, "verdicts.md"), "verdicts", "make generate", verdicts()); err != nil {
		return err
	}
	if err := markers.Insert(filepath.Join(guides, "troubleshooting.md"), "reasons", "make generate", reasons()); err != nil {
		return err
	}
	if err := draw(root); err != nil {
		return err
	}
	answers, err := registries(filepath.Join(root, "internal", "provider", "testdata", "registries.csv"))
	if err != nil {
		return err
	}
	if err := markers.Insert(filepath.Join(guides, "registries.md"), "registries", "make generate", answers); err != nil {
		return err
	}
	dir := filepath.Join(root, ".cache", "generate")
	schema, err := providerSchema(ctx, root, dir)
	if err != nil {
		return err
	}
	tfplugindocs, err := tfcli.Tool(ctx, root, "tfplugindocs", "tfplugindocs")
	if err != nil {
		return err
	}
	for _, args := range [][]string{
		{"generate", "--provider-name=stellaops", "--rendered-provider-name=Stella Ops", "--providers-schema=" + schema},
		{"validate", "--provider-name=stellaops", "--providers-schema=" + schema},
	} {
		command := exec.CommandContext(ctx, tfplugindocs, args...)
		command.Dir = root
		if output, err := command.CombinedOutput(); err != nil {
			return fmt.Errorf("tfplugindocs %s: %w\n%s", args[0], err, output)
		}
	}
	released, err := releasedVersion(filepath.Join(root, "CHANGELOG.md"))
	if err != nil {
		return err
	}
	if err := pinLinks(filepath.Join(root, "docs"), released); err != nil {
		return err
	}
	return lookOver(root, released)
}

// lookOver reports links that do not work in the documents as they are now; those of
// docs/ may name the version.
func lookOver(root, version string) error {
	pages, err := documents(root)
	if err != nil {
		return err
	}
	if broken := brokenLinks(root, pages, version); len(broken) > 0 {
		return fmt.Errorf("the documents are wrong:\n%s", strings.Join(broken, "\n"))
	}
	return nil
}

// providerSchema writes the schema that the pinned OpenTofu reads from the built
// provider, and returns the file. The schema has the only address that tfplugindocs
// looks for.
func providerSchema(ctx context.Context, root, dir string) (string, error) {
	if err := os.RemoveAll(dir); err != nil {
		return "", fmt.Errorf("clear %s: %w", dir, err)
	}
	provider := filepath.Join(dir, "terraform-provider-stellaops")
	if err := tfcli.BuildProvider(ctx, root, provider, "docs"); err != nil {
		return "", err
	}
	sandbox, err := tfcli.NewSandbox(dir, provider)
	if err != nil {
		return "", err
	}
	tofu, err := tfcli.Tool(ctx, root, "tofu", "tofu")
	if err != nil {
		return "", err
	}
	cli := tfcli.CLI{Path: tofu, Dir: filepath.Join(dir, "work"), Sandbox: sandbox}
	if err := tfcli.CopyConfiguration(filepath.Join(root, "examples", "provider"), cli.Dir); err != nil {
		return "", err
	}
	var schema string
	for _, args := range [][]string{{"init", "-no-color"}, {"providers", "schema", "-json"}} {
		output, code, err := cli.Run(ctx, args...)
		if err != nil {
			return "", err
		}
		if code != 0 {
			return "", fmt.Errorf("%s ended with %d:\n%s", strings.Join(args, " "), code, output)
		}
		schema = output // of the last command
	}
	file := filepath.Join(dir, "schema.json")
	schema = strings.ReplaceAll(schema, "registry.opentofu.org/stellaops/stellaops", "registry.terraform.io/hashicorp/stellaops")
	if err := os.WriteFile(file, []byte(schema), 0o600); err != nil {
		return "", fmt.Errorf("write the schema: %w", err)
	}
	return file, nil
}

// verdicts returns the catalogue of reasons as a Markdown table.
func verdicts() string {
	var table strings.Builder
	table.WriteString("| `reason` | `status` | meaning |\n|---|---|---|\n")
	for _, entry := range advice.Catalogue() {
		fmt.Fprintf(&table, "| [`%[1]s`](%[2]sguides/troubleshooting#%[1]s) | %[3]s | %[4]s |\n", entry.Reason, published, entry.Status, entry.Meaning)
	}
	return table.String()
}

// reasons returns the catalogue as one section for each reason, with an anchor of its
// name.
func reasons() string {
	var sections strings.Builder
	for i, entry := range advice.Catalogue() {
		if i > 0 {
			sections.WriteString("\n")
		}
		next := "Nothing: this is the proof."
		if entry.Next != "" {
			next = entry.Next + "."
		}
		fmt.Fprintf(&sections, "<a id=\"%[1]s\"></a>\n### `%[1]s`\n\nStatus: %[2]s. %[3]s\n\n**What to do:** %[4]s\n", entry.Reason, entry.Status, entry.Meaning, next)
	}
	return sections.String()
}
