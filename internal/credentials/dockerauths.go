package credentials

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

// dockerAuths are the entries of auths in one place of the Docker configuration.
type dockerAuths struct {
	place  string // as a note names it
	logins map[string]registry.Credential
	others []string // further hosts, whose logins are elsewhere

	// The keys of entries that make Docker refuse the file, and of those among them that
	// cannot be read at all, whose logins are empty.
	broken, unreadable []string
}

// dockerEntry is one entry of auths (docker/cli, types.AuthConfig).
type dockerEntry struct {
	Username      string          `json:"username"`
	Password      registry.Secret `json:"password"`
	Auth          registry.Secret `json:"auth"`
	IdentityToken registry.Secret `json:"identitytoken"`
	RegistryToken registry.Secret `json:"registrytoken"`
}

var (
	errBrokenAuth = errors.New("auth is not base64 of user:password")
	errNoUsername = errors.New("auth has no user name")
)

// newDockerAuths reads the entries of auths.
func newDockerAuths(place string, entries map[string]json.RawMessage) dockerAuths {
	a := dockerAuths{place: place, logins: map[string]registry.Credential{}}
	for _, key := range slices.Sorted(maps.Keys(entries)) {
		var entry dockerEntry
		err := json.Unmarshal(entries[key], &entry)
		if err == nil {
			a.logins[key], err = entry.credential()
		}
		if err != nil {
			a.broken = append(a.broken, key)
		}
		if err != nil && !errors.Is(err, errNoUsername) {
			a.logins[key], a.unreadable = registry.Credential{}, append(a.unreadable, key)
		}
	}
	return a
}

// credential decodes an entry as Docker does (docker/cli, configfile.decodeAuth). Only
// a password without a user name, which Docker refuses, is returned beside the error,
// since an empty login is a verdict. The user name <token> has no meaning
// here, unlike in the answer of a helper.
func (e dockerEntry) credential() (registry.Credential, error) {
	c := registry.Credential{Username: e.Username, Password: e.Password, Token: e.RegistryToken, IdentityToken: e.IdentityToken}
	if e.Auth.Empty() {
		return c, nil
	}
	decoded, err := base64.StdEncoding.DecodeString(e.Auth.Reveal())
	username, password, ok := strings.Cut(string(decoded), ":")
	if err != nil || !ok {
		return registry.Credential{}, errBrokenAuth
	}
	// Older versions of Docker padded passwords with NULs, and it still trims them.
	c.Username, c.Password = username, registry.NewSecret(strings.Trim(password, "\x00"))
	if username == "" {
		return c, errNoUsername
	}
	return c, nil
}

// find returns the login that serves the first repository of the search. Coverage
// tells which other repositories it does not serve.
func (a dockerAuths) find(search Search) (Result, error) {
	keys, first := a.keysFor(search), ""
	if len(search.Repositories) > 0 {
		first = search.Repositories[0]
	}
	key := keys.serving(search, first)
	login, result := a.logins[key], Result{Source: SourceNone}
	switch {
	case slices.Contains(a.unreadable, key):
		return Result{}, &Error{Setting: dockerConfigName, Text: fmt.Sprintf("In %s, the entry for %s cannot be read: its auth is not base64 of user:password, or a part of it is not text. Log in again with docker login.", a.place, hostText(key))}
	case key == "":
		result.Notes = []string{a.noteNoLogin(search, first, keys)}
	case login == registry.Credential{}:
		result = newResult(SourceDockerConfig, login, fmt.Sprintf("The entry for %s in %s is empty; log in again with docker login", hostText(key), a.place))
	default:
		result = newResult(SourceDockerConfig, login).from(a.place)
	}
	for _, repository := range search.Repositories {
		if a.logins[keys.serving(search, repository)] != login {
			if result.Coverage == nil {
				result.Coverage = map[string]registry.Coverage{}
				result.Notes = append(result.Notes, "The repositories of this check do not have the same login in "+a.place+"; make a check for each")
			}
			result.Coverage[repository] = registry.CoverageNone
		}
	}
	return result, nil
}

// noteNoLogin says that no entry serves a repository of the registry, and which hosts
// have one instead.
func (a dockerAuths) noteNoLogin(search Search, repository string, keys dockerKeys) string {
	if note := a.noteHTTPS(search); note != "" {
		return note
	}
	what, hint := search.loginName(), ""
	switch {
	case len(keys.below) > 0 && repository == "":
		what, hint = "all of "+what, "; name the repository in registry_url or access"
	case len(keys.below) > 0:
		what += "/" + repository
	}
	return upperFirst(a.place) + " has no login for " + what + otherHosts(search, slices.AppendSeq(slices.Clone(a.others), maps.Keys(a.logins))) + hint
}

// noteHTTPS says that the registry's login is for https while the check uses plain
// http; empty if it is not so.
func (a dockerAuths) noteHTTPS(search Search) string {
	host := authority(search.Address)
	if _, has := a.logins[host]; !has || search.Endpoint.Scheme() != "http" || host == search.loginName() {
		return ""
	}
	return fmt.Sprintf("The login for %s in %s is not used for plain http; docker login %s:80 stores one that is", host, a.place, host)
}

// noteHelper says that a helper, which replaces these entries, has no login.
func (a dockerAuths) noteHelper(search Search, helper string) string {
	if note := a.noteHTTPS(search); note != "" { // the file has an entry for each host that a helper has
		return note
	}
	note := fmt.Sprintf("The credential helper %q has no login for %s", helper, search.loginName())
	if a.logins[a.keysFor(search).whole] != (registry.Credential{}) {
		note += ", and Docker does not read the one in the file beside a helper"
	}
	return note
}

// notesBroken says that Docker refuses to read a file.
func (a dockerAuths) notesBroken() []string {
	if len(a.broken) == 0 {
		return nil
	}
	var hosts []string
	for _, key := range a.broken {
		hosts = append(hosts, hostText(key))
	}
	return []string{fmt.Sprintf("%s has entries that Docker cannot decode (%s), so Docker refuses the whole file; log in again, or log out, there", upperFirst(a.place), listed(hosts))}
}
