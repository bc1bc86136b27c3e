package credentials

import (
	"time"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

// Source says where a credential was found, as the attribute credential_source
// names it.
type Source string

// The sources.
const (
	SourceArguments Source = "arguments"
	SourceNone      Source = "none"
)

// Found is a credential and what is known of it without asking anybody.
type Found struct {
	Credential registry.Credential
	Source     Source
	// Empty names the arguments that were written and have nothing in them, as a
	// secret reference that did not resolve leaves them.
	Empty []string
	// ExpiresAt is when the credential itself says that it ends; zero if it says
	// nothing.
	ExpiresAt time.Time
}

// Arguments are the credential arguments of one check; nil is one that was left
// out or null.
type Arguments struct {
	Username      *string
	Password      *string
	Token         *string
	IdentityToken *string
}

// FromArguments takes the credential that is written in the configuration. An
// argument that is written, even with nothing in it, ends the search: otherwise
// a secret that did not resolve would be answered with somebody else's login.
func FromArguments(a Arguments) Found {
	found := Found{Source: SourceNone}
	for _, argument := range []struct {
		name  string
		value *string
	}{
		{"username", a.Username},
		{"password", a.Password},
		{"token", a.Token},
		{"identity_token", a.IdentityToken},
	} {
		if argument.value == nil {
			continue
		}
		found.Source = SourceArguments
		if *argument.value == "" {
			found.Empty = append(found.Empty, argument.name)
		}
	}
	found.Credential = registry.Credential{
		Username:      deref(a.Username),
		Password:      registry.NewSecret(deref(a.Password)),
		Token:         registry.NewSecret(deref(a.Token)),
		IdentityToken: registry.NewSecret(deref(a.IdentityToken)),
	}
	found.ExpiresAt = expiry(found.Credential)
	return found
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
