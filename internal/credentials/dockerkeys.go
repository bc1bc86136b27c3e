package credentials

import (
	"maps"
	"net/url"
	"slices"
	"strings"
)

// dockerKey is what the key of an entry is for.
type dockerKey struct {
	scheme string // empty for both
	host   string // host[:port] as written
	path   string // of the repositories; empty for all
}

// parseDockerKey splits a key. Docker and Podman ignore the path of a URL, which is
// that of an API.
func parseDockerKey(key string) dockerKey {
	if scheme, _, ok := strings.Cut(key, "://"); ok {
		if u, err := url.Parse(key); err == nil {
			return dockerKey{scheme: u.Scheme, host: strings.TrimSuffix(u.Host, ":")}
		}
		return dockerKey{scheme: scheme, host: authority(key)}
	}
	host, path, _ := strings.Cut(key, "/")
	path = strings.Trim(path, "/")
	if path == "v1" || path == "v2" {
		path = ""
	}
	return dockerKey{host: host, path: path}
}

// isFor reports whether the entry is for the registry of the search, which has these
// login names. Like Docker, it compares hosts as they are written.
func (k dockerKey) isFor(search Search, names []string) bool {
	named := slices.Contains(names, k.host)
	return k.scheme == "" && named || k.scheme == search.Endpoint.Scheme() && (named || k.host == authority(search.Address))
}

// loginName returns the name of the registry for a note, as Docker compares it.
func (s Search) loginName() string {
	if s.Endpoint.IsDockerHub() {
		return s.Endpoint.Host()
	}
	return s.loginNames()[0]
}

// dockerKeys are the keys of auths that are for one registry.
type dockerKeys struct {
	whole string   // the one for all of its repositories, by preference; empty for none
	below []string // those with a path
}

// keysFor returns the keys that are for the registry of the search. An exact name is
// preferred to a URL, and the first of several URLs, so that plans do not change. On
// Docker Hub, what ends in access-token or refresh-token is for its own API.
func (a dockerAuths) keysFor(search Search) dockerKeys {
	names, keys := search.loginNames(), dockerKeys{}
	for _, key := range slices.Sorted(maps.Keys(a.logins)) {
		switch k := parseDockerKey(key); {
		case !k.isFor(search, names), search.Endpoint.IsDockerHub() && (strings.HasSuffix(key, "/access-token") || strings.HasSuffix(key, "/refresh-token")):
		case k.path != "":
			keys.below = append(keys.below, key)
		case keys.whole == "":
			keys.whole = key
		}
	}
	if i := slices.IndexFunc(names, func(name string) bool { _, ok := a.logins[name]; return ok }); i >= 0 {
		keys.whole = names[i]
	}
	return keys
}

// serving returns the key of the entry that serves a repository, or the registry where
// repository is empty; empty if there is none. As Podman and kaniko do, it prefers the
// longest path above the repository. An entry with a path serves a check without a
// repository only where it is the only entry.
func (k dockerKeys) serving(search Search, repository string) string {
	if repository == "" && k.whole == "" && len(k.below) == 1 {
		return k.below[0]
	}
	best, longest := k.whole, 0
	for _, key := range k.below {
		path := parseDockerKey(key).path
		if repository != "" && len(path) > longest && strings.HasPrefix(search.Endpoint.Base()+"/"+repository+"/", "/"+path+"/") {
			best, longest = key, len(path)
		}
	}
	return best
}
