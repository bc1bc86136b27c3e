package doctor

import (
	"context"
	"crypto/sha256"
	"fmt"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

// trial tries one action as whoever the credential says.
type trial func(credential registry.Credential) registry.Answer

// trial presents credentials to the registry itself.
func (g *gatherer) trial(ctx context.Context, wanted AccessRequest, use registry.Use) trial {
	question := registry.UseRequest{
		Endpoint: g.Endpoint, Repository: wanted.Repository, Use: use,
		Digest: fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(g.random()))),
	}
	return func(credential registry.Credential) registry.Answer {
		asked := question
		asked.Credential = credential
		if credential != (registry.Credential{}) {
			return g.wire.Use(ctx, asked)
		}
		return g.store.answer("anonymous "+string(use)+" "+g.Endpoint.URL()+wanted.Repository, func() registry.Answer { return g.wire.Use(ctx, asked) })
	}
}

// trialByToken has every credential exchanged for a token first, that of nobody
// too: only so can it be told what the credentials are good for. The token of
// the configured ones is there already.
func (g *gatherer) trialByToken(ctx context.Context, wanted AccessRequest, use registry.Use, question registry.TokenRequest, mine registry.TokenAnswer) trial {
	direct := g.trial(ctx, wanted, use)
	return func(credential registry.Credential) registry.Answer {
		issued := mine
		if credential != g.request.Credential {
			question.Credential = credential
			issued = g.wire.Token(ctx, question)
		}
		switch {
		case !issued.Token.Empty():
			return direct(registry.Credential{Token: issued.Token})
		case issued.Refused, refuses(issued.Answer):
			return registry.Answer{Status: statusUnauthorized}
		default: // nobody was told anything
			return registry.Answer{Failure: &registry.Failure{Fault: registry.FaultConnection}}
		}
	}
}

// use tries the action, as nobody too where that decides.
func (g *gatherer) use(wanted AccessRequest, use registry.Use, try trial) (found, AccessMethod) {
	method := AccessByUse
	if use != registry.UsePull {
		if !wanted.Probe {
			return foundUnknown, method
		}
		method = AccessByProbe
	}
	answer := try(g.request.Credential)
	succeeded, absent := succeeds(answer), absent(answer, use)
	switch {
	case refuses(answer):
		return foundMissing, method
	case !succeeded && !absent:
		return foundUnknown, method
	case g.Credential.Method == registry.MethodAnonymous:
		if succeeded {
			return foundGranted, method
		}
		return foundUnknown, method
	}
	if (absent || !judgeCredentials(g.Evidence).Verified) && refuses(try(registry.Credential{})) {
		g.ProvenByUse, g.proof, g.proofOf = true, try, use
		return foundGranted, method
	}
	if succeeded {
		return foundGranted, method
	}
	return foundUnknown, method
}

func refuses(a registry.Answer) bool {
	return a.Failure == nil && (a.Status == statusUnauthorized || a.Status == statusForbidden)
}

func succeeds(a registry.Answer) bool {
	return a.Failure == nil && a.Status >= statusOK && a.Status < 300
}

// absent tells an answer that was let through to what is not there. An upload
// needs no such thing: a 404 there means that the repository is missing.
func absent(a registry.Answer, use registry.Use) bool {
	return use != registry.UsePush && a.Failure == nil && a.Status == statusNotFound
}
