package doctor_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stellaops/terraform-provider-stellaops/internal/doctor"
	"github.com/stellaops/terraform-provider-stellaops/internal/redact"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/verdict"
)

// countingAsker answers many checks at the same time and counts the requests. With hold
// set, an answer waits until hold is closed or the context of its request ends.
type countingAsker struct {
	mu    sync.Mutex
	asked []string // user and password, "" for none

	answers func(user string) registry.Answer
	token   func(user string) registry.TokenAnswer
	arrived chan struct{} // receives one value for each request; may be nil
	hold    chan struct{}
	takes   time.Duration // for each answer
}

func (c *countingAsker) note(ctx context.Context, who registry.Credential) (user string, ended bool) {
	user = who.Username + who.Password.Reveal() + who.Token.Reveal()
	c.mu.Lock()
	c.asked = append(c.asked, user)
	c.mu.Unlock()
	if c.arrived != nil {
		c.arrived <- struct{}{}
	}
	if c.takes > 0 {
		select {
		case <-time.After(c.takes):
		case <-ctx.Done():
			return user, true
		}
	}
	if c.hold != nil {
		select {
		case <-c.hold:
		case <-ctx.Done():
			return user, true
		}
	}
	return user, false
}

func (c *countingAsker) Ask(ctx context.Context, _ registry.Endpoint, who registry.Credential) registry.Answer {
	user, ended := c.note(ctx, who)
	if ended {
		return *failed(registry.FaultTimeout)
	}
	return c.answers(user)
}

func (c *countingAsker) Token(ctx context.Context, r registry.TokenRequest) registry.TokenAnswer {
	user, ended := c.note(ctx, r.Credential)
	if ended {
		return registry.TokenAnswer{Answer: *failed(registry.FaultTimeout)}
	}
	return c.token(user)
}

func (c *countingAsker) Try(ctx context.Context, r registry.Trial) registry.Answer {
	user, _ := c.note(ctx, r.Credential)
	return c.answers(user)
}

// count returns the number of requests of a user; "*" counts all.
func (c *countingAsker) count(user string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := 0
	for _, who := range c.asked {
		if who == user || user == "*" {
			n++
		}
	}
	return n
}

// locked accepts the user ci with the password s3cret only.
func locked(user string) registry.Answer {
	if user == "cis3cret" {
		return *status(200)
	}
	return *unauthorized(basicChallenge)
}

// checkAll makes checks at the same time.
func checkAll(t *testing.T, d *doctor.Doctor, checks ...doctor.Request) []report {
	t.Helper()
	reports := make([]report, len(checks))
	var all sync.WaitGroup
	for i, r := range checks {
		all.Go(func() {
			r.Endpoint = endpoint(t, "registry.example.com")
			if r.Timeout == 0 {
				r.Timeout = time.Minute
			}
			var err error
			if reports[i], err = within(t.Context(), d, r); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	return reports
}

func TestDoctor_Check_MakesIdenticalChecksOnceAMinute(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name     string
		password string
		reason   verdict.Reason
	}{
		{"a good password", "s3cret", verdict.ReasonAccepted},
		{"a wrong password", "old", verdict.ReasonInvalidCredentials},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c := &countingAsker{answers: locked}
				d := doctor.New(registry.NewCache(c), redact.New(), random)
				same := slices.Repeat([]doctor.Request{{Credential: registry.Credential{Username: "ci", Password: registry.NewSecret(row.password)}}}, 100)
				for _, step := range []struct {
					after time.Duration
					asked int
				}{{0, 1}, {59 * time.Second, 1}, {2 * time.Second, 2}} {
					<-time.After(step.after)
					for _, report := range checkAll(t, d, same...) {
						if report.Reason != row.reason {
							t.Fatalf("got %s", report.Reason)
						}
					}
					if n := c.count("ci" + row.password); n != step.asked {
						t.Errorf("the password was sent %d times, want %d", n, step.asked)
					}
					if n := c.count(""); n != step.asked {
						t.Errorf("asked without credentials %d times, want %d", n, step.asked)
					}
				}
			})
		})
	}
}

// TestDoctor_Check_PresentsACredentialOnceForManyRepositories has a module for each of
// fifty repositories, which must not become fifty failed logins.
func TestDoctor_Check_PresentsACredentialOnceForManyRepositories(t *testing.T) {
	t.Parallel()
	c := &countingAsker{answers: locked}
	d := doctor.New(registry.NewCache(c), redact.New(), random)
	var checks []doctor.Request
	for i := range 50 {
		checks = append(checks, doctor.Request{
			Credential: registry.Credential{Username: "ci", Password: registry.NewSecret("old")}, RequireVerified: i%2 == 0,
			Access: []doctor.AccessRequest{{Repository: fmt.Sprintf("team/app-%d", i), Actions: []string{"pull"}}},
		})
	}
	for _, report := range checkAll(t, d, checks...) {
		if report.Reason != verdict.ReasonInvalidCredentials {
			t.Fatalf("got %s", report.Reason)
		}
	}
	if n := c.count("ciold"); n != 1 {
		t.Errorf("the password was sent %d times", n)
	}
}

// TestDoctor_Check_KeepsAShortTimeoutToItself has a registry that takes ten seconds, and
// a check that has one second beside one that has a minute.
func TestDoctor_Check_KeepsAShortTimeoutToItself(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := &countingAsker{answers: locked, takes: 10 * time.Second}
		d := doctor.New(registry.NewCache(c), redact.New(), random)
		var short, long report
		var done sync.WaitGroup
		done.Go(func() { short = checkAll(t, d, doctor.Request{Credential: userAndPassword, Timeout: time.Second})[0] })
		synctest.Wait()
		done.Go(func() { long = checkAll(t, d, doctor.Request{Credential: userAndPassword})[0] })
		done.Wait()
		if short.Reason != verdict.ReasonTimeout || long.Reason != verdict.ReasonAccepted {
			t.Errorf("with a second: %s; with a minute: %s", short.Reason, long.Reason)
		}
		asked := c.count("*")
		if again := checkAll(t, d, doctor.Request{Credential: userAndPassword, Timeout: time.Hour})[0]; again.Reason != verdict.ReasonAccepted || c.count("*") != asked {
			t.Errorf("what is known does not depend on a timeout: %s, %d requests more", again.Reason, c.count("*")-asked)
		}
	})
}

func TestDoctor_Check_CancelsOnlyTheCancelledCaller(t *testing.T) {
	t.Parallel()
	c := &countingAsker{answers: locked, hold: make(chan struct{}), arrived: make(chan struct{}, 10)}
	d := doctor.New(registry.NewCache(c), redact.New(), random)
	request := doctor.Request{Endpoint: endpoint(t, "registry.example.com"), Credential: userAndPassword, Timeout: time.Minute}
	ctx, cancel := context.WithCancel(t.Context())
	first := make(chan error, 1)
	go func() {
		_, err := within(ctx, d, request)
		first <- err
	}()
	<-c.arrived // the first one asks
	var second report
	var done sync.WaitGroup
	done.Go(func() { second = checkAll(t, d, request)[0] })
	cancel()
	if err := <-first; !errors.Is(err, context.Canceled) {
		t.Errorf("the cancelled check: %v", err)
	}
	close(c.hold)
	done.Wait()
	if second.Reason != verdict.ReasonAccepted {
		t.Errorf("the other check: %s", second.Reason)
	}
}

func TestDoctor_Check_EndsRequestsWithoutACaller(t *testing.T) {
	t.Parallel()
	ended := make(chan struct{})
	c := &countingAsker{hold: make(chan struct{}), arrived: make(chan struct{}, 1)}
	d := doctor.New(registry.NewCache(endWatcher{c, ended}), redact.New(), random)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-c.arrived
		cancel()
	}()
	_, err := within(ctx, d, doctor.Request{Endpoint: endpoint(t, "registry.example.com"), Timeout: time.Hour})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	<-ended // within the time of the test
}

// endWatcher closes ended when a request has ended.
type endWatcher struct {
	*countingAsker
	ended chan struct{}
}

func (w endWatcher) Ask(ctx context.Context, e registry.Endpoint, who registry.Credential) registry.Answer {
	defer close(w.ended)
	return w.countingAsker.Ask(ctx, e, who)
}

// TestDoctor_Check_SharesTheControlBetweenRegistries has two registries with the same
// token service, and two with a token service each.
func TestDoctor_Check_SharesTheControlBetweenRegistries(t *testing.T) {
	t.Parallel()
	for realm, controls := range map[string]int{"https://auth.example.com/token": 1, "https://auth.example.com/token?x=1": 1, "/token": 2, "/token?for=https://auth.example.com": 2} {
		anonymous := 0
		s := &script{r0: *unauthorized(`Bearer realm="` + realm + `",service="shared"`), v: *status(200), tokens: func(r registry.TokenRequest) registry.TokenAnswer {
			if r.Credential.Method() == registry.MethodAnonymous {
				anonymous++
				return *tokenStatus(401)
			}
			return *issued("")
		}}
		d := doctor.New(registry.NewCache(scriptWithURL{s}), redact.New(), random)
		for _, host := range []string{"one.example.com", "two.example.com"} {
			report, err := within(t.Context(), d, doctor.Request{Endpoint: endpoint(t, host), Credential: userAndPassword, TokenExchange: true, Timeout: time.Minute})
			if err != nil || !report.Verified {
				t.Fatal(err, report.Message)
			}
		}
		if anonymous != controls {
			t.Errorf("%s: asked without credentials %d times, want %d", realm, anonymous, controls)
		}
	}
}

// scriptWithURL adds the URL of the request to the answers of a script.
type scriptWithURL struct{ *script }

func (s scriptWithURL) Ask(ctx context.Context, e registry.Endpoint, c registry.Credential) registry.Answer {
	answer := s.script.Ask(ctx, e, c)
	answer.URL = e.URL()
	return answer
}
