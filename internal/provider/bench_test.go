package provider

import (
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/stellaops/terraform-provider-stellaops/internal/registrytest"
)

// BenchmarkDataSource_Read makes checks through the plugin protocol, each with another
// password.
func BenchmarkDataSource_Read(b *testing.B) {
	busy := registrytest.NewBusy(b, registrytest.BusyOptions{})
	s := benchServer(b)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		readOnce(b, s, busy, i)
	}
}

// TestDataSource_Read_AllocatesLittle counts the allocations of a check that sends
// nothing. A schema that is built for each check, or the framework's comparison of
// values, would cost several times as much.
func TestDataSource_Read_AllocatesLittle(t *testing.T) { //nolint:paralleltest // others would be counted too
	busy := registrytest.NewBusy(t, registrytest.BusyOptions{})
	s := benchServer(t)
	const most = 2600
	if n := testing.AllocsPerRun(50, func() { readOnce(t, s, busy, 0) }); n > most {
		t.Errorf("%.0f allocations, want at most %d", n, most)
	} else {
		t.Logf("%.0f allocations", n)
	}
}

// readOnce makes a check with the password of that number.
func readOnce(tb testing.TB, s tfprotov6.ProviderServer, busy *registrytest.Busy, i int) {
	tb.Helper()
	typ := s.(fastServer).object
	values := withNulls(typ, map[string]tftypes.Value{
		"registry_url": str(busy.URL), "username": str("ci"), "password": str(fmt.Sprintf("right-%d", i)),
	})
	config, err := tfprotov6.NewDynamicValue(typ, tftypes.NewValue(typ, values))
	if err != nil {
		tb.Fatal(err)
	}
	response, err := s.ReadDataSource(tb.Context(), &tfprotov6.ReadDataSourceRequest{TypeName: dataSourceName, Config: &config})
	if err != nil || len(response.Diagnostics) > 0 {
		tb.Fatal(err, response.Diagnostics)
	}
}

// benchServer is a provider without a block.
func benchServer(b testing.TB) tfprotov6.ProviderServer {
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
