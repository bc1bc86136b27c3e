package doctor

import (
	"context"
	"crypto/sha256"
	"fmt"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/verdict"
)

// gatherDecoy repeats, where require_verified asks for it, the question that the
// real secret answered, with a user name and a secret that are invented: failed
// logins of the real user would lock the account.
func (g *gatherer) gatherDecoy(ctx context.Context) {
	if !verdict.WorthDecoy(g.Evidence) {
		return
	}
	credential := g.decoy.credential(g.Credential.Method)
	switch {
	case g.proof != nil:
		g.Decoy = decoyOfUse(g.proof.perform(ctx, credential), g.proof.action)
	case g.Authenticated != nil && g.Authenticated.Status == verdict.StatusOK:
		g.Decoy = decoyOfAnswer(*g.ask(ctx, credential))
	case g.Minted != nil && g.Minted.Status == verdict.StatusOK:
		request := *g.tokenService
		request.Credential = credential
		g.Decoy = g.decoyOfToken(g.token(ctx, request))
	}
}

// invented is what exists at no registry. It stays the same, or no two checks would
// ask the same with it.
type decoy struct {
	user   string
	secret registry.Secret
	digest string // of no manifest
}

func newDecoy(random func() string) decoy {
	return decoy{
		user:   "decoy-" + random()[:8],
		secret: registry.NewSecret(random()),
		digest: fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(random()))),
	}
}

// credential is the invented one that is presented by the method.
func (d decoy) credential(method registry.Method) registry.Credential {
	switch method {
	case registry.MethodBearer:
		return registry.Credential{Token: d.secret}
	case registry.MethodIdentityToken:
		return registry.Credential{IdentityToken: d.secret}
	default:
		return registry.Credential{Username: d.user, Password: d.secret}
	}
}

// decoyOfUse reads the answer to a trial: one that is as it was for the real
// credentials accepts the decoy.
func decoyOfUse(a registry.Answer, action registry.Action) verdict.DecoyOutcome {
	switch {
	case refuses(a), a.Failure == nil && a.Status == verdict.StatusBadRequest:
		return verdict.DecoyRefused
	case succeeds(a), absent(a, action):
		return verdict.DecoyAccepted
	default:
		return verdict.DecoyUnknown
	}
}

func decoyOfAnswer(a registry.Answer) verdict.DecoyOutcome {
	switch {
	case a.Failure == nil && a.Status == verdict.StatusOK:
		return verdict.DecoyAccepted
	case a.Failure == nil && (a.Status == verdict.StatusUnauthorized || a.Status == verdict.StatusForbidden || a.Status == verdict.StatusBadRequest):
		return verdict.DecoyRefused
	default:
		return verdict.DecoyUnknown
	}
}

func (g *gatherer) decoyOfToken(t registry.TokenAnswer) verdict.DecoyOutcome {
	switch {
	case t.Failure == nil && t.Status == verdict.StatusOK && !t.Token.Empty():
		// Two without subject count as the same, and who makes a token for a user
		// that nobody has makes one for any password.
		if t.Subject == g.Exchange.Subject || t.Subject == g.decoy.user {
			return verdict.DecoyAccepted
		}
		return verdict.DecoyRefused
	case t.Failure == nil && (t.Refused || t.Status == verdict.StatusUnauthorized || t.Status == verdict.StatusForbidden || t.Status == verdict.StatusBadRequest):
		return verdict.DecoyRefused
	default:
		return verdict.DecoyUnknown
	}
}
