package credentials

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
)

// maxFile bounds a settings file or a Docker configuration, in bytes.
const maxFile = 1 << 20

// maxPath is how long a path may be, in bytes; Linux takes no longer one.
const maxPath = 4096

// readFile reads a file that the setting of the provider block names.
func readFile(setting, path string) ([]byte, *Error) {
	problem := func(format string, args ...any) *Error {
		return &Error{Setting: setting, Text: fmt.Sprintf(format, args...)}
	}
	if looksLikeContent(path) {
		return nil, problem("It holds the content of a file, as it seems. Write the path of the file.")
	}
	// A pipe or a device is not opened, since that may never end.
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, problem("There is no file %q. Write its path from the root, or from the folder in which the plan is made; ~ stands for nothing here, pathexpand() replaces it.", path)
	case err != nil:
		return nil, problem("%q cannot be read: %v.", path, withoutPath(err))
	case info.IsDir():
		return nil, problem("%q is a folder. Write the path of the file in it.", path)
	case !info.Mode().IsRegular():
		return nil, problem("%q is no regular file. Write the path of one.", path)
	}
	file, err := os.Open(path) //nolint:gosec // the user named it
	if err != nil {
		return nil, problem("%q cannot be read: %v.", path, withoutPath(err))
	}
	defer func() { _ = file.Close() }() // it was only read
	content, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	switch {
	case err != nil:
		return nil, problem("%q cannot be read: %v.", path, withoutPath(err))
	case len(content) > maxFile:
		return nil, problem("%q is larger than 1 MiB, too large for this setting.", path)
	default:
		return content, nil
	}
}

// looksLikeContent tells what stands where a path should: it may be full of secrets, and is
// not to be shown. JSON is known in base64 too.
func looksLikeContent(path string) bool {
	return len(path) > maxPath || strings.ContainsAny(path, "{\"\r\n") ||
		strings.HasPrefix(path, "eyJ") || strings.HasPrefix(path, "ewo")
}

// withoutPath is what the system says, without the path that stands before it.
func withoutPath(err error) error {
	if at, ok := errors.AsType[*fs.PathError](err); ok {
		return at.Err
	}
	return err
}
