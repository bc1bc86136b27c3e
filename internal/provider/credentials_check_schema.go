package provider

import (
	"context"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	ephemeral "github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// compiled is the schema of a check with its types, made once: the framework
// makes the types anew each time they are asked for.
type compiled struct {
	schema schema.Schema
	twin   ephemeral.Schema // of the ephemeral resource, with the same types
	object tftypes.Object
	types  map[string]tftypes.Type // of its attributes
	access attr.Type
	retry  attr.Type
	check  tftypes.Value // the attribute that is the same for every check
	result resultSchema
}

var checkSchema = sync.OnceValue(func() *compiled {
	s := schema.Schema{MarkdownDescription: checkText, Attributes: dataSourceAttributes(checkFields)}
	object := s.Type().TerraformType(context.Background()).(tftypes.Object)
	return &compiled{
		schema: s, twin: ephemeral.Schema{MarkdownDescription: checkText + twinText, Attributes: ephemeralAttributes(checkFields)},
		object: object, types: object.AttributeTypes,
		access: s.Attributes["access"].GetType(), retry: s.Attributes["retry"].GetType(),
		check:  constants(object.AttributeTypes["check"]),
		result: resultSchema{full: fixedType{s.Type(), object}},
	}
})

// resultSchema is the schema of a result: it has the type of a check, and no
// attributes in which the framework would look for values that are equal in
// another way than by their content. No value here is, and the search took a fifth
// of what a check costs.
type resultSchema struct {
	schema.Schema // without attributes

	full attr.Type
}

// Type is that of a check.
func (s resultSchema) Type() attr.Type { return s.full }

// fixedType is a type that is known to the wire protocol already.
type fixedType struct {
	attr.Type

	terraform tftypes.Type
}

// TerraformType is the type as the wire protocol has it.
func (t fixedType) TerraformType(context.Context) tftypes.Type { return t.terraform }

// result is the value of a check.
func (v checkValues) result() tftypes.Value {
	return tftypes.NewValue(checkSchema().object, map[string]tftypes.Value(v))
}
