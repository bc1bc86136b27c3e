package doctor

import (
	"encoding/base64"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/verdict"
)

// observe returns what can be seen on the parts of a credential that are sent, in the
// order of the rows below: the first explains a refusal best.
func observe(c registry.Credential, endpoint registry.Endpoint) []verdict.Observation {
	type part struct {
		name verdict.Part
		text string
	}
	parts := []part{{verdict.PartPassword, c.Password.Reveal()}, {verdict.PartUsername, c.Username}}
	switch c.Method() {
	case registry.MethodBearer:
		parts = []part{{verdict.PartToken, c.Token.Reveal()}}
	case registry.MethodIdentityToken:
		parts = []part{{verdict.PartIdentityToken, c.IdentityToken.Reveal()}}
	}
	if strings.HasPrefix(c.Username, googleKeyUser) {
		return nil // the password is a file of JSON, or that in base64
	}
	var seen []verdict.Observation
	for _, row := range observations(c, endpoint) {
		for _, part := range parts {
			if part.text == "" || row.of != "" && row.of != part.name {
				continue
			}
			if mark, is := row.is(part.text); is {
				seen = append(seen, verdict.Observation{Part: part.name, Seen: row.seen, Mark: mark})
			}
		}
	}
	return seen
}

// observationRow is one thing that can be seen.
type observationRow struct {
	seen verdict.Seen
	of   verdict.Part // the only part that it is looked for on; empty for all
	is   func(text string) (mark string, is bool)
}

func observations(c registry.Credential, endpoint registry.Endpoint) []observationRow {
	unmarked := func(is func(string) bool) func(string) (string, bool) {
		return func(text string) (string, bool) { return "", is(text) }
	}
	holds := func(is func(rune) bool) func(string) (string, bool) {
		return unmarked(func(text string) bool { return strings.ContainsFunc(text, is) })
	}
	atHub := func(is func(string) (string, bool)) func(string) (string, bool) {
		return func(text string) (string, bool) {
			mark, seen := is(text)
			return mark, seen && endpoint.IsDockerHub()
		}
	}
	return []observationRow{
		{verdict.SeenReference, "", referenceMark},
		{verdict.SeenPlaceholder, "", placeholder},
		{verdict.SeenSchemeWord, "", unmarked(beginsWithScheme)},
		{verdict.SeenQuotes, "", unmarked(isQuoted)},
		{verdict.SeenLineBreak, "", unmarked(func(s string) bool { return strings.HasSuffix(s, "\n") || strings.HasSuffix(s, "\r") })},
		{verdict.SeenBlank, "", unmarked(func(s string) bool { return strings.TrimRight(s, "\r\n") != strings.TrimSpace(s) })},
		{verdict.SeenNotUTF8, "", unmarked(func(s string) bool { return !utf8.ValidString(s) || strings.ContainsAny(s, "\x00\ufffd") })},
		{verdict.SeenByteOrderMark, "", holds(func(r rune) bool { return r == '\ufeff' })},
		{verdict.SeenZeroWidth, "", holds(func(r rune) bool { return r == '\u200b' })},
		{verdict.SeenInvisible, "", holds(func(r rune) bool {
			return (unicode.Is(unicode.Cf, r) || unicode.IsSpace(r) && r > unicode.MaxASCII) && r != '\ufeff' && r != '\u200b'
		})},
		{verdict.SeenControl, "", unmarked(func(s string) bool {
			return strings.ContainsFunc(strings.TrimSpace(s), func(r rune) bool { return unicode.IsControl(r) && r != 0 })
		})},
		{verdict.SeenQuestionMark, "", unmarked(func(s string) bool { return strings.HasPrefix(s, "?") })},
		{verdict.SeenEncodedLogin, "", unmarked(func(s string) bool { return isEncodedLogin(s, c) })},
		{verdict.SeenEncodedText, "", unmarked(func(s string) bool { return decodedText(s) != "" && !strings.Contains(decodedText(s), ":") })},
		{verdict.SeenJWT, verdict.PartPassword, unmarked(func(s string) bool { return isJWT(s) && !slices.Contains(jwtUsers, c.Username) })},
		{verdict.SeenAccessToken, verdict.PartToken, unmarked(isAccessToken)},
		{verdict.SeenEmailAddress, verdict.PartUsername, atHub(unmarked(func(s string) bool { return strings.Contains(strings.Trim(s, "@"), "@") }))},
		{verdict.SeenCapital, verdict.PartUsername, atHub(holds(unicode.IsUpper))},
		{verdict.SeenBeyondASCII, "", holds(func(r rune) bool { return r > unicode.MaxASCII && unicode.IsPrint(r) && r != utf8.RuneError })},
	}
}

// googleKeyUser begins the user names beside which the password is a service account's
// key at Google.
const googleKeyUser = "_json_key"

// referenceMarks begin references to a secret that the program which should have
// resolved them left as they are: 1Password, shells and Compose, CI systems, Helm and
// Jinja, AWS, Vault, vals and Azure. Those with an end need it too.
var referenceMarks = []struct{ mark, end string }{
	{"op://", ""}, {"${", "}"}, {"$(", ")"}, {"{{", "}}"}, {"arn:", ":"}, {"vault:", ""}, {"ref+", "://"}, {"@Microsoft.KeyVault(", ")"},
}

// secretPath are the parts of the name of a secret at Google.
const secretPath = "projects/…/secrets/…"

// referenceMark returns the mark of a reference that was not resolved.
func referenceMark(text string) (mark string, is bool) {
	text = strings.TrimSpace(text)
	for _, known := range referenceMarks {
		if rest, ok := strings.CutPrefix(text, known.mark); ok && strings.Contains(rest, known.end) {
			return known.mark, true
		}
	}
	if rest, ok := strings.CutPrefix(text, "projects/"); ok && strings.Contains(rest, "/secrets/") {
		return secretPath, true
	}
	return "", false
}

// placeholders are what programs write in the place of a secret: a mask, or the empty
// values of JSON, Go, templates and JavaScript, and of Terraform itself.
var placeholders = []string{"null", "<nil>", "<no value>", "undefined", "(sensitive value)", "<sensitive>"}

// placeholder returns the mark of a text that stands in the place of a secret.
func placeholder(text string) (mark string, is bool) {
	text = strings.TrimSpace(text)
	switch {
	case len(text) >= 3 && strings.Trim(text, "*") == "":
		return "***", true
	case slices.Contains(placeholders, text):
		return text, true
	default:
		return "", false
	}
}

func beginsWithScheme(text string) bool {
	for _, scheme := range []string{"Bearer ", "Basic "} {
		if len(text) > len(scheme) && strings.EqualFold(text[:len(scheme)], scheme) {
			return true
		}
	}
	return false
}

func isQuoted(text string) bool {
	text = strings.TrimSpace(text)
	return len(text) > 2 && strings.ContainsAny(text[:1], "\"'`") && text[0] == text[len(text)-1]
}

// minEncoded is the shortest decoded text that counts as readable, in bytes: a random
// secret may decode to a short one by chance.
const minEncoded = 12

// decodedText returns the readable text that a text in base64 stands for; empty if it
// stands for none. A line break at the end is what `echo x | base64` leaves.
func decodedText(text string) string {
	decoded, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		if decoded, err = base64.RawURLEncoding.DecodeString(text); err != nil {
			return ""
		}
	}
	readable := strings.TrimSuffix(string(decoded), "\n")
	if len(readable) < minEncoded || strings.ContainsFunc(readable, func(r rune) bool { return r > unicode.MaxASCII || !unicode.IsPrint(r) }) {
		return ""
	}
	return readable
}

// isEncodedLogin reports whether a text is a user name and a password in base64, as the
// header of Basic has them (RFC 7617 section 2). A password is one only with the name
// that stands beside it: some services issue secrets of that form.
func isEncodedLogin(text string, c registry.Credential) bool {
	name, _, ok := strings.Cut(decodedText(text), ":")
	if c.Method() == registry.MethodBasic {
		return ok && name == c.Username
	}
	return ok && name != "" && name != artifactoryToken && !strings.ContainsAny(name, "{[ ")
}

// artifactoryToken begins what a reference token of Artifactory is the base64 of.
const artifactoryToken = "reftkn"

// jwtUsers are the user names beside which a JWT is the password: Azure's registries,
// Google's and GitLab's in its jobs.
var jwtUsers = []string{"00000000-0000-0000-0000-000000000000", "oauth2accesstoken", "gitlab-ci-token"}

// isJWT reports whether a text has the form of a signed JWT (RFC 7515 section 3.1).
func isJWT(text string) bool {
	return strings.HasPrefix(text, "eyJ") && strings.Count(text, ".") == 2
}

// accessTokens begin the personal access tokens of GitHub, GitLab, Docker Hub and
// Artifactory, which registries take as passwords.
var accessTokens = []string{"ghp_", "gho_", "ghs_", "github_pat_", "glpat-", "gldt-", "dckr_pat_", "dckr_oat_", "AKC"}

func isAccessToken(text string) bool {
	return slices.ContainsFunc(accessTokens, func(prefix string) bool { return strings.HasPrefix(text, prefix) })
}
