package doctor

import (
	"context"
	"slices"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

// AccessRequest is a repository with the actions to prove on it.
type AccessRequest struct {
	Repository string
	Actions    []string // pull, push, delete
	Probe      bool     // whether a use may change something
	// Unserved says that the credential of the check is not the one for this
	// repository, so that nothing can be found out with it.
	Unserved bool
	// Unsure says that another credential may be tried for this repository than for
	// others, so that a refusal proves nothing.
	Unsure bool
}

// Actions are those that can be asked for.
func Actions() []string {
	return []string{string(registry.UsePull), string(registry.UsePush), string(registry.UseDelete)}
}

// AccessMethod says how a permission was found out.
type AccessMethod string

// The methods.
const (
	AccessByClaims AccessMethod = "token_claims"
	AccessByScope  AccessMethod = "token_scope"
	AccessByUse    AccessMethod = "use"
	AccessByProbe  AccessMethod = "probe"
)

// AccessMethods are all of them, from the one that says least to the one that shows
// it.
func AccessMethods() []AccessMethod {
	return []AccessMethod{AccessByClaims, AccessByScope, AccessByUse, AccessByProbe}
}

// AccessResult is what was found out about one repository.
type AccessResult struct {
	Repository string
	Granted    []string
	Missing    []string
	Unknown    []string
	Method     AccessMethod
}

// found is the answer for one action.
type found int

const (
	foundUnknown found = iota
	foundGranted
	foundMissing
)

// gatherAccess asks for each permission, once the credentials themselves have
// passed, or where there are none.
func (g *gatherer) gatherAccess(ctx context.Context) {
	if len(g.request.Access) == 0 || !worthAccess(g.Evidence) {
		return
	}
	type permission struct {
		repository, action string
	}
	type finding struct {
		found  found
		method AccessMethod
	}
	known := map[permission]finding{} // no question is asked twice
	for _, wanted := range g.request.Access {
		result := AccessResult{Repository: wanted.Repository}
		for _, action := range wanted.Actions {
			p := permission{wanted.Repository, action}
			f, ok := known[p]
			if !ok && !wanted.Unserved {
				f.found, f.method = g.access(ctx, wanted, registry.Use(action))
				if wanted.Unsure && f.found == foundMissing {
					f.found = foundUnknown
				}
				known[p] = f
			}
			result.add(action, f.found, f.method)
		}
		g.Access = append(g.Access, result)
	}
}

// worthAccess tells whether asking for permissions can add something: after a
// pass, and for anonymous checks where a token service may let anybody in.
func worthAccess(e Evidence) bool {
	v := judgeCredentials(e)
	return v.Passed || v.Reason == ReasonAuthenticationRequired && e.offers("Bearer")
}

func (r *AccessResult) add(action string, is found, method AccessMethod) {
	switch is {
	case foundGranted:
		r.Granted = append(r.Granted, action)
	case foundMissing:
		r.Missing = append(r.Missing, action)
	default:
		r.Unknown = append(r.Unknown, action)
	}
	order := AccessMethods() // none is before all of them
	if slices.Index(order, method) > slices.Index(order, r.Method) {
		r.Method = method
	}
}

// access finds out one permission: from what a token says, else by use. What a
// configured token says of itself counts only after the registry has looked at
// it.
func (g *gatherer) access(ctx context.Context, wanted AccessRequest, use registry.Use) (found, AccessMethod) {
	if g.Credential.Method == registry.MethodBearer {
		grants := registry.TokenGrants(g.request.Credential.Token)
		if grants.Source != registry.GrantsUnknown && judgeCredentials(g.Evidence).Verified {
			return granted(grants.Allow(wanted.Repository, string(use))), AccessByClaims
		}
		return g.use(ctx, wanted, g.trial(wanted, use))
	}
	question := g.scopedToken(ctx, wanted, use)
	if question == nil {
		return g.use(ctx, wanted, g.trial(wanted, use))
	}
	issued := g.wire.Token(ctx, *question)
	g.heed(issued.Answer)
	switch {
	case issued.Refused, refuses(issued.Answer):
		return foundMissing, AccessByScope
	case issued.Token.Empty() && issued.Status == statusBadRequest && g.Exchange != nil && !g.Exchange.Token.Empty():
		// The service does not know this scope; its token without one may do.
		return g.use(ctx, wanted, g.trialByToken(wanted, use, *g.tokenService, *g.Exchange))
	case issued.Token.Empty():
		return foundUnknown, AccessByScope
	case issued.Grants.Source != registry.GrantsUnknown:
		return granted(issued.Grants.Allow(wanted.Repository, string(use))), AccessMethod(issued.Grants.Source)
	default:
		return g.use(ctx, wanted, g.trialByToken(wanted, use, *question, issued))
	}
}

// scopeActions are the actions that a use needs; registries want pull beside
// push for an upload.
func scopeActions(use registry.Use) string {
	if use == registry.UsePush {
		return "pull,push"
	}
	return string(use)
}

func granted(is bool) found {
	if is {
		return foundGranted
	}
	return foundMissing
}

// scopedToken is the question for a token with one permission; nil where no
// token service stands behind the registry or the repository.
func (g *gatherer) scopedToken(ctx context.Context, wanted AccessRequest, use registry.Use) *registry.TokenRequest {
	question := g.tokenService
	switch {
	case g.Exchange != nil && !g.Exchange.Usable():
		return nil
	case question != nil:
	case g.Anonymous.Status == statusUnauthorized && g.Credential.Method == registry.MethodAnonymous:
		question = g.tokenQuestion(*g.Anonymous)
	case g.Anonymous.Status == statusOK: // only what lies below may want a token
		question = g.tokenQuestion(g.heed(g.trial(wanted, registry.UsePull).try(ctx, registry.Credential{})))
	}
	if question == nil {
		return nil
	}
	scoped := *question
	scoped.Scope = "repository:" + wanted.Repository + ":" + scopeActions(use)
	return &scoped
}
