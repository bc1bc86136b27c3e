package doctor

import (
	"context"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

// wantsControl reports whether the answer of the token service has to be compared
// with the one that it gives without credentials: after a 403, and where the token
// does not name the user.
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

// unanswered reports whether /v2/ itself is worth asking after an exchange: not
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
	request := g.tokenRequest(challenged)
	if request == nil {
		return
	}
	g.tokenService = request
	issued := g.asker.Token(ctx, *request)
	issued.Grants = registry.Grants{} // nothing was asked for
	g.Exchange = &issued
	g.minted = append(g.minted, issued.Token)
	if issued.Status != statusForbidden && !issued.Token.Empty() {
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
	answer := g.asker.Token(ctx, control)
	g.Control = &answer
}

// namesUser reports whether a token names the configured user.
func namesUser(t registry.TokenAnswer, username string) bool {
	return t.Subject != "" && t.Subject == username
}
