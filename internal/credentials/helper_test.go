package credentials_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stellaops/terraform-provider-stellaops/internal/credentials"
	"github.com/stellaops/terraform-provider-stellaops/internal/credentialstest"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

// notFound is how a helper says that it has no login.
const notFound = "credentials not found in native keychain"

// tooMuch is more than what is kept of a helper's output, in bytes.
const tooMuch = 1<<20 + 1

// withHelperStore are places with that helper as the store of the Docker
// configuration.
func withHelperStore(t testing.TB, suffix string) credentials.Places {
	t.Helper()
	return dockerConfigPlaces(t, jsonOf(t, map[string]string{"credsStore": suffix}))
}

// returnsLogin is a helper that hands out this login.
func returnsLogin(username, secret string) credentialstest.Helper {
	return credentialstest.Helper{Logins: map[string]credentialstest.Login{host: {Username: username, Secret: secret}}}
}

func TestHelpers(t *testing.T) {
	t.Parallel()
	type helper = credentialstest.Helper
	ofDocker := func(c registry.Credential) credentials.Result {
		return credentials.Result{Source: credentials.SourceDockerConfig, Credential: c}
	}
	// The name of the program stands in front of these words.
	noSecret := func(c registry.Credential) credentials.Result {
		return credentials.Result{Source: credentials.SourceDockerConfig, Credential: c, Notes: []string{"has a login for r.example.com without a secret; log in again"}}
	}
	failed := func(how string) credentials.Result {
		return credentials.Result{Source: credentials.SourceDockerConfig, Failure: how}
	}
	none := credentials.Result{Source: credentials.SourceNone}
	noisy := returnsLogin("ci", "p")
	noisy.Stderr = canary + "\n"
	leaves := returnsLogin("ci", "p")
	leaves.LeavesChild = true
	const noJSON = "did not answer with a JSON object of text"
	for _, row := range []struct {
		name   string
		helper helper
		want   credentials.Result
	}{
		{"a login", returnsLogin("ci", "p"), ofDocker(login("ci", "p"))},
		{"a password with every kind of letter", returnsLogin("ci", " p:\"\\\n\u00e9<"), ofDocker(login("ci", " p:\"\\\n\u00e9<"))},
		{"an identity token", returnsLogin("<token>", "i"), ofDocker(identityToken("i"))},
		{"a user name that only looks like that", returnsLogin("token", "p"), ofDocker(login("token", "p"))},
		{"a user name without a password", returnsLogin("ci", ""), noSecret(login("ci", ""))},
		{"an identity token of nothing", returnsLogin("<token>", ""), noSecret(registry.Credential{})},
		{"a password without a user name", returnsLogin("", "p"), ofDocker(login("", "p"))},
		{"a login, and words on standard error", noisy, ofDocker(login("ci", "p"))},
		{"a login, and a program that is left behind", leaves, ofDocker(login("ci", "p"))},
		{"a login and what nobody asks for", helper{Stdout: `{"ServerURL":"` + canary + `","Username":"ci","Secret":"p","More":[1]}`}, ofDocker(login("ci", "p"))},
		{"a login and blanks beyond what is kept", helper{Stdout: `{"Username":"ci","Secret":"p"}` + strings.Repeat(" ", tooMuch)}, ofDocker(login("ci", "p"))},
		{"no login", helper{}, none},
		{"no login and a line break", helper{Stdout: notFound + "\r\n", Exit: 1}, none},
		{"an empty object", helper{Stdout: "{}"}, none},
		{"an object of empty texts", helper{Stdout: `{"ServerURL":"","Username":"","Secret":""}`}, none},
		{"it fails", helper{Exit: 1, Stdout: canary, Stderr: canary}, failed("ended with exit status 1")},
		{"it fails with a login", helper{Exit: 7, Stdout: `{"Username":"ci","Secret":"` + canary + `"}`}, failed("ended with exit status 7")},
		{"it fails without a word", helper{Exit: 2}, failed("ended with exit status 2")},
		{"it fails with more than the words for no login", helper{Exit: 1, Stdout: notFound + " " + canary}, failed("ended with exit status 1")},
		{"it says that there is no login and does not fail", helper{Stdout: notFound}, failed(noJSON)},
		{"it says a word", helper{Stdout: canary}, failed(noJSON)},
		{"it says an object that is cut", helper{Stdout: `{"Username":"ci","Secret":"` + canary}, failed(noJSON)},
		{"it says an array", helper{Stdout: `["` + canary + `"]`}, failed(noJSON)},
		{"it says a number for a password", helper{Stdout: `{"Username":"` + canary + `","Secret":7}`}, failed(noJSON)},
		{"a login, and words behind it", helper{Stdout: `{"Username":"ci","Secret":"p"}` + "\nA new version is available."}, ofDocker(login("ci", "p"))},
		{"an empty object, and a login behind it", helper{Stdout: `{}{"Username":"ci","Secret":"` + canary + `"}`}, none},
		{"it says a password beyond what is kept", helper{Stdout: `{"Username":"ci","Secret":"` + strings.Repeat("p", tooMuch) + `"}`}, failed(noJSON)},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			suffix := row.helper.Install(t)
			if row.want.Failure != "" {
				row.want.Failure = `the credential helper "docker-credential-` + suffix + `" ` + row.want.Failure
				row.want.Notes = []string{helperCommand(suffix)}
			} else if len(row.want.Notes) == 1 {
				row.want.Notes = []string{`The credential helper "docker-credential-` + suffix + `" ` + row.want.Notes[0]}
			}
			places := withHelperStore(t, suffix)
			if row.want.Source == credentials.SourceNone {
				row.want.Notes = []string{fmt.Sprintf("The credential helper %q has no login for r.example.com", "docker-credential-"+suffix)}
			}
			result := findWithin(t, t.Context(), places)
			compare(t, result, row.want)
			checkNoCanary(t, result, nil)
			if got := credentialstest.Asked(t, suffix); len(got) != 1 || got[0] != host {
				t.Errorf("the helper was asked for %q, want %q once", got, host)
			}
		})
	}
}

// helperCommand is how a person finds out why a helper fails.
func helperCommand(suffix string) string { return helperCommandFor(host, suffix) }

// helperCommandFor is the same for a name that is one word of shell.
func helperCommandFor(word, suffix string) string {
	return "To see why, run: printf %s " + word + " | docker-credential-" + suffix + ` get 2>&1 | grep -vi '"secret"'`
}

// findWithin searches until ctx ends, and reports a search that goes on for ever: one
// that waits for a program which a helper left behind.
func findWithin(t *testing.T, ctx context.Context, places credentials.Places) credentials.Result { //nolint:revive // as everywhere, t is first
	t.Helper()
	type answer struct {
		result credentials.Result
		err    error
	}
	search, answers := searchFor(t, host), make(chan answer, 1)
	go func() {
		result, err := places.Find(ctx, search)
		answers <- answer{result, err}
	}()
	select {
	case a := <-answers:
		if a.err != nil {
			t.Fatal(a.err)
		}
		return a.result
	case <-time.After(time.Minute):
		t.Fatal("the search does not end")
		return credentials.Result{}
	}
}

func TestHelpers_Timeout(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name   string
		helper credentialstest.Helper
		limit  time.Duration // long enough for the helper to start; 0 for an end before it does
	}{
		{"it hangs", credentialstest.Helper{Hangs: true, Stderr: canary}, time.Second},
		{"it hangs, and so does a program that it started", credentialstest.Helper{Hangs: true, LeavesChild: true}, time.Second},
		{"there is no time left", returnsLogin("ci", "p"), 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			suffix := row.helper.Install(t)
			ctx, cancel := context.WithTimeout(t.Context(), row.limit)
			defer cancel()
			result := findWithin(t, ctx, withHelperStore(t, suffix))
			compare(t, result, credentials.Result{
				Source:  credentials.SourceDockerConfig,
				Failure: `the credential helper "docker-credential-` + suffix + `" did not answer in time`,
				Notes:   []string{helperCommand(suffix)},
			})
			checkNoCanary(t, result, nil)
		})
	}
}

func TestHelpers_NotInstalled(t *testing.T) {
	t.Parallel()
	const none = "none-of-this-name"
	for _, row := range []struct{ key, suffix string }{{"credsStore", none}, {"credHelpers", none}, {"credsStore", "../../bin/true"}} {
		t.Run(row.key+" "+row.suffix, func(t *testing.T) {
			t.Parallel()
			key, suffix := row.key, row.suffix
			content := map[string]any{key: suffix}
			if key == "credHelpers" {
				content = map[string]any{key: map[string]string{host: suffix}}
			}
			content["auths"] = map[string]any{host: map[string]string{"auth": auth("ci", canary)}}
			refusal := findError(t, dockerConfigPlaces(t, jsonOf(t, content)), searchFor(t, host))
			want := credentials.Error{
				Setting: "docker_config_path",
				Text: `The Docker configuration names the credential helper "docker-credential-` + suffix + `", which is not installed where the plan runs. ` +
					"Install it and put its folder into PATH, or leave docker_config_path out.",
			}
			if refusal != want {
				t.Errorf("got  %+v\nwant %+v", refusal, want)
			}
			checkNoCanary(t, credentials.Result{}, &refusal)
		})
	}
}

// A program in the folder in which the plan is made is none of the user's.
func TestHelpers_IgnoreTheWorkingFolder(t *testing.T) { // in parallel no test may change its folder
	suffix := returnsLogin("ci", canary).Install(t)
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	if err := os.Mkdir("docker-credential-here", 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(program, "docker-credential-here/docker-credential-"+suffix); err != nil {
		t.Fatal(err)
	}
	refusal := findError(t, withHelperStore(t, "here/docker-credential-"+suffix), searchFor(t, host))
	if !strings.Contains(refusal.Text, "is not installed") {
		t.Errorf("the error is %q", refusal.Text)
	}
	if asked := credentialstest.Asked(t, suffix); len(asked) > 0 {
		t.Errorf("it was run, and asked for %q", asked)
	}
}

// A helper that is missing for another host does not matter.
func TestHelpers_NotInstalledForAnotherHost(t *testing.T) {
	t.Parallel()
	content := auths(t, host)
	content["credHelpers"] = map[string]string{"other.example.com": "none-of-this-name"}
	compare(t, find(t, dockerConfigPlaces(t, jsonOf(t, content)), searchFor(t, host)), credentials.Result{
		Source: credentials.SourceDockerConfig, Credential: login("ci", host),
	})
}

// What a helper prints must not get to our own standard error, which ends in the
// CLI's log. Only another process shows that.
func TestHelpers_HideStandardError(t *testing.T) {
	t.Parallel()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	output, err := exec.CommandContext(t.Context(), program, "-test.run=^TestHelpers$", "-test.v").CombinedOutput()
	if err != nil || !bytes.Contains(output, []byte("--- PASS: TestHelpers/it_fails_with_a_login")) {
		t.Fatalf("%v: %s", err, output)
	}
	if bytes.Contains(output, []byte(canary)) {
		t.Errorf("a helper's words are printed:\n%s", output)
	}
}

// TestHelpers_RunOnceAMinute has one that would hand out a new login each time, and
// one that fails; what a minute is stands in the tests of the memo.
func TestHelpers_RunOnceAMinute(t *testing.T) {
	t.Parallel()
	good, bad := returnsLogin("ci", "p").Install(t), credentialstest.Helper{Exit: 1}.Install(t)
	for suffix, fails := range map[string]bool{good: false, bad: true} {
		places := withHelperStore(t, suffix)
		places.Helpers = credentials.NewHelpers()
		for range 10 {
			if result := find(t, places, searchFor(t, host)); (result.Failure != "") != fails {
				t.Errorf("got %s", describe(result))
			}
		}
		if n := len(credentialstest.Asked(t, suffix)); n != 1 {
			t.Errorf("it ran %d times, want once", n)
		}
		find(t, places, searchFor(t, "other.example.com"))
		if n := len(credentialstest.Asked(t, suffix)); n != 2 {
			t.Errorf("it ran %d times, want once more for another registry", n)
		}
	}
}
