package registry

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/stellaops/terraform-provider-stellaops/internal/memo"
)

// Asker asks registries and their token services: a [Client], or a [Memory] before
// one.
type Asker interface {
	// Ask sends GET /v2/ with a credential, or without one where it is empty.
	Ask(ctx context.Context, endpoint Endpoint, credential Credential) Answer
	// Token asks the token service of a challenge.
	Token(ctx context.Context, request TokenRequest) TokenAnswer
	// Try tries an action on a repository.
	Try(ctx context.Context, request Trial) Answer
}

const (
	maxAnswers = 4096     // that are remembered: those of some two thousand checks
	maxKept    = 16 << 10 // bytes that a server may add to what is remembered of one answer
)

// Cache is an [Asker] that asks each question once a minute, whoever asks it, and
// gives everybody the same answer. It is safe for concurrent use; make it with
// [NewMemory].
type Cache struct {
	asker   Asker
	answers *memo.Memo[question, TokenAnswer]
	outages *outages
}

// NewCache makes a memory before an asker.
func NewCache(asker Asker) *Cache {
	return &Cache{asker: asker, answers: memo.New[question, TokenAnswer](maxAnswers), outages: newOutages()}
}

// question is what is sent to whom. Two requests are one question exactly when
// they are equal (==); what is configured and not sent is no part of it.
type question struct {
	address
	query         string // of the URL, the scope included
	authorization Secret // header
	body          Secret // of a POST
}

// address is where questions go, and by which rules of the guard.
type address struct {
	method string
	url    string // without its query
	route  route
}

// question is the question that a call asks.
func (req request) question(r route) question {
	url, query, _ := strings.Cut(req.url, "?")
	return question{address{req.method, url, r}, query, NewSecret(req.header.Get("Authorization")), NewSecret(req.body)}
}

// Ask implements [Asker].
func (c *Cache) Ask(ctx context.Context, endpoint Endpoint, credential Credential) Answer {
	return c.get(ctx, pingRequest(endpoint, credential).question(routeOwnHost), isOutage, func() TokenAnswer {
		return TokenAnswer{Answer: c.asker.Ask(ctx, endpoint, credential)}
	}).Answer
}

// Try implements [Asker].
func (c *Cache) Try(ctx context.Context, r Trial) Answer {
	return c.get(ctx, r.request().question(routeOwnHost), isOutage, func() TokenAnswer {
		return TokenAnswer{Answer: c.asker.Try(ctx, r)}
	}).Answer
}

// Token implements [Asker]. A realm that cannot be asked is not remembered.
func (c *Cache) Token(ctx context.Context, r TokenRequest) TokenAnswer {
	realm, ok := resolveRealm(r.Challenged, r.Challenge.Params["realm"])
	if !ok {
		return c.asker.Token(ctx, r)
	}
	answer := c.get(ctx, r.request(*realm).question(r.route(realm)), isTokenOutage, func() TokenAnswer { return c.asker.Token(ctx, r) })
	answer.Endpoint = shownRealm(realm) // an outage of the address may come from another question
	return answer
}

// get returns what is remembered of a question, else an outage of its address, else
// what asking leads to. Who runs out of time while waiting gets a timeout of this
// question, as the one who asks does.
func (c *Cache) get(ctx context.Context, q question, outage func(TokenAnswer) bool, send func() TokenAnswer) TokenAnswer {
	answer, err := c.answers.Get(ctx, q, maxTries(ctx), func(budget memo.Budget) memo.Answer[TokenAnswer] {
		asked, failure := c.outages.begin(q, budget)
		if failure != nil {
			return memo.Answer[TokenAnswer]{Value: TokenAnswer{Answer: Answer{Failure: failure}}, Outage: true}
		}
		a := send()
		if !errors.Is(ctx.Err(), context.Canceled) || a.Failure == nil { // who breaks off learns nothing of the address
			c.outages.end(asked, a.Failure)
		}
		return memo.Answer[TokenAnswer]{Value: a, Outage: outage(a), RetryAfter: a.RetryAfter, Transient: q.size()+a.size() > maxKept}
	})
	if err != nil {
		return TokenAnswer{Answer: Answer{Failure: &Failure{Fault: FaultTimeout, unsent: true}}}
	}
	return answer
}

// isOutage reports whether the answer of a registry is none to its question: nothing
// came back, or a proxy or an overloaded server says that it gives none.
func isOutage(a TokenAnswer) bool {
	return a.Failure != nil || a.Status >= http.StatusInternalServerError || a.Status == http.StatusProxyAuthRequired ||
		a.Status == http.StatusRequestTimeout || a.Status == http.StatusTooManyRequests
}

// isTokenOutage reports the same of the answer of a token service, which may lack the
// token besides.
func isTokenOutage(a TokenAnswer) bool {
	return isOutage(a) || a.Status >= http.StatusOK && a.Status < http.StatusMultipleChoices && !a.Usable()
}

// perEntry is about what an entry of a map or of a list takes besides its text, in bytes.
const perEntry = 64

// size is about how many bytes a question takes. A server chooses its realm and tokens.
func (q question) size() int {
	return len(q.url) + len(q.query) + len(q.authorization.Reveal()) + len(q.body.Reveal())
}

// size is about how many bytes an answer takes.
func (a TokenAnswer) size() int {
	size := len(a.URL) + len(a.Location) + len(a.Text) + len(a.Token.Reveal()) + len(a.Subject)
	for _, challenge := range a.Challenges {
		size += perEntry + len(challenge.Scheme)
		for name, value := range challenge.Params {
			size += perEntry + len(name) + len(value)
		}
	}
	for repository, actions := range a.Grants.actions {
		size += perEntry + len(repository)
		for _, action := range actions {
			size += perEntry + len(action)
		}
	}
	return size
}
