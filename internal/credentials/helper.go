package credentials

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"

	"github.com/stellaops/terraform-provider-stellaops/internal/memo"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

const (
	helperPrefix = "docker-credential-"

	// helperWaitDelay is how long to wait for the pipes of a helper that has ended; a
	// program that it started may hold them open.
	helperWaitDelay = 100 * time.Millisecond

	// maxHelperOutput is how much of a helper's output is kept, in bytes.
	maxHelperOutput = 1 << 20
)

// helperNotFoundText is what a helper prints if it has no login for a host
// (docker-credential-helpers, errCredentialsNotFoundMessage).
const helperNotFoundText = "credentials not found in native keychain"

// helperAnswer is what a helper prints.
type helperAnswer struct {
	Username string
	Secret   registry.Secret
}

// maxHelperAnswers is how many answers of helpers are cached.
const maxHelperAnswers = 1024

// Helpers runs credential helpers and caches each answer for a minute: every run is
// a process, and some helpers issue a new login each time. It is safe for
// concurrent use; make it with [NewHelpers].
type Helpers struct {
	answers *memo.Memo[helperRequest, helperResult]
}

// helperRequest is a helper and the server name whose login it is to return.
type helperRequest struct{ program, name string }

// helperResult is a helper's answer, or the failure in its place.
type helperResult struct {
	answer  helperAnswer
	failure string
}

// NewHelpers returns Helpers with an empty cache.
func NewHelpers() *Helpers {
	return &Helpers{memo.New[helperRequest, helperResult](maxHelperAnswers)}
}

func (h *Helpers) get(ctx context.Context, program, name string) (answer helperAnswer, failure string) {
	if h == nil {
		return runHelper(ctx, program, name)
	}
	got, err := h.answers.Get(ctx, helperRequest{program, name}, 1, func(memo.Budget) memo.Answer[helperResult] {
		answer, failure := runHelper(ctx, program, name)
		return memo.Answer[helperResult]{Value: helperResult{answer, failure}, Outage: failure != "" && ctx.Err() != nil} // a failure of the helper itself is cached like a login
	})
	if err != nil {
		return helperAnswer{}, timeoutText(program)
	}
	return got.answer, got.failure
}

func timeoutText(program string) string {
	return fmt.Sprintf("the credential helper %q did not answer in time", program)
}

// fromHelper returns the login of the first of the names that a credential helper
// knows. A helper that is not installed is an error; one that runs and fails gives
// a result with a failure.
func (h *Helpers) fromHelper(ctx context.Context, suffix string, names []string) (Result, error) {
	program := helperPrefix + suffix
	// A name with a slash would be a path relative to the working folder.
	if _, err := exec.LookPath(program); err != nil || strings.ContainsAny(suffix, `/\`) {
		return Result{}, &Error{Setting: dockerConfigName, Text: fmt.Sprintf(
			"The Docker configuration names the credential helper %q, which is not installed where the plan runs. Install it and put its folder into PATH, or leave docker_config_path out.", program)}
	}
	for _, name := range names {
		answer, failure := h.get(ctx, program, name)
		if failure != "" {
			return Result{Source: SourceDockerConfig, Failure: failure, Notes: []string{
				fmt.Sprintf(`To see why, run: printf %%s %s | %s get 2>&1 | grep -vi '"secret"'`, shellWord(name), shellWord(program)),
			}}, nil
		}
		if answer == (helperAnswer{}) {
			continue
		}
		credential, place := registry.Credential{Username: answer.Username, Password: answer.Secret}, fmt.Sprintf("the credential helper %q", program)
		if answer.Username == identityTokenUser {
			credential = registry.Credential{IdentityToken: answer.Secret}
		}
		if answer.Secret.Empty() {
			return newResult(SourceDockerConfig, credential, fmt.Sprintf("The credential helper %q has a login for %s without a secret; log in again", program, name)).from(place), nil
		}
		return newResult(SourceDockerConfig, credential).from(place), nil
	}
	return Result{Source: SourceNone}, nil
}

// shellWord quotes s as one word for a POSIX shell if needed, as the brackets of an
// IPv6 address are a pattern there.
func shellWord(s string) string {
	if strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._:/-") == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// runHelper runs a helper for one server name as docker does: the name goes to
// standard input, and a JSON object comes from standard output. The answer is empty
// if the helper has no login; failure is a clause for a sentence. The helper's
// output is never shown, since it may hold a secret. Its standard error is
// discarded, since the provider's own ends in the CLI's log. Waiting for its pipes
// takes a tenth of the remaining time at most.
func runHelper(ctx context.Context, program, name string) (answer helperAnswer, failure string) {
	command := exec.CommandContext(ctx, program, "get")
	command.Stdin = strings.NewReader(name)
	command.WaitDelay = helperWaitDelay
	if deadline, ok := ctx.Deadline(); ok {
		command.WaitDelay = min(helperWaitDelay, max(time.Millisecond, time.Until(deadline)/10)) // 0 is no bound
	}
	var output limitedBuffer
	command.Stdout = &output
	err := command.Run()
	_, exited := errors.AsType[*exec.ExitError](err)
	switch {
	case ctx.Err() != nil:
		return helperAnswer{}, timeoutText(program)
	case exited && strings.TrimSpace(output.kept.String()) == helperNotFoundText:
		return helperAnswer{}, ""
	case exited:
		return helperAnswer{}, fmt.Sprintf("the credential helper %q ended with %s", program, command.ProcessState)
	case err != nil && !errors.Is(err, exec.ErrWaitDelay): // a child process that holds the pipes open does not matter
		return helperAnswer{}, fmt.Sprintf("the credential helper %q could not be run", program)
	case json.NewDecoder(&output.kept).Decode(&answer) != nil: // docker too ignores what follows the object
		return helperAnswer{}, fmt.Sprintf("the credential helper %q did not answer with a JSON object of text", program)
	default:
		return answer, ""
	}
}

// limitedBuffer keeps the first maxHelperOutput bytes and drops the rest.
type limitedBuffer struct{ kept bytes.Buffer }

func (b *limitedBuffer) Write(p []byte) (int, error) {
	_, _ = b.kept.Write(p[:min(len(p), max(0, maxHelperOutput-b.kept.Len()))]) // a bytes.Buffer returns no error
	return len(p), nil
}
