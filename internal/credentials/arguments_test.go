package credentials_test

import (
	"strings"
	"testing"

	"github.com/stellaops/terraform-provider-stellaops/internal/credentials"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

func TestFromArguments(t *testing.T) {
	t.Parallel()
	user := func(s string) *string { return &s }
	noUser, none := user(""), secret("")
	type arguments = credentials.Arguments
	for _, row := range []struct {
		name      string
		arguments arguments
		method    registry.Method
		source    credentials.Source
		empty     []string
	}{
		{"nothing written", arguments{}, registry.MethodAnonymous, credentials.SourceNone, nil},
		{"user name and password", arguments{Username: user("ci"), Password: secret("p")}, registry.MethodBasic, credentials.SourceArguments, nil},
		{"a token", arguments{Token: secret("t")}, registry.MethodBearer, credentials.SourceArguments, nil},
		{"a token wins over the rest", arguments{user("ci"), secret("p"), secret("t"), secret("i")}, registry.MethodBearer, credentials.SourceArguments, nil},
		{"an identity token", arguments{IdentityToken: secret("i")}, registry.MethodIdentityToken, credentials.SourceArguments, nil},
		{"an identity token wins over user name and password", arguments{user("ci"), secret("p"), nil, secret("i")}, registry.MethodIdentityToken, credentials.SourceArguments, nil},
		{"a user name alone", arguments{Username: user("ci")}, registry.MethodBasic, credentials.SourceArguments, nil},
		{"a password alone", arguments{Password: secret("p")}, registry.MethodBasic, credentials.SourceArguments, nil},
		{"an empty user name ends the search", arguments{Username: noUser}, registry.MethodAnonymous, credentials.SourceArguments, []string{"username"}},
		{"an empty password ends the search", arguments{Password: none}, registry.MethodAnonymous, credentials.SourceArguments, []string{"password"}},
		{"an empty token ends the search", arguments{Token: none}, registry.MethodAnonymous, credentials.SourceArguments, []string{"token"}},
		{"all of them empty", arguments{noUser, none, none, none}, registry.MethodAnonymous, credentials.SourceArguments, []string{"username", "password", "token", "identity_token"}},
		{"an empty token beside user name and password is absent", arguments{user("ci"), secret("p"), none, nil}, registry.MethodBasic, credentials.SourceArguments, []string{"token"}},
		{"an empty password beside a user name", arguments{user("ci"), none, nil, nil}, registry.MethodBasic, credentials.SourceArguments, []string{"password"}},
		{"an empty user name beside a token", arguments{noUser, nil, secret("t"), nil}, registry.MethodBearer, credentials.SourceArguments, []string{"username"}},
		{"a blank is not empty", arguments{Password: secret(" ")}, registry.MethodBasic, credentials.SourceArguments, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			result := credentials.FromArguments(row.arguments)
			if got := result.Credential.Method(); got != row.method {
				t.Errorf("method %q, want %q", got, row.method)
			}
			if result.Source != row.source {
				t.Errorf("source %q, want %q", result.Source, row.source)
			}
			want := ""
			if len(row.empty) > 0 {
				want = isEmpty(strings.Join(row.empty, " and "), "the arguments of this check")
			}
			if got := strings.Join(result.Notes, "\n"); got != want {
				t.Errorf("notes %q, want %q", got, want)
			}
			if !result.Credential.ExpiresAt().IsZero() {
				t.Errorf("expires at %v, though nothing says so", result.Credential.ExpiresAt())
			}
		})
	}
}

// isEmpty is the note about what is there with nothing in it.
func isEmpty(names, place string) string {
	if strings.Contains(names, " and ") {
		return names + " are empty in " + place + "; check the variables or references behind them"
	}
	return names + " is empty in " + place + "; check the variable or reference behind it"
}

func secret(s string) *registry.Secret {
	made := registry.NewSecret(s)
	return &made
}

func TestFromArguments_KeepsEveryByte(t *testing.T) {
	t.Parallel()
	username, password, token := " ci\n", "p: \n\xff", "\tt "
	got := credentials.FromArguments(credentials.Arguments{Username: &username, Password: secret(password), Token: secret(token)}).Credential
	if got.Username != username || got.Password.Reveal() != password || got.Token.Reveal() != token {
		t.Errorf("got %q, %q, %q", got.Username, got.Password.Reveal(), got.Token.Reveal())
	}
}
