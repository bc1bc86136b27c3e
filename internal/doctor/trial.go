package doctor

import (
	"context"
	"crypto/sha256"
	"fmt"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

// trial is one action on one repository, to be tried as whoever a credential
// says.
type trial struct {
	use  registry.Use
	name string // tells it from every other trial at this registry
	try  func(ctx context.Context, credential registry.Credential) registry.Answer
}

// trial presents credentials to the registry itself.
func (g *gatherer) trial(wanted AccessRequest, use registry.Use) trial {
	question := registry.UseRequest{
		Endpoint: g.Endpoint, Repository: wanted.Repository, Use: use,
		Digest: fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(g.random()))),
	}
	name := string(use) + " " + wanted.Repository
	return trial{use, name, func(ctx context.Context, credential registry.Credential) registry.Answer {
		asked := question
		asked.Credential = credential
		if credential != (registry.Credential{}) {
			return g.wire.Use(ctx, asked)
		}
		return g.answer(ctx, "anonymous "+g.Endpoint.URL()+" "+name, definite, func(ctx context.Context) registry.Answer { return g.wire.Use(ctx, asked) })
	}}
}

// trialByToken has every credential exchanged for a token first, that of nobody
// too: only so can it be told what the credentials are good for. The token of
// the configured ones is there already.
func (g *gatherer) trialByToken(wanted AccessRequest, use registry.Use, question registry.TokenRequest, mine registry.TokenAnswer) trial {
	direct := g.trial(wanted, use)
	name := direct.name + " by token " + service(question) + " " + question.Scope
	return trial{use, name, func(ctx context.Context, credential registry.Credential) registry.Answer {
		issued := mine
		if credential != g.request.Credential {
			question.Credential = credential
			issued = g.wire.Token(ctx, question)
		}
		switch {
		case !issued.Token.Empty():
			return direct.try(ctx, registry.Credential{Token: issued.Token})
		case issued.Refused, refuses(issued.Answer):
			return registry.Answer{Status: statusUnauthorized}
		case issued.Status == statusBadRequest:
			return registry.Answer{Status: statusBadRequest}
		default: // nobody was told anything
			return registry.Answer{Failure: &registry.Failure{Fault: registry.FaultConnection}}
		}
	}}
}

// use tries the action, as nobody too where that decides.
func (g *gatherer) use(ctx context.Context, wanted AccessRequest, trial trial) (found, AccessMethod) {
	method := AccessByUse
	if trial.use != registry.UsePull {
		if !wanted.Probe {
			return foundUnknown, method
		}
		method = AccessByProbe
	}
	answer := g.heed(trial.try(ctx, g.request.Credential))
	succeeded, absent := succeeds(answer), absent(answer, trial.use)
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
	if (absent || !judgeCredentials(g.Evidence).Verified) && refuses(g.heed(trial.try(ctx, registry.Credential{}))) {
		g.ProvenByUse, g.proof = true, &trial
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
