package registry_test

import (
	"errors"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

const hubURL = "https://registry-1.docker.io/v2/"

type endpointRow struct {
	name       string
	address    string
	url        string
	host       string
	repository string
	hasBase    bool
}

func endpointRows() []endpointRow {
	digest := "@sha256:" + strings.Repeat("0", 64)
	return []endpointRow{
		{"a bare host means https", "ghcr.io", "https://ghcr.io/v2/", "ghcr.io", "", false},
		{"a host may have one label", "registry", "https://registry/v2/", "registry", "", false},
		{"a slash at the end goes", "ghcr.io/", "https://ghcr.io/v2/", "ghcr.io", "", false},
		{"a port belongs to the host", "r.example.com:5000", "https://r.example.com:5000/v2/", "r.example.com:5000", "", false},
		{"an IPv4 address is a host", "192.0.2.7:5000/app", "https://192.0.2.7:5000/v2/", "192.0.2.7:5000", "app", false},
		{"what follows a host is a repository", "ghcr.io/org/app", "https://ghcr.io/v2/", "ghcr.io", "org/app", false},
		{"a tag goes", "ghcr.io/org/app:1.2", "https://ghcr.io/v2/", "ghcr.io", "org/app", false},
		{"a digest goes", "ghcr.io/org/app" + digest, "https://ghcr.io/v2/", "ghcr.io", "org/app", false},
		{"a tag with a digest goes", "ghcr.io/org/app:1.2" + digest, "https://ghcr.io/v2/", "ghcr.io", "org/app", false},
		{"a port is no tag", "r.example.com:5000/app:tag", "https://r.example.com:5000/v2/", "r.example.com:5000", "app", false},
		{
			"an ECR repository URL is a host and a repository",
			"123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/app:latest",
			"https://123456789012.dkr.ecr.eu-west-1.amazonaws.com/v2/",
			"123456789012.dkr.ecr.eu-west-1.amazonaws.com", "team/app", false,
		},
		{"an API path behind a bare host is no repository", "r.example.com/v2/", "https://r.example.com/v2/", "r.example.com", "", false},
		{"an API path without a slash at the end behind a bare host is no repository", "r.example.com/v2", "https://r.example.com/v2/", "r.example.com", "", false},
		{"an API path behind a repository goes too", "r.example.com/app/v2/", "https://r.example.com/v2/", "r.example.com", "app", false},
		{"a repository may be named like the API where a tag follows", "r.example.com/v2:1", "https://r.example.com/v2/", "r.example.com", "v2", false},
		{"https may be written", "https://ghcr.io", "https://ghcr.io/v2/", "ghcr.io", "", false},
		{"a root path is no base path", "https://ghcr.io/", "https://ghcr.io/v2/", "ghcr.io", "", false},
		{"the API version goes", "https://ghcr.io/v2", "https://ghcr.io/v2/", "ghcr.io", "", false},
		{"the API version with a slash goes", "https://ghcr.io/v2/", "https://ghcr.io/v2/", "ghcr.io", "", false},
		{"a base path stays", "https://r.example.com/base/path", "https://r.example.com/base/path/v2/", "r.example.com", "", true},
		{"a slash behind a base path goes", "https://r.example.com/base/", "https://r.example.com/base/v2/", "r.example.com", "", true},
		{"the API version behind a base path goes", "https://r.example.com/base/v2", "https://r.example.com/base/v2/", "r.example.com", "", true},
		{"the API version with a slash behind a base path goes", "https://r.example.com/base/v2/", "https://r.example.com/base/v2/", "r.example.com", "", true},
		{"only one API version goes", "https://r.example.com/v2/v2/", "https://r.example.com/v2/v2/", "r.example.com", "", true},
		{"a base path that only ends in v2 stays", "https://r.example.com/apiv2", "https://r.example.com/apiv2/v2/", "r.example.com", "", true},
		{"double slashes and dots in a base path are cleaned", "https://r.example.com//a/./b/../c", "https://r.example.com/a/c/v2/", "r.example.com", "", true},
		{"a base path keeps its escapes and its case", "https://r.example.com/A%2Fb", "https://r.example.com/A%2Fb/v2/", "r.example.com", "", true},
		{"a base path keeps its escapes beside what has to be escaped", "https://r.example.com/%40a%2Fb\"", "https://r.example.com/%40a%2Fb%22/v2/", "r.example.com", "", true},
		{"a base path keeps what needs no escape", "https://r.example.com/a-b_c.d~!$&'()*+,;=:[e]", "https://r.example.com/a-b_c.d~!$&'()*+,;=:[e]/v2/", "r.example.com", "", true},
		{"a base path of another alphabet is escaped", "https://r.example.com/é", "https://r.example.com/%C3%A9/v2/", "r.example.com", "", true},
		{"http is taken when written", "http://r.example.com/base", "http://r.example.com/base/v2/", "r.example.com", "", true},
		{"the port of https goes", "r.example.com:443", "https://r.example.com/v2/", "r.example.com", "", false},
		{"the port of https with zeros in front goes", "r.example.com:0443", "https://r.example.com/v2/", "r.example.com", "", false},
		{"the port of http goes", "http://r.example.com:80", "http://r.example.com/v2/", "r.example.com", "", false},
		{"the port of http stays on https", "https://r.example.com:80", "https://r.example.com:80/v2/", "r.example.com:80", "", false},
		{"the port of https stays on http", "http://r.example.com:443", "http://r.example.com:443/v2/", "r.example.com:443", "", false},
		{"the highest port is a port", "r.example.com:65535", "https://r.example.com:65535/v2/", "r.example.com:65535", "", false},
		{"scheme and host are made lower case", "HTTPS://R.Example.COM/Base", "https://r.example.com/Base/v2/", "r.example.com", "", true},
		{"a repository keeps its case", "R.Example.COM/Org/App", "https://r.example.com/v2/", "r.example.com", "Org/App", false},
		{"a dot at the end of a host goes", "ghcr.io./app", "https://ghcr.io/v2/", "ghcr.io", "app", false},
		{"an underscore is allowed", "my_registry:5000", "https://my_registry:5000/v2/", "my_registry:5000", "", false},
		{"an IPv6 literal", "[::1]", "https://[::1]/v2/", "[::1]", "", false},
		{"an IPv6 literal with a port and a repository", "[2001:DB8:0::5]:5000/app", "https://[2001:db8::5]:5000/v2/", "[2001:db8::5]:5000", "app", false},
		{"an IPv6 literal loses the port of http", "http://[::1]:80/", "http://[::1]/v2/", "[::1]", "", false},
		{"an international name becomes punycode", "Bücher.example/app", "https://xn--bcher-kva.example/v2/", "xn--bcher-kva.example", "app", false},
		{"an international name with its own kind of dot", "bücher。example:5000", "https://xn--bcher-kva.example:5000/v2/", "xn--bcher-kva.example:5000", "", false},
		{"punycode stays", "xn--bcher-kva.example", "https://xn--bcher-kva.example/v2/", "xn--bcher-kva.example", "", false},
		{"Docker Hub by its name", "docker.io", hubURL, "docker.io", "", false},
		{"Docker Hub by its index", "index.docker.io", hubURL, "docker.io", "", false},
		{"Docker Hub by its registry", "registry-1.docker.io", hubURL, "docker.io", "", false},
		{"Docker Hub by its old registry", "registry.hub.docker.com", hubURL, "docker.io", "", false},
		{"Docker Hub as docker login stores it", "https://index.docker.io/v1/", hubURL, "docker.io", "", false},
		{"Docker Hub as docker login stores it, without a slash", "https://index.docker.io/v1", hubURL, "docker.io", "", false},
		{"Docker Hub as docker login stores it, without a scheme", "index.docker.io/v1/", hubURL, "docker.io", "", false},
		{"Docker Hub with the path of its API", "https://registry-1.docker.io/v2/", hubURL, "docker.io", "", false},
		{"Docker Hub in upper case", "Docker.IO", hubURL, "docker.io", "", false},
		{"Docker Hub with the port of https", "docker.io:443", hubURL, "docker.io", "", false},
		{"Docker Hub is asked by https only", "http://docker.io", hubURL, "docker.io", "", false},
		{"a repository of one part gets its library on Docker Hub", "docker.io/nginx:1.27", hubURL, "docker.io", "library/nginx", false},
		{"a repository of two parts gets none", "registry.hub.docker.com/org/app", hubURL, "docker.io", "org/app", false},
		{"a repository of one part gets no library elsewhere", "quay.io/nginx", "https://quay.io/v2/", "quay.io", "nginx", false},
		{"proxyhost/library/hello is a name at Docker Hub", "proxyhost/library/hello:v1", hubURL, "docker.io", "proxyhost/library/hello", false},
		{"an organisation and a repository are at Docker Hub", "org/app", hubURL, "docker.io", "org/app", false},
		{"a digest behind a repository at Docker Hub goes", "my-org/my__app" + digest, hubURL, "docker.io", "my-org/my__app", false},
		{"a host of one label with a slash at the end stays one", "registry/", "https://registry/v2/", "registry", "", false},
		{"a host of one label with an API path stays one", "registry/v2/", "https://registry/v2/", "registry", "", false},
		{"a host of one label with an API path without a slash stays one", "registry/v2", "https://registry/v2/", "registry", "", false},
		{"a host of one label with a scheme stays one", "https://registry/base", "https://registry/base/v2/", "registry", "", true},
		{"a host of one label with a port stays one", "registry:5000/app", "https://registry:5000/v2/", "registry:5000", "app", false},
		{"a host of one label with a capital stays one", "Registry/app", "https://registry/v2/", "registry", "app", false},
		{"localhost stays a host", "localhost/app", "https://localhost/v2/", "localhost", "app", false},
		{"an IPv6 literal stays a host", "[::1]/app", "https://[::1]/v2/", "[::1]", "app", false},
		{"another port of Docker Hub is another registry", "docker.io:5000", "https://docker.io:5000/v2/", "docker.io:5000", "", false},
	}
}

func TestParseEndpoint(t *testing.T) {
	t.Parallel()
	for _, row := range endpointRows() {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			e, err := registry.ParseEndpoint(row.address)
			if err != nil {
				t.Fatalf("ParseEndpoint(%q): %v", row.address, err)
			}
			if got := e.URL(); got != row.url {
				t.Errorf("URL %q, want %q", got, row.url)
			}
			if got := e.Host(); got != row.host {
				t.Errorf("Host %q, want %q", got, row.host)
			}
			if got := e.Repository(); got != row.repository {
				t.Errorf("Repository %q, want %q", got, row.repository)
			}
			if want, _, _ := strings.Cut(row.url, ":"); e.Scheme() != want {
				t.Errorf("Scheme %q, want %q", e.Scheme(), want)
			}
			if got := e.Base() != ""; got != row.hasBase {
				t.Errorf("has a base %t, want %t", got, row.hasBase)
			}
		})
	}
}

func TestParseEndpoint_AliasesOfDockerHub(t *testing.T) {
	t.Parallel()
	want, err := registry.ParseEndpoint("docker.io")
	if err != nil {
		t.Fatal(err)
	}
	for _, alias := range []string{"index.docker.io", "https://index.docker.io/v1/", "registry.hub.docker.com", "http://registry-1.docker.io:80/v2"} {
		if got, err := registry.ParseEndpoint(alias); err != nil || got != want {
			t.Errorf("%q is %+v, %v; want %+v", alias, got, err, want)
		}
	}
}

func TestEndpoint_DialAddress(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ name, address, hostname, dial string }{
		{"https has its port", "ghcr.io/app", "ghcr.io", "ghcr.io:443"},
		{"http has its port", "http://ghcr.io", "ghcr.io", "ghcr.io:80"},
		{"a written port stays", "ghcr.io:5000", "ghcr.io", "ghcr.io:5000"},
		{"an IPv6 literal keeps brackets where a port follows", "[::1]", "::1", "[::1]:443"},
		{"Docker Hub is asked at its registry", "docker.io", "registry-1.docker.io", "registry-1.docker.io:443"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			e, err := registry.ParseEndpoint(row.address)
			if err != nil {
				t.Fatal(err)
			}
			if e.Hostname() != row.hostname || e.DialAddress() != row.dial {
				t.Errorf("connects to %q at %q, want %q at %q", e.Hostname(), e.DialAddress(), row.hostname, row.dial)
			}
		})
	}
}

func endpointErrors() []error {
	return []error{
		registry.ErrEmpty, registry.ErrBlank, registry.ErrScheme, registry.ErrUserInfo, registry.ErrQuery,
		registry.ErrFragment, registry.ErrHost, registry.ErrPort, registry.ErrMalformed, registry.ErrTooLong,
	}
}

func FuzzParseEndpoint(f *testing.F) {
	for _, row := range endpointRows() {
		f.Add(row.address)
	}
	for _, row := range badAddresses() {
		f.Add(row.address)
	}
	f.Add("https://r.example.com/" + strings.Repeat(`"`, 1500))
	f.Fuzz(func(t *testing.T, address string) {
		e, err := registry.ParseEndpoint(address)
		if err != nil {
			// Each of these is a fixed text, so none can repeat an address.
			if !slices.Contains(endpointErrors(), err) {
				t.Errorf("error %v is none of the package's", err)
			}
			return
		}
		u, err := url.Parse(e.URL())
		if err != nil {
			t.Fatalf("URL %q: %v", e.URL(), err)
		}
		switch {
		case u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
			t.Errorf("URL %q has user information, a query or a fragment", e.URL())
		case u.Scheme != "https" && u.Scheme != "http" || u.Scheme != e.Scheme():
			t.Errorf("URL %q has the wrong scheme", e.URL())
		case u.Host == "" || e.Hostname() == "":
			t.Errorf("URL %q has no host", e.URL())
		case !strings.HasSuffix(u.EscapedPath(), "/v2/"):
			t.Errorf("URL %q does not end in /v2/", e.URL())
		}
		again, err := registry.ParseEndpoint(e.URL())
		if errors.Is(err, registry.ErrTooLong) {
			return // escaping made it longer than what may be written
		}
		if err != nil || again.URL() != e.URL() || again.Host() != e.Host() {
			t.Errorf("URL %q is read as %q: %v", e.URL(), again.URL(), err)
		}
		if e.Scheme() != "https" {
			return // a host alone means https
		}
		if host, err := registry.ParseEndpoint(e.Host()); err != nil || host.Host() != e.Host() {
			t.Errorf("host %q is read as %q: %v", e.Host(), host.Host(), err)
		}
	})
}

func TestParseEndpoint_Refuses(t *testing.T) {
	t.Parallel()
	for _, row := range badAddresses() {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			e, err := registry.ParseEndpoint(row.address)
			if !errors.Is(err, row.want) {
				t.Fatalf("ParseEndpoint(%q) is %q, %v; want %v", row.address, e.URL(), err, row.want)
			}
			if e != (registry.Endpoint{}) {
				t.Errorf("an endpoint comes with the error: %+v", e)
			}
			if strings.Contains(strings.ToLower(err.Error()), canary) {
				t.Errorf("error repeats the address: %v", err)
			}
		})
	}
}
