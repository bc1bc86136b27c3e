package credentials

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

// appsettingsName is the argument of the provider block that names the file.
const appsettingsName = "appsettings_path"

// The settings of Stella Ops that name a registry and its credentials. The first
// section that holds any of them counts alone.
const (
	keyRegistryURL = "RegistryUrl"
	keyToken       = "Token"
	keyUsername    = "Username"
	keyPassword    = "Password"
)

// settingKeys returns the keys of each section, as written in the documentation of
// Stella Ops, sections in the order in which they count.
func settingKeys() [][]string {
	var sections [][]string
	for _, section := range []string{"OCI", "Registry"} {
		var keys []string
		for _, name := range []string{keyRegistryURL, keyToken, keyUsername, keyPassword} {
			keys = append(keys, section+":"+name)
		}
		sections = append(sections, keys)
	}
	return sections
}

// isWanted reports whether a key is one of the settings. Keys are case-insensitive,
// as in .NET.
func isWanted(key string) bool {
	return slices.ContainsFunc(slices.Concat(settingKeys()...), func(k string) bool { return strings.EqualFold(k, key) })
}

// documentedKey returns a key of the settings as the documentation writes it.
func documentedKey(key string) string {
	all := slices.Concat(settingKeys()...)
	return all[slices.IndexFunc(all, func(k string) bool { return strings.EqualFold(k, key) })]
}

// leadsToSetting reports whether a key of the settings begins with prefix.
func leadsToSetting(prefix string) bool {
	return slices.ContainsFunc(slices.Concat(settingKeys()...), func(k string) bool {
		return len(k) > len(prefix) && strings.EqualFold(k[:len(prefix)], prefix)
	})
}

// setting is one value and its origin.
type setting struct {
	value  registry.Secret
	name   string // as it is written there, such as OCI__USERNAME
	where  string // origin for a message, such as "the environment (OCI__USERNAME)"
	source Source
}

// How a message names the places of settings.
const (
	placeEnvironment = "the environment"
	placeAppsettings = "the file of " + appsettingsName
)

// section is the section of the settings that counts, with its values by name, such
// as Username.
type section struct {
	name   string // OCI or Registry; empty for none
	values map[string]setting
	// partial reports whether the path of the file is not known yet: the file may add
	// values, but cannot override the ones here, which are the environment's.
	partial bool
	// near are notes about names that are almost one of the settings, by its key.
	near map[string]string
}

// settings merges the environment over the file key by key as .NET does: keys are
// case-insensitive, and a colon is written as two underscores in a variable. If the
// path of the file is not known yet it returns the caller's error notKnown, unless
// the environment names the registry.
func (p Places) settings(notKnown *Error) (section, error) {
	merged, near := map[string]setting{}, map[string]string{} // by key in lower case; by key
	if path := p.AppsettingsPath.Value; path != "" {
		file, problem := readAppsettings(path)
		if problem != nil {
			return section{}, problem
		}
		for key, value := range file.values {
			merged[key] = setting{registry.NewSecret(value), documentedKey(key), fmt.Sprintf("%q", path), SourceAppsettings}
		}
		for key, name := range file.near {
			near[key] = noteNear(name, placeAppsettings, key)
		}
	}
	for _, entry := range slices.Sorted(slices.Values(p.Environ)) {
		name, value, _ := strings.Cut(entry, "=")
		if key := strings.ReplaceAll(name, "__", ":"); isWanted(key) {
			merged[strings.ToLower(key)] = setting{registry.NewSecret(value), name, placeEnvironment + " (" + name + ")", SourceEnvironment}
		} else if meant := settingMeant(name); meant != "" {
			near[meant] = noteNear(name, placeEnvironment, variableOf(meant))
		}
	}
	for _, keys := range settingKeys() {
		s := section{values: map[string]setting{}, partial: p.AppsettingsPath.Unknown, near: near}
		for _, key := range keys {
			name, last, _ := strings.Cut(key, ":")
			if value, ok := merged[strings.ToLower(key)]; ok {
				s.name, s.values[last] = name, value
			}
		}
		if s.partial && s.values[keyRegistryURL].value.Empty() {
			return section{}, notKnown
		}
		if s.name != "" {
			return s, nil
		}
	}
	return section{near: near}, nil
}

// firstPlace returns the origin of the section's first setting.
func (s section) firstPlace() string {
	for _, name := range []string{keyRegistryURL, keyToken, keyUsername, keyPassword} {
		if value, ok := s.values[name]; ok {
			return value.where
		}
	}
	return ""
}

// registry parses the address of the section's registry; ok is false if it has
// none.
func (s section) registry() (endpoint registry.Endpoint, ok bool, err error) {
	url := s.values[keyRegistryURL]
	if url.value.Empty() {
		return registry.Endpoint{}, false, nil
	}
	endpoint, err = registry.ParseEndpoint(url.value.Reveal())
	if err != nil {
		return registry.Endpoint{}, false, &Error{
			Setting: keyRegistryURL + " of the Stella Ops settings",
			Text:    fmt.Sprintf("The value of %s:%s from %s is not shown here, since it may hold a secret: %v.", s.name, keyRegistryURL, url.where, err),
		}
	}
	return endpoint, true, nil
}

// Registry returns the registry that the Stella Ops settings name, and its address
// as written there, for a check without registry_url. The error is always an
// [*Error]; if the settings name no registry, it lists where they were looked for.
func (p Places) Registry() (registry.Endpoint, string, error) {
	s, err := p.settings(&Error{Setting: appsettingsName, Unknown: true, Text: "registry_url is left out, so the check asks the registry of the Stella Ops settings, and where they are is known only after the apply. " +
		"Write registry_url in this check."})
	if err != nil {
		return registry.Endpoint{}, "", err
	}
	endpoint, ok, err := s.registry()
	if ok || err != nil {
		return endpoint, s.values[keyRegistryURL].value.Reveal(), err
	}
	text := "registry_url is left out, and the Stella Ops settings do not name a registry. Looked for OCI__RegistryUrl and Registry__RegistryUrl in the environment"
	if path := p.AppsettingsPath.Value; path != "" {
		text += fmt.Sprintf(", and for OCI:RegistryUrl and Registry:RegistryUrl in %q.", path)
	} else {
		text += "; appsettings_path of the provider block, which could name a file with these settings, is not set."
	}
	if s.name != "" {
		text += fmt.Sprintf(" The section %s, of which a setting is in %s, has no RegistryUrl, and the first section that holds a setting is taken whole.", s.name, s.firstPlace())
	}
	if near := s.notesNear(Arguments{}); len(near) > 0 {
		text += " " + strings.Join(near, ". ") + "."
	}
	return registry.Endpoint{}, "", &Error{Setting: "registry_url", Text: text + " Write the host of the registry, such as registry.example.com."}
}

// fromSettings returns the credentials of the Stella Ops settings if they are for
// the registry of the check. Settings without a registry are used for none, since
// their credentials could reach a server that they are not meant for.
func (p Places) fromSettings(_ context.Context, search Search) (Result, error) {
	none := Result{Source: SourceNone}
	s, err := p.settings(unknown(appsettingsName, search))
	if err != nil {
		return none, err
	}
	a, source := s.arguments()
	endpoint, ok, err := s.registry()
	none.Notes = s.notesNear(a)
	switch {
	case s.partial && err == nil && matchesRegistry(s.values[keyRegistryURL].value.Reveal(), endpoint, search.Endpoint) && (a.Username == nil || a.Password == nil || a.Token == nil):
		return none, unknown(appsettingsName, search)
	case !a.isSet():
		return none, nil
	case err != nil:
		return none, err
	case !ok:
		none.Warning = fmt.Sprintf("The section %s of the Stella Ops settings has credentials but no RegistryUrl, so they are not used for any registry. "+
			"Set %s to the registry that they are for.", s.name, s.nameOf(keyRegistryURL, source))
		none.Notes = append(none.Notes, fmt.Sprintf("The section %s in %s has no RegistryUrl, so its credentials are not used; set %s", s.name, s.place(), s.nameOf(keyRegistryURL, source)))
		return none, nil
	case !matchesRegistry(s.values[keyRegistryURL].value.Reveal(), endpoint, search.Endpoint):
		url := s.values[keyRegistryURL].value.Reveal()
		none.Notes = []string{fmt.Sprintf("The section %s in %s has no credentials for %s%s", s.name, s.place(), asked(search), otherHosts(search, []string{url}))}
		return none, nil
	default:
		result := a.result(source, s.place(), func(part string) string {
			return s.nameOf(map[string]string{partUsername: keyUsername, partPassword: keyPassword, partToken: keyToken}[part], source)
		})
		result.Notes = append(result.Notes, none.Notes...)
		return result, nil
	}
}

// place returns how a message names the place of the section's credentials.
func (s section) place() string {
	from := map[Source]bool{}
	for _, name := range []string{keyToken, keyUsername, keyPassword} {
		from[s.values[name].source] = true
	}
	switch {
	case !from[SourceAppsettings]:
		return placeEnvironment
	case !from[SourceEnvironment]:
		return placeAppsettings
	default:
		return placeEnvironment + " and " + placeAppsettings
	}
}

// nameOf returns how a setting of the section is called where it stands, or where it
// would stand beside the others of that source.
func (s section) nameOf(last string, source Source) string {
	if value, ok := s.values[last]; ok {
		return value.name
	}
	key := s.name + ":" + last
	if source == SourceAppsettings {
		return key
	}
	return variableOf(key)
}

// variableOf returns the variable of the environment for a key.
func variableOf(key string) string { return strings.ReplaceAll(key, ":", "__") }

// arguments returns the credentials of the section. Their source is the
// environment if any of them comes from there.
func (s section) arguments() (Arguments, Source) {
	var a Arguments
	source := SourceAppsettings
	for _, name := range []string{keyToken, keyUsername, keyPassword} {
		value, ok := s.values[name]
		if !ok {
			continue
		}
		if value.source == SourceEnvironment {
			source = SourceEnvironment
		}
		switch name {
		case keyToken:
			a.Token = &value.value
		case keyUsername:
			username := value.value.Reveal()
			a.Username = &username
		default:
			a.Password = &value.value
		}
	}
	return a, source
}
