package credentials

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// Notes about a payload that is JSON. The cluster would pull without these
// credentials, or not at all.
const (
	noteNoAuths   = "docker_config_json has no auths, the object that holds an entry for each registry"
	noteDifferent = "The repositories of this check do not have the same login in docker_config_json; make a check for each"
	noteOthers    = "Several entries of docker_config_json match this registry, and like the kubelet, the check tries them in turn"
	noteEach      = "Several entries of docker_config_json match the repositories of this check, and the kubelet may pull each with another one; make a check for each"
	noteNothing   = "The entry for this registry in docker_config_json is empty"

	// howToMake ends a note about a login that only Docker can use.
	howToMake = "; make the payload of a user name and a password, as kubectl create secret docker-registry does"
)

// noteRefused returns the note about a payload that the kubelet refuses as a whole.
func noteRefused(err error) string {
	const refused = ", so the kubelet refuses the whole payload"
	entry, ok := errors.AsType[*entryError](err)
	if !ok {
		return "docker_config_json has a part of another type than the kubelet reads" + refused
	}
	name := "The entry " + cmp.Or(hostText(entry.key), "without a name") + " of docker_config_json has "
	if errors.Is(entry.err, errAuth) {
		return name + "an auth that is not base64 of user:password" + refused
	}
	return name + "a part of another type than the kubelet reads" + refused
}

// noteUnread returns the note about fields that only Docker reads.
func noteUnread(fields []string) string {
	return fmt.Sprintf("The kubelet does not read %s, and the entry for this registry in docker_config_json has no password%s", strings.Join(fields, " and "), howToMake)
}

// orStored completes a note about a login that is not there: docker login keeps logins
// in a credential store if the file names one.
func (p payload) orStored(note string, search Search) string {
	stored := p.CredsStore.value != ""
	for _, name := range search.loginNames() {
		stored = stored || p.CredHelpers.value[name] != ""
	}
	if stored {
		note += ", since docker login keeps logins in the store of credsStore or credHelpers, which a cluster cannot ask" + howToMake
	}
	return note
}

// noteNoMatch returns the note that says why no entry matches an image, and what the
// payload has instead.
func (p payload) noteNoMatch(all []pattern, search Search, image string) string {
	var elsewhere, hub []string
	near, api, placeless := false, "", ""
	host, repository, _ := strings.Cut(image, "/")
	for _, pattern := range all {
		far, _ := distance(search, pattern.key)
		near = near || far < 2
		switch {
		case pattern.matchesHost(&url.URL{Host: host}):
			elsewhere = append(elsewhere, hostText(pattern.key))
			if pattern.Path == "/v1" || pattern.Path == "/v2" {
				api = pattern.Path
			}
		case !search.Endpoint.IsDockerHub():
		case far < 2, pattern.Host == "hub.docker.com", strings.HasSuffix("."+pattern.Host, ".docker.io"):
			hub = append(hub, hostText(pattern.key))
		case pattern.Host == authority(repository):
			placeless = pattern.Host
		}
	}
	other := "docker_config_json has entries only for other repositories of this registry (" + listed(elsewhere) + ")"
	switch {
	case api != "": // followed, the advice to name a repository would lead back here
		return other + fmt.Sprintf(", since to the kubelet %s at the end of a key begins the name of a repository; write the host alone", api)
	case len(elsewhere) > 0 && len(search.Repositories) == 0:
		return other + "; name the repository in registry_url or access"
	case len(elsewhere) > 0:
		return other + ", none for " + hostText(image)
	case len(hub) > 0 && host == "docker.io":
		return fmt.Sprintf("docker_config_json has an entry for Docker Hub under a name that the kubelet does not look for (%s); use https://index.docker.io/v1/ or docker.io", listed(hub))
	case len(hub) > 0:
		return fmt.Sprintf("The kubelet does not use the entry %s of docker_config_json for an image of %s; name the host docker.io, in the image and in registry_url", listed(hub), host)
	case placeless != "":
		return fmt.Sprintf("docker_config_json has an entry for %s, but %s is an image of Docker Hub, since the host of an image has a dot or a port, or is localhost", placeless, hostText(repository))
	}
	note := "docker_config_json has no entry for " + host + otherHosts(search, slices.Collect(maps.Keys(p.Auths)))
	switch {
	case near && strings.HasSuffix(host, "]"):
		return note + ", since to the kubelet the brackets of an address without a port are a pattern; write the port, in the image too"
	case near:
		return note + ", and the kubelet compares host and port as they are written, capitals included; write the key as the name of the image begins"
	default:
		return p.orStored(note, search)
	}
}
