package credentials_test

import (
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"github.com/stellaops/terraform-provider-stellaops/internal/credentials"
)

// TestPlaces_Find_NamesLineAndColumn has texts that are not JSON, in each place that
// takes some. A text with comments is for appsettings_path alone.
func TestPlaces_Find_NamesLineAndColumn(t *testing.T) {
	t.Parallel()
	const at, early = "is not valid JSON at ", "is not valid JSON: it ends too early, at "
	inUTF16LE := func(text string) string { return "\xff\xfe" + inUTF16(text, binary.LittleEndian) }
	for _, row := range []struct {
		name, text, says string
		settingsOnly     bool
	}{
		{"a value without quotes", "{\n  \"a\": " + canary + "\n}", at + "line 2, column 8", false},
		{"a comma that is missing", "{\n  \"a\": \"" + canary + "\"\n  \"b\": 1\n}", at + "line 3, column 3", false},
		{"lines that end in CRLF", "{\r\n  \"a\": \"" + canary + "\"\r\n  \"b\": 1\r\n}", at + "line 3, column 3", false},
		{"letters beyond ASCII before it", "{\"\u00e4\u00f6\u20ac\": x}", at + "line 1, column 9", false},
		{"a file that is cut", "{\n  \"a\": {\n    \"b\": \"" + canary + "\"", early + "line 3, column 33", false},
		{"a file that is cut, with line breaks behind it", "{\n  \"a\": {\n    \"b\": 1,\n\n", early + "line 3, column 11", false},
		{"a file that is cut in a text", "{\n  \"a\": \"" + canary, early + "line 2, column 30", false},
		{"a text behind it", "{\"a\": 1}}", at + "line 1, column 9", false},
		{"the last character", "{\"a\": 1,,", at + "line 1, column 9", false},
		{"nothing but blanks", " \r\n", "is empty", false},
		{"comments before it", "// {\n{ /* \"a\n*/ \"a\": 1, // x\n  \"b\": x }", at + "line 4, column 8", true},
		{"a comment that is cut", "{}\n/* " + canary + "\n", early + "line 2, column 25", true},
		{"a comma behind the last element, and then it", "{\n  \"a\": [1,],\n  \"b\": x\n}", at + "line 3, column 8", true},
		{"UTF-16", inUTF16LE("{\n  \"\u00e4\": x\n}"), at + "line 2, column 8", true},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			search := searchFor(t, host)
			places := credentials.Places{AppsettingsPath: set(file(t, row.text))}
			check := func(want string) {
				t.Helper()
				refusal := findError(t, places, search)
				if !strings.HasPrefix(refusal.Text, want) {
					t.Errorf("got  %q\nwant %q", refusal.Text, want)
				}
				checkNoCanary(t, credentials.Result{}, &refusal)
			}
			check(fmt.Sprintf("%q %s.", places.AppsettingsPath.Value, row.says))
			if row.settingsOnly {
				return
			}
			if row.says != "is empty" && row.name != "a text behind it" { // which docker does not mind
				places = credentials.Places{DockerConfigPath: set(file(t, row.text))}
				check(fmt.Sprintf("%q %s.", places.DockerConfigPath.Value, row.says))
			}
			places, search.DockerConfigJSON = credentials.Places{}, secret(row.text)
			check("The value " + row.says + ".")
		})
	}
}
