package provider

import (
	"maps"
	"strings"
	"sync"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/stellaops/terraform-provider-stellaops/internal/credentialstest"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/registrytest"
)

// TestDoctorCache_SharesAnswersOverTheSameTLS makes each check several times, in parallel
// and later. An answer over one TLS configuration must not be shared with another.
func TestDoctorCache_SharesAnswersOverTheSameTLS(t *testing.T) {
	t.Parallel()
	busy := registrytest.NewBusy(t, registrytest.BusyOptions{TLS: true})
	s := startServer(t)
	other, _ := certificatePEM(t)
	shown, key := certificatePEM(t)
	own := str(busy.CertificatePEM())
	type arguments = map[string]tftypes.Value
	want := int64(0)
	for range 2 {
		for _, row := range []struct {
			name      string
			arguments arguments
			reason    string
			asked     int64 // so far, at the end of the row
		}{
			{"its own authority", arguments{"ca_cert_pem": own}, "accepted", 2},
			{"no verification", arguments{"insecure": tftypes.NewValue(tftypes.Bool, true)}, "accepted", 4},
			{"another authority", arguments{"ca_cert_pem": str(other)}, "tls_untrusted", 4},
			{"a client certificate", arguments{"ca_cert_pem": own, "client_cert_pem": str(shown), "client_key_pem": str(key)}, "accepted", 6},
			{"none", nil, "tls_untrusted", 6},
		} {
			arguments := arguments{"registry_url": str(busy.URL), "username": str("ci"), "password": str("right")}
			maps.Copy(arguments, row.arguments)
			var all sync.WaitGroup
			for range 5 {
				all.Go(func() {
					got, diags := s.read(t.Context(), t, arguments)
					if len(diags) > 0 && diags[0].Severity == tfprotov6.DiagnosticSeverityError {
						t.Errorf("%s: %s", row.name, diags[0].Summary)
						return
					}
					if reason := asString(t, got["reason"]); reason != row.reason {
						t.Errorf("%s: %s: %s", row.name, reason, asString(t, got["message"]))
					}
				})
			}
			all.Wait()
			want = max(want, row.asked)
			if n := busy.Requests.Load(); n != want {
				t.Errorf("%s: asked %d times, want %d", row.name, n, want)
			}
		}
	}
}

// TestDataSource_Read_SharesACredentialHelper has one that runs for all of them.
func TestDataSource_Read_SharesACredentialHelper(t *testing.T) {
	t.Parallel()
	fake := registrytest.New(t, registrytest.ByAuthorization(basicHeader("ci", "p"),
		registrytest.Unauthorized(`Basic realm="test"`), registrytest.OK(), registrytest.Unauthorized(`Basic realm="test"`)))
	helper := credentialstest.Helper{Logins: map[string]credentialstest.Login{fake.Host(): {Username: "ci", Secret: "p"}}}.Install(t)
	s := newServerWith(t, map[string]tftypes.Value{"docker_config_path": jsonFile(t, map[string]string{"credsStore": helper})})
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			is(t, checked(t, s, map[string]tftypes.Value{"registry_url": str(fake.URL)}), map[string]string{"reason": "accepted", "credential_source": "docker_config"})
		})
	}
	all.Wait()
	if n := len(credentialstest.Asked(t, helper)); n != 1 {
		t.Errorf("the helper ran %d times", n)
	}
	if n := len(fake.Requests()); n != 2 {
		t.Errorf("the registry was asked %d times", n)
	}
}

// TestDoctorCache_Get_IsBounded uses more TLS configurations than are cached.
func TestDoctorCache_Get_IsBounded(t *testing.T) {
	t.Parallel()
	authority, _ := certificatePEM(t)
	var all doctorCache
	for i := range maxDoctors + 5 {
		settings := registry.TLS{CACertPEM: authority + strings.Repeat("\n", i)}
		first, err := all.get(settings)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := all.get(settings); err != nil || again != first {
			t.Fatalf("settings %d have two doctors: %v", i, err)
		}
		if n := len(all.byTLS); n > maxDoctors {
			t.Fatalf("%d settings are kept", n)
		}
	}
}
