package provider

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
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
		"reference":  tftypes.NewValue(tftypes.String, nil),
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
		{"no actions beside an empty reference", withReference(t, accessValue(t, s, "org/app"), "", true), none, entry.WithAttributeName("actions")},
		{"an empty list of actions beside a reference", withReference(t, accessValue(t, s, "org/app"), "1.2.3", false), none, entry.WithAttributeName("actions")},
		{"a reference with a repository", withReference(t, accessValue(t, s, "org/app", "pull"), "org/app:1.2.3", false), none, entry.WithAttributeName("reference")},
		{"a digest in capitals", withReference(t, accessValue(t, s, "org/app", "pull"), "sha256:"+strings.Repeat("A", 64), false), none, entry.WithAttributeName("reference")},
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

// withReference sets reference in the entries of access; noActions leaves actions out.
func withReference(t *testing.T, access tftypes.Value, reference string, noActions bool) tftypes.Value {
	t.Helper()
	var entries []tftypes.Value
	if err := access.As(&entries); err != nil {
		t.Fatal(err)
	}
	for i, entry := range entries {
		object := map[string]tftypes.Value{}
		if err := entry.As(&object); err != nil {
			t.Fatal(err)
		}
		object["reference"] = str(reference)
		if noActions {
			object["actions"] = tftypes.NewValue(object["actions"].Type(), nil)
		}
		entries[i] = tftypes.NewValue(entry.Type(), object)
	}
	return tftypes.NewValue(access.Type(), entries)
}

// TestDataSource_Read_ReferenceOfAnImage has the places of a reference: the entry itself,
// else registry_url.
func TestDataSource_Read_ReferenceOfAnImage(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	const served = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a" // of {}
	fake := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Header.Get("Authorization") == "":
			w.Header().Set("WWW-Authenticate", `Basic realm="r"`)
			w.WriteHeader(http.StatusUnauthorized)
		case r.URL.Path == "/v2/":
		case strings.HasSuffix(r.URL.Path, "/manifests/1.2.3"), strings.HasSuffix(r.URL.Path, "/manifests/latest"):
			w.Header().Set("Docker-Content-Digest", served)
		case strings.HasSuffix(r.URL.Path, "/tags/list"):
			_, _ = io.WriteString(w, `{"name":"org/app","tags":["1.2.3"]}`)
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	t.Cleanup(fake.Close)
	for _, row := range []struct {
		name                      string
		access                    tftypes.Value
		reason, reference, digest string
	}{
		{"in the entry", withReference(t, accessValue(t, s, "org/app", "pull"), "1.2.3", false), "accepted", "1.2.3", served},
		{"in the entry, which leaves actions out", withReference(t, accessValue(t, s, "org/app"), "1.2.3", true), "accepted", "1.2.3", served},
		{"one that is not there", withReference(t, accessValue(t, s, "org/app"), "2", true), "image_missing", "2", ""},
		{"none", accessValue(t, s, "org/app", "pull"), "accepted", "", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			got, diags := s.read(t.Context(), t, map[string]tftypes.Value{"registry_url": str(fake.URL), "username": str("ci"), "password": str("hunter2x"), "access": row.access})
			if len(diags) > 0 || asString(t, got["reason"]) != row.reason {
				t.Fatalf("reason %s, %v", got["reason"], diags)
			}
			var results []tftypes.Value
			if err := got["access_results"].As(&results); err != nil {
				t.Fatal(err)
			}
			object := map[string]tftypes.Value{}
			if err := results[0].As(&object); err != nil {
				t.Fatal(err)
			}
			for name, want := range map[string]string{"reference": row.reference, "digest": row.digest} {
				if value := object[name]; want == "" != value.IsNull() || want != "" && asString(t, value) != want {
					t.Errorf("%s is %s, want %q", name, value, want)
				}
			}
		})
	}
}

func TestCheckModel_AccessRequests_TakeTheReferenceOfTheAddress(t *testing.T) {
	t.Parallel()
	entry := func(repository, reference string, actions ...string) *accessModel {
		a := &accessModel{Repository: types.StringValue(repository)}
		if reference != "" {
			a.Reference = types.StringValue(reference)
		}
		for _, action := range actions {
			a.Actions = append(a.Actions, types.StringValue(action))
		}
		return a
	}
	for _, row := range []struct {
		name, address string
		entry         *accessModel
		want          string
	}{
		{"a tag", "r.example.com/org/app:1.2.3", entry("org/app", "", "pull"), "1.2.3"},
		{"a digest beside a tag", "r.example.com/org/app:1@sha256:" + strings.Repeat("0", 64), entry("org/app", "", "pull", "push"), "sha256:" + strings.Repeat("0", 64)},
		{"a name of one part at Docker Hub", "docker.io/alpine:3", entry("alpine", "", "pull"), "3"},
		{"the entry has one", "r.example.com/org/app:1.2.3", entry("org/app", "2", "pull"), "2"},
		{"another repository", "r.example.com/org/app:1.2.3", entry("org/other", "", "pull"), ""},
		{"a push alone", "r.example.com/org/app:1.2.3", entry("org/app", "", "push"), ""},
	} {
		endpoint, err := registry.ParseEndpoint(row.address)
		if err != nil {
			t.Fatal(err)
		}
		requests, diags := (&checkModel{Access: []*accessModel{row.entry}}).accessRequests(endpoint)
		if diags.HasError() || requests[0].Reference != row.want {
			t.Errorf("%s: %q, want %q (%v)", row.name, requests[0].Reference, row.want, diags)
		}
	}
}

// TestDataSource_Read_RefusesAnAddressWhoseImageCannotBe has a tag that cannot be asked
// for: access would prove another image.
func TestDataSource_Read_RefusesAnAddressWhoseImageCannotBe(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	for address, problems := range map[string]int{"r.example.com/org/app:1.2.3+build.4": 1, "r.example.com/org/app:..": 1, "r.example.com/org/other:..": 0} {
		m := &checkModel{Access: []*accessModel{{Repository: types.StringValue("org/app"), Actions: []types.String{types.StringValue("pull")}}}}
		endpoint, err := registry.ParseEndpoint(address)
		if err != nil {
			t.Fatal(err)
		}
		if _, diags := m.accessRequests(endpoint); diags.ErrorsCount() != problems {
			t.Errorf("%s: %v", address, diags)
		}
	}
	_, diags := s.read(t.Context(), t, map[string]tftypes.Value{"registry_url": str("r.example.com/org/app:.."), "access": accessValue(t, s, "org/app", "pull")})
	if len(diags) != 1 || !diags[0].Attribute.Equal(tftypes.NewAttributePath().WithAttributeName("registry_url")) {
		t.Errorf("got %v, want one error on registry_url", diags)
	}
}
