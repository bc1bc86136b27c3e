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

// Limits of decoding one text. An ordinary text stays far below; one that exceeds
// them counts as holding a secret.
const (
	maxDepth = 3         // nested encodings of a secret
	maxRead  = 128 << 10 // bytes of all decoded forms together
)

// search looks for secrets in all forms to which a text can be decoded. The text is
// decoded instead of the secrets encoded, since there are far fewer such forms.
type search struct {
	shared   index
	own      []string // beginnings of the check's own secrets, folded
	shortest int      // characters of the shortest secret; a text with fewer bytes holds none
	left     int      // bytes that may still be read
}

// holdsSecret reports whether text holds a secret in at most depth nested encodings,
// or exceeds the limits. Blanks and invisible characters are removed first: base64 may
// be broken into lines, and [Cleaner.Text] removes the others too.
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
	apart := hexDigits.unpack(text[:min(len(text), 2*maxChecked)], 2) // with blanks, or a word would be glued to the first of several codes
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

// squeeze removes blanks and characters that cannot be printed. A run of invalid
// UTF-8, or of the replacement characters that a JSON decoder makes of it, becomes one
// 0xff. folded is in lower case and without the plus, which is a blank in a form.
func squeeze(text string) (letters, folded string) {
	var kept, low strings.Builder
	kept.Grow(min(len(text), maxChecked))
	low.Grow(min(len(text), maxChecked))
	marked := false // whether the last byte is 0xff
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
			low.WriteRune(unicode.ToLower(unicode.ToUpper(r))) // some letters have two lower-case forms
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

// unquote decodes the escapes of JSON and of programming languages. A backslash
// before any other character is dropped.
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

// misread decodes UTF-8 that was decoded as ISO 8859-1 or Windows-1252 and encoded as
// UTF-8 again.
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

// newAlphabet returns the alphabet with digits in the order of their values. Further
// digits are alternatives for the last ones, as - and _ are for + and /.
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

// unpack decodes all runs of at least shortest digits, once for each alignment, since
// text before the code may look like digits too. The results of all runs
// are joined, so that codes of single bytes such as 0x68, 0x75 are decoded as well.
func (a *alphabet) unpack(text string, shortest int) (readings [4]string) {
	var unpacked [4][]byte
	from := 0
	for i := range len(text) + 1 {
		if i < len(text) && a.value[text[i]] >= 0 {
			continue
		}
		if i-from >= shortest {
			for skip := range 8 / (8 - a.width) { // the alignment repeats after so many digits
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

// decode appends the bytes of a run of digits to unpacked.
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
