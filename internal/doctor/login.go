package doctor

import (
	"context"
	"fmt"

	"github.com/stellaops/terraform-provider-stellaops/internal/memo"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

// login is what was found out about a credential itself, for every check that
// presents it, whatever it wants to know besides.
type login struct {
	answers      Evidence               // of which only the answers count
	tokenService *registry.TokenRequest // the question that T0 asked; nil if none
	minted       []registry.Secret      // tokens that were issued
	settled      bool                   // asking again would lead to the same
}

// gatherLogin presents the credential, once for all checks that have the same, and
// asks what anybody gets where the token does not name the user.
func (g *gatherer) gatherLogin(ctx context.Context) {
	begun := *g // the others who wait must see no half of it, nor what becomes of this check
	found, err := g.store.logins.Get(ctx, memo.Question[login]{
		Key: g.keys.login(g.request), Policy: policy(g.request.Retry),
		Ask: func(ctx context.Context) login {
			alone := begun
			alone.present(ctx)
			return login{alone.Evidence, alone.tokenService, alone.minted, settled(alone.Evidence)}
		},
		Keep: func(l login) (login, int) {
			// What refuses a secret is remembered, whatever comes of it: it may count as a
			// failed login.
			if l.settled || judgeCredentials(l.answers).Rejected {
				return l, l.weight()
			}
			return l, 0
		},
	})
	if err != nil {
		late := outOfTime()
		g.Authenticated = &late
		g.unsettled = true
		return
	}
	g.unsettled = !found.settled
	g.Anonymous, g.Authenticated = found.answers.Anonymous, found.answers.Authenticated
	g.Exchange, g.Minted = found.answers.Exchange, found.answers.Minted
	g.tokenService, g.minted = found.tokenService, found.minted
	if g.wantsControl() {
		g.askControl(ctx)
	}
}

// wantsControl tells whether it depends on what anybody gets what a token service
// said: after a 403, and where the token does not name the user.
func (g *gatherer) wantsControl() bool {
	switch {
	case g.Exchange == nil:
		return false
	case g.Minted == nil:
		return g.Exchange.Failure == nil && g.Exchange.Status == statusForbidden
	default:
		return g.Minted.Failure == nil && g.Minted.Status == statusOK && !namesUser(*g.Exchange, g.Credential.Username)
	}
}

// settled tells whether each answer to the credentials, and the first one, would be
// the same if it was asked for again.
func settled(e Evidence) bool {
	for _, answer := range []*registry.Answer{e.Anonymous, e.Authenticated, e.Minted} {
		if answer == nil {
			continue
		}
		if _, outage := judgeOutage(*answer); outage {
			return false
		}
	}
	token := e.Exchange
	return token == nil || token.Usable() || token.Failure == nil && token.Status == statusBadRequest
}

// present sends the requests with credentials, to a registry that has answered
// without.
func (g *gatherer) present(ctx context.Context) {
	switch g.Credential.Method {
	case registry.MethodBearer:
		g.Authenticated = g.ask(ctx, g.request.Credential)
	case registry.MethodIdentityToken:
		g.exchange(ctx, *g.Anonymous)
	case registry.MethodBasic:
		g.presentBasic(ctx)
	}
}

// presentBasic asks the token service where there is one, so that the password
// goes to one place only; to /v2/ it goes where that gave no usable answer.
func (g *gatherer) presentBasic(ctx context.Context) {
	g.exchange(ctx, *g.Anonymous)
	if g.Exchange != nil && !unanswered(*g.Exchange) {
		return
	}
	g.Authenticated = g.ask(ctx, g.request.Credential)
	if g.Exchange == nil {
		g.exchange(ctx, *g.Authenticated)
	}
}

// unanswered tells an exchange after which /v2/ itself is worth asking: not
// where the answer says something of its own, and not after the deadline or the
// guard's refusal.
func unanswered(t registry.TokenAnswer) bool {
	if t.Failure != nil {
		return t.Failure.Fault != registry.FaultTimeout && !t.Failure.Unsafe() && t.Failure.Fault != registry.FaultProxyAuth
	}
	_, ended := judgeTokenService(t)
	return !ended && !t.Usable()
}

// exchange asks for a token where the answer has a Bearer challenge, and tries it.
func (g *gatherer) exchange(ctx context.Context, challenged registry.Answer) {
	question := g.tokenQuestion(challenged)
	if question == nil {
		return
	}
	g.tokenService = question
	issued := g.submit(ctx, g.keys.exchange(*question), func(ctx context.Context) registry.TokenAnswer {
		return g.wire.Token(ctx, *question)
	})
	issued.Grants = registry.Grants{} // nothing was asked for
	g.Exchange = &issued
	g.minted = append(g.minted, issued.Token)
	if issued.Status != statusForbidden && !issued.Token.Empty() {
		g.Minted = g.ask(ctx, registry.Credential{Token: issued.Token})
	}
}

// tokenQuestion is the question that a Bearer challenge leads to; nil where there
// is none, or no token service may be asked.
func (g *gatherer) tokenQuestion(challenged registry.Answer) *registry.TokenRequest {
	challenge, ok := registry.FindChallenge(challenged.Challenges, "Bearer")
	if !ok || !g.request.TokenExchange {
		return nil
	}
	return &registry.TokenRequest{
		Endpoint: g.Endpoint, Challenged: challenged.URL, Reach: challenged.Reach,
		Challenge: challenge, Credential: g.request.Credential,
	}
}

func (g *gatherer) askControl(ctx context.Context) {
	control := *g.tokenService
	control.Credential = registry.Credential{}
	answer := g.share(ctx, "control "+service(control), definite, func(ctx context.Context) registry.TokenAnswer { return g.wire.Token(ctx, control) })
	g.unsettled = g.unsettled || !definite(answer.Answer)
	g.Control = &answer
}

// service names a token service and what it issues tokens for. Registries may
// share one.
func service(r registry.TokenRequest) string {
	address, _ := r.URL() // one that cannot be asked is not remembered
	return fmt.Sprintf("%q %q", address, r.Challenge.Params["service"])
}

func (g *gatherer) ask(ctx context.Context, credential registry.Credential) *registry.Answer {
	answer := g.submit(ctx, g.keys.ask(g.Endpoint, credential), func(ctx context.Context) registry.TokenAnswer {
		return registry.TokenAnswer{Answer: g.wire.Ask(ctx, g.Endpoint, credential)}
	})
	return &answer.Answer
}

// namesUser tells whether a token names the configured user.
func namesUser(t registry.TokenAnswer, username string) bool {
	return t.Subject != "" && t.Subject == username
}
