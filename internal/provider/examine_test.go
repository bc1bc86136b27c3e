package provider

import (
	"context"
	"crypto/rand"
	"sync"
	"testing"
	"time"

	"github.com/stellaops/terraform-provider-stellaops/internal/credentials"
	"github.com/stellaops/terraform-provider-stellaops/internal/doctor"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

// slowRefusals takes ten seconds of its own clock to refuse a credential, and
// keeps how long each question had.
type slowRefusals struct {
	doctor.Wire // nothing else is asked

	mu    sync.Mutex
	clock time.Time
	left  []time.Duration
}

func (s *slowRefusals) now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.clock
}

func (s *slowRefusals) Ask(ctx context.Context, _ registry.Endpoint, credential registry.Credential) registry.Answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	if credential != (registry.Credential{}) {
		deadline, _ := ctx.Deadline()
		s.left = append(s.left, time.Until(deadline).Round(10*time.Second))
		s.clock = s.clock.Add(10 * time.Second)
	}
	return registry.Answer{Status: 401, Challenges: registry.ParseChallenges([]string{"Basic"})}
}

// TestAllEntriesShareTheTimeOfTheCheck has three that are refused slowly.
func TestAllEntriesShareTheTimeOfTheCheck(t *testing.T) {
	t.Parallel()
	wire := &slowRefusals{clock: time.Now()}
	endpoint, err := registry.ParseEndpoint("registry.example.com")
	if err != nil {
		t.Fatal(err)
	}
	login := func(password string) registry.Credential {
		return registry.Credential{Username: "ci", Password: registry.NewSecret(password)}
	}
	found := credentials.Found{Credential: login("a"), Next: []registry.Credential{login("b"), login("c")}}
	question := doctor.Request{Endpoint: endpoint, Credential: found.Credential, Timeout: time.Minute}
	report, _, err := examine(t.Context(), doctor.New(wire, wire.now, rand.Text), question, found)
	if err != nil || report.Reason != doctor.ReasonInvalidCredentials {
		t.Fatal(err, report.Reason)
	}
	for i, want := range []time.Duration{60 * time.Second, 50 * time.Second, 40 * time.Second} {
		if len(wire.left) != 3 || wire.left[i] != want {
			t.Fatalf("the entries had %v", wire.left)
		}
	}
}

// TestTheEntryThatPassesIsTheOneThatIsReported has a token with an end in it
// behind a password that is refused.
func TestTheEntryThatPassesIsTheOneThatIsReported(t *testing.T) {
	t.Parallel()
	const token = "e30.eyJleHAiOjQxMDI0NDQ4MDB9.x" // {} and {"exp":4102444800}
	endpoint, err := registry.ParseEndpoint("registry.example.com")
	if err != nil {
		t.Fatal(err)
	}
	next := registry.Credential{Token: registry.NewSecret(token)}
	found := credentials.Found{Credential: registry.Credential{Username: "ci", Password: registry.NewSecret("old")}, Next: []registry.Credential{next}}
	question := doctor.Request{Endpoint: endpoint, Credential: found.Credential, Timeout: time.Minute}
	report, reported, err := examine(t.Context(), doctor.New(takesTokens{}, time.Now, rand.Text), question, found)
	if err != nil || !report.Passed || report.Method != registry.MethodBearer {
		t.Errorf("%v: %s", err, report.Message)
	}
	if want := time.Unix(4102444800, 0); reported.Credential != next || !reported.ExpiresAt.Equal(want) {
		t.Errorf("it ends at %v, want %v", reported.ExpiresAt, want)
	}
}

// TestAnEntryThatMayNotDoWhatIsAskedIsNotTheLast has entries that are all good,
// of which the second may pull.
func TestAnEntryThatMayNotDoWhatIsAskedIsNotTheLast(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name      string
		passwords []string
		unsure    bool
		reason    doctor.Reason
		rejected  bool
	}{
		{"the first one may", []string{"wide", "narrow"}, false, doctor.ReasonAccepted, false},
		{"the next one may", []string{"narrow", "wide"}, false, doctor.ReasonAccepted, false},
		{"none may", []string{"narrow", "narrower"}, false, doctor.ReasonAccessDenied, true},
		{"none may, but others may be tried", []string{"narrow", "narrower"}, true, doctor.ReasonAccessUnproven, false},
		{"the first one is refused, and the next one may not", []string{"old", "narrow"}, false, doctor.ReasonInvalidCredentials, true},
		{"the first one may not, and the next one is refused", []string{"narrow", "old"}, false, doctor.ReasonAccessDenied, true},
		{"the first one is refused, and others may be tried", []string{"old", "narrow"}, true, doctor.ReasonAccessUnproven, false},
		{"all are refused", []string{"old", "older"}, false, doctor.ReasonInvalidCredentials, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			endpoint, err := registry.ParseEndpoint("registry.example.com")
			if err != nil {
				t.Fatal(err)
			}
			var logins []registry.Credential
			for _, password := range row.passwords {
				logins = append(logins, registry.Credential{Username: "ci", Password: registry.NewSecret(password)})
			}
			question := doctor.Request{
				Endpoint: endpoint, Credential: logins[0], Timeout: time.Minute, TokenExchange: true,
				Access: []doctor.AccessRequest{{Repository: "team/app", Actions: []string{"pull"}, Unsure: row.unsure}},
			}
			report, _, err := examine(t.Context(), doctor.New(pullers{}, time.Now, rand.Text), question, credentials.Found{Credential: logins[0], Next: logins[1:]})
			if err != nil || report.Reason != row.reason || report.Rejected != row.rejected {
				t.Errorf("%v, reason %s, rejected %t: %s", err, report.Reason, report.Rejected, report.Message)
			}
		})
	}
}

// pullers is a registry with users of different permissions.
type pullers struct{ doctor.Wire }

func (pullers) Ask(_ context.Context, _ registry.Endpoint, credential registry.Credential) registry.Answer {
	switch credential.Password.Reveal() {
	case "wide", "narrow", "narrower":
		return registry.Answer{Status: 200}
	default:
		return registry.Answer{Status: 401, Challenges: registry.ParseChallenges([]string{"Basic"})}
	}
}

func (pullers) Use(_ context.Context, question registry.UseRequest) registry.Answer {
	if question.Credential.Password.Reveal() == "wide" {
		return registry.Answer{Status: 404}
	}
	return registry.Answer{Status: 401, Challenges: registry.ParseChallenges([]string{"Basic"})}
}

// takesTokens takes any token and no password.
type takesTokens struct{ doctor.Wire }

func (takesTokens) Ask(_ context.Context, _ registry.Endpoint, credential registry.Credential) registry.Answer {
	if credential.Method() == registry.MethodBearer {
		return registry.Answer{Status: 200}
	}
	return registry.Answer{Status: 401, Challenges: registry.ParseChallenges([]string{"Basic"})}
}
