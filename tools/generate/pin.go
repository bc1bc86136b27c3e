package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// newestPart is the head of the newest part of the changelog: its version, and its date
// once it is released.
var newestPart = regexp.MustCompile(`(?m)^## (\S+) \((?:(\d{4}-\d{2}-\d{2})|unreleased)\)$`)

// releasedVersion returns the version of the newest part of the changelog if that part
// has a date, as it has in the commit of a release; else an empty string.
func releasedVersion(changelog string) (string, error) {
	content, err := os.ReadFile(changelog)
	if err != nil {
		return "", fmt.Errorf("read the version of the changelog: %w", err)
	}
	newest := newestPart.FindSubmatch(content)
	if newest == nil {
		return "", fmt.Errorf("%s has no part of a version", changelog)
	}
	if len(newest[2]) == 0 {
		return "", nil
	}
	return string(newest[1]), nil
}

// prefixes are the beginnings of links to this project's own pages and files, in pairs:
// what is newest, and a version.
func prefixes(version string) []string {
	pairs := []string{published, strings.Replace(published, "/latest/", "/"+version+"/", 1), raw + "main/", raw + "v" + version + "/"}
	for _, kind := range []string{"blob/", "tree/", "raw/"} {
		pairs = append(pairs, repository+kind+"main/", repository+kind+"v"+version+"/")
	}
	return pairs
}

// pinned makes links to this project's own pages and files name a version, so that the
// pages of a version lead to each other. Without a version, they lead to what is newest.
func pinned(page, version string) string {
	if version == "" {
		return page
	}
	return strings.NewReplacer(prefixes(version)...).Replace(page)
}

// unpinned is a link to this project's own pages and files as it was before [pinned].
func unpinned(link, version string) string {
	if version == "" {
		return link
	}
	pairs := prefixes(version)
	for i := 0; i < len(pairs); i += 2 {
		pairs[i], pairs[i+1] = pairs[i+1], pairs[i]
	}
	return strings.NewReplacer(pairs...).Replace(link)
}

// pinLinks pins the links of every page below docs.
func pinLinks(docs, version string) error {
	for _, pattern := range []string{"*.md", "*/*.md"} {
		pages, err := filepath.Glob(filepath.Join(docs, filepath.FromSlash(pattern)))
		if err != nil {
			return fmt.Errorf("find the pages: %w", err)
		}
		for _, page := range pages {
			content, err := os.ReadFile(page)
			if err != nil {
				return fmt.Errorf("pin links: %w", err)
			}
			if err := os.WriteFile(page, []byte(pinned(string(content), version)), 0o644); err != nil {
				return fmt.Errorf("pin links: %w", err)
			}
		}
	}
	return nil
}
