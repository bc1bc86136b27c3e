package doctor

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

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
		"source":           func(r *Request) { r.Source = "environment" },
		"failure":          func(r *Request) { r.SourceFailure = "failed" },
		"expiry":           func(r *Request) { r.ExpiresAt = time.Unix(1, 0) },
		"token exchange":   func(r *Request) { r.TokenExchange = false },
		"require_verified": func(r *Request) { r.RequireVerified = true },
		"skipped":          func(r *Request) { r.Skipped = "a switch" },
		"repository":       func(r *Request) { r.Access[0].Repository = "team/other" },
		"actions":          func(r *Request) { r.Access[0].Actions = []string{"pull"} },
		"probe":            func(r *Request) { r.Access[0].Probe = true },
		"unserved":         func(r *Request) { r.Access[0].Unserved = true },
		"unsure":           func(r *Request) { r.Access[0].Unsure = true },
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
	names := slices.Concat(d.store.reports.Keys(), d.store.logins.Keys(), d.store.refusals.Keys(), d.store.answers.Keys())
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
