package credentials

import (
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

// Source says where a credential was found, as the attribute credential_source
// names it.
type Source string

// The sources, in the order in which they are searched.
const (
	SourceArguments        Source = "arguments"
	SourceDockerConfigJSON Source = "docker_config_json"
	SourceProvider         Source = "provider"
	SourceEnvironment      Source = "environment"
	SourceAppsettings      Source = "appsettings"
	SourceDockerConfig     Source = "docker_config"
	SourceNone             Source = "none"
)

// Result is the credential that a [Search] found, its source and what is wrong
// with that source.
type Result struct {
	Credential registry.Credential
	Source     Source
	// Place says where the credential stood; zero if there is none.
	Place Place
	// Next are further credentials, which a client tries in order where the registry
	// refuses the ones before.
	Next []registry.Credential
	// Unsent are secrets beside these credentials that are not sent and must not be shown.
	Unsent []registry.Secret
	// Coverage says for each repository of the search whether a client uses these
	// credentials for it; one without an entry has [registry.CoverageFull].
	Coverage map[string]registry.Coverage
	// Notes say what is wrong with the source, such as an empty part or a payload
	// without an entry. Each is one sentence without a full stop: what was seen and, after
	// a semicolon, what to do about it.
	Notes []string
	// Failure says why the source returned nothing, as a clause without a full stop;
	// empty if it returned a credential.
	Failure string
	// Warning says which settings were ignored, and why; empty if none were.
	Warning string
}

// Place is where a credential stood, in the words of a message.
type Place struct {
	// Name is how a message names the place, such as "the environment".
	Name string
	// Username and Password are how the two are called there, such as OCI__Username.
	Username, Password string
	// PasswordEmpty reports whether the password stands there with nothing in it.
	PasswordEmpty bool
}

// newResult returns a result with the credential and the notes of a source.
func newResult(source Source, credential registry.Credential, notes ...string) Result {
	return Result{Credential: credential, Source: source, Notes: notes}
}

// from returns the result with the name of a place that holds logins of Docker. What
// they leave out is empty to Docker and to the kubelet.
func (r Result) from(name string) Result {
	if c := r.Credential; c != (registry.Credential{}) {
		r.Place = Place{name, partUsername, partPassword, c.Username != "" && c.Password.Empty()}
	}
	return r
}

// Error is a setting that is invalid or not known yet, so that no search can use
// it. Its text holds no secret.
type Error struct {
	// Setting is the name of the argument, the variable or the key in a file.
	Setting string
	// Unknown reports whether the value is not known yet; otherwise it is invalid.
	Unknown bool
	// Text says what is wrong and what to do, in whole sentences.
	Text string
}

// Error returns the setting and the text.
func (e *Error) Error() string { return e.Setting + ": " + e.Text }
