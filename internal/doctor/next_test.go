package doctor_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stellaops/terraform-provider-stellaops/internal/doctor"
	"github.com/stellaops/terraform-provider-stellaops/internal/redact"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/verdict"
)

func login(password string) registry.Credential {
	return registry.Credential{Username: "ci", Password: registry.NewSecret(password)}
}

// slowRefusals takes ten seconds to refuse a credential, and records the time that was
// left for each request.
type slowRefusals struct {
	registry.Asker // no other request is sent

	first time.Duration // for the answer without credentials

	mu   sync.Mutex
	left []time.Duration
}

func (s *slowRefusals) Ask(ctx context.Context, _ registry.Endpoint, credential registry.Credential) registry.Answer {
	if credential == (registry.Credential{}) {
		<-time.After(s.first)
	} else {
		s.mu.Lock()
		deadline, _ := ctx.Deadline()
		s.left = append(s.left, time.Until(deadline))
		s.mu.Unlock()
		select {
		case <-time.After(10 * time.Second):
		case <-ctx.Done():
			return *failed(registry.FaultTimeout)
		}
	}
	return *unauthorized(basicChallenge)
}

func TestDoctor_Check_GivesAllCredentialsOneDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		asker := &slowRefusals{}
		d := doctor.New(registry.NewCache(asker), redact.New(), random)
		report, err := within(t.Context(), d, doctor.Request{
			Endpoint: endpoint(t, "registry.example.com"), Timeout: 25 * time.Second,
			Credential: login("a"), Next: []registry.Credential{login("b"), login("c"), login("d")},
		})
		if err != nil || report.Reason != verdict.ReasonTimeout || report.Rejected {
			t.Fatal(err, report.Message)
		}
		for i, want := range []time.Duration{25 * time.Second, 15 * time.Second, 5 * time.Second} {
			if len(asker.left) != 3 || asker.left[i] != want {
				t.Fatalf("the credentials had %v", asker.left)
			}
		}
	})
}

// TestDoctor_Check_HasOneDeadlineForAllRequests has a registry that takes two thirds of
// the time for its first answer.
func TestDoctor_Check_HasOneDeadlineForAllRequests(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		asker := &slowRefusals{first: 20 * time.Second}
		report, err := within(t.Context(), doctor.New(registry.NewCache(asker), redact.New(), random), doctor.Request{
			Endpoint: endpoint(t, "registry.example.com"), Timeout: 30*time.Second - 1, Credential: login("a"),
		})
		if err != nil || report.Reason != verdict.ReasonTimeout || len(asker.left) != 1 || asker.left[0] != 10*time.Second-1 {
			t.Errorf("%v, %s: the password had %v", err, report.Message, asker.left)
		}
	})
}

// TestDoctor_Check_ReportsTheCredentialThatPasses has a token with an end in it
// behind a password that is refused.
func TestDoctor_Check_ReportsTheCredentialThatPasses(t *testing.T) {
	t.Parallel()
	const token = "e30.eyJleHAiOjQxMDI0NDQ4MDB9.x" // {} and {"exp":4102444800}
	report := ask(t, doctor.New(registry.NewCache(takesTokens{}), redact.New(), random), doctor.Request{
		Credential: login("old"), Next: []registry.Credential{{Token: registry.NewSecret(token)}},
	})
	if !report.Passed || report.Evidence.Method() != registry.MethodBearer || !report.Evidence.Credential.ExpiresAt.Equal(time.Unix(4102444800, 0)) {
		t.Errorf("expires at %v: %s", report.Evidence.Credential.ExpiresAt, report.Message)
	}
}

// TestDoctor_Check_TriesTheNextCredentialForAPermission has credentials that are all
// good, of which one may pull.
func TestDoctor_Check_TriesTheNextCredentialForAPermission(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name      string
		passwords []string
		coverage  registry.Coverage
		reason    verdict.Reason
		rejected  bool
	}{
		{"the first one may", []string{"wide", "narrow"}, registry.CoverageFull, verdict.ReasonAccepted, false},
		{"the next one may", []string{"narrow", "wide"}, registry.CoverageFull, verdict.ReasonAccepted, false},
		{"none may", []string{"narrow", "narrower"}, registry.CoverageFull, verdict.ReasonAccessDenied, true},
		{"none may, but others may be tried", []string{"narrow", "narrower"}, registry.CoveragePart, verdict.ReasonAccessUnproven, false},
		{"none is for the repository", []string{"wide"}, registry.CoverageNone, verdict.ReasonAccessUnproven, false},
		{"the first one is refused, and the next one may not", []string{"old", "narrow"}, registry.CoverageFull, verdict.ReasonInvalidCredentials, true},
		{"the first one may not, and the next one is refused", []string{"narrow", "old"}, registry.CoverageFull, verdict.ReasonAccessDenied, true},
		{"the first one is refused, and others may be tried", []string{"old", "narrow"}, registry.CoveragePart, verdict.ReasonAccessUnproven, false},
		{"all are refused", []string{"old", "older"}, registry.CoverageFull, verdict.ReasonInvalidCredentials, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			var logins []registry.Credential
			for _, password := range row.passwords {
				logins = append(logins, login(password))
			}
			report := ask(t, doctor.New(registry.NewCache(pullers{}), redact.New(), random), doctor.Request{
				Credential: logins[0], Next: logins[1:], TokenExchange: true,
				Access: []doctor.AccessRequest{{Repository: "team/app", Actions: []string{"pull"}, Coverage: row.coverage}},
			})
			if report.Reason != row.reason || report.Rejected != row.rejected {
				t.Errorf("reason %s, rejected %t: %s", report.Reason, report.Rejected, report.Message)
			}
		})
	}
}

// pullers is a registry with users of different permissions.
type pullers struct{ registry.Asker }

func (pullers) Ask(_ context.Context, _ registry.Endpoint, credential registry.Credential) registry.Answer {
	switch credential.Password.Reveal() {
	case "wide", "narrow", "narrower":
		return registry.Answer{Status: 200}
	default:
		return registry.Answer{Status: 401, Challenges: registry.ParseChallenges([]string{"Basic"})}
	}
}

func (pullers) Try(_ context.Context, request registry.Trial) registry.Answer {
	if request.Credential.Password.Reveal() == "wide" {
		return registry.Answer{Status: 404}
	}
	return registry.Answer{Status: 401, Challenges: registry.ParseChallenges([]string{"Basic"})}
}

// takesTokens is a registry that accepts any token and no password.
type takesTokens struct{ registry.Asker }

func (takesTokens) Ask(_ context.Context, _ registry.Endpoint, credential registry.Credential) registry.Answer {
	if credential.Method() == registry.MethodBearer {
		return registry.Answer{Status: 200}
	}
	return registry.Answer{Status: 401, Challenges: registry.ParseChallenges([]string{"Basic"})}
}

// TestDoctor_Check_SendsNoPasswordAfterTheDeadline has a token service that fails, and not
// by a timeout, when the time of the check is over.
func TestDoctor_Check_SendsNoPasswordAfterTheDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &script{r0: *unauthorized(bearerChallenge), r1: *failed(registry.FaultTimeout), tokens: func(registry.TokenRequest) registry.TokenAnswer {
			<-time.After(2 * time.Second)
			return registry.TokenAnswer{Answer: *failed(registry.FaultConnection)}
		}}
		report, err := within(t.Context(), doctor.New(registry.NewCache(s), redact.New(), random), doctor.Request{
			Endpoint: endpoint(t, "registry.example.com"), Timeout: time.Second, Credential: login("a"), TokenExchange: true,
		})
		if err != nil || report.Reason != verdict.ReasonExchangeUnavailable || len(s.asked) != 1 {
			t.Errorf("%v, %s after %s", err, report.Message, s.log())
		}
	})
}
