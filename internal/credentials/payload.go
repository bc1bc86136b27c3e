package credentials

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

// payloadName is the argument that holds the payload of a secret.
const payloadName = "docker_config_json"

// payload is the content of a secret of type kubernetes.io/dockerconfigjson. The
// kubelet refuses all of it if any part has another type, so the fields that are
// not used here are declared too.
type payload struct {
	Auths       map[string]payloadEntry `json:"auths"`
	HTTPHeaders map[string]string       `json:"HttpHeaders"`
}

// payloadEntry is the entry of one registry. The kubelet reads the first four
// fields; the tokens are those that docker login stores for some registries.
type payloadEntry struct {
	Username      string          `json:"username"`
	Password      registry.Secret `json:"password"`
	Email         string          `json:"email"`
	Auth          registry.Secret `json:"auth"`
	IdentityToken payloadToken    `json:"identitytoken"`
	RegistryToken payloadToken    `json:"registrytoken"`
}

// payloadToken is a field that the kubelet does not read, so that it may have any
// type.
type payloadToken struct{ registry.Secret }

// UnmarshalJSON reads a JSON string, and gives an empty secret for any other type.
func (t *payloadToken) UnmarshalJSON(raw []byte) error {
	if json.Unmarshal(raw, &t.Secret) != nil {
		t.Secret = registry.Secret{}
	}
	return nil
}

// Notes about a payload that is JSON. The cluster would pull without these
// credentials, or not at all.
const (
	noteEmpty     = "The argument docker_config_json is written in the configuration, but came empty (broken secret reference)"
	noteNoAuths   = "docker_config_json has no auths, the object that holds an entry for each registry"
	noteOldFormat = "docker_config_json has the old format of .dockercfg: its entries belong into an object named auths"
	noteShape     = "docker_config_json has parts of another type than the kubelet reads, which makes it refuse the whole payload"
	noteAuth      = "In docker_config_json, auth of this registry's entry is no base64 of user:password, which makes the kubelet refuse the whole payload"
	noteOtherAuth = "In docker_config_json, auth of another registry's entry is no base64 of user:password, which makes the kubelet refuse the whole payload"
	noteNoEntry   = "docker_config_json has no entry for this registry"
	noteOtherPath = "docker_config_json has entries for other repositories of this registry only; name the repository in registry_url or access"
	noteHub       = "docker_config_json has an entry for Docker Hub under a name that the kubelet does not look for; it looks for https://index.docker.io/v1/ and docker.io"
	noteNoEntries = "auths of docker_config_json has no entries"
	noteDifferent = "In docker_config_json, the repositories of this check do not have the same credentials; make a check for each"
	noteOthers    = "Several entries of docker_config_json match this registry; as the kubelet does, the check tries the next one where one does not pass"
	noteEach      = "Several entries of docker_config_json match the repositories of this check, and the kubelet may pull each with another one; make a check for each"
	noteNothing   = "In docker_config_json, this registry's entry holds nothing"
)

// fromPayload reads a payload as the kubelet does, so that a check uses the same
// credentials as the cluster. It always ends the search: if the cluster could not
// use the payload, the credential is empty and a note says why.
func fromPayload(text registry.Secret, search Search) (Result, error) {
	anonymous := func(notes ...string) (Result, error) {
		return newResult(SourceDockerConfigJSON, registry.Credential{}, notes...), nil
	}
	if text.Empty() {
		return anonymous(noteEmpty)
	}
	raw := []byte(text.Reveal())
	if !json.Valid(raw) {
		return Result{}, notJSON(raw)
	}
	var p payload
	if json.Unmarshal(raw, &p) != nil {
		return anonymous(noteShape)
	}
	switch {
	case len(p.Auths) == 0 && isOldFormat(raw):
		return anonymous(noteOldFormat)
	case p.Auths == nil:
		return anonymous(noteNoAuths)
	case len(p.Auths) == 0:
		return anonymous(noteNoEntries)
	}
	all, images := p.patterns(), search.imageNames()
	if note := p.noteBrokenAuth(all, images); note != "" {
		return anonymous(note)
	}
	keys := matchingKeys(all, images[0])
	candidates := p.credentials(keys)
	result := Result{Source: SourceDockerConfigJSON}
	switch {
	case len(keys) == 0:
		result.Notes = append(result.Notes, noteNoMatch(all, images[0]))
	case candidates[0] == (registry.Credential{}):
		result.Notes = append(result.Notes, noteNothing)
	}
	several, others := len(candidates) > 1, false
	result.Coverage = map[string]registry.Coverage{}
	for i, names := range images[1:] {
		theirs := p.credentials(matchingKeys(all, names))
		several = several || len(theirs) > 1
		common := commonPrefix(candidates, theirs)
		if len(common) == 0 {
			result.Coverage[search.Repositories[i+1]] = registry.CoverageNone
			others = true
			continue
		}
		candidates = common
	}
	for _, repository := range search.Repositories {
		if several && len(images) > 1 {
			result.Coverage[repository] = max(result.Coverage[repository], registry.CoveragePart)
		}
	}
	switch {
	case others:
		result.Notes = append(result.Notes, noteDifferent)
	case several && len(images) > 1:
		result.Notes = append(result.Notes, noteEach)
	case several:
		result.Notes = append(result.Notes, noteOthers)
	}
	result.Credential, result.Next = candidates[0], candidates[1:]
	return result, nil
}

// noteBrokenAuth returns the note about an auth that the kubelet could not decode,
// preferring one of a matching entry; empty if all can be decoded.
func (p payload) noteBrokenAuth(all []pattern, images [][]string) string {
	var matching []string
	for _, names := range images {
		matching = append(matching, matchingKeys(all, names)...)
	}
	note := ""
	for key, entry := range p.Auths {
		if _, _, err := decodeAuth(entry.Auth); err == nil {
			continue
		}
		if slices.Contains(matching, key) {
			return noteAuth
		}
		note = noteOtherAuth
	}
	return note
}

// credentials returns the credentials of the entries with these keys without
// duplicates, and one empty credential if there are no keys. An empty entry counts
// only as the first: trying without credentials after a refusal would prove nothing.
func (p payload) credentials(keys []string) []registry.Credential {
	if len(keys) == 0 {
		return []registry.Credential{{}}
	}
	var candidates []registry.Credential
	for i, key := range keys {
		c := p.Auths[key].credential()
		if !slices.Contains(candidates, c) && (i == 0 || c != registry.Credential{}) {
			candidates = append(candidates, c)
		}
	}
	return candidates
}

// commonPrefix returns the longest prefix of both lists.
func commonPrefix(a, b []registry.Credential) []registry.Credential {
	n := 0
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	return a[:n]
}

// notJSON returns the error for a payload that is not JSON, which the Kubernetes
// API would refuse too.
func notJSON(raw []byte) *Error {
	text := "Its value is not shown here, since it holds secrets: it is no JSON. Write the payload of a secret of type kubernetes.io/dockerconfigjson, an object with auths."
	decoded, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(raw)))
	if err == nil && json.Valid(decoded) {
		text += " It is base64 of JSON: base64decode() makes the payload of it."
	}
	return &Error{Setting: payloadName, Text: text}
}

// isOldFormat reports whether a payload has the format of .dockercfg, with entries
// at the top level.
func isOldFormat(raw []byte) bool {
	var entries map[string]payloadEntry
	if json.Unmarshal(raw, &entries) != nil {
		return false
	}
	for _, entry := range entries {
		if !entry.Auth.Empty() || !entry.Password.Empty() {
			return true
		}
	}
	return false
}

// credential returns the credential of an entry. The kubelet uses user name and
// password only. The tokens count only if one of these is missing, as in the entries
// that docker login writes for Azure: auth with a user name alone, and an identity
// token.
func (e payloadEntry) credential() registry.Credential {
	c := registry.Credential{Username: e.Username, Password: e.Password}
	if !e.Auth.Empty() { // it overrides username and password; noteBrokenAuth has found no error in it
		c.Username, c.Password, _ = decodeAuth(e.Auth)
	}
	if c.Username == "" || c.Password.Empty() {
		c.Token, c.IdentityToken = e.RegistryToken.Secret, e.IdentityToken.Secret
	}
	return c
}
