package credentials

import (
	"fmt"
	"strings"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

// The names of the parts of a credential.
const (
	partUsername      = "username"
	partPassword      = "password"
	partToken         = "token"
	partIdentityToken = "identity_token"
)

// Arguments are a credential as written in a configuration; a part that is left
// out or null is nil.
type Arguments struct {
	Username      *string
	Password      *registry.Secret
	Token         *registry.Secret
	IdentityToken *registry.Secret
}

// FromArguments returns the credential that is written in the check itself, with
// [SourceNone] if none is.
func FromArguments(a Arguments) Result {
	if !a.isSet() {
		return Result{Source: SourceNone}
	}
	return a.result(SourceArguments, "the arguments of this check", func(part string) string { return part })
}

// isSet reports whether any part is written, even an empty one. An empty part ends
// the search too: otherwise a secret that resolved to nothing would be replaced by
// the login of another place.
func (a Arguments) isSet() bool {
	return a.Username != nil || a.Password != nil || a.Token != nil || a.IdentityToken != nil
}

// result returns the arguments as the result of one source. If parts are empty, a
// note lists them by their names there.
func (a Arguments) result(source Source, place string, nameOf func(part string) string) Result {
	var notes, empty []string
	for _, part := range a.empty() {
		empty = append(empty, nameOf(part))
	}
	if len(empty) > 0 {
		notes = append(notes, noteEmpty(place, empty...))
	}
	result := newResult(source, a.credential(), notes...)
	if result.Credential != (registry.Credential{}) {
		result.Place = Place{place, nameOf(partUsername), nameOf(partPassword), a.Password != nil && a.Password.Empty()}
	}
	return result
}

// noteEmpty returns the note about what is written in a place with nothing in it, which
// is what an unset variable and a reference that did not resolve leave.
func noteEmpty(place string, names ...string) string {
	if len(names) > 1 {
		return fmt.Sprintf("%s are empty in %s; check the variables or references behind them", strings.Join(names, " and "), place)
	}
	return fmt.Sprintf("%s is empty in %s; check the variable or reference behind it", names[0], place)
}

func (a Arguments) credential() registry.Credential {
	c := registry.Credential{Password: orEmpty(a.Password), Token: orEmpty(a.Token), IdentityToken: orEmpty(a.IdentityToken)}
	if a.Username != nil {
		c.Username = *a.Username
	}
	return c
}

// empty returns the parts that are written and empty.
func (a Arguments) empty() []string {
	var parts []string
	if a.Username != nil && *a.Username == "" {
		parts = append(parts, partUsername)
	}
	for _, part := range []struct {
		name   string
		secret *registry.Secret
	}{{partPassword, a.Password}, {partToken, a.Token}, {partIdentityToken, a.IdentityToken}} {
		if part.secret != nil && part.secret.Empty() {
			parts = append(parts, part.name)
		}
	}
	return parts
}

// orEmpty returns the secret, or an empty one for nil.
func orEmpty(s *registry.Secret) registry.Secret {
	if s == nil {
		return registry.Secret{}
	}
	return *s
}
