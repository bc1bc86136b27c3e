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
	addresses *simplelru.LRU[address, *silence]
	events    int // so far: a clock has too few instants to put them in order
}

func newOutages() *outages {
	addresses, _ := simplelru.NewLRU[address, *silence](maxAddresses, nil) // an error only for a size below one
	return &outages{addresses: addresses}
}

// silence is what is known of an address that did not answer.
type silence struct {
	answered int        // event at which it last did; 0 for never
	last     unanswered // question

	until   time.Time // end of an outage of the address; zero for none
	failure *Failure
	budget  memo.Budget // on which it was met
}

// asked is a question on its way.
type asked struct {
	question question
	budget   memo.Budget
	event    int
	began    time.Time
}

// unanswered is a question that got no answer.
type unanswered struct {
	asked
	ended time.Time // zero for none
}

// ask begins a question, unless its address has an outage that means the same to a
// caller with the budget.
func (o *outages) ask(q question, budget memo.Budget) (asked, *Failure) {
	o.mu.Lock()
	defer o.mu.Unlock()
	now := time.Now()
	if s, ok := o.addresses.Get(q.address); ok && now.Before(s.until) && s.budget.Covers(budget) {
		return asked{}, s.failure
	}
	o.events++
	return asked{q, budget, o.events, now}, nil
}

// end learns from what came of a question; failure is nil where it was answered.
func (o *outages) end(q asked, failure *Failure) {
	if failure != nil && failure.unasked {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.events++
	s, ok := o.addresses.Get(q.question.address)
	if !ok {
		s = &silence{}
		o.addresses.Add(q.question.address, s)
	}
	if failure == nil {
		*s = silence{answered: o.events}
		return
	}
	before := s.last
	s.last = unanswered{q, time.Now()}
	alone := before.ended.IsZero() || before.question == q.question || q.began.Sub(before.ended) > memo.Longest
	if alone || min(q.event, before.event) < s.answered { // or another was answered meanwhile
		return
	}
	s.until = s.last.ended.Add(min(s.last.ended.Sub(q.began), memo.Longest))
	s.failure = failure
	s.budget = memo.Budget{Tries: min(q.budget.Tries, before.budget.Tries), Time: shorter(q.budget.Time, before.budget.Time)}
}

// shorter is the shorter one of two times, of which 0 is endless.
func shorter(a, b time.Duration) time.Duration {
	if a == 0 || b != 0 && b < a {
		return b
	}
	return a
}
