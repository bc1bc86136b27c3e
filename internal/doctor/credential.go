package doctor

import (
	"strings"
	"unicode"

	"github.com/stellaops/terraform-provider-stellaops/internal/verdict"
)

// credentialFacts describes the credential of a request without its secrets.
func credentialFacts(r Request) verdict.CredentialFacts {
	c := r.Credential
	secret := c.Secret().Reveal()
	return verdict.CredentialFacts{
		Method:            c.Method(),
		Username:          c.Username,
		HasPassword:       !c.Password.Empty(),
		Source:            r.Source,
		Notes:             r.Notes,
		Failure:           r.SourceFailure,
		ExpiresAt:         c.ExpiresAt(),
		ExchangeOff:       !r.TokenExchange,
		UsernameMalformed: strings.ContainsFunc(c.Username, func(r rune) bool { return r == ':' || unicode.IsControl(r) }),
		TokenMalformed:    strings.ContainsFunc(c.Token.Reveal(), func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }),
		BearerPrefix:      hasPrefixFold(c.Token.Reveal(), "Bearer "),
		LineBreakEnd:      strings.HasSuffix(secret, "\n") || strings.HasSuffix(secret, "\r"),
		BlankEnd:          secret != strings.TrimSpace(secret) || c.Username != strings.TrimSpace(c.Username),
		LooksTemplate:     looksTemplate(secret),
	}
}

// looksTemplate reports whether the secret is a reference that was not resolved, as
// shells, CI systems, Helm and Vault write one.
func looksTemplate(secret string) bool {
	for _, form := range [][2]string{{"${", "}"}, {"$(", ")"}, {"{{", "}}"}, {"<", ">"}, {"vault:", ""}} {
		if strings.HasPrefix(secret, form[0]) && strings.HasSuffix(secret, form[1]) {
			return true
		}
	}
	return false
}

func hasPrefixFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}
