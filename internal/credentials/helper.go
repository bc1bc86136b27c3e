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

	// helperWaitDelay is how long the pipes of a helper that ended or was stopped are waited
	// for; a program that it started may hold them open.
	helperWaitDelay = 100 * time.Millisecond

	// maxHelperOutput bounds what is kept of a helper's output, in bytes.
	maxHelperOutput = 1 << 20
)

// helperNotFoundText is how a helper says that it has no login for a host
// (docker-credential-helpers, errCredentialsNotFoundMessage).
const helperNotFoundText = "credentials not found in native keychain"

// helperAnswer is what a helper prints.
type helperAnswer struct {
	Username string
	Secret   registry.Secret
}

// maxHelperAnswers is how many answers of helpers are remembered.
const maxHelperAnswers = 1024

// Helpers runs each credential helper once a minute for each name, however many
// checks want its login: some make a new one each time, and each run is a process.
// It is safe for concurrent use; make it with [NewHelpers].
type Helpers struct {
	answers *memo.Memo[helperRequest, helperResult]
}

// helperRequest is what a helper is asked.
type helperRequest struct{ program, name string }

// helperResult is what asking a helper led to.
type helperResult struct {
	answer  helperAnswer
	failure string
}

// NewHelpers makes one that has run nothing yet.
func NewHelpers() *Helpers {
	return &Helpers{memo.New[helperRequest, helperResult](maxHelperAnswers)}
}

func (h *Helpers) get(ctx context.Context, program, name string) (answer helperAnswer, failure string) {
	if h == nil {
		return runHelper(ctx, program, name)
	}
	got, err := h.answers.Get(ctx, helperRequest{program, name}, 1, func(memo.Budget) memo.Answer[helperResult] {
		answer, failure := runHelper(ctx, program, name)
		return memo.Answer[helperResult]{Value: helperResult{answer, failure}, Outage: failure != "" && ctx.Err() != nil} // another failure is an answer
	})
	if err != nil {
		return helperAnswer{}, timeoutText(program)
	}
	return got.answer, got.failure
}

func timeoutText(program string) string {
	return fmt.Sprintf("the credential helper %q did not answer in time", program)
}

// fromHelper asks a credential helper for the first of the names that it has a
// login for. A helper that is not installed is an error; one that runs and fails
// is an answer.
func (h *Helpers) fromHelper(ctx context.Context, suffix string, names []string) (Result, error) {
	program := helperPrefix + suffix
	// A name with a slash would be run from the folder in which the plan is made.
	if _, err := exec.LookPath(program); err != nil || strings.ContainsAny(suffix, `/\`) {
		return Result{}, &Error{Setting: dockerConfigName, Text: fmt.Sprintf(
			"The Docker configuration names the credential helper %q, and no such program can be run here. Install it and put its folder into PATH, or leave docker_config_path out.", program)}
	}
	for _, name := range names {
		answer, failure := h.get(ctx, program, name)
		if failure != "" {
			return Result{Source: SourceDockerConfig, Failure: failure, Notes: []string{
				fmt.Sprintf(`To see why, without the secret of an answer, run: printf %%s %s | %s get 2>&1 | grep -vi '"secret"'`, shellWord(name), shellWord(program)),
			}}, nil
		}
		if answer == (helperAnswer{}) {
			continue
		}
		credential := registry.Credential{Username: answer.Username, Password: answer.Secret}
		if answer.Username == identityTokenUser {
			credential = registry.Credential{IdentityToken: answer.Secret}
		}
		if answer.Secret.Empty() {
			return newResult(SourceDockerConfig, credential, fmt.Sprintf("The credential helper %q has a login for this registry without a secret; log in again with docker login", program)), nil
		}
		return newResult(SourceDockerConfig, credential), nil
	}
	return Result{Source: SourceNone}, nil
}

// shellWord makes one word of s in any POSIX shell: an IPv6 address has brackets.
func shellWord(s string) string {
	if strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._:/-") == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// runHelper runs a helper for one name, as docker does: the name on standard
// input, a JSON object on standard output. It is empty when the helper has no
// login; failure continues a sentence. What the helper prints is never shown,
// since it may hold a secret, and so it gets no standard error of ours either:
// that ends in the CLI's log. Its end is waited for a tenth of what is left of
// the time at most.
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
	case err != nil && !errors.Is(err, exec.ErrWaitDelay): // a program that it left behind does not matter
		return helperAnswer{}, fmt.Sprintf("the credential helper %q could not be run", program)
	case json.NewDecoder(&output.kept).Decode(&answer) != nil: // as docker, which does not mind what follows
		return helperAnswer{}, fmt.Sprintf("the credential helper %q did not answer with a JSON object of text", program)
	default:
		return answer, ""
	}
}

// limitedBuffer keeps the first part of what is written and drops the rest.
type limitedBuffer struct{ kept bytes.Buffer }

func (b *limitedBuffer) Write(p []byte) (int, error) {
	_, _ = b.kept.Write(p[:min(len(p), max(0, maxHelperOutput-b.kept.Len()))]) // a buffer takes all
	return len(p), nil
}
