package main

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	framework "github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// floorProvider is the provider with a data source that checks nothing.
type floorProvider struct {
	framework.Provider

	bare bool
}

func newFloor(factory func() framework.Provider, bare bool) func() framework.Provider {
	return func() framework.Provider { return floorProvider{factory(), bare} }
}

// DataSources returns the floor instead of the check.
func (p floorProvider) DataSources(ctx context.Context) []func() datasource.DataSource {
	var floors []func() datasource.DataSource
	for _, factory := range p.Provider.DataSources(ctx) {
		floors = append(floors, func() datasource.DataSource { return floor{factory(), p.bare} })
	}
	return floors
}

// floor is a data source with the schema of the check that returns constants.
type floor struct {
	datasource.DataSource

	bare bool
}

// bareSchema has the type of a schema but no attributes, so that the framework compares
// no values.
type bareSchema struct {
	schema.Schema

	full attr.Type
}

// Type returns the type of the whole schema.
func (s bareSchema) Type() attr.Type { return s.full }

// Read returns the arguments, and the attributes of a check that passed.
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

// constants returns the attributes of a verified pass.
func constants() map[string]any {
	return map[string]any{
		"passed": true, "verified": true, "rejected": false, "status": "pass", "reason": "accepted",
		"message":     `registry.example.com accepted the login of user "ci": 200 OK, and 401 Unauthorized without credentials.`,
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

// valueOf converts a constant to the type; what is missing is null.
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
