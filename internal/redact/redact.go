// Package redact makes foreign words fit to be shown and stored. It leaves out
// every text that holds a secret in any form, instead of repairing it.
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

// How a secret is known. Characters are Unicode code points, of which blanks, the
// plus (a blank in a form) and what cannot be printed do not count.
const (
	// minShared is the length from which a secret is looked for in the texts of
	// every check. A shorter one may be a word, such as denied: which messages it
	// emptied would depend on the order of the checks.
	minShared = 8
	// maxKnown is how much of a secret is kept. A text that holds so much of its
	// beginning holds the secret; a server may have cut the rest.
	maxKnown = 32
)

// How much of a text is looked at.
const (
	maxChecked = 4 << 10 // bytes without blanks that are searched
	maxShown   = 512     // characters that are shown at most: what begins there ends in what is searched
)

// Redactor knows the secrets that one provider block was given or issued. It is
// safe for concurrent use; make it with [New]. A thousand tokens take some ten
// kilobytes, however long they are.
type Redactor struct {
	mu    sync.RWMutex
	known *index // a pointer: fmt follows none that stands in a field
}

// index has the beginnings of secrets by their first eight bytes.
type index map[uint64][]string

// New makes a Redactor that knows no secret.
func New() *Redactor { return &Redactor{known: &index{}} }

// Add has the secrets looked for in all later texts, except those of fewer than
// eight characters.
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
	_, _ = io.WriteString(state, "(secrets)") // fmt keeps the writer's errors to itself
}

// holds reports whether folded text holds a secret that is known to all checks.
// It looks once at each place, however many secrets there are.
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

// Cleaner cleans the texts of one check. The zero value knows no secret.
type Cleaner struct {
	shared *Redactor
	own    []registry.Secret
}

// For makes the Cleaner of a check, which also knows the check's own secrets of
// any length. One of a single letter empties nearly every text of its check.
func (r *Redactor) For(own ...registry.Secret) Cleaner { return Cleaner{r, own} }

// varyingPart is what changes from run to run: a word that holds four digits, 16 hex
// digits in a row, a time of day or an address, and a day beside its month.
var varyingPart = func() *regexp.Regexp {
	const (
		part    = `(?:[\w./:+-]|,\d)*` // of a word
		rest    = `(?:` + part + `\w)?`
		weekday = `(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?,? )?`
		month   = `(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)`
		ipv6    = `(?:\b[\da-f]{1,4}|\B)(?::[\da-f]{0,4}){2,7}\b` // and hardware; an address of IPv4 has four digits
	)
	return regexp.MustCompile(`(?i)` +
		`\b` + weekday + `(?:\d\d?[ /-]` + month + `|` + month + ` \d\d?)\b` + rest + `|` +
		part + `(?:\d(?:` + part + `\d){3}|[\da-f]{16}|\b\d\d?:\d\d|` + ipv6 + `)` + rest + `(?: [ap]m\b)?`)
}()

// Text returns foreign words in at most limit characters (512 at most), without
// what cannot be printed and with an ellipsis for what changes from run to run. It
// returns nothing where they hold a secret.
func (c Cleaner) Text(text string, limit int) string {
	if c.holds(text) {
		return ""
	}
	return Cut(varyingPart.ReplaceAllString(Cut(Printable(text), maxShown), Ellipsis), limit)
}

// Value returns an identifier, such as a URL or a user name, in at most limit
// characters (512 at most), without what cannot be printed. It returns an ellipsis
// where it holds a secret.
func (c Cleaner) Value(text string, limit int) string {
	if c.holds(text) {
		return Ellipsis
	}
	return Cut(Cut(Printable(text), maxShown), limit)
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

// beginning is the part of a secret that is looked for, in folded letters.
func beginning(secret registry.Secret) string {
	text := secret.Reveal()
	_, folded := squeeze(text[:min(len(text), maxChecked)])
	count := 0
	for end := range folded {
		if count++; count > maxKnown {
			return strings.Clone(folded[:end]) // the rest is not to be kept with it
		}
	}
	return folded
}
