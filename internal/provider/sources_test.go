package provider

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/stellaops/terraform-provider-stellaops/internal/credentialstest"
)

// whereEmpty says how a place calls what is empty in it. A helper that answers
// with nothing has no login.
var whereEmpty = map[string]string{
	"arguments":                "username and password",
	"docker_config_json":       "The entry for this registry in docker_config_json is empty",
	"registries":               "username and password are empty in the entry ",
	"the environment":          "OCI__USERNAME and OCI__password are empty in the environment",
	"the settings file":        "OCI:Username and OCI:Password are empty in the file of appsettings_path",
	"the Docker configuration": " is empty; log in again with docker login",
}

func TestDataSource_Read_UsesTheLoginOfEachSource(t *testing.T) {
	t.Parallel()
	const fails = "authentication_required"
	for _, p := range append([]place{argumentsPlace}, places...) {
		absent, cause, empty := "none", "", p.source
		switch p.name {
		case "arguments":
		case "docker_config_json":
			absent, cause = p.source, "docker_config_json has no entry for 127.0.0.1:"
		case "a helper for all registries":
			cause = " has no login for"
		default:
			cause = " (it has registry.example.com)"
		}
		if whereEmpty[p.name] == "" {
			empty = "none"
		}
		for _, row := range []struct {
			name                  string
			change                func(*login)
			reason, source, cause string
			requests              int
		}{
			{"the right login", func(*login) {}, "accepted", p.source, "", 2},
			{"a wrong password", func(l *login) { l.password += "-of-last-year" }, "invalid_credentials", p.source, "rotated", 2},
			{"a login for another registry", func(l *login) { l.host = "registry.example.com" }, fails, absent, cause, 1},
			{"an empty login", func(l *login) { l.username, l.password = "", "" }, fails, empty, whereEmpty[p.name], 1},
			{"an empty password", func(l *login) { l.password = "" }, "password_missing", p.source, "", 0},
		} {
			t.Run(p.name+" with "+row.name, func(t *testing.T) {
				t.Parallel()
				fake, own := locked(t, "ci", canary)
				s, has := newSetup(), own
				row.change(&has)
				if row.source == p.source && p.source != "docker_config" {
					placeNamed("the Docker configuration").put(t, s, own) // a later source that has the right one
				}
				if p.name != "arguments" || has.host == own.host { // arguments belong to no host
					p.put(t, s, has)
				}
				got := checked(t, s.server(t), s.asks(fake.URL))
				is(t, got, map[string]string{"reason": row.reason, "credential_source": row.source, "registry_host": own.host})
				contains(t, got["likely_causes"].String(), row.cause)
				only(t, fake, []string{"", has.header()}[:row.requests]...)
			})
		}
	}
}

// TestDataSource_Read_UsesTheFirstSource gives every source another password and takes
// away one source after the other.
func TestDataSource_Read_UsesTheFirstSource(t *testing.T) {
	t.Parallel()
	ordered := []place{argumentsPlace}
	for _, name := range []string{"docker_config_json", "registries", "the environment", "the settings file", "DOCKER_AUTH_CONFIG", "a helper for one registry", "a helper for all registries", "the Docker configuration"} {
		ordered = append(ordered, placeNamed(name))
	}
	for first, p := range ordered {
		t.Run(p.name+" comes before all that follow it", func(t *testing.T) {
			t.Parallel()
			fake, own := locked(t, "ci", canary)
			s := newSetup()
			for i, q := range ordered[first:] {
				other := own
				if i > 0 {
					other.password += "-of-" + q.name
				}
				q.put(t, s, other)
			}
			is(t, checked(t, s.server(t), s.asks(fake.URL)), map[string]string{"reason": "accepted", "credential_source": p.source})
			only(t, fake, "", own.header())
		})
	}
}

func TestDataSource_Read_PassesOverSourcesWithoutALogin(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name   string
		others []string // places with a login for another registry
		has    string
	}{
		{"registries, for the environment", []string{"registries"}, "the environment"},
		{"registries, for the settings file", []string{"registries"}, "the settings file"},
		{"the environment, for the Docker configuration", []string{"registries", "the environment"}, "the Docker configuration"},
		{"the settings file, for a helper", []string{"registries", "the settings file"}, "a helper for all registries"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			fake, own := locked(t, "ci", canary)
			s, has := newSetup(), placeNamed(row.has)
			for _, other := range row.others {
				placeNamed(other).put(t, s, login{"registry.example.com", "ci", canary + "-of-another"})
			}
			has.put(t, s, own)
			is(t, checked(t, s.server(t), s.asks(fake.URL)), map[string]string{"reason": "accepted", "credential_source": has.source})
			only(t, fake, "", own.header())
		})
	}
}

func TestDataSource_Read_NamesABrokenSourceInAnError(t *testing.T) {
	t.Parallel()
	const inBlock = " in the provider block cannot be used"
	for _, row := range []struct {
		name  string
		wrote wrote
		at    string // attribute
		says  []string
	}{
		{"docker_config_json that is no JSON", wrote{payload: `{"auths":` + canary}, "docker_config_json", []string{"is not valid JSON at line 1, column 10"}},
		{"docker_config_json in base64", wrote{payload: base64.StdEncoding.EncodeToString([]byte(`{"auths":{"r":{"password":"` + canary + `"}}}`))}, "docker_config_json", []string{"base64decode()"}},
		{"a key of registries with user information", wrote{keys: []string{"https://ci:" + canary + "@{host}"}}, "", []string{"registries" + inBlock, "user information"}},
		{"an empty key of registries", wrote{keys: []string{"{host}", ""}}, "", []string{"registries" + inBlock, "empty"}},
		{"two keys of registries for one host", wrote{keys: []string{"{host}", "http://{host}/base/"}}, "", []string{"registries" + inBlock, `"{host}"`, `"http://{host}/base/"`}},
		{"a RegistryUrl of the environment with user information", wrote{environ: []string{"OCI__RegistryUrl=https://ci:" + canary + "@{host}", "OCI__Password=" + canary}}, "", []string{"OCI:RegistryUrl", "the environment (OCI__RegistryUrl)", "user information"}},
		{"a RegistryUrl of the file with another scheme", wrote{settings: `{"Registry": {"RegistryUrl": "oci://` + canary + `", "Password": "` + canary + `"}}`}, "", []string{"Registry:RegistryUrl", "appsettings.json", "scheme"}},
		{"settings that are no JSON", wrote{settings: `{"OCI": ` + canary}, "", []string{"appsettings_path" + inBlock, "appsettings.json", "is not valid JSON at line 1, column 9"}},
		{"settings that are no object", wrote{settings: `["` + canary + `"]`}, "", []string{"appsettings_path" + inBlock, "appsettings.json"}},
		{"no settings file", wrote{block: map[string]string{"appsettings_path": "/no/such/settings.json"}}, "", []string{"appsettings_path" + inBlock, "/no/such/settings.json"}},
		{"a Docker configuration that is no JSON", wrote{docker: `{"auths": ` + canary}, "", []string{"docker_config_path" + inBlock, "config.json"}},
		{"a Docker configuration with auths of another type", wrote{docker: `{"auths": "` + canary + `"}`}, "", []string{"docker_config_path" + inBlock, "config.json", "auths"}},
		{"no Docker configuration", wrote{block: map[string]string{"docker_config_path": "/no/such/config.json"}}, "", []string{"docker_config_path" + inBlock, "/no/such/config.json"}},
		{"an auth in the Docker configuration that is no base64", wrote{docker: `{"auths":{"{host}":{"auth":"%%` + canary + `"}}}`}, "", []string{"docker_config_path" + inBlock, "config.json", "{host}"}},
		{"a helper for one registry that is not installed", wrote{docker: `{"credHelpers":{"{host}":"nowhere"}}`}, "", []string{"docker-credential-nowhere"}},
		{"a helper for all registries that is not installed", wrote{docker: `{"credsStore":"nowhere"}`}, "", []string{"docker-credential-nowhere"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			fake, own := locked(t, "ci", canary)
			s := row.wrote.setup(t, own.host)
			diag := refused(t, s.server(t), s.asks(fake.URL), row.at)
			for _, part := range row.says {
				contains(t, diag.Summary+"\n"+diag.Detail, strings.ReplaceAll(part, "{host}", own.host))
			}
			only(t, fake)
		})
	}
}

func TestDataSource_Read_GivesAVerdictForABrokenLogin(t *testing.T) {
	t.Parallel()
	const store = `{"credsStore":"{helper}"}`
	anonymous := map[string]string{"reason": "authentication_required", "auth_method": "anonymous", "credential_source": "docker_config_json"}
	failed := map[string]string{"reason": "credential_source_failed", "status": "fail", "auth_method": "(null)", "credential_source": "docker_config"}
	for _, row := range []struct {
		name  string
		wrote wrote
		want  map[string]string
		cause string
	}{
		{"an empty docker_config_json", wrote{payload: "{empty}"}, anonymous, "docker_config_json is empty in the arguments of this check"},
		{"docker_config_json without auths", wrote{payload: `{"` + canary + `":{}}`}, anonymous, "docker_config_json has no auths"},
		{"docker_config_json with empty auths", wrote{payload: `{"auths":{}}`}, anonymous, "docker_config_json has no entry for {host} (it has none)"},
		{"docker_config_json in the format of .dockercfg", wrote{payload: `{"{host}":{"auth":"` + canary + `"}}`}, anonymous, "old format of .dockercfg"},
		{"docker_config_json with auths of another type", wrote{payload: `{"auths":"` + canary + `"}`}, anonymous, "another type"},
		{"docker_config_json with a broken auth", wrote{payload: `{"auths":{"{host}":{"auth":"%%` + canary + `"}}}`}, anonymous, "The entry {host} of docker_config_json has an auth that is not base64"},
		{"docker_config_json with an auth without a colon", wrote{payload: `{"auths":{"{host}":{"auth":"` + base64.StdEncoding.EncodeToString([]byte(canary)) + `"}}}`}, anonymous, "The entry {host} of docker_config_json has an auth that is not base64"},
		{"docker_config_json with a broken auth of another registry", wrote{payload: `{"auths":{"r.example.com":{"auth":"%%` + canary + `"},"{host}":{"username":"ci","password":"` + canary + `"}}}`}, anonymous, "The entry r.example.com of docker_config_json has an auth that is not base64"},
		{"payload entry of registrytoken alone", wrote{payload: `{"auths":{"{host}":{"registrytoken":"` + canary + `"}}}`}, anonymous, "does not read registrytoken"},
		{"Docker Desktop's file as payload", wrote{payload: `{"auths":{"{host}":{}},"credsStore":"desktop"}`}, anonymous, "which a cluster cannot ask"},
		{"a helper that fails", wrote{docker: store, helper: credentialstest.Helper{Exit: 1, Stdout: canary, Stderr: canary}}, failed, "single sign-on"},
		{"a helper that answers with no JSON", wrote{docker: store, helper: credentialstest.Helper{Stdout: canary}}, failed, "single sign-on"},
		{"a helper for one registry that fails", wrote{docker: `{"credHelpers":{"{host}":"{helper}"}}`, helper: credentialstest.Helper{Exit: 2, Stdout: canary}}, failed, "single sign-on"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			fake, own := locked(t, "ci", canary)
			s := row.wrote.setup(t, own.host)
			got := checked(t, s.server(t), s.asks(fake.URL))
			is(t, got, row.want)
			contains(t, got["likely_causes"].String(), strings.ReplaceAll(row.cause, "{host}", own.host))
			if asBool(t, got["passed"]) || asString(t, got["registry_host"]) != own.host {
				t.Errorf("passed is %s, registry_host %s", got["passed"], got["registry_host"])
			}
			if row.want["reason"] == "authentication_required" {
				only(t, fake, "")
				return
			}
			contains(t, asString(t, got["message"]), "docker-credential-helper", own.host)
			if !got["evidence"].IsNull() || !got["http_status"].IsNull() || asBool(t, got["rejected"]) {
				t.Errorf("evidence %s, http_status %s, rejected %s", got["evidence"], got["http_status"], got["rejected"])
			}
			only(t, fake)
		})
	}
}

func TestDataSource_Read_TakesTheRegistryFromTheSettings(t *testing.T) {
	t.Parallel()
	const address = "http://{host}"
	for _, row := range []struct {
		name   string
		wrote  wrote
		source string
	}{
		{"of the environment", wrote{environ: []string{"OCI__REGISTRYURL=" + address, "OCI__USERNAME=ci", "OCI__PASSWORD=" + canary}}, "environment"},
		{"of the second section", wrote{environ: []string{"registry__registryurl=" + address, "registry__username=ci", "registry__password=" + canary}}, "environment"},
		{"of the settings file", wrote{settings: `{"oci": {"registryUrl": "` + address + `", "username": "ci", "password": "` + canary + `"}}`}, "appsettings"},
		{"of the environment over that of the file", wrote{environ: []string{"OCI__RegistryUrl=" + address}, settings: `{"OCI:RegistryUrl": "registry.example.com", "OCI:Username": "ci", "OCI:Password": "` + canary + `"}`}, "appsettings"},
		{"with a login from elsewhere", wrote{environ: []string{"OCI__RegistryUrl=" + address}, keys: []string{"{host}"}}, "provider"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			fake, own := locked(t, "ci", canary)
			got := checked(t, row.wrote.setup(t, own.host).server(t), nil)
			is(t, got, map[string]string{"reason": "accepted", "credential_source": row.source, "registry_host": own.host, "registry_url": "(null)"})
			only(t, fake, "", own.header())
		})
	}
}

func TestDataSource_Read_SaysWhereItLookedForARegistry(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name  string
		wrote wrote
		url   string // written where it is not "-"
		at    string
		says  []string
	}{
		{"no settings", wrote{}, "-", "registry_url", []string{"OCI__RegistryUrl", "Registry__RegistryUrl", "environment", "appsettings_path"}},
		{"a file without one", wrote{settings: `{"OCI": {}}`}, "-", "registry_url", []string{"OCI__RegistryUrl", "OCI:RegistryUrl", "Registry:RegistryUrl", "appsettings.json"}},
		{"a section without one before a section with one", wrote{environ: []string{"OCI__Password=" + canary, "Registry__RegistryUrl={host}"}}, "-", "registry_url", []string{"The section OCI, of which a setting is in the environment"}},
		{"an empty one in the environment over that of the file", wrote{environ: []string{"OCI__RegistryUrl="}, settings: `{"OCI": {"RegistryUrl": "{host}"}}`}, "-", "registry_url", []string{"The section OCI, of which a setting is in the environment"}},
		{"one that cannot be used", wrote{environ: []string{"OCI__RegistryUrl=https://ci:" + canary + "@{host}"}}, "-", "", []string{"OCI:RegistryUrl", "the environment (OCI__RegistryUrl)"}},
		{"an empty registry_url although the settings name one", wrote{environ: []string{"OCI__RegistryUrl=http://{host}"}}, "", "registry_url", []string{"registry_url is empty"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			fake, own := locked(t, "ci", canary)
			s := row.wrote.setup(t, own.host)
			arguments := s.asks(row.url)
			if row.url == "-" {
				delete(arguments, "registry_url")
			}
			diag := refused(t, s.server(t), arguments, row.at)
			contains(t, diag.Summary+"\n"+diag.Detail, row.says...)
			only(t, fake)
		})
	}
}

func TestDataSource_Read_WarnsOfSettingsWithoutARegistry(t *testing.T) {
	t.Parallel()
	environment := []string{"Registry__Username=ci", "Registry__Password=" + canary}
	file := `{"OCI": {"Username": "ci", "Password": "` + canary + `"}}`
	for _, row := range []struct {
		name           string
		wrote          wrote
		reason, source string
		says           string
	}{
		{"in the environment", wrote{environ: environment}, "authentication_required", "none", "Registry__RegistryUrl"},
		{"in a file", wrote{settings: file}, "authentication_required", "none", "OCI:RegistryUrl"},
		{"before a later source", wrote{settings: file, docker: `{"auths":{"{host}":{"auth":"` + strings.TrimPrefix(basicHeader("ci", canary), "Basic ") + `"}}}`}, "accepted", "docker_config", "OCI:RegistryUrl"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			fake, own := locked(t, "ci", canary)
			s := row.wrote.setup(t, own.host)
			got, diags := s.server(t).read(t.Context(), t, s.asks(fake.URL))
			noCanary(t, got, diags)
			is(t, got, map[string]string{"reason": row.reason, "credential_source": row.source})
			if len(diags) != 1 || diags[0].Severity != tfprotov6.DiagnosticSeverityWarning {
				t.Fatalf("got %v, want one warning", diags)
			}
			contains(t, diags[0].Detail, row.says)
		})
	}
}
