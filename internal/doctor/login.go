package doctor

import (
	"cmp"
	"context"
	"regexp"
	"slices"
	"strings"

	"github.com/stellaops/terraform-provider-stellaops/internal/redact"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/verdict"
)

// controlScope is the scope of a request without credentials where the challenge names
// none. The repository need not exist.
const controlScope = "repository:terraform-provider-stellaops/check:pull"

// present sends the requests with credentials, after R0.
func (g *gatherer) present(ctx context.Context) {
	switch g.Credential.Method {
	case registry.MethodBearer:
		g.Authenticated = g.ask(ctx, g.request.Credential)
	case registry.MethodIdentityToken:
		g.exchange(ctx, *g.Anonymous)
	case registry.MethodBasic:
		g.presentBasic(ctx)
	}
}

// presentBasic sends the password to the token service where there is one, so that it
// goes to one server only; to /v2/ it goes where that gave no usable answer.
func (g *gatherer) presentBasic(ctx context.Context) {
	g.exchange(ctx, *g.Anonymous)
	if !verdict.WorthAskingRegistry(g.Evidence) || g.Exchange != nil && ctx.Err() != nil {
		return // the second: another fault of the token service took all of the time
	}
	g.Authenticated = g.ask(ctx, g.request.Credential)
	if g.Exchange == nil {
		g.exchange(ctx, *g.Authenticated)
	}
}

// exchange requests a token where the answer has a Bearer challenge, and sends the
// token to /v2/. Where the answers do not decide, it compares them with those to
// requests without credentials.
func (g *gatherer) exchange(ctx context.Context, challenged registry.Answer) {
	request := g.tokenRequest(challenged)
	if request == nil {
		return
	}
	g.tokenService = request
	issued := g.token(ctx, *request)
	issued.Grants = registry.Grants{} // no scope was requested, so these mean nothing
	g.Exchange = &issued
	if issued.Status != verdict.StatusForbidden && !issued.Token.Empty() {
		g.Minted = g.ask(ctx, registry.Credential{Token: issued.Token})
	}
	once := registry.WithRetry(ctx, registry.Retry{Attempts: 1})
	if verdict.NeedsControl(g.Evidence) {
		if !issued.Usable() { // a service that just failed is not asked for long
			ctx = once
		}
		g.Control = g.anonymousToken(ctx, "")
		g.ControlSaysSame = g.saysSame(issued, *g.Control)
	}
	if verdict.NeedsScopedControl(g.Evidence) {
		g.Scoped = g.anonymousToken(once, cmp.Or(request.Challenge.Params["scope"], controlScope))
		g.ScopedSaysSame = g.saysSame(issued, *g.Scoped)
	}
	if verdict.NeedsComparison(g.Evidence) {
		g.Compared = g.ask(once, g.request.Credential)
	}
}

// tokenRequest returns the request that a Bearer challenge leads to; nil where there is
// no such challenge, or requests to token services are switched off.
func (g *gatherer) tokenRequest(challenged registry.Answer) *registry.TokenRequest {
	challenge, ok := registry.FindChallenge(challenged.Challenges, "Bearer")
	if !ok || !g.request.TokenExchange {
		return nil
	}
	return &registry.TokenRequest{
		Endpoint: g.Endpoint, Challenged: challenged.URL, Reach: challenged.Reach,
		Challenge: challenge, Credential: g.request.Credential,
	}
}

// anonymousToken sends the request of T0 without credentials.
func (g *gatherer) anonymousToken(ctx context.Context, scope string) *registry.TokenAnswer {
	request := *g.tokenService
	request.Credential, request.Scope = registry.Credential{}, scope
	answer := g.token(ctx, request)
	return &answer
}

// varying matches the words of a text that may differ from request to request: those
// that hold a digit, and addresses with a slash.
var varying = regexp.MustCompile(`\S*[\d/]\S*`)

// saysSame reports whether two answers are a 403 with the same text, apart from
// addresses, numbers, capitals and the user name. A text that is missing, or is left out
// because it holds a secret, says the same as any.
func (g *gatherer) saysSame(a, b registry.TokenAnswer) bool {
	if a.Status != verdict.StatusForbidden || b.Status != verdict.StatusForbidden {
		return false
	}
	cleaner := g.redactor.For(slices.Concat(g.request.Credential.Secrets(), g.hidden, g.issued)...)
	var texts [2]string
	for i, answer := range []registry.TokenAnswer{a, b} {
		if cleaner.Text(answer.Text, redact.MaxShown) == "" {
			return true
		}
		text := strings.ToLower(answer.Text)
		if name := strings.ToLower(g.request.Credential.Username); name != "" {
			text = strings.ReplaceAll(text, name, "")
		}
		texts[i] = redact.Printable(varying.ReplaceAllString(text, ""))
	}
	return texts[0] == texts[1]
}
