package credentials

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/tailscale/hujson"
)

// maxDepth is how deep objects and lists may stand in each other, as in .NET
// (System.Text.Json, JsonReaderOptions.MaxDepth).
const maxDepth = 64

// readAppsettings returns the values of a settings file by their keys in lower
// case, such as oci:username. A byte order mark, comments and commas behind the
// last element are allowed, and keys may be written in any case and joined by
// colons, as .NET does (Microsoft.Extensions.Configuration.Json).
func readAppsettings(path string) (map[string]string, *Error) {
	content, problem := readFile(appsettingsName, path)
	if problem != nil {
		return nil, problem
	}
	content = append(bytes.TrimPrefix(content, []byte("\ufeff")), '\n') // a comment may end the file
	if nestingDepth(content) > maxDepth {
		return nil, &Error{Setting: appsettingsName, Text: fmt.Sprintf("%q has objects or lists in each other more than %d deep, so it is hardly a settings file.", path, maxDepth)}
	}
	standard, err := hujson.Standardize(content)
	if err != nil {
		// The parser's words are not shown: they may repeat a part of the file.
		return nil, &Error{Setting: appsettingsName, Text: fmt.Sprintf("%q is no JSON. Comments and commas behind the last element are allowed, all else must be plain JSON.", path)}
	}
	decoder := json.NewDecoder(bytes.NewReader(standard))
	decoder.UseNumber() // a password of digits stays as it is written
	if start, err := decoder.Token(); err != nil || start != json.Delim('{') {
		return nil, &Error{Setting: appsettingsName, Text: fmt.Sprintf("%q holds no JSON object.", path)}
	}
	values := map[string]string{}
	if twice := flatten(values, "", decoder); twice != "" {
		return nil, &Error{Setting: appsettingsName, Text: fmt.Sprintf("%q has a key twice: %s. Leave one of them out.", path, strconv.Quote(twice))}
	}
	return values, nil
}

// nestingDepth is how deep brackets stand in each other outside of texts and comments.
// The parser calls itself for each, and would end the process on a file that
// holds little else.
func nestingDepth(content []byte) int {
	deepest, now := 0, 0
	for i := 0; i < len(content); i++ {
		rest := content[i:]
		switch {
		case rest[0] == '"':
			i += stringEnd(rest)
		case bytes.HasPrefix(rest, []byte("//")):
			i += max(0, bytes.IndexByte(rest, '\n'))
		case bytes.HasPrefix(rest, []byte("/*")):
			i += 3 + max(0, bytes.Index(rest[2:], []byte("*/"))) // the last letter of its end
		case rest[0] == '{', rest[0] == '[':
			now++
			deepest = max(deepest, now)
		case rest[0] == '}', rest[0] == ']':
			now--
		}
	}
	return deepest
}

// stringEnd is where the text that begins with a quote ends.
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

// flatten adds the values of the object that the decoder is in, under keys that
// begin with prefix. It returns a wanted key that is there twice, else nothing.
// The decoder has no errors left: its text is JSON.
func flatten(values map[string]string, prefix string, decoder *json.Decoder) (twice string) {
	for decoder.More() {
		name, _ := decoder.Token()
		key := strings.ToLower(fmt.Sprintf("%s%s", prefix, name))
		value, _ := decoder.Token()
		switch value {
		case json.Delim('{'):
			if again := flatten(values, key+":", decoder); again != "" {
				twice = again
			}
			continue
		case json.Delim('['): // none of the settings is a list
			skip(decoder)
			continue
		case nil: // null is a setting that is not there
			continue
		}
		if _, there := values[key]; there && isWanted(key) {
			twice = key
		}
		values[key] = settingText(value)
	}
	_, _ = decoder.Token() // the end of the object
	return twice
}

// skip reads to the end of the list that the decoder is in.
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

// settingText is a value as .NET writes it into a setting.
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
