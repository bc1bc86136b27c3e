package doctor

import (
	"context"

	"github.com/stellaops/terraform-provider-stellaops/internal/redact"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/verdict"
)

// gatherer sends the requests of one check and keeps what they led to.
type gatherer struct {
	asker    registry.Asker
	redactor *redact.Redactor
	decoy    decoy
	request  Request

	tokenService *registry.TokenRequest // request of T0; nil before
	proof        *repositoryAction      // use that proved the credentials; nil if none did
	// scoped are the tokens of permissions by scope: what is too large for the memory
	// is not asked for twice in one check all the same.
	scoped map[string]registry.TokenAnswer
	verdict.Evidence
}

// gather sends the requests that are worth sending: first the one without
// credentials, and what permissions and proof need only after a login that says
// something.
func (g *gatherer) gather(ctx context.Context) {
	if verdict.NothingToSend(g.Evidence) {
		return
	}
	g.Anonymous = g.ask(ctx, registry.Credential{})
	if verdict.EndsCheck(*g.Anonymous) {
		return
	}
	g.present(ctx)
	if verdict.NeedsControl(g.Evidence) {
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

// token asks a token service. What it issues is a secret from then on.
func (g *gatherer) token(ctx context.Context, request registry.TokenRequest) registry.TokenAnswer {
	answer := g.asker.Token(ctx, request)
	g.redactor.Add(answer.Token)
	return answer
}
