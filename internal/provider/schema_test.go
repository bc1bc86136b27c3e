package provider

import (
	"encoding/base64"
	"reflect"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	data "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	blockSchema "github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/stellaops/terraform-provider-stellaops/internal/registrytest"
)

func TestProvider_Schema_IsValid(t *testing.T) {
	t.Parallel()
	var response provider.SchemaResponse
	New("test")().Schema(t.Context(), provider.SchemaRequest{}, &response)
	if diags := response.Schema.ValidateImplementation(t.Context()); diags.HasError() {
		t.Fatal(diags)
	}
}

func dataSourceSchema(t *testing.T) data.Schema {
	t.Helper()
	var response datasource.SchemaResponse
	(&dataSource{}).Schema(t.Context(), datasource.SchemaRequest{}, &response)
	if diags := response.Schema.ValidateImplementation(t.Context()); diags.HasError() {
		t.Fatal(diags)
	}
	return response.Schema
}

// TestCheckModel_HasEveryFieldOfTheSchema compares the tags of the model with the
// arguments and attributes.
func TestCheckModel_HasEveryFieldOfTheSchema(t *testing.T) {
	t.Parallel()
	tagged := map[string]bool{}
	for _, field := range reflect.VisibleFields(reflect.TypeFor[checkModel]()) {
		if name, ok := field.Tag.Lookup("tfsdk"); ok {
			tagged[name] = true
		}
	}
	for _, f := range checkFields {
		if !tagged[f.name] {
			t.Errorf("%s is not in the model", f.name)
		}
		delete(tagged, f.name)
	}
	for name := range tagged {
		t.Errorf("%s is not in the schema", name)
	}
}

// TestCheckModel_Fill_SetsEachAttribute reads a check after which no attribute is null: a
// token that says when it expires is refused.
func TestCheckModel_Fill_SetsEachAttribute(t *testing.T) {
	t.Parallel()
	fake := registrytest.New(t, func(string) registrytest.Response {
		return registrytest.Unauthorized(`Bearer realm="https://auth.example.com/token",service="registry.example.com"`)
	})
	claims := base64.RawURLEncoding.EncodeToString([]byte(`{"exp":1767225600}`))
	got, diags := newServerWith(t, nil).read(t.Context(), t, map[string]tftypes.Value{"registry_url": str(fake.URL), "token": str("e30." + claims + ".e30")})
	if len(diags) > 0 {
		t.Fatal(diags[0])
	}
	for _, f := range checkFields {
		if !f.argument && got[f.name].IsNull() {
			t.Errorf("%s is null", f.name)
		}
	}
}

func TestFields_OnlySecretArgumentsAreSensitive(t *testing.T) {
	t.Parallel()
	secret := map[string]bool{"password": true, "token": true, "identity_token": true, "docker_config_json": true, "client_key_pem": true}
	for name, attribute := range dataSourceSchema(t).Attributes {
		if attribute.IsSensitive() != secret[name] {
			t.Errorf("%s: sensitive is %t", name, attribute.IsSensitive())
		}
	}
	block := providerAttributes(providerFields)
	entry := block["registries"].(blockSchema.MapNestedAttribute).NestedObject.Attributes
	for name, attribute := range entry {
		if attribute.IsSensitive() != secret[name] {
			t.Errorf("registries, %s: sensitive is %t", name, attribute.IsSensitive())
		}
	}
	for name, attribute := range block {
		if attribute.IsSensitive() != secret[name] {
			t.Errorf("the provider block, %s: sensitive is %t", name, attribute.IsSensitive())
		}
	}
}

func TestFields_EachHasAText(t *testing.T) {
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
	look("", providerFields)
}

func TestProviderModel_HasEveryFieldOfTheSchema(t *testing.T) {
	t.Parallel()
	attributes := providerAttributes(providerFields)
	for _, field := range reflect.VisibleFields(reflect.TypeFor[providerModel]()) {
		if field.Anonymous {
			continue
		}
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

// TestEphemeralAttributes_EqualThoseOfTheDataSource compares the schemas of data source
// and ephemeral resource part by part, since the conversion lists the parts one by one.
func TestEphemeralAttributes_EqualThoseOfTheDataSource(t *testing.T) {
	t.Parallel()
	var response ephemeral.SchemaResponse
	(&ephemeralResource{}).Schema(t.Context(), ephemeral.SchemaRequest{}, &response)
	if diags := response.Schema.ValidateImplementation(t.Context()); diags.HasError() {
		t.Fatal(diags)
	}
	if one, other := dataSourceSchema(t).Type(), response.Schema.Type(); !one.Equal(other) {
		t.Errorf("the types differ:\n%s\n%s", one, other)
	}
	alike(t, "", nested(dataSourceSchema(t).Attributes), nested(response.Schema.Attributes))
}

// anyAttribute is what the attributes of every kind of block have.
type anyAttribute interface {
	IsRequired() bool
	IsOptional() bool
	IsComputed() bool
	IsSensitive() bool
	GetMarkdownDescription() string
	GetType() attr.Type
}

func nested[A anyAttribute](attributes map[string]A) map[string]anyAttribute {
	all := map[string]anyAttribute{}
	for name, attribute := range attributes {
		all[name] = attribute
	}
	return all
}

func alike(t *testing.T, prefix string, ones, others map[string]anyAttribute) {
	t.Helper()
	if len(ones) != len(others) {
		t.Errorf("%q: %d attributes and %d", prefix, len(ones), len(others))
	}
	for name, one := range ones {
		other, ok := others[name]
		if !ok {
			t.Errorf("%s%s is missing in the ephemeral resource", prefix, name)
			continue
		}
		if one.IsRequired() != other.IsRequired() || one.IsOptional() != other.IsOptional() || one.IsComputed() != other.IsComputed() ||
			one.IsSensitive() != other.IsSensitive() || one.GetMarkdownDescription() != other.GetMarkdownDescription() || !one.GetType().Equal(other.GetType()) {
			t.Errorf("%s%s differs:\n%#v\n%#v", prefix, name, one, other)
		}
		switch one := one.(type) {
		case data.SingleNestedAttribute:
			alike(t, prefix+name+".", nested(one.Attributes), nested(other.(schema.SingleNestedAttribute).Attributes))
		case data.ListNestedAttribute:
			alike(t, prefix+name+".", nested(one.NestedObject.Attributes), nested(other.(schema.ListNestedAttribute).NestedObject.Attributes))
		}
	}
}
