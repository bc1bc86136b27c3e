// Command recipes is a provider for the tests of the recipes. Under the name
// terraform-provider-aws it serves the part of hashicorp/aws that a recipe reads, and so
// for the other names in parts.go; it asks no service. What it answers stands in the
// JSON file that STELLAOPS_TEST_ANSWERS names: by type, then by attribute.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	framework "github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
)

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "recipes:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	name := strings.TrimPrefix(strings.TrimSuffix(filepath.Base(os.Args[0]), ".exe"), "terraform-provider-")
	served, ok := parts()[name]
	if !ok {
		return fmt.Errorf("there is no part of a provider called %q", name)
	}
	known, err := answers(os.Getenv("STELLAOPS_TEST_ANSWERS"))
	if err != nil {
		return err
	}
	create := func() framework.Provider { return partProvider{name: name, part: served, answers: known} }
	return providerserver.Serve(ctx, create, providerserver.ServeOpts{Address: "registry.terraform.io/hashicorp/" + name, ProtocolVersion: 6})
}

// answers reads what is answered.
func answers(file string) (map[string]map[string]any, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read the answers: %w", err)
	}
	var known map[string]map[string]any
	if err := json.Unmarshal(content, &known); err != nil {
		return nil, fmt.Errorf("read the answers: %w", err)
	}
	return known, nil
}
