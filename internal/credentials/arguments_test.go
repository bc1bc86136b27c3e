package credentials_test

import (
	"slices"
	"testing"

	"github.com/stellaops/terraform-provider-stellaops/internal/credentials"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

func TestFromArguments(t *testing.T) {
	t.Parallel()
	set := func(s string) *string { return &s }
	empty := set("")
	type arguments = credentials.Arguments
	for _, row := range []struct {
		name      string
		arguments arguments
		method    registry.Method
		source    credentials.Source
		empty     []string
	}{
		{"nothing written", arguments{}, registry.MethodAnonymous, credentials.SourceNone, nil},
		{"user name and password", arguments{Username: set("ci"), Password: set("p")}, registry.MethodBasic, credentials.SourceArguments, nil},
		{"a token", arguments{Token: set("t")}, registry.MethodBearer, credentials.SourceArguments, nil},
		{"a token wins over the rest", arguments{set("ci"), set("p"), set("t"), set("i")}, registry.MethodBearer, credentials.SourceArguments, nil},
		{"an identity token", arguments{IdentityToken: set("i")}, registry.MethodIdentityToken, credentials.SourceArguments, nil},
		{"an identity token wins over user name and password", arguments{set("ci"), set("p"), nil, set("i")}, registry.MethodIdentityToken, credentials.SourceArguments, nil},
		{"a user name alone", arguments{Username: set("ci")}, registry.MethodBasic, credentials.SourceArguments, nil},
		{"a password alone", arguments{Password: set("p")}, registry.MethodBasic, credentials.SourceArguments, nil},
		{"an empty user name ends the search", arguments{Username: empty}, registry.MethodAnonymous, credentials.SourceArguments, []string{"username"}},
		{"an empty password ends the search", arguments{Password: empty}, registry.MethodAnonymous, credentials.SourceArguments, []string{"password"}},
		{"an empty token ends the search", arguments{Token: empty}, registry.MethodAnonymous, credentials.SourceArguments, []string{"token"}},
		{"all of them empty", arguments{empty, empty, empty, empty}, registry.MethodAnonymous, credentials.SourceArguments, []string{"username", "password", "token", "identity_token"}},
		{"an empty token beside user name and password is absent", arguments{set("ci"), set("p"), empty, nil}, registry.MethodBasic, credentials.SourceArguments, []string{"token"}},
		{"an empty password beside a user name", arguments{set("ci"), empty, nil, nil}, registry.MethodBasic, credentials.SourceArguments, []string{"password"}},
		{"an empty user name beside a token", arguments{empty, nil, set("t"), nil}, registry.MethodBearer, credentials.SourceArguments, []string{"username"}},
		{"a blank is not empty", arguments{Password: set(" ")}, registry.MethodBasic, credentials.SourceArguments, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			found := credentials.FromArguments(row.arguments)
			if got := found.Credential.Method(); got != row.method {
				t.Errorf("method %q, want %q", got, row.method)
			}
			if found.Source != row.source {
				t.Errorf("source %q, want %q", found.Source, row.source)
			}
			if !slices.Equal(found.Empty, row.empty) {
				t.Errorf("empty %q, want %q", found.Empty, row.empty)
			}
			if !found.ExpiresAt.IsZero() {
				t.Errorf("expires at %v, though nothing says so", found.ExpiresAt)
			}
		})
	}
}

func TestFromArgumentsKeepsEveryByte(t *testing.T) {
	t.Parallel()
	username, password, token := " ci\n", "p: \n\xff", "\tt "
	got := credentials.FromArguments(credentials.Arguments{Username: &username, Password: &password, Token: &token}).Credential
	if got.Username != username || got.Password.Reveal() != password || got.Token.Reveal() != token {
		t.Errorf("got %q, %q, %q", got.Username, got.Password.Reveal(), got.Token.Reveal())
	}
}
