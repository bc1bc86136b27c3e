// Command testacc runs every test of this checkout: the tests without a CLI,
// again under the race detector where there is a C compiler, the comparison with the
// kubelet and Docker's CLI, the acceptance tests on each supported CLI, all against the
// real registry as well, and a snapshot of a release where there is gpg. It prints how many ran, and fails if one failed, if a
// suite ran none, or if a test was skipped for a reason that suites.json does not
// list. With -cli it runs the acceptance tests alone, on the CLI of that path.
package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/stellaops/terraform-provider-stellaops/internal/tfcli"
)

//go:embed suites.json
var suitesJSON []byte

// suite is one run of go test.
type suite struct {
	Name  string   `json:"name"`
	Skips []string `json:"skips"` // reasons for which a test may be skipped

	dir  string // of the module in the checkout
	args []string
	env  []string
}

func main() {
	cli := flag.String("cli", "", "path of a terraform or tofu to run the acceptance tests on; empty for every test")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGPIPE)
	err := run(ctx, *cli)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "testacc:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, cli string) error {
	root, err := tfcli.Root()
	if err != nil {
		return err
	}
	suites, err := prepare(ctx, root, cli)
	if err != nil {
		return err
	}
	var results []result
	for _, s := range suites {
		start := time.Now()
		r, err := s.run(ctx, root)
		if err != nil {
			return err
		}
		fmt.Printf("%s: %d ran in %s\n", s.Name, r.ran(), time.Since(start).Round(time.Second))
		results = append(results, r)
	}
	return summarise(suites, results)
}

// prepare builds the programs of the suites and completes the list: all suites, or with
// cli the suite of that CLI alone.
func prepare(ctx context.Context, root, cli string) ([]suite, error) {
	var suites []suite
	if err := json.Unmarshal(suitesJSON, &suites); err != nil {
		return nil, fmt.Errorf("read suites.json: %w", err)
	}
	dir := filepath.Join(root, ".cache", "testacc")
	provider := filepath.Join(dir, "terraform-provider-stellaops")
	if err := tfcli.BuildProvider(ctx, root, provider, "test"); err != nil {
		return nil, err
	}
	registry, err := build(ctx, root, "registry", "registry")
	if err != nil {
		return nil, err
	}
	env, err := testEnv(ctx, filepath.Join(dir, "home"))
	if err != nil {
		return nil, err
	}
	jq, err := build(ctx, root, "jq", "gojq")
	if err != nil {
		return nil, err
	}
	env = append(env, "STELLAOPS_TEST_REGISTRY="+registry, "STELLAOPS_TEST_PROVIDER="+provider, "STELLAOPS_TEST_JQ="+jq)
	suites = slices.DeleteFunc(suites, func(s suite) bool {
		return (s.Name == "cli") != (cli != "") || s.Name == "race" && !has("gcc", "clang") || s.Name == "release" && !has("gpg")
	})
	for i := range suites {
		s := &suites[i]
		switch s.Name {
		case "unit":
			s.args, s.env = []string{"-skip", "^TestAcc[A-Z]", "./..."}, append(env, "CGO_ENABLED=0")
		case "release":
			s.args, s.env = []string{"-run", "^TestAcc[A-Z]", "./tools/release/..."}, append(slices.Clone(env), "CGO_ENABLED=0", "TF_ACC=1")
		case "differential":
			s.dir, s.args, s.env = filepath.Join("tools", "differential"), []string{"./..."}, append(slices.Clone(env), "CGO_ENABLED=0")
		case "race":
			s.args, s.env = []string{"-race", "-skip", "^TestAcc[A-Z]", "./internal/..."}, append(env, "CGO_ENABLED=1")
		default: // a CLI, named as its module in tools/pinned unless it is another one
			program, path := strings.TrimSuffix(s.Name, "-floor"), cli
			if path != "" {
				program = strings.TrimSuffix(filepath.Base(path), ".exe")
			} else if path, err = build(ctx, root, s.Name, program); err != nil {
				return nil, err
			}
			s.args, s.env = []string{"-run", "^TestAcc[A-Z]", "./internal/provider", "./tools/demo"}, append(slices.Clone(env), "CGO_ENABLED=0", "TF_ACC=1", "TF_ACC_TERRAFORM_PATH="+path)
			if program == "tofu" {
				s.env = append(s.env, "TF_ACC_PROVIDER_HOST=registry.opentofu.org", "TF_ACC_PROVIDER_NAMESPACE=hashicorp")
			}
		}
	}
	return suites, nil
}

// build builds a pinned program and prints how long that took.
func build(ctx context.Context, root, module, program string) (string, error) {
	fmt.Printf("Building %s (tools/pinned/%s); the first time may take minutes, Go's cache keeps it.\n", program, module)
	start := time.Now()
	path, err := tfcli.Tool(ctx, root, module, program)
	if err != nil {
		return "", err
	}
	fmt.Printf("  there after %s\n", time.Since(start).Round(time.Second))
	return path, nil
}

// testEnv returns the environment with another HOME, with Go's caches, and without the
// variables that configure a CLI.
func testEnv(ctx context.Context, home string) ([]string, error) {
	if err := os.MkdirAll(home, 0o755); err != nil {
		return nil, fmt.Errorf("make a HOME for the tests: %w", err)
	}
	env := tfcli.Environ(home)
	for _, name := range []string{"GOCACHE", "GOENV", "GOMODCACHE", "GOPATH"} {
		value, err := exec.CommandContext(ctx, "go", "env", name).Output()
		if err != nil {
			return nil, fmt.Errorf("go env %s: %w", name, err)
		}
		env = append(env, name+"="+strings.TrimSpace(string(value)))
	}
	return env, nil
}

// has reports whether one of the programs is installed, and prints what is left out if
// none is: the race detector needs a C compiler, and a signature gpg.
func has(programs ...string) bool {
	for _, program := range programs {
		if _, err := exec.LookPath(program); err == nil {
			return true
		}
	}
	fmt.Printf("No %s: the suite that needs it is left out.\n", strings.Join(programs, " or "))
	return false
}
