package credentials_test

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stellaops/terraform-provider-stellaops/internal/credentials"
)

// settingsFor are settings of the registry that is asked, with these further members
// of the section OCI.
func settingsFor(members string) string {
	return `{"OCI":{"RegistryUrl":"` + host + `",` + members + `}}`
}

func TestPlaces_Find_Appsettings(t *testing.T) {
	t.Parallel()
	type result = credentials.Result
	for _, row := range []struct {
		name    string
		content string
		want    credentials.Result
	}{
		{"nested keys", settingsFor(`"Username":"ci","Password":"p"`), result{Credential: login("ci", "p")}},
		{"other settings beside them", `{"Logging":{"Level":{"Default":"Debug"}},"Hosts":["a",{"b":null}],"N":1.5,"OCI":{"RegistryUrl":"r.example.com","Username":"ci","Password":"p","More":{"Username":"x"}}}`, result{Credential: login("ci", "p")}},
		{"comments", "// one\n{\"OCI\":{/* two */\"RegistryUrl\":\"r.example.com\", // three\n\"Username\":\"ci\",\"Password\":\"p\"}}\n// four\n", result{Credential: login("ci", "p")}},
		{"a comment that ends the file", settingsFor(`"Username":"ci","Password":"p"`) + "// that is all", result{Credential: login("ci", "p")}},
		{"what looks like a comment in a password", settingsFor(`"Username":"ci","Password":"/*p*/ //,}"`), result{Credential: login("ci", "/*p*/ //,}")}},
		{"commas behind the last element", `{"OCI":{"RegistryUrl":"r.example.com","Username":"ci","Password":"p",},"Hosts":["a",],}`, result{Credential: login("ci", "p")}},
		{"a byte order mark", "\ufeff" + settingsFor(`"Username":"ci","Password":"p"`), result{Credential: login("ci", "p")}},
		{"UTF-16 with a byte order mark, as PowerShell writes it", "\xff\xfe" + inUTF16(settingsFor(`"Username":"ci","Password":"pä€😀"`), binary.LittleEndian), result{Credential: login("ci", "pä€😀")}},
		{"UTF-16 with a byte order mark, the other way round", "\xfe\xff" + inUTF16(settingsFor(`"Username":"ci","Password":"p"`), binary.BigEndian), result{Credential: login("ci", "p")}},
		{"line ends of Windows", "{\r\n\"OCI\":{\r\n\"RegistryUrl\":\"r.example.com\",\r\n\"Username\":\"ci\",\r\n\"Password\":\"p\"\r\n}\r\n}\r\n", result{Credential: login("ci", "p")}},
		{"keys in small letters", `{"oci":{"registryurl":"r.example.com","username":"ci","password":"p"}}`, result{Credential: login("ci", "p")}},
		{"keys in capital letters", `{"OCI":{"REGISTRYURL":"r.example.com","USERNAME":"ci","PASSWORD":"p"}}`, result{Credential: login("ci", "p")}},
		{"flat keys", `{"OCI:RegistryUrl":"r.example.com","OCI:Username":"ci","oci:password":"p"}`, result{Credential: login("ci", "p")}},
		{"flat keys beside nested ones", `{"OCI:RegistryUrl":"r.example.com","OCI":{"Username":"ci"},"oci":{"Password":"p"}}`, result{Credential: login("ci", "p")}},
		{"two underscores are for the environment only", `{"OCI__RegistryUrl":"r.example.com","OCI__Username":"ci"}`, result{Source: credentials.SourceNone, Notes: []string{
			"OCI__RegistryUrl is set in the file of appsettings_path; the name is OCI:RegistryUrl", "OCI__Username is set in the file of appsettings_path; the name is OCI:Username",
		}}},
		{"keys of no section", `{"RegistryUrl":"r.example.com","Username":"ci","Password":"p"}`, result{Source: credentials.SourceNone}},
		{"a section within another object", `{"App":{"OCI":{"RegistryUrl":"r.example.com","Username":"ci"}}}`, result{Source: credentials.SourceNone}},
		{"the section Registry", `{"Registry":{"RegistryUrl":"r.example.com","Username":"ci","Password":"p"}}`, result{Credential: login("ci", "p")}},
		{"numbers as they are written", settingsFor(`"Username":12345678901234567890,"Password":1.50e1`), result{Credential: login("12345678901234567890", "1.50e1")}},
		{"true and false as .NET writes them", settingsFor(`"Username":true,"Password":false`), result{Credential: login("True", "False")}},
		{"null is a setting that is not there", settingsFor(`"Username":"ci","Password":"p","Token":null`), result{Credential: login("ci", "p")}},
		{"a password of null came not empty", settingsFor(`"Username":"ci","Password":null`), result{Credential: login("ci", "")}},
		{"null in front of a value", settingsFor(`"Username":"ci","Password":null,"Password":"p"`), result{Credential: login("ci", "p")}},
		{"null behind a value in other notation", `{"OCI:Password":"p","oci":{"RegistryUrl":"r.example.com","Username":"ci","password":null}}`, result{Credential: login("ci", "p")}},
		{"a list is no value", settingsFor(`"Username":"ci","Password":"p","Token":["t",{"a":[1]}]`), result{Credential: login("ci", "p")}},
		{"a list beside a value", settingsFor(`"Username":"ci","Password":["x"],"password":"p"`), result{Credential: login("ci", "p")}},
		{"the same section twice", `{"OCI":{"RegistryUrl":"r.example.com","Username":"ci"},"OCI":{"Password":"p"}}`, result{Credential: login("ci", "p")}},
		{"64 objects in each other", nested(64, settingsFor(`"Username":"ci","Password":"p"`)), result{Credential: login("ci", "p")}},
		{"64 objects and lists in each other", settingsFor(`"Username":"ci","Password":"p","Deep":` + strings.Repeat("[", 62) + strings.Repeat("]", 62)), result{Credential: login("ci", "p")}},
		{"objects and lists side by side", settingsFor(`"Username":"ci","Password":"p","Wide":[` + strings.Repeat("[],{},", 99) + `1]`), result{Credential: login("ci", "p")}},
		{"brackets in a key", settingsFor(`"Username":"ci","Password":"p","` + strings.Repeat("[", 99) + `":1`), result{Credential: login("ci", "p")}},
		{"brackets in a text and in comments", "/*" + strings.Repeat("[", 99) + "*/" + settingsFor(`"Username":"ci","Password":"\"`+strings.Repeat("{", 99)+`"`) + "//" + strings.Repeat("[", 99), result{Credential: login("ci", `"`+strings.Repeat("{", 99))}},
		{"an empty text", settingsFor(`"Username":"ci","Password":""`), result{Credential: login("ci", ""), Notes: []string{isEmpty("OCI:Password", "the file of appsettings_path")}}},
		{"everything null hides nothing", `{"OCI":{"RegistryUrl":null,"Token":null},"Registry":{"RegistryUrl":"r.example.com","Token":"t"}}`, result{Credential: bearer("t")}},
		{"an address beside a null hides Registry", `{"OCI":{"RegistryUrl":"r.example.com","Token":null},"Registry":{"RegistryUrl":"r.example.com","Token":"t"}}`, result{Source: credentials.SourceNone}},
		{"an empty object", `{}`, result{Source: credentials.SourceNone}},
		{"a section that is a text", `{"OCI":"ci"}`, result{Source: credentials.SourceNone}},
		{"a key twice that nobody asks for", `{"Logging":1,"logging":2,"OCI":{"RegistryUrl":"r.example.com","Username":"ci","Password":"p"}}`, result{Credential: login("ci", "p")}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			if row.want.Source == "" {
				row.want.Source = fromAppsettings
			}
			compare(t, find(t, settingsPlaces(t, nil, row.content), searchFor(t, host)), row.want)
		})
	}
}

// nested puts a settings object beside one that is that deep.
func nested(levels int, object string) string {
	return strings.TrimSuffix(object, "}") + `,"Deep":` + strings.Repeat(`{"a":`, levels-1) + "1" + strings.Repeat("}", levels-1) + "}"
}

// inUTF16 returns a text in UTF-16, without a byte order mark.
func inUTF16(text string, order binary.AppendByteOrder) string {
	var content []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		content = order.AppendUint16(content, unit)
	}
	return string(content)
}

func TestPlaces_Find_AppsettingsThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	const (
		noJSON   = "%q is not valid JSON at line 1, column "
		cut      = "%q is not valid JSON: it ends too early, at line 1, column "
		noObject = "%q is not a JSON object."
		tooDeep  = "%q nests objects or lists more than 64 deep, which a settings file does not."
		twice    = `%q has a key twice: "oci:password". Leave one of them out.`
	)
	for _, row := range []struct{ name, content, text string }{
		{"UTF-16 without a byte order mark, which .NET does not read either", inUTF16(`{"OCI":{"Password":"`+canary+`"}}`, binary.LittleEndian), "%q cannot be used: it is in UTF-16; save it as UTF-8."},
		{"two byte order marks", "\ufeff\ufeff{}", "%q cannot be used: it begins with a byte order mark (U+FEFF); save it as UTF-8 without one."},
		{"nothing", " \n", "%q is empty."},
		{"a word", canary, noJSON + "1."},
		{"an object that is cut", `{"OCI":{"Password":"` + canary + `"`, cut + "43."},
		{"two objects", `{}{"OCI":{"Password":"` + canary + `"}}`, noJSON + "3."},
		{"single quotes", `{'OCI':{'Password':'` + canary + `'}}`, noJSON + "2."},
		{"a comma in front", `{,"OCI":{"Password":"` + canary + `"}}`, noJSON + "2."},
		{"a comment that is not closed", `{"OCI":{"Password":"` + canary + `"}} /*`, cut + "48."},
		{"an array", `[{"OCI":{"Password":"` + canary + `"}}]`, noObject},
		{"a text", `"` + canary + `"`, noObject},
		{"a key twice in other case", `{"OCI":{"Password":"` + canary + `","password":"x"}}`, twice},
		{"a key twice in two sections", `{"OCI":{"Password":"` + canary + `"},"oci":{"PASSWORD":"x"}}`, twice},
		{"a key twice in other notation", `{"OCI:Password":"` + canary + `","OCI":{"Password":"x"}}`, twice},
		{"a key twice with the same value", `{"OCI:Password":"` + canary + `","oci:password":"` + canary + `"}`, twice},
		{"a key twice in one spelling", `{"OCI":{"Password":"` + canary + `","Password":"x"}}`, twice},
		{"a key twice in one section written twice", `{"OCI":{"Password":"` + canary + `"},"OCI":{"Password":"x"}}`, twice},
		{"null", "null", noObject},
		{"65 objects in each other", nested(65, `{"OCI":{"Password":"`+canary+`"}}`), tooDeep},
		{"65 lists in each other", strings.Repeat("[", 65) + strings.Repeat("]", 65), tooDeep},
		{"brackets behind two comments", "/**//**/" + strings.Repeat("[", 65), tooDeep},
		{"brackets behind comments with a quote", "/*\"*///\"\n" + strings.Repeat("[", 65), tooDeep},
		{"brackets behind texts that look like comments", `["//","/*",` + strings.Repeat("[", 64), tooDeep},
		{"brackets behind a text that ends with a backslash", `["\\",` + strings.Repeat("[", 64), tooDeep},
		{"brackets that would end the process", strings.Repeat("[", 1<<20-1), tooDeep},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			places := settingsPlaces(t, nil, row.content)
			want := credentials.Error{Setting: "appsettings_path", Text: strings.Replace(row.text, "%q", fmt.Sprintf("%q", places.AppsettingsPath.Value), 1)}
			refusal := findError(t, places, searchFor(t, host))
			if refusal != want {
				t.Errorf("got  %+v\nwant %+v", refusal, want)
			}
			checkNoCanary(t, credentials.Result{}, &refusal)
			_, _, err := places.Registry()
			if refusal := asError(t, err); refusal != want {
				t.Errorf("as the registry to ask: got  %+v\nwant %+v", refusal, want)
			}
		})
	}
}

// FuzzAppsettings looks for a file that ends the provider, or that makes it
// repeat a secret. SECRET in the file stands for one.
func FuzzAppsettings(f *testing.F) {
	for _, content := range []string{
		settingsFor(`"Username":"ci","Password":"SECRET"`), settingsFor(`"Token":"SECRET","token":"SECRET"`), settingsFor(`"Token":["SECRET"]`),
		"\ufeff// SECRET\n{\"oci:token\":\"SECRET\",}", `{"OCI":{"RegistryUrl":"https://ci:SECRET@r.example.com","Token":"SECRET"}}`,
		`{"Registry":{"Password":"SECRET"}}`, `{"OCI":{"RegistryUrl":null,"Token":1e999}}`, `["SECRET"]`, `SECRET`, `{"OCI":{"SECRET`, `/*`, ``,
	} {
		f.Add(content)
	}
	path := filepath.Join(f.TempDir(), "appsettings.json")
	f.Fuzz(func(t *testing.T, content string) {
		if err := os.WriteFile(path, []byte(strings.ReplaceAll(content, "SECRET", canary)), 0o600); err != nil {
			t.Fatal(err)
		}
		places := credentials.Places{AppsettingsPath: set(path)}
		result, err := places.Find(t.Context(), searchFor(t, host))
		if err == nil && result.Source != fromAppsettings && result.Source != credentials.SourceNone {
			t.Errorf("found in %q", result.Source)
		}
		checkNoCanary(t, result, err)
		_, address, err := places.Registry()
		if err == nil && address == "" {
			t.Error("there is no error, and no registry either")
		}
		checkNoCanary(t, credentials.Result{}, err)
	})
}
