package doctor

import (
	"context"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/verdict"
)

// present sends the requests with credentials, after R0.
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

// presentBasic sends the password to the token service where there is one, so that it
// goes to one server only; to /v2/ it goes where that gave no usable answer.
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

// exchange requests a token where the answer has a Bearer challenge, and sends the
// token to /v2/.
func (g *gatherer) exchange(ctx context.Context, challenged registry.Answer) {
	request := g.tokenRequest(challenged)
	if request == nil {
		return
	}
	g.tokenService = request
	issued := g.token(ctx, *request)
	issued.Grants = registry.Grants{} // no scope was requested, so these mean nothing
	g.Exchange = &issued
	if issued.Status != verdict.StatusForbidden && !issued.Token.Empty() {
		g.Minted = g.ask(ctx, registry.Credential{Token: issued.Token})
	}
}

// tokenRequest returns the request that a Bearer challenge leads to; nil where there is
// no such challenge, or requests to token services are switched off.
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

// askControl sends the request of T0 without credentials.
func (g *gatherer) askControl(ctx context.Context) {
	control := *g.tokenService
	control.Credential = registry.Credential{}
	answer := g.token(ctx, control)
	g.Control = &answer
}
