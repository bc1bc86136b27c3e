package doctor

import (
	"context"
	"slices"
	"sync"
)

// atOnce is how many checks ask one registry at the same time. A check asks one
// question after the other, so it is also how many connections they need.
const atOnce = 10

// turns makes checks wait for each other, host by host.
type turns struct {
	mu    sync.Mutex
	hosts map[string]*queue
}

// queue is what stands before one host.
type queue struct {
	places chan struct{}
	users  int // who have a place or wait for one
}

func newTurns() *turns { return &turns{hosts: map[string]*queue{}} }

// take waits for a turn at each host, which ends with done. The only error is that
// of ctx.
func (t *turns) take(ctx context.Context, hosts ...string) (done func(), err error) {
	var held []func()
	done = func() {
		for _, end := range held {
			end()
		}
	}
	slices.Sort(hosts) // nobody waits for a host that another one holds who waits for this one's
	for _, host := range slices.Compact(hosts) {
		end, err := t.takeOne(ctx, host)
		if err != nil {
			done()
			return nil, err
		}
		held = append(held, end)
	}
	return done, nil
}

func (t *turns) takeOne(ctx context.Context, host string) (done func(), err error) {
	t.mu.Lock()
	q := t.hosts[host]
	if q == nil {
		q = &queue{places: make(chan struct{}, atOnce)}
		t.hosts[host] = q
	}
	q.users++
	t.mu.Unlock()
	select {
	case q.places <- struct{}{}:
		return func() {
			<-q.places
			t.leave(host, q)
		}, nil
	case <-ctx.Done():
		t.leave(host, q)
		return nil, ctx.Err()
	}
}

// leave forgets a host that nobody asks any more.
func (t *turns) leave(host string, q *queue) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if q.users--; q.users == 0 {
		delete(t.hosts, host)
	}
}
