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
type Search struct {
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
func (p Places) Find(ctx context.Context, search Search) (Result, error) {
	if search.Arguments.isSet() {
		return FromArguments(search.Arguments), nil
	}
	if search.DockerConfigJSON != nil {
		return fromPayload(*search.DockerConfigJSON, search)
	}
	none, warning := Result{Source: SourceNone}, ""
	for _, place := range []func(context.Context, Search) (Result, error){p.fromBlock, p.fromSettings, p.fromDockerConfig} {
		result, err := place(ctx, search)
		if err != nil {
			return Result{}, err
		}
		if result.Warning != "" {
			warning = result.Warning
		}
		if result.Source != SourceNone {
			result.Warning = warning
			return result, nil
		}
		none.Notes = append(none.Notes, result.Notes...)
	}
	none.Warning = warning
	return none, nil
}
