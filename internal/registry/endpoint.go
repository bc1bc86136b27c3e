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

// What is wrong with an address that cannot be used. None of these texts
// repeats the address, since it may carry a password.
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
	defaultNamespace  = "library"              // where its one-part repositories live
)

// Endpoint is the address of one registry. The zero value is none;
// [ParseEndpoint] makes them. Two endpoints are equal (==) when they ask the
// same URL about the same repository.
type Endpoint struct {
	scheme     string // "https" or "http"
	host       string // host[:port] that is asked; lower case, default port dropped
	base       string // escaped path in front of /v2/, "" or "/…" without a slash at the end
	repository string // repository named behind a host without scheme, may be ""
}

// ParseEndpoint reads a registry address in any form that users write. Without
// a scheme it means https, and all that follows the host is a repository
// (ghcr.io/org/app:tag); with one, the path is a base path under which /v2/
// lives. Every alias of Docker Hub gives the same endpoint. The error is one of
// this package's Err values and never repeats the address.
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
		scheme, rest = "https", address
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
	}
	host, err := parseAuthority(scheme, authority)
	if err != nil {
		return Endpoint{}, err
	}
	e := Endpoint{scheme: scheme, host: host}
	if hasScheme {
		e.base, err = parseBase(tail)
	} else {
		e.repository = parseRepository(tail)
	}
	if err != nil {
		return Endpoint{}, err
	}
	return e.resolveDockerHub(), nil
}

// digest is what may stand behind an @ in an image reference (OCI image
// specification, "Digests"); a password with an @ or a slash would stand there
// too.
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
		// net/url tells a bad port and a bad host apart by text only.
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

// asciiHost is a name as it goes over the wire (RFC 5891): net/http makes the
// same of it.
func asciiHost(host string) (string, error) {
	if strings.ContainsFunc(host, func(r rune) bool { return r > unicode.MaxASCII }) {
		return idna.Lookup.ToASCII(host)
	}
	return host, nil
}

// mustEscape is what no path may hold unescaped (RFC 3986 section 3.3). Brackets
// stay, since net/url sends them as they are.
var mustEscape = regexp.MustCompile(`[^A-Za-z0-9._~!$&'()*+,;=:@/%\[\]-]`)

// parseBase cleans the path of an address with a scheme; the API version at its
// end is what this package appends itself. What is escaped already stays as it
// is written: net/url, where it has to escape a path, undoes %2F and %40 first.
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

// parseRepository drops tag and digest, and the API path that some people copy
// behind a host.
func parseRepository(tail string) string {
	name, _, _ := strings.Cut(tail, "@")
	if i := strings.LastIndex(name, ":"); i > strings.LastIndex(name, "/") {
		name = name[:i]
	}
	name = strings.Trim(name, "/")
	if name == "v1" || name == "v2" {
		return ""
	}
	return name
}

// DockerHubNames returns the hosts that all mean Docker Hub.
func DockerHubNames() []string {
	return []string{dockerHubName, "index.docker.io", dockerHubRegistry, "registry.hub.docker.com"}
}

// IsDockerHub tells whether the address is one of Docker Hub's.
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

// RepositoryName is the full name of a repository on this registry: on Docker
// Hub a name of one part is short for one in its own namespace.
func (e Endpoint) RepositoryName(name string) string {
	if e.IsDockerHub() && name != "" && !strings.Contains(name, "/") {
		return defaultNamespace + "/" + name
	}
	return name
}

// Host is the host[:port] that credentials belong to; docker.io for every
// alias of Docker Hub.
func (e Endpoint) Host() string {
	if e.IsDockerHub() {
		return dockerHubName
	}
	return e.host
}

// Scheme is https or http.
func (e Endpoint) Scheme() string { return e.scheme }

// Base is the escaped path in front of /v2/, without a slash at its end; empty
// where there is none.
func (e Endpoint) Base() string { return e.base }

// SameRegistry tells whether credentials for one address are for the other:
// host and port are the same. A port that the scheme implies counts as written.
func (e Endpoint) SameRegistry(other Endpoint) bool { return e.DialAddress() == other.DialAddress() }

// Repository is the repository that the address names, without tag and digest;
// empty when it names none.
func (e Endpoint) Repository() string { return e.repository }

// URL is the address of the API version check, which every registry answers
// (OCI distribution specification, end-1).
func (e Endpoint) URL() string { return e.scheme + "://" + e.host + e.base + "/v2/" }

// Hostname is the host that is asked, without port and brackets.
func (e Endpoint) Hostname() string { return e.url().Hostname() }

// DialAddress is host:port of the connection.
func (e Endpoint) DialAddress() string {
	port := e.url().Port()
	if port == "" {
		port = map[string]string{"https": "443", "http": "80"}[e.scheme]
	}
	return net.JoinHostPort(e.Hostname(), port)
}

func (e Endpoint) url() *url.URL { return &url.URL{Scheme: e.scheme, Host: e.host} }
