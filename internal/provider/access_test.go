package provider

import (
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/stellaops/terraform-provider-stellaops/internal/registrytest"
)

// accessValue is the argument access with one entry.
func accessValue(t *testing.T, s server, repository string, actions ...string) tftypes.Value {
	t.Helper()
	list := s.schema.AttributeTypes["access"].(tftypes.List)
	object := list.ElementType.(tftypes.Object)
	var values []tftypes.Value
	for _, action := range actions {
		values = append(values, str(action))
	}
	return tftypes.NewValue(list, []tftypes.Value{tftypes.NewValue(object, map[string]tftypes.Value{
		"repository": str(repository),
		"actions":    tftypes.NewValue(tftypes.List{ElementType: tftypes.String}, values),
		"probe":      tftypes.NewValue(tftypes.Bool, nil),
	})})
}

// nullAction is access with an action that is null.
func nullAction(t *testing.T, s server) tftypes.Value {
	t.Helper()
	var entries []tftypes.Value
	if err := accessValue(t, s, "org/app", "pull").As(&entries); err != nil {
		t.Fatal(err)
	}
	var object map[string]tftypes.Value
	if err := entries[0].As(&object); err != nil {
		t.Fatal(err)
	}
	object["actions"] = tftypes.NewValue(object["actions"].Type(), []tftypes.Value{tftypes.NewValue(tftypes.String, nil)})
	return tftypes.NewValue(s.schema.AttributeTypes["access"], []tftypes.Value{tftypes.NewValue(entries[0].Type(), object)})
}

func TestDataSource_Read_ProvesAccessAndReturnsIt(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	profiles, err := registrytest.Profiles()
	if err != nil {
		t.Fatal(err)
	}
	profile := profiles[slices.IndexFunc(profiles, func(p registrytest.Profile) bool { return p.Name == "distribution, token" })]
	for _, row := range []struct {
		name   string
		access tftypes.Value
		reason string
	}{
		{"granted", accessValue(t, s, "org/app", "pull", "push"), "exchange_accepted"},
		{"refused", accessValue(t, s, "org/read", "pull", "push"), "access_denied"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			instance := profile.Start(t)
			good := instance.Credential("good")
			got, diags := s.read(t.Context(), t, map[string]tftypes.Value{
				"registry_url": str(instance.Address), "username": str(good.Username), "password": str(good.Password), "access": row.access,
			})
			if len(diags) > 0 {
				t.Fatalf("diagnostics: %v", diags[0])
			}
			if reason := asString(t, got["reason"]); reason != row.reason {
				t.Errorf("reason %s, want %s: %s", reason, row.reason, asString(t, got["message"]))
			}
			if !got["access"].Equal(row.access) {
				t.Errorf("access comes back as %s", got["access"])
			}
			if got["access_results"].IsNull() || !got["access_results"].IsFullyKnown() {
				t.Errorf("access_results is %s", got["access_results"])
			}
		})
	}
}

func TestDataSource_Read_RefusesUnusableAccess(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	none := tftypes.NewValue(tftypes.Bool, nil)
	entry := tftypes.NewAttributePath().WithAttributeName("access").WithElementKeyInt(0)
	for _, row := range []struct {
		name     string
		access   tftypes.Value
		exchange tftypes.Value
		at       *tftypes.AttributePath
	}{
		{"no action", accessValue(t, s, "org/app"), none, entry.WithAttributeName("actions")},
		{"an unknown action", accessValue(t, s, "org/app", "pull", "mount"), none, entry.WithAttributeName("actions")},
		{"a null action", nullAction(t, s), none, entry.WithAttributeName("actions")},
		{"a null entry", tftypes.NewValue(s.schema.AttributeTypes["access"], []tftypes.Value{tftypes.NewValue(s.schema.AttributeTypes["access"].(tftypes.List).ElementType, nil)}), none, entry},
		{"a repository with a tag", accessValue(t, s, "org/app:1", "pull"), none, entry.WithAttributeName("repository")},
		{"a repository in capitals", accessValue(t, s, "Org/app", "pull"), none, entry.WithAttributeName("repository")},
		{"a repository that climbs", accessValue(t, s, "org/../admin", "pull"), none, entry.WithAttributeName("repository")},
		{"no token exchange", accessValue(t, s, "org/app", "pull"), tftypes.NewValue(tftypes.Bool, false), tftypes.NewAttributePath().WithAttributeName("access")},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			_, diags := s.read(t.Context(), t, map[string]tftypes.Value{"registry_url": str("registry.example.com"), "access": row.access, "token_exchange": row.exchange})
			if len(diags) != 1 || diags[0].Severity != tfprotov6.DiagnosticSeverityError || !diags[0].Attribute.Equal(row.at) {
				t.Errorf("got %v, want one error on %s", diags, row.at)
			}
		})
	}
}

// TestProviderModel_TrustedRealms asks through a proxy, so that the registry has no
// address and a realm is judged as it is written: nothing leaves this machine.
func TestProviderModel_TrustedRealms(t *testing.T) { //nolint:paralleltest // it sets the environment
	list := tftypes.List{ElementType: tftypes.String}
	none := tftypes.NewValue(list, nil)
	unknown := tftypes.NewValue(list, tftypes.UnknownValue)
	hosts := func(hosts ...string) tftypes.Value {
		var values []tftypes.Value
		for _, host := range hosts {
			values = append(values, str(host))
		}
		return tftypes.NewValue(list, values)
	}
	private, metadata := `Bearer realm="http://10.9.8.7:81/token"`, `Bearer realm="http://169.254.169.254/token"`
	for _, row := range []struct {
		name      string
		challenge string
		realms    tftypes.Value
		want      string // reason, or summary of the error
	}{
		{"a private realm", private, none, "realm_unsafe"},
		{"a private realm that is trusted", private, hosts("10.9.8.7"), "invalid_credentials"},
		{"a private realm that is trusted with its port", private, hosts("auth.internal", "10.9.8.7:81"), "invalid_credentials"},
		{"a private realm that is trusted with another port", private, hosts("10.9.8.7:82"), "realm_unsafe"},
		{"a metadata service is never trusted", metadata, hosts("169.254.169.254"), "realm_unsafe"},
		{"a URL", private, hosts("https://10.9.8.7"), "trusted_realms cannot be used"},
		{"nothing", private, hosts(""), "trusted_realms cannot be used"},
		{"not known yet", private, unknown, "trusted_realms is not known yet"},
		{"one not known yet", private, tftypes.NewValue(list, []tftypes.Value{tftypes.NewValue(tftypes.String, tftypes.UnknownValue)}), "trusted_realms is not known yet"},
		{"not known yet, and it would not help", metadata, unknown, "realm_unsafe"},
	} {
		proxy := registrytest.New(t, func(string) registrytest.Response { return registrytest.Unauthorized(row.challenge) })
		t.Setenv("HTTP_PROXY", proxy.URL)
		t.Setenv("NO_PROXY", "")
		t.Setenv("no_proxy", "")
		s := newServerWith(t, map[string]tftypes.Value{"trusted_realms": row.realms})
		address := map[string]tftypes.Value{"registry_url": str("http://registry.example.com")}
		got, diags := s.read(t.Context(), t, map[string]tftypes.Value{"registry_url": address["registry_url"], "username": str("ci"), "password": str("p")})
		result := ""
		switch {
		case len(diags) == 1:
			result = diags[0].Summary
		case len(diags) == 0:
			result = asString(t, got["reason"])
		}
		if result != row.want {
			t.Errorf("%s: got %q, want %q", row.name, result, row.want)
		}
		for _, request := range proxy.Requests() {
			if request.Authorization != "" && row.want != "invalid_credentials" {
				t.Errorf("%s: the password was sent to %s", row.name, request.Path)
			}
		}
		// A check that does not need the setting has its verdict.
		if _, diags := s.read(t.Context(), t, address); row.want == "trusted_realms is not known yet" && len(diags) > 0 {
			t.Errorf("%s: an anonymous check needs no trusted realms: %v", row.name, diags[0])
		}
	}
}
