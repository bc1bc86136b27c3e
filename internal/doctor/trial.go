package doctor

import (
	"context"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/verdict"
)

// trial is one action on one repository, to be tried with any credential.
type trial struct {
	action registry.Action
	try    func(ctx context.Context, credential registry.Credential) registry.Answer
}

// trial presents credentials to the registry itself.
func (g *gatherer) trial(wanted AccessRequest, action registry.Action) trial {
	request := registry.Trial{Endpoint: g.Endpoint, Repository: wanted.Repository, Action: action, Digest: g.decoy.digest}
	return trial{action, func(ctx context.Context, credential registry.Credential) registry.Answer {
		request := request
		request.Credential = credential
		return g.asker.Try(ctx, request)
	}}
}

// trialByToken exchanges each credential for a token first, none at all too: only so
// can it be seen what the credentials are good for. The token of the configured ones
// is there already.
func (g *gatherer) trialByToken(wanted AccessRequest, action registry.Action, request registry.TokenRequest, mine registry.TokenAnswer) trial {
	direct := g.trial(wanted, action)
	return trial{action, func(ctx context.Context, credential registry.Credential) registry.Answer {
		issued := mine
		if credential != g.request.Credential {
			request := request
			request.Credential = credential
			issued = g.token(ctx, request)
		}
		switch {
		case !issued.Token.Empty():
			return direct.try(ctx, registry.Credential{Token: issued.Token})
		case issued.Refused, refuses(issued.Answer):
			return registry.Answer{Status: verdict.StatusUnauthorized}
		case issued.Status == verdict.StatusBadRequest:
			return registry.Answer{Status: verdict.StatusBadRequest}
		default: // no token and no refusal
			return registry.Answer{Failure: &registry.Failure{Fault: registry.FaultConnection}}
		}
	}}
}

// try tries the action, without credentials too where that decides.
func (g *gatherer) try(ctx context.Context, wanted AccessRequest, trial trial) (decision, verdict.AccessMethod) {
	method := verdict.AccessByUse
	if trial.action != registry.ActionPull {
		if !wanted.Probe {
			return undecided, method
		}
		method = verdict.AccessByProbe
	}
	answer := trial.try(ctx, g.request.Credential)
	succeeded, absent := succeeds(answer), absent(answer, trial.action)
	switch {
	case refuses(answer):
		return missing, method
	case !succeeded && !absent:
		return undecided, method
	case g.Credential.Method == registry.MethodAnonymous:
		if succeeded {
			return granted, method
		}
		return undecided, method
	}
	if (absent || !verdict.Credentials(g.Evidence).Verified) && refuses(trial.try(ctx, registry.Credential{})) {
		g.ProvenByUse, g.proof = true, &trial
		return granted, method
	}
	if succeeded {
		return granted, method
	}
	return undecided, method
}

func refuses(a registry.Answer) bool {
	return a.Failure == nil && (a.Status == verdict.StatusUnauthorized || a.Status == verdict.StatusForbidden)
}

func succeeds(a registry.Answer) bool {
	return a.Failure == nil && a.Status >= verdict.StatusOK && a.Status < 300
}

// absent reports whether a request was let through to what is not there. An upload
// needs no such thing: a 404 there means that the repository is missing.
func absent(a registry.Answer, action registry.Action) bool {
	return action != registry.ActionPush && a.Failure == nil && a.Status == verdict.StatusNotFound
}
