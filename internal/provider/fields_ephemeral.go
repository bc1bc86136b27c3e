package provider

import (
	data "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
)

// ephemeralAttributes makes the attributes of an ephemeral resource, which are
// those of a data source in types of their own.
func ephemeralAttributes(fields []field) map[string]schema.Attribute {
	return toEphemeral(dataSourceAttributes(fields))
}

func toEphemeral(attributes map[string]data.Attribute) map[string]schema.Attribute {
	converted := make(map[string]schema.Attribute, len(attributes))
	for name, attribute := range attributes {
		switch a := attribute.(type) {
		case data.StringAttribute:
			converted[name] = schema.StringAttribute(a)
		case data.BoolAttribute:
			converted[name] = schema.BoolAttribute(a)
		case data.Int64Attribute:
			converted[name] = schema.Int64Attribute(a)
		case data.ListAttribute:
			converted[name] = schema.ListAttribute(a)
		case data.SingleNestedAttribute:
			converted[name] = schema.SingleNestedAttribute{
				MarkdownDescription: a.MarkdownDescription, Optional: a.Optional, Required: a.Required, Computed: a.Computed,
				Attributes: toEphemeral(a.Attributes),
			}
		case data.ListNestedAttribute:
			converted[name] = schema.ListNestedAttribute{
				MarkdownDescription: a.MarkdownDescription, Optional: a.Optional, Required: a.Required, Computed: a.Computed,
				NestedObject: schema.NestedAttributeObject{Attributes: toEphemeral(a.NestedObject.Attributes)},
			}
		}
	}
	return converted
}
