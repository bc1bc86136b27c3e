package redact

import (
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"strings"
	"testing"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

// TestCleaner_Text_ReadsNoMoreThanItMay counts the bytes of all readings of texts
// that are made to have many.
func TestCleaner_Text_ReadsNoMoreThanItMay(t *testing.T) {
	t.Parallel()
	nest := func(text string, encode func(string) string) string {
		for len(text) < maxChecked {
			text = encode(text)
		}
		return text
	}
	texts := map[string]string{
		"base64 in base64":   nest("seed", func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }),
		"hex in hex":         nest("seed", func(s string) string { return hex.EncodeToString([]byte(s)) }),
		"a URL in a URL":     nest("%&\\+", url.QueryEscape),
		"percent signs":      strings.Repeat("%25", maxChecked),
		"backslashes":        strings.Repeat(`\`, maxChecked),
		"entities":           strings.Repeat("&amp;amp;", maxChecked),
		"surrogates":         strings.Repeat(`\ud83d`, maxChecked),
		"pluses":             strings.Repeat("+%2B", maxChecked),
		"one hex digit":      strings.Repeat("a", maxChecked),
		"invisible":          strings.Repeat("\u200b", 1<<20),
		"no UTF-8":           strings.Repeat("\xff7", 1<<20),
		"misread many times": strings.Repeat("Ã\u0083Â", 1<<18),
		"all encodings":      strings.Repeat(`6&#x41;%41\u0041QUFB4141`, 1<<16),
		"a megabyte":         strings.Repeat("denied ", 1<<17),
	}
	for name, text := range texts {
		for _, shortest := range []int{1, minShared} {
			s := search{own: []string{"\x01"}, shortest: shortest, left: maxRead}
			found := s.holdsSecret(text, maxDepth)
			if s.left < -maxChecked {
				t.Errorf("%s: %d bytes were read, of %d", name, maxRead-s.left, maxRead)
			}
			if found != (s.left < 0) {
				t.Errorf("%s: found %t with %d left", name, found, s.left)
			}
		}
	}
}

// TestRedactor_Add_KeepsLittle: tokens of 64 KiB are known by their beginning.
func TestRedactor_Add_KeepsLittle(t *testing.T) {
	t.Parallel()
	all := New()
	for i := range 1000 {
		all.Add(registry.NewSecret("eyJhbGciOiJSUzI1NiIs." + strings.Repeat("x", 64<<10-i)))
	}
	kept := 0
	for _, starts := range *all.known {
		for _, start := range starts {
			kept += len(start)
		}
	}
	if kept != maxKnown {
		t.Errorf("%d bytes are kept of tokens that begin alike, want %d", kept, maxKnown)
	}
}
