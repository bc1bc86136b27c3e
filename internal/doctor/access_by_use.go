package doctor

import (
	"cmp"
	"context"
	"strings"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/verdict"
)

// use performs an action on one repository with a credential.
type use func(ctx context.Context, action registry.Action, credential registry.Credential) registry.Answer

// direct sends credentials to the registry itself.
func (g *gatherer) direct(wanted AccessRequest) use {
	return func(ctx context.Context, action registry.Action, credential registry.Credential) registry.Answer {
		request := registry.Trial{Endpoint: g.Endpoint, Repository: wanted.Repository, Action: action, Credential: credential}
		switch action { // two entries of a repository share what depends on no reference
		case registry.ActionDelete:
			request.Reference = g.decoy.digest
		case registry.ActionPull, registry.ActionFetch:
			request.Reference = cmp.Or(wanted.Reference, "latest")
		}
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
// credentials too where only the comparison decides. grants are those of the token that
// it is performed with.
func (g *gatherer) accessByUse(ctx context.Context, wanted AccessRequest, action registry.Action, grants registry.Grants, perform use) decision {
	is := decision{method: verdict.AccessByUse}
	if action != registry.ActionPull {
		if !wanted.Probe {
			return is
		}
		is.method = verdict.AccessByProbe
	}
	answer, isImage := perform(ctx, action, g.request.Credential), action == registry.ActionPull && wanted.Reference != ""
	if isImage {
		head := answer
		answer = g.fetched(ctx, wanted, grants, perform, head)
		if refuses(head) && !refuses(answer) {
			action = registry.ActionFetch // a HEAD that is refused to those who may pull tells nothing apart
		}
	}
	if is.answer = &answer; refuses(answer) {
		if g.Exchange == nil || g.Exchange.Usable() { // else the registry requires a token, which could not be had
			is.outcome = missing
		}
		return is
	}
	done, gone := succeeds(answer), absent(answer, action)
	switch {
	case !done && !gone:
		return is
	case gone && isImage:
		return g.imageGone(ctx, wanted, action, grants, perform, is)
	case isImage:
		if is.digest = answer.Digest; registry.IsDigest(wanted.Reference) && is.digest != wanted.Reference {
			is.image = verdict.ImageOther
		}
	}
	if g.Credential.Method != registry.MethodAnonymous && (gone || !verdict.JudgeCredentials(g.Evidence).Verified) {
		others := perform(ctx, action, registry.Credential{})
		if refuses(others) {
			g.proveByUse(action, perform, gone)
			is.outcome = granted
			return is
		}
		if gone && !absent(others, action) {
			is.answer = &others
			return is
		}
	}
	if gone && action == registry.ActionPull { // the tag is absent for every client; the list of tags takes the same permission
		listed := perform(ctx, registry.ActionList, g.request.Credential)
		is.answer, done = &listed, lists(listed)
	}
	if done {
		is.outcome = granted
	}
	return is
}

// proveByUse makes an action the proof of the credentials: it was refused without them.
// gone reports whether they found its target absent.
func (g *gatherer) proveByUse(action registry.Action, perform use, gone bool) {
	accepted := decoyOfUse(gone, action)
	g.ProvenByUse = true
	g.proof = func(ctx context.Context, credential registry.Credential) verdict.DecoyOutcome {
		return accepted(perform(ctx, action, credential))
	}
}

// fetched returns the answer to GET in place of that to HEAD of a manifest, where HEAD
// has no digest that can be compared, or is refused although the token service granted
// pull, or does not say what it granted, or /v2/ accepted the login: ECR Public refuses
// HEAD where it serves GET.
func (g *gatherer) fetched(ctx context.Context, wanted AccessRequest, grants registry.Grants, perform use, head registry.Answer) registry.Answer {
	algorithm, _, _ := strings.Cut(wanted.Reference, ":")
	named := head.Digest != "" && (!registry.IsDigest(wanted.Reference) || strings.HasPrefix(head.Digest, algorithm+":"))
	allowed, _ := grants.Allow(wanted.Repository, string(registry.ActionPull))
	switch {
	case succeeds(head) && !named, refuses(head) && (allowed || g.Last().Status == verdict.StatusOK || !grants.Known() && g.holdsToken(wanted)):
	default:
		return head
	}
	got := perform(ctx, registry.ActionFetch, g.request.Credential)
	switch {
	case succeeds(got) && got.Digest == "": // a page, or more than a manifest may be
		got.Failure = &registry.Failure{Fault: registry.FaultConnection, Detail: "what is served for it is not a manifest of at most 4 MiB"}
	case succeeds(head) && (refuses(got) || absent(got, registry.ActionFetch)): // clients pull by GET, but HEAD says otherwise
		got.Failure = &registry.Failure{Fault: registry.FaultConnection, Detail: "HEAD is answered " + head.StatusLine() + ", and GET " + got.StatusLine()}
	}
	return got
}

// holdsToken reports whether a token was issued to pull from the repository.
func (g *gatherer) holdsToken(wanted AccessRequest) bool {
	issued, asked := g.scoped["repository:"+wanted.Repository+":"+scopeActions(registry.ActionPull)]
	return asked && !issued.Token.Empty()
}

// imageGone decides on a manifest that the credentials do not find: the list of tags
// tells whether the repository is there, and a request without credentials whether
// others would be told as much. action is the one that did not find it.
func (g *gatherer) imageGone(ctx context.Context, wanted AccessRequest, action registry.Action, grants registry.Grants, perform use, is decision) decision {
	listed := perform(ctx, registry.ActionList, g.request.Credential)
	if lists(listed) {
		is.outcome, is.image = granted, verdict.ImageNoTag
		return is
	}
	is.image = verdict.ImageAbsent
	if absent(listed, registry.ActionList) && listed.NoName { // a 404 alone may say that tags are not listed
		is.image = verdict.ImageNoRepository
	}
	if allowed, _ := grants.Allow(wanted.Repository, string(registry.ActionPull)); allowed {
		is.outcome = granted
		return is
	}
	if g.Credential.Method != registry.MethodAnonymous && !grants.Known() { // a token that grants something else may not be told
		others := perform(ctx, action, registry.Credential{})
		if refuses(others) {
			g.proveByUse(action, perform, true)
			is.outcome = granted
			return is
		}
		if !absent(others, action) {
			is.answer = &others
		}
	}
	return is
}

// lists reports whether an answer is a list of tags.
func lists(a registry.Answer) bool { return succeeds(a) && !a.IsHTML }

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
