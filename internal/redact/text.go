package redact

import (
	"strings"
	"unicode"
)

// Ellipsis replaces what is left out of a text.
const Ellipsis = "…"

// WithoutUserInfo removes the user information from a URL, which is all before the
// last @ of its authority (RFC 3986 section 3.2), also if the URL is not valid.
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

// Printable removes characters that cannot be printed and replaces each run of blanks
// by one.
func Printable(text string) string {
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

// Cut shortens a text to limit characters, the ellipsis included.
func Cut(text string, limit int) string {
	runes := []rune(text)
	if len(runes) <= limit {
		return text
	}
	return strings.TrimSpace(string(runes[:max(limit-1, 0)])) + Ellipsis
}
