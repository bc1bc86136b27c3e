package main

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	sourceschema "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	openedschema "github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// reader reads the answers for one type.
type reader struct {
	kind    string
	reading reading
	answers map[string]any
}

// fill returns the configuration with the answers in it.
func (r reader) fill(configured tftypes.Value) (tftypes.Value, error) {
	var values map[string]tftypes.Value
	if err := configured.As(&values); err != nil {
		return tftypes.Value{}, err
	}
	for name, answer := range r.answers {
		value := tftypes.NewValue(tftypes.String, nil)
		switch answer := answer.(type) {
		case string:
			value = tftypes.NewValue(tftypes.String, answer)
		case map[string]any:
			elements := map[string]tftypes.Value{}
			for key, element := range answer {
				elements[key] = tftypes.NewValue(tftypes.String, element)
			}
			value = tftypes.NewValue(tftypes.Map{ElementType: tftypes.String}, elements)
		}
		if old, ok := values[name]; !ok || !old.Type().Equal(value.Type()) {
			return tftypes.Value{}, fmt.Errorf("there is no attribute %s of the answer's type", name)
		}
		values[name] = value
	}
	return tftypes.NewValue(configured.Type(), values), nil
}

// source is a data source.
type source struct{ reader }

// Metadata implements datasource.DataSource.
func (s source) Metadata(_ context.Context, _ datasource.MetadataRequest, response *datasource.MetadataResponse) {
	response.TypeName = s.kind
}

// Schema implements datasource.DataSource.
func (s source) Schema(_ context.Context, _ datasource.SchemaRequest, response *datasource.SchemaResponse) {
	attributes := map[string]sourceschema.Attribute{}
	for _, name := range s.reading.required {
		attributes[name] = sourceschema.StringAttribute{Required: true}
	}
	for _, name := range s.reading.optional {
		attributes[name] = sourceschema.StringAttribute{Optional: true}
	}
	for _, name := range s.reading.texts {
		attributes[name] = sourceschema.StringAttribute{Computed: true}
	}
	for _, name := range s.reading.secrets {
		attributes[name] = sourceschema.StringAttribute{Computed: true, Sensitive: true}
	}
	if s.reading.data {
		attributes["data"] = sourceschema.MapAttribute{Computed: true, Sensitive: true, ElementType: types.StringType}
	}
	response.Schema = sourceschema.Schema{Attributes: attributes}
}

// Read implements datasource.DataSource.
func (s source) Read(_ context.Context, request datasource.ReadRequest, response *datasource.ReadResponse) {
	filled, err := s.fill(request.Config.Raw)
	if err != nil {
		refuse(&response.Diagnostics, s.kind, err)
		return
	}
	response.State.Raw = filled
}

// opened is an ephemeral resource.
type opened struct{ reader }

// Metadata implements ephemeral.EphemeralResource.
func (o opened) Metadata(_ context.Context, _ ephemeral.MetadataRequest, response *ephemeral.MetadataResponse) {
	response.TypeName = o.kind
}

// Schema implements ephemeral.EphemeralResource.
func (o opened) Schema(_ context.Context, _ ephemeral.SchemaRequest, response *ephemeral.SchemaResponse) {
	attributes := map[string]openedschema.Attribute{}
	for _, name := range o.reading.required {
		attributes[name] = openedschema.StringAttribute{Required: true}
	}
	for _, name := range o.reading.optional {
		attributes[name] = openedschema.StringAttribute{Optional: true}
	}
	for _, name := range o.reading.texts {
		attributes[name] = openedschema.StringAttribute{Computed: true}
	}
	for _, name := range o.reading.secrets {
		attributes[name] = openedschema.StringAttribute{Computed: true, Sensitive: true}
	}
	if o.reading.data {
		attributes["data"] = openedschema.MapAttribute{Computed: true, Sensitive: true, ElementType: types.StringType}
	}
	response.Schema = openedschema.Schema{Attributes: attributes}
}

// Open implements ephemeral.EphemeralResource.
func (o opened) Open(_ context.Context, request ephemeral.OpenRequest, response *ephemeral.OpenResponse) {
	filled, err := o.fill(request.Config.Raw)
	if err != nil {
		refuse(&response.Diagnostics, o.kind, err)
		return
	}
	response.Result.Raw = filled
}
