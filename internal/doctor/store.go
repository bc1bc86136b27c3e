package doctor

import (
	"context"
	"time"

	"github.com/stellaops/terraform-provider-stellaops/internal/memo"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

// maxSharedText is how much of a server's words is shared, in bytes. More would not
// be shown, and a part might be one of a secret.
const maxSharedText = 4 << 10

// store is what the checks of one doctor share, so that a registry is asked once
// a minute however many checks there are.
type store struct {
	reports *memo.Memo[Report] // by whole check
	logins  *memo.Memo[login]  // by registry and credential
	// refusals are the answers that refused a secret, by the secret and who was asked,
	// whatever came of them: a failed login is not to be repeated.
	refusals *memo.Memo[registry.TokenAnswer]
	// answers do not depend on the configured credentials: those to requests
	// without any, and to decoys.
	answers *memo.Memo[registry.TokenAnswer]
	turns   *turns
}

// room is how many bytes the answers of one kind may take: those of some thousand
// checks, unless servers are wordy.
const room = 16 << 20

func newStore(now func() time.Time) *store {
	return &store{
		memo.New[Report](now, room), memo.New[login](now, room),
		memo.New[registry.TokenAnswer](now, room), memo.New[registry.TokenAnswer](now, room), newTurns(),
	}
}

// policy is a check's, for those who wait for the same answer.
func policy(r registry.Retry) memo.Policy {
	if r.Attempts <= 1 {
		return memo.Policy{Tries: 1}
	}
	return memo.Policy{Tries: r.Attempts, MinDelay: r.MinDelay, MaxDelay: r.MaxDelay}
}

// answer asks a registry without credentials.
func (g *gatherer) answer(ctx context.Context, key string, keep func(registry.Answer) bool, ask func(ctx context.Context) registry.Answer) registry.Answer {
	return g.share(ctx, key, keep, func(ctx context.Context) registry.TokenAnswer { return registry.TokenAnswer{Answer: ask(ctx)} }).Answer
}

// share asks without credentials, or with invented ones, once for all checks.
func (g *gatherer) share(ctx context.Context, key string, keep func(registry.Answer) bool, ask func(ctx context.Context) registry.TokenAnswer) registry.TokenAnswer {
	return get(ctx, g.store.answers, key, g.request.Retry, keep, func(ctx context.Context) registry.TokenAnswer { return slim(ask(ctx)) })
}

// submit presents a secret, unless it was refused just now.
func (g *gatherer) submit(ctx context.Context, key string, ask func(ctx context.Context) registry.TokenAnswer) registry.TokenAnswer {
	return get(ctx, g.store.refusals, key, g.request.Retry, refusesSecret, ask)
}

func get(ctx context.Context, m *memo.Memo[registry.TokenAnswer], key string, retry registry.Retry,
	keep func(registry.Answer) bool, ask func(ctx context.Context) registry.TokenAnswer,
) registry.TokenAnswer {
	answer, err := m.Get(ctx, memo.Question[registry.TokenAnswer]{
		Key: key, Policy: policy(retry), Ask: ask,
		Keep: func(a registry.TokenAnswer) (registry.TokenAnswer, int) {
			if keep(a.Answer) {
				return a, weightOf(&a.Answer)
			}
			return a, 0
		},
	})
	if err != nil {
		return registry.TokenAnswer{Answer: outOfTime()}
	}
	return answer
}

// answersFirst tells the answers of a registry to a request without credentials.
func answersFirst(a registry.Answer) bool {
	return a.Failure == nil && (a.Status == statusOK || a.Status == statusUnauthorized || a.Status == statusForbidden)
}

// refusesSecret tells the answers after which a secret is not sent again.
func refusesSecret(a registry.Answer) bool {
	return a.Failure == nil && (a.Status == statusBadRequest || a.Status == statusUnauthorized || a.Status == statusForbidden)
}

// definite tells an answer that would be the same if it was asked for again.
func definite(a registry.Answer) bool {
	return a.Failure == nil && a.Location == "" && a.Status < statusInternalError &&
		a.Status != statusProxyAuth && a.Status != statusRequestTimeout && a.Status != statusTooManyRequests
}

// outOfTime is the answer to a question whose time was over before it had one.
func outOfTime() registry.Answer {
	return registry.Answer{Failure: &registry.Failure{Fault: registry.FaultTimeout}}
}

// slim is an answer without what only takes room: a token, of which it counts
// that there was one, what that allows, and a text that is too long to be shared.
func slim(a registry.TokenAnswer) registry.TokenAnswer {
	if !a.Token.Empty() {
		a.Token = registry.NewSecret("issued")
	}
	a.Grants = registry.Grants{}
	if len(a.Text) > maxSharedText {
		a.Text = ""
	}
	return a
}
