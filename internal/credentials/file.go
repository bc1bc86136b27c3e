package credentials

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

// maxFile is the largest size of a settings file or a Docker configuration, in
// bytes.
const maxFile = 1 << 20

// maxPath is the longest path in bytes, PATH_MAX of Linux.
const maxPath = 4096

// readFile reads the file at a path that a setting of the provider block names. The
// program that owns the file reads plain UTF-8 only; another encoding is an error.
func readFile(setting, path string) ([]byte, *Error) {
	content, problem := readBytes(setting, path)
	if problem != nil {
		return nil, problem
	}
	if why := registry.EncodingFault(string(content)); why != "" {
		return nil, &Error{Setting: setting, Text: fmt.Sprintf("%q cannot be used: %s.", path, why)}
	}
	return content, nil
}

// readBytes reads the file at a path, whatever its encoding.
func readBytes(setting, path string) ([]byte, *Error) {
	problem := func(format string, args ...any) *Error {
		return &Error{Setting: setting, Text: fmt.Sprintf(format, args...)}
	}
	if looksLikeContent(path) {
		return nil, problem("The value seems to be the content of a file. Write the path of the file.")
	}
	// Opening or reading a pipe or a device may block for ever.
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, problem("There is no file %q. Write its path from the root, or from the folder in which the plan runs; ~ is not expanded here, pathexpand() does that.", path)
	case err != nil:
		return nil, problem("%q cannot be read: %v.", path, withoutPath(err))
	case info.IsDir():
		return nil, problem("%q is a folder. Write the path of the file in it.", path)
	case !info.Mode().IsRegular():
		return nil, problem("%q is not a regular file. Write the path of one.", path)
	}
	file, err := os.Open(path) //nolint:gosec // the user named it
	if err != nil {
		return nil, problem("%q cannot be read: %v.", path, withoutPath(err))
	}
	defer func() { _ = file.Close() }() // nothing was written that could be lost
	content, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	switch {
	case err != nil:
		return nil, problem("%q cannot be read: %v.", path, withoutPath(err))
	case len(content) > maxFile:
		return nil, problem("%q is larger than 1 MiB, which is too large for this setting.", path)
	default:
		return content, nil
	}
}

// looksLikeContent reports whether a path seems to be the content of a file, which
// may hold secrets, so that no message may repeat it. The two prefixes are those of
// a JSON object in base64.
func looksLikeContent(path string) bool {
	return len(path) > maxPath || strings.ContainsAny(path, "{\"\r\n") ||
		strings.HasPrefix(path, "eyJ") || strings.HasPrefix(path, "ewo")
}

// withoutPath returns the system's error without operation and path.
func withoutPath(err error) error {
	if at, ok := errors.AsType[*fs.PathError](err); ok {
		return at.Err
	}
	return err
}
