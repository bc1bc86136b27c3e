package credentials

import (
	"fmt"
	"strings"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
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
	format := "The argument %s is written in the configuration, but came empty (broken secret reference)"
	if len(a.empty()) > 1 {
		format = "The arguments %s are written in the configuration, but came empty (broken secret reference)"
	}
	return a.result(SourceArguments, format)
}

// isSet reports whether any part is written, even an empty one. An empty part ends
// the search too: otherwise a secret that resolved to nothing would be replaced by
// the login of another place.
func (a Arguments) isSet() bool {
	return a.Username != nil || a.Password != nil || a.Token != nil || a.IdentityToken != nil
}

// result returns the arguments as the result of one source. If parts are empty, a
// note names them in format.
func (a Arguments) result(source Source, format string) Result {
	var notes []string
	if empty := a.empty(); len(empty) > 0 {
		notes = append(notes, fmt.Sprintf(format, strings.Join(empty, " and ")))
	}
	return newResult(source, a.credential(), notes...)
}

func (a Arguments) credential() registry.Credential {
	c := registry.Credential{Password: orEmpty(a.Password), Token: orEmpty(a.Token), IdentityToken: orEmpty(a.IdentityToken)}
	if a.Username != nil {
		c.Username = *a.Username
	}
	return c
}

// empty returns the names of the parts that are written and empty.
func (a Arguments) empty() []string {
	var names []string
	if a.Username != nil && *a.Username == "" {
		names = append(names, "username")
	}
	for _, part := range []struct {
		name   string
		secret *registry.Secret
	}{{"password", a.Password}, {"token", a.Token}, {"identity_token", a.IdentityToken}} {
		if part.secret != nil && part.secret.Empty() {
			names = append(names, part.name)
		}
	}
	return names
}

// orEmpty returns the secret, or an empty one for nil.
func orEmpty(s *registry.Secret) registry.Secret {
	if s == nil {
		return registry.Secret{}
	}
	return *s
}
