package doctor

import (
	"context"
	"crypto/sha256"
	"fmt"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/verdict"
)

// gatherDecoy repeats, for require_verified, the request that the real credentials
// passed, with an invented user name and secret: failed logins of the real user could
// lock the account.
func (g *gatherer) gatherDecoy(ctx context.Context) {
	if !verdict.WorthDecoy(g.Evidence) {
		return
	}
	credential := g.decoy.credential(g.Credential.Method)
	switch last := g.Last(); {
	case g.proof != nil:
		g.Decoy = g.proof(ctx, credential)
	case last.Status != verdict.StatusOK:
	case last == g.Authenticated, last == g.Compared:
		g.Decoy = decoyOfAnswer(*g.ask(ctx, credential))
	case last == g.Minted:
		request := *g.tokenService
		request.Credential = credential
		g.Decoy = g.decoyOfToken(g.token(ctx, request))
	}
}

// proof sends the request that proved the credentials with others, and compares the
// answers.
type proof func(ctx context.Context, credential registry.Credential) verdict.DecoyOutcome

// decoy holds names and secrets that exist at no registry. They stay the same for the
// life of a [Doctor], so that checks share the answers to them.
type decoy struct {
	user   string
	secret registry.Secret
	digest string // of a manifest that does not exist
}

func newDecoy(random func() string) decoy {
	return decoy{
		user:   "decoy-" + random()[:8],
		secret: registry.NewSecret(random()),
		digest: fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(random()))),
	}
}

// credential returns the invented credential in the form of the method.
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

// decoyOfGrant compares the answer to a request for a token with a permission, which was
// granted to the real credentials.
func decoyOfGrant(t registry.TokenAnswer, wanted AccessRequest, action registry.Action) verdict.DecoyOutcome {
	allowed, _ := t.Grants.Allow(wanted.Repository, string(action))
	switch {
	case allowed:
		return verdict.DecoyAccepted
	case !t.Token.Empty() && t.Grants.Known(), refusesDecoy(t):
		return verdict.DecoyRefused
	default:
		return verdict.DecoyUnknown
	}
}

// refusesDecoy reports whether a token service refuses invented credentials.
func refusesDecoy(t registry.TokenAnswer) bool {
	return t.Refused || refuses(t.Answer) || t.Failure == nil && t.Status == verdict.StatusBadRequest
}

// decoyOfUse returns the comparison of an answer to an action with the one to the real
// credentials: the same answer means that the decoy was accepted. gone reports whether
// these found the target absent.
func decoyOfUse(gone bool, action registry.Action) func(registry.Answer) verdict.DecoyOutcome {
	return func(a registry.Answer) verdict.DecoyOutcome {
		switch {
		case refuses(a), a.Failure == nil && a.Status == verdict.StatusBadRequest:
			return verdict.DecoyRefused
		case succeeds(a), gone && absent(a, action):
			return verdict.DecoyAccepted
		default:
			return verdict.DecoyUnknown
		}
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
		// Two tokens without a subject count as equal: an opaque token proves nothing. A service that issues a token to a
		// user that does not exist issues one for any password.
		if t.Subject == g.Exchange.Subject || t.Subject == g.decoy.user {
			return verdict.DecoyAccepted
		}
		return verdict.DecoyRefused
	case refusesDecoy(t):
		return verdict.DecoyRefused
	default:
		return verdict.DecoyUnknown
	}
}
