package provider

import (
	"context"
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// TestALeanServerFindsWhatTheFrameworkFinds validates each configuration by both.
func TestALeanServerFindsWhatTheFrameworkFinds(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	full := server{ProviderServer: providerserver.NewProtocol6(New("test")())(), schema: s.schema}
	if _, err := full.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{}); err != nil {
		t.Fatal(err)
	}
	entry := s.schema.AttributeTypes["access"].(tftypes.List).ElementType.(tftypes.Object)
	noRepository := tftypes.NewValue(tftypes.List{ElementType: entry}, []tftypes.Value{tftypes.NewValue(entry, withNulls(entry, nil))})
	unknown := tftypes.NewValue(tftypes.String, tftypes.UnknownValue)
	for _, row := range []struct {
		name      string
		arguments map[string]tftypes.Value
		problems  int
	}{
		{"nothing", nil, 0},
		{"a user name and a password", map[string]tftypes.Value{"registry_url": str("ghcr.io"), "username": str("ci"), "password": str("p")}, 0},
		{"what is not known yet", map[string]tftypes.Value{"registry_url": unknown, "password": unknown}, 0},
		{"every argument", everyArgument(t, s, "http://registry.example.com"), 0},
		{"an attribute", map[string]tftypes.Value{"passed": tftypes.NewValue(tftypes.Bool, true)}, 1},
		{"two attributes", map[string]tftypes.Value{"message": str("all is well"), "http_status": tftypes.NewValue(tftypes.Number, 200)}, 2},
		{"an attribute with parts", map[string]tftypes.Value{"check": checkSchema().check}, 1},
		{"access without a repository", map[string]tftypes.Value{"access": noRepository}, 2},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			got, want := s.validate(t, row.arguments), full.validate(t, row.arguments)
			if len(want) != row.problems {
				t.Errorf("the framework finds %d: %q", len(want), want)
			}
			if !slices.Equal(got, want) {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

// validate returns what is found, in order.
func (s server) validate(t *testing.T, arguments map[string]tftypes.Value) []string {
	t.Helper()
	response, err := s.ValidateDataResourceConfig(t.Context(), &tfprotov6.ValidateDataResourceConfigRequest{
		TypeName: dataSourceName, Config: dynamic(t, s.schema, withNulls(s.schema, arguments)),
	})
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, d := range response.Diagnostics {
		found = append(found, d.Attribute.String()+" "+d.Summary+" "+d.Detail)
	}
	slices.Sort(found)
	return found
}

func TestAConfigurationThatCannotBeReadIsNotPlain(t *testing.T) {
	t.Parallel()
	for _, config := range []*tfprotov6.DynamicValue{nil, {}, {MsgPack: []byte{0xc1}}, {JSON: []byte(`[]`)}} {
		if isPlain(config) {
			t.Errorf("%v is plain", config)
		}
	}
}

func TestLogsAreOffWhereNobodyReadsThem(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		environ []string
		quiet   bool
	}{
		{nil, true},
		{[]string{"PATH=/bin", "TF_VAR_a=b", "TF_LOG_PATH=log", "TF_LOG_CORE=trace"}, true},
		{[]string{"TF_LOG=", "TF_LOG_PROVIDER="}, true},
		{[]string{"TF_LOG=off"}, true},
		{[]string{"TF_LOG=trace"}, false},
		{[]string{"TF_LOG=JSON"}, false},
		{[]string{"TF_LOG_PROVIDER=debug"}, false},
		{[]string{"TF_LOG_PROVIDER_STELLAOPS=debug"}, false},
		{[]string{"TF_LOG_SDK_PROTO=trace"}, false},
	} {
		if off := quiet(row.environ); (len(off) > 0) != row.quiet {
			t.Errorf("%q: %q are switched off", row.environ, off)
		}
	}
}

// counts keeps the number of configurations that the framework has to validate.
type counts struct {
	tfprotov6.ProviderServer

	validated int
}

func (c *counts) ValidateDataResourceConfig(ctx context.Context, request *tfprotov6.ValidateDataResourceConfigRequest) (*tfprotov6.ValidateDataResourceConfigResponse, error) {
	c.validated++
	return c.ProviderServer.ValidateDataResourceConfig(ctx, request)
}

func TestThePlainConfigurationsAreLeftOut(t *testing.T) {
	t.Parallel()
	served, ok := newServer(New("test")).(lean)
	if !ok {
		t.Fatal("what is served is not lean")
	}
	count := &counts{ProviderServer: served.ProviderServer}
	s := server{ProviderServer: lean{count}, schema: checkSchema().object}
	s.validate(t, map[string]tftypes.Value{"registry_url": str("ghcr.io"), "username": str("ci"), "password": str("p")})
	if count.validated != 0 {
		t.Error("the framework validated a configuration that has nothing to validate")
	}
	s.validate(t, map[string]tftypes.Value{"message": str("all is well")})
	if count.validated != 1 {
		t.Error("the framework did not validate an attribute that is set")
	}
}
