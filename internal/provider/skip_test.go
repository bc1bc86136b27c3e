package provider

import (
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/stellaops/terraform-provider-stellaops/internal/credentialstest"
)

// isSkipped reports whether a check reports that it was skipped, and nothing else.
func isSkipped(t *testing.T, s server, arguments, got map[string]tftypes.Value) {
	t.Helper()
	is(t, got, map[string]string{"status": "skip", "reason": "skipped", "auth_method": "(null)", "registry_host": "(null)", "credential_source": "none", "credential_expires_at": "(null)"})
	if !asBool(t, got["passed"]) || asBool(t, got["verified"]) || asBool(t, got["rejected"]) {
		t.Errorf("passed is %s, verified %s, rejected %s", got["passed"], got["verified"], got["rejected"])
	}
	var access []tftypes.Value
	if err := got["access_results"].As(&access); err != nil || got["access_results"].IsNull() || len(access) > 0 {
		t.Errorf("access_results is %s, %v", got["access_results"], err)
	}
	for name, want := range withNulls(s.schema, arguments) {
		switch value := got[name]; {
		case name == "evidence" || name == "http_status" || slices.Contains([]string{"password", "token", "identity_token", "docker_config_json"}, name):
			if !value.IsNull() {
				t.Errorf("%s is not null", name)
			}
		case !value.IsFullyKnown():
			t.Errorf("%s is not known", name)
		case slices.ContainsFunc(checkFields, func(f field) bool { return f.argument && f.name == name }) && !value.Equal(want):
			t.Errorf("%s came back as %s, want %s", name, value, want)
		}
	}
}

// isOneWarning reports whether Configure warned once and named the switch.
func isOneWarning(t *testing.T, diags []*tfprotov6.Diagnostic, names string) {
	t.Helper()
	if len(diags) != 1 || diags[0].Severity != tfprotov6.DiagnosticSeverityWarning {
		t.Fatalf("configure: got %v, want one warning", diags)
	}
	contains(t, diags[0].Detail, names)
	noCanary(t, nil, diags)
}

func TestProviderModel_Skipped(t *testing.T) {
	t.Parallel()
	const argument, variable = "skip_checks", "STELLAOPS_SKIP_CHECKS"
	on, off := tftypes.NewValue(tftypes.Bool, true), tftypes.NewValue(tftypes.Bool, false)
	null, unknown := tftypes.NewValue(tftypes.Bool, nil), notKnown(tftypes.Bool)
	for _, row := range []struct {
		name     string
		argument tftypes.Value
		environ  []string
		switched string // what switches the checks off; "error" for an error, empty for neither
	}{
		{"nothing", null, nil, ""},
		{"the argument is true", on, nil, argument},
		{"the argument is false", off, nil, ""},
		{"the argument is not known yet", unknown, nil, ""},
		{"the variable is 1", null, []string{variable + "=1"}, variable},
		{"the variable is true", null, []string{variable + "=true"}, variable},
		{"the variable is TRUE", null, []string{variable + "=TRUE"}, variable},
		{"the variable is 0", null, []string{variable + "=0"}, ""},
		{"the variable is false", null, []string{variable + "=false"}, ""},
		{"the variable is False", null, []string{variable + "=False"}, ""},
		{"the variable is empty", null, []string{variable + "="}, ""},
		{"the variable is something else", null, []string{variable + "=" + canary}, "error"},
		{"the variable is yes", null, []string{variable + "=yes"}, "error"},
		{"the variable has a blank", null, []string{variable + "= 1"}, "error"},
		{"a variable with a longer name", null, []string{variable + "_2=1", "MY_" + variable + "=1"}, ""},
		{"the argument true wins over the variable 0", on, []string{variable + "=0"}, argument},
		{"the argument false wins over the variable 1", off, []string{variable + "=1"}, ""},
		{"the argument true wins over something else", on, []string{variable + "=" + canary}, argument},
		{"the argument false wins over something else", off, []string{variable + "=" + canary}, ""},
		{"the argument is not known yet, and the variable is 1", unknown, []string{variable + "=1"}, variable},
		{"the argument is not known yet, and the variable is something else", unknown, []string{variable + "=" + canary}, "error"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			fake, own := locked(t, "ci", canary)
			s := newSetup()
			argumentsPlace.put(t, s, own)
			server, configured := configuredServer(t, map[string]tftypes.Value{"skip_checks": row.argument}, row.environ...)
			arguments := s.asks(fake.URL)
			if row.switched == argument || row.switched == variable {
				isOneWarning(t, configured, row.switched)
				got := checked(t, server, arguments)
				isSkipped(t, server, arguments, got)
				contains(t, asString(t, got["message"]), row.switched)
				opened, diags := server.open(t.Context(), t, arguments)
				if len(diags) > 0 || asString(t, opened["reason"]) != "skipped" || !asBool(t, opened["passed"]) {
					t.Errorf("the ephemeral resource: %s, %v", opened["reason"], diags)
				}
				only(t, fake)
				return
			}
			if len(configured) > 0 {
				t.Errorf("configure: %v", configured[0])
			}
			if row.switched == "error" {
				diag := refused(t, server, arguments, "")
				contains(t, diag.Summary, variable)
				only(t, fake)
				return
			}
			is(t, checked(t, server, arguments), map[string]string{"reason": "accepted"})
			only(t, fake, "", own.header())
		})
	}
}

// TestDataSource_Read_TouchesNothingWhenSkipped has nothing that could be used, so that
// whatever is read, run or asked shows.
func TestDataSource_Read_TouchesNothingWhenSkipped(t *testing.T) {
	t.Parallel()
	yes, no := tftypes.NewValue(tftypes.Bool, true), tftypes.NewValue(tftypes.Bool, false)
	realms := tftypes.List{ElementType: tftypes.String}
	access := accessValue(t, startServer(t), "Org/App:1", "mount")
	for _, row := range []struct {
		name    string
		arrange func(t *testing.T, s *setup, own login)
	}{
		{"a login behind a credential helper", func(t *testing.T, s *setup, own login) {
			placeNamed("a helper for all registries").put(t, s, own)
		}},
		{"a registry_url that cannot be used", func(_ *testing.T, s *setup, _ login) {
			s.check["registry_url"] = str("https://ci:" + canary + "@[")
		}},
		{"an empty registry_url", func(_ *testing.T, s *setup, _ login) { s.check["registry_url"] = str("") }},
		{"no registry_url and no settings", func(_ *testing.T, s *setup, _ login) { s.check["registry_url"] = tftypes.NewValue(tftypes.String, nil) }},
		{"docker_config_json that is no JSON, and a proof is wanted", func(_ *testing.T, s *setup, _ login) {
			s.check["docker_config_json"], s.check["require_verified"] = str("{"+canary), yes
		}},
		{"a login that is accepted, and a proof is wanted", func(t *testing.T, s *setup, own login) {
			argumentsPlace.put(t, s, own)
			s.check["require_verified"] = yes
		}},
		{"a timeout that is no duration", func(_ *testing.T, s *setup, _ login) { s.check["timeout"] = str(canary) }},
		{"a timeout of the provider block that is no duration", func(_ *testing.T, s *setup, _ login) { s.block["timeout"] = str(canary) }},
		{"access that cannot be used", func(_ *testing.T, s *setup, _ login) {
			s.check["access"], s.check["token_exchange"] = access, no
		}},
		{"files that are not there", func(_ *testing.T, s *setup, _ login) {
			s.block["appsettings_path"], s.block["docker_config_path"] = str("/no/such/settings.json"), str("/no/such/config.json")
		}},
		{"a credential helper that is not installed", func(t *testing.T, s *setup, _ login) {
			s.file(t, "docker_config_path", `{"credsStore":"nowhere"}`)
		}},
		{"two keys of registries for one host", func(t *testing.T, s *setup, own login) {
			placeNamed("registries").put(t, s, own, login{"http://" + own.host, "ci", canary})
		}},
		{"settings without a registry", func(_ *testing.T, s *setup, _ login) {
			s.environ = append(s.environ, "OCI__Password="+canary)
		}},
		{"trusted_realms that are no hosts", func(_ *testing.T, s *setup, _ login) {
			s.block["trusted_realms"] = tftypes.NewValue(realms, []tftypes.Value{str("https://" + canary)})
		}},
		{"a provider block that is not known yet", func(_ *testing.T, s *setup, _ login) {
			s.block["registries"], s.block["trusted_realms"] = notKnown(registriesType), notKnown(realms)
			for _, name := range []string{"appsettings_path", "docker_config_path", "timeout"} {
				s.block[name] = notKnown(tftypes.String)
			}
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			fake, own := locked(t, "ci", canary)
			s := newSetup()
			row.arrange(t, s, own)
			arguments := s.asks(fake.URL)
			server, configured := configuredServer(t, s.block, append(s.environ, "STELLAOPS_SKIP_CHECKS=1")...)
			isOneWarning(t, configured, "STELLAOPS_SKIP_CHECKS")
			got, diags := server.read(t.Context(), t, arguments)
			if len(diags) > 0 {
				t.Fatalf("diagnostics: %v", diags[0])
			}
			isSkipped(t, server, arguments, got)
			delete(got, "registry_url") // these two are returned as they were written
			delete(got, "timeout")
			noCanary(t, got, diags)
			only(t, fake)
			if s.helper != "" {
				if asked := credentialstest.Asked(t, s.helper); len(asked) > 0 {
					t.Errorf("the helper was asked for %q", asked)
				}
			}
		})
	}
}

// checked makes a check that has a verdict and nothing to report.
func checked(t *testing.T, s server, arguments map[string]tftypes.Value) map[string]tftypes.Value {
	t.Helper()
	got, diags := s.read(t.Context(), t, arguments)
	noCanary(t, got, diags)
	if len(diags) > 0 {
		t.Fatalf("diagnostics: %v", diags[0])
	}
	return got
}

// refused makes a check that ends in one error, on that attribute or on none, in
// the ephemeral resource as well.
func refused(t *testing.T, s server, arguments map[string]tftypes.Value, attribute string) *tfprotov6.Diagnostic {
	t.Helper()
	_, diags := s.read(t.Context(), t, arguments)
	noCanary(t, nil, diags)
	if len(diags) != 1 || diags[0].Severity != tfprotov6.DiagnosticSeverityError {
		t.Fatalf("got %v, want one error", diags)
	}
	var at *tftypes.AttributePath
	if attribute != "" {
		at = tftypes.NewAttributePath().WithAttributeName(attribute)
	}
	if !diags[0].Attribute.Equal(at) {
		t.Errorf("the error is on %s, want %s", diags[0].Attribute, at)
	}
	_, opened := s.open(t.Context(), t, arguments)
	if len(opened) != 1 || opened[0].Summary != diags[0].Summary || opened[0].Detail != diags[0].Detail || !opened[0].Attribute.Equal(at) {
		t.Errorf("the ephemeral resource says %v, want %v", opened, diags)
	}
	return diags[0]
}

// noCanary looks for the canary in all that a check returns.
func noCanary(t *testing.T, got map[string]tftypes.Value, diags []*tfprotov6.Diagnostic) {
	t.Helper()
	shown := map[string]string{}
	for name, value := range got {
		shown[name] = value.String()
	}
	for _, d := range diags {
		shown["a diagnostic"] += d.Summary + "\n" + d.Detail + "\n"
	}
	for where, text := range shown {
		if slices.ContainsFunc(canaryForms(), func(form string) bool { return strings.Contains(text, form) }) {
			t.Errorf("the canary is in %s: %s", where, text)
		}
	}
}

// is compares attributes with what they should be.
func is(t *testing.T, got map[string]tftypes.Value, want map[string]string) {
	t.Helper()
	for name, value := range want {
		if s := asString(t, got[name]); s != value {
			t.Errorf("%s is %q, want %q", name, s, value)
		}
	}
}

// contains compares a text with what should stand in it.
func contains(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%q is not in %q", part, text)
		}
	}
}
