package registry

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/stellaops/terraform-provider-stellaops/internal/memo"
)

// Asker sends requests to registries and their token services. It is a [Client], or
// a [Cache] in front of one.
type Asker interface {
	// Ask sends GET /v2/ with a credential, or without one if it is empty.
	Ask(ctx context.Context, endpoint Endpoint, credential Credential) Answer
	// Token requests a token from the token service of a challenge.
	Token(ctx context.Context, request TokenRequest) TokenAnswer
	// Try tries an action on a repository.
	Try(ctx context.Context, request Trial) Answer
}

const (
	maxAnswers = 4096     // cached at a time, enough for some two thousand checks
	maxKept    = 16 << 10 // bytes of a question and its answer together; a larger answer is not cached
)

// Cache is an [Asker] that caches answers for a minute; callers with the same request
// at the same time share one. An outage is cached for a shorter time, see
// [memo.Answer]. It is safe for concurrent use; make it with [NewCache].
type Cache struct {
	asker   Asker
	answers *memo.Memo[question, TokenAnswer]
	outages *outages
}

// NewCache returns an empty cache in front of an asker.
func NewCache(asker Asker) *Cache {
	return &Cache{asker: asker, answers: memo.New[question, TokenAnswer](maxAnswers), outages: newOutages()}
}

// question is the key of a cached answer: what a request sends, and to which address.
// Requests with equal questions (==) share an answer. Timeout and
// retries are not part of it.
type question struct {
	address
	query         string // of the URL, the scope included
	authorization Secret // header
	body          Secret // of a POST
}

// address is the method and URL of a request, and the rules of the guard for it.
type address struct {
	method string
	url    string // without its query
	route  route
}

// question returns the key of the answer to the request.
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

// Token implements [Asker]. It caches nothing for an unusable realm.
func (c *Cache) Token(ctx context.Context, r TokenRequest) TokenAnswer {
	realm, ok := resolveRealm(r.Challenged, r.Challenge.Params["realm"])
	if !ok {
		return c.asker.Token(ctx, r)
	}
	answer := c.get(ctx, r.request(*realm).question(r.route(realm)), isTokenOutage, func() TokenAnswer { return c.asker.Token(ctx, r) })
	answer.Endpoint = shownRealm(realm) // the answer may be an outage that another request met
	return answer
}

// get returns the cached answer to a question, else a known outage of its address,
// else what send returns. A caller whose time ends while it waits for the request of
// another caller gets a [FaultTimeout].
func (c *Cache) get(ctx context.Context, q question, outage func(TokenAnswer) bool, send func() TokenAnswer) TokenAnswer {
	answer, err := c.answers.Get(ctx, q, maxTries(ctx), func(budget memo.Budget) memo.Answer[TokenAnswer] {
		asked, failure := c.outages.begin(q, budget)
		if failure != nil {
			return memo.Answer[TokenAnswer]{Value: TokenAnswer{Answer: Answer{Failure: failure}}, Outage: true}
		}
		a := send()
		if !errors.Is(ctx.Err(), context.Canceled) || a.Failure == nil { // a cancelled request says nothing about the address
			c.outages.end(asked, a.Failure)
		}
		return memo.Answer[TokenAnswer]{Value: a, Outage: outage(a), RetryAfter: a.RetryAfter, Transient: q.size()+a.size() > maxKept}
	})
	if err != nil {
		return TokenAnswer{Answer: Answer{Failure: &Failure{Fault: FaultTimeout, unsent: true}}}
	}
	return answer
}

// isOutage reports whether a registry's answer says nothing about the credentials: there
// was no usable response, or the status is that of a failing or overloaded server or
// of a proxy.
func isOutage(a TokenAnswer) bool {
	return a.Failure != nil || a.Status >= http.StatusInternalServerError || a.Status == http.StatusProxyAuthRequired ||
		a.Status == http.StatusRequestTimeout || a.Status == http.StatusTooManyRequests
}

// isTokenOutage reports the same for a token service, whose 2xx without a usable
// token is an outage too.
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
	for _, granted := range []actions{a.Grants.scope, a.Grants.claims} {
		for repository, actions := range granted {
			size += perEntry + len(repository)
			for _, action := range actions {
				size += perEntry + len(action)
			}
		}
	}
	return size
}
