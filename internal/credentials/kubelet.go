package credentials

import (
	"cmp"
	"encoding/base64"
	"net"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

// decodeAuth decodes auth of an entry, base64 of user:password with or without
// padding, as the kubelet does.
func decodeAuth(auth string) (username string, password registry.Secret, err error) {
	encoding := base64.RawStdEncoding
	if strings.HasSuffix(strings.TrimSpace(auth), "=") {
		encoding = base64.StdEncoding
	}
	decoded, err := encoding.DecodeString(auth)
	username, rest, ok := strings.Cut(string(decoded), ":")
	if err != nil || !ok {
		return "", registry.Secret{}, errAuth
	}
	return username, registry.NewSecret(rest), nil
}

// pattern matches the images that an entry is for, by a host, whose labels may hold *,
// and a prefix of the path.
type pattern struct {
	*url.URL        // of text
	text     string // host and path, by which the kubelet sorts
	key      string // of the entry
}

// patterns returns a pattern for each key in the kubelet's order, which is descending,
// so that the longer of two matching paths comes first. A key that is not a URL is
// ignored.
func (p payload) patterns() []pattern {
	var all []pattern
	for key := range p.Auths {
		address := key
		if !strings.HasPrefix(key, "https://") && !strings.HasPrefix(key, "http://") {
			address = "https://" + key
		}
		u, err := url.Parse(address)
		if err != nil {
			continue
		}
		// The kubelet drops the API version at the beginning of the path, and parses
		// what is left anew, escapes decoded.
		if strings.HasPrefix(u.Path, "/v1/") || strings.HasPrefix(u.Path, "/v2/") {
			u.Path = u.Path[len("/v1"):]
		}
		text := u.Host + u.Path
		if u.Path == "/" {
			text = u.Host
		}
		if u, err = url.Parse("https://" + text); err == nil {
			all = append(all, pattern{u, text, key})
		}
	}
	slices.SortFunc(all, func(a, b pattern) int {
		return cmp.Or(strings.Compare(b.text, a.text), strings.Compare(a.key, b.key))
	})
	return all
}

// matchesHost reports whether the image's host matches the pattern label by label,
// and whether the ports are equal as text.
func (p pattern) matchesHost(image *url.URL) bool {
	labels, port := splitHost(p.Host)
	imageLabels, imagePort := splitHost(image.Host)
	if port != imagePort || len(labels) != len(imageLabels) {
		return false
	}
	for i, label := range labels {
		if ok, err := path.Match(label, imageLabels[i]); !ok || err != nil {
			return false
		}
	}
	return true
}

// splitHost splits host[:port] into the labels of the host and the port.
func splitHost(host string) (labels []string, port string) {
	if name, p, err := net.SplitHostPort(host); err == nil {
		host, port = name, p
	}
	return strings.Split(host, "."), port
}

// matchingKeys returns the keys of the entries that the kubelet tries for an image, in
// its order.
func matchingKeys(all []pattern, image string) []string {
	var keys []string
	named, err := url.Parse("https://" + image)
	for _, pattern := range all {
		if err == nil && pattern.matchesHost(named) && strings.HasPrefix(named.Path, pattern.Path) {
			keys = append(keys, pattern.key)
		}
	}
	if len(keys) > 0 || authority(image) != "docker.io" {
		return keys
	}
	// The kubelet tries index.docker.io last, the name under which docker login stores
	// its credentials. It does so for every host without dot and port, localhost say;
	// here, credentials for Docker Hub are for Docker Hub.
	for _, pattern := range all {
		if pattern.text == "index.docker.io" {
			keys = append(keys, pattern.key)
		}
	}
	return keys
}
