package credentials

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

// registriesName is the argument of the provider block that holds credentials.
const registriesName = "registries"

// Entry holds the credentials for one registry in the provider block.
type Entry struct {
	Arguments
	Unknown bool // whether any part of it is not known yet
}

// fromBlock searches the argument registries. Its keys have the syntax of
// registry_url. Two keys for one registry are an error, since neither would be the
// right choice.
func (p Places) fromBlock(_ context.Context, search Search) (Result, error) {
	if p.Registries.Unknown {
		return Result{}, unknown(registriesName, search)
	}
	keys := map[string]string{} // by registry
	at, has := "", false
	for i, key := range slices.Sorted(maps.Keys(p.Registries.Value)) {
		endpoint, err := registry.ParseEndpoint(key)
		if err != nil {
			return Result{}, &Error{Setting: registriesName, Text: fmt.Sprintf("The key in place %d of the alphabetical order is not shown here, since it may hold a secret: %v.", i+1, err)}
		}
		name := endpoint.DialAddress()
		if other, twice := keys[name]; twice {
			return Result{}, &Error{Setting: registriesName, Text: fmt.Sprintf("The keys %q and %q are one registry. Leave one of them out.", other, key)}
		}
		keys[name] = key
		if matchesRegistry(key, endpoint, search.Endpoint) {
			at, has = key, true
		}
	}
	switch {
	case len(keys) == 0:
		return Result{Source: SourceNone}, nil
	case !has:
		return newResult(SourceNone, registry.Credential{}, "registries of the provider block has no entry for "+asked(search)+otherHosts(search, slices.Collect(maps.Values(keys)))), nil
	}
	entry := p.Registries.Value[at]
	if entry.Unknown {
		return Result{}, unknown(registriesName, search)
	}
	place := fmt.Sprintf("the entry %q of registries in the provider block", hostText(at))
	if !entry.isSet() {
		return newResult(SourceProvider, registry.Credential{}, upperFirst(place)+" has no login; set username and password, or token"), nil
	}
	return entry.result(SourceProvider, place, func(part string) string { return part }), nil
}

// matchesRegistry reports whether credentials that are stored for an address are
// for the registry of the check: host and port must be equal, and the scheme too
// if the address has one.
func matchesRegistry(address string, stored, asked registry.Endpoint) bool {
	return stored.SameRegistry(asked) && (!strings.Contains(address, "://") || stored.Scheme() == asked.Scheme())
}

// unknown returns the error for a setting that the check needs and whose value is
// known only after the apply.
func unknown(setting string, search Search) *Error {
	return &Error{Setting: setting, Unknown: true, Text: fmt.Sprintf(
		"The check of %s looks for its credentials there, and the value is known only after the apply. "+
			"Pass the credentials to this check as arguments instead: a check whose own arguments are not known yet waits for the apply.", search.Endpoint.Host())}
}
