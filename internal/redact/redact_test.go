package redact_test

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"github.com/stellaops/terraform-provider-stellaops/internal/redact"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

const awkward = "S3cret/\"'<&>\\ +%é?\U0001F511"

func secrets(texts ...string) []registry.Secret {
	var all []registry.Secret
	for _, text := range texts {
		all = append(all, registry.NewSecret(text))
	}
	return all
}

// ownCleaner makes a cleaner that knows the secrets of its own check alone.
func ownCleaner(texts ...string) redact.Cleaner { return redact.New().For(secrets(texts...)...) }

// sharedCleaner makes the cleaner of a check beside the one that sent the secrets.
func sharedCleaner(texts ...string) redact.Cleaner {
	all := redact.New()
	all.Add(secrets(texts...)...)
	return all.For(secrets("another-password")...)
}

func toBase64(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }

func quoted(t *testing.T, text string) string {
	t.Helper()
	encoded, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Trim(string(encoded), `"`)
}

// lines breaks a text as MIME does (RFC 2045 section 6.8), with end at each break.
func lines(text, end string) string {
	var broken []string
	for chunk := range slices.Chunk([]byte(text), 20) {
		broken = append(broken, string(chunk))
	}
	return strings.Join(broken, end)
}

// coded writes each byte, or each character, in a form of its own.
func coded(text, format string, characters bool) string {
	var all strings.Builder
	if characters {
		for _, r := range text {
			fmt.Fprintf(&all, format, r)
		}
		return all.String()
	}
	for _, b := range []byte(text) {
		fmt.Fprintf(&all, format, b)
	}
	return all.String()
}

// named writes letters as entities that have names.
var named = strings.NewReplacer("/", "&sol;", `"`, "&quot;", "'", "&apos;", "<", "&lt;", "&", "&amp;", ">", "&gt;", `\`, "&bsol;", "+", "&plus;", "%", "&percnt;", "é", "&eacute;", "?", "&quest;")

func misread(t *testing.T, text string, alphabet *charmap.Charmap) string {
	t.Helper()
	decoded, err := alphabet.NewDecoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	return decoded
}

// forms are the ways in which a server may quote a secret.
func forms(t *testing.T, secret string) map[string]string {
	t.Helper()
	return map[string]string{
		"in clear":                              secret,
		"in capitals":                           strings.ToUpper(secret),
		"in small letters":                      strings.ToLower(secret),
		"in lines of one letter":                strings.Join(strings.Split(secret, ""), "\r\n"),
		"between invisible characters":          strings.Join(strings.Split(secret, ""), "\u200b\x00"),
		"beside other letters":                  "xyz" + secret + "xyz",
		"twice":                                 secret + secret,
		"for a query":                           url.QueryEscape(secret),
		"for a path":                            url.PathEscape(secret),
		"with small hex digits":                 coded(secret, "%%%02x", false),
		"for a query in small letters":          strings.ToLower(url.QueryEscape(secret)),
		"for a query twice":                     url.QueryEscape(url.QueryEscape(secret)),
		"for HTML":                              html.EscapeString(secret),
		"for HTML by name":                      named.Replace(secret),
		"for HTML by number":                    coded(secret, "&#%d;", true),
		"for HTML by hex number":                coded(secret, "&#x%x;", true),
		"for HTML by number without end":        coded(secret, "&#%d", true),
		"for JSON":                              quoted(t, secret),
		"for JSON with slashes":                 strings.ReplaceAll(quoted(t, secret), "/", `\/`),
		"for JSON twice":                        quoted(t, quoted(t, secret)),
		"for ASCII":                             strings.Trim(fmt.Sprintf("%+q", secret), `"`),
		"for JSON by number":                    strings.NewReplacer(`\u1f511`, `\ud83d\udd11`).Replace(coded(secret, `\u%04x`, true)),
		"for JSON by number in capitals":        strings.NewReplacer(`\u1F511`, `\uD83D\uDD11`).Replace(coded(secret, `\u%04X`, true)),
		"for a program by byte":                 coded(secret, `\x%02x`, false),
		"for a program by octal byte":           coded(secret, `\%03o`, false),
		"in hex":                                hex.EncodeToString([]byte(secret)),
		"in hex, with blanks":                   strings.TrimSpace(coded(secret, "%02x ", false)),
		"in hex, with colons":                   strings.TrimSuffix(coded(secret, "%02x:", false), ":"),
		"in capital hex":                        strings.ToUpper(hex.EncodeToString([]byte(secret))),
		"in hex behind a hex digit":             "a" + hex.EncodeToString([]byte(secret)),
		"in hex with blanks":                    coded(secret, "%02x ", false),
		"in hex with colons":                    "<" + coded(secret, "%02x:", false),
		"in hex of single bytes":                coded(secret, "0x%02X, ", false),
		"in base64":                             toBase64(secret),
		"in base64 without padding":             base64.RawStdEncoding.EncodeToString([]byte(secret)),
		"in base64 for URLs":                    base64.URLEncoding.EncodeToString([]byte(secret)),
		"in base64 behind other letters":        "token" + toBase64(secret) + "end",
		"in base64 in lines":                    lines(toBase64(secret), "\r\n"),
		"in base64 in lines for JSON":           lines(toBase64(secret), `\r\n`),
		"in base64 twice":                       toBase64(toBase64(secret)),
		"in base64 three times":                 toBase64(toBase64(toBase64(secret))),
		"in base64 twice in lines":              toBase64(lines(toBase64(secret), "\n")),
		"in base64 for a query":                 url.QueryEscape(toBase64(secret)),
		"in base64 with its user":               "Basic " + toBase64("ci:"+secret),
		"in base64 with a longer user":          "Basic " + toBase64("user:"+secret),
		"in base64 with its user twice":         toBase64("Basic " + toBase64("robot:"+secret)),
		"in base64 in JSON in base64":           toBase64(quoted(t, `{"auth":"`+toBase64("ci:"+secret)+`"}`)),
		"in base64 of hex":                      toBase64(hex.EncodeToString([]byte(secret))),
		"for a query in base64":                 toBase64("password=" + url.QueryEscape(secret)),
		"read as Latin-1":                       misread(t, secret, charmap.ISO8859_1),
		"read as Windows-1252":                  misread(t, secret, charmap.Windows1252),
		"read as Latin-1, for JSON":             strings.Trim(fmt.Sprintf("%+q", misread(t, secret, charmap.ISO8859_1)), `"`),
		"in HTML, for JSON":                     quoted(t, html.EscapeString(secret)),
		"as a parameter in an address for HTML": html.EscapeString("https://a.example/?u=ci&p=" + url.QueryEscape(secret)),
	}
}

func TestCleaner_Text_LeavesOutEveryForm(t *testing.T) {
	t.Parallel()
	for _, secret := range []string{
		"hunter2x", "hunter2-hunter2", awkward, "a%41bcd&lt;efg", `c:\temp\next`, "pässwörd?>~~~", "correct horse battery staple", "пароль-Пароль", "κωδικός-ς",
		"hunter-pä55-œ2x", "xx" + "10.20.30.40:5000", strings.Repeat("hunter2x ", 12), "2024-01-02", "\nhunter2x\n",
	} {
		for name, form := range forms(t, secret) {
			for who, cleaner := range map[string]redact.Cleaner{"its own check": ownCleaner(secret), "another check": sharedCleaner(secret)} {
				for _, around := range [][2]string{{"", ""}, {"wrong password ", " for ci"}, {`{"got":"`, `","for":"ci"}`}, {"got <b>", "</b>"}, {"/login?p=", "&u=ci"}} {
					text := around[0] + form + around[1]
					if got := cleaner.Text(text, 200); got != "" {
						t.Errorf("%q %s: Text(%q) of %s is %q, want nothing", secret, name, text, who, got)
					}
					if got := cleaner.Value(text, 200); got != "…" {
						t.Errorf("%q %s: Value(%q) of %s is %q, want an ellipsis", secret, name, text, who, got)
					}
				}
			}
		}
	}
}

func TestCleaner_Text_LeavesOutBase64AtEveryAlignment(t *testing.T) {
	t.Parallel()
	for _, secret := range []string{"x", "x9", "abc", "four", "hunter2-hunter2", "pässwörd?>~~", "\xfb\xff\xfe\xfb\xef\xbe-binary", strings.Repeat("long", 100)} {
		cleaner := ownCleaner(secret)
		for _, encoding := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding, base64.RawStdEncoding, base64.RawURLEncoding} {
			for _, before := range []string{"", "u", "us", "use"} {
				for _, behind := range []string{"", "\n", "zz", "{}}"} {
					encoded := encoding.EncodeToString([]byte(before + secret + behind))
					for _, glued := range []string{"", "a", "ab", "abc"} {
						for _, text := range []string{glued + encoded, glued + encoding.EncodeToString([]byte(encoded))} {
							if got := cleaner.Text("= "+text+" =", 999); got != "" {
								t.Errorf("%q between %q and %q: Text(%q) is %q", secret, before, behind, text, got)
							}
						}
					}
				}
			}
		}
	}
}

func TestCleaner_Text_LeavesOutASecretThatIsCut(t *testing.T) {
	t.Parallel()
	token := "q1W2e3R4t5Y6u7I8o9P0" + strings.Repeat("aZ5", 20<<10)
	for name, cleaner := range map[string]redact.Cleaner{"its own": ownCleaner(token), "another": sharedCleaner(token)} {
		for _, text := range []string{"bad token " + token, "bad token " + token[:32] + "...", "bad token " + toBase64(token[:33]), token[:32] + "…"} {
			if got := cleaner.Text(text, 200); got != "" {
				t.Errorf("%s: Text is %q", name, got)
			}
		}
		if got := cleaner.Text("bad token "+token[:31], 200); got == "" {
			t.Errorf("%s: 31 characters are not the secret", name)
		}
	}
	// Nothing of it can be moved behind what is searched and still be shown.
	for _, filler := range []string{" ", "\x00", "\u200b", "\xff", "7", "a ", "漢"} {
		for _, count := range []int{100, 500, 511, 1000, 4095, 4096, 5000, 70_000} {
			if got := ownCleaner("hunter2x").Text(strings.Repeat(filler, count)+"hunter2x", 500); strings.Contains(got, "hun") {
				t.Errorf("%d times %q: Text is %q", count, filler, got)
			}
		}
	}
}

func TestCleaner_Text_KeepsWhatOnlyResemblesASecret(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ secret, text string }{
		{"hunter2x", "denied: hunter2 and hunter3x"},
		{"hunter2x", "got " + toBase64("hunter2y") + " here"},
		{"hunter2x", "got " + strings.ToLower(toBase64("hunter2x")) + " here"}, // base64 knows cases
		{"hunter2x", "got " + hex.EncodeToString([]byte("hunter2"))[:12] + " here"},
		{"hunter2x", "unauthorized: authentication required"},
		{"authentication-required", "unauthorized: authentication required"},
		{"", "denied: a b"},
		{"\n", "denied: a b"},
		{"\x00\u200b", "denied: a b"},
		{"+", "denied: a+b"},
	} {
		if got := ownCleaner(row.secret).Text(row.text, 200); !strings.Contains(got, row.text[:3]) {
			t.Errorf("%q: Text(%q) is %q", row.secret, row.text, got)
		}
	}
}

func TestCleaner_Text_OfOrdinarySizeIsNotTooMuch(t *testing.T) {
	t.Parallel()
	prose := strings.Repeat("unauthorized: authentication required to pull. ", 90)
	for name, text := range map[string]string{
		"words":                  prose,
		"base64":                 toBase64(prose),
		"base64 twice":           toBase64(toBase64(prose)),
		"hex":                    hex.EncodeToString([]byte(prose)),
		"a JSON web token":       toBase64(`{"alg":"none"}`) + "." + toBase64(prose) + "." + toBase64(prose[:256]),
		"JSON in JSON":           quoted(t, quoted(t, `{"errors":[{"message":"`+prose+`"}]}`)),
		"an address in HTML":     html.EscapeString(url.QueryEscape(prose)),
		"letters of an alphabet": strings.Repeat("доступ запрещён ", 300),
	} {
		if got := sharedCleaner("hunter2x").Text(text, 50); got == "" {
			t.Errorf("%s of %d bytes is left out", name, len(text))
		}
	}
}

func TestCleaner_Text_ShortSecretsEmptyTheirOwnCheckOnly(t *testing.T) {
	t.Parallel()
	const text = "denied: access is denied"
	for _, order := range [][]string{{"denied", "access", "hunter2x"}, {"hunter2x", "access", "denied"}, {"access"}, {"d e n i e d "}, {"denied\x00\u200b"}} {
		all := redact.New()
		all.Add(secrets(order...)...)
		if got := all.For(secrets("another-password")...).Text(text, 200); got != text {
			t.Errorf("%q: Text of another check is %q", order, got)
		}
		for _, short := range []string{"denied", "DENIED", "access", "e", "is", ":"} {
			if got := all.For(secrets(short)...).Text(text, 200); got != "" {
				t.Errorf("%q: Text of the check of %q is %q", order, short, got)
			}
		}
	}
}

func TestCleaner_Text_KnowsNoSecret(t *testing.T) {
	t.Parallel()
	for name, cleaner := range map[string]redact.Cleaner{"zero": {}, "new": redact.New().For(), "of empty ones": ownCleaner("", " ", "\x00")} {
		for _, text := range []string{"", " ", "a", "denied: a b"} {
			if got := cleaner.Text(text, 200); got != strings.TrimSpace(text) {
				t.Errorf("%s: Text(%q) is %q", name, text, got)
			}
		}
	}
}

func TestCleaner_Text_IsPrintableAndCut(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		text  string
		limit int
		want  string
	}{
		{" a \t\r\n b\u00a0c ", 9, "a b c"},
		{"a\x1b[31mb\x07\x7f\u202ec", 9, "a[31mbc"},
		{"a\xff\xfeb", 9, "a…b"},
		{"abcdefghij", 5, "abcd…"},
		{"abcd fghij", 6, "abcd…"},
		{"at 2024-01-02 it is", 8, "at … it…"},
		{"Größe 漢字 ✓", 10, "Größe 漢字 ✓"},
		{"abc", 1, "…"},
		{"abc", 0, "…"},
		{strings.Repeat("ab ", 1<<20), 5, "ab a…"},
		{strings.Repeat("x", 1000), 2000, strings.Repeat("x", 511) + "…"},
	} {
		if got := ownCleaner("hunter2x").Text(row.text, row.limit); got != row.want {
			t.Errorf("Text(%.20q, %d) is %q, want %q", row.text, row.limit, got, row.want)
		}
	}
}

func TestCleaner_Value_KeepsWhatVaries(t *testing.T) {
	t.Parallel()
	cleaner := ownCleaner("hunter2x", "ci")
	for _, row := range []struct{ text, want string }{
		{"https://auth.example.com:5000/token", "https://auth.example.com:5000/token"},
		{"repository:org/app-2024:pull", "repository:org/app-2024:pull"},
		{"https://192.0.2.7/token", "https://192.0.2.7/token"},
		{" a\x00b  c ", "ab c"},
		{"", ""},
		{"https://auth.example.com/hunter2x", "…"},
		{"robot$ci", "…"},
		{"CI", "…"},
		{strings.Repeat("a", 60), strings.Repeat("a", 49) + "…"},
	} {
		if got := cleaner.Value(row.text, 50); got != row.want {
			t.Errorf("Value(%q) is %q, want %q", row.text, got, row.want)
		}
	}
}

func TestRedactor_Add_KnowsEightCharacters(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		secret string
		known  bool
	}{
		{"1234567", false},
		{"12345678", true},
		{"äöüäöü7", false}, // 13 bytes
		{"äöüäöü78", true},
		{"пароль", false},
		{"漢字漢字漢字漢字", true},
		{"a b c d e f g", false},
		{"a+b+c+d+e+f+g", false},
		{"a b c d e f g h", true},
		{"", false},
	} {
		if got := sharedCleaner(row.secret).Text("got <"+row.secret+">", 99) == ""; got != row.known {
			t.Errorf("%q is looked for in another check: %t, want %t", row.secret, got, row.known)
		}
	}
}

func TestRedactor_Add_KnowsSecretsThatBeginAlike(t *testing.T) {
	t.Parallel()
	all := redact.New()
	all.Add(secrets("hunter2x-one", "hunter2x-two", "hunter2x-one")...)
	all.Add()
	for text, want := range map[string]string{"got hunter2x-one": "", "got hunter2x-two": "", "got hunter2x-six": "got hunter2x-six"} {
		if got := all.For().Text(text, 99); got != want {
			t.Errorf("Text(%q) is %q, want %q", text, got, want)
		}
	}
}

func TestRedactor_Add_CountsForCleanersThatAreThere(t *testing.T) {
	t.Parallel()
	all := redact.New()
	cleaner := all.For(secrets("hunter2x")...)
	if got := cleaner.Text("got minted-token", 99); got != "got minted-token" {
		t.Fatalf("Text is %q", got)
	}
	all.Add(secrets("minted-token")...)
	if got := cleaner.Text("got minted-token", 99); got != "" {
		t.Errorf("Text is %q", got)
	}
}

func TestRedactor_Add_AtTheSameTime(t *testing.T) {
	t.Parallel()
	all := redact.New()
	var done sync.WaitGroup
	for i := range 8 {
		done.Go(func() {
			for j := range 50 {
				secret := fmt.Sprintf("secret-%d-%d", i, j)
				all.Add(secrets(secret)...)
				if got := all.For().Text("got "+secret, 99); got != "" {
					t.Errorf("Text is %q", got)
				}
			}
		})
	}
	done.Wait()
}

func TestRedactor_Format_PrintsNothing(t *testing.T) {
	t.Parallel()
	all := redact.New()
	all.Add(secrets("hunter2-hunter2")...)
	cleaner := all.For(secrets("hunter2-hunter2")...)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%p"} {
		for _, value := range []any{all, cleaner, &cleaner, struct{ c redact.Cleaner }{cleaner}, []any{all, cleaner}} {
			if got := fmt.Sprintf(verb, value); strings.Contains(got, "hunter2") || strings.Contains(got, hex.EncodeToString([]byte("hunter2"))) {
				t.Errorf("%s prints %s", verb, got)
			}
		}
	}
}

func FuzzCleaner(f *testing.F) {
	f.Add("hunter2x", "wrong hunter2x", "", 200)
	f.Add(awkward, "got "+url.QueryEscape(awkward), toBase64("ci:"+awkward), 20)
	f.Add("aaaa", "aaaaaaaaaaaaa\x00aaa\xff", "a", 1)
	f.Add("a  b", "a\t\nb a  b", "a\u200b b", 5)
	f.Add("12:30:45", "at 2024-01-02T12:30:45Z", "1\x00b", 30)
	f.Fuzz(func(t *testing.T, secret, before, behind string, limit int) {
		hidden := func(r rune) bool { // the plus is a blank in forms
			return !unicode.IsPrint(r) || unicode.IsSpace(r) || r == utf8.RuneError || r == '…' || r == '+'
		}
		if limit < 1 || limit > 512 || secret == "" || strings.ContainsFunc(secret, hidden) {
			return // not what the property is about
		}
		all := redact.New()
		all.Add(registry.NewSecret(secret))
		cleaners := []redact.Cleaner{all.For(registry.NewSecret(secret))}
		if utf8.RuneCountInString(secret) >= 8 {
			cleaners = append(cleaners, all.For())
		}
		codes := map[string]bool{secret: true}
		if len(secret) >= 3 { // fewer leave a letter or two, which are in many words
			for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
				codes[encoding.EncodeToString([]byte(secret))] = true
			}
		}
		for _, cleaner := range cleaners {
			for code := range codes {
				for _, got := range []string{cleaner.Text(before+code+behind, limit), cleaner.Value(before+code+behind, limit)} {
					if strings.Contains(got, secret) || strings.Contains(strings.ToLower(got), strings.ToLower(secret)) || len(secret) >= 3 && strings.Contains(got, code) {
						t.Errorf("%q is left in %q", code, got)
					}
					if !utf8.ValidString(got) || strings.ContainsFunc(got, func(r rune) bool { return !unicode.IsPrint(r) }) {
						t.Errorf("%q cannot be shown", got)
					}
					if n := utf8.RuneCountInString(got); n > limit {
						t.Errorf("%q has %d characters, limit %d", got, n, limit)
					}
				}
			}
		}
	})
}

func BenchmarkCleaner_Text(b *testing.B) {
	all := redact.New()
	for i := range 4000 {
		all.Add(registry.NewSecret(fmt.Sprintf("%08x-secret-%d", uint32(i)*2654435761, i)))
	}
	cleaner := all.For(secrets("hunter2x")...)
	const text = "UNAUTHORIZED: authentication required to pull repository:org/app:pull for the user ci of this team!!"
	b.Run("text", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if cleaner.Text(text, 200) != text {
				b.Fatal("words are missing")
			}
		}
	})
	b.Run("value", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if cleaner.Value(text, 200) != text {
				b.Fatal("words are missing")
			}
		}
	})
}
