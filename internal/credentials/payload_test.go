package credentials_test

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stellaops/terraform-provider-stellaops/internal/credentials"
	"github.com/stellaops/terraform-provider-stellaops/internal/redact"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

// What the notes about a payload say.
const (
	noteEmpty     = "docker_config_json is empty in the arguments of this check; check the variable or reference behind it"
	noteNoAuths   = "docker_config_json has no auths, the object that holds an entry for each registry"
	noteOldFormat = "docker_config_json has the old format of .dockercfg; put its entries into an object named auths"
	noteShape     = "docker_config_json has a part of another type than the kubelet reads, so the kubelet refuses the whole payload"
	noteType      = "The entry r.example.com of docker_config_json has a part of another type than the kubelet reads, so the kubelet refuses the whole payload"
	noteAuth      = "The entry r.example.com of docker_config_json has an auth that is not base64 of user:password, so the kubelet refuses the whole payload"
	noteMake      = "; make the payload of a user name and a password, as kubectl create secret docker-registry does"
	noteStore     = ", since docker login keeps logins in the store of credsStore or credHelpers, which a cluster cannot ask" + noteMake
	noteNoEntries = "docker_config_json has no entry for r.example.com (it has none)"
	noteNothing   = "The entry for this registry in docker_config_json is empty"
)

// withPayload asks with the payload of a secret.
func withPayload(t testing.TB, payload, address string, repositories ...string) credentials.Search {
	t.Helper()
	search := searchFor(t, address, repositories...)
	search.DockerConfigJSON = secret(payload)
	return search
}

// entryOf is a payload whose only entry, for the registry that is asked, is this
// JSON.
func entryOf(entry string) string { return `{"auths":{"` + host + `":` + entry + `}}` }

func TestPlaces_Find_PayloadEntry(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name    string
		payload string
		want    registry.Credential
	}{
		{"auth with padding", entryOf(`{"auth":"Y2k6cA=="}`), login("ci", "p")},
		{"auth without padding", entryOf(`{"auth":"Y2k6cA"}`), login("ci", "p")},
		{"auth that needs no padding", entryOf(`{"auth":"Y2k6cHc3"}`), login("ci", "pw7")},
		{"auth with padding and a line break", entryOf(`{"auth":"Y2k6cA==\n"}`), login("ci", "p")},
		{"a password with a colon", entryOf(`{"auth":"` + auth("ci", "a:b:") + `"}`), login("ci", "a:b:")},
		{"a password of blanks", entryOf(`{"auth":"` + auth("ci", " \n") + `"}`), login("ci", " \n")},
		{"auth without a password", entryOf(`{"auth":"` + auth("ci", "") + `"}`), login("ci", "")},
		{"auth without a user name", entryOf(`{"auth":"` + auth("", "p") + `"}`), login("", "p")},
		{"a user name and a password", entryOf(`{"username":"ci","password":"p"}`), login("ci", "p")},
		{"a user name alone", entryOf(`{"username":"ci"}`), login("ci", "")},
		{"a password alone", entryOf(`{"password":"p"}`), login("", "p")},
		{"auth wins over a user name and a password", entryOf(`{"username":"old","password":"older","auth":"Y2k6cA=="}`), login("ci", "p")},
		{"auth without a password wins as well", entryOf(`{"username":"old","password":"older","auth":"` + auth("ci", "") + `"}`), login("ci", "")},
		{"an empty auth leaves the user name and the password", entryOf(`{"username":"ci","password":"p","auth":""}`), login("ci", "p")},
		{"tokens that are no text, which the kubelet does not read", entryOf(`{"auth":"` + auth("ci", "p") + `","identitytoken":5,"registrytoken":{}}`), login("ci", "p")},
		{"tokens that are null", entryOf(`{"auth":"Y2k6cA==","identitytoken":null,"registrytoken":null}`), login("ci", "p")},
		{"tokens of another registry that are no text", `{"auths":{"r.example.com":{"auth":"Y2k6cA=="},"other.example.com":{"identitytoken":[1],"registrytoken":true}}}`, login("ci", "p")},
		{"a registry token beside auth, of which the kubelet sends the password", entryOf(`{"auth":"Y2k6cA==","registrytoken":"t"}`), login("ci", "p")},
		{"an identity token beside a user name and a password", entryOf(`{"username":"ci","password":"p","identitytoken":"i"}`), login("ci", "p")},
		{"a key twice, of which the last counts", `{"auths":{"r.example.com":{"auth":"Y2k6b2xk"},"r.example.com":{"auth":"Y2k6cA=="}}}`, login("ci", "p")},
		{"a key twice, the last without a password", `{"auths":{"r.example.com":{"auth":"Y2k6cA=="},"r.example.com":{"username":"ci"}}}`, login("ci", "")},
		{"auths twice, in two cases, which are put together", `{"auths":{"r.example.com":{"auth":"Y2k6cA=="}},"AUTHS":{"other.example.com":{"auth":"Y2k6b2xk"}}}`, login("ci", "p")},
		{"auths that are null and auths", `{"auths":null,"auths":{"r.example.com":{"auth":"Y2k6cA=="}}}`, login("ci", "p")},
		{"a password that is null behind one, which leaves it", entryOf(`{"username":"ci","password":"p","password":null}`), login("ci", "p")},
		{"an email and what the kubelet does not know stand beside auth", entryOf(`{"auth":"Y2k6cA==","email":"ci@example.com","more":[1]}`), login("ci", "p")},
		{"other settings of Docker stand beside auths", `{"credsStore":"desktop","HttpHeaders":{"a":"b"},"auths":{"r.example.com":{"auth":"Y2k6cA=="}}}`, login("ci", "p")},
		{"keys in other case, which Go's decoder takes", `{"Auths":{"r.example.com":{"Auth":"Y2k6cA=="}}}`, login("ci", "p")},
		{"blanks around the object", " \n" + entryOf(`{"auth":"Y2k6cA=="}`) + "\n", login("ci", "p")},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			result := find(t, credentials.Places{}, withPayload(t, row.payload, host))
			compare(t, result, credentials.Result{Source: credentials.SourceDockerConfigJSON, Credential: row.want})
		})
	}
}

// noteUnread is the note about fields that only Docker reads.
func noteUnread(fields string) string {
	return "The kubelet does not read " + fields + ", and the entry for this registry in docker_config_json has no password" + noteMake
}

// An entry that az acr login or docker login with an identity token leaves is a user
// name without a password to the kubelet.
func TestPlaces_Find_PayloadWithTokensBesideAUserName(t *testing.T) {
	t.Parallel()
	const azure = "00000000-0000-0000-0000-000000000000"
	for _, row := range []struct{ name, payload, username, fields string }{
		{"an identity token beside a user name in auth, as Azure writes it", entryOf(`{"auth":"` + auth(azure, "") + `","identitytoken":"` + canary + `"}`), azure, "identitytoken"},
		{"a registry token beside a user name alone", entryOf(`{"username":"ci","registrytoken":"` + canary + `"}`), "ci", "registrytoken"},
	} {
		result := find(t, credentials.Places{}, withPayload(t, row.payload, host))
		compare(t, result, credentials.Result{Source: credentials.SourceDockerConfigJSON, Credential: login(row.username, ""), Notes: []string{noteUnread(row.fields)}})
		checkNoCanary(t, result, nil)
	}
}

func TestPlaces_Find_PayloadThatTheClusterCannotUse(t *testing.T) {
	t.Parallel()
	noColon := base64.StdEncoding.EncodeToString([]byte(canary))
	for _, row := range []struct{ name, payload, note string }{
		{"nothing in it", ``, noteEmpty},
		{"an empty object", `{}`, noteNoAuths},
		{"empty auths", `{"auths":{}}`, noteNoEntries},
		{"auths that are null", `{"auths":null}`, noteNoAuths},
		{"null", `null`, noteNoAuths},
		{"a credentials store in place of auths", `{"credsStore":"desktop"}`, noteNoAuths + noteStore},
		{"Docker Desktop's file", `{"auths":{"r.example.com":{}},"credsStore":"desktop"}`, noteNothing + noteStore},
		{"a credential helper for the registry", `{"auths":{},"credHelpers":{"r.example.com":"ecr-login"}}`, noteNoEntries + noteStore},
		{"a credential helper for another registry", `{"auths":{},"credHelpers":{"other.example.com":"ecr-login"}}`, noteNoEntries},
		{"a credentials store of another type, which the kubelet does not read", `{"auths":{},"credsStore":7,"credHelpers":["r.example.com"]}`, noteNoEntries},
		{"the old format", `{"r.example.com":{"auth":"Y2k6cA==","email":"ci@example.com"}}`, noteOldFormat},
		{"an auth that is broken in an entry that is next in line", `{"auths":{"r.example.com":{"auth":"Y2k6cA=="},"*.example.com":{"auth":"%"}}}`, strings.Replace(noteAuth, host, "*.example.com", 1)},
		{"the old format with user name and password", `{"r.example.com":{"username":"ci","password":"` + canary + `"}}`, noteOldFormat},
		{"the old format beside auths that are null", `{"auths":null,"r.example.com":{"auth":"Y2k6cA=="}}`, noteOldFormat},
		{"entries without a login in place of auths", `{"r.example.com":{"auth":"","email":"ci@example.com"}}`, noteNoAuths},
		{"the old format beside empty auths", `{"auths":{},"r.example.com":{"auth":"Y2k6cA=="}}`, noteOldFormat},
		{"an array", `[{"r.example.com":{"auth":"Y2k6cA=="}}]`, noteShape},
		{"a text", `"` + canary + `"`, noteShape},
		{"a number", `7`, noteShape},
		{"auths that are an array", `{"auths":[]}`, noteShape},
		{"auths that are a text", `{"auths":"` + canary + `"}`, noteShape},
		{"an entry that is a text", entryOf(`"` + canary + `"`), noteType},
		{"an entry of another registry that is a text", `{"auths":{"r.example.com":{"auth":"Y2k6cA=="},"other.example.com":"` + canary + `"}}`, strings.Replace(noteType, host, "other.example.com", 1)},
		{"a password that is a number", entryOf(`{"username":"ci","password":7}`), noteType},
		{"an email that is a number", entryOf(`{"auth":"Y2k6cA==","email":7}`), noteType},
		{"headers that are a text", `{"HttpHeaders":"x","auths":{"r.example.com":{"auth":"Y2k6cA=="}}}`, noteShape},
		{"auth that is no base64", entryOf(`{"auth":"%` + canary + `"}`), noteAuth},
		{"auth in the alphabet of URLs", entryOf(`{"auth":"Y2k6_-8="}`), noteAuth},
		{"auth with a blank behind it", entryOf(`{"auth":"Y2k6cA== "}`), noteAuth},
		{"auth with half of its padding", entryOf(`{"auth":"Y2k6cA="}`), noteAuth},
		{"auth without a colon", entryOf(`{"auth":"` + noColon + `"}`), noteAuth},
		{"a broken auth beside a user name and a password", entryOf(`{"username":"ci","password":"p","auth":"%"}`), noteAuth},
		{"a broken auth of the entry that the kubelet would try next", `{"auths":{"r.example.com":{"auth":"Y2k6cA=="},"*.example.com":{"auth":"%"}}}`, strings.Replace(noteAuth, host, "*.example.com", 1)},
		{"a broken auth of another registry", `{"auths":{"r.example.com":{"auth":"Y2k6cA=="},"other.example.com":{"auth":"%` + canary + `"}}}`, strings.Replace(noteAuth, host, "other.example.com", 1)},
		{"a broken auth under a key that is no URL", `{"auths":{"r.example.com":{"auth":"Y2k6cA=="},"%zz":{"auth":"%"}}}`, strings.Replace(noteAuth, host, "%zz", 1)},
		{"a broken auth under a key that holds a password", `{"auths":{"https://ci:` + canary + `@r.example.com":{"auth":"%"}}}`, noteAuth},
		{"a broken auth under an empty key", `{"auths":{"":{"auth":"%"}}}`, strings.Replace(noteAuth, host, "without a name", 1)},
		{"a key twice, the first with a broken auth", `{"auths":{"r.example.com":{"auth":"%"},"r.example.com":{"auth":"Y2k6cA=="}}}`, noteAuth},
		{"a key twice, the first a text", `{"auths":{"r.example.com":"` + canary + `","r.example.com":{"auth":"Y2k6cA=="}}}`, noteType},
		{"a broken auth of another registry, and none for this one", `{"auths":{"other.example.com":{"auth":"` + noColon + `"}}}`, strings.Replace(noteAuth, host, "other.example.com", 1)},
		{"an empty entry", entryOf(`{}`), noteNothing},
		{"an entry that is null", entryOf(`null`), noteNothing},
		{"an entry of empty texts", entryOf(`{"username":"","password":"","auth":"","identitytoken":"","registrytoken":""}`), noteNothing},
		{"auth of a colon alone", entryOf(`{"auth":"Og=="}`), noteNothing},
		{"an identity token alone", entryOf(`{"identitytoken":"` + canary + `"}`), noteUnread("identitytoken")},
		{"a registry token alone", entryOf(`{"registrytoken":"` + canary + `"}`), noteUnread("registrytoken")},
		{"both tokens", entryOf(`{"registrytoken":"` + canary + `","identitytoken":"` + canary + `"}`), noteUnread("identitytoken and registrytoken")},
		{"tokens that are no text alone", entryOf(`{"identitytoken":7,"registrytoken":["` + canary + `"]}`), noteNothing},
		{"no entry for the registry", `{"auths":{"other.example.com":{"auth":"Y2k6cA=="}}}`, noteNoEntry + "r.example.com (it has other.example.com)"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			result := find(t, credentials.Places{}, withPayload(t, row.payload, host))
			compare(t, result, credentials.Result{Source: credentials.SourceDockerConfigJSON, Notes: []string{row.note}})
			checkNoCanary(t, result, nil)
		})
	}
}

func TestPlaces_Find_PayloadThatIsNoJSON(t *testing.T) {
	t.Parallel()
	const (
		at     = "The value is not valid JSON at line 1, column "
		cut    = "The value is not valid JSON: it ends too early, at line 1, column "
		do     = ". Write the payload of a secret of type kubernetes.io/dockerconfigjson, a JSON object with auths."
		base64 = "The value is base64 of JSON; decode it once, with base64decode()."
		mark   = "The value cannot be used, since Kubernetes reads plain UTF-8 only: it begins with a byte order mark (U+FEFF); save it as UTF-8 without one."
		utf16  = "The value cannot be used, since Kubernetes reads plain UTF-8 only: it is in UTF-16; save it as UTF-8."
	)
	entry := entryOf(`{"username":"ci","password":"` + canary + `"}`)
	for _, row := range []struct{ name, payload, text string }{
		{"a word", canary, at + "1" + do},
		{"a blank", " ", "The value is empty" + do},
		{"JSON that is cut", strings.TrimSuffix(entry, "}"), cut + "80" + do},
		{"JSON with a comma too many", strings.TrimSuffix(entry, "}") + ",}", at + "82" + do},
		{"two objects", entry + entry, at + "82" + do},
		{"YAML", "auths:\n  r.example.com:\n    password: " + canary, at + "1" + do},
		{"base64 of JSON", encoded(entry), base64},
		{"base64 of JSON with a line break, as base64 prints it", encoded(entry) + "\n", base64},
		{"base64 of JSON between blanks", " " + encoded(entry) + " ", base64},
		{"base64 of a word", encoded(canary), at + "1" + do},
		{"a byte order mark before JSON", "\ufeff" + entry, mark},
		{"UTF-16", strings.Join(strings.Split(entry, ""), "\x00") + "\x00", utf16},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			search := withPayload(t, row.payload, host)
			refusal := findError(t, credentials.Places{}, search)
			if want := (credentials.Error{Setting: "docker_config_json", Text: row.text}); refusal != want {
				t.Errorf("got  %+v\nwant %+v", refusal, want)
			}
			checkNoCanary(t, credentials.Result{}, &refusal)
		})
	}
}

func encoded(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }

// FuzzPayload looks for a payload that ends the provider, or that makes it
// repeat a secret. SECRET and AUTH in the payload stand for one.
func FuzzPayload(f *testing.F) {
	for _, payload := range []string{
		entryOf(`{"username":"ci","password":"SECRET"}`), entryOf(`{"auth":"AUTH"}`), entryOf(`{"auth":"SECRET"}`), entryOf(`{"auth":7,"password":"SECRET"}`),
		`{"auths":{"*.example.com/team":{"identitytoken":"SECRET"},"https://index.docker.io/v1/":{"registrytoken":"SECRET"}}}`,
		`{"auths":{"r.example.com:443":{},"SECRET":null,"%SECRET":{},"[SECRET":{"auth":"AUTH"}}}`,
		`{"r.example.com":{"auth":"AUTH"}}`, `["SECRET"]`, `SECRET`, `{"auths":{"SECRET`, ``, `null`, encoded(`{"a":"` + canary + `"}`),
	} {
		f.Add(payload, "https://r.example.com/base", "team/app")
		f.Add(payload, "docker.io/alpine", "")
		f.Add(payload, "[::1]:443/%zz", "?")
	}
	f.Fuzz(func(t *testing.T, payload, address, repository string) {
		endpoint, err := registry.ParseEndpoint(address)
		if err != nil {
			return
		}
		payload = strings.ReplaceAll(strings.ReplaceAll(payload, "SECRET", canary), "AUTH", auth("ci", canary))
		search := credentials.Search{Endpoint: endpoint, Address: address, DockerConfigJSON: secret(payload)}
		for _, name := range []string{endpoint.Repository(), repository} {
			if name != "" {
				search.Repositories = append(search.Repositories, name)
			}
		}
		result, err := credentials.Places{}.Find(t.Context(), search)
		if err == nil && result.Source != credentials.SourceDockerConfigJSON {
			t.Errorf("the search did not end with the payload, but at %q", result.Source)
		}
		if !strings.Contains(address+repository, canary) && !hasKeyWith(payload, canary) {
			checkNoCanary(t, result, err)
		}
	})
}

// hasKeyWith reports whether a secret is in a key of an object in JSON. Keys are hosts,
// which are no secrets.
func hasKeyWith(text, secret string) bool {
	cleaner := redact.New().For(registry.NewSecret(secret))
	var within func(value any) bool
	within = func(value any) bool {
		object, _ := value.(map[string]any)
		for key, field := range object {
			if cleaner.Value(redact.Printable(key), 512) == redact.Ellipsis || within(field) {
				return true
			}
		}
		return false
	}
	var value any
	return json.Unmarshal([]byte(text), &value) == nil && within(value)
}
