package doctor

import (
	"context"
	"slices"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/verdict"
)

// AccessRequest names the actions to prove on a repository.
type AccessRequest struct {
	Repository string
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

// decision is the result for one permission.
type decision int

const (
	undecided decision = iota
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
		result := verdict.AccessResult{Repository: wanted.Repository}
		for _, action := range wanted.Actions {
			var (
				is     decision
				method verdict.AccessMethod
			)
			if wanted.Coverage != registry.CoverageNone {
				is, method = g.access(ctx, wanted, registry.Action(action))
			}
			if wanted.Coverage == registry.CoveragePart && is == missing {
				is = undecided // a credential that was not tried may be granted it
			}
			add(&result, action, is, method)
		}
		g.Access = append(g.Access, result)
	}
}

// add adds an action to the result, and keeps the method with the strongest evidence.
func add(r *verdict.AccessResult, action string, is decision, method verdict.AccessMethod) {
	switch is {
	case granted:
		r.Granted = append(r.Granted, action)
	case missing:
		r.Missing = append(r.Missing, action)
	default:
		r.Unknown = append(r.Unknown, action)
	}
	order := verdict.AccessMethods() // no method has index -1
	if slices.Index(order, method) > slices.Index(order, r.Method) {
		r.Method = method
	}
}

// access decides one permission: by the grants of a token, else by performing the
// action. The claims of a configured token count only after the registry has verified
// the token, since anyone can write claims.
func (g *gatherer) access(ctx context.Context, wanted AccessRequest, action registry.Action) (decision, verdict.AccessMethod) {
	if g.Credential.Method == registry.MethodBearer {
		grants := registry.TokenGrants(g.request.Credential.Token)
		if grants.Source != registry.GrantsUnknown && verdict.JudgeCredentials(g.Evidence).Verified {
			return allowed(grants, wanted, action), verdict.AccessByClaims
		}
		return g.accessByUse(ctx, wanted, g.directAction(wanted, action))
	}
	request := g.scopedToken(ctx, wanted, action)
	if request == nil {
		return g.accessByUse(ctx, wanted, g.directAction(wanted, action))
	}
	issued, known := g.scoped[request.Scope]
	if !known {
		issued = g.token(ctx, *request)
		g.scoped[request.Scope] = issued
	}
	switch {
	case issued.Refused, refuses(issued.Answer):
		return missing, verdict.AccessByScope
	case issued.Token.Empty() && issued.Status == verdict.StatusBadRequest && g.Exchange != nil && !g.Exchange.Token.Empty():
		// The service does not know this scope; its token without a scope may still be allowed the action.
		return g.accessByUse(ctx, wanted, g.exchangedAction(wanted, action, *g.tokenService, *g.Exchange))
	case issued.Token.Empty():
		return undecided, verdict.AccessByScope
	case issued.Grants.Source != registry.GrantsUnknown:
		return allowed(issued.Grants, wanted, action), verdict.AccessMethod(issued.Grants.Source)
	default:
		return g.accessByUse(ctx, wanted, g.exchangedAction(wanted, action, *request, issued))
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
	if grants.Allow(wanted.Repository, string(action)) {
		return granted
	}
	return missing
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
	case g.Anonymous.Status == verdict.StatusOK: // /v2/ is open, but the repository may want a token
		request = g.tokenRequest(g.directAction(wanted, registry.ActionPull).perform(ctx, registry.Credential{}))
	}
	if request == nil {
		return nil
	}
	scoped := *request
	scoped.Scope = "repository:" + wanted.Repository + ":" + scopeActions(action)
	return &scoped
}
