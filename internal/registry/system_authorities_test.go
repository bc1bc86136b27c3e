package registry_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

// TestTLS_Config_AddsToTheSystemsAuthorities runs itself again with system authorities
// of its own, which a process reads once.
func TestTLS_Config_AddsToTheSystemsAuthorities(t *testing.T) {
	t.Parallel()
	const address = "STELLAOPS_TEST_SYSTEM_ADDRESS"
	configured := newPair(t)
	if url := os.Getenv(address); url != "" {
		config, err := registry.TLS{CACertPEM: configured.certificate}.Config()
		if err != nil {
			t.Fatal(err)
		}
		if answer := newClient(t, registry.Options{TLS: config}).Ask(t.Context(), parse(t, url), registry.Credential{}); answer.Status != 200 {
			t.Errorf("failure %+v", answer.Failure)
		}
		return
	}
	if runtime.GOOS != "linux" {
		return // only there does a variable name the authorities
	}
	system := newPair(t)
	file := filepath.Join(t.TempDir(), "system.pem")
	if err := os.WriteFile(file, []byte(system.certificate), 0o600); err != nil {
		t.Fatal(err)
	}
	again := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$", "-test.count=1", "-test.v")
	again.Env = append(os.Environ(), address+"="+serveTLS(t, system, nil), "SSL_CERT_FILE="+file)
	if output, err := again.CombinedOutput(); err != nil {
		t.Errorf("%v:\n%s", err, output)
	}
}
