package provider

import (
	"encoding/base64"
	"encoding/json"
	"slices"
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

// TestRepositoriesWithOtherCredentialsDoNotPass has a registry that anybody may
// look at: what is checked without the credentials of a repository would pass.
func TestRepositoriesWithOtherCredentialsDoNotPass(t *testing.T) {
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
			entry := s.schema.AttributeTypes["access"].(tftypes.List).ElementType.(tftypes.Object)
			var access []tftypes.Value
			for _, repository := range row.repositories {
				access = append(access, tftypes.NewValue(entry, withNulls(entry, map[string]tftypes.Value{
					"repository": str(repository), "actions": tftypes.NewValue(entry.AttributeTypes["actions"], []tftypes.Value{str("pull")}),
				})))
			}
			got := checked(t, s, map[string]tftypes.Value{
				"registry_url": str(fake.URL), "docker_config_json": entriesOf(t, passwords),
				"access": tftypes.NewValue(tftypes.List{ElementType: entry}, access),
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
				contains(t, got["likely_causes"].String(), "do not have the same credentials")
			}
		})
	}
}

// TestTheNextEntryOfAPayloadIsTriedWhereOneIsRefused does as the kubelet does
// while a password is being rotated.
func TestTheNextEntryOfAPayloadIsTriedWhereOneIsRefused(t *testing.T) {
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
				"registry_url": str(fake.URL), "docker_config_json": entriesOf(t, passwords), "access": pullOf(t, "team/app"),
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

// pullOf is access to one repository.
func pullOf(t *testing.T, repository string) tftypes.Value {
	t.Helper()
	s := startServer(t)
	entry := s.schema.AttributeTypes["access"].(tftypes.List).ElementType.(tftypes.Object)
	return tftypes.NewValue(tftypes.List{ElementType: entry}, []tftypes.Value{tftypes.NewValue(entry, withNulls(entry, map[string]tftypes.Value{
		"repository": str(repository), "actions": tftypes.NewValue(entry.AttributeTypes["actions"], []tftypes.Value{str("pull")}),
	}))})
}

// tries is retry with so many in all.
func tries(t *testing.T, attempts int) tftypes.Value {
	t.Helper()
	typ := startServer(t).schema.AttributeTypes["retry"].(tftypes.Object)
	return tftypes.NewValue(typ, withNulls(typ, map[string]tftypes.Value{"attempts": tftypes.NewValue(tftypes.Number, attempts)}))
}

// TestASourceSaysWhenItsSecretEnds has a token with an end in it, in a place that
// is not an argument of the check.
func TestASourceSaysWhenItsSecretEnds(t *testing.T) {
	t.Parallel()
	const token = "e30.eyJleHAiOjQxMDI0NDQ4MDB9.x" // {} and {"exp":4102444800}
	fake := registrytest.New(t, func(string) registrytest.Response { return registrytest.OK() })
	s := newServerWith(t, map[string]tftypes.Value{"registries": registriesValue(fake.URL, map[string]tftypes.Value{"token": str(token)})})
	is(t, checked(t, s, map[string]tftypes.Value{"registry_url": str(fake.URL)}), map[string]string{
		"credential_expires_at": "2100-01-01T00:00:00Z", "credential_source": "provider",
	})
}
