package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/stellaops/terraform-provider-stellaops/internal/registrytest"
	"github.com/stellaops/terraform-provider-stellaops/internal/tfcli"
)

// scenario describes one kind of plan.
type scenario struct {
	name     string
	tokens   bool     // the registry requires tokens
	env      []string // of the provider
	provider string   // source address
	data     string   // the data block, with a place for the number of checks
}

const checkSource, httpSource = "stellaops/stellaops", "hashicorp/http"

// check returns a data block of n checks with a password.
func check(password string) string {
	return `
data "stellaops_oci_credentials_check" "c" {
  count        = %d
  registry_url = var.url
  username     = "ci"
  password     = "` + password + `"
  ca_cert_pem  = var.ca
}
`
}

const one, each = "right-1", "right-${count.index}"

func scenarios(withHTTP bool) []scenario {
	all := []scenario{
		{"floor", false, []string{"STELLAOPS_BENCH_FLOOR=1"}, checkSource, check(one)},
		{"bare floor", false, []string{"STELLAOPS_BENCH_FLOOR=bare"}, checkSource, check(one)},
		{"identical", false, nil, checkSource, check(one)},
		{"distinct", false, nil, checkSource, check(each)},
		{"identical, token exchange", true, nil, checkSource, check(one)},
		{"distinct, token exchange", true, nil, checkSource, check(each)},
	}
	if withHTTP {
		all = append(all, scenario{`data "http"`, false, nil, httpSource, `
data "http" "c" {
  count           = %d
  url             = "${var.url}/v2/"
  request_headers = { Authorization = "Basic ${base64encode("ci:right-${count.index}")}" }
  ca_cert_pem     = var.ca
}
`})
	}
	return all
}

// bench holds what all plans need.
type bench struct {
	cli     tfcli.CLI
	dir     string
	http    bool
	profile string // file of the CPU profile
}

func prepare(ctx context.Context, root, dir string) (*bench, error) {
	if err := os.RemoveAll(dir); err != nil {
		return nil, fmt.Errorf("clear the folder of the last benchmark: %w", err)
	}
	binary := filepath.Join(dir, "provider")
	if err := tfcli.Build(ctx, root, binary, "bench", "./tools/bench/provider"); err != nil {
		return nil, err
	}
	sandbox, err := tfcli.NewSandbox(dir, binary)
	if err != nil {
		return nil, err
	}
	b := &bench{dir: dir, profile: filepath.Join(dir, "provider.pprof")}
	if path := os.Getenv("STELLAOPS_BENCH_HTTP"); path != "" {
		b.http = true
		if err := sandbox.Add(httpSource, path); err != nil {
			return nil, err
		}
	}
	tofu, err := tfcli.Tool(ctx, root, "tofu", "tofu")
	if err != nil {
		return nil, err
	}
	b.cli = tfcli.CLI{Path: tofu, Sandbox: sandbox}
	return b, nil
}

// cleanups are run after a plan.
type cleanups []func()

func (c *cleanups) Cleanup(f func()) { *c = append(*c, f) }

func (c *cleanups) run() {
	for _, f := range *c {
		f()
	}
}

// plan runs a plan of n checks and returns its cost. A distant registry uses TLS.
func (b *bench) plan(ctx context.Context, s scenario, n int, distance time.Duration, extra ...string) (cost, error) {
	var servers cleanups
	defer servers.run()
	registry := registrytest.NewBusy(&servers, registrytest.BusyOptions{Tokens: s.tokens, TLS: distance > 0})
	variables := []string{"TF_VAR_url=" + registry.URL}
	if distance > 0 {
		address, err := listenDelayed(ctx, &servers, registry.Listener.Addr().String(), distance)
		if err != nil {
			return cost{}, err
		}
		variables = []string{"TF_VAR_url=https://" + address, "TF_VAR_ca=" + registry.CertificatePEM()}
	}
	cli := b.cli
	cli.Dir = filepath.Join(b.dir, "work", fmt.Sprintf("%s %d", s.name, n))
	cli.Env = slices.Concat(variables, s.env, extra)
	if _, err := os.Stat(cli.Dir); err != nil {
		if err := b.initialise(ctx, cli, s, n); err != nil {
			return cost{}, err
		}
	}
	c, err := measure(ctx, cli, b.dir)
	if err != nil {
		return cost{}, fmt.Errorf("%s, %d checks: %w", s.name, n, err)
	}
	c.requests, c.connections = registry.Requests.Load(), registry.Connections.Load()
	if failed := registry.Failed.Load(); failed > 0 {
		return cost{}, fmt.Errorf("%s, %d checks: %d failed logins", s.name, n, failed)
	}
	return c, nil
}

func (b *bench) initialise(ctx context.Context, cli tfcli.CLI, s scenario, n int) error {
	if err := os.MkdirAll(cli.Dir, 0o755); err != nil {
		return fmt.Errorf("make a folder for a plan: %w", err)
	}
	_, name, _ := strings.Cut(s.provider, "/")
	configuration := fmt.Sprintf(`
terraform {
  required_providers {
    %[1]s = {
      source = %[2]q
    }
  }
}
provider %[1]q {}
variable "url" {
  type = string
}
variable "ca" {
  type    = string
  default = null
}
`, name, s.provider)
	if n > 0 {
		configuration += fmt.Sprintf(s.data, n)
	}
	if err := os.WriteFile(filepath.Join(cli.Dir, "main.tf"), []byte(configuration), 0o600); err != nil {
		return fmt.Errorf("write a configuration: %w", err)
	}
	output, code, err := cli.Run(ctx, "init", "-no-color", "-input=false")
	if err != nil || code != 0 {
		return fmt.Errorf("init of %s ended with %d: %w\n%s", s.name, code, err, output)
	}
	return nil
}
