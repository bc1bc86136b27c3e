package provider

import (
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// kind is the type of a field.
type kind int

const (
	kindString kind = iota
	kindBool
	kindInt
	kindStrings // list of string
	kindObject
	kindObjects // list of object
)

// field describes one argument or attribute, for every kind of block that has
// it: the texts are written once.
type field struct {
	name      string
	kind      kind
	argument  bool // input; otherwise computed
	required  bool // of an argument inside an object
	sensitive bool
	text      string
	fields    []field // of kindObject and kindObjects
}

// dataSourceAttributes makes the attributes of a data source.
func dataSourceAttributes(fields []field) map[string]schema.Attribute {
	attributes := make(map[string]schema.Attribute, len(fields))
	for _, f := range fields {
		attributes[f.name] = f.dataSourceAttribute()
	}
	return attributes
}

func (f field) dataSourceAttribute() schema.Attribute {
	optional, computed := f.argument && !f.required, !f.argument
	switch f.kind {
	case kindBool:
		return schema.BoolAttribute{MarkdownDescription: f.text, Optional: optional, Required: f.required, Computed: computed, Sensitive: f.sensitive}
	case kindInt:
		return schema.Int64Attribute{MarkdownDescription: f.text, Optional: optional, Required: f.required, Computed: computed, Sensitive: f.sensitive}
	case kindStrings:
		return schema.ListAttribute{MarkdownDescription: f.text, Optional: optional, Required: f.required, Computed: computed, Sensitive: f.sensitive, ElementType: types.StringType}
	case kindObject:
		return schema.SingleNestedAttribute{MarkdownDescription: f.text, Optional: optional, Required: f.required, Computed: computed, Sensitive: f.sensitive, Attributes: dataSourceAttributes(f.fields)}
	case kindObjects:
		return schema.ListNestedAttribute{MarkdownDescription: f.text, Optional: optional, Required: f.required, Computed: computed, Sensitive: f.sensitive, NestedObject: schema.NestedAttributeObject{Attributes: dataSourceAttributes(f.fields)}}
	default:
		return schema.StringAttribute{MarkdownDescription: f.text, Optional: optional, Required: f.required, Computed: computed, Sensitive: f.sensitive}
	}
}
