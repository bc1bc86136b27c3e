package doctor

import (
	"context"
	"slices"
	"time"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

// maxStoredText is how much of a server's words is remembered, in bytes; more is
// never shown.
const maxStoredText = 4 << 10

// store is what the checks of one doctor share, so that a registry is asked once
// a minute however many checks there are.
type store struct {
	reports *memo[Report] // by whole check
	logins  *memo[login]  // by registry and credential
	// answers do not depend on the configured credentials: those to requests
	// without any, and to decoys.
	answers *memo[registry.TokenAnswer]
	turns   *turns
}

func newStore(now func() time.Time) *store {
	// A login may hold a token and a text of 64 KiB each; reports and answers are short.
	return &store{newMemo[Report](now, 1000), newMemo[login](now, 100), newMemo[registry.TokenAnswer](now, 1000), newTurns()}
}

// answer asks a registry without credentials.
func (g *gatherer) answer(ctx context.Context, key string, ask func(ctx context.Context) registry.Answer) registry.Answer {
	return g.control(ctx, key, func(ctx context.Context) registry.TokenAnswer { return registry.TokenAnswer{Answer: ask(ctx)} }).Answer
}

// control asks without credentials, a token service too.
func (g *gatherer) control(ctx context.Context, key string, ask func(ctx context.Context) registry.TokenAnswer) registry.TokenAnswer {
	return g.share(ctx, key, ask, statusOK, statusUnauthorized, statusForbidden)
}

// invent asks with invented credentials, which some registries call malformed.
func (g *gatherer) invent(ctx context.Context, key string, ask func(ctx context.Context) registry.TokenAnswer) registry.TokenAnswer {
	return g.share(ctx, key, ask, statusOK, statusUnauthorized, statusForbidden, statusBadRequest)
}

// share asks once for all checks; an answer is remembered if it has one of the
// statuses.
func (g *gatherer) share(ctx context.Context, key string, ask func(ctx context.Context) registry.TokenAnswer, statuses ...int) registry.TokenAnswer {
	answer, err := g.store.answers.get(ctx, question[registry.TokenAnswer]{
		key: key, patience: patience(g.request), ask: ask,
		keep: func(a registry.TokenAnswer) (registry.TokenAnswer, bool) {
			return slim(a), slices.Contains(statuses, a.Status)
		},
	})
	if err != nil {
		return registry.TokenAnswer{Answer: outOfTime()}
	}
	return answer
}

// outOfTime is the answer to a question whose time was over before it had one.
func outOfTime() registry.Answer {
	return registry.Answer{Failure: &registry.Failure{Fault: registry.FaultTimeout}}
}

// slim is an answer without what only takes room: a token, of which it counts
// that there was one, what that allows, and a text that is too long to be shown.
func slim(a registry.TokenAnswer) registry.TokenAnswer {
	if !a.Token.Empty() {
		a.Token = registry.NewSecret("issued")
	}
	a.Grants = registry.Grants{}
	if len(a.Text) > maxStoredText {
		a.Text = ""
	}
	return a
}
