package doctor

import (
	"context"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/verdict"
)

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
	if g.Exchange != nil && !verdict.WorthAskingRegistry(*g.Exchange) {
		return
	}
	g.Authenticated = g.ask(ctx, g.request.Credential)
	if g.Exchange == nil {
		g.exchange(ctx, *g.Authenticated)
	}
}

// exchange asks for a token where the answer has a Bearer challenge, and tries it.
func (g *gatherer) exchange(ctx context.Context, challenged registry.Answer) {
	request := g.tokenRequest(challenged)
	if request == nil {
		return
	}
	g.tokenService = request
	issued := g.token(ctx, *request)
	issued.Grants = registry.Grants{} // nothing was asked for
	g.Exchange = &issued
	if issued.Status != verdict.StatusForbidden && !issued.Token.Empty() {
		g.Minted = g.ask(ctx, registry.Credential{Token: issued.Token})
	}
}

// tokenRequest is the request that a Bearer challenge leads to; nil where there
// is none, or no token service may be asked.
func (g *gatherer) tokenRequest(challenged registry.Answer) *registry.TokenRequest {
	challenge, ok := registry.FindChallenge(challenged.Challenges, "Bearer")
	if !ok || !g.request.TokenExchange {
		return nil
	}
	return &registry.TokenRequest{
		Endpoint: g.Endpoint, Challenged: challenged.URL, Reach: challenged.Reach,
		Challenge: challenge, Credential: g.request.Credential,
	}
}

// askControl asks the token service of T0 for a token without credentials.
func (g *gatherer) askControl(ctx context.Context) {
	control := *g.tokenService
	control.Credential = registry.Credential{}
	answer := g.token(ctx, control)
	g.Control = &answer
}
