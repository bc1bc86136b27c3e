package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/stellaops/terraform-provider-stellaops/internal/registrytest"
	"github.com/stellaops/terraform-provider-stellaops/internal/tfcli"
)

// The account of the registry, before and after its password is rotated.
const (
	user            = "stellaops-svc"
	firstPassword   = "first-password"
	rotatedPassword = "second-password"
)

// plan is a plan of the demo, and what it must do.
type plan struct {
	title   string
	example string // folder of examples/ with the configuration

	account   string            // password of the account at the registry
	password  string            // password that the configuration gets
	variables map[string]string // more input variables

	code     int    // exit code of the CLI
	requests int    // lines in the registry's access log
	says     string // a part of the output

	pictured bool // README.md shows it
}

// plans are those of the demo, in their order.
func plans() []plan {
	return []plan{{
		title:   "Good credentials: the plan passes.",
		example: "gate", account: firstPassword, password: firstPassword,
		code: 0, requests: 2, says: "Plan: 1 to add",
	}, {
		title:   "The password was rotated at the registry: the plan stops.",
		example: "gate", account: rotatedPassword, password: firstPassword,
		code: 1, requests: 2, says: "refused the login of user \"" + user + "\": 401",
	}, {
		title:   "A secret reference did not resolve, the password is empty: the plan stops, and nothing is sent.",
		example: "gate", account: rotatedPassword, password: "",
		code: 1, requests: 0, says: "but password is empty, so nothing was sent",
	}, {
		title:   "The payload of a pull secret, checked as it ships: the password came out of a file, line break included.",
		example: "kubernetes-pull-secret", account: rotatedPassword, password: rotatedPassword + "\n",
		code: 1, requests: 2, says: "line break",
		pictured: true,
	}, {
		title:   "The login is good, and the image that is to be deployed was never pushed: the plan stops.",
		example: "image", account: rotatedPassword, password: rotatedPassword,
		// A HEAD of the image, a list of the tags, and a HEAD without the login.
		code: 1, requests: 5, says: "stellaops/platform:2.1.0 is not there",
	}}
}

// demonstration is the registry and the CLI that the plans use.
type demonstration struct {
	root     string // of the checkout
	dir      string // for the configurations
	registry *registrytest.Distribution
	cli      tfcli.CLI
	output   io.Writer
	colours  bool
}

// run runs a plan, compares it with what it must do, and returns what the CLI prints,
// under the command.
func (d demonstration) run(ctx context.Context, p plan) (string, error) {
	if err := d.registry.SetAccounts(map[string]string{user: p.account}); err != nil {
		return "", err
	}
	cli := d.cli
	cli.Dir = filepath.Join(d.dir, p.example)
	if err := prepare(ctx, cli, filepath.Join(d.root, "examples", p.example)); err != nil {
		return "", err
	}
	before, err := d.registry.Requests(ctx)
	if err != nil {
		return "", err
	}
	cli.Env = []string{"TF_VAR_registry_url=http://" + d.registry.Host, "TF_VAR_registry_username=" + user, "TF_VAR_registry_password=" + p.password}
	for name, value := range p.variables {
		cli.Env = append(cli.Env, "TF_VAR_"+name+"="+value)
	}
	command := fmt.Sprintf("$ %s plan\n", strings.TrimSuffix(filepath.Base(cli.Path), ".exe"))
	if _, err := io.WriteString(d.output, command); err != nil {
		return "", fmt.Errorf("print the command: %w", err)
	}
	cli.Output = d.output
	args := []string{"plan", "-input=false", "-lock=false"}
	if !d.colours {
		args = append(args, "-no-color")
	}
	printed, code, err := cli.Run(ctx, args...)
	if err != nil {
		return "", err
	}
	after, err := d.registry.Requests(ctx)
	if err != nil {
		return "", err
	}
	asked := after[len(before):]
	if _, err := fmt.Fprintf(d.output, "\nThe registry's log has %d requests of this plan.\n%s", len(asked), indented(asked)); err != nil {
		return "", fmt.Errorf("print the requests: %w", err)
	}
	switch {
	case code != p.code:
		err = fmt.Errorf("it ended with exit code %d, want %d", code, p.code)
	case len(asked) != p.requests:
		err = fmt.Errorf("the registry was asked %d times, want %d", len(asked), p.requests)
	case !strings.Contains(words(printed), p.says):
		err = fmt.Errorf("it does not say %q", p.says)
	}
	return command + printed, err
}

// prepare copies a configuration and initialises it, unless an earlier plan did.
func prepare(ctx context.Context, cli tfcli.CLI, example string) error {
	if _, err := os.Stat(cli.Dir); err == nil {
		return nil
	}
	if err := tfcli.CopyConfiguration(example, cli.Dir); err != nil {
		return err
	}
	output, code, err := cli.Run(ctx, "init", "-no-color", "-input=false")
	if err == nil && code != 0 {
		err = errors.New("see its output")
	}
	if err != nil {
		return fmt.Errorf("init ended with %d: %w\n%s", code, err, output)
	}
	return nil
}

func indented(lines []string) string {
	var text strings.Builder
	for _, line := range lines {
		text.WriteString("  " + line + "\n")
	}
	return text.String()
}

// colour matches a colour in the output of a terminal (ECMA-48 section 8.3.117).
var colour = regexp.MustCompile("\x1b\\[[0-9;]*m")

// words removes colours, line breaks and frames from the output of a CLI.
func words(output string) string {
	return strings.Join(strings.Fields(strings.NewReplacer("│", " ", "╷", " ", "╵", " ").Replace(colour.ReplaceAllString(output, ""))), " ")
}

// cut leaves of a plan what the picture shows: the command, and the error without the
// ends of its frame.
func cut(printed string) string {
	var text strings.Builder
	command, rest, _ := strings.Cut(printed, "\n")
	text.WriteString(command + "\n")
	framed := false
	for line := range strings.Lines(rest) {
		switch strings.TrimSpace(colour.ReplaceAllString(line, "")) {
		case "╷":
			framed = true
		case "╵":
			framed = false
		default:
			if framed {
				text.WriteString(line)
			}
		}
	}
	return text.String()
}
