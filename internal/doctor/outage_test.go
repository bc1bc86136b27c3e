package doctor_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stellaops/terraform-provider-stellaops/internal/doctor"
	"github.com/stellaops/terraform-provider-stellaops/internal/redact"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/verdict"
)

// outage is how a server fails: after a time, or at the deadline of the request.
type outage struct {
	name   string
	takes  time.Duration // 0 for the deadline
	answer registry.Answer
}

// Outages, each with the time that three tries take.
var (
	silence = outage{"silence", 0, *failed(registry.FaultTimeout)}
	cut     = outage{"cut", 750 * time.Millisecond, *failed(registry.FaultConnection)}
	noName  = outage{"DNS", 800 * time.Millisecond, *failed(registry.FaultDNS)}
	noTLS   = outage{"TLS", 30 * time.Millisecond, *failed(registry.FaultTLS)}
	closed  = outage{"refusal", time.Millisecond, *failed(registry.FaultRefused)}
	busy    = outage{"503", 750 * time.Millisecond, *status(503)}
	limited = outage{"429", time.Millisecond, registry.Answer{Status: 429, RetryAfter: 20 * time.Second}}
)

// failingAsker is a registry with a token service, one part of which has an outage. All
// other requests are answered at once.
type failingAsker struct {
	part   string // R0, R1, T0, V or use
	outage outage
	hangs  registry.Credential // one login that gets no answer; empty for none
	realm  string              // empty for a registry with Basic

	mu    sync.Mutex
	until time.Time // the end of the outage; zero for none
	asked map[string]int
}

func (a *failingAsker) answer(ctx context.Context, part string, who registry.Credential, otherwise registry.Answer) registry.Answer {
	a.mu.Lock()
	if a.asked == nil {
		a.asked = map[string]int{}
	}
	if part == "T0" && who == (registry.Credential{}) {
		a.asked["Ta"]++
	} else {
		a.asked[part]++
	}
	out := a.part == part && (a.until.IsZero() || time.Now().Before(a.until))
	a.mu.Unlock()
	takes := a.outage.takes
	switch {
	case a.hangs != (registry.Credential{}) && who == a.hangs:
		takes = 0
	case !out:
		return otherwise
	}
	if takes == 0 {
		<-ctx.Done()
		return *failed(registry.FaultTimeout)
	}
	select {
	case <-time.After(takes):
		return a.outage.answer
	case <-ctx.Done():
		return *failed(registry.FaultTimeout)
	}
}

func (a *failingAsker) Ask(ctx context.Context, e registry.Endpoint, who registry.Credential) registry.Answer {
	first := *unauthorized(basicChallenge)
	if a.realm != "" {
		first = *unauthorized(`Bearer realm="` + a.realm + `",service="registry"`)
	}
	first.URL = e.URL()
	switch who.Method() {
	case registry.MethodAnonymous:
		return a.answer(ctx, "R0", who, first)
	case registry.MethodBearer:
		return a.answer(ctx, "V", who, *status(200))
	default:
		accepted := *status(200)
		if a.realm != "" {
			accepted = first
		}
		return a.answer(ctx, "R1", who, accepted)
	}
}

func (a *failingAsker) Token(ctx context.Context, r registry.TokenRequest) registry.TokenAnswer {
	answer := a.answer(ctx, "T0", r.Credential, *status(200))
	token := registry.TokenAnswer{Answer: answer}
	if answer.Status == 200 {
		token.Token, token.Subject = registry.NewSecret("minted for "+r.Credential.Password.Reveal()), r.Credential.Username
	}
	return token
}

func (a *failingAsker) Try(ctx context.Context, r registry.Trial) registry.Answer {
	return a.answer(ctx, "use", r.Credential, *status(200))
}

// plan makes checks, so many in parallel, and returns how often each reason occurred
// and how long all checks took. Each check takes a millisecond in addition to its
// requests.
func plan(t *testing.T, d *doctor.Doctor, parallelism int, checks []doctor.Request) (map[verdict.Reason]int, time.Duration) {
	t.Helper()
	var (
		mu      sync.Mutex
		reasons = map[verdict.Reason]int{}
		all     sync.WaitGroup
		next    = make(chan doctor.Request)
		began   = time.Now()
	)
	for range parallelism {
		all.Go(func() {
			for r := range next {
				<-time.After(time.Millisecond)
				report, err := within(t.Context(), d, r)
				if err != nil || report.Rejected {
					t.Errorf("%v: %s", err, report.Message)
				}
				mu.Lock()
				reasons[report.Reason]++
				mu.Unlock()
			}
		})
	}
	for _, r := range checks {
		next <- r
	}
	close(next)
	all.Wait()
	return reasons, time.Since(began)
}

const timeout = 2 * time.Second

// distinct returns checks of n different logins.
func distinct(t *testing.T, n int, access ...doctor.AccessRequest) []doctor.Request {
	t.Helper()
	var checks []doctor.Request
	for i := range n {
		checks = append(checks, doctor.Request{
			Endpoint: endpoint(t, "registry.example.com"), Credential: another(i), TokenExchange: true, Timeout: timeout,
			Retry: registry.DefaultRetry(), Access: access,
		})
	}
	return checks
}

// TestDoctor_Check_WaitsForADeadServerOnceOrTwice checks two hundred different logins,
// with different numbers in parallel. A request that differs from login to login fails
// twice before it counts as an outage of the address.
func TestDoctor_Check_WaitsForADeadServerOnceOrTwice(t *testing.T) {
	t.Parallel()
	const own, elsewhere = "/token", "https://auth.example.com/token"
	pull := doctor.AccessRequest{Repository: "team/app", Actions: []string{"pull"}}
	for _, row := range []struct {
		part   string
		realm  string
		access []doctor.AccessRequest
		most   int // times that the outage is met one after the other
		reason verdict.Reason
	}{
		{"R0", "", nil, 1, ""},
		{"R0", elsewhere, nil, 1, ""},
		{"R1", "", nil, 2, ""},
		{"T0", own, nil, 2, verdict.ReasonExchangeUnavailable},
		{"T0", elsewhere, nil, 2, verdict.ReasonExchangeUnavailable},
		{"V", elsewhere, nil, 2, ""},
		{"use", "", []doctor.AccessRequest{pull}, 2, verdict.ReasonAccessUnproven},
	} {
		for _, kind := range []outage{silence, cut, noName, noTLS, closed} {
			for _, parallelism := range []int{1, 10, 50} {
				t.Run(fmt.Sprintf("%s of %q, %s, %d at a time", row.part, row.realm, kind.name, parallelism), func(t *testing.T) {
					t.Parallel()
					synctest.Test(t, func(t *testing.T) {
						a := &failingAsker{part: row.part, outage: kind, realm: row.realm}
						d := doctor.New(registry.NewCache(a), redact.New(), random)
						reasons, took := plan(t, d, parallelism, distinct(t, 200, row.access...))
						want := row.reason
						if want == "" {
							want = reasonsOf[kind.answer.Failure.Fault]
						}
						if reasons[want] != 200 {
							t.Errorf("reasons %v, want %s", reasons, want)
						}
						met := kind.takes
						if met == 0 {
							met = timeout
						}
						// An outage is cached for as long as it took to notice, so at most every other
						// millisecond of the plan itself is spent on it.
						byItself := 200 * time.Millisecond / time.Duration(parallelism)
						if most := time.Duration(row.most)*met + 2*byItself + met; took > most {
							t.Errorf("it took %s, want at most %s", took, most)
						}
						if most := row.most * max(1, parallelism); met >= time.Second && a.asked[row.part] > most {
							t.Errorf("asked %d times, want at most %d", a.asked[row.part], most)
						}
						t.Logf("%s, asked %v", took, a.asked)
					})
				})
			}
		}
	}
}

// reasonsOf are the reasons of faults of the registry itself.
var reasonsOf = map[registry.Fault]verdict.Reason{
	registry.FaultTimeout: verdict.ReasonTimeout, registry.FaultConnection: verdict.ReasonConnectionFailed, registry.FaultDNS: verdict.ReasonDNSFailure,
	registry.FaultTLS: verdict.ReasonTLSFailed, registry.FaultRefused: verdict.ReasonConnectionRefused,
}

// TestDoctor_Check_TakesAnOverloadForAnOutageOfOneRequest counts the
// requests of many different logins: 503 and 429 are answers, which may concern one
// login only.
func TestDoctor_Check_TakesAnOverloadForAnOutageOfOneRequest(t *testing.T) {
	t.Parallel()
	for _, kind := range []outage{busy, limited} {
		for _, parallelism := range []int{1, 10, 50} {
			t.Run(fmt.Sprintf("%s, %d at a time", kind.name, parallelism), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					a := &failingAsker{part: "T0", outage: kind, realm: "/token"}
					d := doctor.New(registry.NewCache(a), redact.New(), random)
					checks := distinct(t, 100)
					_, took := plan(t, d, parallelism, checks)
					if a.asked["T0"] != 100 {
						t.Errorf("asked %d times, want once for each login", a.asked["T0"])
					}
					if a.asked["Ta"] > 100 || kind.name == "429" && a.asked["Ta"] != 0 {
						t.Errorf("asked %d times without credentials, want at most once for each 503", a.asked["Ta"])
					}
					t.Logf("100 logins: %s", took)
					plan(t, d, parallelism, checks) // the same again
					if again := a.asked["T0"] - 100; kind.name == "429" && again != 0 {
						t.Errorf("asked %d times more before Retry-After was over", again)
					}
				})
			})
		}
	}
}

// TestDoctor_Check_TakesOneHangingLoginForNoOutage has one login that hangs among a
// hundred good ones.
func TestDoctor_Check_TakesOneHangingLoginForNoOutage(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		realm  string
		hangs  verdict.Reason
		others verdict.Reason
	}{
		{"", verdict.ReasonTimeout, verdict.ReasonAccepted},
		{"/token", verdict.ReasonExchangeUnavailable, verdict.ReasonExchangeAccepted},
	} {
		for _, parallelism := range []int{1, 10, 50} {
			for _, at := range []int{0, 50, 100} {
				t.Run(fmt.Sprintf("%q, %d at a time, place %d", row.realm, parallelism, at), func(t *testing.T) {
					t.Parallel()
					synctest.Test(t, func(t *testing.T) {
						checks := distinct(t, 101)
						a := &failingAsker{realm: row.realm, hangs: checks[at].Credential}
						// Modules present the same login for permissions of their own.
						checks = append(checks, checks[at], checks[at])
						reasons, _ := plan(t, doctor.New(registry.NewCache(a), redact.New(), random), parallelism, checks)
						if reasons[row.hangs] != 3 || reasons[row.others] != 100 {
							t.Errorf("reasons %v", reasons)
						}
					})
				})
			}
		}
	}
}

// TestDoctor_Check_NoticesThatARegistryRecovered has an outage of five seconds, and
// checks one after the other for a minute.
func TestDoctor_Check_NoticesThatARegistryRecovered(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ part, realm string }{{"R0", ""}, {"R1", ""}, {"T0", "/token"}, {"V", "/token"}} {
		for _, kind := range []outage{silence, cut, closed} {
			t.Run(row.part+", "+kind.name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					began := time.Now()
					a := &failingAsker{part: row.part, outage: kind, realm: row.realm, until: began.Add(5 * time.Second)}
					d := doctor.New(registry.NewCache(a), redact.New(), random)
					for i := 0; ; i++ {
						<-time.After(10 * time.Millisecond)
						r := distinct(t, 1)[0]
						r.Credential = another(i)
						report, err := within(t.Context(), d, r)
						if err != nil || time.Since(began) > time.Minute {
							t.Fatal(err, report.Message)
						}
						if report.Verified {
							break
						}
					}
					if took := time.Since(began); took > 10*time.Second {
						t.Errorf("noticed after %s, want within twice the outage", took)
					}
				})
			})
		}
	}
}

// TestDoctor_Check_GivesConcurrentChecksTheSameVerdict has one login from two
// sources, a slow registry and a silent token service.
func TestDoctor_Check_GivesConcurrentChecksTheSameVerdict(t *testing.T) {
	t.Parallel()
	for _, later := range []time.Duration{0, 100 * time.Millisecond, 400 * time.Millisecond, 1500 * time.Millisecond} {
		t.Run(later.String(), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				a := &slowFirst{failingAsker{part: "T0", outage: silence, realm: "/token"}}
				d := doctor.New(registry.NewCache(a), redact.New(), random)
				var all sync.WaitGroup
				for i, source := range []string{"arguments", "docker_config_json"} {
					all.Go(func() {
						<-time.After(time.Duration(i) * later)
						r := distinct(t, 1)[0]
						r.Source = source
						if report, err := within(t.Context(), d, r); err != nil || report.Reason != verdict.ReasonExchangeUnavailable {
							t.Errorf("%s: %v: %s", source, err, report.Message)
						}
					})
				}
				all.Wait()
			})
		})
	}
}

// slowFirst takes half a second for the request without credentials.
type slowFirst struct{ failingAsker }

func (s *slowFirst) Ask(ctx context.Context, e registry.Endpoint, who registry.Credential) registry.Answer {
	if who.Method() == registry.MethodAnonymous {
		<-time.After(500 * time.Millisecond)
	}
	return s.failingAsker.Ask(ctx, e, who)
}

// TestDoctor_Check_ProbesAfterACheckWithoutProbe has a registry whose tokens do not
// say what they grant.
func TestDoctor_Check_ProbesAfterACheckWithoutProbe(t *testing.T) {
	t.Parallel()
	a := &failingAsker{}
	d := doctor.New(registry.NewCache(a), redact.New(), random)
	push := []doctor.AccessRequest{{Repository: "team/app", Actions: []string{"push"}}, {Repository: "team/app", Actions: []string{"push"}, Probe: true}}
	report := ask(t, d, doctor.Request{Credential: another(0), Access: push})
	if a.asked["use"] != 1 || len(report.Evidence.Access) != 2 || len(report.Evidence.Access[0].Unknown) != 1 || len(report.Evidence.Access[1].Granted) != 1 {
		t.Errorf("tried %d times: %+v", a.asked["use"], report.Evidence.Access)
	}
}

// TestDoctor_Check_ADeadTokenServiceCostsTwoTimeoutsBehindASlowRegistry has a first check
// that has less time left for its token than the others.
func TestDoctor_Check_ADeadTokenServiceCostsTwoTimeoutsBehindASlowRegistry(t *testing.T) {
	t.Parallel()
	for _, parallelism := range []int{1, 10, 50} {
		t.Run(fmt.Sprintf("%d at a time", parallelism), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				a := &slowFirst{failingAsker{part: "T0", outage: silence, realm: "https://auth.example.com/token"}}
				_, took := plan(t, doctor.New(registry.NewCache(a), redact.New(), random), parallelism, distinct(t, 200))
				if took > 2*timeout+500*time.Millisecond {
					t.Errorf("it took %s", took)
				}
			})
		})
	}
}

// TestDoctor_Check_OneLoginThatHangsOnItsScopesIsNotAnOutage has ten repositories of one
// login, and a hundred good logins.
func TestDoctor_Check_OneLoginThatHangsOnItsScopesIsNotAnOutage(t *testing.T) {
	t.Parallel()
	for _, parallelism := range []int{2, 10} {
		t.Run(fmt.Sprintf("%d at a time", parallelism), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var checks []doctor.Request
				for i := range 10 {
					checks = append(checks, distinct(t, 1, doctor.AccessRequest{Repository: fmt.Sprint("team/app-", i), Actions: []string{"pull"}})...)
				}
				checks = append(checks, distinct(t, 101)[1:]...)
				a := &hangingScopes{failingAsker{realm: "/token"}}
				reasons, _ := plan(t, doctor.New(registry.NewCache(a), redact.New(), random), parallelism, checks)
				if reasons[verdict.ReasonExchangeAccepted] != 100 || reasons[verdict.ReasonAccessUnproven] != 10 {
					t.Errorf("reasons %v", reasons)
				}
			})
		})
	}
}

// hangingScopes is a token service that never answers a request with a scope.
type hangingScopes struct{ failingAsker }

func (h *hangingScopes) Token(ctx context.Context, r registry.TokenRequest) registry.TokenAnswer {
	if r.Scope != "" {
		<-ctx.Done()
		return registry.TokenAnswer{Answer: *failed(registry.FaultTimeout)}
	}
	return h.failingAsker.Token(ctx, r)
}

// TestDoctor_Check_SendsNoSecretTwiceForOneQuestion has a token that is too large for the
// cache, and an entry of access three times.
func TestDoctor_Check_SendsNoSecretTwiceForOneQuestion(t *testing.T) {
	t.Parallel()
	s := &script{r0: *unauthorized(bearerChallenge), r1: *status(200), uses: func(registry.Trial) registry.Answer { return *unauthorized(bearerChallenge) }}
	pull := doctor.AccessRequest{Repository: "org/app", Actions: []string{"pull"}}
	report := ask(t, doctor.New(registry.NewCache(s), redact.New(), random), doctor.Request{
		Credential: registry.Credential{Token: registry.NewSecret(strings.Repeat("t", 17<<10))}, Access: []doctor.AccessRequest{pull, pull, pull},
	})
	if report.Reason != verdict.ReasonAccessDenied || len(s.used) != 1 {
		t.Errorf("%s after %q", report.Reason, s.used)
	}
}
