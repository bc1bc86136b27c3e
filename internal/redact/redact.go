// Package redact cleans texts of servers and files before they are shown or stored. A
// text that holds a secret in any form is dropped as a whole.
package redact

import (
	"encoding/binary"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

// Lengths of secrets in characters: Unicode code points without blanks, the plus (a
// blank in a form) and characters that cannot be printed.
const (
	// minShared is the shortest secret that is looked for in the texts of all checks.
	// A shorter one may be an ordinary word, such as denied, and which messages it
	// emptied would depend on the order of the checks.
	minShared = 8
	// maxKnown is how much of the beginning of a secret is kept and looked for; a
	// server may cut the rest.
	maxKnown = 32
)

// Limits of a text.
const (
	maxChecked = 4 << 10 // bytes without blanks that are searched
	// MaxShown is how many characters of a text are shown at most; far fewer than are
	// searched, so that a secret at the end is found.
	MaxShown = 512
)

// Redactor has the secrets of one provider block, those of its configuration and those
// that token services issued. It keeps the beginning of each only. It is safe for
// concurrent use; make it with [New].
type Redactor struct {
	mu    sync.RWMutex
	known *index // a pointer, since fmt prints a pointer in a field as an address
}

// index maps the first eight bytes of secrets to the beginnings of all that have them.
type index map[uint64][]string

// New returns a Redactor without secrets.
func New() *Redactor { return &Redactor{known: &index{}} }

// Add adds secrets, which all cleaners look for from then on. It ignores those of
// fewer than eight characters.
func (r *Redactor) Add(secrets ...registry.Secret) {
	r.mu.Lock()
	defer r.mu.Unlock()
	known := *r.known
	for _, secret := range secrets {
		start := beginning(secret)
		if utf8.RuneCountInString(start) < minShared {
			continue
		}
		if key := binary.BigEndian.Uint64([]byte(start)); !slices.Contains(known[key], start) {
			known[key] = append(known[key], start)
		}
	}
}

// Format prints nothing of the secrets, whatever the verb.
func (r *Redactor) Format(state fmt.State, _ rune) {
	_, _ = io.WriteString(state, "(secrets)") // fmt ignores the writer's errors too
}

// holds reports whether a folded text holds a secret of the index. Its cost does not
// grow with the number of secrets.
func (known index) holds(folded string) bool {
	var key uint64
	for i := range len(folded) {
		key = key<<8 | uint64(folded[i])
		for _, start := range known[key] {
			if i >= 7 && strings.HasPrefix(folded[i-7:], start) {
				return true
			}
		}
	}
	return false
}

// Cleaner cleans the texts of one check. The zero value has no secrets.
type Cleaner struct {
	shared *Redactor
	own    []registry.Secret
}

// For returns the Cleaner of a check, which looks for the check's own secrets of any
// length besides those of the Redactor. A secret of one letter empties nearly every
// text of the check.
func (r *Redactor) For(own ...registry.Secret) Cleaner { return Cleaner{r, own} }

// varyingPart matches what may change from run to run: a word that holds four digits,
// 16 hex digits in a row, a time of day or an address, and a day next to its month.
// A changing text would make a change in every plan.
var varyingPart = func() *regexp.Regexp {
	const (
		part    = `(?:[\w./:+-]|,\d)*` // of a word
		rest    = `(?:` + part + `\w)?`
		weekday = `(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?,? )?`
		month   = `(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)`
		ipv6    = `(?:\b[\da-f]{1,4}|\B)(?::[\da-f]{0,4}){2,7}\b` // MAC addresses too; an IPv4 address counts as four digits
	)
	return regexp.MustCompile(`(?i)` +
		`\b` + weekday + `(?:\d\d?[ /-]` + month + `|` + month + ` \d\d?)\b` + rest + `|` +
		part + `(?:\d(?:` + part + `\d){3}|[\da-f]{16}|\b\d\d?:\d\d|` + ipv6 + `)` + rest + `(?: [ap]m\b)?`)
}()

// Text returns a text cut to limit characters (512 at most), without characters that
// cannot be printed and with an ellipsis for each part that may change from run to
// run. It returns "" if the text holds a secret.
func (c Cleaner) Text(text string, limit int) string {
	if c.holds(text) {
		return ""
	}
	return Cut(varyingPart.ReplaceAllString(Cut(Printable(text), MaxShown), Ellipsis), limit)
}

// Value returns an identifier, such as a URL or a user name, cut to limit characters
// (512 at most), without characters that cannot be printed. It returns an ellipsis if
// the identifier holds a secret.
func (c Cleaner) Value(text string, limit int) string {
	if c.holds(text) {
		return Ellipsis
	}
	return Cut(Cut(Printable(text), MaxShown), limit)
}

// holds reports whether a text holds a secret in any form.
func (c Cleaner) holds(text string) bool {
	s := search{shortest: minShared, left: maxRead}
	for _, secret := range c.own {
		if start := beginning(secret); start != "" {
			s.own = append(s.own, start)
			s.shortest = min(s.shortest, utf8.RuneCountInString(start))
		}
	}
	if c.shared != nil {
		c.shared.mu.RLock()
		defer c.shared.mu.RUnlock()
		s.shared = *c.shared.known
	}
	return s.holdsSecret(text, maxDepth)
}

// beginning returns the first maxKnown characters of a secret, folded.
func beginning(secret registry.Secret) string {
	text := secret.Reveal()
	_, folded := squeeze(text[:min(len(text), maxChecked)])
	count := 0
	for end := range folded {
		if count++; count > maxKnown {
			return strings.Clone(folded[:end]) // a copy, so that the whole secret can be freed
		}
	}
	return folded
}
