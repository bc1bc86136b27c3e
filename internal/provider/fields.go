package provider

import (
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	ephemeral "github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
	blockschema "github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// kind is the type of a field.
type kind int

const (
	kindString kind = iota
	kindSecret      // string that is sensitive
	kindBool
	kindInt
	kindStrings // list of string
	kindObject
	kindObjects // list of object
	kindMap     // map of object
)

// field describes an argument or attribute once, for every kind of block that has it.
type field struct {
	name     string
	kind     kind
	argument bool // input; otherwise computed
	required bool // of an argument inside an object
	text     string
	fields   []field // of an object
}

// optional reports whether an argument may be omitted.
func (f field) optional() bool { return f.argument && !f.required }

// dataSourceAttributes returns the fields as attributes of a data source.
func dataSourceAttributes(fields []field) map[string]schema.Attribute {
	attributes := make(map[string]schema.Attribute, len(fields))
	for _, f := range fields {
		attributes[f.name] = f.dataSourceAttribute()
	}
	return attributes
}

func (f field) dataSourceAttribute() schema.Attribute {
	optional, computed := f.optional(), !f.argument
	switch f.kind {
	case kindBool:
		return schema.BoolAttribute{MarkdownDescription: f.text, Optional: optional, Required: f.required, Computed: computed}
	case kindInt:
		return schema.Int64Attribute{MarkdownDescription: f.text, Optional: optional, Required: f.required, Computed: computed}
	case kindStrings:
		return schema.ListAttribute{MarkdownDescription: f.text, Optional: optional, Required: f.required, Computed: computed, ElementType: types.StringType}
	case kindObject:
		return schema.SingleNestedAttribute{MarkdownDescription: f.text, Optional: optional, Required: f.required, Computed: computed, Attributes: dataSourceAttributes(f.fields)}
	case kindObjects:
		return schema.ListNestedAttribute{MarkdownDescription: f.text, Optional: optional, Required: f.required, Computed: computed, NestedObject: schema.NestedAttributeObject{Attributes: dataSourceAttributes(f.fields)}}
	case kindSecret:
		return schema.StringAttribute{MarkdownDescription: f.text, Optional: optional, Required: f.required, Computed: computed, Sensitive: true, CustomType: secretType{}}
	default:
		return schema.StringAttribute{MarkdownDescription: f.text, Optional: optional, Required: f.required, Computed: computed}
	}
}

// providerAttributes returns the fields as attributes of the provider block, all
// optional.
func providerAttributes(fields []field) map[string]blockschema.Attribute {
	attributes := make(map[string]blockschema.Attribute, len(fields))
	for _, f := range fields {
		attributes[f.name] = f.providerAttribute()
	}
	return attributes
}

func (f field) providerAttribute() blockschema.Attribute {
	switch f.kind {
	case kindBool:
		return blockschema.BoolAttribute{MarkdownDescription: f.text, Optional: true}
	case kindInt:
		return blockschema.Int64Attribute{MarkdownDescription: f.text, Optional: true}
	case kindObject:
		return blockschema.SingleNestedAttribute{MarkdownDescription: f.text, Optional: true, Attributes: providerAttributes(f.fields)}
	case kindStrings:
		return blockschema.ListAttribute{MarkdownDescription: f.text, Optional: true, ElementType: types.StringType}
	case kindMap:
		return blockschema.MapNestedAttribute{MarkdownDescription: f.text, Optional: true, NestedObject: blockschema.NestedAttributeObject{Attributes: providerAttributes(f.fields)}}
	case kindSecret:
		return blockschema.StringAttribute{MarkdownDescription: f.text, Optional: true, Sensitive: true, CustomType: secretType{}}
	default:
		return blockschema.StringAttribute{MarkdownDescription: f.text, Optional: true}
	}
}

// ephemeralAttributes returns the fields as attributes of an ephemeral resource.
func ephemeralAttributes(fields []field) map[string]ephemeral.Attribute {
	return toEphemeral(dataSourceAttributes(fields))
}

func toEphemeral(attributes map[string]schema.Attribute) map[string]ephemeral.Attribute {
	converted := make(map[string]ephemeral.Attribute, len(attributes))
	for name, attribute := range attributes {
		switch a := attribute.(type) {
		case schema.StringAttribute:
			converted[name] = ephemeral.StringAttribute(a)
		case schema.BoolAttribute:
			converted[name] = ephemeral.BoolAttribute(a)
		case schema.Int64Attribute:
			converted[name] = ephemeral.Int64Attribute(a)
		case schema.ListAttribute:
			converted[name] = ephemeral.ListAttribute(a)
		case schema.SingleNestedAttribute:
			converted[name] = ephemeral.SingleNestedAttribute{
				MarkdownDescription: a.MarkdownDescription, Optional: a.Optional, Required: a.Required, Computed: a.Computed,
				Attributes: toEphemeral(a.Attributes),
			}
		case schema.ListNestedAttribute:
			converted[name] = ephemeral.ListNestedAttribute{
				MarkdownDescription: a.MarkdownDescription, Optional: a.Optional, Required: a.Required, Computed: a.Computed,
				NestedObject: ephemeral.NestedAttributeObject{Attributes: toEphemeral(a.NestedObject.Attributes)},
			}
		}
	}
	return converted
}
