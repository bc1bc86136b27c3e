package credentials

import (
	"slices"
	"strings"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

// imageNames are the names under which the kubelet would pull, for each repository
// that the check is about; the registry alone where it is about none.
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

// pullHosts are the hosts that stand in front of a repository in a pod: on
// Docker Hub its short name, and the one that is written.
func (s Search) pullHosts() []string {
	if !s.Endpoint.IsDockerHub() {
		return []string{s.hostAsWritten()}
	}
	hosts := []string{s.Endpoint.Host()}
	host := strings.ToLower(authority(s.Address))
	// index.docker.io becomes docker.io before the kubelet looks for it (distribution/reference).
	if slices.Contains(registry.DockerHubNames(), host) && host != hosts[0] && host != "index.docker.io" {
		hosts = append(hosts, host)
	}
	return hosts
}

// loginNames are the names under which Docker stores a login, those it prefers
// first. A bare host means https, so that a login under one never goes to plain
// http, which is another port.
func (s Search) loginNames() []string {
	host := s.Endpoint.Host()
	switch {
	case s.Endpoint.IsDockerHub():
		return append([]string{"https://index.docker.io/v1/"}, registry.DockerHubNames()...)
	case s.Endpoint.Scheme() == "http" && !strings.Contains(host, ":"), s.Endpoint.Scheme() == "http" && strings.HasSuffix(host, "]"):
		return []string{host + ":80"}
	default:
		return slices.Compact([]string{s.hostAsWritten(), host})
	}
}

// hostAsWritten is the host with its port, also where that goes without saying:
// Docker and the kubelet compare ports as they are written.
func (s Search) hostAsWritten() string {
	host := s.Endpoint.Host()
	for _, port := range []string{":443", ":80"} {
		if strings.HasSuffix(authority(s.Address), port) && !strings.HasSuffix(host, port) {
			return host + port
		}
	}
	return host
}

// authority is host[:port] of an address, with or without a scheme.
func authority(address string) string {
	if _, rest, ok := strings.Cut(address, "://"); ok {
		address = rest
	}
	host, _, _ := strings.Cut(address, "/")
	return host
}
