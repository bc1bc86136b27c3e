package credentials

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

// payloadName is the argument that holds the payload of a secret.
const payloadName = "docker_config_json"

// payload is the content of a secret of type kubernetes.io/dockerconfigjson. The
// kubelet reads the first two fields, and refuses all of it if any part of these has
// another type. The others are those with which Docker says where it keeps logins.
type payload struct {
	Auths       payloadAuths              `json:"auths"`
	HTTPHeaders map[string]string         `json:"HttpHeaders"`
	CredsStore  unread[string]            `json:"credsStore"`
	CredHelpers unread[map[string]string] `json:"credHelpers"`
}

// payloadAuths are the entries of a payload, by key.
type payloadAuths map[string]payloadEntry

// payloadEntry is the entry of one registry: the credential that the kubelet reads, and
// the fields with tokens, which only Docker reads.
type payloadEntry struct {
	registry.Credential
	unread []string // names
	unsent []registry.Secret
}

// entryFields are the fields of an entry as they are written.
type entryFields struct {
	Username      string         `json:"username"`
	Password      string         `json:"password"`
	Email         string         `json:"email"`
	Auth          string         `json:"auth"`
	IdentityToken unread[string] `json:"identitytoken"`
	RegistryToken unread[string] `json:"registrytoken"`
}

// unread is a field that the kubelet does not read, so that it may have any type.
type unread[T any] struct{ value T }

// UnmarshalJSON reads a value of the type T, and gives an empty one for any other.
func (u *unread[T]) UnmarshalJSON(raw []byte) error {
	var value T
	if json.Unmarshal(raw, &value) == nil {
		u.value = value
	}
	return nil
}

// errAuth is an auth that the kubelet cannot decode.
var errAuth = errors.New("auth is not base64 of user:password")

// entryError is an entry that the kubelet cannot read. Its text holds no part of it.
type entryError struct {
	key string
	err error
}

func (e *entryError) Error() string { return "an entry that the kubelet cannot read" }

// UnmarshalJSON reads entries one by one, as the kubelet's decoder does: each of them
// must be readable, also one that another of the same key replaces.
func (a *payloadAuths) UnmarshalJSON(raw []byte) error {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	start, err := decoder.Token()
	switch {
	case err != nil:
		return err
	case start == nil:
		*a = nil
		return nil
	case start != json.Delim('{'):
		return errors.New("auths is not an object")
	}
	if *a == nil {
		*a = payloadAuths{}
	}
	for decoder.More() {
		key, err := decoder.Token()
		if err != nil {
			return err
		}
		var fields entryFields
		name := fmt.Sprint(key)
		if err := decoder.Decode(&fields); err != nil {
			return &entryError{name, err}
		}
		if (*a)[name], err = fields.entry(); err != nil {
			return &entryError{name, err}
		}
	}
	return nil
}

// entry returns what the fields mean. auth overrides username and password.
func (f entryFields) entry() (payloadEntry, error) {
	e := payloadEntry{Credential: registry.Credential{Username: f.Username, Password: registry.NewSecret(f.Password)}}
	if f.Auth != "" {
		var err error
		if e.Username, e.Password, err = decodeAuth(f.Auth); err != nil {
			return payloadEntry{}, err
		}
	}
	for _, field := range []struct{ name, value string }{{"identitytoken", f.IdentityToken.value}, {"registrytoken", f.RegistryToken.value}} {
		if field.value != "" {
			e.unread, e.unsent = append(e.unread, field.name), append(e.unsent, registry.NewSecret(field.value))
		}
	}
	return e, nil
}

// fromPayload reads a payload as the kubelet does, so that a check uses the same
// credentials as the cluster. It always ends the search: if the cluster could not
// use the payload, the credential is empty and a note says why.
func fromPayload(text registry.Secret, search Search) (Result, error) {
	anonymous := func(notes ...string) (Result, error) {
		return newResult(SourceDockerConfigJSON, registry.Credential{}, notes...), nil
	}
	if text.Empty() {
		return anonymous(noteEmpty("the arguments of this check", payloadName))
	}
	raw := []byte(text.Reveal())
	var p payload
	err := json.Unmarshal(raw, &p)
	if _, malformed := errors.AsType[*json.SyntaxError](err); malformed {
		return Result{}, malformedPayload(raw, err)
	}
	if err != nil {
		return anonymous(noteRefused(err))
	}
	if len(p.Auths) == 0 {
		if foreign := foreignFormat(raw); foreign != "" {
			return anonymous(payloadName + " " + foreign)
		}
	}
	if p.Auths == nil {
		return anonymous(p.orStored(noteNoAuths, search))
	}
	all, images := p.patterns(), search.imageNames()
	keys := matchingKeys(all, images[0])
	candidates := p.credentials(keys)
	result := Result{Source: SourceDockerConfigJSON}
	switch {
	case len(keys) == 0:
		result.Notes = append(result.Notes, p.noteNoMatch(all, search, images[0]))
	case candidates[0].Password.Empty() && len(p.Auths[keys[0]].unread) > 0:
		result.Notes = append(result.Notes, noteUnread(p.Auths[keys[0]].unread))
	case candidates[0] == (registry.Credential{}):
		result.Notes = append(result.Notes, p.orStored(noteNothing, search))
	}
	for _, key := range keys {
		result.Unsent = append(result.Unsent, p.Auths[key].unsent...)
	}
	several, others := len(candidates) > 1, false
	result.Coverage = map[string]registry.Coverage{}
	for i, image := range images[1:] {
		theirs := p.credentials(matchingKeys(all, image))
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
	return result.from(payloadName), nil
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
		c := p.Auths[key].Credential
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

// malformedPayload returns the error for a payload that is not JSON, which the
// Kubernetes API would refuse too.
func malformedPayload(raw []byte, err error) *Error {
	const do = " Write the payload of a secret of type kubernetes.io/dockerconfigjson, a JSON object with auths."
	text := "The value " + notJSON(raw, err) + "." + do
	if fault := registry.EncodingFault(string(raw)); fault != "" {
		text = "The value cannot be used, since Kubernetes reads plain UTF-8 only: " + fault + "."
	} else if foreign := foreignFormat(raw); foreign != "" {
		text = "The value " + foreign + "."
	}
	return &Error{Setting: payloadName, Text: text}
}
