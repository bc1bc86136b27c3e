package tfcli

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
)

// Version is the product and version of a CLI.
type Version struct {
	Product      string // Terraform or OpenTofu
	Number       string // such as 1.11.4
	major, minor int
}

var firstLine = regexp.MustCompile(`(?m)^(Terraform|OpenTofu) v((\d+)\.(\d+)\S*)`)

// Version runs the CLI at path with version; an error means that the CLI cannot be
// used.
func (s Sandbox) Version(ctx context.Context, path string) (Version, error) {
	output, code, err := CLI{Path: path, Sandbox: s}.Run(ctx, "version")
	if err != nil {
		return Version{}, err
	}
	match := firstLine.FindStringSubmatch(output)
	if code != 0 || match == nil {
		return Version{}, fmt.Errorf("%s does not answer as Terraform or OpenTofu", path)
	}
	v := Version{Product: match[1], Number: match[2]}
	v.major, _ = strconv.Atoi(match[3]) // digits only; an overflow leaves a version that is too large
	v.minor, _ = strconv.Atoi(match[4])
	return v, nil
}

// Supported reports whether the provider supports the version: Terraform from 1.5,
// OpenTofu from 1.8.
func (v Version) Supported() bool { return v.from(5, 8) }

// HasEphemeral reports whether the version has ephemeral values and resources:
// Terraform from 1.10, OpenTofu from 1.11.
func (v Version) HasEphemeral() bool { return v.from(10, 11) }

// HasMocks reports whether the command test can override data sources: Terraform from
// 1.7, OpenTofu from 1.8.
func (v Version) HasMocks() bool { return v.from(7, 8) }

// from reports whether the version is at least 1.minor of its product.
func (v Version) from(terraform, openTofu int) bool {
	floor := terraform
	if v.Product == "OpenTofu" {
		floor = openTofu
	}
	return v.major > 1 || v.major == 1 && v.minor >= floor
}

// String returns product and number.
func (v Version) String() string { return v.Product + " " + v.Number }
