package credentials_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stellaops/terraform-provider-stellaops/internal/credentials"
	"github.com/stellaops/terraform-provider-stellaops/internal/redact"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

// FuzzDockerConfig reads any text as a Docker configuration: it may not panic,
// and what it says of it may not repeat a secret.
func FuzzDockerConfig(f *testing.F) {
	for _, text := range []string{
		"", "null", "[]", "{}", `{"auths":null}`, `{"auths":[]}`, `{"auths":{"r.example.com":null}}`, `{"auths":{"r.example.com":{}}}`,
		`{"auths":{"r.example.com":{"auth":"Y2k6YzRuYXJ5LXNlY3JldA=="}}}`, `{"auths":{"https://r.example.com/v2/":{"auth":"YzRuYXJ5LXNlY3JldA=="}}}`,
		`{"auths":{"r.example.com":{"auth":7}}}`, `{"auths":{"r.example.com/a":{"auth":"%"},"R.example.com:443/b":{"password":"c4nary-secret"}}}`, `{"auths":{"r.example.com":{"identitytoken":"c4nary-secret"}}}`,
		`{"credsStore":"no-such-helper"}`, `{"credHelpers":{"r.example.com":"../x"}}`, `{"credHelpers":{"r.example.com":""},"credsStore":"x"}`, "\ufeff{}", "{\x00}",
	} {
		f.Add(text, "r.example.com")
	}
	f.Fuzz(func(t *testing.T, text, address string) {
		endpoint, err := registry.ParseEndpoint(address)
		var keys struct{ Auths, CredHelpers map[string]json.RawMessage }
		_ = json.NewDecoder(strings.NewReader(text)).Decode(&keys) // what cannot be read has no keys
		hosts := slices.Concat([]string{address}, slices.Collect(maps.Keys(keys.Auths)), slices.Collect(maps.Keys(keys.CredHelpers)))
		if err != nil || strings.Contains(redact.Printable(strings.Join(hosts, " ")), "c4nary") { // hosts are no secrets
			return
		}
		path := filepath.Join(t.TempDir(), "config.json")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := credentials.Places{DockerConfigPath: credentials.Setting[string]{Value: path}}.Find(t.Context(), credentials.Search{Endpoint: endpoint, Address: address})
		said := got.Failure + got.Warning + strings.Join(got.Notes, " ")
		if err != nil {
			said += err.Error()
		}
		if strings.Contains(said, "c4nary-secret") {
			t.Errorf("%q: it says %q", text, said)
		}
		if got.Source == credentials.SourceNone && got.Credential != (registry.Credential{}) {
			t.Errorf("%q: a credential from nowhere", text)
		}
	})
}
