package credentials_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stellaops/terraform-provider-stellaops/internal/credentials"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

// FuzzDockerConfig reads any text as a Docker configuration: it may not panic,
// and what it says of it may not repeat a secret.
func FuzzDockerConfig(f *testing.F) {
	for _, text := range []string{
		"", "null", "[]", "{}", `{"auths":null}`, `{"auths":[]}`, `{"auths":{"r.example.com":null}}`, `{"auths":{"r.example.com":{}}}`,
		`{"auths":{"r.example.com":{"auth":"Y2k6YzRuYXJ5LXNlY3JldA=="}}}`, `{"auths":{"https://r.example.com/v2/":{"auth":"YzRuYXJ5LXNlY3JldA=="}}}`,
		`{"auths":{"r.example.com":{"auth":7}}}`, `{"auths":{"r.example.com":{"identitytoken":"c4nary-secret"}}}`,
		`{"credsStore":"no-such-helper"}`, `{"credHelpers":{"r.example.com":"../x"}}`, `{"credHelpers":{"r.example.com":""},"credsStore":"x"}`, "\ufeff{}", "{\x00}",
	} {
		f.Add(text, "r.example.com")
	}
	f.Fuzz(func(t *testing.T, text, address string) {
		endpoint, err := registry.ParseEndpoint(address)
		if err != nil || strings.Contains(address, "c4nary") {
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
