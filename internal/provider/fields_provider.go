package provider

import (
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// providerAttributes makes the attributes of the provider block, all optional.
func providerAttributes(fields []field) map[string]schema.Attribute {
	attributes := make(map[string]schema.Attribute, len(fields))
	for _, f := range fields {
		attributes[f.name] = f.providerAttribute()
	}
	return attributes
}

func (f field) providerAttribute() schema.Attribute {
	switch f.kind {
	case kindBool:
		return schema.BoolAttribute{MarkdownDescription: f.text, Optional: true}
	case kindInt:
		return schema.Int64Attribute{MarkdownDescription: f.text, Optional: true}
	case kindObject:
		return schema.SingleNestedAttribute{MarkdownDescription: f.text, Optional: true, Attributes: providerAttributes(f.fields)}
	case kindStrings:
		return schema.ListAttribute{MarkdownDescription: f.text, Optional: true, ElementType: types.StringType}
	case kindMap:
		return schema.MapNestedAttribute{MarkdownDescription: f.text, Optional: true, NestedObject: schema.NestedAttributeObject{Attributes: providerAttributes(f.fields)}}
	case kindSecret:
		return schema.StringAttribute{MarkdownDescription: f.text, Optional: true, Sensitive: true, CustomType: secretType{}}
	default:
		return schema.StringAttribute{MarkdownDescription: f.text, Optional: true}
	}
}
