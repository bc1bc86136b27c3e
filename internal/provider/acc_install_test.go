package provider

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/ProtonMail/go-crypto/openpgp/armor"

	"github.com/stellaops/terraform-provider-stellaops/internal/tfcli"
)

// besideAnother has the check in a module, and a second provider from another registry.
const besideAnother = `
terraform {
  required_providers {
    other = {
      source  = "registry.example.com/acme/other"
      version = "~> 1.2"
    }
  }
}

module "gate" {
  source   = "./gate"
  url      = var.registry_url
  username = var.registry_username
  password = var.registry_password
}

variable "registry_url" { type = string }
variable "registry_username" { type = string }
variable "registry_password" { type = string }

data "stellaops_oci_credentials_check" "anonymous" {
  provider     = other
  registry_url = var.registry_url
}
`

// TestAccInstall_WorksBesideAnotherProvider runs make install in a HOME of its own, puts
// the lines that it prints into ~/.terraformrc, and initialises a configuration that also
// takes a provider from a registry on loopback.
func TestAccInstall_WorksBesideAnotherProvider(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		return // only there does a variable name the authorities that a CLI trusts
	}
	cli := newCLI(t)
	printed := install(t, cli)
	if strings.Contains(printed, "held another build") {
		t.Errorf("the first build replaces none:\n%s", printed)
	}
	lines := terraformrc.FindString(printed)
	if got := strings.Count(lines, "\n"); got != 6 {
		t.Fatalf("%d lines of a configuration are printed, want 6:\n%s", got, printed)
	}
	services, certificate := providerRegistry(t, filepath.Join(mirrorOf(cli), "registry.terraform.io", "stellaops", "stellaops"))
	lines += fmt.Sprintf("\nhost \"registry.example.com\" {\n  services = { \"providers.v1\" = %q }\n}\n", services)
	if err := os.WriteFile(filepath.Join(cli.Sandbox.Home(), ".terraformrc"), []byte(lines), 0o600); err != nil {
		t.Fatal(err)
	}
	registry := distribution(t)
	cli.Env = append(cli.Env, "TF_CLI_CONFIG_FILE=", "SSL_CERT_FILE="+certificate,
		"TF_VAR_registry_url=http://"+registry.Host, "TF_VAR_registry_username=ci", "TF_VAR_registry_password=right")
	root, err := tfcli.Root()
	if err != nil {
		t.Fatal(err)
	}
	if err := tfcli.CopyConfiguration(filepath.Join(root, "examples", "modules", "registry"), filepath.Join(cli.Dir, "gate")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(cli.Dir, "main.tf"), []byte(besideAnother), 0o600); err != nil {
		t.Fatal(err)
	}
	initialised := mustRun(t, cli, 0, "init", "-no-color")
	for _, want := range []string{"Installed stellaops/stellaops v", "Installed registry.example.com/acme/other v1.2.3 ("} {
		if !strings.Contains(initialised, want) {
			t.Errorf("%q is not in\n%s", want, initialised)
		}
	}
	mustRun(t, cli, 0, "plan", "-no-color")
	cli.Env = append(cli.Env, "TF_VAR_registry_password=wrong")
	if printed := mustRun(t, cli, 1, "plan", "-no-color"); !strings.Contains(printed, registry.Host+" refused") {
		t.Errorf("the gate stops for another reason:\n%s", printed)
	}
}

// TestAccInstall_SaysWhatToDoWhereTheMirrorHeldAnotherBuild follows the advice that make
// install prints when it replaces a build.
func TestAccInstall_SaysWhatToDoWhereTheMirrorHeldAnotherBuild(t *testing.T) {
	t.Parallel()
	cli := newCLI(t)
	install(t, cli)
	lines := terraformrc.FindString(install(t, cli, "VERSION=second"))
	if err := os.WriteFile(filepath.Join(cli.Sandbox.Home(), ".terraformrc"), []byte(lines), 0o600); err != nil {
		t.Fatal(err)
	}
	cli.Env = append(cli.Env, "TF_CLI_CONFIG_FILE=")
	write(t, cli, `data "stellaops_oci_credentials_check" "c" {
  registry_url = "registry.example.com"
  username     = "nothing-is-sent-without-a-password"
}
`)
	mustRun(t, cli, 0, "plan", "-no-color")
	if printed := install(t, cli, "VERSION=third"); !strings.Contains(printed, "held another build") {
		t.Errorf("no word of the build that was replaced:\n%s", printed)
	}
	if printed := mustRun(t, cli, 1, "init", "-no-color"); !strings.Contains(printed, "checksums") {
		t.Errorf("init fails for another reason:\n%s", printed)
	}
	if err := os.Remove(filepath.Join(cli.Dir, ".terraform.lock.hcl")); err != nil { // its only block
		t.Fatal(err)
	}
	mustRun(t, cli, 0, "init", "-no-color")
	mustRun(t, cli, 0, "plan", "-no-color")
}

// compareLines compares the lines of a document with those that make install prints, whose
// use TestAccInstall_WorksBesideAnotherProvider shows.
func compareLines(t *testing.T, b block) {
	t.Helper()
	cli := newCLI(t)
	printed := terraformrc.FindString(install(t, cli))
	if want := strings.ReplaceAll(printed, filepath.ToSlash(cli.Sandbox.Home()), "/home/me"); b.text != want {
		t.Errorf("make install prints\n%s", want)
	}
}

// terraformrc matches the lines that make install prints for a CLI.
var terraformrc = regexp.MustCompile(`(?ms)^provider_installation \{\n.*?^\}\n`)

// mirrorOf is where make install puts its mirror for the user of a sandbox.
func mirrorOf(cli tfcli.CLI) string {
	return filepath.Join(cli.Sandbox.Home(), ".local", "share", "terraform-provider-stellaops")
}

// install runs make install for the user of a sandbox, and returns what it prints.
func install(t *testing.T, cli tfcli.CLI, variables ...string) string {
	t.Helper()
	root, err := tfcli.Root()
	if err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), "make", append([]string{"--silent", "install"}, variables...)...)
	command.Dir = root
	command.Env = slices.DeleteFunc(os.Environ(), func(entry string) bool {
		return strings.HasPrefix(entry, "MAKE") || strings.HasPrefix(entry, "XDG_DATA_HOME=")
	})
	// Go looks for its own folders below HOME, so that they must be named with another one.
	for _, name := range []string{"GOCACHE", "GOENV", "GOMODCACHE", "GOPATH"} {
		value, err := exec.CommandContext(t.Context(), "go", "env", name).Output()
		if err != nil {
			t.Fatal(err)
		}
		command.Env = append(command.Env, name+"="+strings.TrimSpace(string(value)))
	}
	command.Env = append(command.Env, "HOME="+cli.Sandbox.Home(), "GOBIN="+filepath.Join(cli.Sandbox.Home(), "bin"))
	printed, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("make install: %v:\n%s", err, printed)
	}
	return string(printed)
}

// providerRegistry serves a provider as a registry of providers does, signed, over TLS on
// loopback: acme/other 1.2.3, which is the binary below a folder under another name. It
// returns the URL of the protocol, and the file of the certificate to trust.
func providerRegistry(t *testing.T, folder string) (services, certificate string) {
	t.Helper()
	binaries, err := filepath.Glob(filepath.Join(folder, "*", "*", "terraform-provider-*"))
	if err != nil || len(binaries) != 1 {
		t.Fatalf("%q are in the mirror: %v", binaries, err)
	}
	platform := runtime.GOOS + "_" + runtime.GOARCH
	name := "terraform-provider-other_1.2.3_" + platform + ".zip"
	archive := zipped(t, "terraform-provider-other_v1.2.3", read(t, binaries[0]))
	sum := sha256.Sum256(archive)
	sums := []byte(hex.EncodeToString(sum[:]) + "  " + name + "\n")
	signature, key := signed(t, sums)

	answers := map[string][]byte{"/" + name: archive, "/SHA256SUMS": sums, "/SHA256SUMS.sig": signature}
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer, ok := answers[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		if answer[0] == '{' {
			w.Header().Set("Content-Type", "application/json")
		}
		_, _ = w.Write(answer) // a CLI that goes away is seen by the test
	}))
	t.Cleanup(server.Close)
	encode := func(value any) []byte {
		text, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	type object = map[string]any
	answers["/acme/other/versions"] = encode(object{"versions": []object{{
		"version": "1.2.3", "protocols": []string{"6.0"}, "platforms": []object{{"os": runtime.GOOS, "arch": runtime.GOARCH}},
	}}})
	answers["/acme/other/1.2.3/download/"+runtime.GOOS+"/"+runtime.GOARCH] = encode(object{
		"protocols": []string{"6.0"}, "os": runtime.GOOS, "arch": runtime.GOARCH, "filename": name, "shasum": hex.EncodeToString(sum[:]),
		"download_url": server.URL + "/" + name, "shasums_url": server.URL + "/SHA256SUMS", "shasums_signature_url": server.URL + "/SHA256SUMS.sig",
		"signing_keys": object{"gpg_public_keys": []object{key}},
	})
	certificate = filepath.Join(t.TempDir(), "authorities.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if err := os.WriteFile(certificate, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return server.URL + "/", certificate
}

// zipped is an archive of one program.
func zipped(t *testing.T, name, content string) []byte {
	t.Helper()
	var archive bytes.Buffer
	writer := zip.NewWriter(&archive)
	header := &zip.FileHeader{Name: name, Method: zip.Store}
	header.SetMode(0o755)
	file, err := writer.CreateHeader(header)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.Write([]byte(content)); err != nil {
		t.Fatal(err)
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	return archive.Bytes()
}

// signed returns a signature of a text, and the key as a registry of providers names it.
func signed(t *testing.T, text []byte) (signature []byte, key map[string]any) {
	t.Helper()
	entity, err := openpgp.NewEntity("acme", "", "acme@example.com", nil)
	if err != nil {
		t.Fatal(err)
	}
	var detached, public bytes.Buffer
	if err := openpgp.DetachSign(&detached, entity, bytes.NewReader(text), nil); err != nil {
		t.Fatal(err)
	}
	armoured, err := armor.Encode(&public, openpgp.PublicKeyType, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := entity.Serialize(armoured); err != nil {
		t.Fatal(err)
	}
	if err := armoured.Close(); err != nil {
		t.Fatal(err)
	}
	return detached.Bytes(), map[string]any{"key_id": entity.PrimaryKey.KeyIdString(), "ascii_armor": public.String()}
}
