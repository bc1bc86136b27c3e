package registry_test

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

const (
	ms  = time.Millisecond
	sec = time.Second
)

// said is one question to a registry: who asks when, and what comes of it.
type said struct {
	user    string
	at      time.Duration
	timeout time.Duration // 0 for none
	tries   int
	leaves  time.Duration // the caller breaks off after so long; 0 for never

	answered time.Duration // an answer comes after so long, whatever became of the caller; 0 for none
	fails    time.Duration // a fault comes after so long; 0 for never
}

// play asks all of it, and returns who was asked for.
func play(t *testing.T, questions []said) (asked []string) {
	t.Helper()
	var (
		mu     sync.Mutex
		all    sync.WaitGroup
		byUser = map[string]said{}
	)
	w := &wire{answers: func(ctx context.Context, who registry.Credential) registry.TokenAnswer {
		mu.Lock()
		asked = append(asked, who.Username)
		mu.Unlock()
		q := byUser[who.Username]
		ended := ctx.Done()
		if q.answered > 0 {
			ended, q.fails = nil, q.answered
		}
		var comes <-chan time.Time
		if q.fails > 0 {
			comes = time.After(q.fails)
		}
		select {
		case <-comes:
		case <-ended:
			return timedOut()
		}
		if q.answered > 0 {
			return registry.TokenAnswer{Answer: registry.Answer{Status: http.StatusOK}}
		}
		return registry.TokenAnswer{Answer: registry.Answer{Failure: &registry.Failure{Fault: registry.FaultConnection}}}
	}}
	m := registry.NewCache(w)
	for _, q := range questions {
		byUser[q.user] = q
	}
	for _, q := range questions {
		all.Go(func() {
			<-time.After(q.at)
			ctx, cancel := context.WithCancel(registry.WithRetry(t.Context(), registry.Retry{Attempts: q.tries}))
			defer cancel()
			if q.timeout > 0 {
				ctx, cancel = context.WithTimeout(ctx, q.timeout)
				defer cancel()
			}
			if q.leaves > 0 {
				defer time.AfterFunc(q.leaves, cancel).Stop()
			}
			m.Ask(ctx, parse(t, "https://r.example.com"), registry.Credential{Username: q.user, Password: registry.NewSecret("hunter2x")})
		})
	}
	all.Wait()
	return asked
}

// silent gets no answer within two seconds.
func silent(user string, at time.Duration) said { return said{user: user, at: at, timeout: 2 * sec} }

// TestOutages_EndAndServe has logins that get no answer, and the last question, which
// is asked or not.
func TestOutages_EndAndServe(t *testing.T) {
	t.Parallel()
	type questions = []said
	a, b := silent("a", 0), silent("b", 100*ms) // an outage from 2.1 s to 4.1 s
	for _, row := range []struct {
		name   string
		before questions
		last   said
		want   bool
	}{
		{"two logins", questions{a, b}, silent("c", 3*sec), false},
		{"one login", questions{a}, silent("c", 3*sec), true},
		{"one login twice", questions{a, silent("a", 4*sec)}, silent("c", 6500*ms), true},
		{"until so long after as it took", questions{a, b}, silent("c", 4100*ms-1), false},
		{"no longer than it took", questions{a, b}, silent("c", 4100*ms), true},
		{
			"a minute of what took longer", questions{{user: "a", timeout: 5 * time.Minute}, {user: "b", at: 100 * ms, timeout: 5 * time.Minute}},
			silent("c", 6*time.Minute+100*ms-1), false,
		},
		{
			"no more than a minute", questions{{user: "a", timeout: 5 * time.Minute}, {user: "b", at: 100 * ms, timeout: 5 * time.Minute}},
			silent("c", 6*time.Minute+100*ms), true,
		},
		{"a minute between them", questions{a, silent("b", 62*sec)}, silent("c", 65*sec), false},
		{"more than a minute between them", questions{a, silent("b", 62*sec+1)}, silent("c", 65*sec), true},

		{"another was answered before", questions{{user: "x", answered: 1}, silent("a", 1*sec), silent("b", 1100*ms)}, silent("c", 4*sec), false},
		{"another was answered between them", questions{a, {user: "x", at: 1 * sec, answered: 1}, silent("b", 1500*ms)}, silent("c", 4*sec), true},
		{"another was answered while both were asked", questions{a, b, {user: "x", at: 200 * ms, answered: 1}}, silent("c", 3*sec), true},
		{"another, asked before both, was answered between them", questions{{user: "x", answered: 500 * ms}, silent("a", 100*ms), silent("b", 600*ms)}, silent("c", 3*sec), true},
		{"another is not answered yet", questions{a, b, {user: "x", at: 200 * ms, answered: 3 * sec}}, silent("c", 3199*ms), false},
		{"another is answered later", questions{a, b, {user: "x", at: 200 * ms, answered: 3 * sec}}, silent("c", 3500*ms), true},

		{"one broke off", questions{{user: "a", timeout: 2 * sec, leaves: 1 * sec}, b}, silent("c", 3*sec), true},
		{"another broke off, and was answered all the same", questions{a, b, {user: "x", at: 200 * ms, leaves: 1 * sec, answered: 1500 * ms}}, silent("c", 3*sec), true},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				asked := play(t, append(row.before, row.last))
				if got := slices.Contains(asked, row.last.user); got != row.want {
					t.Errorf("asked: %t, want %t; asked in all: %q", got, row.want, asked)
				}
			})
		})
	}
}

// TestOutages_ServeThoseWhoCouldSpendNoMore has two that differ in what they spend, in
// both orders, and the last question of one who would spend as much as the larger, and
// of one who would spend as much as the smaller one. The larger time is three times the smaller: twice it is still
// covered.
func TestOutages_ServeThoseWhoCouldSpendNoMore(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name          string
		small, large  said
		again, larger said
	}{
		{"tries", said{timeout: 2 * sec, tries: 1}, said{timeout: 2 * sec, tries: 3}, said{timeout: 2 * sec, tries: 1}, said{timeout: 2 * sec, tries: 3}},
		{"time", said{timeout: 2 * sec}, said{timeout: 6 * sec, fails: 3 * sec}, said{timeout: 2 * sec}, said{timeout: 6 * sec}},
		{"time, and the larger one has it before", said{timeout: 2 * sec}, said{timeout: 6 * sec, fails: 1 * sec}, said{timeout: 2 * sec}, said{timeout: 6 * sec}},
		{"any time, and the larger one has it before", said{timeout: 2 * sec}, said{fails: 1 * sec}, said{timeout: 2 * sec}, said{timeout: 6 * sec}},
		{"any time", said{timeout: 2 * sec}, said{fails: 3 * sec}, said{timeout: 2 * sec}, said{timeout: 6 * sec}},
	} {
		for _, first := range []bool{true, false} {
			for _, more := range []bool{true, false} {
				synctest.Test(t, func(t *testing.T) {
					one, two, last := row.small, row.large, row.again
					if !first {
						one, two = two, one
					}
					if more {
						last = row.larger
					}
					one.user, two.user, two.at, last.user, last.at = "a", "b", 100*ms, "c", 3500*ms
					if asked := play(t, []said{one, two, last}); slices.Contains(asked, "c") != more {
						t.Errorf("%s, the smaller one first: %t, one who would spend more: %t: asked %q", row.name, first, more, asked)
					}
				})
			}
		}
	}
}

// TestOutages_AreOfAMethodAndARoute has a token service that gives no answer to two
// requests: together they are an outage where the third goes the same way as both.
func TestOutages_AreOfAMethodAndARoute(t *testing.T) {
	t.Parallel()
	const realm = "https://auth.example.com/token"
	user := func(password string) func(*testing.T) registry.TokenRequest {
		return func(t *testing.T) registry.TokenRequest { return mint(t, realm, basic(password)) }
	}
	for _, row := range []struct {
		name  string
		other func(*testing.T) registry.TokenRequest
		want  int
	}{
		{"the same way", user("other"), 2},
		{"by another method", func(t *testing.T) registry.TokenRequest { return mint(t, realm, identity("hunter2x")) }, 3},
		{"for a registry at a private address", func(t *testing.T) registry.TokenRequest {
			r := mint(t, realm, basic("other"))
			r.Reach = registry.ReachPrivate
			return r
		}, 3},
		{"to another path", func(t *testing.T) registry.TokenRequest { return mint(t, realm+"/other", basic("other")) }, 3},
		{"to the same path with another query", func(t *testing.T) registry.TokenRequest { return mint(t, realm+"?tenant=a", basic("other")) }, 2},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := &wire{answers: func(ctx context.Context, _ registry.Credential) registry.TokenAnswer {
					<-ctx.Done()
					return timedOut()
				}}
				m := registry.NewCache(w)
				for _, r := range []registry.TokenRequest{user("hunter2x")(t), row.other(t), user("third")(t)} {
					ctx, cancel := context.WithTimeout(t.Context(), 2*sec)
					answer := m.Token(ctx, r)
					cancel()
					if answer.Failure == nil || answer.Failure.Fault != registry.FaultTimeout || answer.Endpoint != r.Challenge.Params["realm"][:len(answer.Endpoint)] || answer.Endpoint == "" {
						t.Errorf("endpoint %q, %+v", answer.Endpoint, answer.Failure)
					}
				}
				if w.asked != row.want {
					t.Errorf("asked %d times, want %d", w.asked, row.want)
				}
			})
		})
	}
}
