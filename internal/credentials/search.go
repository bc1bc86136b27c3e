package credentials

import (
	"context"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

// Setting is a value of the provider block, which may be unknown while a plan is
// made.
type Setting[T any] struct {
	Value   T
	Unknown bool
}

// Places are where credentials may be besides the check itself: what one
// provider block names, and the environment.
type Places struct {
	Registries       Setting[map[string]Entry] // by registry, as written
	Environ          []string                  // as NAME=value
	AppsettingsPath  Setting[string]           // empty for none
	DockerConfigPath Setting[string]           // empty for none
	Helpers          *Helpers                  // of the Docker configuration; nil runs them each time
}

// Question is one check's search.
type Question struct {
	Endpoint registry.Endpoint
	// Address is the address of the registry as it was written.
	Address string
	// Repositories are those that the check is about, by their full names.
	Repositories []string

	Arguments Arguments
	// DockerConfigJSON is the payload of a secret; nil where none is written.
	DockerConfigJSON *registry.Secret
}

// Find returns the credential for a registry from the first place that has one;
// a place is taken whole. It reads files and runs credential helpers until ctx
// ends, and asks no registry. The only error is an [*Error].
func (p Places) Find(ctx context.Context, q Question) (Found, error) {
	if q.Arguments.written() {
		return FromArguments(q.Arguments), nil
	}
	if q.DockerConfigJSON != nil {
		return fromPayload(*q.DockerConfigJSON, q)
	}
	none, warning := Found{Source: SourceNone}, ""
	for _, place := range []func(context.Context, Question) (Found, error){p.fromBlock, p.fromSettings, p.fromDockerConfig} {
		f, err := place(ctx, q)
		if err != nil {
			return Found{}, err
		}
		if f.Warning != "" {
			warning = f.Warning
		}
		if f.Source != SourceNone {
			f.Warning = warning
			return f, nil
		}
		none.Notes = append(none.Notes, f.Notes...)
	}
	none.Warning = warning
	return none, nil
}
