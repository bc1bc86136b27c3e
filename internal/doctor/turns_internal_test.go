package doctor

import (
	"context"
	"errors"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

func TestTurnsAreForgotten(t *testing.T) {
	t.Parallel()
	turns := newTurns()
	done, err := turns.take(t.Context(), "r.example.com:443", "auth.example.com:443", "r.example.com:443")
	if err != nil {
		t.Fatal(err)
	}
	if len(turns.hosts) != 2 {
		t.Errorf("%d hosts are asked, want 2", len(turns.hosts))
	}
	done()
	if len(turns.hosts) > 0 {
		t.Error("a host that nobody asks is kept")
	}
}

func TestATurnThatIsNotThereGivesTheOthersBack(t *testing.T) {
	t.Parallel()
	turns := newTurns()
	for range atOnce {
		if _, err := turns.take(t.Context(), "r.example.com:443"); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := turns.take(ctx, "r.example.com:443", "auth.example.com:443"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if len(turns.hosts) != 1 {
		t.Errorf("%d hosts are asked, want 1", len(turns.hosts))
	}
}

// TestTurnsAreTakenInOneOrder has somebody who waits for the first host: were the
// second one taken meanwhile, two checks could wait for each other.
func TestTurnsAreTakenInOneOrder(t *testing.T) {
	t.Parallel()
	for _, hosts := range [][]string{{"a.example.com:443", "b.example.com:443"}, {"b.example.com:443", "a.example.com:443"}} {
		synctest.Test(t, func(t *testing.T) {
			turns := newTurns()
			var held []func()
			hold := func(ctx context.Context, host string) {
				done, err := turns.take(ctx, host)
				if err != nil {
					t.Fatalf("%s: %v", host, err)
				}
				held = append(held, done)
			}
			for range atOnce {
				hold(t.Context(), "a.example.com:443")
			}
			waited := make(chan error)
			go func() {
				done, err := turns.take(t.Context(), hosts...)
				if err == nil {
					done()
				}
				waited <- err
			}()
			synctest.Wait()
			bounded, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			for range atOnce {
				hold(bounded, "b.example.com:443")
			}
			for _, done := range held {
				done()
			}
			if err := <-waited; err != nil {
				t.Error(err)
			}
		})
	}
}

// tokenWatcher tells when its token service is asked.
type tokenWatcher struct {
	plainWire
	asked atomic.Bool
}

func (w *tokenWatcher) Token(ctx context.Context, r registry.TokenRequest) registry.TokenAnswer {
	w.asked.Store(true)
	return w.plainWire.Token(ctx, r)
}

// TestATokenServiceHasTurnsOfItsOwn has one that as many ask as may, for other
// registries.
func TestATokenServiceHasTurnsOfItsOwn(t *testing.T) {
	t.Parallel()
	bearer := registry.ParseChallenges([]string{`Bearer realm="https://auth.example.com/token",service="r"`})
	w := &tokenWatcher{plainWire: plainWire{registry.Answer{Status: 401, URL: "https://r.example.com/v2/", Challenges: bearer}}}
	d := New(w, time.Now, func() string { return "canary-random-0123456789" })
	const service = "auth.example.com:443"
	var others []func()
	for range atOnce {
		done, err := d.store.turns.take(t.Context(), service)
		if err != nil {
			t.Fatal(err)
		}
		others = append(others, done)
	}
	r := sample(t)
	r.Credential = registry.Credential{Username: "ci", Password: registry.NewSecret("canary-password")}
	r.Timeout, r.Access = time.Minute, nil
	verdict := make(chan Report, 1)
	go func() {
		report, _ := d.Check(t.Context(), r) // it has no other end
		verdict <- report
	}()
	for waiting := false; !waiting; runtime.Gosched() {
		if w.asked.Load() {
			t.Fatal("the token service is asked out of turn")
		}
		d.store.turns.mu.Lock()
		waiting = d.store.turns.hosts[service].users > atOnce
		d.store.turns.mu.Unlock()
	}
	for _, done := range others {
		done()
	}
	if report := <-verdict; report.Reason != ReasonExchangeAccepted {
		t.Errorf("reason %s: %s", report.Reason, report.Message)
	}
}
