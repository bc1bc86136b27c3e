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

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

const (
	helperPrefix = "docker-credential-"

	// helperEnd is how long the pipes of a helper that was stopped are waited for;
	// a program that it started may hold them open.
	helperEnd = 100 * time.Millisecond

	// maxHelperOutput bounds what is kept of a helper's output, in bytes.
	maxHelperOutput = 1 << 20
)

// helperNotFound is how a helper says that it has no login for a host
// (docker-credential-helpers, errCredentialsNotFoundMessage).
const helperNotFound = "credentials not found in native keychain"

// helperAnswer is what a helper prints.
type helperAnswer struct {
	Username string
	Secret   registry.Secret
}

// fromHelper asks a credential helper for the first of the names that it has a
// login for. A helper that is not installed is an error; one that runs and fails
// is an answer.
func fromHelper(ctx context.Context, suffix string, names []string) (Found, error) {
	program := helperPrefix + suffix
	// A name with a slash would be run from the folder in which the plan is made.
	if _, err := exec.LookPath(program); err != nil || strings.ContainsAny(suffix, `/\`) {
		return Found{}, &Error{Setting: dockerConfigName, Text: fmt.Sprintf(
			"The Docker configuration names the credential helper %q, and no such program can be run here. Install it and put its folder into PATH, or leave docker_config_path out.", program)}
	}
	for _, name := range names {
		answer, failure := askHelper(ctx, program, name)
		if failure != "" {
			return Found{Source: SourceDockerConfig, Failure: failure, Notes: []string{
				fmt.Sprintf("To see why, without the answer itself, run: printf %%s %s | %s get > /dev/null", name, program),
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
			return found(SourceDockerConfig, credential, fmt.Sprintf("The credential helper %q has a login for this registry without a secret; log in again with docker login", program)), nil
		}
		return found(SourceDockerConfig, credential), nil
	}
	return Found{Source: SourceNone}, nil
}

// askHelper runs a helper for one name, as docker does: the name on standard
// input, a JSON object on standard output. It is empty when the helper has no
// login; failure continues a sentence. What the helper prints is never shown,
// since it may hold a secret, and so it gets no standard error of ours either:
// that ends in the CLI's log. Its end is not waited for past the deadline.
func askHelper(ctx context.Context, program, name string) (answer helperAnswer, failure string) {
	command := exec.CommandContext(ctx, program, "get")
	command.Stdin = strings.NewReader(name)
	command.WaitDelay = helperEnd
	var output bounded
	command.Stdout = &output
	err := command.Run()
	_, exited := errors.AsType[*exec.ExitError](err)
	switch {
	case ctx.Err() != nil:
		return helperAnswer{}, fmt.Sprintf("the credential helper %q did not answer in time", program)
	case exited && strings.TrimSpace(output.kept.String()) == helperNotFound:
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

// bounded keeps the first part of what is written and drops the rest.
type bounded struct{ kept bytes.Buffer }

func (b *bounded) Write(p []byte) (int, error) {
	_, _ = b.kept.Write(p[:min(len(p), max(0, maxHelperOutput-b.kept.Len()))]) // a buffer takes all
	return len(p), nil
}
