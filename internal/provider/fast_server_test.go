package provider

import (
	"context"
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/stellaops/terraform-provider-stellaops/internal/registrytest"
)

// TestFastServer_ValidateDataResourceConfig_FindsWhatTheFrameworkFinds validates each
// configuration by both.
func TestFastServer_ValidateDataResourceConfig_FindsWhatTheFrameworkFinds(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	full := server{ProviderServer: providerserver.NewProtocol6(New("test")())(), schema: s.schema}
	if _, err := full.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{}); err != nil {
		t.Fatal(err)
	}
	entry := s.schema.AttributeTypes["access"].(tftypes.List).ElementType.(tftypes.Object)
	about := s.schema.AttributeTypes["check"].(tftypes.Object)
	check := tftypes.NewValue(about, withNulls(about, map[string]tftypes.Value{"id": str("x")}))
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
		{"an attribute with parts", map[string]tftypes.Value{"check": check}, 1},
		{"access without a repository", map[string]tftypes.Value{"access": noRepository}, 1},
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

func TestLogSwitches_WhereTheCLIDropsLogs(t *testing.T) {
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
		if off := logSwitches(row.environ); (len(off) > 0) != row.quiet {
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

func TestFastServer_ValidateDataResourceConfig_LeavesPlainConfigurationsOut(t *testing.T) {
	t.Parallel()
	served, ok := newServer(New("test")).(fastServer)
	if !ok {
		t.Fatal("what is served is not fast")
	}
	count := &counts{ProviderServer: served.ProviderServer}
	served.ProviderServer = count
	s := server{ProviderServer: served, schema: checkType()}
	s.validate(t, map[string]tftypes.Value{"registry_url": str("ghcr.io"), "username": str("ci"), "password": str("p")})
	if count.validated != 0 {
		t.Error("the framework validated a configuration that has nothing to validate")
	}
	s.validate(t, map[string]tftypes.Value{"message": str("all is well")})
	if count.validated != 1 {
		t.Error("the framework did not validate an attribute that is set")
	}
}

// reads counts the checks that the framework has to read.
type reads struct {
	tfprotov6.ProviderServer

	read int
}

func (r *reads) ReadDataSource(ctx context.Context, request *tfprotov6.ReadDataSourceRequest) (*tfprotov6.ReadDataSourceResponse, error) {
	r.read++
	return r.ProviderServer.ReadDataSource(ctx, request)
}

// TestFastServer_ReadDataSource_IsWhatTheFrameworkReads makes checks of every kind both
// ways.
func TestFastServer_ReadDataSource_IsWhatTheFrameworkReads(t *testing.T) {
	t.Parallel()
	type values = map[string]tftypes.Value
	tokens := registrytest.NewBusy(t, registrytest.BusyOptions{Tokens: true})
	secure := registrytest.NewBusy(t, registrytest.BusyOptions{TLS: true})
	open := registrytest.New(t, func(string) registrytest.Response { return registrytest.OK() })
	down := registrytest.New(t, func(string) registrytest.Response { return registrytest.Response{Status: 503, Body: "down"} })
	yes, no := tftypes.NewValue(tftypes.Bool, true), tftypes.NewValue(tftypes.Bool, false)
	typ := checkType()
	retry := typ.AttributeTypes["retry"].(tftypes.Object)
	access := typ.AttributeTypes["access"].(tftypes.List)
	entry := access.ElementType.(tftypes.Object)
	accessTo := func(repository string, actions ...tftypes.Value) tftypes.Value {
		return tftypes.NewValue(access, []tftypes.Value{tftypes.NewValue(entry, values{
			"repository": str(repository), "actions": tftypes.NewValue(entry.AttributeTypes["actions"], actions), "probe": tftypes.NewValue(tftypes.Bool, nil), "reference": tftypes.NewValue(tftypes.String, nil),
		})})
	}
	secret := func(s server, url string) values { return everyArgument(t, s, url) }
	for _, row := range []struct {
		name      string
		block     values
		arguments func(s server) values
		framework int // checks that only it can read
	}{
		{"a pass with a token exchange", nil, func(server) values {
			return values{"registry_url": str(tokens.URL), "username": str("ci"), "password": str("right-1")}
		}, 0},
		{"a wrong password", nil, func(server) values {
			return values{"registry_url": str(tokens.URL), "username": str("ci"), "password": str("wrong")}
		}, 0},
		{"a password without a user name", nil, func(server) values { return values{"registry_url": str(tokens.URL), "password": str("p")} }, 0},
		{"no credentials", nil, func(server) values { return values{"registry_url": str(tokens.URL)} }, 0},
		{"an open registry", nil, func(server) values {
			return values{"registry_url": str(open.URL), "username": str("ci"), "password": str("p"), "require_verified": yes}
		}, 0},
		{"a registry that is down", nil, func(server) values {
			return values{"registry_url": str(down.URL), "token": str("t"), "retry": tftypes.NewValue(retry, withNulls(retry, values{"attempts": tftypes.NewValue(tftypes.Number, 1)}))}
		}, 0},
		{"a check that is skipped", values{"skip_checks": yes}, func(server) values { return values{"registry_url": str(open.URL), "password": str("p")} }, 0},
		{"a warning", nil, func(server) values {
			return values{"registry_url": str(secure.URL), "username": str("ci"), "password": str("right"), "insecure": yes, "token_exchange": no}
		}, 0},
		{"every argument", nil, func(s server) values { return secret(s, open.URL) }, 0},
		{"permissions", nil, func(server) values {
			return values{"registry_url": str(open.URL), "username": str("ci"), "password": str("p"), "access": accessTo("org/app", str("pull"), str("push"))}
		}, 0},
		{"a permission that is not known", nil, func(server) values {
			return values{"registry_url": str(open.URL), "access": accessTo("org/app", tftypes.NewValue(tftypes.String, tftypes.UnknownValue))}
		}, 1},
		{"a permission that is none", nil, func(server) values {
			return values{"registry_url": str(open.URL), "access": accessTo("ORG", str("jump"))}
		}, 1},
		{"an entry that is null", nil, func(server) values {
			return values{"registry_url": str(open.URL), "access": tftypes.NewValue(access, []tftypes.Value{tftypes.NewValue(entry, nil)})}
		}, 1},
		{"a secret that is not known", nil, func(server) values {
			return values{"registry_url": str(open.URL), "password": tftypes.NewValue(tftypes.String, tftypes.UnknownValue)}
		}, 1},
		{"a duration that is none", nil, func(server) values { return values{"registry_url": str(open.URL), "timeout": str("soon")} }, 1},
		{"a number that is none", nil, func(server) values {
			return values{"registry_url": str(open.URL), "retry": tftypes.NewValue(retry, withNulls(retry, values{"attempts": tftypes.NewValue(tftypes.Number, 1.5)}))}
		}, 1},
		{"an address that is none", nil, func(server) values { return values{"registry_url": str("https://ci:p@registry.example.com")} }, 1},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			s, _ := configuredServer(t, row.block)
			served := s.ProviderServer.(fastServer)
			count := &reads{ProviderServer: served.ProviderServer}
			served.ProviderServer = count
			config := dynamic(t, s.schema, withNulls(s.schema, row.arguments(s)))
			request := &tfprotov6.ReadDataSourceRequest{TypeName: dataSourceName, Config: config}
			got, err := served.ReadDataSource(t.Context(), request)
			if err != nil {
				t.Fatal(err)
			}
			if count.read != row.framework {
				t.Errorf("the framework read %d checks, want %d", count.read, row.framework)
			}
			want, err := count.ReadDataSource(t.Context(), request)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.EqualFunc(got.Diagnostics, want.Diagnostics, func(a, b *tfprotov6.Diagnostic) bool {
				return a.Severity == b.Severity && a.Summary == b.Summary && a.Detail == b.Detail && a.Attribute.Equal(b.Attribute)
			}) {
				t.Errorf("diagnostics %v, want %v", got.Diagnostics, want.Diagnostics)
			}
			if row.framework == 0 {
				compareStates(t, s.schema, got.State, want.State)
			}
		})
	}
}

// compareStates compares each attribute, and looks for secrets that are not null.
func compareStates(t *testing.T, typ tftypes.Object, got, want *tfprotov6.DynamicValue) {
	t.Helper()
	states := [2]map[string]tftypes.Value{}
	for i, state := range []*tfprotov6.DynamicValue{got, want} {
		if state == nil {
			continue
		}
		value, err := state.Unmarshal(typ)
		if err != nil {
			t.Fatal(err)
		}
		if err := value.As(&states[i]); err != nil {
			t.Fatal(err)
		}
	}
	for name := range typ.AttributeTypes {
		if !states[0][name].Equal(states[1][name]) {
			t.Errorf("%s is %s, want %s", name, states[0][name], states[1][name])
		}
	}
	for _, f := range checkFields {
		if value := states[0][f.name]; f.kind == kindSecret && !value.IsNull() {
			t.Errorf("the secret %s is in the state", f.name)
		}
	}
}

// TestServer_BeforeConfigure reads and opens a check that nothing was configured for.
func TestServer_BeforeConfigure(t *testing.T) {
	t.Parallel()
	s := newServer(New("test"))
	typ := checkType()
	config := dynamic(t, typ, withNulls(typ, map[string]tftypes.Value{"registry_url": str("registry.example.com")}))
	read, err := s.ReadDataSource(t.Context(), &tfprotov6.ReadDataSourceRequest{TypeName: dataSourceName, Config: config})
	if err != nil || len(read.Diagnostics) != 1 || read.Diagnostics[0].Summary != "The provider is not configured" {
		t.Errorf("read: %v, %v", err, read)
	}
	open, err := s.OpenEphemeralResource(t.Context(), &tfprotov6.OpenEphemeralResourceRequest{TypeName: dataSourceName, Config: config})
	if err != nil || len(open.Diagnostics) != 1 || open.Diagnostics[0].Summary != "The provider is not configured" {
		t.Errorf("open: %v, %v", err, open)
	}
}

// TestFastServer_ReadDataSource_LeavesOddConfigurationsToTheFramework must not panic.
func TestFastServer_ReadDataSource_LeavesOddConfigurationsToTheFramework(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	for _, config := range []*tfprotov6.DynamicValue{nil, {}, {MsgPack: []byte{0xc0}}, {MsgPack: []byte{0xc1}}, {JSON: []byte(`[]`)}, {JSON: []byte(`null`)}} {
		count := &reads{ProviderServer: s.ProviderServer.(fastServer).ProviderServer}
		served := s.ProviderServer.(fastServer)
		served.ProviderServer = count
		if _, err := served.ReadDataSource(t.Context(), &tfprotov6.ReadDataSourceRequest{TypeName: dataSourceName, Config: config}); count.read != 1 {
			t.Errorf("%v: the framework read %d: %v", config, count.read, err)
		}
	}
}
