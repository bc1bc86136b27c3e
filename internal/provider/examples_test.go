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

// examples are the folders of examples/ that hold a configuration, without the recipes,
// which need other providers and have tests of their own.
func examples(t *testing.T) (folders []string) {
	t.Helper()
	root, err := tfcli.Root()
	if err != nil {
		t.Fatal(err)
	}
	err = filepath.WalkDir(filepath.Join(root, "examples"), func(path string, entry os.DirEntry, err error) error {
		if err == nil && entry.IsDir() && entry.Name() == "recipes" {
			return filepath.SkipDir
		}
		if err == nil && filepath.Ext(path) == ".tf" {
			name, _ := filepath.Rel(root, filepath.Dir(path)) // it lies below root
			folders = append(folders, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(folders) < 15 {
		t.Fatalf("only %d examples were found", len(folders))
	}
	return folders
}

// example prepares a CLI in a copy of an example, for the registry at url.
func example(t *testing.T, folder, url, password string) tfcli.CLI {
	t.Helper()
	root, err := tfcli.Root()
	if err != nil {
		t.Fatal(err)
	}
	login := fmt.Sprintf(`{%q={username="ci",password=%q}}`, url, password)
	payload := fmt.Sprintf(`{"auths":{%q:{"auth":%q}}}`, url, base64.StdEncoding.EncodeToString([]byte("ci:"+password)))
	cli := newCLI(t, "TF_VAR_registry_url="+url, "TF_VAR_registry_username=ci", "TF_VAR_registry_password="+password,
		fmt.Sprintf("TF_VAR_registries=[%q]", url), "TF_VAR_registry_logins="+login,
		// Those of the modules.
		"TF_VAR_url="+url, "TF_VAR_username=ci", "TF_VAR_password="+password, fmt.Sprintf("TF_VAR_hosts=[%q]", url), "TF_VAR_logins="+login,
		fmt.Sprintf("TF_VAR_images=[%q]", url), "TF_VAR_payload="+payload, fmt.Sprintf(`TF_VAR_secret={username="ci",password=%q}`, password))
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

func TestAccExamples_ArePlanned(t *testing.T) {
	t.Parallel()
	registry := distribution(t)
	folders := examples(t)
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

// TestAccExamples_AreDestroyedWhileChecksAreSkipped has no registry any more, as
// when both are torn down: attributes that are null then must not be in the way.
func TestAccExamples_AreDestroyedWhileChecksAreSkipped(t *testing.T) {
	t.Parallel()
	registry := distribution(t)
	folders := examples(t)
	for _, folder := range folders {
		t.Run(folder, func(t *testing.T) {
			t.Parallel()
			cli := example(t, folder, "http://"+registry.Host, "right")
			mustRun(t, cli, 0, "apply", "-auto-approve", "-no-color")
			cli.Env = append(cli.Env, "STELLAOPS_SKIP_CHECKS=1", "TF_VAR_registry_url=http://127.0.0.1:1", "TF_VAR_url=http://127.0.0.1:1")
			mustRun(t, cli, 0, "plan", "-no-color")
			mustRun(t, cli, 0, "destroy", "-auto-approve", "-no-color")
		})
	}
}

// TestAccExamples_StopBadCredentials plans the examples with a wrong password:
// those that gate must fail, and those that warn must not.
func TestAccExamples_StopBadCredentials(t *testing.T) {
	t.Parallel()
	registry := distribution(t)
	for folder, code := range map[string]int{
		"examples/gate": 1, "examples/kubernetes-pull-secret": 1, "examples/fleet": 1, "examples/ephemeral-variable": 1, "examples/tested": 1,
		"examples/ephemeral-resources/stellaops_oci_credentials_check": 1, "examples/data-sources/stellaops_oci_credentials_check": 1,
		"examples/modules/registry": 1, "examples/modules/fleet": 1, "examples/modules/pull-secret": 1, "examples/modules/vault": 1,
		"examples/access": 1, "examples/image": 1,
		"examples/warn": 0,
	} {
		t.Run(folder, func(t *testing.T) {
			t.Parallel()
			cli := example(t, filepath.FromSlash(folder), "http://"+registry.Host, "wrong")
			printed := mustRun(t, cli, code, "plan", "-no-color")
			if !strings.Contains(strings.Join(strings.Fields(strings.ReplaceAll(printed, "│", " ")), " "), registry.Host+" refused the login") {
				t.Errorf("no word of what is wrong:\n%s", printed)
			}
		})
	}
}

// TestAccExampleImage_GatesOnItsOwnImage has the image that is deployed by its digest, and
// a tag that is not there.
func TestAccExampleImage_GatesOnItsOwnImage(t *testing.T) {
	t.Parallel()
	registry := distribution(t)
	login := registrytest.BasicLogin("ci", "right")
	image, err := registry.PushIndex(t.Context(), login, "stellaops/platform", "2.2.0")
	if err != nil {
		t.Fatal(err)
	}
	cli := example(t, filepath.FromSlash("examples/image"), "http://"+registry.Host, "right")
	cli.Env = append(cli.Env, "TF_VAR_tag=2.2.0")
	mustRun(t, cli, 0, "apply", "-auto-approve", "-no-color")
	want := "http://" + registry.Host + "/stellaops/platform@" + image.Digest
	if deployed := strings.TrimSpace(mustRun(t, cli, 0, "output", "-raw", "deployed")); deployed != want {
		t.Errorf("deployed %s, want %s", deployed, want)
	}
	cli.Env = append(cli.Env, "TF_VAR_tag=2.3.0")
	printed := strings.Join(strings.Fields(strings.ReplaceAll(mustRun(t, cli, 1, "plan", "-no-color"), "│", " ")), " ")
	if !strings.Contains(printed, "the repository stellaops/platform has no tag 2.3.0") {
		t.Errorf("no word of the tag:\n%s", printed)
	}
	// The same tag of another image is another deployment.
	moved, err := registry.Push(t.Context(), login, "stellaops/platform", "2.2.0")
	if err != nil {
		t.Fatal(err)
	}
	cli.Env = append(cli.Env, "TF_VAR_tag=2.2.0")
	if printed := mustRun(t, cli, 2, "plan", "-detailed-exitcode", "-no-color"); !strings.Contains(printed, moved) {
		t.Errorf("no word of %s:\n%s", moved, printed)
	}
}

// TestAccExampleModules_PinImages asks the registry for an image by each module that can.
func TestAccExampleModules_PinImages(t *testing.T) {
	t.Parallel()
	registry := distribution(t)
	url := "http://" + registry.Host
	digest, err := registry.Push(t.Context(), registrytest.BasicLogin("ci", "right"), "stellaops/platform", "2.1.0")
	if err != nil {
		t.Fatal(err)
	}
	cli := example(t, filepath.FromSlash("examples/modules/fleet"), url, "right")
	cli.Env = append(cli.Env, fmt.Sprintf(`TF_VAR_pulls={%q={repository="stellaops/platform",reference="2.1.0"}}`, url))
	if printed := mustRun(t, cli, 0, "plan", "-no-color"); !strings.Contains(printed, digest) {
		t.Errorf("fleet has no digest %s:\n%s", digest, printed)
	}
	cli.Env = append(cli.Env, fmt.Sprintf(`TF_VAR_pulls={%q={repository="stellaops/platform",reference="9"}}`, url))
	if printed := mustRun(t, cli, 1, "plan", "-no-color"); !strings.Contains(printed, "has no tag 9") {
		t.Errorf("fleet has no word of the tag:\n%s", printed)
	}
}

// TestAccExamples_TestsPass runs the test command of the CLI.
func TestAccExamples_TestsPass(t *testing.T) {
	t.Parallel()
	for folder, runs := range map[string]int{
		"tested": 3, "modules/registry": 4, "modules/fleet": 3, "modules/pull-secret": 3, "modules/vault": 4,
	} {
		t.Run(folder, func(t *testing.T) {
			t.Parallel()
			cli := newCLI(t)
			needs(t, cli, tfcli.Version.HasMocks, "override_data in tests")
			root, err := tfcli.Root()
			if err != nil {
				t.Fatal(err)
			}
			if err := tfcli.CopyConfiguration(filepath.Join(root, "examples", filepath.FromSlash(folder)), cli.Dir); err != nil {
				t.Fatal(err)
			}
			mustRun(t, cli, 0, "init", "-no-color")
			if printed := mustRun(t, cli, 0, "test", "-no-color"); !strings.Contains(printed, fmt.Sprintf("%d passed, 0 failed", runs)) {
				t.Errorf("not every run passed:\n%s", printed)
			}
		})
	}
}

// TestAccExamples_ModuleBlocksNoDestroy has a login that is refused after the apply.
func TestAccExamples_ModuleBlocksNoDestroy(t *testing.T) {
	t.Parallel()
	registry := distribution(t)
	cli := example(t, "examples/modules/registry", "http://"+registry.Host, "right")
	mustRun(t, cli, 0, "apply", "-auto-approve", "-no-color")
	if err := registry.SetAccounts(map[string]string{"ci": "rotated"}); err != nil {
		t.Fatal(err)
	}
	mustRun(t, cli, 1, "plan", "-no-color")
	mustRun(t, cli, 0, "destroy", "-auto-approve", "-no-color")
}

func TestAccExampleExpiry_WarnsAWeekAhead(t *testing.T) {
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
