package provider

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/stellaops/terraform-provider-stellaops/internal/registrytest"
)

// entriesOf is a payload with an entry of the user ci for each key, by its
// password.
func entriesOf(t *testing.T, passwords map[string]string) tftypes.Value {
	t.Helper()
	entries := map[string]any{}
	for key, password := range passwords {
		entries[key] = map[string]string{"auth": base64.StdEncoding.EncodeToString([]byte("ci:" + password))}
	}
	encoded, err := json.Marshal(map[string]any{"auths": entries})
	if err != nil {
		t.Fatal(err)
	}
	return str(string(encoded))
}

// sent are the passwords that a registry got.
func sent(fake *registrytest.Registry) []string {
	var all []string
	for _, request := range fake.Requests() {
		if request.Authorization != "" && !slices.Contains(all, request.Authorization) {
			all = append(all, request.Authorization)
		}
	}
	return all
}

// TestDataSource_Read_PassesNoRepositoryWithOtherCredentials has an open registry: a
// check without the credentials of the repository would pass.
func TestDataSource_Read_PassesNoRepositoryWithOtherCredentials(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name         string
		passwords    map[string]string // by path
		repositories []string
		reason       string
		rejected     bool
		sent         []string
	}{
		{"one repository, with a wrong password", map[string]string{"/a": "wrong"}, []string{"a/x"}, "invalid_credentials", true, []string{"wrong"}},
		{"two repositories with one password", map[string]string{"": "right"}, []string{"a/x", "b/y"}, "accepted_unproven", false, []string{"right"}},
		{"two wrong passwords", map[string]string{"/a": "wrong", "/b": "other"}, []string{"a/x", "b/y"}, "invalid_credentials", true, []string{"wrong"}},
		{"the second one is wrong", map[string]string{"/a": "right", "/b": "other"}, []string{"a/x", "b/y"}, "access_unproven", false, []string{"right"}},
		{"the second one has no entry", map[string]string{"/a": "right"}, []string{"a/x", "b/y"}, "access_unproven", false, []string{"right"}},
		{"the first one has no entry", map[string]string{"/b": "wrong"}, []string{"a/x", "b/y"}, "access_unproven", false, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			fake := registrytest.New(t, registrytest.ByAuthorization(basicHeader("ci", "right"),
				registrytest.OK(), registrytest.OK(), registrytest.Unauthorized(`Basic realm="test"`)))
			passwords := map[string]string{}
			for path, password := range row.passwords {
				passwords[fake.Host()+path] = password
			}
			s := startServer(t)
			got := checked(t, s, map[string]tftypes.Value{
				"registry_url": str(fake.URL), "docker_config_json": entriesOf(t, passwords),
				"access": pullsOf(t, row.repositories...),
			})
			if reason := asString(t, got["reason"]); reason != row.reason || asBool(t, got["rejected"]) != row.rejected {
				t.Errorf("reason %s, rejected %v: %s", reason, got["rejected"], asString(t, got["message"]))
			}
			var want []string
			for _, password := range row.sent {
				want = append(want, basicHeader("ci", password))
			}
			if got := sent(fake); !slices.Equal(got, want) {
				t.Errorf("sent %q, want %q", got, want)
			}
			if row.reason == "access_unproven" {
				contains(t, got["likely_causes"].String(), "do not have the same login")
			}
		})
	}
}

// TestDataSource_Read_RejectsNoRepositoryThatMayHaveOtherCredentials has two entries
// that the kubelet tries for each repository, neither of which may pull both.
func TestDataSource_Read_RejectsNoRepositoryThatMayHaveOtherCredentials(t *testing.T) {
	t.Parallel()
	may := map[string]string{basicHeader("ci", "app"): "/v2/team/app/", basicHeader("ci", "base"): "/v2/team/base/"}
	registry := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		repository, known := may[r.Header.Get("Authorization")]
		switch {
		case !known, r.URL.Path != "/v2/" && !strings.HasPrefix(r.URL.Path, repository):
			w.Header().Set("WWW-Authenticate", "Basic")
			w.WriteHeader(http.StatusUnauthorized)
		case r.URL.Path != "/v2/":
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	t.Cleanup(registry.Close)
	host := strings.TrimPrefix(registry.URL, "http://")
	s := startServer(t)
	for _, row := range []struct {
		repositories []string
		reason       string
	}{
		{[]string{"team/app"}, "accepted"},
		{[]string{"team/base"}, "accepted"},
		{[]string{"team/other"}, "access_denied"},
		{[]string{"team/app", "team/base"}, "access_unproven"},
		{[]string{"team/base", "team/app"}, "access_unproven"},
	} {
		got := checked(t, s, map[string]tftypes.Value{
			"registry_url": str(registry.URL), "access": pullsOf(t, row.repositories...),
			"docker_config_json": entriesOf(t, map[string]string{host + "/team": "app", host: "base"}),
		})
		if reason := asString(t, got["reason"]); reason != row.reason || asBool(t, got["rejected"]) != (reason == "access_denied") {
			t.Errorf("%v: reason %s, rejected %v: %s", row.repositories, reason, got["rejected"], asString(t, got["message"]))
		}
	}
}

// TestDataSource_Read_TriesTheNextEntryOfAPayload does as the kubelet does
// while a password is being rotated.
func TestDataSource_Read_TriesTheNextEntryOfAPayload(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name      string
		passwords []string // in the kubelet's order
		reason    string
		sent      []string
	}{
		{"the first one is right", []string{"right", "old"}, "accepted", []string{"right"}},
		{"the second one is right", []string{"old", "right"}, "accepted", []string{"old", "right"}},
		{"the third one is right", []string{"old", "older", "right"}, "accepted", []string{"old", "older", "right"}},
		{"none is right", []string{"old", "older"}, "invalid_credentials", []string{"old", "older"}},
		{"the second one is limited", []string{"old", "limited", "right"}, "rate_limited", []string{"old", "limited"}},
		{"the first one is forbidden", []string{"forbidden", "right"}, "accepted", []string{"forbidden", "right"}},
		{"the first one is malformed", []string{"malformed", "right"}, "accepted", []string{"malformed", "right"}},
		{"the first one is empty, and is not sent", []string{"", "right"}, "accepted", []string{"right"}},
		{"of two refusals the first counts", []string{"forbidden", "old"}, "forbidden", []string{"forbidden", "old"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			refusal := registrytest.Unauthorized(`Basic realm="test"`)
			fake := registrytest.New(t, func(authorization string) registrytest.Response {
				switch authorization {
				case basicHeader("ci", "right"):
					return registrytest.OK()
				case basicHeader("ci", "limited"):
					return registrytest.Status(429)
				case basicHeader("ci", "forbidden"):
					return registrytest.Status(403)
				case basicHeader("ci", "malformed"):
					return registrytest.Status(400)
				default:
					return refusal
				}
			})
			keys := []string{fake.Host() + "/team/app", fake.Host() + "/team", fake.Host()}
			passwords := map[string]string{}
			for i, password := range row.passwords {
				passwords[keys[i]] = password
			}
			got := checked(t, startServer(t), map[string]tftypes.Value{
				"registry_url": str(fake.URL), "docker_config_json": entriesOf(t, passwords), "access": pullsOf(t, "team/app"),
				"retry": tries(t, 1),
			})
			is(t, got, map[string]string{"reason": row.reason, "credential_source": "docker_config_json"})
			var want []string
			for _, password := range row.sent {
				want = append(want, basicHeader("ci", password))
			}
			if got := sent(fake); !slices.Equal(got, want) {
				t.Errorf("sent %q, want %q", got, want)
			}
		})
	}
}

// pullsOf is access to the repositories.
func pullsOf(t *testing.T, repositories ...string) tftypes.Value {
	t.Helper()
	s := startServer(t)
	var access []tftypes.Value
	for _, repository := range repositories {
		var entry []tftypes.Value
		if err := accessValue(t, s, repository, "pull").As(&entry); err != nil {
			t.Fatal(err)
		}
		access = append(access, entry...)
	}
	return tftypes.NewValue(s.schema.AttributeTypes["access"], access)
}

// tries is retry with so many in all.
func tries(t *testing.T, attempts int) tftypes.Value {
	t.Helper()
	typ := startServer(t).schema.AttributeTypes["retry"].(tftypes.Object)
	return tftypes.NewValue(typ, withNulls(typ, map[string]tftypes.Value{"attempts": tftypes.NewValue(tftypes.Number, attempts)}))
}

// TestDataSource_Read_ReturnsTheExpiryOfASource has a token with an end in it, in a
// place that is not an argument of the check.
func TestDataSource_Read_ReturnsTheExpiryOfASource(t *testing.T) {
	t.Parallel()
	const token = "e30.eyJleHAiOjQxMDI0NDQ4MDB9.x" // {} and {"exp":4102444800}
	fake := registrytest.New(t, func(string) registrytest.Response { return registrytest.OK() })
	s := newServerWith(t, map[string]tftypes.Value{"registries": registriesValue(fake.URL, map[string]tftypes.Value{"token": str(token)})})
	is(t, checked(t, s, map[string]tftypes.Value{"registry_url": str(fake.URL)}), map[string]string{
		"credential_expires_at": "2100-01-01T00:00:00Z", "credential_source": "provider",
	})
}

// TestDataSource_Read_PayloadOfAnIdentityToken has the entry that az acr login leaves,
// which a cluster cannot use: nothing may be sent that would pass here.
func TestDataSource_Read_PayloadOfAnIdentityToken(t *testing.T) {
	t.Parallel()
	const azure = "00000000-0000-0000-0000-000000000000"
	fake := registrytest.New(t, func(string) registrytest.Response { return registrytest.OK() })
	payload, err := json.Marshal(map[string]any{"auths": map[string]any{fake.Host(): map[string]string{
		"auth": base64.StdEncoding.EncodeToString([]byte(azure + ":")), "identitytoken": canary,
	}}})
	if err != nil {
		t.Fatal(err)
	}
	s := startServer(t)
	got := checked(t, s, map[string]tftypes.Value{"registry_url": str(fake.URL), "docker_config_json": str(string(payload))})
	is(t, got, map[string]string{"reason": "password_missing", "credential_source": "docker_config_json"})
	contains(t, got["likely_causes"].String(), "The kubelet does not read identitytoken")
	if asBool(t, got["verified"]) || !asBool(t, got["rejected"]) || len(fake.Requests()) > 0 {
		t.Errorf("verified %s, rejected %s, %d requests", got["verified"], got["rejected"], len(fake.Requests()))
	}
	noCanary(t, got, nil)
}
