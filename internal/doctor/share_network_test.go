package doctor_test

import (
	"crypto/rand"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stellaops/terraform-provider-stellaops/internal/doctor"
	"github.com/stellaops/terraform-provider-stellaops/internal/redact"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/registrytest"
	"github.com/stellaops/terraform-provider-stellaops/internal/verdict"
)

// doctorFor returns a doctor whose requests go over the network.
func doctorFor(t *testing.T, b *registrytest.Busy) *doctor.Doctor {
	t.Helper()
	config, err := registry.TLS{CACertPEM: b.CertificatePEM()}.Config()
	if err != nil {
		t.Fatal(err)
	}
	client := registry.NewClient(registry.Options{TLS: config})
	t.Cleanup(client.CloseIdleConnections)
	return doctor.New(registry.NewCache(client), redact.New(), rand.Text)
}

// thousand makes a thousand checks in parallel and counts their reasons.
func thousand(t *testing.T, b *registrytest.Busy, password func(i int) string) map[verdict.Reason]int {
	t.Helper()
	address, err := registry.ParseEndpoint(b.URL)
	if err != nil {
		t.Fatal(err)
	}
	d := doctorFor(t, b)
	var (
		mu      sync.Mutex
		reasons = map[verdict.Reason]int{}
		all     sync.WaitGroup
		next    = make(chan int)
	)
	for range 64 {
		all.Go(func() {
			for i := range next {
				report, err := within(t.Context(), d, doctor.Request{
					Endpoint: address, TokenExchange: true, Timeout: time.Minute, Retry: registry.DefaultRetry(),
					Credential: registry.Credential{Username: "ci", Password: registry.NewSecret(password(i))},
				})
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				reasons[report.Reason]++
				mu.Unlock()
			}
		})
	}
	for i := range 1000 {
		next <- i
	}
	close(next)
	all.Wait()
	return reasons
}

// TestDoctor_Check_AThousandTimes counts the requests, connections and failed logins at
// the registry.
func TestDoctor_Check_AThousandTimes(t *testing.T) {
	t.Parallel()
	same := func(password string) func(int) string { return func(int) string { return password } }
	distinct := func(i int) string { return fmt.Sprintf("right-%d", i) }
	for _, row := range []struct {
		name             string
		options          registrytest.BusyOptions
		password         func(int) string
		reason           verdict.Reason
		requests, failed int64 // at most, exactly
	}{
		{"identical, with Basic", registrytest.BusyOptions{}, same("right-1"), verdict.ReasonAccepted, 2, 0},
		{"identical, with a token exchange", registrytest.BusyOptions{Tokens: true}, same("right-1"), verdict.ReasonExchangeAccepted, 4, 0},
		{"identical, with a wrong password", registrytest.BusyOptions{}, same("wrong"), verdict.ReasonInvalidCredentials, 2, 1},
		{"identical, with a wrong password and a token exchange", registrytest.BusyOptions{Tokens: true}, same("wrong"), verdict.ReasonInvalidCredentials, 2, 1},
		{"distinct, with Basic", registrytest.BusyOptions{}, distinct, verdict.ReasonAccepted, 1001, 0},
		{"distinct, over TLS and HTTP/1.1", registrytest.BusyOptions{TLS: true}, distinct, verdict.ReasonAccepted, 1001, 0},
		{"distinct, over HTTP/2", registrytest.BusyOptions{TLS: true, HTTP2: true}, distinct, verdict.ReasonAccepted, 1001, 0},
		{"distinct, with a token exchange", registrytest.BusyOptions{Tokens: true}, distinct, verdict.ReasonExchangeAccepted, 2002, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			b := registrytest.NewBusy(t, row.options)
			if reasons := thousand(t, b, row.password); reasons[row.reason] != 1000 {
				t.Errorf("reasons %v", reasons)
			}
			if n := b.Requests.Load(); n > row.requests {
				t.Errorf("%d requests, want at most %d", n, row.requests)
			}
			if n := b.Failed.Load(); n != row.failed {
				t.Errorf("%d failed logins, want %d", n, row.failed)
			}
			if n := b.Connections.Load(); n > 10 {
				t.Errorf("%d connections", n)
			}
			if n := b.Handshakes.Load(); n > 10 || row.options.TLS && n == 0 {
				t.Errorf("%d handshakes", n)
			}
			t.Logf("%d requests, %d failed logins, %d connections, %d handshakes", b.Requests.Load(), b.Failed.Load(), b.Connections.Load(), b.Handshakes.Load())
		})
	}
}

// TestDoctor_Check_ASilentTokenServiceOverTheNetwork has a hundred different logins, and
// a token service that accepts connections and says nothing: what waits for one of the
// ten connections was not asked, and the other logins are not sent at all.
func TestDoctor_Check_ASilentTokenServiceOverTheNetwork(t *testing.T) {
	t.Parallel()
	for _, parallelism := range []int{1, 10, 50} {
		t.Run(fmt.Sprintf("%d at a time", parallelism), func(t *testing.T) {
			t.Parallel()
			silent, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			var opened atomic.Int64
			var accepting sync.WaitGroup
			accepting.Go(func() {
				for {
					conn, err := silent.Accept()
					if err != nil {
						return
					}
					opened.Add(1)
					defer func() { _ = conn.Close() }()
				}
			})
			t.Cleanup(func() {
				_ = silent.Close()
				accepting.Wait()
			})
			fake := registrytest.New(t, func(string) registrytest.Response {
				return registrytest.Unauthorized(`Bearer realm="http://` + silent.Addr().String() + `/token",service="registry"`)
			})
			address, err := registry.ParseEndpoint(fake.URL)
			if err != nil {
				t.Fatal(err)
			}
			client := registry.NewClient(registry.Options{})
			t.Cleanup(client.CloseIdleConnections)
			checks := distinct(t, 100)
			for i := range checks {
				checks[i].Endpoint, checks[i].Timeout = address, 4*time.Second // more than the other checks take beside it
			}
			d := doctor.New(registry.NewCache(client), redact.New(), rand.Text)
			reasons, took := plan(t, d, parallelism, checks)
			if reasons[verdict.ReasonExchangeUnavailable] != 100 {
				t.Errorf("reasons %v", reasons)
			}
			// Two must fail before it is an outage. All that are under way at the first failure
			// may be sent, and as many that start before the second: on a busy machine these
			// are apart. outage_test.go counts exactly, in a time of its own.
			if n := opened.Load(); n > int64(max(2, 2*parallelism-1)) {
				t.Errorf("%d connections for logins that get no answer", n)
			}
			t.Logf("%s, %d connections", took, opened.Load())
		})
	}
}
