package differential_test

import (
	"encoding/json"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/go-logr/logr"
	"k8s.io/klog/v2"
	"k8s.io/kubernetes/pkg/credentialprovider"
	"k8s.io/kubernetes/pkg/util/parsers"

	"github.com/stellaops/terraform-provider-stellaops/internal/credentials"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

// payloads is how many payloads are compared.
const payloads = 150_000

// question is one payload and one image whose login is looked for in it.
type question struct {
	payload string
	image   string // as in a pod
	name    string // normalized, without tag and digest
	address string // as in registry_url
	access  string // repository of access; empty for none
}

// login is a user name and a password.
type login struct{ username, password string }

// exception is a difference on purpose. It turns the kubelet's logins into those that
// are found here.
type exception struct {
	name, reason string
	expect       func(q question, kubelet []login) []login
}

func exceptions() []exception {
	return []exception{
		{
			"Docker Hub's login for another host",
			"the kubelet sends it to each host without dot and port, such as localhost; here, credentials are for the host that they belong to",
			func(q question, kubelet []login) []login {
				if host, _, _ := strings.Cut(q.name, "/"); host != "docker.io" && !strings.ContainsAny(host, ".:") && len(lookUp(without(q.payload, "index.docker.io"), q.name)) == 0 {
					return nil
				}
				return kubelet
			},
		},
		{
			"the same login again",
			"a login that was refused is refused again, and counts as one more failed login",
			func(_ question, kubelet []login) (once []login) {
				for _, l := range kubelet {
					if !slices.Contains(once, l) {
						once = append(once, l)
					}
				}
				return once
			},
		},
		{
			"an empty login behind another one",
			"where anonymous access passes, it says nothing about the credentials before it",
			func(_ question, kubelet []login) []login {
				if len(kubelet) == 0 {
					return nil
				}
				rest := slices.DeleteFunc(slices.Clone(kubelet[1:]), func(l login) bool { return l == login{} })
				return append(kubelet[:1:1], rest...)
			},
		},
	}
}

// TestPlaces_Find_FindsTheLoginsOfTheKubelet compares the logins that are found in a
// payload, and their order, with those of the kubelet.
func TestPlaces_Find_FindsTheLoginsOfTheKubelet(t *testing.T) {
	t.Parallel()
	klog.SetLogger(logr.Discard())
	g := generator{rand.New(rand.NewPCG(1, 32))}
	seen := map[string]int{}
	refused, found, several, order, differences := 0, 0, 0, 0, 0
	for range payloads {
		q, ok := g.question()
		if !ok {
			t.Fatalf("%q is no image", q.image)
		}
		entries, err := decode(q.payload)
		if err != nil {
			refused++
		}
		kubelet := lookUp(entries, q.name)
		if !slices.Equal(kubelet, lookUpBackwards(entries, q.name)) {
			order++
		}
		want := kubelet
		for _, e := range exceptions() {
			changed := e.expect(q, want)
			if !slices.Equal(changed, want) {
				seen[e.name]++
			}
			want = changed
		}
		if len(want) > 0 {
			found++
		}
		if len(want) > 1 {
			several++
		}
		got, err := find(t, q)
		if valid := json.Valid([]byte(q.payload)); q.payload != "" && valid != (err == nil) {
			t.Errorf("%q is JSON: %t, error: %v", q.payload, valid, err)
		}
		if len(want) == 0 {
			want = []login{{}} // a pull without credentials
		}
		if err == nil && !slices.Equal(got, want) {
			differences++
			t.Errorf("image %s, registry_url %q, access %q, payload %s:\nfound       %q\nthe kubelet %q, as expected here %q", q.image, q.address, q.access, q.payload, got, kubelet, want)
			if differences >= 20 {
				t.Fatal("and perhaps more")
			}
		}
	}
	for _, e := range exceptions() {
		if seen[e.name] == 0 {
			t.Errorf("no payload needs the exception %q", e.name)
		}
		t.Logf("%6d %s: %s", seen[e.name], e.name, e.reason)
	}
	for what, count := range map[string]int{"refused as a whole": refused, "with a login": found, "with several": several, "whose order the kubelet leaves to chance, and which are read in that of their keys": order} {
		if count < payloads/100 {
			t.Errorf("only %d payloads %s", count, what)
		}
		t.Logf("%6d %s", count, what)
	}
	t.Logf("%d payloads, compared with the kubelet", payloads)
}

// decode reads a payload as the kubelet does (pkg/credentialprovider/secrets).
func decode(payload string) (credentialprovider.DockerConfig, error) {
	var config credentialprovider.DockerConfigJSON
	if err := json.Unmarshal([]byte(payload), &config); err != nil {
		return nil, err
	}
	return config.Auths, nil
}

// without returns the entries of a payload that are not for the host.
func without(payload, host string) credentialprovider.DockerConfig {
	entries, _ := decode(payload)
	maps.DeleteFunc(entries, func(key string, _ credentialprovider.DockerConfigEntry) bool { return strings.Contains(key, host) })
	return entries
}

// lookUp returns the kubelet's logins for an image. It adds the entries in the order of
// their keys: of keys that are one to the kubelet, it would take any first.
func lookUp(entries credentialprovider.DockerConfig, image string) []login {
	return lookUpInOrder(entries, slices.Sorted(maps.Keys(entries)), image)
}

func lookUpBackwards(entries credentialprovider.DockerConfig, image string) []login {
	keys := slices.Sorted(maps.Keys(entries))
	slices.Reverse(keys)
	return lookUpInOrder(entries, keys, image)
}

func lookUpInOrder(entries credentialprovider.DockerConfig, keys []string, image string) (logins []login) {
	keyring := &credentialprovider.BasicDockerKeyring{}
	for _, key := range keys {
		keyring.Add(credentialprovider.DockerConfig{key: entries[key]})
	}
	found, _ := keyring.Lookup(image)
	for _, c := range found {
		logins = append(logins, login{c.Username, c.Password})
	}
	return logins
}

// find returns the logins that this provider finds.
func find(t *testing.T, q question) ([]login, error) {
	t.Helper()
	endpoint, err := registry.ParseEndpoint(q.address)
	if err != nil {
		t.Fatalf("%q: %v", q.address, err)
	}
	search := credentials.Search{Endpoint: endpoint, Address: q.address}
	for _, name := range []string{endpoint.Repository(), q.access} {
		if name != "" {
			search.Repositories = append(search.Repositories, endpoint.RepositoryName(name))
		}
	}
	payload := registry.NewSecret(q.payload)
	search.DockerConfigJSON = &payload
	result, err := credentials.Places{}.Find(t.Context(), search)
	if err != nil {
		return nil, err
	}
	var logins []login
	for _, c := range append([]registry.Credential{result.Credential}, result.Next...) {
		if !c.Token.Empty() || !c.IdentityToken.Empty() {
			t.Errorf("%s: a token, which the kubelet does not read", q.payload)
		}
		logins = append(logins, login{c.Username, c.Password.Reveal()})
	}
	return logins, nil
}

// TestParseEndpoint_ReadsImagesAsTheKubelet compares which registry and repository an
// address without a scheme names.
func TestParseEndpoint_ReadsImagesAsTheKubelet(t *testing.T) {
	t.Parallel()
	g := generator{rand.New(rand.NewPCG(2, 32))}
	for range payloads / 10 {
		image := g.image()
		name, _, _, err := parsers.ParseImageName(image)
		if err != nil {
			t.Fatal(err)
		}
		endpoint, err := registry.ParseEndpoint(image)
		if err != nil {
			t.Fatalf("%q: %v", image, err)
		}
		host, repository, _ := strings.Cut(name, "/")
		if named, err := registry.ParseEndpoint(host); err != nil || !named.SameRegistry(endpoint) || named.RepositoryName(repository) != endpoint.Repository() {
			t.Errorf("%q is repository %q of %q, want %q of %q", image, endpoint.Repository(), endpoint.Host(), repository, host)
		}
	}
}

// TestParseEndpoint_DiffersFromTheKubelet lists the addresses that are no images here.
func TestParseEndpoint_DiffersFromTheKubelet(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]struct{ kubelet, host, repository, reason string }{
		"registry":               {"docker.io/library/registry", "registry", "", "registry_url is a host where no path follows"},
		"registry:5000":          {"docker.io/library/registry", "registry:5000", "", "registry_url is a host where no path follows"},
		"registry.example.com":   {"docker.io/library/registry.example.com", "registry.example.com", "", "registry_url is a host where no path follows"},
		"r.example.com/team/v2":  {"r.example.com/team/v2", "r.example.com", "team", "/v2 at the end is the path of the API"},
		"org/v2":                 {"docker.io/org/v2", "org", "", "/v2 at the end is the path of the API"},
		"r.example.com/v1":       {"r.example.com/v1", "r.example.com", "", "v1 behind a host is the path of the API"},
		"registry-1.docker.io/x": {"registry-1.docker.io/x", "docker.io", "library/x", "it is asked as Docker Hub, where x is short for library/x"},
	} {
		name, _, _, err := parsers.ParseImageName(address)
		endpoint, err2 := registry.ParseEndpoint(address)
		if err != nil || err2 != nil || name != want.kubelet || endpoint.Host() != want.host || endpoint.Repository() != want.repository {
			t.Errorf("%q is %q to the kubelet (%v), here %q of %q (%v); want %+v", address, name, err, endpoint.Repository(), endpoint.Host(), err2, want)
		}
	}
}
