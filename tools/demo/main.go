// Command demo shows the main job on a real registry: a plan that passes with
// good credentials, and stops when the password was rotated or never resolved.
// It exits 0 only if each plan did what it should.
//
// It writes below .cache in the checkout and to Go's caches only, and leaves
// nothing running. With CLICOLOR_FORCE set, the CLI shows its colours.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"

	"github.com/stellaops/terraform-provider-stellaops/internal/registrytest"
	"github.com/stellaops/terraform-provider-stellaops/internal/tfcli"
)

const user = "stellaops-svc"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGPIPE)
	err := run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "\ndemo: failed:", err)
		os.Exit(1)
	}
	fmt.Println("\ndemo: all three plans did what they should.")
}

func run(ctx context.Context) error {
	root, err := tfcli.Root()
	if err != nil {
		return err
	}
	dir := filepath.Join(root, ".cache", "demo")
	if err := os.RemoveAll(dir); err != nil {
		return fmt.Errorf("clear the folder of the last demo: %w", err)
	}
	fmt.Println("Building the provider and the CNCF distribution registry.")
	provider := filepath.Join(dir, "terraform-provider-stellaops")
	if err := tfcli.BuildProvider(ctx, root, provider, "demo"); err != nil {
		return err
	}
	binary, err := withProgress(ctx, func() (string, error) { return tfcli.Tool(ctx, root, "registry", "registry") })
	if err != nil {
		return err
	}
	sandbox, err := tfcli.NewSandbox(dir, provider)
	if err != nil {
		return err
	}
	path, err := chooseCLI(ctx, root, sandbox)
	if err != nil {
		return err
	}
	workspace := filepath.Join(dir, "gate")
	if err := tfcli.CopyConfiguration(filepath.Join(root, "examples", "gate"), workspace); err != nil {
		return err
	}
	registryDir := filepath.Join(dir, "registry")
	if err := os.Mkdir(registryDir, 0o755); err != nil {
		return fmt.Errorf("make a folder for the registry: %w", err)
	}
	registry, err := registrytest.StartDistribution(ctx, binary, registryDir, map[string]string{user: "first-password"})
	if err != nil {
		return err
	}
	defer registry.Stop()
	fmt.Printf("A registry with htpasswd runs at http://%s. The configuration is examples/gate.\n", registry.Host)
	return runPlans(ctx, registry, tfcli.CLI{Path: path, Dir: workspace, Sandbox: sandbox})
}

// runPlans runs the three plans.
func runPlans(ctx context.Context, registry *registrytest.Distribution, cli tfcli.CLI) error {
	if output, code, err := cli.Run(ctx, "init", "-no-color", "-input=false"); err != nil || code != 0 {
		return fmt.Errorf("init ended with %d: %w\n%s", code, errOr(err), output)
	}
	d := demonstration{registry: registry, cli: cli}

	d.title("1. Good credentials: the plan passes.")
	if err := d.plan(ctx, "first-password", expectation{code: 0, requests: 2, says: "Plan: 1 to add"}); err != nil {
		return err
	}
	d.title("2. The password was rotated at the registry: the plan stops.")
	if err := registry.SetAccounts(map[string]string{user: "second-password"}); err != nil {
		return err
	}
	if err := d.plan(ctx, "first-password", expectation{code: 1, requests: 2, says: "refused the login of user \"" + user + "\": 401"}); err != nil {
		return err
	}
	d.title("3. A secret reference did not resolve, the password is empty: the plan stops, and nothing is sent.")
	return d.plan(ctx, "", expectation{code: 1, requests: 0, says: "but password is empty, so nothing was sent"})
}

// demonstration is the registry and the CLI that the plans use.
type demonstration struct {
	registry *registrytest.Distribution
	cli      tfcli.CLI
}

// expectation is what a plan must do.
type expectation struct {
	code     int    // exit code of the CLI
	requests int    // lines in the registry's access log
	says     string // a part of the output
}

func (d demonstration) title(text string) { fmt.Printf("\n=== %s\n\n", text) }

// plan runs a plan with the password and compares it with the expectation.
func (d demonstration) plan(ctx context.Context, password string, want expectation) error {
	before, err := d.registry.Asked(ctx)
	if err != nil {
		return err
	}
	d.cli.Env = []string{
		"TF_VAR_registry_url=http://" + d.registry.Host,
		"TF_VAR_registry_username=" + user,
		"TF_VAR_registry_password=" + password,
	}
	fmt.Printf("$ %s plan\n", strings.TrimSuffix(filepath.Base(d.cli.Path), ".exe"))
	d.cli.Output = os.Stdout
	args := []string{"plan", "-input=false", "-lock=false"}
	if os.Getenv("CLICOLOR_FORCE") == "" {
		args = append(args, "-no-color")
	}
	output, code, err := d.cli.Run(ctx, args...)
	if err != nil {
		return err
	}
	after, err := d.registry.Asked(ctx)
	if err != nil {
		return err
	}
	asked := after[len(before):]
	fmt.Printf("\nThe registry's log has %d requests of this plan.\n", len(asked))
	for _, line := range asked {
		fmt.Println("  " + line)
	}
	switch {
	case code != want.code:
		return fmt.Errorf("the plan ended with exit code %d, want %d", code, want.code)
	case len(asked) != want.requests:
		return fmt.Errorf("the registry was asked %d times, want %d", len(asked), want.requests)
	case !strings.Contains(unwrap(output), want.says):
		return fmt.Errorf("the plan does not say %q", want.says)
	}
	return nil
}

// colour matches a colour in the output of a terminal (ECMA-48 section 8.3.117).
var colour = regexp.MustCompile("\x1b\\[[0-9;]*m")

// unwrap removes colours, line breaks and frames from the output of a CLI.
func unwrap(output string) string {
	return strings.Join(strings.Fields(strings.NewReplacer("│", " ", "╷", " ", "╵", " ").Replace(colour.ReplaceAllString(output, ""))), " ")
}

func errOr(err error) error {
	if err == nil {
		return errors.New("see its output")
	}
	return err
}
