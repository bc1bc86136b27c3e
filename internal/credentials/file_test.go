package credentials_test

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stellaops/terraform-provider-stellaops/internal/credentials"
)

// maxFile is the size up to which a file is read.
const maxFile = 1 << 20

// fileSettings are the settings of the provider block that name a file, with a
// content that holds a login for the registry.
func fileSettings(t testing.TB) map[string]string {
	t.Helper()
	return map[string]string{
		"appsettings_path":   settingsFor(`"Username":"ci","Password":"p"`),
		"docker_config_path": jsonOf(t, map[string]any{"auths": map[string]any{host: map[string]string{"auth": auth("ci", "p")}}}),
	}
}

// placesWithFile are places of which that setting names that file.
func placesWithFile(setting, path string) credentials.Places {
	if setting == "appsettings_path" {
		return credentials.Places{AppsettingsPath: set(path)}
	}
	return credentials.Places{DockerConfigPath: set(path)}
}

// notRegular is something without an end or a beginning, where the system has
// such a thing.
func notRegular(t *testing.T) string {
	t.Helper()
	if info, err := os.Stat(os.DevNull); err != nil || info.Mode().IsRegular() || info.IsDir() {
		t.Skip("this system's null device is none that can be looked at")
	}
	return os.DevNull
}

func unreadable(t *testing.T) string {
	t.Helper()
	path := file(t, `{"password":"`+canary+`"}`)
	if err := os.Chmod(path, 0); err != nil {
		t.Fatal(err)
	}
	if content, err := os.ReadFile(path); err == nil {
		t.Skipf("this user reads every file, %d bytes of this one too", len(content))
	}
	return path
}

func TestPlaces_Find_FileThatCannotBeRead(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name string
		path func(t *testing.T) string
		text string
	}{
		{"a file that is not there", func(t *testing.T) string {
			t.Helper()
			return filepath.Join(t.TempDir(), "none.json")
		}, "There is no file %q. Write its path from the root, or from the folder in which the plan runs; ~ is not expanded here, pathexpand() does that."},
		{"a folder that is not there", func(t *testing.T) string {
			t.Helper()
			return filepath.Join(t.TempDir(), "none", "file.json")
		}, "There is no file %q. Write its path from the root, or from the folder in which the plan runs; ~ is not expanded here, pathexpand() does that."},
		{"a folder", func(t *testing.T) string {
			t.Helper()
			return t.TempDir()
		}, "%q is a folder. Write the path of the file in it."},
		{"a device", notRegular, "%q is not a regular file. Write the path of one."},
		{"a file that this user may not read", unreadable, "%q cannot be read: permission denied."},
		{"a path that no system takes", func(t *testing.T) string {
			t.Helper()
			return "file\x00.json"
		}, "%q cannot be read: invalid argument."},
		{"a file that is too large", func(t *testing.T) string {
			t.Helper()
			return file(t, canary+strings.Repeat(" ", maxFile+1-len(canary)))
		}, "%q is larger than 1 MiB, which is too large for this setting."},
		{"a file that is far too large", func(t *testing.T) string {
			t.Helper()
			return file(t, strings.Repeat(canary, maxFile/4))
		}, "%q is larger than 1 MiB, which is too large for this setting."},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			path := row.path(t)
			for setting := range fileSettings(t) {
				want := credentials.Error{Setting: setting, Text: strings.Replace(row.text, "%q", fmt.Sprintf("%q", path), 1)}
				refusal := findError(t, placesWithFile(setting, path), searchFor(t, host))
				if refusal != want {
					t.Errorf("got  %+v\nwant %+v", refusal, want)
				}
				checkNoCanary(t, credentials.Result{}, &refusal)
			}
		})
	}
}

func TestPlaces_Find_File(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name string
		path func(t *testing.T, content string) string
	}{
		{"a file", func(t *testing.T, content string) string {
			t.Helper()
			return file(t, content)
		}},
		{"a file of the largest size", func(t *testing.T, content string) string {
			t.Helper()
			return file(t, content+strings.Repeat("\n", maxFile-len(content)))
		}},
		{"a link to a file, as Kubernetes mounts a secret", func(t *testing.T, content string) string {
			t.Helper()
			link := filepath.Join(t.TempDir(), "link.json")
			if err := os.Symlink(file(t, content), link); err != nil {
				t.Skip(err) // Windows allows it to some users only
			}
			return link
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			for setting, content := range fileSettings(t) {
				if got := find(t, placesWithFile(setting, row.path(t, content)), searchFor(t, host)).Credential; got != login("ci", "p") {
					t.Errorf("%s: found %q, %q", setting, got.Username, got.Password.Reveal())
				}
			}
		})
	}
}

// Without a path there is no file, and so nothing that is missing.
func TestPlaces_Find_WithoutAFile(t *testing.T) {
	t.Parallel()
	compare(t, find(t, credentials.Places{}, searchFor(t, host)), credentials.Result{Source: credentials.SourceNone})
}

// TestPlaces_Find_ContentInPlaceOfAPathIsNotShown has what file() gives, and a path that only
// looks a bit like that.
func TestPlaces_Find_ContentInPlaceOfAPathIsNotShown(t *testing.T) {
	t.Parallel()
	content := `{"auths":{"r.example.com":{"password":"` + canary + `"}}}`
	for setting := range fileSettings(t) {
		for _, path := range []string{content, "\n " + content, jsonOf(t, content), base64.StdEncoding.EncodeToString([]byte(content)),
			base64.StdEncoding.EncodeToString([]byte("{\n  " + content[1:])), "password: " + canary + "\n", strings.Repeat("/"+canary, 500)} {
			refusal := findError(t, placesWithFile(setting, path), searchFor(t, host))
			if want := (credentials.Error{Setting: setting, Text: "The value seems to be the content of a file. Write the path of the file."}); refusal != want {
				t.Errorf("%s: got %+v", path, refusal)
			}
		}
		if refusal := findError(t, placesWithFile(setting, "eyes.json"), searchFor(t, host)); !strings.Contains(refusal.Text, `"eyes.json"`) {
			t.Errorf("got %+v", refusal)
		}
	}
}

// TestPlaces_Find_DockerConfigInAnotherEncoding has what docker (encoding/json) does not
// read either, so that it is named.
func TestPlaces_Find_DockerConfigInAnotherEncoding(t *testing.T) {
	t.Parallel()
	content := fileSettings(t)["docker_config_path"]
	for name, row := range map[string]struct{ content, why string }{
		"a byte order mark":                    {"\ufeff" + content, "it begins with a byte order mark (U+FEFF); save it as UTF-8 without one"},
		"UTF-16 with its mark":                 {"\xff\xfe" + inUTF16(content, binary.LittleEndian), "it is in UTF-16; save it as UTF-8"},
		"UTF-16, the other way round":          {"\xfe\xff" + inUTF16(content, binary.BigEndian), "it is in UTF-16; save it as UTF-8"},
		"UTF-16 without a mark":                {inUTF16(content, binary.LittleEndian), "it is in UTF-16; save it as UTF-8"},
		"UTF-16 without a mark, the other way": {inUTF16(content, binary.BigEndian), "it is in UTF-16; save it as UTF-8"},
	} {
		path := file(t, row.content)
		refusal := findError(t, credentials.Places{DockerConfigPath: set(path)}, searchFor(t, host))
		if want := (credentials.Error{Setting: "docker_config_path", Text: fmt.Sprintf("%q cannot be used: %s.", path, row.why)}); refusal != want {
			t.Errorf("%s: got %+v, want %+v", name, refusal, want)
		}
	}
}
