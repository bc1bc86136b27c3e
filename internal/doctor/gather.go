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
	Evidence
}

// gather sends the requests that are worth sending: what permissions and proof
// need only after a login that says something.
func (g *gatherer) gather(ctx context.Context) {
	g.gatherLogin(ctx)
	if _, ended := judgeFirst(*g.Anonymous); ended {
		return
	}
	g.gatherAccess(ctx)
	g.gatherDecoy(ctx)
}
