package provider

import (
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/stellaops/terraform-provider-stellaops/internal/registrytest"
)

// BenchmarkRead makes checks through the wire protocol, each with another
// password.
func BenchmarkRead(b *testing.B) {
	busy := registrytest.NewBusy(b, registrytest.BusyOptions{})
	s := benchServer(b)
	configs := make([]*tfprotov6.DynamicValue, b.N)
	for i := range configs {
		values := withNulls(checkSchema().object, map[string]tftypes.Value{
			"registry_url": str(busy.URL), "username": str("ci"), "password": str(fmt.Sprintf("right-%d", i)),
		})
		config, err := tfprotov6.NewDynamicValue(checkSchema().object, tftypes.NewValue(checkSchema().object, values))
		if err != nil {
			b.Fatal(err)
		}
		configs[i] = &config
	}
	b.ReportAllocs()
	b.ResetTimer()
	for _, config := range configs {
		response, err := s.ReadDataSource(b.Context(), &tfprotov6.ReadDataSourceRequest{TypeName: dataSourceName, Config: config})
		if err != nil || len(response.Diagnostics) > 0 {
			b.Fatal(err, response.Diagnostics)
		}
	}
}

// benchServer is a provider without a block.
func benchServer(b *testing.B) tfprotov6.ProviderServer {
	b.Helper()
	s := newServer(New("bench"))
	schemas, err := s.GetProviderSchema(b.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		b.Fatal(err)
	}
	typ := schemas.Provider.ValueType().(tftypes.Object)
	config, err := tfprotov6.NewDynamicValue(typ, tftypes.NewValue(typ, withNulls(typ, nil)))
	if err != nil {
		b.Fatal(err)
	}
	if _, err := s.ConfigureProvider(b.Context(), &tfprotov6.ConfigureProviderRequest{Config: &config}); err != nil {
		b.Fatal(err)
	}
	return s
}
