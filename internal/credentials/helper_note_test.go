package credentials_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stellaops/terraform-provider-stellaops/internal/credentialstest"
)

// The note of a failure has the name that the helper was asked for, as one word.
func TestHelpers_NoteNamesTheServer(t *testing.T) {
	t.Parallel()
	for address, word := range map[string]string{
		"docker.io/team/app":           dockerHubLogin,
		"https://[2001:db8::1]:5000":   "'[2001:db8::1]:5000'",
		"https://registry.example.com": "registry.example.com",
	} {
		suffix := credentialstest.Helper{Exit: 1}.Install(t)
		if result, want := find(t, withHelperStore(t, suffix), searchFor(t, address)), []string{helperCommandFor(word, suffix)}; !slices.Equal(result.Notes, want) {
			t.Errorf("%s: the notes are %q, want %q", address, result.Notes, want)
		}
	}
}

// TestHelpers_NoteShowsTheErrorOnly runs the command of the note.
func TestHelpers_NoteShowsTheErrorOnly(t *testing.T) {
	t.Parallel()
	const ended = "the single sign-on has ended"
	for name, helper := range map[string]credentialstest.Helper{
		"as helpers do, on standard output": {Exit: 1, Stdout: ended + "\n"},
		"on standard error":                 {Exit: 1, Stderr: ended + "\n"},
		"with an answer":                    {Exit: 1, Stdout: ended + "\n" + `{"ServerURL":"h","Username":"ci","Secret":"` + canary + `"}` + "\n"},
		"with an answer in small letters":   {Exit: 1, Stderr: ended + "\n", Stdout: `{"secret":"` + canary + `"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			result := find(t, withHelperStore(t, helper.Install(t)), searchFor(t, host))
			_, command, _ := strings.Cut(strings.Join(result.Notes, ""), "run: ")
			out, err := exec.CommandContext(t.Context(), "sh", "-c", command).CombinedOutput()
			if string(out) != ended+"\n" {
				t.Errorf("%q prints %q: %v", command, out, err)
			}
		})
	}
}
