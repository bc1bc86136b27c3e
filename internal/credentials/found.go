package credentials

import (
	"time"

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

// Found is a credential and what is known of it without asking a registry.
type Found struct {
	Credential registry.Credential
	Source     Source
	// Next are the credentials that are tried in turn where the ones before are
	// refused.
	Next []registry.Credential
	// Unserved are the repositories of the question that have other credentials, or
	// none, by their place in it; the first of them is always served.
	Unserved []int
	// Unsure says that some of the repositories may be tried with further credentials
	// that are not tried for all.
	Unsure bool
	// Notes say what is wrong with the source, each in one sentence without a full
	// stop: a part that came empty, a payload without an entry.
	Notes []string
	// Failure says why the source gave no answer, in words that continue a
	// sentence; empty if it gave one.
	Failure string
	// Warning says which settings were passed over; empty if none were.
	Warning string
	// ExpiresAt is when the credential itself says that it ends; zero if it says
	// nothing.
	ExpiresAt time.Time
}

// found completes what a source holds.
func found(source Source, credential registry.Credential, notes ...string) Found {
	return Found{Credential: credential, Source: source, Notes: notes, ExpiresAt: expiry(credential)}
}

// With is f with one of its next credentials in the place of its own.
func (f Found) With(next registry.Credential) Found {
	f.Credential, f.Next, f.ExpiresAt = next, nil, expiry(next)
	return f
}

// Error is a place that cannot be searched: a configuration that nobody could
// act on. It repeats no secret.
type Error struct {
	// Setting is the argument, the variable or the file's setting at fault.
	Setting string
	// Unknown says that its value is not known yet; otherwise it cannot be used.
	Unknown bool
	// Text says what is wrong and what to do, in whole sentences.
	Text string
}

// Error returns the setting and the text.
func (e *Error) Error() string { return e.Setting + ": " + e.Text }
