package provider

import (
	"context"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/stellaops/terraform-provider-stellaops/internal/registrytest"
)

// open makes one check through the ephemeral resource.
func (s server) open(ctx context.Context, t *testing.T, arguments map[string]tftypes.Value) (map[string]tftypes.Value, []*tfprotov6.Diagnostic) {
	t.Helper()
	response, err := s.OpenEphemeralResource(ctx, &tfprotov6.OpenEphemeralResourceRequest{
		TypeName: dataSourceName, Config: dynamic(t, s.schema, withNulls(s.schema, arguments)),
	})
	if err != nil {
		t.Fatal(err)
	}
	if response.Result == nil {
		return nil, response.Diagnostics
	}
	result, err := response.Result.Unmarshal(s.schema)
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]tftypes.Value
	if err := result.As(&got); err != nil {
		t.Fatal(err)
	}
	return got, response.Diagnostics
}

// everyArgument sets each argument of a check to something that is no default.
func everyArgument(t *testing.T, s server, url string) map[string]tftypes.Value {
	t.Helper()
	accessType := s.schema.AttributeTypes["access"].(tftypes.List)
	entry := accessType.ElementType.(tftypes.Object)
	retry := s.schema.AttributeTypes["retry"].(tftypes.Object)
	certificate, key := certificatePEM(t)
	arguments := map[string]tftypes.Value{
		"ca_cert_pem": str(certificate), "client_cert_pem": str(certificate), "client_key_pem": str(key), "insecure": tftypes.NewValue(tftypes.Bool, false),
		"retry":        tftypes.NewValue(retry, withNulls(retry, map[string]tftypes.Value{"min_delay": str("1ms")})),
		"registry_url": str(url), "username": str("ci"), "password": str("right"), "token": str("t0ken"), "identity_token": str("1dentity"),
		"docker_config_json": str(`{"auths":{}}`), "timeout": str("20s"),
		"token_exchange":   tftypes.NewValue(tftypes.Bool, true),
		"require_verified": tftypes.NewValue(tftypes.Bool, true),
		"access": tftypes.NewValue(accessType, []tftypes.Value{tftypes.NewValue(entry, map[string]tftypes.Value{
			"repository": str("org/app"), "actions": tftypes.NewValue(entry.AttributeTypes["actions"], []tftypes.Value{str("pull")}),
			"probe":     tftypes.NewValue(tftypes.Bool, nil),
			"reference": str("1.2.3"),
		})}),
	}
	for _, f := range checkFields {
		if _, ok := arguments[f.name]; f.argument && !ok {
			t.Errorf("the argument %s is missing in this test", f.name)
		}
	}
	return arguments
}

func TestEphemeralResource_Open_ReturnsEveryArgumentUnchanged(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	fake := registrytest.New(t, func(string) registrytest.Response { return registrytest.Unauthorized(`Basic realm="test"`) })
	all := everyArgument(t, s, fake.URL)
	empty := map[string]tftypes.Value{"registry_url": str(fake.URL), "username": str(""), "password": str(""), "token": str(""), "identity_token": str(""), "docker_config_json": str(""), "timeout": str("")}
	for name, arguments := range map[string]map[string]tftypes.Value{
		"every argument":   all,
		"empty arguments":  empty,
		"the address only": {"registry_url": str(fake.URL)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, _ := s.open(t.Context(), t, arguments)
			if got == nil {
				t.Fatal("no result")
			}
			want := withNulls(s.schema, arguments)
			for _, f := range checkFields {
				if f.argument && !got[f.name].Equal(want[f.name]) {
					t.Errorf("%s came back as %s, want %s", f.name, got[f.name], want[f.name])
				}
				if !f.argument && !got[f.name].IsFullyKnown() {
					t.Errorf("%s is unknown", f.name)
				}
			}
		})
	}
}

func TestEphemeralResource_Open_ReturnsTheVerdictOfTheDataSource(t *testing.T) {
	t.Parallel()
	fake := registrytest.New(t, registrytest.ByAuthorization(basicHeader("ci", "right"),
		registrytest.Unauthorized(`Basic realm="test"`), registrytest.OK(), registrytest.Unauthorized(`Basic realm="test"`)))
	s := startServer(t)
	for _, password := range []string{"right", "wrong", ""} {
		arguments := map[string]tftypes.Value{"registry_url": str(fake.URL), "username": str("ci"), "password": str(password)}
		read, _ := s.read(t.Context(), t, arguments)
		opened, _ := s.open(t.Context(), t, arguments)
		for _, f := range checkFields {
			if !f.argument && !read[f.name].Equal(opened[f.name]) {
				t.Errorf("password %q: %s is %s in the data source and %s in the ephemeral resource", password, f.name, read[f.name], opened[f.name])
			}
		}
	}
}

func TestEphemeralResource_Open_WarnsOfAFail(t *testing.T) {
	t.Parallel()
	fake := registrytest.New(t, registrytest.ByAuthorization(basicHeader("ci", "right"),
		registrytest.Unauthorized(`Basic realm="test"`), registrytest.OK(), registrytest.Unauthorized(`Basic realm="test"`)))
	s := startServer(t)
	host := strings.TrimPrefix(fake.URL, "http://")
	for _, row := range []struct {
		password string
		want     []string // parts of summary and detail; none for no warning
	}{
		{"right", nil},
		{"wrong", []string{host, "invalid_credentials", "refused the login of user", "have been rotated"}},
		{"", []string{host, "password_missing", "but password is empty", "is empty in the arguments"}},
	} {
		got, diags := s.open(t.Context(), t, map[string]tftypes.Value{"registry_url": str(fake.URL), "username": str("ci"), "password": str(row.password)})
		if asBool(t, got["passed"]) != (row.want == nil) {
			t.Errorf("password %q: reason %s", row.password, asString(t, got["reason"]))
		}
		if row.want == nil {
			if len(diags) > 0 {
				t.Errorf("password %q: warned of a pass: %v", row.password, diags[0])
			}
			continue
		}
		if len(diags) != 1 || diags[0].Severity != tfprotov6.DiagnosticSeverityWarning {
			t.Fatalf("password %q: %d diagnostics, want one warning", row.password, len(diags))
		}
		for i, part := range row.want {
			text := diags[0].Summary
			if i > 1 {
				text = diags[0].Detail
			}
			if !strings.Contains(text, part) {
				t.Errorf("password %q: %q is not in %q", row.password, part, text)
			}
		}
	}
}

func TestEphemeralResource_Open_ReportsErrors(t *testing.T) {
	t.Parallel()
	got, diags := startServer(t).open(t.Context(), t, map[string]tftypes.Value{"registry_url": str("oci://registry.example.com"), "password": str(canary)})
	if got != nil && !got["passed"].IsNull() {
		t.Error("a verdict without a registry")
	}
	if len(diags) != 1 || diags[0].Severity != tfprotov6.DiagnosticSeverityError || strings.Contains(diags[0].Summary+diags[0].Detail, canary) {
		t.Errorf("got %v, want one error that repeats nothing", diags)
	}
}
