package registry

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"html"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/encoding/charmap"
)

// Ellipsis stands where something was left out of a text.
const Ellipsis = "…"

// Cleaner makes foreign text fit to be shown and stored: without the secrets it
// was made for, without control characters, the same from run to run.
type Cleaner struct{ secrets []string }

// NewCleaner knows the secrets of the credential in clear, quoted, and in
// base64 wherever they stand in what was encoded, and those that were minted for
// it.
func NewCleaner(credential Credential, minted ...Secret) Cleaner {
	forms := SecretForms(credential, minted...)
	for i := range forms {
		forms[i] = squeeze(fold(forms[i])) // they are looked for in such text
	}
	forms = slices.DeleteFunc(forms, func(form string) bool { return form == "" })
	// A form that contains another goes first, or its rest would stay.
	slices.SortFunc(forms, func(a, b string) int {
		return cmp.Or(len(b)-len(a), strings.Compare(a, b))
	})
	return Cleaner{slices.Compact(forms)}
}

// SecretForms returns the forms in which the secrets of the credential and the
// minted ones may stand in a text, for what removes them there.
func SecretForms(credential Credential, minted ...Secret) []string {
	var forms []string
	for _, secret := range append(credential.Secrets(), minted...) {
		text := secret.Reveal()
		forms = append(forms, text)
		forms = append(forms, urlForms(text)...)
		forms = append(forms, quotedForms(text)...)
		forms = append(forms, pageForms(text)...)
		forms = append(forms, base64Forms(text)...)
		forms = append(forms, base64.StdEncoding.EncodeToString([]byte(credential.Username+":"+text)))
	}
	return slices.DeleteFunc(forms, func(form string) bool { return form == "" })
}

// urlForms are text as it stands in the parts of a URL, with the two ways to
// write hex digits.
func urlForms(text string) []string {
	var forms []string
	for _, form := range []string{url.QueryEscape(text), url.PathEscape(text), (&url.URL{Path: text}).EscapedPath()} {
		forms = append(forms, form, percent.ReplaceAllStringFunc(form, strings.ToLower))
	}
	return forms
}

// percent is a byte as a URL writes it (RFC 3986 section 2.1).
var percent = regexp.MustCompile("%[0-9A-F]{2}")

// quotedForms are text as it stands in JSON: encoding/json also escapes what
// HTML gives a meaning, most other encoders do not.
func quotedForms(text string) []string {
	var forms []string
	for _, escapeHTML := range []bool{true, false} {
		var quoted strings.Builder
		encoder := json.NewEncoder(&quoted)
		encoder.SetEscapeHTML(escapeHTML)
		_ = encoder.Encode(text) // a string always encodes
		forms = append(forms, strings.TrimSuffix(strings.TrimPrefix(quoted.String(), `"`), "\"\n"))
	}
	return forms
}

// pageForms are text as it stands in HTML, and as a server shows it that takes UTF-8
// for the alphabet of western Europe; none where that is the text itself.
func pageForms(text string) []string {
	var forms []string
	if escaped := html.EscapeString(text); escaped != text {
		forms = append(forms, escaped)
		for _, quotes := range [][2]string{{"&quot;", "&#x27;"}, {"&quot;", "&apos;"}, {`"`, "'"}} {
			forms = append(forms, strings.NewReplacer("&#34;", quotes[0], "&#39;", quotes[1]).Replace(escaped))
		}
	}
	if !strings.ContainsFunc(text, func(r rune) bool { return r > unicode.MaxASCII }) {
		return forms
	}
	for _, alphabet := range []*charmap.Charmap{charmap.ISO8859_1, charmap.Windows1252} {
		if form, err := alphabet.NewDecoder().String(text); err == nil {
			forms = append(forms, form)
		}
	}
	return forms
}

// base64Forms are the letters that text leaves in base64, standard and URL
// alphabet, at each of the three places it can start in.
func base64Forms(text string) []string {
	var forms []string
	for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		for offset := range 3 {
			encoded := encoding.EncodeToString([]byte(strings.Repeat("\x00", offset) + text))
			first := (offset*8 + 5) / 6          // letters that also hold bits of what stands before
			last := (offset + len(text)) * 8 / 6 // letters that hold no bits of what stands behind
			if last-first >= 4 {
				forms = append(forms, encoded[first:last])
			}
		}
	}
	return forms
}

// Clean returns text without secrets, control characters and what changes from
// run to run, cut at limit characters.
func (c Cleaner) Clean(text string, limit int) string {
	return Cut(volatile.ReplaceAllString(c.Scrub(text), Ellipsis), limit)
}

// Scrub returns text without secrets and control characters; blanks are folded.
// Secrets are looked for last, so that none comes together from its pieces, and
// across blanks, since base64 comes in lines.
func (c Cleaner) Scrub(text string) string {
	text = fold(text)
	letters := squeeze(text)
	hidden := make([]bool, len(letters))
	for _, secret := range c.secrets {
		for from := 0; ; {
			at := strings.Index(letters[from:], secret)
			if at < 0 {
				break
			}
			for i := range len(secret) {
				hidden[from+at+i] = true
			}
			from += at + len(secret)
		}
	}
	return hide(text, hidden)
}

// hide puts an ellipsis in the place of hidden letters; hidden does not count
// the blanks of text.
func hide(text string, hidden []bool) string {
	var shown strings.Builder
	letter, hiding := 0, false
	for i := range len(text) {
		if text[i] == ' ' {
			if !hiding || letter < len(hidden) && !hidden[letter] {
				shown.WriteByte(' ')
			}
			continue
		}
		if !hidden[letter] {
			shown.WriteByte(text[i])
		} else if !hiding {
			shown.WriteString(Ellipsis)
		}
		hiding = hidden[letter]
		letter++
	}
	return shown.String()
}

// squeeze drops the blanks of folded text.
func squeeze(text string) string { return strings.ReplaceAll(text, " ", "") }

// WithoutUserInfo drops what stands before the last @ of a URL's host, also
// where the URL does not parse.
func WithoutUserInfo(text string) string {
	scheme, rest, ok := strings.Cut(text, "//")
	if !ok {
		return text
	}
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	return scheme + "//" + rest[strings.LastIndex(rest[:end], "@")+1:]
}

// Printable returns text without what cannot be printed, runs of blanks folded.
func Printable(text string) string { return fold(text) }

// fold drops what cannot be printed and makes each run of blanks one.
func fold(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r):
			return -1
		default:
			return r
		}
	}, strings.ToValidUTF8(text, Ellipsis))
	return strings.Join(strings.Fields(text), " ")
}

// Cut shortens text to limit characters, the ellipsis included.
func Cut(text string, limit int) string {
	runes := []rune(text)
	if len(runes) <= limit {
		return text
	}
	return strings.TrimSpace(string(runes[:limit-1])) + Ellipsis
}
