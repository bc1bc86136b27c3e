package credentials

import (
	"cmp"
	"encoding/base64"
	"errors"
	"net"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

// decodeAuth decodes auth of an entry, base64 of user:password with or without
// padding, as the kubelet does. An empty auth gives an empty user and password.
func decodeAuth(auth registry.Secret) (username string, password registry.Secret, err error) {
	if auth.Empty() {
		return "", registry.Secret{}, nil
	}
	encoding := base64.RawStdEncoding
	if strings.HasSuffix(strings.TrimSpace(auth.Reveal()), "=") {
		encoding = base64.StdEncoding
	}
	decoded, err := encoding.DecodeString(auth.Reveal())
	if err != nil {
		return "", registry.Secret{}, err
	}
	username, rest, ok := strings.Cut(string(decoded), ":")
	if !ok {
		return "", registry.Secret{}, errors.New("no colon between user and password")
	}
	return username, registry.NewSecret(rest), nil
}

// pattern matches the images that an entry is for, by a host, whose labels may
// hold * and ?, and a prefix of the path.
type pattern struct {
	*url.URL
	key string // of the entry
}

// hostAndPath returns the text by which the kubelet sorts its patterns.
func (p pattern) hostAndPath() string { return p.Host + p.Path }

// patterns returns a pattern for each key in the kubelet's order, which is
// descending, so that the longer of two matching paths comes first. A key that is
// not a URL is ignored.
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
		// The kubelet drops the API version at the beginning of the path.
		for _, api := range []string{"/v1/", "/v2/"} {
			if strings.HasPrefix(u.Path, api) {
				u.Path = u.Path[len(api)-1:]
				break
			}
		}
		if u.Path == "/" {
			u.Path = ""
		}
		all = append(all, pattern{u, key})
	}
	slices.SortFunc(all, func(a, b pattern) int {
		return cmp.Or(strings.Compare(b.hostAndPath(), a.hostAndPath()), strings.Compare(a.key, b.key))
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

// matchingKeys returns the keys of the entries that the kubelet tries for an image,
// in its order. An image on Docker Hub has several names, of which the first that
// matches counts.
func matchingKeys(all []pattern, names []string) []string {
	for _, name := range names {
		image, err := url.Parse("https://" + name)
		if err != nil {
			continue
		}
		var keys []string
		for _, pattern := range all {
			if pattern.matchesHost(image) && strings.HasPrefix(image.Path, pattern.Path) {
				keys = append(keys, pattern.key)
			}
		}
		if len(keys) > 0 {
			return keys
		}
		if image.Host != "docker.io" {
			continue
		}
		// The kubelet tries index.docker.io last, the name under which docker login
		// stores its credentials.
		for _, pattern := range all {
			if pattern.hostAndPath() == "index.docker.io" {
				keys = append(keys, pattern.key)
			}
		}
		if len(keys) > 0 {
			return keys
		}
	}
	return nil
}

// noteNoMatch returns the note that says why no entry matches an image.
func noteNoMatch(all []pattern, names []string) string {
	for _, name := range names {
		image, err := url.Parse("https://" + name)
		if err != nil {
			continue
		}
		for _, pattern := range all {
			switch {
			case pattern.matchesHost(image):
				return noteOtherPath
			case image.Host == "docker.io" && strings.HasSuffix("."+pattern.Host, ".docker.io"),
				image.Host == "docker.io" && pattern.Host == "registry.hub.docker.com":
				return noteHub
			}
		}
	}
	return noteNoEntry
}
