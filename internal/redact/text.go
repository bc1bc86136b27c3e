package redact

import (
	"strings"
	"unicode"
)

// Ellipsis stands where something was left out of a text.
const Ellipsis = "…"

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

// Printable drops what cannot be printed and makes each run of blanks one.
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

// Cut shortens text to limit characters, the ellipsis included.
func Cut(text string, limit int) string {
	runes := []rune(text)
	if len(runes) <= limit {
		return text
	}
	return strings.TrimSpace(string(runes[:max(limit-1, 0)])) + Ellipsis
}
