package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/stellaops/terraform-provider-stellaops/internal/credentials"
	"github.com/stellaops/terraform-provider-stellaops/internal/doctor"
)

// foreignNames are words in code that are no name of a schema: what the values of
// attributes may be, and names that others have given.
var foreignNames = []string{
	"pass", "fail", "skip", "true", "false", "anonymous", "basic", "bearer", "pull", "push", "delete", // values
	"systemd", "kubernetes", "registry", // of remediation's platform
	"terraform", "tofu", "init", "plan", "apply", "destroy", "validate", "fmt", "prior_state", "resource_changes", // of the CLI
	"data", "ephemeral", "precondition", "postcondition", "validation", "assert", "count", "depends_on", "error_message", // of its language
	"request_headers", "request_timeout_ms", "response_body", "status_code", // of the data source http
	"auths", "identitytoken", "exp", // of Docker's configuration, and of tokens
	"host", "requests", "release", "testdata", "all", // a form of addresses, a column, an environment, a folder, a filter
}

// identifier is a name of several words, in the way of Terraform and JSON.
var identifier = regexp.MustCompile(`\b[a-z][a-z0-9]*(?:_[a-z0-9]+)+\b`)

// oneWord is a span that is a name and nothing else, as an attribute stands in a
// sentence or in a condition.
var oneWord = regexp.MustCompile(`^!?([a-z][a-z0-9_]*)$`)

// reference is a value of a block as a configuration names it; how the block is
// called there is free.
var reference = regexp.MustCompile(`^!?(?:data|ephemeral)\.([a-z0-9_]+)\.\w+\.([a-z0-9_.]+)$`)

var fileName = regexp.MustCompile(`\.(?:go|json|md|tf|yml|svg|hcl|pem)$`)

// namesIn are the names in a span of code. Nothing is one in a path or a file.
func namesIn(span string) []string {
	var names []string
	for word := range strings.FieldsSeq(span) {
		if strings.Contains(word, "/") || fileName.MatchString(word) {
			continue
		}
		if match := reference.FindStringSubmatch(word); match != nil {
			names = append(append(names, match[1]), strings.Split(match[2], ".")...)
			continue
		}
		names = append(names, identifier.FindAllString(word, -1)...)
		if match := oneWord.FindStringSubmatch(span); match != nil {
			names = append(names, match[1])
		}
	}
	return names
}

// inBlock is a value of a check as a configuration names it.
var inBlock = regexp.MustCompile(`\b(?:data|ephemeral)\.stellaops_oci_credentials_check\.\w+\.([a-z0-9_]+)`)

// namesInBlock are the attributes that a block of code reads from a check, and the
// names in a diagram. The rest of a block is run by tests.
func namesInBlock(language, text string) []string {
	if language == "mermaid" {
		return identifier.FindAllString(text, -1)
	}
	var names []string
	for _, match := range inBlock.FindAllStringSubmatch(text, -1) {
		names = append(names, match[1])
	}
	return names
}

// staleNames are the names in the documents that neither the schema has, nor the
// catalogue of reasons, nor anybody else.
func staleNames(pages []document, known []string) []string {
	var stale []string
	for _, page := range pages {
		for _, name := range page.names {
			if !slices.Contains(known, name) && !slices.Contains(foreignNames, name) {
				stale = append(stale, fmt.Sprintf("%s: nothing is called %s", page.name, name))
			}
		}
	}
	slices.Sort(stale)
	return slices.Compact(stale)
}

// knownNames are those of the schema, as a CLI prints it in JSON, of the reasons,
// the sources, and what exchanges and permissions say of themselves.
func knownNames(schema []byte) ([]string, error) {
	var tree any
	if err := json.Unmarshal(schema, &tree); err != nil {
		return nil, fmt.Errorf("read the schema: %w", err)
	}
	names := schemaNames(tree)
	for _, entry := range doctor.Catalogue() {
		names = append(names, string(entry.Reason))
	}
	for _, source := range []credentials.Source{
		credentials.SourceArguments, credentials.SourceDockerConfigJSON, credentials.SourceProvider,
		credentials.SourceEnvironment, credentials.SourceAppsettings, credentials.SourceDockerConfig, credentials.SourceNone,
	} {
		names = append(names, string(source))
	}
	for _, method := range doctor.AccessMethods() {
		names = append(names, string(method))
	}
	return append(names, doctor.Outcomes()...), nil
}

// schemaNames are the names that users write or read: of blocks and attributes,
// of fields of objects, of data sources and ephemeral resources. The words of the
// format itself are none of them.
func schemaNames(tree any) []string {
	var all []string
	switch node := tree.(type) {
	case map[string]any:
		for key, child := range node {
			named, isMap := child.(map[string]any)
			switch {
			case isMap && slices.Contains([]string{"attributes", "block_types", "data_source_schemas", "ephemeral_resource_schemas"}, key):
				all = slices.AppendSeq(all, maps.Keys(named))
				for _, below := range named {
					all = append(all, schemaNames(below)...)
				}
			case key == "type":
				all = append(all, fields(child)...)
			default:
				all = append(all, schemaNames(child)...)
			}
		}
	case []any:
		for _, child := range node {
			all = append(all, schemaNames(child)...)
		}
	}
	return all
}

// fields are the names in a type: ["list", ["object", {"repository": "string"}]].
func fields(kind any) []string {
	var all []string
	switch node := kind.(type) {
	case map[string]any:
		for name, child := range node {
			all = append(append(all, name), fields(child)...)
		}
	case []any:
		for _, child := range node {
			all = append(all, fields(child)...)
		}
	}
	return all
}
