package registry

import (
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"

	"github.com/stellaops/terraform-provider-stellaops/internal/memo"
)

// maxAddresses is how many addresses are watched.
const maxAddresses = 1024

// outages remembers which addresses give no answer at all, whatever they are asked.
// One question without an answer may be about one login: some servers hang on a
// single user. Two different ones, while no other is answered, are an outage of the
// address.
type outages struct {
	mu        sync.Mutex
	addresses *simplelru.LRU[address, *addressState]
	events    int // so far: a clock has too few instants to put them in order
}

func newOutages() *outages {
	addresses, _ := simplelru.NewLRU[address, *addressState](maxAddresses, nil) // an error only for a size below one
	return &outages{addresses: addresses}
}

// addressState is what is known of an address that did not answer.
type addressState struct {
	lastAnswered int           // event at which it last did; 0 for never
	lastFailed   failedAttempt // question

	until   time.Time // end of an outage of the address; zero for none
	failure *Failure
	budget  memo.Budget // on which it was met
}

// attempt is a question on its way.
type attempt struct {
	question question
	budget   memo.Budget
	event    int
	began    time.Time
}

// failedAttempt is a question that got no answer.
type failedAttempt struct {
	attempt
	ended time.Time // zero for none
}

// begin begins a question, unless its address has an outage that means the same to a
// caller with the budget.
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

// end learns from what came of a question; failure is nil where it was answered.
func (o *outages) end(a attempt, failure *Failure) {
	if failure != nil && failure.unsent {
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
	before := s.lastFailed
	s.lastFailed = failedAttempt{a, time.Now()}
	alone := before.ended.IsZero() || before.question == a.question || a.began.Sub(before.ended) > memo.MaxAge
	if alone || min(a.event, before.event) < s.lastAnswered { // or another was answered meanwhile
		return
	}
	s.until = s.lastFailed.ended.Add(min(s.lastFailed.ended.Sub(a.began), memo.MaxAge))
	s.failure = failure
	s.budget = memo.Budget{Tries: min(a.budget.Tries, before.budget.Tries), Time: shorter(a.budget.Time, before.budget.Time)}
}

// shorter is the shorter one of two times, of which 0 is endless.
func shorter(a, b time.Duration) time.Duration {
	if a == 0 || b != 0 && b < a {
		return b
	}
	return a
}
