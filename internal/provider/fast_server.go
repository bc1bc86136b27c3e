package provider

import (
	"context"
	"errors"
	"reflect"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// fastServer answers ReadDataSource and ValidateDataResourceConfig in place of the
// framework's server, which takes about as long for one check as everything else together. It does what
// Read of the data source does, with the same model, and leaves unusual requests to the
// framework. To remove it, delete this file and its use in newServer.
type fastServer struct {
	tfprotov6.ProviderServer

	name   string
	checks func() *checks // nil before the provider is configured
	object tftypes.Object
	types  map[string]attr.Type
	fields map[reflect.Type][]taggedField
}

// taggedField is a field of a model and the name of its attribute.
type taggedField struct {
	name  string
	index []int
}

func newFastServer(server tfprotov6.ProviderServer, checks func() *checks) fastServer {
	f := fastServer{ProviderServer: server, name: "stellaops" + typeName, checks: checks, types: map[string]attr.Type{}, fields: map[reflect.Type][]taggedField{}}
	f.object.AttributeTypes = map[string]tftypes.Type{}
	for name, attribute := range dataSourceAttributes(checkFields) {
		f.types[name] = attribute.GetType()
		f.object.AttributeTypes[name] = f.types[name].TerraformType(context.Background())
	}
	f.addFields(reflect.TypeFor[checkModel]())
	return f
}

// addFields adds the tagged fields of a model and of its nested models.
func (f fastServer) addFields(t reflect.Type) {
	switch {
	case t.Implements(reflect.TypeFor[attr.Value]()):
	case t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice:
		f.addFields(t.Elem())
	case t.Kind() == reflect.Struct:
		for _, field := range reflect.VisibleFields(t) {
			if name, ok := field.Tag.Lookup("tfsdk"); ok {
				f.fields[t] = append(f.fields[t], taggedField{name, field.Index})
				f.addFields(field.Type)
			}
		}
	}
}

// ReadDataSource makes the check. Where that ends in an error diagnostic, which a failed
// check is not, the framework makes it again; answers so far come from the cache.
func (f fastServer) ReadDataSource(ctx context.Context, request *tfprotov6.ReadDataSourceRequest) (*tfprotov6.ReadDataSourceResponse, error) {
	if request.TypeName == f.name && f.checks() != nil {
		if response, err := f.read(ctx, request.Config); err == nil {
			return response, nil
		}
	}
	return f.ProviderServer.ReadDataSource(ctx, request)
}

// errUnusual leaves a request to the framework.
var errUnusual = errors.New("this is for the framework")

func (f fastServer) read(ctx context.Context, config *tfprotov6.DynamicValue) (*tfprotov6.ReadDataSourceResponse, error) {
	var model checkModel
	if values, ok := f.values(config); !ok || !tftypes.NewValue(f.object, values).IsFullyKnown() {
		return nil, errUnusual
	} else if err := f.decodeFields(ctx, values, f.types, reflect.ValueOf(&model).Elem()); err != nil {
		return nil, err
	}
	result, diags := f.checks().run(ctx, &model)
	if diags.HasError() {
		return nil, errUnusual
	}
	model.fill(result)
	model.dropSecrets()
	state, err := f.encode(ctx, reflect.ValueOf(model), f.object)
	if err != nil {
		return nil, err
	}
	response := &tfprotov6.ReadDataSourceResponse{}
	for _, d := range diags { // only warnings, and none on an attribute
		response.Diagnostics = append(response.Diagnostics, &tfprotov6.Diagnostic{Severity: tfprotov6.DiagnosticSeverityWarning, Summary: d.Summary(), Detail: d.Detail()})
	}
	dynamic, err := tfprotov6.NewDynamicValue(f.object, state)
	response.State = &dynamic
	return response, err
}

// ValidateDataResourceConfig accepts a configuration without nested arguments: no
// argument has a validator, and the CLI checks types itself.
func (f fastServer) ValidateDataResourceConfig(ctx context.Context, request *tfprotov6.ValidateDataResourceConfigRequest) (*tfprotov6.ValidateDataResourceConfigResponse, error) {
	values, ok := f.values(request.Config)
	for _, field := range checkFields {
		ok = ok && (field.argument && len(field.fields) == 0 || values[field.name].IsNull())
	}
	if ok && request.TypeName == f.name {
		return &tfprotov6.ValidateDataResourceConfigResponse{}, nil
	}
	return f.ProviderServer.ValidateDataResourceConfig(ctx, request)
}

// values returns the attributes of a configuration; ok is false where it cannot be
// read.
func (f fastServer) values(config *tfprotov6.DynamicValue) (values map[string]tftypes.Value, ok bool) {
	if config == nil {
		return nil, false
	}
	value, err := config.Unmarshal(f.object)
	if err != nil || value.IsNull() || !value.IsKnown() || value.As(&values) != nil {
		return nil, false
	}
	return values, true
}

// decode reads a value into a field of a model.
func (f fastServer) decode(ctx context.Context, value tftypes.Value, typ attr.Type, into reflect.Value) error {
	if _, ok := reflect.TypeAssert[attr.Value](into); ok {
		read, err := typ.ValueFromTerraform(ctx, value)
		if err != nil || reflect.TypeOf(read) != into.Type() {
			return errUnusual
		}
		into.Set(reflect.ValueOf(read))
		return nil
	}
	if value.IsNull() {
		into.SetZero()
		return nil
	}
	switch into.Kind() {
	case reflect.Pointer:
		into.Set(reflect.New(into.Type().Elem()))
		return f.decode(ctx, value, typ, into.Elem())
	case reflect.Slice:
		list, ok := typ.(attr.TypeWithElementType)
		var items []tftypes.Value
		if !ok || value.As(&items) != nil {
			return errUnusual
		}
		into.Set(reflect.MakeSlice(into.Type(), len(items), len(items)))
		for i, item := range items {
			if err := f.decode(ctx, item, list.ElementType(), into.Index(i)); err != nil {
				return err
			}
		}
		return nil
	case reflect.Struct:
		object, ok := typ.(attr.TypeWithAttributeTypes)
		var parts map[string]tftypes.Value
		if !ok || value.As(&parts) != nil {
			return errUnusual
		}
		return f.decodeFields(ctx, parts, object.AttributeTypes(), into)
	default: // a string of a computed attribute, which no configuration sets
		return errUnusual
	}
}

func (f fastServer) decodeFields(ctx context.Context, parts map[string]tftypes.Value, types map[string]attr.Type, into reflect.Value) error {
	for _, field := range f.fields[into.Type()] {
		if err := f.decode(ctx, parts[field.name], types[field.name], into.FieldByIndex(field.index)); err != nil {
			return err
		}
	}
	return nil
}

// encode is the inverse of decode, and also encodes the strings of computed attributes.
func (f fastServer) encode(ctx context.Context, from reflect.Value, typ tftypes.Type) (tftypes.Value, error) {
	if value, ok := reflect.TypeAssert[attr.Value](from); ok {
		return value.ToTerraformValue(ctx)
	}
	switch kind := from.Kind(); {
	case kind == reflect.String:
		return tftypes.NewValue(tftypes.String, from.String()), nil
	case (kind == reflect.Pointer || kind == reflect.Slice) && from.IsNil():
		return tftypes.NewValue(typ, nil), nil
	case kind == reflect.Pointer:
		return f.encode(ctx, from.Elem(), typ)
	case kind == reflect.Slice:
		items := make([]tftypes.Value, from.Len())
		for i := range items {
			var err error
			if items[i], err = f.encode(ctx, from.Index(i), typ.(tftypes.List).ElementType); err != nil {
				return tftypes.Value{}, err
			}
		}
		return tftypes.NewValue(typ, items), nil
	case kind == reflect.Struct:
		parts := make(map[string]tftypes.Value, len(f.fields[from.Type()]))
		for _, field := range f.fields[from.Type()] {
			var err error
			if parts[field.name], err = f.encode(ctx, from.FieldByIndex(field.index), typ.(tftypes.Object).AttributeTypes[field.name]); err != nil {
				return tftypes.Value{}, err
			}
		}
		return tftypes.NewValue(typ, parts), nil
	default:
		return tftypes.Value{}, errUnusual
	}
}
