package doctor

import (
	"context"
	"strings"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

// login is what was found out about a credential itself, for every check that
// presents it, whatever it wants to know besides.
type login struct {
	answers      Evidence               // of which only the answers count
	tokenService *registry.TokenRequest // the question that T0 asked; nil if none
	minted       []registry.Secret      // tokens that were issued
}

// gatherLogin presents the credential, once for all checks that have the same.
func (g *gatherer) gatherLogin(ctx context.Context) {
	found, err := g.store.logins.get(ctx, question[login]{
		key: g.keys.login(g.request), patience: patience(g.request),
		ask: func(ctx context.Context) login {
			alone := *g // the others who wait must not see half of it
			alone.present(ctx)
			return login{alone.Evidence, alone.tokenService, alone.minted}
		},
		keep: func(l login) (login, bool) {
			v := judgeCredentials(l.answers)
			return l, v.Passed || v.Rejected
		},
	})
	if err != nil {
		late := outOfTime()
		g.Anonymous = &late
		return
	}
	g.Anonymous, g.Authenticated = found.answers.Anonymous, found.answers.Authenticated
	g.Exchange, g.Minted, g.Control = found.answers.Exchange, found.answers.Minted, found.answers.Control
	g.tokenService, g.minted = found.tokenService, found.minted
}

// present sends the request without credentials first, always, and those with
// them only if that found a registry.
func (g *gatherer) present(ctx context.Context) {
	anonymous := g.answer(ctx, "anonymous "+g.Endpoint.URL(), func(ctx context.Context) registry.Answer {
		return g.wire.Ask(ctx, g.Endpoint, registry.Credential{})
	})
	g.Anonymous = &anonymous
	if _, ended := judgeFirst(*g.Anonymous); ended {
		return
	}
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

// exchange asks for a token where the answer has a Bearer challenge, tries it,
// and asks what anybody gets when the token does not name the user.
func (g *gatherer) exchange(ctx context.Context, challenged registry.Answer) {
	question := g.tokenQuestion(challenged)
	if question == nil {
		return
	}
	g.tokenService = question
	issued := g.wire.Token(ctx, *question)
	g.Exchange = &issued
	g.minted = append(g.minted, issued.Token)
	if issued.Status == statusForbidden {
		g.askControl(ctx)
		return
	}
	if issued.Token.Empty() {
		return
	}
	g.Minted = g.ask(ctx, registry.Credential{Token: issued.Token})
	if g.Minted.Status == statusOK && !namesUser(issued, g.Credential.Username) {
		g.askControl(ctx)
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
	answer := g.control(ctx, "control "+service(control), func(ctx context.Context) registry.TokenAnswer { return g.wire.Token(ctx, control) })
	g.Control = &answer
}

// service names a token service and what it issues tokens for. Registries may
// share one; only a relative realm is that of the URL which was challenged.
func service(r registry.TokenRequest) string {
	realm := r.Challenge.Params["realm"]
	if !strings.Contains(realm, "://") {
		realm = r.Challenged + " " + realm
	}
	return realm + " " + r.Challenge.Params["service"]
}

func (g *gatherer) ask(ctx context.Context, credential registry.Credential) *registry.Answer {
	answer := g.wire.Ask(ctx, g.Endpoint, credential)
	return &answer
}

// namesUser tells whether a token names the configured user.
func namesUser(t registry.TokenAnswer, username string) bool {
	return t.Subject != "" && t.Subject == username
}
