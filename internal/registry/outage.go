package registry

import (
	"cmp"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"

	"github.com/stellaops/terraform-provider-stellaops/internal/memo"
)

// maxAddresses is how many addresses have a recorded state.
const maxAddresses = 1024

// outages records which addresses (method, URL without its query) give no answer to any
// request; the outage of a single question is cached by package memo. If one login gets
// no answer, it may be the cause: some servers hang for a single user. If two different
// ones get none, and no request is answered meanwhile, the address has an outage. It
// holds for callers that have at most the longer of the two times, at most twice the
// shorter one, and no more tries than either.
type outages struct {
	mu        sync.Mutex
	addresses *simplelru.LRU[address, *addressState]
	events    int // counts begins and ends, which orders them; times may be equal
}

func newOutages() *outages {
	addresses, _ := simplelru.NewLRU[address, *addressState](maxAddresses, nil) // an error only for a size below one
	return &outages{addresses: addresses}
}

// addressState is what is known of an address that once did not answer.
type addressState struct {
	lastAnswered int             // event at which it last did; 0 for never
	failed       []failedAttempt // since then: at most two, of different logins, the longest time first

	until   time.Time   // end of its outage; zero for none
	failure *Failure    // that callers get instead of sending a request
	budget  memo.Budget // callers that it covers send none
}

// attempt is a request that was begun.
type attempt struct {
	question question
	budget   memo.Budget
	event    int
	began    time.Time
}

// failedAttempt is a request that got no answer.
type failedAttempt struct {
	attempt
	ended time.Time
}

// sameLogin reports whether both send the same secret, or are the same question. Two
// different questions without a secret count as different logins.
func (a attempt) sameLogin(b attempt) bool {
	q, p := a.question, b.question
	return q == p || q.authorization == p.authorization && q.body == p.body && (!q.authorization.Empty() || !q.body.Empty())
}

// begin records the beginning of a request. It returns the failure of its address
// instead if that has an outage which covers the caller's budget.
func (o *outages) begin(q question, budget memo.Budget) (attempt, *Failure) {
	o.mu.Lock()
	defer o.mu.Unlock()
	now := time.Now()
	if s, ok := o.addresses.Get(q.address); ok && now.Before(s.until) && s.budget.Covers(budget) {
		return attempt{}, s.failure
	}
	o.events++
	return attempt{q, budget, o.events, now}, nil
}

// end records the end of a request; failure is nil if there was an answer.
func (o *outages) end(a attempt, failure *Failure) {
	if failure != nil && failure.unsent || a.question.size() > maxKept {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.events++
	s, ok := o.addresses.Get(a.question.address)
	if !ok {
		s = &addressState{}
		o.addresses.Add(a.question.address, s)
	}
	if failure == nil {
		*s = addressState{lastAnswered: o.events}
		return
	}
	if a.event < s.lastAnswered {
		return // another question was answered meanwhile
	}
	if s.add(failedAttempt{a, time.Now()}); len(s.failed) < 2 {
		return
	}
	most, less := s.failed[0], s.failed[1]
	s.failure = failure
	// Twice the shorter: the first check of a plan has less time left than the next ones,
	// which find the answer of /v2/ in the cache.
	s.budget = memo.Budget{Tries: min(most.budget.Tries, less.budget.Tries), Time: min(timeOf(most), 2*timeOf(less))}
	if until := time.Now().Add(min(time.Since(a.began), memo.MaxAge)); until.After(s.until) {
		s.until = until
	}
}

// add keeps the failure, unless two others, or one of the same login, had more time: a
// caller with little time must not hide what those with more have found out. It drops
// failures that ended more than a minute before this one began.
func (s *addressState) add(a failedAttempt) {
	s.failed = slices.DeleteFunc(s.failed, func(f failedAttempt) bool {
		return f.event < s.lastAnswered || a.began.Sub(f.ended) > memo.MaxAge || f.sameLogin(a.attempt) && timeOf(f) <= timeOf(a)
	})
	if slices.ContainsFunc(s.failed, func(f failedAttempt) bool { return f.sameLogin(a.attempt) }) {
		return
	}
	s.failed = append([]failedAttempt{a}, s.failed...)
	slices.SortStableFunc(s.failed, func(f, g failedAttempt) int { return cmp.Compare(timeOf(g), timeOf(f)) })
	s.failed = s.failed[:min(2, len(s.failed))]
}

// timeOf is the time that the caller had; without a deadline, more than any.
func timeOf(f failedAttempt) time.Duration {
	if f.budget.Time == 0 {
		return math.MaxInt64 / 2
	}
	return f.budget.Time
}
