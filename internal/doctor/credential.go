package doctor

import (
	"encoding/base64"
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
		Invisible:         invisible(secret + c.Username),
		QuestionMark:      strings.HasPrefix(secret, "?"),
		EncodedLogin:      isEncodedLogin(c.Token.Reveal()),
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

// invisible returns the first character of a text that no editor shows, such as a byte
// order mark or a zero width space; U+FFFD for bytes that are not UTF-8 and for a NUL,
// of which text in UTF-16 is full; 0 if there is none.
func invisible(text string) rune {
	for _, r := range text {
		switch {
		case unicode.Is(unicode.Cf, r):
			return r
		case r == 0, r == unicode.ReplacementChar:
			return unicode.ReplacementChar
		}
	}
	return 0
}

// isEncodedLogin reports whether the token is a user name and a password in base64, as
// the header of Basic has them (RFC 7617 section 2).
func isEncodedLogin(token string) bool {
	text, err := base64.StdEncoding.DecodeString(token)
	if err != nil {
		return false
	}
	name, _, ok := strings.Cut(string(text), ":")
	return ok && name != "" && !strings.ContainsFunc(string(text), func(r rune) bool { return !unicode.IsPrint(r) })
}

func hasPrefixFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}
