package differential_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/docker/cli/cli/config"
	"github.com/docker/cli/cli/config/configfile"
	dockercredentials "github.com/docker/cli/cli/config/credentials"
	"github.com/docker/cli/cli/config/types"

	"github.com/stellaops/terraform-provider-stellaops/internal/credentials"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

// dockerFiles is how many Docker configurations are compared.
const dockerFiles = 60_000

// dockerCase is one file and one image.
type dockerCase struct {
	file, host, repository string
	environ                []string
}

// address returns the address of a check for the image.
func (c dockerCase) address() string {
	if c.repository == "" {
		return c.host
	}
	return c.host + "/" + c.repository
}

// dockerLogin is what a reader finds. A zero login is the same as none.
type dockerLogin struct {
	username, password, identityToken, registryToken string
}

func fromDocker(a types.AuthConfig) dockerLogin {
	return dockerLogin{a.Username, a.Password, a.IdentityToken, a.RegistryToken}
}

// byDocker returns what docker finds, and whether it refuses the file.
func (c dockerCase) byDocker() (file *configfile.ConfigFile, login dockerLogin, refused bool) {
	file, err := config.LoadFromReader(strings.NewReader(c.file))
	if err != nil {
		return file, dockerLogin{}, true
	}
	found, err := file.GetAuthConfig(c.host)
	if err != nil {
		return file, dockerLogin{}, true
	}
	return file, fromDocker(found), false
}

// byProvider returns what a check finds in the file at the path, and whether it says
// that docker refuses it.
func (c dockerCase) byProvider(t *testing.T, path string) (login dockerLogin, refused bool) {
	t.Helper()
	endpoint, err := registry.ParseEndpoint(c.address())
	if err != nil {
		t.Errorf("%q: %v", c.address(), err)
	}
	search := credentials.Search{Endpoint: endpoint, Address: c.address()}
	if name := endpoint.Repository(); name != "" {
		search.Repositories = []string{name}
	}
	places := credentials.Places{DockerConfigPath: credentials.Setting[string]{Value: path}, Environ: c.environ}
	result, err := places.Find(t.Context(), search)
	if err != nil {
		return dockerLogin{}, true
	}
	refused = strings.Contains(strings.Join(result.Notes, "\n"), "so Docker refuses the whole file")
	found := result.Credential
	return dockerLogin{found.Username, found.Password.Reveal(), found.IdentityToken.Reveal(), found.Token.Reveal()}, refused
}

// legacyKeys returns the keys, other than the host itself, that docker takes for it by
// chance: the order is that of a map.
func (c dockerCase) legacyKeys(file *configfile.ConfigFile) []string {
	var keys []string
	for key := range file.GetAuthConfigs() {
		if key != c.host && dockercredentials.ConvertToHostname(key) == c.host {
			keys = append(keys, key)
		}
	}
	return keys
}

// dockerException is a difference that is meant.
type dockerException struct {
	name    string // and why
	refused bool   // whether it is about files that docker alone refuses
	covers  func(c dockerCase, file *configfile.ConfigFile, ours dockerLogin) bool
}

func hasKey(file *configfile.ConfigFile, is func(key string) bool) bool {
	for key := range file.GetAuthConfigs() {
		if is(key) {
			return true
		}
	}
	return false
}

// dockerExceptions are in the order in which they are tried.
var dockerExceptions = []dockerException{
	{"An entry with a path is for the repositories below it, as Podman and kaniko read it; docker takes it for the whole host", false, func(c dockerCase, file *configfile.ConfigFile, _ dockerLogin) bool {
		return hasKey(file, func(key string) bool {
			host, path, _ := strings.Cut(key, "/")
			path = strings.Trim(path, "/")
			return !strings.Contains(key, "://") && (host == c.host || isHub(c.host) && isHub(host)) && path != "" && path != "v1" && path != "v2"
		})
	}},
	{"A URL of another scheme than https is another port, so that its login is never sent to https; docker drops the scheme", false, func(c dockerCase, file *configfile.ConfigFile, _ dockerLogin) bool {
		return slices.ContainsFunc(c.legacyKeys(file), func(key string) bool {
			scheme, _, ok := strings.Cut(key, "://")
			return ok && !strings.EqualFold(scheme, "https")
		})
	}},
	{"Of a key that stands twice the last counts; docker refuses a file also where only the first has a part of another type", true, func(c dockerCase, _ *configfile.ConfigFile, _ dockerLogin) bool {
		var last struct{ Auths map[string]json.RawMessage }
		if json.NewDecoder(strings.NewReader(c.file)).Decode(&last) != nil {
			return false
		}
		text, err := json.Marshal(last)
		if err != nil {
			return false
		}
		_, err = config.LoadFromReader(bytes.NewReader(text))
		return err == nil
	}},
	{"Every name of Docker Hub finds the same login; docker looks for one of them", false, func(c dockerCase, file *configfile.ConfigFile, _ dockerLogin) bool {
		return isHub(c.host) && hasKey(file, func(key string) bool { return isHub(dockercredentials.ConvertToHostname(key)) })
	}},
	{"Of several URLs for one host the first of the alphabet counts; docker takes any by chance", false, func(c dockerCase, file *configfile.ConfigFile, ours dockerLogin) bool {
		keys := c.legacyKeys(file)
		return len(keys) > 1 && slices.ContainsFunc(keys, func(key string) bool { return ours == fromDocker(file.AuthConfigs[key]) })
	}},
	{"A URL with an IPv6 address without a port is for that address; docker drops its brackets, and finds nothing", false, func(c dockerCase, file *configfile.ConfigFile, _ dockerLogin) bool {
		return strings.HasSuffix(c.host, "]") && hasKey(file, func(key string) bool { return dockercredentials.ConvertToHostname(key) == strings.Trim(c.host, "[]") })
	}},
}

func isHub(host string) bool { return slices.Contains(registry.DockerHubNames(), host) }

// TestDockerConfig compares the login that docker finds for a host in generated files
// with the one that a check finds. Helpers are left out.
func TestDockerConfig(t *testing.T) {
	t.Parallel()
	const workers = 16 // most of the time is spent on waiting for the disk
	var (
		folder  = t.TempDir()
		tallies = make([]dockerTally, workers)
		all     sync.WaitGroup
	)
	for i := range workers {
		all.Go(func() {
			tallies[i] = compareDockerFiles(t, filepath.Join(folder, fmt.Sprint(i)), uint64(i), dockerFiles/workers)
		})
	}
	all.Wait()
	sum := dockerTally{exceptions: map[string]int{}}
	for _, tally := range tallies {
		sum.found, sum.refused = sum.found+tally.found, sum.refused+tally.refused
		for name, n := range tally.exceptions {
			sum.exceptions[name] += n
		}
	}
	t.Logf("of %d files, %d hold a login that both find, and both refuse %d", dockerFiles, sum.found, sum.refused)
	for _, e := range dockerExceptions {
		t.Logf("%d times: %s", sum.exceptions[e.name], e.name)
		if sum.exceptions[e.name] == 0 {
			t.Errorf("no file shows this exception: %s", e.name)
		}
	}
	if sum.found < dockerFiles/10 || sum.refused < dockerFiles/50 {
		t.Error("too few of these files say anything")
	}
}

// dockerTally counts files that hold a login which both readers find, files that both
// refuse, and differences that are meant.
type dockerTally struct {
	found, refused int
	exceptions     map[string]int
}

// compareDockerFiles writes files to the path, one after the other, and reports each
// difference that is not an exception.
func compareDockerFiles(t *testing.T, path string, seed uint64, files int) dockerTally {
	t.Helper()
	g := dockerGenerator{rand.New(rand.NewPCG(13, seed))}
	tally := dockerTally{exceptions: map[string]int{}}
	for range files {
		c := g.next()
		if err := os.WriteFile(path, []byte(c.file), 0o600); err != nil {
			t.Error(err)
			break
		}
		file, theirs, theyRefuse := c.byDocker()
		ours, weRefuse := c.byProvider(t, path)
		meant := slices.IndexFunc(dockerExceptions, func(e dockerException) bool {
			return !weRefuse && theyRefuse == e.refused && (e.refused || c.mayBe(file, ours)) && e.covers(c, file, ours)
		})
		switch {
		case theyRefuse && weRefuse:
			tally.refused++
		case theyRefuse == weRefuse && ours == theirs && ours == dockerLogin{}:
		case theyRefuse == weRefuse && ours == theirs:
			tally.found++
		case meant >= 0:
			tally.exceptions[dockerExceptions[meant].name]++
		default:
			t.Errorf("%q with %q\ndocker finds %q (refuses: %v)\na check finds %q (refuses: %v)", c.address(), c.file, theirs, theyRefuse, ours, weRefuse)
		}
	}
	return tally
}

// mayBe reports whether a login is none, or that of a key of the host, which has no
// path that the repository is not below.
func (c dockerCase) mayBe(file *configfile.ConfigFile, login dockerLogin) bool {
	return login == dockerLogin{} || hasKey(file, func(key string) bool {
		_, path, _ := strings.Cut(key, "/")
		path = strings.Trim(path, "/")
		host := dockercredentials.ConvertToHostname(key)
		whole := strings.Contains(key, "://") || path == "" || path == "v1" || path == "v2"
		return fromDocker(file.AuthConfigs[key]) == login && (host == c.host || isHub(host) && isHub(c.host) || "["+host+"]" == c.host) &&
			(whole || c.repository == "" || strings.HasPrefix(c.repository+"/", path+"/"))
	})
}

// TestDockerAuthConfig compares the same for values of DOCKER_AUTH_CONFIG, beside a
// file with a login for the host. It is not parallel, since docker reads the variable
// of the process.
func TestDockerAuthConfig(t *testing.T) {
	const values = 5_000
	t.Setenv(configfile.DockerEnvConfigKey, "")
	silenceStandardError(t)
	path := filepath.Join(t.TempDir(), "config.json")
	g := dockerGenerator{rand.New(rand.NewPCG(13, 29))}
	inVariable, inFile, meant := 0, 0, 0
	const host = "r.example.com"
	inTheFile := dockerLogin{username: "file", password: "p"}
	c := dockerCase{file: `{"auths":{"r.example.com":{"auth":"ZmlsZTpw"}}}`, host: host}
	if err := os.WriteFile(path, []byte(c.file), 0o600); err != nil {
		t.Fatal(err)
	}
	for range values {
		value := g.variable(host)
		c.environ, c.repository = []string{configfile.DockerEnvConfigKey + "=" + value}, g.of("", "org/app", "org-b/app")
		if err := os.Setenv(configfile.DockerEnvConfigKey, value); err != nil { //nolint:usetesting // t.Setenv would keep each value to the end
			t.Fatal(err)
		}
		_, theirs, _ := c.byDocker()
		ours, _ := c.byProvider(t, path)
		variable, err := config.LoadFromReader(strings.NewReader(value))
		switch {
		case ours == theirs && ours == inTheFile:
			inFile++
		case ours == theirs:
			inVariable++
		// In the variable too, paths and URLs count; docker looks for the host alone.
		case err == nil && c.mayBe(variable, ours) && hasKey(variable, func(key string) bool { return key != host && dockercredentials.ConvertToHostname(key) == host }):
			meant++
		default:
			t.Errorf("%q, %q\ndocker finds %q\na check finds %q", c.address(), value, theirs, ours)
		}
	}
	t.Logf("of %d values, %d hold a login that both find, for %d both read the file, and %d differ as meant", values, inVariable, inFile, meant)
	if inVariable < values/10 || inFile < values/10 || meant == 0 {
		t.Error("too few of these values say anything")
	}
}

// silenceStandardError hides what docker prints of a value that it does not use.
func silenceStandardError(t *testing.T) {
	t.Helper()
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	before := os.Stderr
	os.Stderr = null
	t.Cleanup(func() {
		os.Stderr = before
		_ = null.Close() // nothing was written that could be lost
	})
}

// dockerGenerator makes files and hosts, more of those that are read in several ways
// than chance would.
type dockerGenerator struct{ *rand.Rand }

func (g dockerGenerator) of(texts ...string) string { return texts[g.IntN(len(texts))] }

func (g dockerGenerator) in(n int) bool { return g.IntN(n) == 0 }

func (g dockerGenerator) host() string {
	return g.of("r.example.com", "r.example.com", "r.example.com", "r.example.com:443", "r.example.com:5000", "r.example.com:05000", "R.Example.com",
		"R.EXAMPLE.COM:5000", "other.example.com", "localhost", "localhost:5000", "127.0.0.1:5000", "[::1]", "[::1]:5000", "[FD00::0:1]:5000", "[fd00::1]:5000",
		"xn--bcher-kva.example", "docker.io", "docker.io", "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com")
}

func (g dockerGenerator) next() dockerCase {
	host := g.host()
	return dockerCase{file: g.file(host), host: host, repository: g.of("", "", "org/app", "org-b/app", "v1/app", "org/team/app")}
}

// file returns the text of a file for a check of the host.
func (g dockerGenerator) file(host string) string {
	var fields []string
	for range 1 + g.IntN(2)*g.IntN(2) {
		fields = append(fields, fmt.Sprintf("%q:%s", g.of("auths", "auths", "auths", "auths", "Auths", "AUTHS", "auth"), g.auths(host)))
	}
	for g.in(4) {
		fields = append(fields, g.of(`"HttpHeaders":{"User-Agent":"x"}`, `"credsStore":""`, `"credsStore":null`, `"credsStore":7`, `"credHelpers":{}`, `"credHelpers":null`,
			fmt.Sprintf(`"credHelpers":{%q:""}`, host), `"credHelpers":{"other.example.com":""}`, `"credHelpers":[]`, `"credHelpers":{"x":1}`, `"psFormat":"x"`, `"unknown":[{"a":1}]`, `"currentContext":"x"`))
	}
	g.Shuffle(len(fields), func(i, j int) { fields[i], fields[j] = fields[j], fields[i] })
	object := "{" + strings.Join(fields, ",") + "}"
	if !g.in(20) {
		return object
	}
	switch g.IntN(7) {
	case 0:
		return "\ufeff" + object
	case 1:
		return object[:g.IntN(len(object))]
	case 2:
		return " \r\n\t" + object + "\n"
	case 3:
		return object + g.of(object, "}", "x", "[", "\x00")
	case 4:
		return "[" + object + "]"
	default:
		return g.of("", " \n", "null", "7", `"x"`, "{}", "[]", `{"auths":null}`, `{"auths":{}}`)
	}
}

func (g dockerGenerator) auths(host string) string {
	if g.in(40) {
		return g.of("null", "{}", "[]", `"x"`, "7")
	}
	var entries []string
	for range 1 + g.IntN(4) {
		key := fmt.Sprintf("%q", g.key(host))
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

// variable returns a value of DOCKER_AUTH_CONFIG, most of which docker uses.
func (g dockerGenerator) variable(host string) string {
	if g.in(12) {
		return strings.ReplaceAll(g.file(host), "\x00", "") // no variable can hold a zero
	}
	var entries []string
	for range 1 + g.IntN(3) {
		auth := g.auth()
		if g.in(2) {
			auth = base64.StdEncoding.EncodeToString([]byte("ci:p"))
		}
		entries = append(entries, fmt.Sprintf(`%q:{%q:%q%s}`, g.of(host, g.key(host)), g.of("auth", "auth", "AUTH"), auth, g.of("", "", "", "", "", "", "", "", `,"email":"x"`)))
	}
	value := `{"auths":{` + strings.Join(entries, ",") + "}}"
	return g.of("", " ") + value + g.of("", "", "", "", "", "", "", "\n", "{}", "}", "]", " x")
}

// key returns the key of an entry: mostly one that is like the host.
func (g dockerGenerator) key(host string) string {
	switch g.IntN(8) {
	case 0, 1:
		host = g.host()
	case 2:
		host = g.of("https://index.docker.io/v1/", "https://index.docker.io/v1/", "https://index.docker.io/v1/access-token", "https://index.docker.io/v1/refresh-token", "docker.io")
		if g.in(2) {
			return host
		}
	case 3:
		host = g.of(strings.ToLower(host), strings.ToUpper(host), host+":5000", host+":443", host+".", host+":", "x"+host, "*.example.com", " "+host, host+"\\n", "")
	}
	return g.of("", "", "", "", "", "https://", "https://", "HTTPS://", "http://", "oci://", "//", "https://ci@", "https://ci:p@", "ci:p@") + host +
		g.of("", "", "", "", "", "", "/", "/", "/v1/", "/v2/", "/v1", "/v2", "//", "/v2//", "/org", "/org/", "/org-b", "/org/team", "/v1/org", "?x", "#x", "/a b")
}

func (g dockerGenerator) entry() string {
	if g.in(25) {
		return g.of("null", "{}", "[]", `"x"`, "7", `{"auth":7}`, `{"username":{}}`, `{"identitytoken":7}`, `{"registrytoken":[]}`, `{"password":null}`, `{"email":7}`)
	}
	var fields []string
	add := func(name, value string) { fields = append(fields, fmt.Sprintf("%q:%q", name, value)) }
	if !g.in(6) {
		add(g.of("auth", "auth", "auth", "auth", "Auth", "AUTH"), g.auth())
	}
	if g.in(8) {
		add("auth", g.auth())
	}
	if g.in(4) {
		add(g.of("username", "USERNAME"), g.of("field", "<token>", ""))
		add("password", g.of("of the field", "", "p\x00"))
	}
	if g.in(8) {
		add("identitytoken", g.of("i", ""))
	}
	if g.in(12) {
		add("registrytoken", g.of("t", ""))
	}
	if g.in(8) {
		add(g.of("email", "serveraddress"), "x")
	}
	return strings.ReplaceAll("{"+strings.Join(fields, ",")+"}", `\x00`, `\u0000`)
}

// auth returns the text of an auth, one in twelve of which docker cannot read.
func (g dockerGenerator) auth() string {
	encode := base64.StdEncoding.EncodeToString
	login := g.of("ci", "ci", "<token>", "a b", "é") + ":" + fmt.Sprintf("p%d", g.IntN(1000)) + g.of("", "", "", ":", ":x", "\x00", "\x00\x00\x00", "\n", " ")
	if !g.in(12) {
		text := encode([]byte(login))
		if g.in(10) { // line breaks within, which the decoder skips
			text = text[:4] + g.of("\n", "\r\n") + text[4:]
		}
		return text
	}
	return g.of("", "%", "x", encode([]byte("ci")), encode([]byte(":p")), encode([]byte(":")), encode([]byte("ci:")), encode([]byte("\x00:p")),
		base64.RawStdEncoding.EncodeToString([]byte("ci:pp")), base64.URLEncoding.EncodeToString([]byte("ci:\xff\xfe\xff")), " "+encode([]byte(login)), encode([]byte(login))+"=", encode([]byte(login))+"\n")
}
