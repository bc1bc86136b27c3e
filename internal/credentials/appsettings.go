package credentials

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/tailscale/hujson"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

// maxDepth is how deep objects and lists may be nested, the default of .NET
// (System.Text.Json, JsonReaderOptions.MaxDepth).
const maxDepth = 64

// appsettings are the settings of a file.
type appsettings struct {
	values map[string]string // by key in lower case, such as oci:username
	near   map[string]string // names that are almost those of settings, by key of these
}

// readAppsettings returns the settings of a file. As in .NET (Microsoft.Extensions.Configuration.Json)
// it allows comments, trailing commas, keys in any case, and keys that name a section
// before a colon; a byte order mark says whether the text is in UTF-8 or UTF-16
// (StreamReader).
func readAppsettings(path string) (*appsettings, *Error) {
	content, problem := readBytes(appsettingsName, path)
	if problem != nil {
		return nil, problem
	}
	content, _, err := transform.Bytes(unicode.BOMOverride(transform.Nop), content)
	if why := registry.EncodingFault(string(content)); why != "" || err != nil {
		return nil, &Error{Setting: appsettingsName, Text: fmt.Sprintf("%q cannot be used: %s.", path, cmp.Or(why, "its byte order mark does not fit its text"))}
	}
	content = append(content, '\n') // so that a comment at the end of the file ends too
	if nestingDepth(content) > maxDepth {
		return nil, &Error{Setting: appsettingsName, Text: fmt.Sprintf("%q nests objects or lists more than %d deep, which a settings file does not.", path, maxDepth)}
	}
	standard, err := hujson.Standardize(content)
	if err != nil {
		return nil, &Error{Setting: appsettingsName, Text: fmt.Sprintf("%q %s.", path, notJSON(content, err))}
	}
	decoder := json.NewDecoder(bytes.NewReader(standard))
	decoder.UseNumber() // a password of digits stays as written
	if start, err := decoder.Token(); err != nil || start != json.Delim('{') {
		return nil, &Error{Setting: appsettingsName, Text: fmt.Sprintf("%q is not a JSON object.", path)}
	}
	settings := &appsettings{map[string]string{}, map[string]string{}}
	if twice := settings.flatten("", decoder); twice != "" {
		return nil, &Error{Setting: appsettingsName, Text: fmt.Sprintf("%q has a key twice: %s. Leave one of them out.", path, strconv.Quote(twice))}
	}
	return settings, nil
}

// nestingDepth returns how deep brackets are nested outside of strings and
// comments. The parser is recursive, and would overflow the stack on a file that
// holds little else. It looks at each byte once.
func nestingDepth(content []byte) int {
	deepest, now := 0, 0
	for i := 0; i < len(content); i++ {
		rest := content[i:]
		switch {
		case rest[0] == '"':
			i += stringEnd(rest)
		case bytes.HasPrefix(rest, []byte("//")):
			i += endOf(rest, "//", "\n")
		case bytes.HasPrefix(rest, []byte("/*")):
			i += endOf(rest, "/*", "*/")
		case rest[0] == '{', rest[0] == '[':
			now++
			deepest = max(deepest, now)
		case rest[0] == '}', rest[0] == ']':
			now--
		}
	}
	return deepest
}

// endOf returns the index of the last byte of the comment at the beginning of text, or
// the length of text if the comment does not end.
func endOf(text []byte, begin, end string) int {
	at := bytes.Index(text[len(begin):], []byte(end))
	if at < 0 {
		return len(text)
	}
	return len(begin) + at + len(end) - 1
}

// stringEnd returns the index of the quote that ends the string at the beginning of
// text, or the length of text if there is none.
func stringEnd(text []byte) int {
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i
		}
	}
	return len(text)
}

// flatten adds the wanted values of the object that the decoder is in, with prefix before
// each key. It returns a wanted key that occurs twice, or "". The
// decoder's errors are ignored, since its input was parsed before. Keys that lead to
// no setting are passed over, or a long one would be copied for each key below it.
func (a *appsettings) flatten(prefix string, decoder *json.Decoder) (twice string) {
	for decoder.More() {
		name, _ := decoder.Token()
		written := fmt.Sprintf("%s%s", prefix, name)
		key := strings.ToLower(written)
		value, _ := decoder.Token()
		switch value {
		case json.Delim('{'):
			if !leadsToSetting(key + ":") {
				skip(decoder)
			} else if again := a.flatten(written+":", decoder); again != "" {
				twice = again
			}
			continue
		case json.Delim('['): // no wanted setting is a list
			skip(decoder)
			continue
		case nil: // null means that the setting is absent
			continue
		}
		if !isWanted(key) {
			if meant := settingMeant(written); meant != "" {
				a.near[meant] = written
			}
			continue
		}
		if _, there := a.values[key]; there {
			twice = key
		}
		a.values[key] = settingText(value)
	}
	_, _ = decoder.Token() // the end of the object
	return twice
}

// skip reads to the end of the list or object that the decoder is in.
func skip(decoder *json.Decoder) {
	for open := 1; open > 0; {
		switch token, err := decoder.Token(); {
		case err != nil:
			return
		case token == json.Delim('['), token == json.Delim('{'):
			open++
		case token == json.Delim(']'), token == json.Delim('}'):
			open--
		}
	}
}

// settingText returns a JSON value as .NET converts it to the text of a setting.
func settingText(value any) string {
	switch value := value.(type) {
	case string:
		return value
	case bool:
		return map[bool]string{true: "True", false: "False"}[value]
	default: // a number
		return fmt.Sprint(value)
	}
}
