package registry

import "strings"

// byteOrderMark is U+FEFF at the beginning of a text (RFC 3629 section 6).
const byteOrderMark = "\ufeff"

// EncodingFault returns why programs that read plain UTF-8 do not read a text that an
// editor saved in another way, as a clause that says what to do; it is empty for any
// other text.
func EncodingFault(text string) string {
	switch {
	case strings.HasPrefix(text, byteOrderMark):
		return "it begins with a byte order mark (U+FEFF); save it as UTF-8 without one"
	case strings.HasPrefix(text, "\xff\xfe"), strings.HasPrefix(text, "\xfe\xff"), strings.Contains(text[:min(len(text), 2)], "\x00"):
		return "it is in UTF-16; save it as UTF-8"
	default:
		return ""
	}
}
