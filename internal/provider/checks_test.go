package provider

import (
	"context"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/stellaops/terraform-provider-stellaops/internal/credentialstest"
	"github.com/stellaops/terraform-provider-stellaops/internal/registrytest"
)

// TestChecks_Run_CountsTheSearchForCredentials has a credential helper that tells when
// it runs: whatever it takes from there on is no longer there for the requests.
func TestChecks_Run_CountsTheSearchForCredentials(t *testing.T) {
	t.Parallel()
	const timeout = 5 * time.Minute
	var config net.ListenConfig
	listener, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() }) // the test is over
	searching := make(chan time.Time, 1)
	go func() {
		defer close(searching)
		conn, err := listener.Accept()
		if err != nil {
			return // nobody called
		}
		searching <- time.Now()
		_ = conn.Close() // the helper goes on
	}()
	fake := registrytest.New(t, func(string) registrytest.Response {
		return registrytest.Response{Status: http.StatusServiceUnavailable, Body: "down"}
	})
	helper := credentialstest.Helper{
		Calls: listener.Addr().String(), Logins: map[string]credentialstest.Login{fake.Host(): {Username: "ci", Secret: "p"}},
	}.Install(t)
	var deadlines []time.Time // of the requests that are sent again
	s, _ := serverOf(t, &stellaopsProvider{
		version: "test", environ: func() []string { return nil },
		wait: func(ctx context.Context, _ time.Duration) error {
			deadline, _ := ctx.Deadline() // none is none that is in time
			deadlines = append(deadlines, deadline)
			return nil
		},
	}, map[string]tftypes.Value{"docker_config_path": jsonFile(t, map[string]string{"credsStore": helper})})
	got := checked(t, s, map[string]tftypes.Value{"registry_url": str(fake.URL), "timeout": str(timeout.String())})
	is(t, got, map[string]string{"reason": "server_error", "credential_source": "docker_config"})
	_ = listener.Close() // the helper has called, or never will
	latest := (<-searching).Add(timeout)
	if len(deadlines) == 0 {
		t.Error("no request was sent again")
	}
	for _, deadline := range deadlines {
		if deadline.IsZero() || deadline.After(latest) {
			t.Errorf("the time ends at %s, and with the helper's it would at %s", deadline, latest)
		}
	}
}
