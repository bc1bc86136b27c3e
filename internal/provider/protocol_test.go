package provider

import (
	"context"
	"encoding/base64"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/stellaops/terraform-provider-stellaops/internal/registrytest"
)

const dataSourceName = "stellaops_oci_credentials_check"

// server talks the plugin protocol to the provider, as a CLI does.
type server struct {
	tfprotov6.ProviderServer
	schema tftypes.Object
}

func startServer(t *testing.T) server {
	t.Helper()
	return newServerWith(t, nil)
}

// newServerWith configures the provider with a block and an environment; omitted
// arguments of the block are null.
func newServerWith(t *testing.T, block map[string]tftypes.Value, environ ...string) server {
	t.Helper()
	s, configured := configuredServer(t, block, environ...)
	if len(configured) > 0 {
		t.Fatalf("configure: %v", configured[0])
	}
	return s
}

func configuredServer(t *testing.T, block map[string]tftypes.Value, environ ...string) (server, []*tfprotov6.Diagnostic) {
	t.Helper()
	return serverOf(t, &stellaopsProvider{
		version: "test", environ: func() []string { return environ },
		wait: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
	}, block)
}

func serverOf(t *testing.T, made provider.Provider, block map[string]tftypes.Value) (server, []*tfprotov6.Diagnostic) {
	t.Helper()
	s := server{ProviderServer: newServer(func() provider.Provider { return made })}
	schemas, err := s.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	s.schema = schemas.DataSourceSchemas[dataSourceName].ValueType().(tftypes.Object)
	typ := schemas.Provider.ValueType().(tftypes.Object)
	configured, err := s.ConfigureProvider(t.Context(), &tfprotov6.ConfigureProviderRequest{Config: dynamic(t, typ, withNulls(typ, block))})
	if err != nil {
		t.Fatal(err)
	}
	return s, configured.Diagnostics
}

// withNulls completes the values of an object: what is not given is null.
func withNulls(typ tftypes.Object, given map[string]tftypes.Value) map[string]tftypes.Value {
	values := map[string]tftypes.Value{}
	for name, typ := range typ.AttributeTypes {
		values[name] = tftypes.NewValue(typ, nil)
	}
	maps.Copy(values, given)
	return values
}

func dynamic(t *testing.T, typ tftypes.Type, values map[string]tftypes.Value) *tfprotov6.DynamicValue {
	t.Helper()
	value, err := tfprotov6.NewDynamicValue(typ, tftypes.NewValue(typ, values))
	if err != nil {
		t.Fatal(err)
	}
	return &value
}

// read makes one check; arguments that are not given are null.
func (s server) read(ctx context.Context, t *testing.T, arguments map[string]tftypes.Value) (map[string]tftypes.Value, []*tfprotov6.Diagnostic) {
	t.Helper()
	values := withNulls(s.schema, arguments)
	response, err := s.ReadDataSource(ctx, &tfprotov6.ReadDataSourceRequest{TypeName: dataSourceName, Config: dynamic(t, s.schema, values)})
	if err != nil {
		t.Fatal(err)
	}
	if response.State == nil {
		return nil, response.Diagnostics
	}
	state, err := response.State.Unmarshal(s.schema)
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]tftypes.Value
	if err := state.As(&got); err != nil {
		t.Fatal(err)
	}
	return got, response.Diagnostics
}

func str(s string) tftypes.Value { return tftypes.NewValue(tftypes.String, s) }

func asString(t *testing.T, value tftypes.Value) string {
	t.Helper()
	var s *string
	if err := value.As(&s); err != nil {
		t.Fatal(err)
	}
	if s == nil {
		return "(null)"
	}
	return *s
}

func asBool(t *testing.T, value tftypes.Value) bool {
	t.Helper()
	var b bool
	if err := value.As(&b); err != nil {
		t.Fatal(err)
	}
	return b
}

func basicHeader(user, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
}

func TestDataSource_Read_ReturnsTheVerdictAndNoSecret(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	for _, row := range []struct {
		name      string
		arguments map[string]tftypes.Value
		want      map[string]string
		passed    bool
		requests  int
	}{
		{"good credentials", map[string]tftypes.Value{"username": str("ci"), "password": str("right")},
			map[string]string{"reason": "accepted", "status": "pass", "auth_method": "basic", "credential_source": "arguments"}, true, 2},
		{"wrong credentials", map[string]tftypes.Value{"username": str("ci"), "password": str("wrong")},
			map[string]string{"reason": "invalid_credentials", "status": "fail", "auth_method": "basic"}, false, 2},
		{"a token wins over user name and password", map[string]tftypes.Value{"username": str("ci"), "password": str("right"), "token": str("t0ken")},
			map[string]string{"reason": "unsupported_challenge", "auth_method": "bearer"}, false, 2},
		{"a user name with a null password", map[string]tftypes.Value{"username": str("ci")},
			map[string]string{"reason": "password_missing", "auth_method": "basic"}, false, 0},
		{"a user name with an empty password", map[string]tftypes.Value{"username": str("ci"), "password": str("")},
			map[string]string{"reason": "password_missing"}, false, 0},
		{"nothing", nil,
			map[string]string{"reason": "authentication_required", "auth_method": "anonymous", "credential_source": "none"}, false, 1},
		{"everything empty", map[string]tftypes.Value{"username": str(""), "password": str(""), "token": str("")},
			map[string]string{"reason": "authentication_required", "auth_method": "anonymous", "credential_source": "arguments"}, false, 1},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			fake := registrytest.New(t, registrytest.ByAuthorization(basicHeader("ci", "right"),
				registrytest.Unauthorized(`Basic realm="test"`), registrytest.OK(), registrytest.Unauthorized(`Basic realm="test"`)))
			arguments := map[string]tftypes.Value{"registry_url": str(fake.URL)}
			maps.Copy(arguments, row.arguments)
			got, diags := s.read(t.Context(), t, arguments)
			if len(diags) > 0 {
				t.Fatalf("diagnostics: %v", diags[0])
			}
			for name, want := range row.want {
				if s := asString(t, got[name]); s != want {
					t.Errorf("%s is %q, want %q", name, s, want)
				}
			}
			if asBool(t, got["passed"]) != row.passed {
				t.Errorf("passed is %t", !row.passed)
			}
			if n := len(fake.Requests()); n != row.requests {
				t.Errorf("%d requests, want %d", n, row.requests)
			}
			for name, typ := range s.schema.AttributeTypes {
				switch value := got[name]; {
				case name == "password" || name == "token" || name == "identity_token" || name == "docker_config_json" || name == "client_key_pem":
					if !value.IsNull() {
						t.Errorf("%s is not null", name)
					}
				case !value.IsFullyKnown():
					t.Errorf("%s is unknown", name)
				case row.arguments[name].Type() != nil && !value.Equal(row.arguments[name]):
					t.Errorf("%s of type %s does not come back as configured", name, typ)
				}
			}
		})
	}
}

func TestDataSource_Read_ErrorsRepeatNoValue(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	const canary = "c4nary-in-the-address"
	for _, row := range []struct {
		name      string
		arguments map[string]tftypes.Value
		attribute string
	}{
		{"no registry_url", nil, "registry_url"},
		{"an empty registry_url", map[string]tftypes.Value{"registry_url": str("")}, "registry_url"},
		{"user information", map[string]tftypes.Value{"registry_url": str("https://ci:" + canary + "@registry.example.com")}, "registry_url"},
		{"user information without a scheme", map[string]tftypes.Value{"registry_url": str("ci:" + canary + "@registry.example.com/app")}, "registry_url"},
		{"a query", map[string]tftypes.Value{"registry_url": str("https://registry.example.com/?token=" + canary)}, "registry_url"},
		{"a fragment", map[string]tftypes.Value{"registry_url": str("https://registry.example.com/#" + canary)}, "registry_url"},
		{"another scheme", map[string]tftypes.Value{"registry_url": str("oci://registry.example.com/" + canary)}, "registry_url"},
		{"a URL that cannot be parsed", map[string]tftypes.Value{"registry_url": str("https://[" + canary)}, "registry_url"},
		{"a line break", map[string]tftypes.Value{"registry_url": str(canary + ".example.com\n")}, "registry_url"},
		{"a timeout that is no duration", map[string]tftypes.Value{"registry_url": str("registry.example.com"), "timeout": str(canary)}, "timeout"},
		{"a timeout of zero", map[string]tftypes.Value{"registry_url": str("registry.example.com"), "timeout": str("0s")}, "timeout"},
		{"a timeout below zero", map[string]tftypes.Value{"registry_url": str("registry.example.com"), "timeout": str("-1s")}, "timeout"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			_, diags := s.read(t.Context(), t, row.arguments)
			if len(diags) != 1 || diags[0].Severity != tfprotov6.DiagnosticSeverityError {
				t.Fatalf("got %d diagnostics, want one error", len(diags))
			}
			if want := tftypes.NewAttributePath().WithAttributeName(row.attribute); !diags[0].Attribute.Equal(want) {
				t.Errorf("the error is on %s, want %s", diags[0].Attribute, want)
			}
			if text := diags[0].Summary + diags[0].Detail; strings.Contains(text, canary) {
				t.Errorf("the error repeats the value: %s", text)
			}
		})
	}
}

func TestDataSource_Read_SaysThatItWasCancelled(t *testing.T) {
	t.Parallel()
	address, err := registrytest.Serve(t, registrytest.Silence)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	s := startServer(t)
	cancel()
	_, diags := s.read(ctx, t, map[string]tftypes.Value{"registry_url": str("http://" + address)})
	if len(diags) != 1 || !strings.Contains(diags[0].Summary, "cancelled") {
		t.Errorf("got %v, want one error about the cancellation", diags)
	}
}

func TestDataSource_Read_SendsTheUserAgent(t *testing.T) {
	t.Parallel()
	fake := registrytest.New(t, func(string) registrytest.Response { return registrytest.OK() })
	startServer(t).read(t.Context(), t, map[string]tftypes.Value{"registry_url": str(fake.URL)})
	if got := fake.Requests(); len(got) != 1 || got[0].UserAgent != "terraform-provider-stellaops/test" {
		t.Errorf("got %+v", got)
	}
}
