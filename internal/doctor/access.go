package doctor

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

// AccessRequest is a repository with the actions to prove on it.
type AccessRequest struct {
	Repository string
	Actions    []string // pull, push, delete
	Probe      bool     // whether a use may change something
}

// Actions are those that can be asked for.
func Actions() []string {
	return []string{string(registry.UsePull), string(registry.UsePush), string(registry.UseDelete)}
}

// AccessMethod says how a permission was found out.
type AccessMethod string

// The methods, from the one that says least to the one that shows it.
const (
	AccessByClaims AccessMethod = "token_claims"
	AccessByScope  AccessMethod = "token_scope"
	AccessByUse    AccessMethod = "use"
	AccessByProbe  AccessMethod = "probe"
)

// AccessResult is what was found out about one repository.
type AccessResult struct {
	Repository string
	Granted    []string
	Missing    []string
	Unknown    []string
	Method     AccessMethod
}

// finding is the answer for one action.
type finding int

const (
	findingUnknown finding = iota
	findingGranted
	findingMissing
)

// gatherAccess asks for each permission, once the credentials themselves have
// passed, or where there are none.
func (g *gatherer) gatherAccess(ctx context.Context) {
	if len(g.request.Access) == 0 || !worthAccess(g.Evidence) {
		return
	}
	for _, wanted := range g.request.Access {
		result := AccessResult{Repository: wanted.Repository}
		for _, action := range wanted.Actions {
			found, method := g.access(ctx, wanted, registry.Use(action))
			result.add(action, found, method)
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

func (r *AccessResult) add(action string, found finding, method AccessMethod) {
	switch found {
	case findingGranted:
		r.Granted = append(r.Granted, action)
	case findingMissing:
		r.Missing = append(r.Missing, action)
	default:
		r.Unknown = append(r.Unknown, action)
	}
	order := []AccessMethod{"", AccessByClaims, AccessByScope, AccessByUse, AccessByProbe}
	if slices.Index(order, method) > slices.Index(order, r.Method) {
		r.Method = method
	}
}

// access finds out one permission: from what a token says, else by use.
func (g *gatherer) access(ctx context.Context, wanted AccessRequest, use registry.Use) (finding, AccessMethod) {
	if g.Credential.Method == registry.MethodBearer {
		if grants := registry.TokenGrants(g.request.Credential.Token); grants.Source != registry.GrantsUnknown {
			return granted(grants.Allow(wanted.Repository, string(use))), AccessByClaims
		}
		return g.use(wanted, use, g.trial(ctx, wanted, use))
	}
	question := g.scopedToken(wanted.Repository, use)
	if question == nil {
		return g.use(wanted, use, g.trial(ctx, wanted, use))
	}
	issued := g.wire.Token(ctx, *question)
	g.minted = append(g.minted, issued.Token)
	switch {
	case issued.Refused, refuses(issued.Answer):
		return findingMissing, AccessByScope
	case issued.Token.Empty():
		return findingUnknown, AccessByScope
	case issued.Grants.Source != registry.GrantsUnknown:
		return granted(issued.Grants.Allow(wanted.Repository, string(use))), AccessMethod(issued.Grants.Source)
	default:
		return g.use(wanted, use, g.trialByToken(ctx, wanted, use, *question, issued))
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

// trial tries one action as whoever the credential says.
type trial func(credential registry.Credential) registry.Answer

// trial presents credentials to the registry itself.
func (g *gatherer) trial(ctx context.Context, wanted AccessRequest, use registry.Use) trial {
	question := registry.UseRequest{
		Endpoint: g.Endpoint, Repository: wanted.Repository, Use: use,
		Digest: fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(g.random()))),
	}
	return func(credential registry.Credential) registry.Answer {
		question.Credential = credential
		return g.wire.Use(ctx, question)
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
			g.minted = append(g.minted, issued.Token)
		}
		switch {
		case !issued.Token.Empty():
			return direct(registry.Credential{Token: issued.Token})
		case issued.Refused:
			return registry.Answer{Status: statusUnauthorized}
		default:
			return issued.Answer
		}
	}
}

func granted(is bool) finding {
	if is {
		return findingGranted
	}
	return findingMissing
}

// scopedToken is the question for a token with one permission; nil where no
// token service stands behind the registry.
func (g *gatherer) scopedToken(repository string, use registry.Use) *registry.TokenRequest {
	question := g.tokenService
	if g.Credential.Method == registry.MethodAnonymous {
		challenge, ok := registry.FindChallenge(g.Anonymous.Challenges, "Bearer")
		if !ok {
			return nil
		}
		question = &registry.TokenRequest{Endpoint: g.Endpoint, Challenged: g.Anonymous.URL, Reach: g.Anonymous.Reach, Challenge: challenge}
	}
	if question == nil || g.Exchange != nil && !g.Exchange.Usable() {
		return nil
	}
	scoped := *question
	scoped.Scope = "repository:" + repository + ":" + scopeActions(use)
	return &scoped
}

// use tries the action, as nobody too where that decides.
func (g *gatherer) use(wanted AccessRequest, use registry.Use, try trial) (finding, AccessMethod) {
	method := AccessByUse
	if use != registry.UsePull {
		if !wanted.Probe {
			return findingUnknown, method
		}
		method = AccessByProbe
	}
	answer := try(g.request.Credential)
	succeeded, notFound := succeeds(answer), answer.Failure == nil && answer.Status == statusNotFound
	switch {
	case refuses(answer):
		return findingMissing, method
	case !succeeded && !notFound:
		return findingUnknown, method
	case g.Credential.Method == registry.MethodAnonymous:
		if succeeded {
			return findingGranted, method
		}
		return findingUnknown, method
	}
	if (notFound || !judgeCredentials(g.Evidence).Verified) && refuses(try(registry.Credential{})) {
		g.ProvenByUse, g.proof, g.proofOf = true, try, string(use)+" "+wanted.Repository
		return findingGranted, method
	}
	if succeeded {
		return findingGranted, method
	}
	return findingUnknown, method
}

func refuses(a registry.Answer) bool {
	return a.Failure == nil && (a.Status == statusUnauthorized || a.Status == statusForbidden)
}

func succeeds(a registry.Answer) bool {
	return a.Failure == nil && a.Status >= statusOK && a.Status < 300
}
