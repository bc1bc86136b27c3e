package doctor_test

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"go.uber.org/goleak"
	"golang.org/x/net/http/httpproxy"

	"github.com/stellaops/terraform-provider-stellaops/internal/advice"
	"github.com/stellaops/terraform-provider-stellaops/internal/doctor"
	"github.com/stellaops/terraform-provider-stellaops/internal/redact"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/registrytest"
	"github.com/stellaops/terraform-provider-stellaops/internal/verdict"
)

// TestMain silences the standard logger: package net/http writes a line to it for
// every frame of HTTP/2 that it does not know, and a fault sends such frames by
// the hundred thousand. They would bury the output of a test that fails.
func TestMain(m *testing.M) {
	log.SetOutput(io.Discard)
	os.Exit(m.Run())
}

// How many faults are checked at the same time. More would make a machine with few cores
// miss the deadlines.
const (
	atOnce     = 16
	busyAtOnce = 2
)

// cleanups are those of one fault, which run before its test ends.
type cleanups []func()

func (c *cleanups) Cleanup(f func()) { *c = append(*c, f) }

func (c *cleanups) run() {
	for _, f := range slices.Backward(*c) {
		f()
	}
}

// connections counts the open connections of a client.
type connections struct{ open atomic.Int64 }

// dial wraps a dialer; nil stands for the network.
func (c *connections) dial(dial func(context.Context, string, string) (net.Conn, error)) func(context.Context, string, string) (net.Conn, error) {
	if dial == nil {
		dial = new(net.Dialer).DialContext
	}
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		c.open.Add(1)
		return &counted{Conn: conn, closed: sync.OnceFunc(func() { c.open.Add(-1) })}, nil
	}
}

type counted struct {
	net.Conn
	closed func()
}

func (c *counted) Close() error {
	defer c.closed()
	return c.Conn.Close()
}

// allClosed reports whether every connection ends while its server still runs. With
// HTTP/2, a connection becomes idle shortly after its last request has returned.
func (c *connections) allClosed(client *registry.Client) bool {
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	tooLate := time.After(20 * time.Second) // longer than the client keeps a connection without requests
	for {
		client.CloseIdleConnections()
		if c.open.Load() == 0 {
			return true
		}
		select {
		case <-tooLate:
			return false
		case <-again.C:
		}
	}
}

// outcome is the result of a check of a faulty registry.
type outcome struct {
	report report
	took   time.Duration
	late   time.Duration // how late the machine was with a timer of the check's deadline
	left   bool          // a connection was left open
	err    error
}

// checkFault makes one check of a fault, with its own client and servers, which are
// closed when it returns.
func checkFault(ctx context.Context, fault registrytest.Fault) outcome {
	var servers cleanups
	defer servers.run()
	target, err := fault.Start(&servers)
	if err != nil {
		return outcome{err: err}
	}
	var open connections
	client := registry.NewClient(optionsOf(target, &open))
	late := lateness(fault.Deadline)
	took, report, err := checkOf(ctx, client, fault, target)
	return outcome{report, took, late(), !open.allClosed(client), err}
}

// lateness starts a timer and returns a function that reports how late it fired. A
// loaded machine is late with every timer, and the check is not at fault for that.
func lateness(after time.Duration) func() time.Duration {
	began, late := time.Now(), make(chan time.Duration, 1)
	timer := time.AfterFunc(after, func() { late <- time.Since(began) - after })
	return func() time.Duration {
		if timer.Stop() {
			return 0 // the check ended before its deadline
		}
		return <-late
	}
}

func optionsOf(target registrytest.Target, open *connections) registry.Options {
	options := registry.Options{Dial: open.dial(target.Dial), TLS: &tls.Config{RootCAs: target.Roots}}
	if target.Proxy != "" {
		options.Proxy = &httpproxy.Config{HTTPSProxy: target.Proxy}
	}
	return options
}

func checkOf(ctx context.Context, client *registry.Client, fault registrytest.Fault, target registrytest.Target) (time.Duration, report, error) {
	address, err := registry.ParseEndpoint(target.Address)
	if err != nil {
		return 0, report{}, err
	}
	request := doctor.Request{
		Endpoint:      address,
		Credential:    registry.Credential{Username: registrytest.FaultUser, Password: registry.NewSecret(faultPassword)},
		TokenExchange: true,
		Timeout:       fault.Deadline,
	}
	began := time.Now()
	report, err := within(ctx, doctor.New(registry.NewCache(client), redact.New(), rand.Text), request)
	return time.Since(began), report, err
}

const faultPassword = "hunter2x"

// verdictOf returns the verdict that belongs to a reason when a registry fails: an
// outage never passes and never rejects credentials, except that a check passes without
// proof when only the token service fails.
func verdictOf(reason string) verdict.Verdict {
	switch r := verdict.Reason(reason); r {
	case verdict.ReasonAccepted, verdict.ReasonExchangeAccepted:
		return verdict.Verdict{Reason: r, Passed: true, Verified: true}
	case verdict.ReasonExchangeUnavailable:
		return pass(r)
	case verdict.ReasonInvalidCredentials, verdict.ReasonMalformedCredentials:
		return refused(r)
	default:
		return fail(r)
	}
}

// checkFaults checks all faults and returns the outcome of each.
func checkFaults(ctx context.Context, faults []registrytest.Fault) []outcome {
	outcomes := make([]outcome, len(faults))
	var all sync.WaitGroup
	for busy, workers := range map[bool]int{false: atOnce, true: busyAtOnce} {
		next := make(chan int)
		for range workers {
			all.Go(func() {
				for i := range next {
					outcomes[i] = checkFault(ctx, faults[i])
				}
			})
		}
		all.Go(func() {
			defer close(next)
			for i, fault := range faults {
				if fault.Busy == busy {
					next <- i
				}
			}
		})
	}
	all.Wait()
	return outcomes
}

// TestFaults runs alone, since it searches for goroutines that any test has left. Its
// faults run in parallel.
func TestFaults(t *testing.T) { //nolint:paralleltest // see above
	faults := registrytest.Faults()
	outcomes := checkFaults(t.Context(), faults)
	var table strings.Builder
	wrong := 0
	for i, fault := range faults {
		got := outcomes[i]
		fmt.Fprintf(&table, "%-80s %-24s %6d ms\n", fault.Name, got.report.Reason, got.took.Milliseconds())
		// Each fault is a subtest, so that the failing one is named.
		if !t.Run(fault.Name, func(t *testing.T) { got.judge(t, fault) }) {
			wrong++
		}
	}
	if wrong > 0 {
		t.Logf("\n%s%d faults, of which %d did not do as they should", table.String(), len(faults), wrong)
	} else {
		t.Logf("\n%s%d faults: each with its reason, in time", table.String(), len(faults))
	}
	// All clients and servers are closed, so no goroutine of theirs may be left.
	if err := goleak.Find(); err != nil {
		t.Error(err)
	}
}

func (o outcome) judge(t *testing.T, fault registrytest.Fault) {
	t.Helper()
	if o.err != nil {
		t.Fatal(o.err)
	}
	if o.report.Verdict != verdictOf(fault.Reason) && (fault.AltReason == "" || o.report.Verdict != verdictOf(fault.AltReason)) {
		t.Errorf("got %+v, want %+v: %s", o.report.Verdict, verdictOf(fault.Reason), o.report.Message)
	}
	if limit := fault.Deadline + fault.Deadline/10 + o.late; o.took > limit {
		t.Errorf("it took %v, with %v in all, where a timer was %v late", o.took, fault.Deadline, o.late)
	}
	if o.left {
		t.Error("a connection is still open")
	}
	if m := o.report.Message; !utf8.ValidString(m) || strings.ContainsFunc(m, unicode.IsControl) || utf8.RuneCountInString(m) > 1000 || strings.Contains(m, faultPassword) {
		t.Errorf("the message is not fit to be shown: %q", m)
	}
}

func TestFaults_HaveUniqueNames(t *testing.T) {
	t.Parallel()
	names := map[string]bool{}
	for _, fault := range registrytest.Faults() {
		if names[fault.Name] {
			t.Errorf("%q occurs twice", fault.Name)
		}
		names[fault.Name] = true
		if !slices.ContainsFunc(advice.Catalogue(), func(e advice.Entry) bool { return e.Reason == verdict.Reason(fault.Reason) }) {
			t.Errorf("%s: there is no reason %q", fault.Name, fault.Reason)
		}
	}
	if len(names) < 60 {
		t.Errorf("%d faults, want 60 at least", len(names))
	}
}
