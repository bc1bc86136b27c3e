package doctor

import (
	"context"
	"errors"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"
)

// memoTime is how long an answer is remembered.
const memoTime = time.Minute

// memo asks each question once: who asks while it is on its way waits for the
// answer, and an answer that is worth it is given to everybody for a minute.
type memo[T any] struct {
	now   func() time.Time
	size  int // answers that are remembered at most
	group singleflight.Group

	mu      sync.Mutex
	known   map[string]known[T]
	flights map[string]*flight
}

// known is an answer that is remembered.
type known[T any] struct {
	value T
	until time.Time
}

// flight is a question on its way, for as long as anybody waits.
type flight struct {
	ctx     context.Context //nolint:containedctx // it belongs to all who wait, and ends when the last one leaves
	cancel  context.CancelFunc
	waiting int
}

// question is what a memo is asked.
type question[T any] struct {
	key string // without secrets
	// patience is for how long and how often is asked: only those who have the same
	// wait for each other, since an outage means the same to them.
	patience string
	ask      func(ctx context.Context) T
	// keep is what is remembered of an answer; ok is false for an outage.
	keep func(answer T) (kept T, ok bool)
}

func newMemo[T any](now func() time.Time, size int) *memo[T] {
	return &memo[T]{now: now, size: size, known: map[string]known[T]{}, flights: map[string]*flight{}}
}

// get returns what is remembered, else what asking leads to. The only error is
// that of ctx; the others who wait are not concerned by it.
func (m *memo[T]) get(ctx context.Context, q question[T]) (T, error) {
	var none T
	if err := ctx.Err(); err != nil {
		return none, err
	}
	m.mu.Lock()
	if k, ok := m.known[q.key]; ok && m.now().Before(k.until) {
		m.mu.Unlock()
		return k.value, nil
	}
	name := q.key + q.patience
	f := m.flights[name]
	if f == nil {
		f = newFlight(ctx)
		m.flights[name] = f
	}
	f.waiting++
	done := m.group.DoChan(name, func() (any, error) {
		answer := q.ask(f.ctx)
		m.land(name, f, q, answer)
		return answer, nil
	})
	m.mu.Unlock()
	defer m.leave(name, f)
	select {
	case result := <-done:
		return result.Val.(T), nil
	case <-ctx.Done():
	}
	if errors.Is(ctx.Err(), context.DeadlineExceeded) && f.endsBefore(ctx) {
		return (<-done).Val.(T), nil // which says more than that the time is over
	}
	return none, ctx.Err()
}

// endsBefore tells whether a flight, which ends at its deadline, ends at that of
// ctx or before.
func (f *flight) endsBefore(ctx context.Context) bool {
	mine, bounded := f.ctx.Deadline()
	theirs, waits := ctx.Deadline()
	return bounded && waits && !mine.After(theirs)
}

// newFlight keeps the values and the deadline of who asks first, and not the
// cancellation.
func newFlight(ctx context.Context) *flight {
	detached := context.WithoutCancel(ctx)
	f := &flight{}
	if deadline, ok := ctx.Deadline(); ok {
		f.ctx, f.cancel = context.WithDeadline(detached, deadline)
	} else {
		f.ctx, f.cancel = context.WithCancel(detached)
	}
	return f
}

// land remembers an answer and ends its flight: who asks from now on finds the
// one, or begins another.
func (m *memo[T]) land(name string, f *flight, q question[T], answer T) {
	kept, worth := q.keep(answer)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.end(name, f)
	if !worth {
		return
	}
	for key, k := range m.known {
		if len(m.known) < m.size {
			break
		}
		if now := m.now(); !now.Before(k.until) || key != q.key {
			delete(m.known, key) // any of them: asking again costs little
		}
	}
	m.known[q.key] = known[T]{kept, m.now().Add(memoTime)}
}

// leave ends a flight that nobody waits for.
func (m *memo[T]) leave(name string, f *flight) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if f.waiting--; f.waiting == 0 {
		f.cancel()
		m.end(name, f)
	}
}

// end makes the next question a new one.
func (m *memo[T]) end(name string, f *flight) {
	if m.flights[name] == f {
		delete(m.flights, name)
		m.group.Forget(name)
	}
}
