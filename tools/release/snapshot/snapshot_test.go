package snapshot_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stellaops/terraform-provider-stellaops/internal/registrytest"
	"github.com/stellaops/terraform-provider-stellaops/internal/tfcli"
	"github.com/stellaops/terraform-provider-stellaops/tools/release/snapshot"
)

const name = "terraform-provider-stellaops_" + snapshot.Version

// TestAccBuild_SnapshotIsARelease builds the last commit twice, in two places, and
// looks at what came of it as a registry of providers and its users do.
func TestAccBuild_SnapshotIsARelease(t *testing.T) { //nolint:paralleltest // it uses all cores
	if os.Getenv("TF_ACC") == "" {
		t.Skip("TF_ACC is not set")
	}
	root, err := tfcli.Root()
	if err != nil {
		t.Fatal(err)
	}
	key, err := snapshot.NewKey(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(key.Remove)
	first, second := build(t, root, key), build(t, root, key)

	t.Run("two builds are the same", func(t *testing.T) { sameFiles(t, first, second) })             //nolint:paralleltest // see above
	t.Run("the sums are those of the files", func(t *testing.T) { sumsHold(t, root, first) })        //nolint:paralleltest // see above
	t.Run("the signature is that of the sums", func(t *testing.T) { signatureHolds(t, key, first) }) //nolint:paralleltest // see above
	t.Run("users can check a download", func(t *testing.T) { downloadsHold(t, root, key, first) })   //nolint:paralleltest // see above
	t.Run("an archive holds binary and licence", func(t *testing.T) { archivesHold(t, first) })      //nolint:paralleltest // see above
	t.Run("a bill of materials lists modules", func(t *testing.T) { billsHold(t, first) })           //nolint:paralleltest // see above
	for _, cli := range []string{"tofu", "terraform"} {                                              //nolint:paralleltest // see above
		t.Run(cli+" runs it from a mirror", func(t *testing.T) { runsFromMirror(t, root, cli, first) })
	}
}

// build clones the last commit and builds its snapshot.
func build(t *testing.T, root string, key snapshot.Key) string {
	t.Helper()
	clone := filepath.Join(t.TempDir(), "clone")
	if output, err := exec.CommandContext(t.Context(), "git", "clone", "-q", root, clone).CombinedOutput(); err != nil {
		t.Fatalf("clone: %v\n%s", err, output)
	}
	if err := snapshot.Build(t.Context(), clone, key, io.Discard); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(clone, "dist")
}

// released are the files that a release publishes, and the binaries in it.
func released(t *testing.T, dist string) []string {
	t.Helper()
	var all []string
	for _, pattern := range []string{"*.zip", "*.cdx.json", "*_SHA256SUMS", "*/*"} {
		files, err := filepath.Glob(filepath.Join(dist, pattern))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %d files, %v", pattern, len(files), err)
		}
		all = append(all, files...)
	}
	return all
}

func sameFiles(t *testing.T, first, second string) {
	t.Helper()
	files := released(t, first)
	if want := 8 + 8 + 1 + 8; len(files) != want {
		t.Errorf("%d files, want %d: %q", len(files), want, files)
	}
	for _, file := range files {
		relative, err := filepath.Rel(first, file)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(read(t, file), read(t, filepath.Join(second, relative))) {
			t.Errorf("%s differs", relative)
		}
	}
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// sumsHold checks every line of the sums. A registry expects the manifest among them,
// under its name in the release.
func sumsHold(t *testing.T, root, dist string) {
	t.Helper()
	var named []string
	for line := range strings.Lines(string(read(t, filepath.Join(dist, name+"_SHA256SUMS")))) {
		sum, file, _ := strings.Cut(strings.TrimSpace(line), "  ")
		named = append(named, file)
		path := filepath.Join(dist, file)
		if file == name+"_manifest.json" {
			path = filepath.Join(root, "terraform-registry-manifest.json")
		}
		if got := fmt.Sprintf("%x", sha256.Sum256(read(t, path))); got != sum {
			t.Errorf("%s has the sum %s, want %s", file, got, sum)
		}
	}
	want := []string{name + "_manifest.json"}
	for _, system := range []string{"linux", "darwin", "windows", "freebsd"} {
		for _, machine := range []string{"amd64", "arm64"} {
			want = append(want, name+"_"+system+"_"+machine+".zip", name+"_"+system+"_"+machine+".cdx.json")
		}
	}
	slices.Sort(named)
	slices.Sort(want)
	if !slices.Equal(named, want) {
		t.Errorf("the sums name %q, want %q", named, want)
	}
}

func signatureHolds(t *testing.T, key snapshot.Key, dist string) {
	t.Helper()
	sums := filepath.Join(dist, name+"_SHA256SUMS")
	if bytes.HasPrefix(read(t, sums+".sig"), []byte("-----")) {
		t.Error("the signature is in armour; registries want it binary")
	}
	if _, err := key.GPG(t.Context(), "--verify", sums+".sig", sums); err != nil {
		t.Error(err)
	}
	changed := filepath.Join(t.TempDir(), "changed")
	if err := os.WriteFile(changed, append(read(t, sums), "\n"...), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := key.GPG(t.Context(), "--verify", sums+".sig", changed); err == nil {
		t.Error("the signature holds for other sums too")
	}
}

// downloadsHold runs the commands of SECURITY.md in the folder of the files, and again
// with a changed archive, which they must refuse.
func downloadsHold(t *testing.T, root string, key snapshot.Key, dist string) {
	t.Helper()
	_, block, ok := strings.Cut(string(read(t, filepath.Join(root, "SECURITY.md"))), "```sh\n")
	commands, _, closed := strings.Cut(block, "```")
	if !ok || !closed || !strings.Contains(commands, "gpg --verify") || !strings.Contains(commands, "sha256sum --check") {
		t.Fatalf("these are other commands:\n%s", commands)
	}
	commands = strings.ReplaceAll(commands, "terraform-provider-stellaops_0.1.0", name)
	archive := name + "_" + runtime.GOOS + "_" + runtime.GOARCH + ".zip"
	folder := t.TempDir()
	for _, file := range []string{archive, name + "_SHA256SUMS", name + "_SHA256SUMS.sig"} {
		if err := os.WriteFile(filepath.Join(folder, file), read(t, filepath.Join(dist, file)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	run := func() (string, error) {
		command := exec.CommandContext(t.Context(), "sh", "-eu", "-c", commands)
		command.Dir, command.Env = folder, append(os.Environ(), "GNUPGHOME="+key.Home)
		output, err := command.CombinedOutput()
		return string(output), err
	}
	if printed, err := run(); err != nil || !strings.Contains(printed, "Good signature") || !strings.Contains(printed, archive+": OK") {
		t.Errorf("%v:\n%s", err, printed)
	}
	if err := os.WriteFile(filepath.Join(folder, archive), []byte("changed"), 0o600); err != nil {
		t.Fatal(err)
	}
	if printed, err := run(); err == nil {
		t.Errorf("a changed archive is not noticed:\n%s", printed)
	}
}

func archivesHold(t *testing.T, dist string) {
	t.Helper()
	archives, err := filepath.Glob(filepath.Join(dist, "*.zip"))
	if err != nil {
		t.Fatal(err)
	}
	for _, archive := range archives {
		reader, err := zip.OpenReader(archive)
		if err != nil {
			t.Fatal(err)
		}
		binary := "terraform-provider-stellaops_v" + snapshot.Version
		if strings.Contains(archive, "_windows_") {
			binary += ".exe"
		}
		var names []string
		for _, file := range reader.File {
			names = append(names, file.Name)
			if file.Name == binary && file.Mode().Perm() != 0o755 {
				t.Errorf("%s: %s has the mode %v", archive, file.Name, file.Mode())
			}
		}
		if slices.Sort(names); !slices.Equal(names, []string{"LICENSE", binary}) {
			t.Errorf("%s holds %q", filepath.Base(archive), names)
		}
		if err := reader.Close(); err != nil {
			t.Error(err)
		}
	}
}

func billsHold(t *testing.T, dist string) {
	t.Helper()
	var bill struct {
		BOMFormat  string
		Components []struct{ Name, Version string }
	}
	if err := json.Unmarshal(read(t, filepath.Join(dist, name+"_linux_amd64.cdx.json")), &bill); err != nil {
		t.Fatal(err)
	}
	modules := map[string]string{}
	for _, c := range bill.Components {
		modules[c.Name] = c.Version
	}
	for _, module := range []string{"github.com/hashicorp/terraform-plugin-framework", "golang.org/x/net", "std"} {
		if modules[module] == "" {
			t.Errorf("%s is not among the %d components", module, len(bill.Components))
		}
	}
	if bill.BOMFormat != "CycloneDX" {
		t.Errorf("the format is %q", bill.BOMFormat)
	}
}

// runsFromMirror plans with the archive for this machine, as a network without a
// registry of providers has it.
func runsFromMirror(t *testing.T, root, program, dist string) {
	t.Helper()
	path, err := tfcli.Tool(t.Context(), root, program, program)
	if err != nil {
		t.Fatal(err)
	}
	sandbox, err := tfcli.NewEmptySandbox(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	archive := filepath.Join(dist, name+"_"+runtime.GOOS+"_"+runtime.GOARCH+".zip")
	if err := sandbox.AddArchive("stellaops/stellaops", archive); err != nil {
		t.Fatal(err)
	}
	registry := registrytest.NewBusy(t, registrytest.BusyOptions{})
	cli := tfcli.CLI{Path: path, Dir: t.TempDir(), Sandbox: sandbox, Env: []string{"TF_VAR_url=" + registry.URL}}
	folder := filepath.Join(root, "internal", "provider", "testdata", "state-0.1.0")
	configuration := `
terraform {
  required_providers {
    stellaops = {
      source  = "stellaops/stellaops"
      version = "` + snapshot.Version + `"
    }
  }
}
` + string(read(t, filepath.Join(folder, "main.tf")))
	if err := os.WriteFile(filepath.Join(cli.Dir, "main.tf"), []byte(configuration), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"init"}, {"apply", "-auto-approve"}, {"plan", "-detailed-exitcode"}} { // 2 would be a difference
		output, code, err := cli.Run(t.Context(), append(args, "-no-color")...)
		if err != nil || code != 0 {
			t.Fatalf("%s ended with %d, %v:\n%s", args[0], code, err, output)
		}
	}
	state := string(read(t, filepath.Join(cli.Dir, "terraform.tfstate")))
	if !strings.Contains(state, `"reason": "accepted"`) {
		t.Errorf("the state says:\n%s", state)
	}
	if os.Getenv("UPDATE_FIXTURE") != "" {
		written := strings.ReplaceAll(state, strings.TrimPrefix(registry.URL, "http://"), "REGISTRY-HOST")
		if err := os.WriteFile(filepath.Join(folder, program+".tfstate.json"), []byte(written), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
