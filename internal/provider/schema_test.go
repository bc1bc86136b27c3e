package provider

import (
	"reflect"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/provider"
)

func TestProviderSchemaIsValid(t *testing.T) {
	t.Parallel()
	var response provider.SchemaResponse
	New("test")().Schema(t.Context(), provider.SchemaRequest{}, &response)
	if diags := response.Schema.ValidateImplementation(t.Context()); diags.HasError() {
		t.Fatal(diags)
	}
}

func dataSourceSchema(t *testing.T) schema.Schema {
	t.Helper()
	var response datasource.SchemaResponse
	newCredentialsCheckDataSource().Schema(t.Context(), datasource.SchemaRequest{}, &response)
	if diags := response.Schema.ValidateImplementation(t.Context()); diags.HasError() {
		t.Fatal(diags)
	}
	return response.Schema
}

func TestDataSourceSchemaAndModelHaveTheSameNames(t *testing.T) {
	t.Parallel()
	attributes := dataSourceSchema(t).Attributes
	for field := range reflect.TypeFor[checkModel]().Fields() {
		name := field.Tag.Get("tfsdk")
		if _, ok := attributes[name]; !ok {
			t.Errorf("the model has %q, the schema has not", name)
		}
		delete(attributes, name)
	}
	for name := range attributes {
		t.Errorf("the schema has %q, the model has not", name)
	}
}

func TestOnlySecretArgumentsAreSensitive(t *testing.T) {
	t.Parallel()
	secret := map[string]bool{"password": true, "token": true, "identity_token": true}
	for name, attribute := range dataSourceSchema(t).Attributes {
		if attribute.IsSensitive() != secret[name] {
			t.Errorf("%s: sensitive is %t", name, attribute.IsSensitive())
		}
	}
}

func TestEveryFieldHasAText(t *testing.T) {
	t.Parallel()
	var look func(prefix string, fields []field)
	look = func(prefix string, fields []field) {
		for _, f := range fields {
			if f.text == "" {
				t.Errorf("%s%s has no description", prefix, f.name)
			}
			look(prefix+f.name+".", f.fields)
		}
	}
	look("", checkFields)
}
