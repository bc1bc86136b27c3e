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
	keys    keyer
	random  func() string
	decoy   string // a user name that nobody has
	request Request

	tokenService *registry.TokenRequest // the question that T0 asked; nil before
	proof        *trial                 // the use that proved the credentials; nil if none did
	minted       []registry.Secret      // tokens that were issued; they must not be shown either
	unsettled    bool                   // an answer was one that says nothing, and may be another one soon
	Evidence
}

// gatherFirst sends the request without credentials, always, unless it is known
// what the registry says to these.
func (g *gatherer) gatherFirst(ctx context.Context) {
	if known, ok := g.store.logins.Known(g.keys.login(g.request)); ok {
		g.Anonymous = known.answers.Anonymous
		return
	}
	anonymous := g.answer(ctx, "anonymous "+g.Endpoint.URL(), answersFirst, func(ctx context.Context) registry.Answer {
		return g.wire.Ask(ctx, g.Endpoint, registry.Credential{})
	})
	g.Anonymous = &anonymous
}

// hosts are those that are asked from then on.
func (g *gatherer) hosts() []string {
	hosts := []string{g.Endpoint.DialAddress()}
	if question := g.tokenQuestion(*g.Anonymous); question != nil {
		address, _ := question.URL()
		if service, err := registry.ParseEndpoint(address); err == nil {
			hosts = append(hosts, service.DialAddress())
		}
	}
	return hosts
}

// gather sends the requests that are worth sending: what permissions and proof
// need only after a login that says something.
func (g *gatherer) gather(ctx context.Context) {
	g.gatherLogin(ctx)
	g.gatherAccess(ctx)
	g.gatherDecoy(ctx)
}

// heed notes whether an answer settles its question.
func (g *gatherer) heed(a registry.Answer) registry.Answer {
	g.unsettled = g.unsettled || !definite(a)
	return a
}
