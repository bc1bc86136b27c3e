package credentials

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/tailscale/hujson"
)

// readAppsettings returns the values of a settings file by their keys in lower
// case, such as oci:username. Comments and commas behind the last element are
// allowed, and keys may be written in any case and joined by colons, as .NET
// does (Microsoft.Extensions.Configuration.Json).
func readAppsettings(path string) (map[string]string, *Error) {
	content, problem := readFile(appsettingsName, path)
	if problem != nil {
		return nil, problem
	}
	standard, err := hujson.Standardize(append(content, '\n')) // a comment may end the file
	if err != nil {
		// The parser's words are not shown: they may repeat a part of the file.
		return nil, &Error{Setting: appsettingsName, Text: fmt.Sprintf("%q is no JSON. Comments and commas behind the last element are allowed, all else must be as in RFC 8259.", path)}
	}
	decoder := json.NewDecoder(strings.NewReader(string(standard)))
	decoder.UseNumber() // a password of digits stays as it is written
	var root map[string]any
	if err := decoder.Decode(&root); err != nil {
		return nil, &Error{Setting: appsettingsName, Text: fmt.Sprintf("%q holds no JSON object.", path)}
	}
	values := map[string]string{}
	if twice := flatten(values, "", root); twice != "" {
		return nil, &Error{Setting: appsettingsName, Text: fmt.Sprintf("%q has a key twice, in different case or notation: %s. Leave one of them out.", path, strconv.Quote(twice))}
	}
	return values, nil
}

// flatten adds the values of an object under keys that begin with prefix. It
// returns a wanted key that is there twice, else nothing.
func flatten(values map[string]string, prefix string, object map[string]any) (twice string) {
	for _, name := range slices.Sorted(maps.Keys(object)) {
		key := strings.ToLower(prefix + name)
		if child, ok := object[name].(map[string]any); ok {
			if twice := flatten(values, key+":", child); twice != "" {
				return twice
			}
			continue
		}
		if _, there := values[key]; there && isWanted(key) {
			return key
		}
		values[key] = text(object[name])
	}
	return ""
}

// text is a value as .NET writes it into a setting.
func text(value any) string {
	switch value := value.(type) {
	case string:
		return value
	case json.Number:
		return value.String()
	case bool:
		return map[bool]string{true: "True", false: "False"}[value]
	default: // null; a list is no value, and none of the settings is one
		return ""
	}
}
