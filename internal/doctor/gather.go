package doctor

import (
	"context"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

// gatherer sends the requests of one check and keeps what they led to.
type gatherer struct {
	asker   registry.Asker
	decoy   invented
	request Request

	tokenService *registry.TokenRequest // request of T0; nil before
	proof        *trial                 // use that proved the credentials; nil if none did
	// scoped are the tokens of permissions by scope: what is too large for the memory
	// is not asked for twice in one check all the same.
	scoped map[string]registry.TokenAnswer
	minted []registry.Secret // tokens that were issued; they must not be shown either
	Evidence
}

// gather sends the requests that are worth sending: first the one without
// credentials, and what permissions and proof need only after a login that says
// something.
func (g *gatherer) gather(ctx context.Context) {
	if _, unsendable := judgeUnsent(g.Evidence); unsendable {
		return
	}
	g.Anonymous = g.ask(ctx, registry.Credential{})
	if _, ended := judgeFirst(*g.Anonymous); ended {
		return
	}
	g.present(ctx)
	if g.wantsControl() {
		g.askControl(ctx)
	}
	g.gatherAccess(ctx)
	g.gatherDecoy(ctx)
}

// ask sends GET /v2/ with the credential.
func (g *gatherer) ask(ctx context.Context, credential registry.Credential) *registry.Answer {
	answer := g.asker.Ask(ctx, g.Endpoint, credential)
	return &answer
}
