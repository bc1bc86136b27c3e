package doctor

import (
	"context"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

// DecoyOutcome is what came of a request with invented credentials.
type DecoyOutcome int

// The outcomes of a decoy.
const (
	DecoyNotSent  DecoyOutcome = iota
	DecoyRefused               // or answered as somebody else
	DecoyAccepted              // answered as the real credentials were
	DecoyUnknown               // no answer that tells
)

// gatherDecoy repeats, where require_verified asks for it, the question that the
// real secret answered, with a user name and a secret that are invented: failed
// logins of the real user would lock the account.
func (g *gatherer) gatherDecoy(ctx context.Context) {
	if !g.request.RequireVerified || !judgeAccess(g.Evidence, judgeCredentials(g.Evidence)).Passed {
		return
	}
	credential := invented(g.decoy, g.random(), g.Credential.Method)
	key := func(question string) string {
		return "decoy " + string(g.Credential.Method) + " " + g.Endpoint.URL() + " " + question
	}
	switch {
	case g.proof != nil:
		g.Decoy = decoyOfUse(g.share(ctx, key(g.proof.name), definite, func(ctx context.Context) registry.TokenAnswer {
			return registry.TokenAnswer{Answer: g.proof.try(ctx, credential)}
		}).Answer, g.proof.use)
	case g.Authenticated != nil && g.Authenticated.Status == statusOK:
		g.Decoy = decoyOfAnswer(g.share(ctx, key("v2"), definite, func(ctx context.Context) registry.TokenAnswer {
			return registry.TokenAnswer{Answer: g.wire.Ask(ctx, g.Endpoint, credential)}
		}).Answer)
	case g.Minted != nil && g.Minted.Status == statusOK:
		question := *g.tokenService
		question.Credential = credential
		g.Decoy = g.decoyOfToken(g.share(ctx, key("token "+service(question)), definite, func(ctx context.Context) registry.TokenAnswer {
			return g.wire.Token(ctx, question)
		}))
	}
}

// invented makes a credential of the method that nobody has.
func invented(user, random string, method registry.Method) registry.Credential {
	secret := registry.NewSecret(random)
	switch method {
	case registry.MethodBearer:
		return registry.Credential{Token: secret}
	case registry.MethodIdentityToken:
		return registry.Credential{IdentityToken: secret}
	default:
		return registry.Credential{Username: user, Password: secret}
	}
}

// decoyOfUse reads a use: what answers as it did to the real credentials took
// the decoy for them.
func decoyOfUse(a registry.Answer, use registry.Use) DecoyOutcome {
	switch {
	case refuses(a), a.Failure == nil && a.Status == statusBadRequest:
		return DecoyRefused
	case succeeds(a), absent(a, use):
		return DecoyAccepted
	default:
		return DecoyUnknown
	}
}

func decoyOfAnswer(a registry.Answer) DecoyOutcome {
	switch {
	case a.Failure == nil && a.Status == statusOK:
		return DecoyAccepted
	case a.Failure == nil && (a.Status == statusUnauthorized || a.Status == statusForbidden || a.Status == statusBadRequest):
		return DecoyRefused
	default:
		return DecoyUnknown
	}
}

func (g *gatherer) decoyOfToken(t registry.TokenAnswer) DecoyOutcome {
	switch {
	case t.Failure == nil && t.Status == statusOK && !t.Token.Empty():
		// Two without subject count as the same, and who makes a token for a user
		// that nobody has makes one for any password.
		if t.Subject == g.Exchange.Subject || t.Subject == g.decoy {
			return DecoyAccepted
		}
		return DecoyRefused
	case t.Failure == nil && (t.Refused || t.Status == statusUnauthorized || t.Status == statusForbidden || t.Status == statusBadRequest):
		return DecoyRefused
	default:
		return DecoyUnknown
	}
}
