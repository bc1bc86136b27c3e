package doctor

import (
	"context"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

// Wire asks registries and token services. [registry.Client] is the one that
// uses the network.
type Wire interface {
	// Ask sends GET /v2/ with a credential, or without one where it is empty.
	Ask(ctx context.Context, endpoint registry.Endpoint, credential registry.Credential) registry.Answer
	// Token asks the token service of a challenge.
	Token(ctx context.Context, request registry.TokenRequest) registry.TokenAnswer
	// Use tries an action on a repository.
	Use(ctx context.Context, request registry.UseRequest) registry.Answer
}

// gatherer sends the requests of one check and keeps what they led to.
type gatherer struct {
	wire    Wire
	store   *store
	random  func() string
	decoy   string // a user name that nobody has
	request Request

	tokenService *registry.TokenRequest // the question that T0 asked; nil before
	proof        *trial                 // the use that proved the credentials; nil if none did
	minted       []registry.Secret      // tokens that were issued; they must not be shown either
	Evidence
}

// gather sends the requests that are worth sending: none for a credential that
// cannot work, the one without credentials always first, and the others only if
// that found a registry.
func (g *gatherer) gather(ctx context.Context) {
	if _, unsendable := judgeUnsent(g.Evidence); unsendable {
		return
	}
	anonymous := g.store.answer("anonymous "+g.Endpoint.URL(), func() registry.Answer {
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
		g.gatherBasic(ctx)
	}
	g.gatherAccess(ctx)
	g.gatherDecoy(ctx)
}

// gatherBasic asks the token service where there is one, so that the password
// goes to one place only; to /v2/ it goes where that gave no usable answer.
func (g *gatherer) gatherBasic(ctx context.Context) {
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
	answer := g.store.token("control "+service(control), func() registry.TokenAnswer { return g.wire.Token(ctx, control) })
	g.Control = &answer
}

// service names a token service and what it issues tokens for.
func service(r registry.TokenRequest) string {
	return r.Challenged + " " + r.Challenge.Params["realm"] + " " + r.Challenge.Params["service"]
}

func (g *gatherer) ask(ctx context.Context, credential registry.Credential) *registry.Answer {
	answer := g.wire.Ask(ctx, g.Endpoint, credential)
	return &answer
}

// namesUser tells whether a token names the configured user.
func namesUser(t registry.TokenAnswer, username string) bool {
	return t.Subject != "" && t.Subject == username
}
