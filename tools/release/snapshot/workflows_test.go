package snapshot_test

import (
	"encoding/json"
	"go/version"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/stellaops/terraform-provider-stellaops/internal/tfcli"
)

// workflow holds the parts of a workflow that grant permissions.
type workflow struct {
	Permissions map[string]string
	Jobs        map[string]struct {
		Permissions map[string]string
		Strategy    struct{ Matrix map[string][]string }
		Steps       []struct{ Uses, Run string }
	}
}

func workflows(t *testing.T) map[string]workflow {
	t.Helper()
	root, err := tfcli.Root()
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(root, ".github", "workflows", "*.yml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%d workflows: %v", len(files), err)
	}
	all := map[string]workflow{}
	for _, file := range files {
		var w workflow
		if err := yaml.Unmarshal(read(t, file), &w); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		all[strings.TrimSuffix(filepath.Base(file), ".yml")] = w
	}
	return all
}

// TestWorkflows_HaveNoMorePermissionsThanTheyNeed expects every action pinned, and write
// permission in the one job that publishes.
func TestWorkflows_HaveNoMorePermissionsThanTheyNeed(t *testing.T) {
	t.Parallel()
	pinned := regexp.MustCompile(`^[\w.-]+(/[\w.-]+)+@[0-9a-f]{40}$`)
	for name, w := range workflows(t) {
		if len(w.Permissions) != 1 || w.Permissions["contents"] != "read" {
			t.Errorf("%s may %v", name, w.Permissions)
		}
		for id, job := range w.Jobs {
			if publishes := name == "release" && id == "release"; publishes != (job.Permissions != nil) {
				t.Errorf("%s in %s may %v", id, name, job.Permissions)
			}
			for _, step := range job.Steps {
				if step.Uses != "" && !pinned.MatchString(step.Uses) {
					t.Errorf("%s in %s uses %s, which is not pinned", id, name, step.Uses)
				}
			}
		}
	}
}

// TestWorkflows_RunEverySystemAndCLI expects every operating system and CLI, and the
// provenance of a release.
func TestWorkflows_RunEverySystemAndCLI(t *testing.T) {
	t.Parallel()
	all := workflows(t)
	if systems := all["test"].Jobs["unit"].Strategy.Matrix["os"]; !slices.Equal(systems, []string{"ubuntu-latest", "macos-latest", "windows-latest"}) {
		t.Errorf("tested on %q", systems)
	}
	for cli, oldest := range map[string]string{"terraform": "1.5.7", "opentofu": "1.8."} {
		if versions := all["test"].Jobs[cli].Strategy.Matrix["version"]; len(versions) < 4 || !strings.HasPrefix(versions[0], oldest) {
			t.Errorf("tested on %s %q", cli, versions)
		}
	}
	for _, want := range []struct{ workflow, job, part string }{
		{"test", "everything", "make testacc"},
		{"test", "everything", "make fuzz"},
		{"lint", "lint", "make lint"},
		{"lint", "generate", "make generate"},
		{"lint", "generate", "git diff --exit-code"},
		{"vulnerabilities", "govulncheck", "make vulnerabilities"},
		{"release", "release", "make release"},
		{"release", "release", "actions/attest-build-provenance@"},
	} {
		found := false
		for _, step := range all[want.workflow].Jobs[want.job].Steps {
			found = found || strings.Contains(step.Uses+step.Run, want.part)
		}
		if !found {
			t.Errorf("no step of %s in %s has %q", want.job, want.workflow, want.part)
		}
	}
}

// TestToolModules_NeedNoNewerGo compares with the toolchain in go.mod, which the
// workflows install and which builds the binaries of a release.
func TestToolModules_NeedNoNewerGo(t *testing.T) {
	t.Parallel()
	root, err := tfcli.Root()
	if err != nil {
		t.Fatal(err)
	}
	type module struct{ Go, Toolchain string }
	load := func(file string) (m module) {
		output, err := exec.CommandContext(t.Context(), "go", "mod", "edit", "-json", file).Output()
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		if err := json.Unmarshal(output, &m); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		return m
	}
	own := load(filepath.Join(root, "go.mod"))
	files, err := filepath.Glob(filepath.Join(root, "tools", "pinned", "*", "go.mod"))
	if err != nil || len(files) < 10 {
		t.Fatalf("%d modules: %v", len(files), err)
	}
	for _, file := range append(files, filepath.Join(root, "tools", "differential", "go.mod")) {
		if wants := "go" + load(file).Go; !version.IsValid(wants) || version.Compare(wants, own.Toolchain) > 0 {
			t.Errorf("%s wants %s, go.mod names %s", file, wants, own.Toolchain)
		}
	}
}
