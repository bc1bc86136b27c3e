package main

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	framework "github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// floorProvider is the provider with another data source.
type floorProvider struct {
	framework.Provider

	bare bool
}

func newFloor(factory func() framework.Provider, bare bool) func() framework.Provider {
	return func() framework.Provider { return floorProvider{factory(), bare} }
}

// DataSources puts the floor in the place of the check.
func (p floorProvider) DataSources(ctx context.Context) []func() datasource.DataSource {
	var floors []func() datasource.DataSource
	for _, factory := range p.Provider.DataSources(ctx) {
		floors = append(floors, func() datasource.DataSource { return floor{factory(), p.bare} })
	}
	return floors
}

// floor has the schema of the check.
type floor struct {
	datasource.DataSource

	bare bool
}

// bareSchema has the type of a schema and no attributes, in which the framework
// would look for values to compare.
type bareSchema struct {
	schema.Schema

	full attr.Type
}

// Type is that of the whole schema.
func (s bareSchema) Type() attr.Type { return s.full }

// Read returns the arguments and, for the attributes, what a check that passed
// would return.
func (f floor) Read(_ context.Context, request datasource.ReadRequest, response *datasource.ReadResponse) {
	var values map[string]tftypes.Value
	if err := request.Config.Raw.As(&values); err != nil {
		response.Diagnostics.AddError("The floor is broken", err.Error())
		return
	}
	object := request.Config.Raw.Type().(tftypes.Object)
	for name, value := range constants() {
		values[name] = valueOf(object.AttributeTypes[name], value)
	}
	for _, name := range []string{"password", "token", "identity_token", "docker_config_json", "client_key_pem"} {
		values[name] = tftypes.NewValue(tftypes.String, nil)
	}
	response.State.Raw = tftypes.NewValue(object, values)
	if f.bare {
		response.State.Schema = bareSchema{full: response.State.Schema.Type()}
	}
}

// constants are the attributes of a verified pass.
func constants() map[string]any {
	return map[string]any{
		"passed": true, "verified": true, "rejected": false, "status": "pass", "reason": "accepted",
		"message":     `registry.example.com accepted the basic credentials of user name "ci": GET https://registry.example.com/v2/ answered 200 OK, and 401 Unauthorized without credentials.`,
		"auth_method": "basic", "credential_source": "arguments", "registry_host": "registry.example.com", "http_status": 200,
		"evidence": map[string]any{
			"endpoint":  "https://registry.example.com/v2/",
			"challenge": map[string]any{"scheme": "Basic", "realm": "busy"},
		},
		"access_results": []any{}, "likely_causes": []any{}, "remediation": []any{},
		"check": map[string]any{
			"id": "check.integration.oci.credentials", "plugin": "stellaops.doctor.integration", "severity": "fail",
			"tags":                 []any{"registry", "oci", "credentials", "secrets", "auth"},
			"related":              []any{"check.integration.oci.registry", "check.integration.oci.pull", "check.integration.oci.push"},
			"verification_command": "stella doctor run --check check.integration.oci.credentials",
		},
	}
}

// valueOf is a constant as the type has it; what is left out is null.
func valueOf(typ tftypes.Type, value any) tftypes.Value {
	switch value := value.(type) {
	case nil:
		return tftypes.NewValue(typ, nil)
	case map[string]any:
		object := typ.(tftypes.Object)
		parts := map[string]tftypes.Value{}
		for name, part := range object.AttributeTypes {
			parts[name] = valueOf(part, value[name])
		}
		return tftypes.NewValue(object, parts)
	case []any:
		list := typ.(tftypes.List)
		items := []tftypes.Value{}
		for _, item := range value {
			items = append(items, valueOf(list.ElementType, item))
		}
		return tftypes.NewValue(list, items)
	default:
		return tftypes.NewValue(typ, value)
	}
}
