package registry

import (
	"errors"
	"net"
	"net/netip"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/net/idna"
)

// Errors of [ParseEndpoint]. No text repeats the address, since it may hold a
// password.
var (
	ErrEmpty     = errors.New("it is empty; write the host of the registry, such as registry.example.com")
	ErrBlank     = errors.New("it contains a blank, a line break or another control character; trimspace() removes those at the ends")
	ErrScheme    = errors.New("its scheme is neither https nor http; leave the scheme out, or write https://")
	ErrUserInfo  = errors.New("it carries user information before an @; leave that out and use the credential arguments")
	ErrQuery     = errors.New("it carries a query (a question mark and what follows); leave that out")
	ErrFragment  = errors.New("it carries a fragment (a # and what follows); leave that out")
	ErrHost      = errors.New("its host is not a DNS name or an IP address; IPv6 addresses are written in brackets, as in [::1]:5000")
	ErrPort      = errors.New("its port is not a number from 1 to 65535")
	ErrTooLong   = errors.New("it is longer than 2048 bytes; write the host of the registry, such as registry.example.com")
	ErrMalformed = errors.New("it is not a URL; write host, host:port, host/repository or https://host/base/path")
)

// maxAddress is how long an address may be, in bytes. It stands in messages and steps.
const maxAddress = 2048

// Docker Hub has many names and one registry.
const (
	dockerHubName     = "docker.io"            // the name its credentials go by
	dockerHubRegistry = "registry-1.docker.io" // the host that serves /v2/
	defaultNamespace  = "library"              // namespace of repositories with a name of one part
)

// Endpoint is the address of one registry; make it with [ParseEndpoint]. Two
// endpoints are equal (==) if they have the same URL and the same image.
type Endpoint struct {
	scheme     string // "https" or "http"
	host       string // host[:port] of requests; lower case, default port dropped
	base       string // escaped path in front of /v2/, "" or "/…" without a slash at the end
	repository string // repository named behind a host without scheme, may be ""
	reference  string // its digest, else its tag, may be ""
}

// ParseEndpoint parses the address of a registry. Without a scheme it means https,
// and the path is a repository (ghcr.io/org/app:tag), of Docker Hub if no host is before
// it (org/app); with one, the path is the base path in front of /v2/. All aliases of
// Docker Hub give the same endpoint. The error is one of this package's Err values, and
// its text does not repeat the address.
func ParseEndpoint(address string) (Endpoint, error) {
	switch {
	case address == "":
		return Endpoint{}, ErrEmpty
	case len(address) > maxAddress:
		return Endpoint{}, ErrTooLong
	}
	if strings.ContainsFunc(address, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }) {
		return Endpoint{}, ErrBlank
	}
	scheme, rest, hasScheme := strings.Cut(address, "://")
	if !hasScheme {
		scheme, rest = "https", strings.TrimSuffix(strings.TrimSuffix(address, "/"), "/v2")
	}
	scheme = strings.ToLower(scheme)
	authority, tail, _ := strings.Cut(rest, "/")
	switch {
	case strings.Contains(authority, "@"), strings.Contains(strings.TrimSuffix(rest, digest.FindString(rest)), "@"), hasScheme && strings.Contains(rest, "@"):
		return Endpoint{}, ErrUserInfo
	case strings.Contains(rest, "?"):
		return Endpoint{}, ErrQuery
	case strings.Contains(rest, "#"):
		return Endpoint{}, ErrFragment
	case scheme != "https" && scheme != "http":
		return Endpoint{}, ErrScheme
	case !hasScheme && tail != "" && authority != "localhost" && namespace.MatchString(authority):
		authority, tail = dockerHubName, rest
	}
	host, err := parseAuthority(scheme, authority)
	if err != nil {
		return Endpoint{}, err
	}
	e := Endpoint{scheme: scheme, host: host}
	if hasScheme {
		e.base, err = parseBase(tail)
	} else {
		e.repository, e.reference = parseImage(tail)
	}
	if err != nil {
		return Endpoint{}, err
	}
	return e.resolveDockerHub(), nil
}

// namespace matches the first part of an image name that is not a host unless it is
// localhost: one without a dot, a port and capitals (github.com/distribution/reference).
var namespace = regexp.MustCompile(`^[a-z0-9]+(?:(?:_|__|-+)[a-z0-9]+)*$`)

// digest matches the digest at the end of an image reference (OCI image
// specification, "Digests"). Any other @ may be that of user information, whose
// password may hold an @ or a slash.
var digest = regexp.MustCompile(`@[a-z0-9]+(?:[+._-][a-z0-9]+)*:[0-9a-zA-Z=_-]{32,}$`)

// parseAuthority normalises host[:port]: lower case, punycode, canonical IPv6,
// no port that the scheme implies.
func parseAuthority(scheme, authority string) (string, error) {
	behindLiteral := authority[strings.LastIndex(authority, "]")+1:]
	if strings.Count(behindLiteral, ":") > 1 {
		return "", ErrHost // an IPv6 address without its brackets
	}
	u, err := url.Parse("https://" + authority)
	if err != nil {
		// The error of net/url has no type for a bad port.
		if strings.Contains(behindLiteral, ":") {
			return "", ErrPort
		}
		return "", ErrHost
	}
	host, err := canonicalHost(u.Hostname(), strings.HasPrefix(authority, "["))
	if err != nil {
		return "", err
	}
	port := u.Port()
	if port == "" {
		if strings.HasSuffix(authority, ":") {
			return "", ErrPort
		}
		return host, nil
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil || n == 0 {
		return "", ErrPort
	}
	if (scheme == "https" && n == 443) || (scheme == "http" && n == 80) {
		return host, nil
	}
	return host + ":" + strconv.FormatUint(n, 10), nil
}

// canonicalHost validates a host and returns it in lower case and punycode, an IPv6
// address in its canonical form in brackets.
func canonicalHost(host string, bracketed bool) (string, error) {
	if bracketed {
		ip, err := netip.ParseAddr(host)
		if err != nil || !ip.Is6() || ip.Zone() != "" {
			return "", ErrHost
		}
		return "[" + ip.String() + "]", nil
	}
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	host, err := asciiHost(host)
	if err != nil {
		return "", ErrHost
	}
	if len(host) > 253 { // RFC 1035 section 2.3.4
		return "", ErrHost
	}
	for label := range strings.SplitSeq(host, ".") {
		if label == "" || len(label) > 63 || strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			return "", ErrHost
		}
	}
	return host, nil
}

// asciiHost returns a host in punycode (RFC 5891), as net/http sends it.
func asciiHost(host string) (string, error) {
	if strings.ContainsFunc(host, func(r rune) bool { return r > unicode.MaxASCII }) {
		return idna.Lookup.ToASCII(host)
	}
	return host, nil
}

// mustEscape matches the characters that a path may not hold (RFC 3986 section 3.3).
// Brackets are left out, since net/url sends them unescaped.
var mustEscape = regexp.MustCompile(`[^A-Za-z0-9._~!$&'()*+,;=:@/%\[\]-]`)

// parseBase cleans and escapes the base path of an address, and drops /v2 at its
// end, which [Endpoint.URL] appends. Escapes such as %2F and %40 stay as written;
// net/url would decode them before it escapes a path.
func parseBase(tail string) (string, error) {
	if _, err := url.PathUnescape(tail); err != nil {
		return "", ErrMalformed
	}
	base := path.Clean("/" + mustEscape.ReplaceAllStringFunc(tail, url.PathEscape))
	base = strings.TrimSuffix(base, "/v2")
	if base == "/" {
		return "", nil
	}
	return base, nil
}

// parseImage splits an image name without its host into the repository and the digest,
// else the tag. v1 alone is the path of the API behind the name under which docker login
// stores Docker Hub, and not a repository.
func parseImage(tail string) (repository, reference string) {
	name, reference, _ := strings.Cut(tail, "@")
	if i := strings.LastIndex(name, ":"); i > strings.LastIndex(name, "/") {
		if reference == "" {
			reference = name[i+1:]
		}
		name = name[:i]
	}
	name = strings.Trim(name, "/")
	if name == "v1" {
		return "", ""
	}
	return name, reference
}

// DockerHubNames returns the hosts that are aliases of Docker Hub.
func DockerHubNames() []string {
	return []string{dockerHubName, "index.docker.io", dockerHubRegistry, "registry.hub.docker.com"}
}

// IsDockerHub reports whether the endpoint is Docker Hub.
func (e Endpoint) IsDockerHub() bool { return e.host == dockerHubRegistry }

func (e Endpoint) resolveDockerHub() Endpoint {
	if !slices.Contains(DockerHubNames(), e.host) {
		return e
	}
	e.scheme, e.host = "https", dockerHubRegistry
	if e.base == "/v1" { // the address under which docker login stores it
		e.base = ""
	}
	e.repository = e.RepositoryName(e.repository)
	return e
}

// RepositoryName returns the full name of a repository: on Docker Hub a name of one
// part is short for one in the namespace library.
func (e Endpoint) RepositoryName(name string) string {
	if e.IsDockerHub() && name != "" && !strings.Contains(name, "/") {
		return defaultNamespace + "/" + name
	}
	return name
}

// Host returns the host[:port] that credentials belong to; docker.io for every alias
// of Docker Hub.
func (e Endpoint) Host() string {
	if e.IsDockerHub() {
		return dockerHubName
	}
	return e.host
}

// Scheme returns https or http.
func (e Endpoint) Scheme() string { return e.scheme }

// Base returns the escaped path in front of /v2/, without a slash at its end; empty
// if there is none.
func (e Endpoint) Base() string { return e.base }

// SameRegistry reports whether both endpoints have the same host and port, the
// scheme's default port included, so that credentials for one are for the other.
func (e Endpoint) SameRegistry(other Endpoint) bool { return e.DialAddress() == other.DialAddress() }

// Repository returns the repository in the address, without tag and digest; empty if
// it has none.
func (e Endpoint) Repository() string { return e.repository }

// Reference returns the digest, else the tag, in the address; empty if it has neither.
func (e Endpoint) Reference() string { return e.reference }

// URL returns the URL of the API version check, which every registry serves (OCI
// distribution specification, end-1).
func (e Endpoint) URL() string { return e.scheme + "://" + e.host + e.base + "/v2/" }

// Hostname returns the host of requests, without port and brackets.
func (e Endpoint) Hostname() string { return e.url().Hostname() }

// DialAddress returns host:port of the connection.
func (e Endpoint) DialAddress() string {
	port := e.url().Port()
	if port == "" {
		port = map[string]string{"https": "443", "http": "80"}[e.scheme]
	}
	return net.JoinHostPort(e.Hostname(), port)
}

func (e Endpoint) url() *url.URL { return &url.URL{Scheme: e.scheme, Host: e.host} }
