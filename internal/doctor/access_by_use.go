package doctor

import (
	"context"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/verdict"
)

// use performs an action on one repository with a credential.
type use func(ctx context.Context, action registry.Action, credential registry.Credential) registry.Answer

// direct sends credentials to the registry itself.
func (g *gatherer) direct(wanted AccessRequest) use {
	return func(ctx context.Context, action registry.Action, credential registry.Credential) registry.Answer {
		request := registry.Trial{Endpoint: g.Endpoint, Repository: wanted.Repository, Action: action, Digest: g.decoy.digest, Credential: credential}
		if _, known := g.tried[request]; !known {
			g.tried[request] = g.asker.Try(ctx, request)
		}
		return g.tried[request]
	}
}

// exchanged exchanges each credential for a token first. An empty credential is
// exchanged too: the anonymous token shows what is allowed without credentials. mine is
// the token of the configured credential, which has already been issued.
func (g *gatherer) exchanged(wanted AccessRequest, request registry.TokenRequest, mine registry.TokenAnswer) use {
	direct := g.direct(wanted)
	return func(ctx context.Context, action registry.Action, credential registry.Credential) registry.Answer {
		issued := mine
		if credential != g.request.Credential {
			request := request
			request.Credential = credential
			issued = g.token(ctx, request)
		}
		switch {
		case !issued.Token.Empty():
			return direct(ctx, action, registry.Credential{Token: issued.Token})
		case issued.Refused, refuses(issued.Answer):
			return registry.Answer{Status: verdict.StatusUnauthorized}
		case issued.Failure != nil, issued.Status == verdict.StatusBadRequest, issued.Status >= verdict.StatusTooManyRequests:
			return issued.Answer
		default: // neither a token nor a refusal decides
			return registry.Answer{Failure: &registry.Failure{Fault: registry.FaultConnection, Detail: "the token service answered without a token"}}
		}
	}
}

// accessByUse decides a permission by performing the action, and performs it without
// credentials too where only the comparison decides.
func (g *gatherer) accessByUse(ctx context.Context, wanted AccessRequest, action registry.Action, perform use) decision {
	is := decision{method: verdict.AccessByUse}
	if action != registry.ActionPull {
		if !wanted.Probe {
			return is
		}
		is.method = verdict.AccessByProbe
	}
	answer := perform(ctx, action, g.request.Credential)
	if is.answer = &answer; refuses(answer) {
		if g.Exchange == nil || g.Exchange.Usable() { // else the registry requires a token, which could not be had
			is.outcome = missing
		}
		return is
	}
	done, gone := succeeds(answer), absent(answer, action)
	accepted := decoyOfUse(gone, action)
	if !done && !gone {
		return is
	}
	if g.Credential.Method != registry.MethodAnonymous && (gone || !verdict.JudgeCredentials(g.Evidence).Verified) {
		others := perform(ctx, action, registry.Credential{})
		if refuses(others) {
			g.ProvenByUse, is.outcome = true, granted
			g.proof = func(ctx context.Context, credential registry.Credential) verdict.DecoyOutcome {
				return accepted(perform(ctx, action, credential))
			}
			return is
		}
		if gone && !absent(others, action) {
			is.answer = &others
			return is
		}
	}
	if gone && action == registry.ActionPull { // the tag is absent for every client; the list of tags takes the same permission
		listed := perform(ctx, registry.ActionList, g.request.Credential)
		is.answer, done = &listed, succeeds(listed) && !listed.IsHTML
	}
	if done {
		is.outcome = granted
	}
	return is
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
