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

func TestAccessIsProvenAndComesBackAsConfigured(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	profiles := registrytest.Profiles()
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

func TestAccessThatNobodyCanActOnIsAnError(t *testing.T) {
	t.Parallel()
	s := newServer(t)
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

func TestTrustedRealms(t *testing.T) {
	t.Parallel()
	list := tftypes.List{ElementType: tftypes.String}
	bearer := registrytest.Unauthorized(`Bearer realm="http://169.254.169.254/token"`)
	for _, row := range []struct {
		name   string
		realms tftypes.Value
		error  string // summary; "" for none
	}{
		{"none", tftypes.NewValue(list, nil), ""},
		{"hosts", tftypes.NewValue(list, []tftypes.Value{str("auth.internal"), str("10.0.0.7:8443")}), ""},
		{"a URL", tftypes.NewValue(list, []tftypes.Value{str("https://auth.internal")}), "trusted_realms cannot be used"},
		{"nothing", tftypes.NewValue(list, []tftypes.Value{str("")}), "trusted_realms cannot be used"},
		{"not known yet", tftypes.NewValue(list, tftypes.UnknownValue), "trusted_realms is not known yet"},
		{"one not known yet", tftypes.NewValue(list, []tftypes.Value{tftypes.NewValue(tftypes.String, tftypes.UnknownValue)}), "trusted_realms is not known yet"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			fake := registrytest.New(t, func(string) registrytest.Response { return bearer })
			s := newServerWith(t, row.realms)
			got, diags := s.read(t.Context(), t, map[string]tftypes.Value{"registry_url": str(fake.URL), "username": str("ci"), "password": str("p")})
			switch {
			case row.error == "" && (len(diags) > 0 || asString(t, got["reason"]) != "realm_unsafe"):
				t.Errorf("got %v, want the verdict realm_unsafe", diags)
			case row.error != "" && (len(diags) != 1 || diags[0].Summary != row.error):
				t.Errorf("got %v, want the error %q", diags, row.error)
			}
			if len(fake.Requests()) > 1 {
				t.Errorf("the password was sent: %+v", fake.Requests())
			}
			// A check that does not need the setting has its verdict.
			if row.error == "trusted_realms is not known yet" {
				if _, diags := s.read(t.Context(), t, map[string]tftypes.Value{"registry_url": str(fake.URL)}); len(diags) > 0 {
					t.Errorf("an anonymous check needs no trusted realms: %v", diags[0])
				}
			}
		})
	}
}
