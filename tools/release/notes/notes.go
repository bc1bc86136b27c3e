// Package notes reads the notes of a release from the changelog.
package notes

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// heading is what the part of a version begins with.
var heading = regexp.MustCompile(`(?m)^## (\S+) \((\S+)\)$`)

// date is when a version was released.
var date = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}$`)

var errNoPart = errors.New(`the changelog has no part such as "## 1.2.3 (2006-01-02)"`)

// For returns the newest part of a changelog without its heading. It is an error if
// that part has another version than the tag, or no date, since an undated part is not
// finished.
func For(changelog, tag string) (string, error) {
	parts := heading.FindAllStringSubmatchIndex(changelog, 2)
	if len(parts) == 0 {
		return "", errNoPart
	}
	newest, end := parts[0], len(changelog)
	if len(parts) > 1 {
		end = parts[1][0]
	}
	version, day := changelog[newest[2]:newest[3]], changelog[newest[4]:newest[5]]
	switch {
	case "v"+version != tag:
		return "", fmt.Errorf("the newest part of the changelog is of %s, and the tag is %s", version, tag)
	case !date.MatchString(day):
		return "", fmt.Errorf("the part of %s in the changelog is %s: write its date", version, day)
	}
	return strings.TrimSpace(changelog[newest[1]:end]) + "\n", nil
}

// Newest returns the version of the newest part of a changelog, released or not.
func Newest(changelog string) (string, error) {
	part := heading.FindStringSubmatch(changelog)
	if part == nil {
		return "", errNoPart
	}
	return part[1], nil
}
