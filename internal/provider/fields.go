package provider

import (
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
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

// field describes one argument or attribute, for every kind of block that has
// it: the texts are written once.
type field struct {
	name     string
	kind     kind
	argument bool // input; otherwise computed
	required bool // of an argument inside an object
	text     string
	fields   []field // of an object
}

// optional tells whether an argument may be left out.
func (f field) optional() bool { return f.argument && !f.required }

// dataSourceAttributes makes the attributes of a data source.
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
