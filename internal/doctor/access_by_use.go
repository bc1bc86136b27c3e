package doctor

import (
	"context"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/verdict"
)

// trial is one action on one repository, to be tried with any credential.
type repositoryAction struct {
	action  registry.Action
	perform func(ctx context.Context, credential registry.Credential) registry.Answer
}

// trial presents credentials to the registry itself.
func (g *gatherer) directAction(wanted AccessRequest, action registry.Action) repositoryAction {
	request := registry.Trial{Endpoint: g.Endpoint, Repository: wanted.Repository, Action: action, Digest: g.decoy.digest}
	return repositoryAction{action, func(ctx context.Context, credential registry.Credential) registry.Answer {
		request := request
		request.Credential = credential
		return g.asker.Try(ctx, request)
	}}
}

// trialByToken exchanges each credential for a token first, none at all too: only so
// can it be seen what the credentials are good for. The token of the configured ones
// is there already.
func (g *gatherer) exchangedAction(wanted AccessRequest, action registry.Action, request registry.TokenRequest, mine registry.TokenAnswer) repositoryAction {
	direct := g.directAction(wanted, action)
	return repositoryAction{action, func(ctx context.Context, credential registry.Credential) registry.Answer {
		issued := mine
		if credential != g.request.Credential {
			request := request
			request.Credential = credential
			issued = g.token(ctx, request)
		}
		switch {
		case !issued.Token.Empty():
			return direct.perform(ctx, registry.Credential{Token: issued.Token})
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
func (g *gatherer) accessByUse(ctx context.Context, wanted AccessRequest, use repositoryAction) (decision, verdict.AccessMethod) {
	method := verdict.AccessByUse
	if use.action != registry.ActionPull {
		if !wanted.Probe {
			return undecided, method
		}
		method = verdict.AccessByProbe
	}
	answer := use.perform(ctx, g.request.Credential)
	succeeded, absent := succeeds(answer), absent(answer, use.action)
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
	if (absent || !verdict.JudgeCredentials(g.Evidence).Verified) && refuses(use.perform(ctx, registry.Credential{})) {
		g.ProvenByUse, g.proof = true, &use
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
