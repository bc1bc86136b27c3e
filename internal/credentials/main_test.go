package credentials_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stellaops/terraform-provider-stellaops/internal/credentials"
	"github.com/stellaops/terraform-provider-stellaops/internal/credentialstest"
	"github.com/stellaops/terraform-provider-stellaops/internal/redact"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

// TestMain lets the tests install credential helpers.
func TestMain(m *testing.M) { os.Exit(credentialstest.Main(m)) }

const (
	// host is the registry that most searches are for.
	host = "r.example.com"

	// canary is a secret that no text of a search may repeat.
	canary = "hunter2-canary-hunter2"
)

// searchFor searches for the credential of a registry, by its address.
func searchFor(t testing.TB, address string, repositories ...string) credentials.Search {
	t.Helper()
	endpoint, err := registry.ParseEndpoint(address)
	if err != nil {
		t.Fatalf("%q: %v", address, err)
	}
	if name := endpoint.Repository(); name != "" {
		repositories = append([]string{name}, repositories...)
	}
	return credentials.Search{Endpoint: endpoint, Address: address, Repositories: repositories}
}

// find searches where an answer is expected.
func find(t testing.TB, places credentials.Places, search credentials.Search) credentials.Result {
	t.Helper()
	result, err := places.Find(t.Context(), search)
	if err != nil {
		t.Fatalf("no answer, but the error %q", err)
	}
	return result
}

// findError searches where an error is expected.
func findError(t testing.TB, places credentials.Places, search credentials.Search) credentials.Error {
	t.Helper()
	result, err := places.Find(t.Context(), search)
	if shown := describe(result); shown != describe(credentials.Result{}) {
		t.Errorf("beside the error there is an answer, %s", shown)
	}
	return asError(t, err)
}

func asError(t testing.TB, err error) credentials.Error {
	t.Helper()
	var refusal *credentials.Error
	if !errors.As(err, &refusal) {
		t.Fatalf("the error is %v, want a *credentials.Error", err)
	}
	if want := refusal.Setting + ": " + refusal.Text; err.Error() != want {
		t.Errorf("the error reads %q, want %q", err, want)
	}
	return *refusal
}

// compare reports where an answer is another than the wanted one, aside from
// its expiry.
func compare(t testing.TB, got, want credentials.Result) {
	t.Helper()
	if describe(got) != describe(want) {
		t.Errorf("got  %s\nwant %s", describe(got), describe(want))
	}
}

// compareNone reports where a search found something, or does not say in one note that
// begins like this that there was nothing. TestPlaces_Find_NamesOtherHosts has the words.
func compareNone(t testing.TB, got credentials.Result, begin string) {
	t.Helper()
	notes := got.Notes
	if len(notes) != 1 || !strings.HasPrefix(notes[0], begin) {
		t.Errorf("the notes are %q, want one that begins with %q", notes, begin)
	}
	got.Notes = nil
	compare(t, got, credentials.Result{Source: credentials.SourceNone})
}

// describe shows an answer with its secrets, which a test wants to see.
func describe(f credentials.Result) string {
	c := f.Credential
	next := ""
	for _, n := range f.Next {
		next += fmt.Sprintf("%s:%s:%s:%s ", n.Username, n.Password.Reveal(), n.Token.Reveal(), n.IdentityToken.Reveal())
	}
	return fmt.Sprintf("source %q, user name %q, password %q, token %q, identity token %q, next %q, coverage %v, notes %q, failure %q, warning %q",
		f.Source, c.Username, c.Password.Reveal(), c.Token.Reveal(), c.IdentityToken.Reveal(), next, f.Coverage, f.Notes, f.Failure, f.Warning)
}

// checkNoCanary reports a text of an answer or of an error that holds the canary,
// in clear or in base64. A user name is no secret.
func checkNoCanary(t testing.TB, result credentials.Result, err error) {
	t.Helper()
	result.Credential.Username = ""
	texts := append(slices.Clone(result.Notes), result.Failure, result.Warning, fmt.Sprintf("%v %+v %#v", result, result, result))
	if err != nil {
		texts = append(texts, err.Error())
	}
	for _, text := range texts {
		if redact.New().For(registry.NewSecret(canary)).Value(text, 512) == redact.Ellipsis {
			t.Errorf("the secret stands in %q", text)
		}
	}
}

func login(username, password string) registry.Credential {
	return registry.Credential{Username: username, Password: registry.NewSecret(password)}
}

func bearer(token string) registry.Credential {
	return registry.Credential{Token: registry.NewSecret(token)}
}

func identityToken(token string) registry.Credential {
	return registry.Credential{IdentityToken: registry.NewSecret(token)}
}

// written returns a user name and a password as written in a configuration.
func written(username, password string) credentials.Arguments {
	return credentials.Arguments{Username: &username, Password: secret(password)}
}

// auth is a user name and a password as Docker stores them.
func auth(username, password string) string {
	return base64.StdEncoding.EncodeToString([]byte(username + ":" + password))
}

// auths is a Docker configuration with a login of the user ci for each key.
func auths(t testing.TB, keys ...string) map[string]any {
	t.Helper()
	entries := map[string]any{}
	for _, key := range keys {
		entries[key] = map[string]string{"auth": auth("ci", key)}
	}
	return map[string]any{"auths": entries}
}

func jsonOf(t testing.TB, value any) string {
	t.Helper()
	content, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// file writes a file and returns its path.
func file(t testing.TB, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file.json")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func set[T any](value T) credentials.Setting[T] { return credentials.Setting[T]{Value: value} }
