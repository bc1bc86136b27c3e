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
	noteEmpty     = "The argument docker_config_json is written in the configuration, but came empty (broken secret reference)"
	noteNoAuths   = "docker_config_json has no auths, the object that holds an entry for each registry"
	noteOldFormat = "docker_config_json has the old format of .dockercfg: its entries belong into an object named auths"
	noteNoEntries = "auths of docker_config_json has no entries"
	noteDifferent = "In docker_config_json, the repositories of this check do not have the same credentials; make a check for each"
	noteOthers    = "Several entries of docker_config_json match this registry; as the kubelet does, the check tries the next one where one does not pass"
	noteEach      = "Several entries of docker_config_json match the repositories of this check, and the kubelet may pull each with another one; make a check for each"
	noteNothing   = "In docker_config_json, this registry's entry holds nothing"

	// howToMake ends a note about a login that only Docker can use.
	howToMake = "make the payload of a user name and a password, as kubectl create secret docker-registry does"
)

// noteRefused returns the note about a payload that the kubelet refuses as a whole.
func noteRefused(err error) string {
	const refused = ", which makes the kubelet refuse the whole payload"
	entry, ok := errors.AsType[*entryError](err)
	if !ok {
		return "docker_config_json has parts of another type than the kubelet reads" + refused
	}
	name := "the entry " + cmp.Or(hostText(entry.key), "without a name")
	if errors.Is(entry.err, errAuth) {
		return "In docker_config_json, auth of " + name + " is no base64 of user:password" + refused
	}
	return "In docker_config_json, " + name + " has parts of another type than the kubelet reads" + refused
}

// noteUnread returns the note about fields that only Docker reads.
func noteUnread(fields []string) string {
	return fmt.Sprintf("The kubelet does not read %s, and this registry's entry in docker_config_json has no password beside it; %s", strings.Join(fields, " and "), howToMake)
}

// orStored completes a note about a login that is not there: docker login keeps logins
// in a credential store if the file names one.
func (p payload) orStored(note string, search Search) string {
	stored := p.CredsStore.value != ""
	for _, name := range search.loginNames() {
		stored = stored || p.CredHelpers.value[name] != ""
	}
	if stored {
		note += "; docker login keeps logins in the store that credsStore or credHelpers names, which a cluster cannot ask: " + howToMake
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
	other := "docker_config_json has entries for other repositories of this registry only, " + listed(elsewhere)
	switch {
	case api != "": // followed, the advice to name a repository would lead back here
		return other + fmt.Sprintf("; to the kubelet, %s at the end of a key is the beginning of a repository's name unless a slash follows, so write the host alone", api)
	case len(elsewhere) > 0 && len(search.Repositories) == 0:
		return other + "; name the repository in registry_url or access"
	case len(elsewhere) > 0:
		return other + "; none is for " + hostText(image)
	case len(hub) > 0 && host == "docker.io":
		return fmt.Sprintf("docker_config_json has an entry for Docker Hub under a name that the kubelet does not look for, %s; it looks for https://index.docker.io/v1/ and docker.io", listed(hub))
	case len(hub) > 0:
		return fmt.Sprintf("The kubelet does not use the entry %s of docker_config_json for an image of %s; name the host docker.io, in the image and in registry_url", listed(hub), host)
	case placeless != "":
		return fmt.Sprintf("docker_config_json has an entry for %s, but %s is an image of Docker Hub: the host of an image has a dot or a port, or is localhost", placeless, hostText(repository))
	}
	note := "docker_config_json has no entry for " + host + otherHosts(search, slices.Collect(maps.Keys(p.Auths)))
	switch {
	case near && strings.HasSuffix(host, "]"):
		return note + "; to the kubelet, the brackets of an address without a port are a pattern, so write the port, in the image too"
	case near:
		return note + "; the kubelet compares host and port as they are written, capitals included, so write the key as the name of the image begins"
	default:
		return p.orStored(note, search)
	}
}
