package doctor

import (
	"cmp"
	"context"
	"slices"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/verdict"
)

// AccessRequest names the actions to prove on a repository.
type AccessRequest struct {
	Repository string
	Reference  string   // tag or digest that must be there to pull; empty for none
	Actions    []string // pull, push, delete
	Probe      bool     // whether push and delete may be tried
	// Coverage says how far clients use the credential of the check for this
	// repository.
	Coverage registry.Coverage
}

// Actions returns the actions that an [AccessRequest] may name.
func Actions() []string {
	return []string{string(registry.ActionPull), string(registry.ActionPush), string(registry.ActionDelete)}
}

// decision is what was decided about one permission.
type decision struct {
	outcome outcome
	method  verdict.AccessMethod
	answer  *registry.Answer // the one that did not grant it; nil where grants decide
	service string           // the token service that gave the answer; empty for the registry
	other   bool             // whether a token of another subject left it undecided
	digest  string           // of the manifest that was asked for
	image   verdict.Image
}

type outcome int

const (
	undecided outcome = iota
	granted
	missing
)

// gatherAccess decides each requested permission, after a pass, or where no credentials
// are configured.
func (g *gatherer) gatherAccess(ctx context.Context) {
	if len(g.request.Access) == 0 || !verdict.WorthAccess(g.Evidence) {
		return
	}
	for _, wanted := range g.request.Access {
		result := verdict.AccessResult{Repository: wanted.Repository, Reference: wanted.Reference}
		for _, action := range wanted.Actions {
			var is decision
			if wanted.Coverage != registry.CoverageNone {
				is = g.access(ctx, wanted, registry.Action(action))
			}
			if wanted.Coverage == registry.CoveragePart && (is.outcome == missing || is.image != verdict.ImageServed) {
				is.outcome = undecided // a credential that was not tried may be granted it
			}
			add(&result, action, is)
		}
		g.Access = append(g.Access, result)
	}
}

// add adds an action to the result. It keeps the method with the strongest evidence, and
// the first answer that refuses, else the first that does not decide.
func add(r *verdict.AccessResult, action string, is decision) {
	switch is.outcome {
	case granted:
		r.Granted = append(r.Granted, action)
		r.Digest, r.Image = cmp.Or(r.Digest, is.digest), max(r.Image, is.image)
	case missing:
		if len(r.Missing) == 0 {
			r.Answer, r.Service = is.answer, is.service
		}
		r.Missing = append(r.Missing, action)
	default:
		if r.Answer == nil && len(r.Missing) == 0 {
			r.Answer, r.Service = is.answer, is.service
		}
		r.Unknown = append(r.Unknown, action)
		r.OtherSubject = r.OtherSubject || is.other
	}
	order := verdict.AccessMethods() // no method has index -1
	if slices.Index(order, is.method) > slices.Index(order, r.Method) {
		r.Method = is.method
	}
}

// access decides one permission: by the grants of a token, else by performing the
// action. An image that must be there is always asked for. The claims of a configured
// token count only after the registry has verified the token, since anyone can write
// claims.
func (g *gatherer) access(ctx context.Context, wanted AccessRequest, action registry.Action) decision {
	decided, grants, perform := g.means(ctx, wanted, action)
	switch {
	case decided != nil:
		return *decided
	case grants.Known() && (wanted.Reference == "" || action != registry.ActionPull):
		return allowed(grants, wanted, action)
	default:
		return g.accessByUse(ctx, wanted, action, grants, perform)
	}
}

// means returns what decides one permission: the answer of a token service, the grants of
// a token, which may not be known, or what performs the action.
func (g *gatherer) means(ctx context.Context, wanted AccessRequest, action registry.Action) (*decision, registry.Grants, use) {
	if g.Credential.Method == registry.MethodBearer {
		grants := registry.Grants{}
		if verdict.JudgeCredentials(g.Evidence).Verified {
			grants = registry.TokenGrants(g.request.Credential.Token)
		}
		return nil, grants, g.direct(wanted)
	}
	request := g.scopedToken(ctx, wanted, action)
	if request == nil {
		return nil, registry.Grants{}, g.direct(wanted)
	}
	issued, known := g.scoped[request.Scope]
	if !known {
		issued = g.token(ctx, *request)
		g.scoped[request.Scope] = issued
	}
	byScope := decision{method: verdict.AccessByScope, answer: &issued.Answer, service: issued.Endpoint}
	switch {
	case issued.Refused, refuses(issued.Answer):
		byScope.outcome = missing
		return &byScope, registry.Grants{}, nil
	case issued.Token.Empty() && issued.Status == verdict.StatusBadRequest && g.Exchange != nil && !g.Exchange.Token.Empty():
		// The service does not know this scope; its token without a scope may still be allowed the action.
		return nil, registry.Grants{}, withoutScope(g.exchanged(wanted, *g.tokenService, *g.Exchange))
	case issued.Token.Empty():
		return &byScope, registry.Grants{}, nil
	case g.isOfAnotherSubject(issued):
		return &decision{method: verdict.AccessByScope, other: true}, registry.Grants{}, nil
	}
	if ok, _ := issued.Grants.Allow(wanted.Repository, string(action)); ok && (wanted.Reference == "" || action != registry.ActionPull) {
		g.proveByGrant(ctx, wanted, action, *request)
	}
	return nil, issued.Grants, g.exchanged(wanted, *request, issued)
}

// withoutScope performs actions with a token that has no scope. That its scope is too
// small (RFC 6750 section 3.1) says nothing of the user.
func withoutScope(perform use) use {
	return func(ctx context.Context, action registry.Action, credential registry.Credential) registry.Answer {
		answer := perform(ctx, action, credential)
		if challenge, _ := registry.FindChallenge(answer.Challenges, "Bearer"); credential != (registry.Credential{}) && challenge.Params["error"] == "insufficient_scope" {
			return registry.Answer{Failure: &registry.Failure{Fault: registry.FaultConnection, Detail: "a scope is required that the token service does not know"}}
		}
		return answer
	}
}

// isOfAnotherSubject reports whether a token with a scope was issued for another subject
// than that of T0, or for none although T0 names the user. It says nothing about the
// user's permissions: for a moment after a failed login, Harbor answers the right
// password as if there was none.
func (g *gatherer) isOfAnotherSubject(issued registry.TokenAnswer) bool {
	if g.Exchange == nil || g.Exchange.Subject == "" || issued.Subject == g.Exchange.Subject {
		return false
	}
	return issued.Subject != "" || g.Exchange.Subject == g.Credential.Username
}

// proveByGrant makes a permission the proof that require_verified asks for, where the
// login alone is none and a token without credentials does not have the permission.
func (g *gatherer) proveByGrant(ctx context.Context, wanted AccessRequest, action registry.Action, request registry.TokenRequest) {
	if !g.RequireVerified || g.Credential.Method == registry.MethodAnonymous || verdict.JudgeCredentials(g.Evidence).Verified {
		return
	}
	with := func(ctx context.Context, credential registry.Credential) verdict.DecoyOutcome {
		request := request
		request.Credential = credential
		return decoyOfGrant(g.token(ctx, request), wanted, action)
	}
	if with(ctx, registry.Credential{}) == verdict.DecoyRefused {
		g.proof = with
	}
}

// scopeActions returns the actions that a token must grant; registries require pull
// beside push for an upload.
func scopeActions(action registry.Action) string {
	if action == registry.ActionPush {
		return "pull,push"
	}
	return string(action)
}

func allowed(grants registry.Grants, wanted AccessRequest, action registry.Action) decision {
	is := decision{outcome: missing}
	ok, by := grants.Allow(wanted.Repository, string(action))
	if ok {
		is.outcome = granted
	}
	is.method = verdict.AccessMethod(by)
	return is
}

// scopedToken returns the request for a token with one permission; nil where neither
// the registry nor the repository refers to a token service.
func (g *gatherer) scopedToken(ctx context.Context, wanted AccessRequest, action registry.Action) *registry.TokenRequest {
	request := g.tokenService
	switch {
	case g.Exchange != nil && !g.Exchange.Usable():
		return nil
	case request != nil:
	case g.Anonymous.Status == verdict.StatusUnauthorized && g.Credential.Method == registry.MethodAnonymous:
		request = g.tokenRequest(*g.Anonymous)
	case g.Anonymous.Status == verdict.StatusOK: // /v2/ is open, but the repository may require a token
		request = g.tokenRequest(g.direct(wanted)(ctx, registry.ActionPull, registry.Credential{}))
	}
	if request == nil {
		return nil
	}
	scoped := *request
	scoped.Scope = "repository:" + wanted.Repository + ":" + scopeActions(action)
	return &scoped
}
