package differential_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"

	"k8s.io/kubernetes/pkg/util/parsers"
)

// generator makes payloads and images, more of those that are read in several ways than
// chance would.
type generator struct{ *rand.Rand }

// of returns one of the texts.
func (g generator) of(texts ...string) string { return texts[g.IntN(len(texts))] }

// in reports true once in n times.
func (g generator) in(n int) bool { return g.IntN(n) == 0 }

// host returns the host of an image: with and without port, of Docker Hub, of one
// label, in capitals, an address.
func (g generator) host() string {
	return g.of("r.example.com", "r.example.com", "r.example.com:5000", "r.example.com:443", "r.example.com:05000", "R.Example.com", "R.EXAMPLE.COM:5000",
		"a.b.example.com", "123456789012.dkr.ecr.eu-west-1.amazonaws.com", "a.azurecr.io", "ghcr.io", "quay.io", "xn--bcher-kva.example",
		"localhost", "localhost:5000", "LOCALHOST", "Registry", "registry:5000", "127.0.0.1:5000", "[::1]:5000", "[FD00::0:1]:5000", "[fd00::1]:5000", "[fd00::1]",
		"docker.io", "docker.io", "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com", "Docker.io", "INDEX.docker.io", "docker.io:443", "hub.docker.com")
}

// repository returns the repository of an image with two parts, or three.
func (g generator) repository() string {
	return g.of("team/app", "team/app", "team-b/app", "team/app/base", "library/hello", "v1/app", "v2/app", "v2/v2/app", "t/app", "proxyhost/library/hello")
}

// image returns the name of an image as a pod has it.
func (g generator) image() string {
	name := g.repository()
	switch {
	case !g.in(6):
		host := g.host()
		if g.in(4) && !g.isAlias(host) {
			name = g.of("app", "hello")
		}
		name = host + "/" + name
	}
	digest := "@sha256:" + strings.Repeat("a1", 32)
	return name + g.of("", "", "", ":1.2", digest, ":1.2"+digest)
}

// isAlias reports whether a host is another name of Docker Hub, where a repository of
// one part is in library; see TestParseEndpoint_DiffersFromTheKubelet.
func (generator) isAlias(host string) bool {
	host = strings.TrimSuffix(strings.ToLower(host), ":443")
	return host == "registry-1.docker.io" || host == "registry.hub.docker.com" || host == "docker.io" || host == "index.docker.io"
}

// question returns a payload with an image, and how a check writes it: as registry_url,
// or as registry_url and access.
func (g generator) question() (question, bool) {
	q := question{image: g.image()}
	name, _, _, err := parsers.ParseImageName(q.image)
	if err != nil {
		return q, false
	}
	q.name, q.address = name, q.image
	if host, _, _ := strings.Cut(q.image, "/"); strings.HasPrefix(name, host+"/") && g.in(3) {
		_, repository, _ := strings.Cut(name, "/")
		q.address, q.access = g.of("", "https://", "http://")+host+g.of("", "/", "/v2", "/v2/"), repository
	}
	q.payload = g.payload(name)
	return q, true
}

// payload returns the text of a payload in which an image may have entries.
func (g generator) payload(image string) string {
	var fields []string
	for range 1 + g.IntN(2)*g.IntN(2) {
		fields = append(fields, fmt.Sprintf("%q:%s", g.of("auths", "auths", "auths", "auths", "auths", "Auths", "AUTHS", "auth"), g.auths(image)))
	}
	for g.in(4) {
		fields = append(fields, g.of(`"HttpHeaders":{"User-Agent":"x"}`, `"HttpHeaders":null`, `"httpheaders":{}`, `"HttpHeaders":"x"`, `"HttpHeaders":{"a":1}`,
			`"credsStore":"desktop"`, `"credsStore":7`, `"credHelpers":{"r.example.com":"ecr-login"}`, `"credHelpers":[]`, `"psFormat":"x"`))
	}
	g.Shuffle(len(fields), func(i, j int) { fields[i], fields[j] = fields[j], fields[i] })
	object := "{" + strings.Join(fields, ",") + "}"
	if !g.in(30) {
		return object
	}
	switch g.IntN(8) {
	case 0:
		return g.auths(image) // the old format
	case 1:
		return "\ufeff" + object
	case 2:
		return object[:g.IntN(len(object))]
	case 3:
		return " \n" + object + "\n"
	case 4:
		return object + object
	case 5:
		return "[" + object + "]"
	default:
		return g.of(``, `null`, `7`, `"x"`, `{}`, `[]`, `{"auths":null}`, `{"auths":{}}`)
	}
}

// auths returns the object with the entries, some of which have the same key.
func (g generator) auths(image string) string {
	if g.in(40) {
		return g.of(`null`, `{}`, `[]`, `"x"`, `7`)
	}
	var entries []string
	for range 1 + g.IntN(4) {
		key := quote(g.key(image))
		if g.in(30) {
			key = strings.Replace(key, "e", `\u0065`, 1)
		}
		entries = append(entries, key+":"+g.entry())
		if g.in(12) {
			entries = append(entries, key+":"+g.entry())
		}
	}
	return "{" + strings.Join(entries, ",") + "}"
}

// key returns the key of an entry: mostly one that is like the image's host and path,
// in one of the forms that keys are written in, and in some that they are not.
func (g generator) key(image string) string {
	host, path, _ := strings.Cut(image, "/")
	switch g.IntN(8) {
	case 0:
		host = g.host()
	case 1:
		host = g.of("index.docker.io", "https://index.docker.io/v1/", "index.docker.io", "docker.io", "*.docker.io", "*")
	case 2:
		host = g.of(strings.ToLower(host), strings.ToUpper(host), host+":5000", host+":443", host+".", host+":*", "x"+host, "user:p@"+host, host+"%41")
	case 3:
		labels := strings.Split(host, ".")
		i := g.IntN(len(labels))
		labels[i] = g.of("*", "*", "?", "[a-z]", "[a-z", labels[i]+"*", "*"+labels[i], `\*`, "%2A", "")
		host = strings.Join(labels, ".")
	}
	parts := strings.Split(path, "/")
	return g.of("", "", "", "https://", "https://", "http://", "HTTPS://", "oci://", "//") + host +
		g.of("", "", "", "", "/", "/", "/v1/", "/v2/", "/v1", "/v2", "//", "/v2//", "/"+parts[0], "/"+parts[0]+"/", "/"+path, "/v2/"+parts[0], "/v1/"+path, "/v2/v2/"+parts[0], "/"+parts[0][:1],
			"/te%61m", "/team%2Fapp", "/team%3Fx", "/team%23x", "/team%25zz", "/team?x=y", "/team#x", "/?x", "?x", "#x", "/*", "/%zz", "/library", "/v2/library/", "/a b", "/é")
}

// entry returns an entry: fields in any order, some twice, of any type.
func (g generator) entry() string {
	if g.in(60) {
		return g.of(`null`, `"x"`, `7`, `[]`)
	}
	user, password := g.of("ci", "bob", "00000000-0000-0000-0000-000000000000", "ü", ""), g.of("p", "q", "p:q", "ä\n", "")
	var fields []string
	add := func(name, value string) { fields = append(fields, quote(name)+":"+value) }
	if g.in(2) {
		add(g.of("username", "username", "Username", "USERNAME"), quote(user))
		add("password", quote(password))
	}
	if g.in(2) {
		add(g.of("auth", "auth", "Auth"), quote(g.auth(user, password)))
	}
	for g.in(3) {
		name := g.of("username", "password", "auth", "email", "identitytoken", "registrytoken", "IdentityToken", "more")
		value := g.of(`null`, `null`, `""`, `"x"`)
		if name == "identitytoken" || name == "registrytoken" || name == "IdentityToken" || name == "more" || g.in(12) {
			value = g.of(value, `7`, `{"a":[1]}`, `true`, `"t0ken"`)
		}
		if name == "auth" && value == `"x"` {
			value = quote(g.auth("bob", "p"))
		}
		add(name, value)
	}
	g.Shuffle(len(fields), func(i, j int) { fields[i], fields[j] = fields[j], fields[i] })
	return "{" + strings.Join(fields, ",") + "}"
}

// auth returns auth of a user name and a password, seldom a broken one.
func (g generator) auth(user, password string) string {
	text := []byte(user + ":" + password)
	if !g.in(12) {
		return g.of(base64.StdEncoding.EncodeToString(text), base64.RawStdEncoding.EncodeToString(text))
	}
	return g.of("", "%", "Og==", "Og", "=", "Y2k6cA=", "Y2k6cA== ", "Y2k6cA==\n", "Y2\nk6cA==", "Y2k6_-8=", base64.StdEncoding.EncodeToString([]byte("no colon")), base64.StdEncoding.EncodeToString([]byte("\xff:\x00\xfe")))
}

func quote(text string) string {
	quoted, _ := json.Marshal(text) // any text can be encoded
	return string(quoted)
}
