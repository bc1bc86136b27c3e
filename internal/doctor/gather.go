package doctor

import (
	"context"

	"github.com/stellaops/terraform-provider-stellaops/internal/redact"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/verdict"
)

// maxShortToken is how long a token may be, in bytes, that counts among the secrets of
// its check: the redactor shares none of fewer than eight characters between checks.
const maxShortToken = 64

// gatherer sends the requests of one check and keeps the answers.
type gatherer struct {
	asker    registry.Asker
	redactor *redact.Redactor
	hidden   []registry.Secret // besides those of the credential
	decoy    decoy
	request  Request

	tokenService *registry.TokenRequest // the request of T0; nil before it
	proof        proof                  // the permission that proved the credentials; nil if none did
	// scoped and tried are the answers to the configured credentials in this check. The
	// cache keeps no large ones, and no secret is sent twice for one question.
	scoped map[string]registry.TokenAnswer // by scope
	tried  map[registry.Trial]registry.Answer
	issued []registry.Secret // short tokens
	verdict.Evidence
}

// gather sends the requests that are worth sending: first the one without credentials;
// permissions only after a pass, see [verdict.WorthAccess], and proof after that.
func (g *gatherer) gather(ctx context.Context) {
	if verdict.NothingToSend(g.Evidence) {
		return
	}
	g.Anonymous = g.ask(ctx, registry.Credential{})
	if verdict.EndsCheck(*g.Anonymous) {
		return
	}
	g.present(ctx)
	g.gatherAccess(ctx)
	g.gatherDecoy(ctx)
}

// ask sends GET /v2/ with the credential.
func (g *gatherer) ask(ctx context.Context, credential registry.Credential) *registry.Answer {
	answer := g.asker.Ask(ctx, g.Endpoint, credential)
	return &answer
}

// token sends a request to a token service. An issued token is a secret for the
// redactor.
func (g *gatherer) token(ctx context.Context, request registry.TokenRequest) registry.TokenAnswer {
	answer := g.asker.Token(ctx, request)
	g.redactor.Add(answer.Token)
	if !answer.Token.Empty() && len(answer.Token.Reveal()) <= maxShortToken {
		g.issued = append(g.issued, answer.Token)
	}
	return answer
}
