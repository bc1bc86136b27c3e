package credentials

import (
	"context"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

// Setting is a value of the provider block, which may be unknown during a plan.
type Setting[T any] struct {
	Value   T
	Unknown bool
}

// Places are where credentials are looked for besides the check itself: the
// settings of one provider block, and the environment.
type Places struct {
	Registries       Setting[map[string]Entry] // by registry, as written
	Environ          []string                  // as NAME=value
	AppsettingsPath  Setting[string]           // empty for none
	DockerConfigPath Setting[string]           // empty for none
	Helpers          *Helpers                  // caches what credential helpers return; nil caches nothing
}

// Search says for which registry and repositories one check needs credentials.
type Search struct {
	Endpoint registry.Endpoint
	// Address is the address of the registry as written.
	Address string
	// Repositories are the full names of those that the check is about.
	Repositories []string

	Arguments Arguments
	// DockerConfigJSON is the payload of a Kubernetes secret; nil if none is set.
	DockerConfigJSON *registry.Secret
}

// Find returns the credential for a registry from the first place that has one.
// It never combines parts of several places. It reads files and runs credential
// helpers until ctx ends, and sends nothing to a registry. The error is always an
// [*Error].
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
		none.Notes, none.Coverage = append(none.Notes, result.Notes...), result.Coverage
	}
	none.Warning = warning
	return none, nil
}
