// Package memo asks each question once and remembers the answer: who asks while
// the question is on its way waits for the same answer, and who asks later gets it
// for as long as it is kept.
package memo

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"
)

// Longest is how long any answer is kept.
const MaxAge = time.Minute

// Budget is what a caller can spend on a question.
type Budget struct {
	Tries int           // how often it would ask, the first time included
	Time  time.Duration // until its deadline; 0 for none
}

// BudgetOf is the budget of a caller that tries so often under ctx.
func BudgetOf(ctx context.Context, tries int) Budget {
	b := Budget{Tries: tries}
	if deadline, ok := ctx.Deadline(); ok {
		b.Time = max(1, time.Until(deadline))
	}
	return b
}

// Covers reports whether an outage that was met on b means the same to a caller
// with the other budget: that has no more tries and, give or take a tenth, no more
// time. Without the tenth two callers with one timeout would not share an outage,
// since they do not begin in the same instant.
func (b Budget) Covers(other Budget) bool {
	return b.Tries >= other.Tries && (b.Time == 0 || other.Time != 0 && b.Time >= other.Time-other.Time/10)
}

// Answer is what asking led to.
type Answer[V any] struct {
	Value V
	// Outage says that the value is no answer to the question. It is kept for as long
	// as it took to find out, and serves callers whose budget is covered.
	Outage bool
	// RetryAfter is how long an outage is kept instead; 0 leaves that as it is.
	RetryAfter time.Duration
	// Passing says that the value is too large to be kept: it serves those who wait.
	Transient bool
}

// Memo remembers answers by question. It is safe for concurrent use; make it with
// [New].
type Memo[K comparable, V any] struct {
	mu      sync.Mutex
	entries *simplelru.LRU[K, *entry[V]]
}

// entry is one question. All but done and budget is written before done is closed.
type entry[V any] struct {
	done   chan struct{}
	budget Budget // of the caller that asks
	answer Answer[V]
	known  bool // there is an answer: the caller neither panicked nor was cancelled
	until  time.Time
}

// New makes a memo of so many answers; the one that was not used for the longest
// time makes room for another.
func New[K comparable, V any](size int) *Memo[K, V] {
	entries, _ := simplelru.NewLRU[K, *entry[V]](max(1, size), nil) // an error only for a size below one
	return &Memo[K, V]{entries: entries}
}

// Get returns the answer that is known, else waits for the caller that asks
// already, else asks. A caller asks on its own time; when it is cancelled, panics,
// or meets an outage on a smaller budget, those who wait ask anew. The only error is
// that of ctx while waiting.
func (m *Memo[K, V]) Get(ctx context.Context, key K, tries int, ask func(Budget) Answer[V]) (V, error) {
	for {
		budget := BudgetOf(ctx, tries)
		e, first := m.entryFor(key, budget)
		if first {
			return m.fill(ctx, key, e, ask), nil
		}
		select {
		case <-e.done:
		case <-ctx.Done():
			select {
			case <-e.done: // at the same time; an answer says more
			default:
				var none V
				return none, ctx.Err()
			}
		}
		if e.serves(budget) {
			return e.answer.Value, nil
		}
		if err := ctx.Err(); err != nil {
			var none V
			return none, err
		}
	}
}

// entryFor returns the entry to wait for, or a new one for the caller to fill.
func (m *Memo[K, V]) entryFor(key K, budget Budget) (e *entry[V], first bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if e, ok := m.entries.Get(key); ok {
		select {
		case <-e.done:
			if e.serves(budget) && time.Now().Before(e.until) {
				return e, false
			}
		default:
			return e, false
		}
	}
	e = &entry[V]{done: make(chan struct{}), budget: budget}
	m.entries.Add(key, e)
	return e, true
}

// serves reports whether the answer is one for a caller with the budget.
func (e *entry[V]) serves(budget Budget) bool {
	return e.known && (!e.answer.Outage || e.budget.Covers(budget))
}

// fill fills the entry. A caller that was cancelled learned nothing about an outage.
func (m *Memo[K, V]) fill(ctx context.Context, key K, e *entry[V], ask func(Budget) Answer[V]) V {
	defer close(e.done)
	began := time.Now()
	answer := ask(e.budget)
	if answer.Outage && errors.Is(ctx.Err(), context.Canceled) {
		return answer.Value
	}
	kept := MaxAge
	if answer.Outage {
		kept = time.Since(began)
		if answer.RetryAfter > 0 {
			kept = answer.RetryAfter
		}
	}
	e.answer, e.known, e.until = answer, true, time.Now().Add(min(kept, MaxAge))
	if answer.Transient {
		m.drop(key, e)
	}
	return answer.Value
}

// drop forgets the entry, if it was not replaced meanwhile.
func (m *Memo[K, V]) drop(key K, e *entry[V]) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if current, ok := m.entries.Peek(key); ok && current == e {
		m.entries.Remove(key)
	}
}
