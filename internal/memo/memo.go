// Package memo caches answers by key. Concurrent callers with the same key share one
// request: the first sends it, and the others wait for its answer.
package memo

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"
)

// MaxAge is the longest time for which an answer is cached.
const MaxAge = time.Minute

// Budget is how often a caller would try to get an answer, and for how long.
type Budget struct {
	Tries int           // the first one included
	Time  time.Duration // until its deadline; 0 for none
}

// BudgetOf returns the budget of a caller with that number of tries under ctx.
func BudgetOf(ctx context.Context, tries int) Budget {
	b := Budget{Tries: tries}
	if deadline, ok := ctx.Deadline(); ok {
		b.Time = max(1, time.Until(deadline))
	}
	return b
}

// Covers reports whether an outage that a caller met with budget b holds for a caller
// with the other budget too: that has no more tries, and b has at least nine tenths of
// its time. Without the tenth, two callers with the same timeout would not share an outage,
// since they do not start at the same instant.
func (b Budget) Covers(other Budget) bool {
	return b.Tries >= other.Tries && (b.Time == 0 || other.Time != 0 && b.Time >= other.Time-other.Time/10)
}

// Answer is a value to cache, and for how long.
type Answer[V any] struct {
	Value V
	// Outage reports whether the value is no answer to what was asked. It is cached for
	// as long as it took to get it, for callers whose budget it covers.
	Outage bool
	// RetryAfter is how long to cache an outage instead, at most [MaxAge]; 0 for the
	// time that it took.
	RetryAfter time.Duration
	// Transient reports whether only callers that wait already get the value: it is not
	// cached.
	Transient bool
}

// Memo is a cache of answers by key. It is safe for concurrent use; make it with
// [New].
type Memo[K comparable, V any] struct {
	mu      sync.Mutex
	entries *simplelru.LRU[K, *entry[V]]
}

// entry is the answer of one key. All fields but done and budget are written before
// done is closed.
type entry[V any] struct {
	done   chan struct{}
	budget Budget // of the caller that fills it
	answer Answer[V]
	known  bool // whether there is an answer; false if the caller panicked or was cancelled
	until  time.Time
}

// New returns a memo with room for size answers. A further one replaces the least
// recently used.
func New[K comparable, V any](size int) *Memo[K, V] {
	entries, _ := simplelru.NewLRU[K, *entry[V]](max(1, size), nil) // an error only for a size below one
	return &Memo[K, V]{entries: entries}
}

// Get returns the cached answer of a key; else it waits for a caller that asks for it
// already, or else calls ask. ask runs under the first caller's deadline. If that
// caller is cancelled, panics, or meets an outage that does not cover the budget of a
// waiting caller, one of those that wait calls ask again. The only error is that of ctx while
// waiting.
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
			case <-e.done: // both ended at the same time; the answer is more useful
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

// entryFor returns the entry to wait for, or a new one that the caller must fill.
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

// serves reports whether the answer holds for a caller with the budget.
func (e *entry[V]) serves(budget Budget) bool {
	return e.known && (!e.answer.Outage || e.budget.Covers(budget))
}

// fill calls ask and stores its answer in the entry. It does not store an outage of a
// caller that was cancelled, which may be its only cause.
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

// drop removes the entry, unless it was replaced meanwhile.
func (m *Memo[K, V]) drop(key K, e *entry[V]) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if current, ok := m.entries.Peek(key); ok && current == e {
		m.entries.Remove(key)
	}
}
