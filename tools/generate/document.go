package main

import (
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"
)

// document is the name, links and anchors of a Markdown page.
type document struct {
	name    string // below the root
	links   []string
	anchors []string
}

// documents returns every page that users read.
func documents(root string) ([]document, error) {
	var pages []document
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && slices.Contains([]string{".git", ".cache", "dist", "testdata", "templates"}, entry.Name()): // docs are generated from templates
			return fs.SkipDir
		case entry.IsDir() || filepath.Ext(path) != ".md":
			return nil
		}
		source, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, path)
		pages = append(pages, parse(filepath.ToSlash(name), source))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the documents: %w", err)
	}
	return pages, nil
}

// frontMatter is what stands before a page of docs.
var frontMatter = regexp.MustCompile(`(?s)\A---\n.*?\n---\n`)

func parse(name string, source []byte) document {
	page := document{name: name}
	source = frontMatter.ReplaceAll(source, nil)
	markdown := goldmark.New(goldmark.WithExtensions(extension.GFM))
	// The walk cannot fail, because its function returns no error.
	_ = ast.Walk(markdown.Parser().Parse(text.NewReader(source)), func(node ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch node := node.(type) {
		case *ast.Link:
			page.links = append(page.links, string(node.Destination))
		case *ast.Image:
			page.links = append(page.links, string(node.Destination))
		case *ast.AutoLink:
			page.links = append(page.links, string(node.URL(source)))
		case *ast.Heading:
			page.anchors = append(page.anchors, anchor(plain(node, source), page.anchors))
		case *ast.RawHTML:
			for i := range node.Segments.Len() {
				segment := node.Segments.At(i)
				page.anchors = append(page.anchors, htmlAnchors(segment.Value(source))...)
			}
		case *ast.HTMLBlock:
			page.anchors = append(page.anchors, htmlAnchors(node.Lines().Value(source))...)
		}
		return ast.WalkContinue, nil
	})
	return page
}

var htmlAnchor = regexp.MustCompile(`<a (?:id|name)="([^"]+)"`)

func htmlAnchors(html []byte) []string {
	var anchors []string
	for _, match := range htmlAnchor.FindAllSubmatch(html, -1) {
		anchors = append(anchors, string(match[1]))
	}
	return anchors
}

// plain returns the text of a node without its markup.
func plain(node ast.Node, source []byte) string {
	var words strings.Builder
	for child := node.FirstChild(); child != nil; child = child.NextSibling() {
		if t, ok := child.(*ast.Text); ok {
			words.Write(t.Value(source))
		} else {
			words.WriteString(plain(child, source))
		}
	}
	return words.String()
}

// anchor returns the anchor that GitHub gives a heading; before are the anchors above
// it.
func anchor(heading string, before []string) string {
	name := strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r == '-', r == '_', 'a' <= r && r <= 'z', '0' <= r && r <= '9':
			return r
		default:
			return -1
		}
	}, strings.ToLower(heading))
	unique := name
	for i := 1; slices.Contains(before, unique); i++ {
		unique = fmt.Sprintf("%s-%d", name, i)
	}
	return unique
}

// repository and raw are where this project's own files are read.
const (
	repository = "https://github.com/stellaops/terraform-provider-stellaops/"
	raw        = "https://raw.githubusercontent.com/stellaops/terraform-provider-stellaops/"
)

// brokenLinks returns the links to files or anchors that do not exist in this
// repository; links of the version lead here too. Links to other sites are not followed.
func brokenLinks(root string, pages []document, version string) []string {
	anchors := map[string][]string{}
	for _, page := range pages {
		anchors[page.name] = page.anchors
	}
	var broken []string
	for _, page := range pages {
		for _, link := range page.links {
			file, fragment, ok := target(page.name, unpinned(link, version))
			if !ok {
				continue
			}
			_, err := os.Stat(filepath.Join(root, filepath.FromSlash(file)))
			known, isPage := anchors[file]
			if err != nil || fragment != "" && isPage && !slices.Contains(known, fragment) {
				broken = append(broken, fmt.Sprintf("%s: %s leads nowhere", page.name, link))
			}
		}
	}
	return broken
}

// published is where registries of providers show docs/.
const published = "https://registry.terraform.io/providers/stellaops/stellaops/latest/docs/"

// ownFile returns the branch and path in a link to a file of this project.
func ownFile(link string) (path string, own bool) {
	if page, own := strings.CutPrefix(link, published); own {
		name, fragment, _ := strings.Cut(page, "#")
		return "main/docs/" + name + ".md#" + fragment, true
	}
	for _, prefix := range []string{repository + "blob/", repository + "tree/", repository + "raw/", raw} {
		if path, own := strings.CutPrefix(link, prefix); own {
			return path, true
		}
	}
	return "", false
}

// target returns the file of this repository that a link names, and the anchor in it;
// ok is false for a link to another site.
func target(page, link string) (file, fragment string, ok bool) {
	if path, own := ownFile(link); own {
		branched, ok := strings.CutPrefix(path, "main/")
		if !ok {
			return link, "", true // another branch: reported as broken, since it may be deleted
		}
		page, link = "", branched
	} else if strings.HasPrefix(link, repository) {
		return "", "", false // for example a release or an issue
	}
	where, err := url.Parse(link)
	if err != nil {
		return link, "", true // not a URL: reported as broken
	}
	if where.IsAbs() || where.Host != "" {
		return "", "", false
	}
	if where.Path == "" {
		return page, where.Fragment, true
	}
	return strings.TrimPrefix(filepath.ToSlash(filepath.Join("/", filepath.Dir(page), where.Path)), "/"), where.Fragment, true
}
