package doctor

import (
	"strings"
	"unicode"

	"github.com/stellaops/terraform-provider-stellaops/internal/verdict"
)

// credentialFacts describes the credential of a request without its secrets.
func credentialFacts(r Request) verdict.CredentialFacts {
	c := r.Credential
	return verdict.CredentialFacts{
		Method:            c.Method(),
		Username:          c.Username,
		HasPassword:       !c.Password.Empty(),
		Source:            r.Source,
		Place:             r.Place,
		Notes:             r.Notes,
		Failure:           r.SourceFailure,
		ExpiresAt:         c.ExpiresAt(),
		ExchangeOff:       !r.TokenExchange,
		UsernameColon:     strings.Contains(c.Username, ":"),
		UsernameMalformed: strings.ContainsFunc(c.Username, func(r rune) bool { return r == ':' || unicode.IsControl(r) }),
		TokenMalformed:    strings.ContainsFunc(c.Token.Reveal(), func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }),
		Seen:              observe(c, r.Endpoint),
	}
}
