package doctor

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

func TestAMemoIsBounded(t *testing.T) {
	t.Parallel()
	clock := time.Unix(1_700_000_000, 0)
	const memoSize = 50
	m := newMemo[int](func() time.Time { return clock }, memoSize)
	asked := 0
	get := func(i int) int {
		answer, err := m.get(t.Context(), question[int]{
			key:  fmt.Sprint(i),
			ask:  func(context.Context) int { asked++; return i },
			keep: func(i int) (int, bool) { return i, true },
		})
		if err != nil {
			t.Fatal(err)
		}
		return answer
	}
	for i := range 3 * memoSize {
		if got := get(i); got != i {
			t.Fatalf("asked for %d, got %d", i, got)
		}
		if len(m.known) > memoSize {
			t.Fatalf("%d answers are kept", len(m.known))
		}
	}
	last := 3*memoSize - 1
	if get(last); asked != 3*memoSize {
		t.Error("the last answer is not kept")
	}
	clock = clock.Add(memoTime)
	if get(last); asked != 3*memoSize+1 {
		t.Error("the last answer is kept for too long")
	}
	if len(m.flights) > 0 {
		t.Errorf("%d questions are still on their way", len(m.flights))
	}
}

func TestTurnsAreForgotten(t *testing.T) {
	t.Parallel()
	turns := newTurns()
	done, err := turns.take(t.Context(), "r.example.com:443")
	if err != nil {
		t.Fatal(err)
	}
	done()
	if len(turns.hosts) > 0 {
		t.Error("a registry that nobody asks is kept")
	}
}

// sample is a request with something in each of its parts.
func sample(t *testing.T) Request {
	t.Helper()
	endpoint, err := registry.ParseEndpoint("r.example.com/team")
	if err != nil {
		t.Fatal(err)
	}
	return Request{
		Endpoint: endpoint, Notes: []string{"a", "b"}, TokenExchange: true,
		Credential: registry.Credential{
			Username: "ci", Password: registry.NewSecret("canary-password"), Token: registry.NewSecret("canary-token"), IdentityToken: registry.NewSecret("canary-identity"),
		},
		Access: []AccessRequest{{Repository: "team/app", Actions: []string{"pull", "push"}}},
	}
}

func TestEachPartOfACheckIsInItsKey(t *testing.T) {
	t.Parallel()
	keys := keyer{[]byte("key")}
	same := keys.check(sample(t))
	if again := keys.check(sample(t)); again != same {
		t.Error("the same check has another key")
	}
	for name, change := range map[string]func(*Request){
		"registry":       func(r *Request) { r.Endpoint, _ = registry.ParseEndpoint("r.example.com:5000/team") },
		"base path":      func(r *Request) { r.Endpoint, _ = registry.ParseEndpoint("https://r.example.com/base") },
		"user name":      func(r *Request) { r.Credential.Username = "other" },
		"password":       func(r *Request) { r.Credential.Password = registry.NewSecret("other") },
		"token":          func(r *Request) { r.Credential.Token = registry.NewSecret("other") },
		"identity token": func(r *Request) { r.Credential.IdentityToken = registry.NewSecret("other") },
		"a part moved": func(r *Request) {
			r.Credential.Username, r.Credential.Password = "cicanary", registry.NewSecret("-password")
		},
		"notes":            func(r *Request) { r.Notes = []string{"ab"} },
		"failure":          func(r *Request) { r.SourceFailure = "failed" },
		"expiry":           func(r *Request) { r.ExpiresAt = time.Unix(1, 0) },
		"token exchange":   func(r *Request) { r.TokenExchange = false },
		"require_verified": func(r *Request) { r.RequireVerified = true },
		"skipped":          func(r *Request) { r.Skipped = "a switch" },
		"repository":       func(r *Request) { r.Access[0].Repository = "team/other" },
		"actions":          func(r *Request) { r.Access[0].Actions = []string{"pull"} },
		"probe":            func(r *Request) { r.Access[0].Probe = true },
		"unserved":         func(r *Request) { r.Access[0].Unserved = true },
		"one more": func(r *Request) {
			r.Access = append(r.Access, AccessRequest{Repository: "x", Actions: []string{"pull"}})
		},
	} {
		r := sample(t)
		change(&r)
		if keys.check(r) == same {
			t.Errorf("%s: the key is the same", name)
		}
	}
	late := sample(t)
	late.Timeout, late.Retry = time.Hour, registry.DefaultRetry()
	if keys.check(late) != same || patience(late) == patience(sample(t)) {
		t.Error("how long is asked belongs into patience, and not into the key")
	}
	if other := (keyer{[]byte("other")}).check(sample(t)); other == same {
		t.Error("the key does not depend on the secret of the keyer")
	}
	if strings.Contains(same+keys.login(sample(t)), "canary") {
		t.Error("a secret is in a key")
	}
}

// TestNoKeyOfAStoreHoldsASecret looks at what a check with every kind of question
// leaves.
func TestNoKeyOfAStoreHoldsASecret(t *testing.T) {
	t.Parallel()
	bearer := registry.ParseChallenges([]string{`Bearer realm="https://auth.example.com/token",service="r"`})
	wire := plainWire{registry.Answer{Status: 401, Challenges: bearer}}
	d := New(wire, time.Now, func() string { return "canary-random-0123456789" })
	r := sample(t)
	r.Credential.Token, r.Credential.IdentityToken = registry.Secret{}, registry.Secret{}
	r.Timeout, r.RequireVerified = time.Minute, true
	if _, err := d.Check(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	var names []string
	for name := range d.store.reports.known {
		names = append(names, name)
	}
	for name := range d.store.logins.known {
		names = append(names, name)
	}
	for name := range d.store.answers.known {
		names = append(names, name)
	}
	if len(names) < 3 {
		t.Errorf("only %d answers are kept: %q", len(names), names)
	}
	for _, name := range names {
		if strings.Contains(name, "canary") {
			t.Errorf("a secret is in %q", name)
		}
	}
}

// plainWire accepts a token, of which anybody gets one.
type plainWire struct{ anonymous registry.Answer }

func (w plainWire) Ask(_ context.Context, _ registry.Endpoint, c registry.Credential) registry.Answer {
	if c == (registry.Credential{}) {
		return w.anonymous
	}
	return registry.Answer{Status: 200}
}

func (plainWire) Token(_ context.Context, r registry.TokenRequest) registry.TokenAnswer {
	a := registry.TokenAnswer{Answer: registry.Answer{Status: 200}, Token: registry.NewSecret("canary-minted"), Subject: r.Credential.Username}
	if r.Scope != "" {
		a.Grants = registry.ParseScope("repository:team/app:pull,push")
	}
	return a
}

func (plainWire) Use(context.Context, registry.UseRequest) registry.Answer { return registry.Answer{} }
