package redact

import (
	"encoding/hex"
	"encoding/json"
	"html"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// What the readings of one text may cost. Ordinary texts come nowhere near; one
// that was made to cost more is taken for a secret.
const (
	maxDepth = 3         // encodings around a secret
	maxRead  = 128 << 10 // bytes of all readings together
)

// search looks for secrets in everything that a text can be read as. Secrets are
// not encoded: a text has few readings, and a secret has many forms.
type search struct {
	shared   index
	own      []string // beginnings of the check's own secrets, folded
	shortest int      // characters of the shortest secret, each of which is a byte at least
	left     int      // bytes that may still be read
}

// holdsSecret reports whether text holds a secret under at most depth encodings, or costs
// too much to know. Blanks go before anything is decoded: base64 comes in lines,
// and a text is shown without what stands invisibly between its letters.
func (s *search) holdsSecret(text string, depth int) bool {
	letters, folded := squeeze(text)
	if len(letters) < s.shortest {
		return false
	}
	s.left -= len(letters)
	if s.left < 0 || s.shared.holds(folded) ||
		slices.ContainsFunc(s.own, func(start string) bool { return strings.Contains(folded, start) }) {
		return true
	}
	if depth == 0 {
		return false
	}
	bytes, pairs := base64Digits.unpack(letters, s.shortest), hexDigits.unpack(letters, 2)
	apart := hexDigits.unpack(text[:min(len(text), 2*maxChecked)], 2) // single bytes, which a word before them would be glued to
	for _, reading := range [...]string{
		bytes[0], bytes[1], bytes[2], bytes[3], pairs[0], pairs[1], apart[0],
		html.UnescapeString(letters), unquote(letters), unpercent(letters), misread(text),
	} {
		if len(reading) >= s.shortest && reading != letters && reading != text && s.holdsSecret(reading, depth-1) {
			return true
		}
	}
	return false
}

// squeeze drops blanks and what cannot be printed. Bytes that are no UTF-8, and
// the characters that a decoder of JSON puts in their place, become one 0xff. The
// folded letters are of one case, without the plus, which is a blank in a form.
func squeeze(text string) (letters, folded string) {
	var kept, low strings.Builder
	kept.Grow(min(len(text), maxChecked))
	low.Grow(min(len(text), maxChecked))
	marked := false // the last one kept is 0xff
	for i, r := range text {
		if kept.Len() >= maxChecked {
			break
		}
		switch {
		case r == utf8.RuneError:
			if !marked {
				kept.WriteByte(0xff)
				low.WriteByte(0xff)
			}
		case r <= ' ', !unicode.IsPrint(r):
			continue
		case r < utf8.RuneSelf:
			kept.WriteByte(text[i])
			if 'A' <= r && r <= 'Z' {
				low.WriteByte(text[i] + 'a' - 'A')
			} else if r != '+' {
				low.WriteByte(text[i])
			}
		default:
			kept.WriteString(text[i : i+utf8.RuneLen(r)])
			low.WriteRune(unicode.ToLower(unicode.ToUpper(r))) // some letters have two small forms
		}
		marked = r == utf8.RuneError
	}
	return kept.String(), low.String()
}

var percent = regexp.MustCompile(`%[0-9A-Fa-f]{2}`) // RFC 3986 section 2.1

func unpercent(text string) string {
	if !strings.Contains(text, "%") {
		return text
	}
	return percent.ReplaceAllStringFunc(text, func(code string) string {
		decoded, _ := hex.DecodeString(code[1:]) // two hex digits always decode
		return string(decoded)
	})
}

var surrogates = regexp.MustCompile(`\\u(?i:d[89ab][\da-f]{2})\\u(?i:d[c-f][\da-f]{2})`) // RFC 8259 section 7

// unquote undoes the escapes of JSON and of programming languages. Where a
// backslash begins none of them, the character behind it stands for itself.
func unquote(text string) string {
	if !strings.Contains(text, `\`) {
		return text
	}
	text = surrogates.ReplaceAllStringFunc(text, func(pair string) (letter string) {
		_ = json.Unmarshal([]byte(`"`+pair+`"`), &letter) // a pair always decodes
		return letter
	})
	plain := make([]byte, 0, len(text))
	for text != "" {
		r, long, rest, err := strconv.UnquoteChar(text, 0)
		switch {
		case err != nil:
			rest = text[1:]
		case long:
			plain = utf8.AppendRune(plain, r)
		default:
			plain = append(plain, byte(r&0xff))
		}
		text = rest
	}
	return string(plain)
}

// misread undoes that UTF-8 was read as ISO 8859-1 or as Windows-1252.
func misread(text string) string {
	if !utf8.ValidString(text) || !strings.ContainsFunc(text, func(r rune) bool { return r >= utf8.RuneSelf }) {
		return text
	}
	read := make([]byte, 0, len(text))
	for _, r := range text {
		if r <= unicode.MaxLatin1 {
			read = append(read, byte(r&0xff))
		} else if b, ok := charmap.Windows1252.EncodeRune(r); ok {
			read = append(read, b)
		} else {
			read = utf8.AppendRune(read, r)
		}
	}
	return string(read)
}

// alphabet is a set of digits that hold width bits each.
type alphabet struct {
	value [256]int // of each byte, -1 where it is no digit
	width int
}

var (
	base64Digits = newAlphabet(6, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_") // RFC 4648 sections 4 and 5
	hexDigits    = newAlphabet(4, "0123456789abcdefABCDEF")
)

// newAlphabet takes the digits by their value; other forms of the last ones follow.
func newAlphabet(width int, digits string) *alphabet {
	a := alphabet{width: width}
	for i := range a.value {
		a.value[i] = strings.IndexByte(digits, byte(i))
		if a.value[i] >= 1<<width {
			a.value[i] -= len(digits) - 1<<width
		}
	}
	return &a
}

// unpack reads the runs of at least shortest digits, from each of the first digits
// on: what is glued to the code may be a digit too. Runs are joined, so that codes
// of single bytes are read as well, such as 0x68, 0x75.
func (a *alphabet) unpack(text string, shortest int) (readings [4]string) {
	var unpacked [4][]byte
	from := 0
	for i := range len(text) + 1 {
		if i < len(text) && a.value[text[i]] >= 0 {
			continue
		}
		if i-from >= shortest {
			for skip := range 8 / (8 - a.width) { // after so many digits, bytes begin where digits do
				unpacked[skip] = a.decode(unpacked[skip], text[min(from+skip, i):i])
			}
		}
		from = i + 1
	}
	for skip := range readings {
		readings[skip] = string(unpacked[skip])
	}
	return readings
}

// decode adds the bytes of a run of digits.
func (a *alphabet) decode(unpacked []byte, digits string) []byte {
	unpacked = slices.Grow(unpacked, len(digits)*a.width/8)
	bits, held := 0, 0
	for i := range len(digits) {
		bits, held = bits<<a.width&0xffff|a.value[digits[i]], held+a.width
		if held >= 8 {
			held -= 8
			unpacked = append(unpacked, byte(bits>>held&0xff))
		}
	}
	return unpacked
}
