package main

import (
	"strings"
	"testing"
)

func TestStaleNames(t *testing.T) {
	t.Parallel()
	known, err := knownNames([]byte(`{"format_version": "1.0", "provider_schemas": {"there": {
		"data_source_schemas": {"a_check": {"version": 0, "block": {
			"attributes": {
				"registry_url": {"type": "string", "description_kind": "markdown"},
				"passed": {"type": "bool"},
				"evidence": {"type": ["object", {"challenge": ["list", ["object", {"realm": "string"}]]}]},
				"retry": {"nested_type": {"attributes": {"attempts": {"type": "number"}}, "nesting_mode": "single"}}},
			"block_types": {"access": {"block": {"attributes": {"actions": {"type": "string"}}}}}}}}}}}`))
	if err != nil {
		t.Fatal(err)
	}
	for text, stale := range map[string]string{
		"`registry_url`, `access`, `actions`, `attempts`, `challenge`, `realm`, `a_check`": "",
		"`docker_config`, `invalid_credentials`, `depends_on`":                             "",
		"`!passed`, `data.a_check.any_name.passed`, `ephemeral.a_check.x.passed`":          "",
		"`!rejectd`":                     "rejectd",
		"`passd`":                        "passd",
		"`registry_uri`":                 "registry_uri",
		"`nesting_mode`":                 "nesting_mode", // words of the format
		"`attributes`":                   "attributes",
		"`string`":                       "string",
		"`data.a_check.x.verifyed`":      "verifyed",
		"`ephemeral.a_check.x.verifyed`": "verifyed",
		"`!data.a_check.x.verifyed`":     "verifyed",
		"| a |\n|---|\n| `old_name` |":   "old_name",
		"`old_name = true`":              "old_name",
		"`stuff.old_name`":               "old_name",
		"old_name in prose":              "",
		"```hcl\nold_name = 1\n```":      "", // blocks are run
		"```terraform\nx = data.stellaops_oci_credentials_check.r.verifyed\n```": "verifyed",
		"```terraform\nx = data.stellaops_oci_credentials_check.r.passed\n```":   "",
		"```mermaid\nflowchart TD\n  A[invalid_credential]\n```":                 "invalid_credential",
		"`internal/old_name` `a_b.go`":                                           "",
		"`OLD_NAME=1`, `docker.io`, `make nothing`":                              "",
	} {
		got := strings.Join(staleNames([]document{parse("README.md", []byte(text))}, known), "; ")
		if (got == "") != (stale == "") || !strings.Contains(got, stale) {
			t.Errorf("%s: %q, want %q", text, got, stale)
		}
	}
}
