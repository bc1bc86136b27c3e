package credentials

import (
	"slices"
	"strings"
	"unicode"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

// imageNames returns the names under which the kubelet would pull each repository
// of the search; if it has none, those of the registry alone.
func (s Search) imageNames() [][]string {
	repositories := s.Repositories
	if len(repositories) == 0 {
		repositories = []string{""}
	}
	var images [][]string
	for _, repository := range repositories {
		var names []string
		for _, host := range s.pullHosts() {
			names = append(names, strings.TrimSuffix(host+s.Endpoint.Base()+"/"+repository, "/"))
		}
		images = append(images, names)
	}
	return images
}

// pullHosts returns the hosts that an image name in a pod begins with: for Docker
// Hub docker.io, and the host as written if it differs.
func (s Search) pullHosts() []string {
	if !s.Endpoint.IsDockerHub() {
		return []string{s.hostAsWritten()}
	}
	hosts := []string{s.Endpoint.Host()}
	host := strings.ToLower(authority(s.Address))
	// An image name with index.docker.io is normalized to docker.io before the
	// kubelet looks for credentials (github.com/distribution/reference).
	if slices.Contains(registry.DockerHubNames(), host) && host != hosts[0] && host != "index.docker.io" {
		hosts = append(hosts, host)
	}
	return hosts
}

// loginNames returns the names under which Docker stores a login, preferred ones
// first. Like Docker, they have the host as it is written, capitals and port included;
// only a name beyond ASCII, which Docker cannot write, becomes punycode. A host without
// a port means https, so such a login is never sent to plain http, which is another
// port.
func (s Search) loginNames() []string {
	if s.Endpoint.IsDockerHub() {
		return append([]string{"https://index.docker.io/v1/"}, registry.DockerHubNames()...)
	}
	host := authority(s.Address)
	if strings.ContainsFunc(host, func(r rune) bool { return r > unicode.MaxASCII }) {
		host = s.Endpoint.Host()
	}
	if s.Endpoint.Scheme() == "http" && !strings.Contains(host[strings.LastIndex(host, "]")+1:], ":") {
		host += ":80"
	}
	return []string{host}
}

// hostAsWritten returns the host with the port of the address, even if it is the
// default port: Docker and the kubelet compare ports as text.
func (s Search) hostAsWritten() string {
	host := s.Endpoint.Host()
	for _, port := range []string{":443", ":80"} {
		if strings.HasSuffix(authority(s.Address), port) && !strings.HasSuffix(host, port) {
			return host + port
		}
	}
	return host
}

// authority returns host[:port] of an address with or without a scheme.
func authority(address string) string {
	if _, rest, ok := strings.Cut(address, "://"); ok {
		address = rest
	}
	host, _, _ := strings.Cut(address, "/")
	return host
}
