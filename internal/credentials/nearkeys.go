package credentials

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/stellaops/terraform-provider-stellaops/internal/redact"
)

// settingMeant returns the key of the setting that a name was probably meant for, such
// as OCI:Password for OCI_PASSWORD and OCI__Pasword; "" if there is none. Separators,
// blanks and case do not count, and the name of the section has to be right.
func settingMeant(name string) string {
	for _, keys := range settingKeys() {
		section, _, _ := strings.Cut(keys[0], ":")
		if len(name) > maxHostText || len(name) < len(section) || !strings.EqualFold(name[:len(section)], section) {
			continue
		}
		rest := strings.NewReplacer("_", "", "-", "", ":", "", ".", "", " ", "").Replace(strings.ToLower(name[len(section):]))
		for _, key := range keys {
			if edits(rest, strings.ToLower(key[len(section)+1:])) <= maxEdits {
				return key
			}
		}
	}
	return ""
}

// noteNear returns the note about a name that is almost that of a setting. Names are no
// secrets; one that cannot be told from the right one is quoted.
func noteNear(name, place, right string) string {
	shown := redact.Cut(redact.Printable(name), maxHostText)
	if shown != name {
		shown = strconv.Quote(redact.Cut(name, maxHostText))
	}
	return fmt.Sprintf("%s is set in %s; the name is %s", shown, place, right)
}

// notesNear returns the notes about names that are almost those of settings which the
// section lacks. A credential that is complete lacks nothing but its registry.
func (s section) notesNear(a Arguments) []string {
	var notes []string
	for _, keys := range settingKeys() {
		for _, key := range keys {
			name, last, _ := strings.Cut(key, ":")
			_, there := s.values[last]
			complete := a.Token != nil || a.Username != nil && a.Password != nil
			note, near := s.near[key]
			if near && !there && (s.name == "" || s.name == name) && (last == keyRegistryURL || !complete) {
				notes = append(notes, note)
			}
		}
	}
	return notes
}
