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

// Found is a credential and what is known of it without asking a registry.
type Result struct {
	Credential registry.Credential
	Source     Source
	// Next are the credentials that a client tries in turn where the ones before do not
	// pass.
	Next []registry.Credential
	// Coverage says of the repositories of the search how far these are their
	// credentials; one that is not there has [registry.CoverageFull].
	Coverage map[string]registry.Coverage
	// Notes say what is wrong with the source, each in one sentence without a full
	// stop: a part that came empty, a payload without an entry.
	Notes []string
	// Failure says why the source gave no answer, in words that continue a
	// sentence; empty if it gave one.
	Failure string
	// Warning says which settings were passed over; empty if none were.
	Warning string
}

// newResult completes what a source holds.
func newResult(source Source, credential registry.Credential, notes ...string) Result {
	return Result{Credential: credential, Source: source, Notes: notes}
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
