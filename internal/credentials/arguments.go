package credentials

import (
	"fmt"
	"strings"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

// Arguments are a credential as a configuration writes it; nil is a part that
// was left out or is null.
type Arguments struct {
	Username      *string
	Password      *registry.Secret
	Token         *registry.Secret
	IdentityToken *registry.Secret
}

// FromArguments takes the credential that is written in the check itself.
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

// isSet tells whether any part is written, even with nothing in it. Such a part
// ends the search: otherwise a secret that did not resolve would be answered
// with somebody else's login.
func (a Arguments) isSet() bool {
	return a.Username != nil || a.Password != nil || a.Token != nil || a.IdentityToken != nil
}

// result takes the arguments as one source. What came empty is noted in the words
// of format, which has a place for its names.
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

// empty names the parts that are written and have nothing in them.
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

// orEmpty is the secret itself, an empty one for nil.
func orEmpty(s *registry.Secret) registry.Secret {
	if s == nil {
		return registry.Secret{}
	}
	return *s
}
