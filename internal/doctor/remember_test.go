package doctor_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stellaops/terraform-provider-stellaops/internal/doctor"
	"github.com/stellaops/terraform-provider-stellaops/internal/redact"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/verdict"
)

// TestDoctor_Check_CachesAnOutageForAsLongAsItTook has outages of one request, each
// noticed at once. Some of these checks pass, so a wrong password would pass too if the
// outage were cached for longer.
func TestDoctor_Check_CachesAnOutageForAsLongAsItTook(t *testing.T) {
	t.Parallel()
	const basic, none = registry.MethodBasic, registry.MethodAnonymous
	type service = map[registry.Method]*registry.TokenAnswer
	pull := []doctor.AccessRequest{{Repository: "team/app", Actions: []string{"pull"}}}
	for _, row := range []struct {
		name          string
		request       doctor.Request
		before, after script
		first, second verdict.Reason
	}{
		{"a token service that is down, and then refuses", doctor.Request{},
			script{r1: *unauthorized(bearerChallenge), tokens: answers(service{basic: tokenStatus(503)})}, script{tokens: answers(service{basic: tokenStatus(401)})},
			verdict.ReasonExchangeUnavailable, verdict.ReasonInvalidCredentials},
		{"a token service that answers something else, and then refuses", doctor.Request{},
			script{r1: *unauthorized(bearerChallenge), tokens: answers(service{basic: tokenStatus(200)})}, script{tokens: answers(service{basic: tokenStatus(401)})},
			verdict.ReasonExchangeUnavailable, verdict.ReasonInvalidCredentials},
		{"an anonymous token that did not come, and then is refused", doctor.Request{},
			script{v: *status(200), tokens: answers(service{basic: issued("")})}, script{v: *status(200), tokens: answers(service{basic: issued(""), none: tokenStatus(401)})},
			verdict.ReasonExchangeInconclusive, verdict.ReasonExchangeAccepted},
		{"the same, where a proof is wanted", doctor.Request{RequireVerified: true},
			script{v: *status(200), tokens: byUser(issued(""), tokenStatus(503))}, script{v: *status(200), tokens: byUser(issued(""), tokenStatus(401))},
			verdict.ReasonExchangeInconclusive, verdict.ReasonExchangeAccepted},
		{"a token that could not be tried, and then is taken", doctor.Request{},
			script{v: *status(502), tokens: answers(service{basic: issued("ci")})}, script{v: *status(200), tokens: answers(service{basic: issued("ci")})},
			verdict.ReasonServerError, verdict.ReasonExchangeAccepted},
		{"a permission that could not be tried, and then is granted", doctor.Request{Access: pull},
			script{v: *status(200), tokens: byScope(issued("ci"), tokenStatus(503))}, script{v: *status(200), tokens: byScope(issued("ci"), grants("repository:team/app:pull"))},
			verdict.ReasonAccessUnproven, verdict.ReasonExchangeAccepted},
		{"an anonymous use that failed, and then is refused", doctor.Request{Access: pull},
			script{r1: *status(200), uses: usesBy(status(200), status(503))}, script{r1: *status(200), uses: usesBy(status(200), unauthorized(basicChallenge))},
			verdict.ReasonAcceptedUnproven, verdict.ReasonAcceptedUnproven},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { // where an answer takes no time
				row.request.Credential, row.request.TokenExchange = userAndPassword, true
				s := &row.before
				s.r0 = *unauthorized(bearerChallenge)
				if s.tokens == nil {
					s.r0 = *status(200)
				}
				d := doctor.New(registry.NewCache(currentScript{&s}), redact.New(), random)
				before := ask(t, d, row.request)
				if before.Reason != row.first {
					t.Errorf("before: reason %s, want %s", before.Reason, row.first)
				}
				row.after.r0 = s.r0
				s = &row.after
				if report := ask(t, d, row.request); report.Reason != row.second || report.Verdict == before.Verdict {
					t.Errorf("after: %+v, want another verdict, with %s: %s", report.Verdict, row.second, report.Message)
				}
			})
		})
	}
}

// currentScript answers with a script that the test replaces.
type currentScript struct{ script **script }

func (s currentScript) Ask(ctx context.Context, e registry.Endpoint, c registry.Credential) registry.Answer {
	return (*s.script).Ask(ctx, e, c)
}

func (s currentScript) Token(ctx context.Context, r registry.TokenRequest) registry.TokenAnswer {
	return (*s.script).Token(ctx, r)
}

func (s currentScript) Try(ctx context.Context, r registry.Trial) registry.Answer {
	return (*s.script).Try(ctx, r)
}

// byScope is a token service that answers by whether the request has a scope.
func byScope(without, with *registry.TokenAnswer) func(registry.TokenRequest) registry.TokenAnswer {
	return func(r registry.TokenRequest) registry.TokenAnswer {
		if r.Scope != "" {
			return *with
		}
		return *without
	}
}

// byUser is a token service that answers by whether the request is the user's.
func byUser(user, others *registry.TokenAnswer) func(registry.TokenRequest) registry.TokenAnswer {
	return func(r registry.TokenRequest) registry.TokenAnswer {
		if r.Credential.Username == userAndPassword.Username {
			return *user
		}
		return *others
	}
}

// usesBy is a registry that answers by whether the request has credentials.
func usesBy(user, anonymous *registry.Answer) func(registry.Trial) registry.Answer {
	return func(r registry.Trial) registry.Answer {
		if r.Credential.Method() == registry.MethodAnonymous {
			return *anonymous
		}
		return *user
	}
}

func grants(scope string) *registry.TokenAnswer {
	a := issued("ci")
	a.Grants = registry.ParseScope(scope)
	return a
}

// TestDoctor_Check_DoesNotCacheAnAbandonedAnswer cancels a check while the token service
// hangs. The next check has a wrong password, which must not pass.
func TestDoctor_Check_DoesNotCacheAnAbandonedAnswer(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	w := &abandonedAsker{leave: cancel, over: make(chan struct{})}
	d := doctor.New(registry.NewCache(w), redact.New(), random)
	request := doctor.Request{Credential: userAndPassword, TokenExchange: true, Endpoint: endpoint(t, "registry.example.com"), Timeout: time.Minute}
	if _, err := within(ctx, d, request); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	<-w.over
	if report := ask(t, d, request); report.Reason != verdict.ReasonInvalidCredentials {
		t.Errorf("reason %s: %s", report.Reason, report.Message)
	}
}

// abandonedAsker is a registry whose caller cancels during the first token request. The
// second one is refused.
type abandonedAsker struct {
	registry.Asker

	leave func()
	over  chan struct{}
	again atomic.Bool
}

func (w *abandonedAsker) Ask(context.Context, registry.Endpoint, registry.Credential) registry.Answer {
	return *unauthorized(bearerChallenge)
}

func (w *abandonedAsker) Token(ctx context.Context, _ registry.TokenRequest) registry.TokenAnswer {
	if w.again.Swap(true) {
		return *tokenStatus(401)
	}
	defer close(w.over)
	w.leave()
	<-ctx.Done()
	return *tokenFailed(registry.FaultConnection)
}

// TestDoctor_Check_CachesEveryRefusalOfASecret has fifty modules, one after the
// other, and registries whose refusals prove nothing.
func TestDoctor_Check_CachesEveryRefusalOfASecret(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name   string
		s      script
		reason verdict.Reason
		down   bool // the token service gives no answer
	}{
		{"without a challenge", script{r0: *unauthorized(basicChallenge), r1: *unauthorized()}, verdict.ReasonInvalidCredentials, false},
		{"with a challenge that no client can meet", script{r0: *unauthorized("NTLM"), r1: *unauthorized("NTLM")}, verdict.ReasonUnsupportedChallenge, false},
		{"as every request is", script{r0: *status(403), r1: *status(403)}, verdict.ReasonForbiddenNetwork, false},
		{"as malformed", script{r0: *unauthorized(basicChallenge), r1: *status(400)}, verdict.ReasonMalformedCredentials, false},
		{"by the registry, while its token service is down", script{
			r0: *unauthorized(bearerChallenge), r1: *unauthorized(basicChallenge), tokens: answers(nil),
		}, verdict.ReasonInvalidCredentials, true},
		{"by the token service, while it answers no anonymous request", script{
			r0: *unauthorized(bearerChallenge), tokens: answers(map[registry.Method]*registry.TokenAnswer{registry.MethodBasic: tokenStatus(403), registry.MethodAnonymous: tokenStatus(503)}),
		}, verdict.ReasonForbiddenNetwork, false},
		{"by the registry, as a token", script{
			r0: *unauthorized(bearerChallenge), v: *status(401), tokens: answers(map[registry.Method]*registry.TokenAnswer{registry.MethodBasic: issued("ci")}),
		}, verdict.ReasonTokenRejected, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			s := &row.s
			d := doctor.New(registry.NewCache(s), redact.New(), random)
			for i := range 50 {
				wanted := []doctor.AccessRequest{{Repository: fmt.Sprintf("team/app-%d", i), Actions: []string{"pull"}}}
				if report := ask(t, d, doctor.Request{Credential: userAndPassword, TokenExchange: true, Access: wanted}); report.Reason != row.reason {
					t.Fatalf("reason %s, want %s", report.Reason, row.reason)
				}
			}
			if sent := strings.Count(s.log(), "/v2/ basic"); sent > 1 {
				t.Errorf("the password was sent %d times to the registry: %s", sent, s.log())
			}
			if sent := strings.Count(s.log(), "token basic"); sent > 1 && !row.down { // one that fails at once is asked again at once
				t.Errorf("the password was sent %d times to the token service: %s", sent, s.log())
			}
		})
	}
}

// TestDoctor_Check_SharesAPassWithoutAToken has a token without a subject, and a token
// service that answers 404 without credentials; a 200 without a token is an outage
// and is asked for again.
func TestDoctor_Check_SharesAPassWithoutAToken(t *testing.T) {
	t.Parallel()
	for anonymous, requests := range map[*registry.TokenAnswer]int{tokenStatus(404): 4, tokenStatus(200): 53} {
		synctest.Test(t, func(t *testing.T) { // where an answer takes no time
			s := &script{r0: *unauthorized(bearerChallenge), v: *status(200), tokens: answers(map[registry.Method]*registry.TokenAnswer{
				registry.MethodBasic: issued(""), registry.MethodAnonymous: anonymous,
			})}
			d := doctor.New(registry.NewCache(s), redact.New(), random)
			for range 50 {
				if report := ask(t, d, doctor.Request{Credential: userAndPassword, TokenExchange: true}); !report.Passed {
					t.Fatalf("reason %s", report.Reason)
				}
			}
			if n := strings.Count(s.log(), ",") + 1; n != requests {
				t.Errorf("%d requests: %s", n, s.log())
			}
		})
	}
}

// TestDoctor_Check_SendsARefusedSecretOnceWhateverElseIsConfigured varies an argument
// that is not sent.
func TestDoctor_Check_SendsARefusedSecretOnceWhateverElseIsConfigured(t *testing.T) {
	t.Parallel()
	s := &script{r0: *unauthorized(basicChallenge), r1: *unauthorized(basicChallenge)}
	d := doctor.New(registry.NewCache(s), redact.New(), random)
	for _, exchange := range []bool{true, false} {
		ask(t, d, doctor.Request{Credential: userAndPassword, TokenExchange: exchange})
	}
	if n := strings.Count(s.log(), "basic"); n != 1 {
		t.Errorf("the password was sent %d times: %s", n, s.log())
	}
}

// TestDoctor_Check_SendsAWrongPasswordOnceAmongManyOthers has a module with a wrong
// password between each twenty of a thousand others.
func TestDoctor_Check_SendsAWrongPasswordOnceAmongManyOthers(t *testing.T) {
	t.Parallel()
	c := &countingAsker{answers: func(user string) registry.Answer {
		if user == "" || user == "ciold" {
			return *unauthorized(basicChallenge)
		}
		return *status(200)
	}}
	d := doctor.New(registry.NewCache(c), redact.New(), random)
	for i := range 1000 {
		ask(t, d, doctor.Request{Credential: another(i)})
		if i%20 == 0 {
			ask(t, d, doctor.Request{
				Credential: registry.Credential{Username: "ci", Password: registry.NewSecret("old")},
				Access:     []doctor.AccessRequest{{Repository: fmt.Sprintf("team/app-%d", i), Actions: []string{"pull"}}},
			})
		}
	}
	if n := c.count("ciold"); n != 1 {
		t.Errorf("the wrong password was sent %d times", n)
	}
	if n := c.count("*"); n != 1002 {
		t.Errorf("asked %d times, want 1002", n)
	}
}

// TestDoctor_Check_SharesALoginBetweenTimeouts has ten checks with different timeouts and
// retries.
func TestDoctor_Check_SharesALoginBetweenTimeouts(t *testing.T) {
	t.Parallel()
	c := &countingAsker{answers: locked, hold: make(chan struct{}), arrived: make(chan struct{}, 100)}
	d := doctor.New(registry.NewCache(c), redact.New(), random)
	var checks []doctor.Request
	for i := range 10 {
		checks = append(checks, doctor.Request{
			Credential: registry.Credential{Username: "ci", Password: registry.NewSecret("old")},
			Timeout:    time.Minute + time.Duration(i)*time.Second, Retry: registry.Retry{Attempts: i},
		})
	}
	var done sync.WaitGroup
	done.Go(func() {
		for _, report := range checkAll(t, d, checks...) {
			if report.Reason != verdict.ReasonInvalidCredentials {
				t.Errorf("reason %s", report.Reason)
			}
		}
	})
	<-c.arrived
	close(c.hold)
	done.Wait()
	if n := c.count("ciold"); n != 1 {
		t.Errorf("the password was sent %d times", n)
	}
	if n := c.count(""); n != 1 {
		t.Errorf("asked %d times without credentials", n)
	}
}
