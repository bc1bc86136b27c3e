package credentials

import (
	"strings"
	"unicode"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

// imageNames returns the name under which the kubelet would pull each repository of
// the search; if it has none, that of the registry alone.
func (s Search) imageNames() []string {
	host := s.imageHost() + s.Endpoint.Base()
	if len(s.Repositories) == 0 {
		return []string{host}
	}
	var names []string
	for _, repository := range s.Repositories {
		names = append(names, host+"/"+repository)
	}
	return names
}

// imageHost returns the host that an image name in a pod begins with once it is
// normalized (github.com/distribution/reference): docker.io in place of
// index.docker.io and where there is no host, any other as written, even if Docker Hub
// answers to it.
func (s Search) imageHost() string {
	host := s.hostAsWritten()
	if !s.Endpoint.IsDockerHub() {
		return host
	}
	if named, err := registry.ParseEndpoint(host); err != nil || !named.IsDockerHub() || host == "index.docker.io" {
		return s.Endpoint.Host()
	}
	return host
}

// loginNames returns the names under which Docker stores a login, preferred ones
// first. A host without a port means https, so such a login is never sent to plain
// http, which is another port.
func (s Search) loginNames() []string {
	if s.Endpoint.IsDockerHub() {
		return append([]string{"https://index.docker.io/v1/"}, registry.DockerHubNames()...)
	}
	host := s.hostAsWritten()
	if s.Endpoint.Scheme() == "http" && !strings.Contains(host[strings.LastIndex(host, "]")+1:], ":") {
		host += ":80"
	}
	return []string{host}
}

// hostAsWritten returns host and port of the address as written, since Docker and the
// kubelet compare them as text: capitals, the default port and leading zeros count. A
// name that is not ASCII or ends in a dot cannot stand in the name of an image.
func (s Search) hostAsWritten() string {
	written := authority(s.Address)
	name, _, _ := strings.Cut(written, ":")
	if strings.HasSuffix(name, ".") || strings.ContainsFunc(written, func(r rune) bool { return r > unicode.MaxASCII }) {
		return s.Endpoint.Host()
	}
	return written
}

// authority returns host[:port] of an address with or without a scheme.
func authority(address string) string {
	if _, rest, ok := strings.Cut(address, "://"); ok {
		address = rest
	}
	host, _, _ := strings.Cut(address, "/")
	return host
}
