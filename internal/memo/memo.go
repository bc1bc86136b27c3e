// Package memo asks each question once: who asks while it is on its way waits
// for the answer, and an answer that is worth it is given to everybody for a
// minute.
package memo

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"
)

// Time is how long an answer is remembered.
const Time = time.Minute

// Memo holds the answers to questions of one kind. It is safe for concurrent use;
// make it with [New].
type Memo[T any] struct {
	now   func() time.Time
	room  int
	group singleflight.Group

	mu      sync.Mutex
	known   map[string]known[T]
	oldest  []ending // of known, the first one ends first
	weight  int      // of known
	flights map[string]*flight
}

// known is an answer that is remembered.
type known[T any] struct {
	value  T
	weight int
	until  time.Time
}

// ending says when an answer is forgotten, if it is not there anew.
type ending struct {
	key   string
	until time.Time
}

// flight is a question on its way, for as long as anybody waits.
type flight struct {
	ctx      context.Context //nolint:containedctx // it belongs to all who wait, and ends when the last one leaves
	cancel   context.CancelFunc
	patience patience
	waiting  int
}

// Policy is how often a server is asked that does not answer.
type Policy struct {
	Tries              int
	MinDelay, MaxDelay time.Duration // between them
}

// patience is for how long and how often is asked; an outage means the same to
// those who have as much, or less.
type patience struct {
	Policy
	time time.Duration // 0 for no end
}

// Question is what a memo is asked.
type Question[T any] struct {
	Key string // the same for the same question; without secrets
	// Flight tells whom to wait for besides those with the same key, "" for
	// everybody who has it.
	Flight string
	// Policy is that of Ask.
	Policy Policy
	// Endless is for an answer that is waited for as long as it takes. Any other one
	// is given up at the deadline of who asks first.
	Endless bool
	Ask     func(ctx context.Context) T
	// Keep is what is remembered of an answer, and how many bytes it takes; 0 for an
	// outage, which is not remembered.
	Keep func(answer T) (kept T, weight int)
}

// landed is an answer as all get it who wait for it.
type landed[T any] struct {
	answer T
	outage bool
}

// New makes a memo. now is the clock; room is how many bytes of answers are
// remembered.
func New[T any](now func() time.Time, room int) *Memo[T] {
	return &Memo[T]{now: now, room: room, known: map[string]known[T]{}, flights: map[string]*flight{}}
}

// Known returns what is remembered.
func (m *Memo[T]) Known(key string) (T, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.recall(key)
}

func (m *Memo[T]) recall(key string) (T, bool) {
	k, ok := m.known[key]
	if !ok || !m.now().Before(k.until) {
		var none T
		return none, false
	}
	return k.value, true
}

// Get returns what is remembered, else what asking leads to. An outage that
// somebody with less patience met counts for nobody else, and who has another
// policy than the one who asks waits for half of its time, then asks for itself. The
// only error is that of ctx; the others who wait are not concerned by it.
func (m *Memo[T]) Get(ctx context.Context, q Question[T]) (T, error) {
	name := q.Key + q.Flight
	for {
		var none T
		if err := ctx.Err(); err != nil {
			return none, err
		}
		mine := patience{Policy: q.Policy}
		if deadline, ok := ctx.Deadline(); ok && !q.Endless {
			mine.time = time.Until(deadline)
		}
		m.mu.Lock()
		if value, ok := m.recall(q.Key); ok {
			m.mu.Unlock()
			return value, nil
		}
		f, done := m.join(ctx, name, q, mine)
		m.mu.Unlock()
		result, err := wait[T](ctx, f, done, mine)
		m.leave(name, f)
		switch {
		case errors.Is(err, errHalf):
			name = fmt.Sprintf("%s%s %+v", q.Key, q.Flight, q.Policy)
		case err != nil:
			return none, err
		case !result.outage, f.patience.covers(mine):
			return result.answer, nil
		}
	}
}

// join waits for a question that is on its way, or sends it.
func (m *Memo[T]) join(ctx context.Context, name string, q Question[T], mine patience) (*flight, <-chan singleflight.Result) {
	f := m.flights[name]
	if f == nil {
		f = newFlight(ctx, mine, q.Endless)
		m.flights[name] = f
	}
	f.waiting++
	return f, m.group.DoChan(name, func() (any, error) {
		answer := q.Ask(f.ctx)
		return landed[T]{answer, !m.land(name, f, q, answer)}, nil
	})
}

// errHalf says that half of the time is over, and that another policy asks.
var errHalf = errors.New("half of the time is over")

// wait returns what a flight leads to, or the error of ctx.
func wait[T any](ctx context.Context, f *flight, done <-chan singleflight.Result, mine patience) (landed[T], error) {
	var half <-chan time.Time
	if f.patience.Policy != mine.Policy && mine.time > 0 {
		timer := time.NewTimer(mine.time / 2)
		defer timer.Stop()
		half = timer.C
	}
	select {
	case result := <-done:
		return result.Val.(landed[T]), nil
	case <-half:
		return landed[T]{}, errHalf
	case <-ctx.Done():
	}
	if errors.Is(ctx.Err(), context.DeadlineExceeded) && f.endsBefore(ctx) {
		result := <-done // says more than that the time is over
		return result.Val.(landed[T]), nil
	}
	return landed[T]{}, ctx.Err()
}

// covers tells whether somebody with this patience has waited long enough for
// another one. A little less is as good: two who ask at the same time do not do so
// in the same instant.
func (p patience) covers(other patience) bool {
	return p.Tries >= other.Tries && p.MinDelay >= other.MinDelay && p.MaxDelay >= other.MaxDelay && (p.time == 0 || other.time != 0 && p.time >= other.time-other.time/10)
}

// endsBefore tells whether a flight, which ends at its deadline, ends at that of
// ctx or before.
func (f *flight) endsBefore(ctx context.Context) bool {
	mine, bounded := f.ctx.Deadline()
	theirs, waits := ctx.Deadline()
	return bounded && waits && !mine.After(theirs)
}

// newFlight keeps the values of who asks first and, unless it is endless, the
// deadline, but not the cancellation.
func newFlight(ctx context.Context, mine patience, endless bool) *flight {
	detached := context.WithoutCancel(ctx)
	f := &flight{patience: mine}
	if deadline, ok := ctx.Deadline(); ok && !endless {
		f.ctx, f.cancel = context.WithDeadline(detached, deadline)
	} else {
		f.ctx, f.cancel = context.WithCancel(detached)
	}
	return f
}

// land remembers an answer, if it is worth it, and ends its flight: who asks from
// now on finds the one, or begins another.
func (m *Memo[T]) land(name string, f *flight, q Question[T], answer T) (worth bool) {
	kept, weight := q.Keep(answer)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.end(name, f)
	if weight == 0 || errors.Is(f.ctx.Err(), context.Canceled) { // what is broken off proves nothing
		return false
	}
	m.remember(q.Key, known[T]{kept, weight, m.now().Add(Time)})
	return true
}

// remember makes room for an answer by those that end first.
func (m *Memo[T]) remember(key string, k known[T]) {
	m.forget(key)
	if k.weight > m.room {
		return
	}
	now := m.now()
	for len(m.oldest) > 0 {
		first := m.oldest[0]
		if current, ok := m.known[first.key]; ok && current.until.Equal(first.until) {
			if now.Before(first.until) && m.weight+k.weight <= m.room {
				break
			}
			m.forget(first.key)
		}
		m.oldest = m.oldest[1:]
	}
	m.known[key] = k
	m.weight += k.weight
	m.oldest = append(m.oldest, ending{key, k.until})
}

func (m *Memo[T]) forget(key string) {
	if k, ok := m.known[key]; ok {
		m.weight -= k.weight
		delete(m.known, key)
	}
}

// leave ends a flight that nobody waits for.
func (m *Memo[T]) leave(name string, f *flight) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if f.waiting--; f.waiting == 0 {
		f.cancel()
		m.end(name, f)
	}
}

// end makes the next question a new one.
func (m *Memo[T]) end(name string, f *flight) {
	if m.flights[name] == f {
		delete(m.flights, name)
		m.group.Forget(name)
	}
}

// Keys are those of what is remembered, in no order.
func (m *Memo[T]) Keys() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Collect(maps.Keys(m.known))
}
