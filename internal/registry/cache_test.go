package registry_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

// wire counts the questions that reach it, and answers each as it is told.
type wire struct {
	answers func(ctx context.Context, who registry.Credential) registry.TokenAnswer

	mu    sync.Mutex
	asked int
}

func (w *wire) answer(ctx context.Context, who registry.Credential) registry.TokenAnswer {
	w.mu.Lock()
	w.asked++
	w.mu.Unlock()
	if w.answers == nil {
		return registry.TokenAnswer{Answer: registry.Answer{Status: http.StatusOK}, Token: registry.NewSecret("minted")}
	}
	return w.answers(ctx, who)
}

func (w *wire) Ask(ctx context.Context, _ registry.Endpoint, who registry.Credential) registry.Answer {
	return w.answer(ctx, who).Answer
}

func (w *wire) Token(ctx context.Context, r registry.TokenRequest) registry.TokenAnswer {
	return w.answer(ctx, r.Credential)
}

func (w *wire) Try(ctx context.Context, r registry.Trial) registry.Answer {
	return w.answer(ctx, r.Credential).Answer
}

// gives answers every question at once.
func gives(a registry.TokenAnswer) *wire {
	return &wire{answers: func(context.Context, registry.Credential) registry.TokenAnswer { return a }}
}

// mint is a request for a token, from a realm of r.example.com.
func mint(t *testing.T, realm string, credential registry.Credential) registry.TokenRequest {
	t.Helper()
	endpoint := parse(t, "https://r.example.com")
	return registry.TokenRequest{
		Endpoint: endpoint, Challenged: endpoint.URL(), Reach: registry.ReachPublic, Challenge: bearerRealm(realm), Credential: credential,
	}
}

// TestCache_Token_TakesForOneQuestionWhatIsSentTheSame has pairs of requests.
func TestCache_Token_TakesForOneQuestionWhatIsSentTheSame(t *testing.T) {
	t.Parallel()
	const realm = "https://auth.example.com/token"
	ci := basic("hunter2x")
	first := func(t *testing.T) registry.TokenRequest { return mint(t, realm, ci) }
	for _, row := range []struct {
		name   string
		first  func(*testing.T) registry.TokenRequest
		second func(*testing.T) registry.TokenRequest
		asked  int
	}{
		{"the same", first, first, 1},
		{"a fragment of the realm", first, func(t *testing.T) registry.TokenRequest { return mint(t, realm+"#part", ci) }, 1},
		{
			"a fragment of the realm of an identity token", func(t *testing.T) registry.TokenRequest { return mint(t, realm+"?tenant=a", identity("hunter2x")) },
			func(t *testing.T) registry.TokenRequest { return mint(t, realm+"?tenant=a#%41", identity("hunter2x")) }, 1,
		},
		{"a scope of the realm", first, func(t *testing.T) registry.TokenRequest { return mint(t, realm+"?scope=repository:a:pull", ci) }, 1},
		{"a scope that is wanted", first, func(t *testing.T) registry.TokenRequest {
			r := mint(t, realm, ci)
			r.Scope = "repository:a:pull"
			return r
		}, 2},
		{"another password", first, func(t *testing.T) registry.TokenRequest { return mint(t, realm, basic("hunter3x")) }, 2},
		{
			"another identity token", func(t *testing.T) registry.TokenRequest { return mint(t, realm, identity("hunter2x")) },
			func(t *testing.T) registry.TokenRequest { return mint(t, realm, identity("hunter3x")) }, 2,
		},
		{"a registry at a private address", first, func(t *testing.T) registry.TokenRequest {
			r := mint(t, realm, ci)
			r.Reach = registry.ReachPrivate
			return r
		}, 2},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			w := &wire{}
			m := registry.NewCache(w)
			for _, r := range []registry.TokenRequest{row.first(t), row.second(t)} {
				if answer := m.Token(t.Context(), r); answer.Token.Reveal() != "minted" || answer.Endpoint != realm {
					t.Errorf("got %+v, %v", answer, answer.Failure)
				}
			}
			if w.asked != row.asked {
				t.Errorf("asked %d times, want %d", w.asked, row.asked)
			}
		})
	}
}

// TestCache_KeepsAnswersAndNotOutages has answers that come at once: an outage that
// was found out at once is not kept.
func TestCache_KeepsAnswersAndNotOutages(t *testing.T) {
	t.Parallel()
	plain := func(status int) registry.TokenAnswer {
		return registry.TokenAnswer{Answer: registry.Answer{Status: status}}
	}
	token := plain(200)
	token.Token = registry.NewSecret("minted")
	refused := plain(200)
	refused.Refused = true
	for _, row := range []struct {
		name              string
		answer            registry.TokenAnswer
		registry, service int // how often each is asked by two who ask
	}{
		{"200 with a token", token, 1, 1},
		{"200 without a token", plain(200), 1, 2},
		{"200 with a refusal", refused, 1, 1},
		{"204", plain(204), 1, 2},
		{"299", plain(299), 1, 2},
		{"300", plain(300), 1, 1},
		{"400", plain(400), 1, 1},
		{"401", plain(401), 1, 1},
		{"404", plain(404), 1, 1},
		{"407", plain(407), 2, 2},
		{"408", plain(408), 2, 2},
		{"429", plain(429), 2, 2},
		{"499", plain(499), 1, 1},
		{"500", plain(500), 2, 2},
		{"a fault", registry.TokenAnswer{Answer: registry.Answer{Failure: &registry.Failure{Fault: registry.FaultConnection}}}, 2, 2},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				reg, service := gives(row.answer), gives(row.answer)
				of, at := registry.NewCache(reg), registry.NewCache(service)
				for range 2 {
					of.Ask(t.Context(), parse(t, "https://r.example.com"), basic("hunter2x"))
					at.Token(t.Context(), mint(t, "/token", basic("hunter2x")))
				}
				if reg.asked != row.registry || service.asked != row.service {
					t.Errorf("asked %d and %d times, want %d and %d", reg.asked, service.asked, row.registry, row.service)
				}
			})
		})
	}
}

// TestCache_Ask_KeepsALimitForAsLongAsTheServerSays has a 429 that names ten seconds.
func TestCache_Ask_KeepsALimitForAsLongAsTheServerSays(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := gives(registry.TokenAnswer{Answer: registry.Answer{Status: http.StatusTooManyRequests, RetryAfter: 10 * time.Second}})
		m := registry.NewCache(w)
		for _, step := range []struct {
			after time.Duration
			asked int
		}{{0, 1}, {10*time.Second - 1, 1}, {1, 2}} {
			<-time.After(step.after)
			m.Ask(t.Context(), parse(t, "https://r.example.com"), basic("hunter2x"))
			if w.asked != step.asked {
				t.Errorf("asked %d times, want %d", w.asked, step.asked)
			}
		}
	})
}

// TestCache_Ask_DoesNotKeepWhatIsLarge has answers of so many bytes that a server
// chose, and a secret besides.
func TestCache_Ask_DoesNotKeepWhatIsLarge(t *testing.T) {
	t.Parallel()
	const small, large = 15 << 10, 17 << 10 // around 16 KiB for question and answer together
	text := func(n int) registry.TokenAnswer {
		return registry.TokenAnswer{Answer: registry.Answer{Status: http.StatusUnauthorized, Text: strings.Repeat("x", n)}}
	}
	challenge := func(n int) registry.TokenAnswer {
		return registry.TokenAnswer{Answer: registry.Answer{Status: http.StatusUnauthorized, Challenges: []registry.Challenge{{Scheme: "Bearer", Params: params("realm", strings.Repeat("r", n))}}}}
	}
	token := func(n int) registry.Credential {
		return registry.Credential{Token: registry.NewSecret(strings.Repeat("t", n))}
	}
	for _, row := range []struct {
		name       string
		credential registry.Credential
		answer     registry.TokenAnswer
		asked      int
	}{
		{"a token", token(small), text(0), 1},
		{"a large token", token(large), text(0), 2},
		{"a token and a text", token(small), text(2 << 10), 2},
		{"a text", registry.Credential{}, text(small), 1},
		{"a large text", registry.Credential{}, text(large), 2},
		{"a challenge", registry.Credential{}, challenge(small), 1},
		{"a large challenge", registry.Credential{}, challenge(large), 2},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			w := gives(row.answer)
			m := registry.NewCache(w)
			for range 2 {
				m.Ask(t.Context(), parse(t, "https://r.example.com"), row.credential)
			}
			if w.asked != row.asked {
				t.Errorf("asked %d times, want %d", w.asked, row.asked)
			}
		})
	}
}

// TestCache_Token_NamesItsServiceWhereItWasNotAsked has one who runs out of time
// while another asks.
func TestCache_Token_NamesItsServiceWhereItWasNotAsked(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := &wire{answers: func(ctx context.Context, _ registry.Credential) registry.TokenAnswer {
			<-ctx.Done()
			return timedOut()
		}}
		m := registry.NewCache(w)
		var all sync.WaitGroup
		for _, timeout := range []time.Duration{time.Minute, time.Second} {
			ctx, cancel := context.WithTimeout(t.Context(), timeout)
			defer cancel()
			all.Go(func() {
				answer := m.Token(ctx, mint(t, "/token", basic("hunter2x")))
				if answer.Failure == nil || answer.Failure.Fault != registry.FaultTimeout || answer.Endpoint != "https://r.example.com/token" {
					t.Errorf("%s: endpoint %q, %+v", timeout, answer.Endpoint, answer.Failure)
				}
			})
			synctest.Wait()
		}
		all.Wait()
		if w.asked != 1 {
			t.Errorf("asked %d times", w.asked)
		}
	})
}

func timedOut() registry.TokenAnswer {
	return registry.TokenAnswer{Answer: registry.Answer{Failure: &registry.Failure{Fault: registry.FaultTimeout}}}
}
