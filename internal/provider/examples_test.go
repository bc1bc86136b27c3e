package provider

import (
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stellaops/terraform-provider-stellaops/internal/registrytest"
	"github.com/stellaops/terraform-provider-stellaops/internal/tfcli"
)

// examples are the folders of examples/ that hold a configuration.
func examples(t *testing.T) (root string, folders []string) {
	t.Helper()
	root, err := tfcli.Root()
	if err != nil {
		t.Fatal(err)
	}
	err = filepath.WalkDir(filepath.Join(root, "examples"), func(path string, entry os.DirEntry, err error) error {
		if err == nil && filepath.Ext(path) == ".tf" {
			name, _ := filepath.Rel(root, filepath.Dir(path)) // it lies below root
			folders = append(folders, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(folders) < 11 {
		t.Fatalf("only %d examples were found", len(folders))
	}
	return root, folders
}

// example prepares a CLI in a copy of an example, for the registry at url.
func example(t *testing.T, folder, url, password string) tfcli.CLI {
	t.Helper()
	root, err := tfcli.Root()
	if err != nil {
		t.Fatal(err)
	}
	cli := newCLI(t, "TF_VAR_registry_url="+url, "TF_VAR_registry_username=ci", "TF_VAR_registry_password="+password,
		fmt.Sprintf("TF_VAR_registries=[%q]", url), fmt.Sprintf(`TF_VAR_registry_logins={%q={username="ci",password=%q}}`, url, password))
	if err := tfcli.CopyConfiguration(filepath.Join(root, folder), cli.Dir); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(cli.Dir, "*.tf"))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(read(t, files[0]), "ephemeral ") {
		needs(t, cli, tfcli.Version.HasEphemeral, "ephemeral values")
	}
	mustRun(t, cli, 0, "init", "-no-color")
	return cli
}

func TestAccEveryExampleIsPlanned(t *testing.T) {
	t.Parallel()
	registry := distribution(t)
	_, folders := examples(t)
	for _, folder := range folders {
		t.Run(folder, func(t *testing.T) {
			t.Parallel()
			cli := example(t, folder, "http://"+registry.Host, "right")
			mustRun(t, cli, 0, "validate", "-no-color")
			if printed := mustRun(t, cli, 0, "plan", "-no-color"); strings.Contains(printed, "Warning:") {
				t.Errorf("warned of good credentials:\n%s", printed)
			}
			mustRun(t, cli, 0, "fmt", "-check", "-recursive")
		})
	}
}

// TestAccEveryGateStopsBadCredentials plans the examples with a wrong password:
// those that gate must fail, and those that warn must not.
func TestAccEveryGateStopsBadCredentials(t *testing.T) {
	t.Parallel()
	registry := distribution(t)
	for folder, code := range map[string]int{
		"examples/gate": 1, "examples/kubernetes-pull-secret": 1, "examples/fleet": 1, "examples/ephemeral-variable": 1, "examples/tested": 1,
		"examples/ephemeral-resources/stellaops_oci_credentials_check": 1, "examples/data-sources/stellaops_oci_credentials_check": 1,
		"examples/warn": 0,
	} {
		t.Run(folder, func(t *testing.T) {
			t.Parallel()
			cli := example(t, filepath.FromSlash(folder), "http://"+registry.Host, "wrong")
			printed := mustRun(t, cli, code, "plan", "-no-color")
			if !strings.Contains(strings.Join(strings.Fields(strings.ReplaceAll(printed, "│", " ")), " "), registry.Host+" refused the basic credentials") {
				t.Errorf("no word of what is wrong:\n%s", printed)
			}
		})
	}
}

func TestAccTheTestedExampleIsTested(t *testing.T) {
	t.Parallel()
	cli := newCLI(t)
	needs(t, cli, tfcli.Version.HasMocks, "override_data in tests")
	root, err := tfcli.Root()
	if err != nil {
		t.Fatal(err)
	}
	if err := tfcli.CopyConfiguration(filepath.Join(root, "examples", "tested"), cli.Dir); err != nil {
		t.Fatal(err)
	}
	mustRun(t, cli, 0, "init", "-no-color")
	if printed := mustRun(t, cli, 0, "test", "-no-color"); !strings.Contains(printed, "3 passed, 0 failed") {
		t.Errorf("not every run passed:\n%s", printed)
	}
}

func TestAccTheExpiryExampleWarnsAWeekAhead(t *testing.T) {
	t.Parallel()
	root, err := tfcli.Root()
	if err != nil {
		t.Fatal(err)
	}
	fake := registrytest.New(t, func(string) registrytest.Response { return registrytest.OK() })
	for name, row := range map[string]struct {
		left time.Duration
		want bool
	}{"three days left": {72 * time.Hour, true}, "thirty days left": {720 * time.Hour, false}} {
		// Amazon ECR's passwords are base64 JSON that says when they end.
		password := base64.StdEncoding.EncodeToString(fmt.Appendf(nil, `{"expiration":%d}`, time.Now().Add(row.left).Unix()))
		cli := newCLI(t, "TF_VAR_registry_url="+fake.URL, "TF_VAR_registry_username=AWS", "TF_VAR_registry_password="+password)
		if err := tfcli.CopyConfiguration(filepath.Join(root, "examples", "expiry"), cli.Dir); err != nil {
			t.Fatal(err)
		}
		mustRun(t, cli, 0, "init", "-no-color")
		output := mustRun(t, cli, 0, "plan", "-no-color")
		if got := strings.Contains(output, "Check block assertion failed"); got != row.want {
			t.Errorf("%s: warned is %t:\n%s", name, got, output)
		}
	}
}
