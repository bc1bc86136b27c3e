package doctor

import (
	"context"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/verdict"
)

// repositoryAction is an action on a repository; perform sends it with a credential.
type repositoryAction struct {
	action  registry.Action
	perform func(ctx context.Context, credential registry.Credential) registry.Answer
}

// directAction sends credentials to the registry itself.
func (g *gatherer) directAction(wanted AccessRequest, action registry.Action) repositoryAction {
	request := registry.Trial{Endpoint: g.Endpoint, Repository: wanted.Repository, Action: action, Digest: g.decoy.digest}
	return repositoryAction{action, func(ctx context.Context, credential registry.Credential) registry.Answer {
		request := request
		request.Credential = credential
		if _, known := g.tried[request]; !known {
			g.tried[request] = g.asker.Try(ctx, request)
		}
		return g.tried[request]
	}}
}

// exchangedAction exchanges each credential for a token first. An empty credential is
// exchanged too: the anonymous token shows what is allowed without credentials. mine is
// the token of the configured credential, which has already been issued.
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
		default: // neither a token nor a refusal decides
			return registry.Answer{Failure: &registry.Failure{Fault: registry.FaultConnection}}
		}
	}}
}

// accessByUse decides a permission by performing the action, and performs it without
// credentials too where only the comparison decides.
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

// absent reports whether a request was allowed but its target does not exist. For an
// upload, a 404 means that the repository does not exist.
func absent(a registry.Answer, action registry.Action) bool {
	return action != registry.ActionPush && a.Failure == nil && a.Status == verdict.StatusNotFound
}
