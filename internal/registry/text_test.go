package registry_test

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

const awkward = "S3cret/\"<&>\\ +%é?"

func basic(password string) registry.Credential {
	return registry.Credential{Username: "ci", Password: registry.NewSecret(password)}
}

func quoted(t *testing.T, text string) string {
	t.Helper()
	encoded, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSuffix(strings.TrimPrefix(string(encoded), `"`), `"`)
}

// wrapped is base64 as MIME has it (RFC 2045 section 6.8).
func wrapped(text string) string {
	var lines strings.Builder
	for chunk := range slices.Chunk([]byte(base64.StdEncoding.EncodeToString([]byte(text))), 76) {
		lines.Write(append(chunk, "\r\n"...))
	}
	return lines.String()
}

func TestUserInformationIsDroppedFromAnyURL(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"https://auth.example.com/token":                   "https://auth.example.com/token",
		"https://user:hunter2@auth.example.com/token":      "https://auth.example.com/token",
		"https://user:hunter2@auth.example.com:bad/token":  "https://auth.example.com:bad/token",
		"https://user:hun%zzter2@auth.example.com/a@b?c@d": "https://auth.example.com/a@b?c@d",
		"//user:a@b@auth.example.com":                      "//auth.example.com",
		"a realm @ home":                                   "a realm @ home",
	} {
		if got := registry.WithoutUserInfo(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}

func TestCleanRemovesSecrets(t *testing.T) {
	t.Parallel()
	std := base64.StdEncoding
	for _, row := range []struct {
		name     string
		password string
		text     string
		want     string
	}{
		{"in clear", "hunter2x", "wrong password hunter2x for ci", "wrong password … for ci"},
		{"several times", "hunter2x", "hunter2xhunter2x, hunter2x", "…, …"},
		{"a short one", "x9", "password x9 is wrong", "password … is wrong"},
		{"with characters that encodings change", awkward, "bad: " + awkward, "bad: …"},
		{"escaped for a query", awkward, "/token?password=" + url.QueryEscape(awkward) + "&x", "/token?password=…&x"},
		{"escaped for a path", awkward, "/token/" + url.PathEscape(awkward) + "/x", "/token/…/x"},
		{"escaped for JSON and HTML", awkward, `{"got":"` + quoted(t, awkward) + `"}`, `{"got":"…"}`},
		{"escaped for JSON only", awkward, `{"got":"S3cret/\"<&>\\ +%é?"}`, `{"got":"…"}`},
		{"that ends in a quote, escaped for JSON", `abcd"`, `{"got":"abcd\""}`, `{"got":"…"}`},
		{"escaped for HTML", `S3cret'"<&>`, "got S3cret&#39;&#34;&lt;&amp;&gt; here", "got … here"},
		{"escaped for HTML by name", `S3cret'"<&>`, "got S3cret&apos;&quot;&lt;&amp;&gt; here", "got … here"},
		{"escaped for HTML by name and number", `S3cret'"<&>`, "got S3cret&#x27;&quot;&lt;&amp;&gt; here", "got … here"},
		{"escaped for the text of HTML", `S3cret'"<&>`, `got S3cret'"&lt;&amp;&gt; here`, "got … here"},
		{"read as Latin-1", "hunter-pä55-œ2x", "got hunter-pÃ¤55-Å\u00932x here", "got … here"},
		{"read as Windows-1252", "hunter-pä55-œ2x", "got hunter-pÃ¤55-Å“2x here", "got … here"},
		{"in base64", "hunter2x", "got " + std.EncodeToString([]byte("hunter2x")), "got …g="},
		{"with its user name in base64", "hunter2x", "got Basic " + std.EncodeToString([]byte("ci:hunter2x")) + " here", "got Basic … here"},
		{"split by control characters", "hunter2x", "got hun\x00ter\x1b2\u200bx", "got …"},
		{"that holds control characters", "hun\x00ter\u200b2x", "got hunter2x", "got …"},
		{"that ends in a line break", "hunter2x\n", "got hunter2x, no more", "got …, no more"},
		{"that ends in a line break, escaped for JSON", "hunter2x\n", `got "hunter2x\n"`, `got "…"`},
		{"with line breaks inside", "-----BEGIN\nhunter2x\n\nEND-----", "got -----BEGIN\r\nhunter2x\r\n\r\nEND-----.", "got …."},
		{"with runs of blanks", "a  b\t\tc", "got a  b\t\tc and a b c", "got … and …"},
		{"that looks like an address", "10.20.30.40", "from 10.20.30.40:5000", "from …:5000"},
		{"escaped for a path with slashes", "pass/wo rd", "at /login/pass/wo%20rd", "at /login/…"},
		{"escaped with small hex digits", "pass/wo rd", "at /login/pass%2fwo%20rd", "at /login/…"},
		{"in base64 of several lines", strings.Repeat("hunter2x ", 12), "got " + wrapped(strings.Repeat("hunter2x ", 12)) + "end", "got … end"},
		{"that contains its own escape", "a%41bcd", "got a%2541bcd and a%41bcd", "got … and …"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			if got := registry.NewCleaner(basic(row.password)).Clean(row.text, 200); got != row.want {
				t.Errorf("Clean(%q) is %q, want %q", row.text, got, row.want)
			}
		})
	}
}

func TestCleanRemovesBase64AtEveryAlignment(t *testing.T) {
	t.Parallel()
	for _, secret := range []string{"hunter2-hunter2", "pässwörd?>~~", "\xfb\xff\xfe\xfb\xef\xbe", "four"} {
		cleaner := registry.NewCleaner(registry.Credential{Token: registry.NewSecret(secret)})
		for _, encoding := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding, base64.RawStdEncoding, base64.RawURLEncoding} {
			for _, before := range []string{"", "u", "us", "use"} {
				for _, behind := range []string{"", "\n", "zz", "{}}"} {
					encoded := encoding.EncodeToString([]byte(before + secret + behind))
					got := cleaner.Scrub("Basic " + encoded + " end")
					// At most one letter at each end also holds bits of the secret.
					kept := strings.TrimSuffix(strings.TrimPrefix(got, "Basic "), " end")
					if letters := utf8.RuneCountInString(kept); !strings.Contains(kept, "…") || letters > 4*(len(before)+len(behind))/3+8 {
						t.Errorf("%q between %q and %q: %q leaves %q", secret, before, behind, encoded, got)
					}
					if strings.Contains(got, base64.RawStdEncoding.EncodeToString([]byte(secret))[:4]) && before == "" {
						t.Errorf("%q begins in clear base64: %q", secret, got)
					}
				}
			}
		}
	}
}

func TestCleanRemovesPasswordAndToken(t *testing.T) {
	t.Parallel()
	cleaner := registry.NewCleaner(registry.Credential{Username: "ci", Password: registry.NewSecret("pass"), Token: registry.NewSecret("password")})
	if got, want := cleaner.Clean("password, pass ci", 99), "…, … ci"; got != want {
		t.Errorf("Clean is %q, want %q: the longer secret goes first, a user name is none", got, want)
	}
}

func TestNoSecretComesTogetherFromPieces(t *testing.T) {
	t.Parallel()
	cleaner := registry.NewCleaner(registry.Credential{Username: "ci", Password: registry.NewSecret("wordpass"), Token: registry.NewSecret("pass")})
	if got := cleaner.Clean("wordwordpasspass pa\x00wordpass\x00ss", 99); strings.Contains(got, "pass") {
		t.Errorf("Clean leaves %q", got)
	}
}

func TestACleanerWithoutSecretsKeepsText(t *testing.T) {
	t.Parallel()
	for _, credential := range []registry.Credential{{}, {Username: "ci"}, basic("\n"), basic("\x00")} {
		if got := registry.NewCleaner(credential).Clean("denied: a b", 99); got != "denied: a b" {
			t.Errorf("Clean is %q", got)
		}
	}
}

func TestPrintable(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ name, text, want string }{
		{"blanks are folded", " a \t\r\n b\u00a0c ", "a b c"},
		{"control characters go", "a\x1b[31mb\x07\x7f", "a[31mb"},
		{"marks that turn the text around go", "a\u202eb\u200b", "ab"},
		{"invalid UTF-8 becomes an ellipsis", "a\xff\xfeb", "a…b"},
		{"letters of all alphabets stay", "Größe 漢字 ✓", "Größe 漢字 ✓"},
		{"nothing stays nothing", "\x00 ", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			if got := registry.Printable(row.text); got != row.want {
				t.Errorf("Printable(%q) is %q, want %q", row.text, got, row.want)
			}
		})
	}
}

func TestCut(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name  string
		text  string
		limit int
		want  string
	}{
		{"a shorter text stays", "abc", 4, "abc"},
		{"a text of the limit stays", "abcd", 4, "abcd"},
		{"a longer text loses its end", "abcde", 4, "abc…"},
		{"characters are counted, not bytes", "äöüß", 4, "äöüß"},
		{"characters are never broken", "äöüßä", 4, "äöü…"},
		{"no blank stays before the ellipsis", "ab  cd", 4, "ab…"},
		{"only the ellipsis fits", "abc", 1, "…"},
		{"nothing stays nothing", "", 1, ""},
		{"broken characters count as one each", "a\xff\xff\xffb", 3, "a\ufffd…"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			if got := registry.Cut(row.text, row.limit); got != row.want {
				t.Errorf("Cut(%q, %d) is %q, want %q", row.text, row.limit, got, row.want)
			}
		})
	}
}

func TestWithoutUserInfo(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ name, text, want string }{
		{"user information goes", "https://user:pass@auth.example.com/token?a=b", "https://auth.example.com/token?a=b"},
		{"a user name goes", "//user@auth.example.com/token", "//auth.example.com/token"},
		{"a URL without any stays", "https://auth.example.com/a%2Fb", "https://auth.example.com/a%2Fb"},
		{"a realm that is no URL stays", "My realm: 100%", "My realm: 100%"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			if got := registry.WithoutUserInfo(row.text); got != row.want {
				t.Errorf("WithoutUserInfo(%q) is %q, want %q", row.text, got, row.want)
			}
		})
	}
}

func FuzzClean(f *testing.F) {
	f.Add("hunter2x", "ci", "wrong hunter2x", 200)
	f.Add(awkward, "ci", "got "+url.QueryEscape(awkward)+base64.StdEncoding.EncodeToString([]byte("ci:"+awkward)), 20)
	f.Add("aaaa", "a", "aaaaaaaaaaaaa\x00aaa\xff", 1)
	f.Add("a  b", "a", "a\t\nb a  b", 5)
	f.Add("12:30:45", "a", "at 2024-01-02T12:30:45Z", 30)
	f.Fuzz(func(t *testing.T, secret, username, text string, limit int) {
		printable := func(r rune) bool { return unicode.IsPrint(r) && r != utf8.RuneError && r != '…' }
		if limit < 1 || limit > 1000 || utf8.RuneCountInString(secret) < 4 || !utf8.ValidString(secret) ||
			strings.ContainsFunc(secret, func(r rune) bool { return !printable(r) }) {
			t.Skip("not what the property is about")
		}
		credential := registry.Credential{Username: username, Password: registry.NewSecret(secret)}
		for _, credential := range []registry.Credential{credential, {Token: credential.Password}} {
			got := registry.NewCleaner(credential).Clean(text+secret, limit)
			folded := strings.Join(strings.Fields(secret), " ")
			if strings.Contains(got, secret) || folded != "" && strings.Contains(got, folded) {
				t.Errorf("%q is left in %q", secret, got)
			}
			if !utf8.ValidString(got) || strings.ContainsFunc(got, func(r rune) bool { return !unicode.IsPrint(r) }) {
				t.Errorf("%q cannot be shown", got)
			}
			if n := utf8.RuneCountInString(got); n > limit {
				t.Errorf("%q has %d characters, limit %d", got, n, limit)
			}
		}
	})
}
