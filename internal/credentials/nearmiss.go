package credentials

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/stellaops/terraform-provider-stellaops/internal/redact"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

const (
	maxHosts    = 3  // hosts that a note lists
	maxHostText = 64 // characters of each
	maxEdits    = 2  // between a name and one that was meant; two letters in each other's place are two
)

// otherHosts returns the end of a note that says that a place holds nothing for the
// registry of the search: which hosts it holds instead, from the keys of its entries,
// the nearest first. Hosts are no secrets; user information before them is left out.
func otherHosts(search Search, keys []string) string {
	type other struct {
		text     string
		distance int
	}
	var others []other
	for _, key := range keys {
		if text := hostText(key); text != "" {
			distance, label := distance(search, key)
			others = append(others, other{text + label, distance})
		}
	}
	slices.SortFunc(others, func(a, b other) int {
		return cmp.Or(cmp.Compare(a.distance, b.distance), strings.Compare(a.text, b.text))
	})
	others = slices.Compact(others)
	if len(others) == 0 {
		return " (it has none)"
	}
	var texts []string
	for _, other := range others {
		texts = append(texts, other.text)
	}
	return " (it has " + listed(texts) + ")"
}

// listed joins the first few texts, and counts the rest.
func listed(texts []string) string {
	list := strings.Join(texts[:min(maxHosts, len(texts))], ", ")
	if more := len(texts) - maxHosts; more > 0 {
		list += fmt.Sprintf(" and %d more", more)
	}
	return list
}

// asked returns the registry of the search for a note, with its scheme where that
// matters.
func asked(search Search) string {
	if search.Endpoint.Scheme() == "http" {
		return "http://" + search.Endpoint.Host()
	}
	return search.Endpoint.Host()
}

// distance returns how far the key of an entry is from the registry of the search,
// and a label that tells a near one apart from it.
func distance(search Search, key string) (int, string) {
	endpoint, err := registry.ParseEndpoint(key)
	switch same := err == nil && endpoint.Hostname() == search.Endpoint.Hostname(); {
	case !same && edits(authority(hostText(key)), search.Endpoint.Host()) > maxEdits:
		return 3, ""
	case !same:
		return 2, ""
	case authority(key) == authority(search.Address), endpoint.Scheme() != search.Endpoint.Scheme(): // its scheme or path tells it apart
		return 0, ""
	case endpoint.SameRegistry(search.Endpoint):
		return 0, " (the same registry, written differently)"
	default:
		return 1, " (another port)"
	}
}

// edits returns how many bytes have to be put in, left out or replaced to make b of a
// (Levenshtein); more than [maxEdits] where the lengths already say so.
func edits(a, b string) int {
	if max(len(a)-len(b), len(b)-len(a)) > maxEdits {
		return maxEdits + 1
	}
	row := make([]int, len(b)+1) // from the part of a so far to each beginning of b
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replaced := diagonal
			if a[i] != b[j] {
				replaced++
			}
			diagonal = row[j+1]
			row[j+1] = min(replaced, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

// hostText returns the key of an entry as a note shows it.
func hostText(key string) string {
	key = key[strings.LastIndex(key, "@")+1:] // a password in user information may hold a slash, and even an @
	if end := strings.IndexAny(key, "?#"); end >= 0 {
		key = key[:end]
	}
	if looksSecret.MatchString(key) {
		return ""
	}
	key = userAndPassword.ReplaceAllString(key, "$1:"+redact.Ellipsis)
	return redact.Cut(redact.Printable(key), maxHostText)
}

// userAndPassword matches a key whose host is followed by something else than a port,
// which may be a password.
var userAndPassword = regexp.MustCompile(`^((?:[^:/]*://)?[^:/\[\]]+):(?:[^0-9/]|[0-9]+[^0-9/]).*`)

// looksSecret matches what begins like an access token of GitHub, GitLab, Docker Hub or
// Artifactory.
var looksSecret = regexp.MustCompile(`^(?:gh[opsu]_|github_pat_|glpat-|dckr_[op]at_|AKC)`)

// upperFirst returns a text that begins a sentence.
func upperFirst(text string) string { return strings.ToUpper(text[:1]) + text[1:] }
