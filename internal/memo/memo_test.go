package memo_test

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stellaops/terraform-provider-stellaops/internal/memo"
)

// kept remembers any answer, as 10 bytes.
func kept(i int) (int, int) { return i, 10 }

// never takes every answer for an outage.
func never(i int) (int, int) { return i, 0 }

func TestRoomIsMadeByWhatEndsFirst(t *testing.T) {
	t.Parallel()
	clock := time.Unix(1_700_000_000, 0)
	m := memo.New[int](func() time.Time { return clock }, 100)
	asked := 0
	get := func(i int) {
		t.Helper()
		got, err := m.Get(t.Context(), memo.Question[int]{
			Key: strconv.Itoa(i), Keep: kept,
			Ask: func(context.Context) int { asked++; return i },
		})
		if err != nil || got != i {
			t.Fatalf("asked for %d, got %d: %v", i, got, err)
		}
	}
	for i := range 15 {
		get(i)
		if n := len(m.Keys()); n > 10 {
			t.Fatalf("%d answers are kept", n)
		}
	}
	for i := 5; i < 15; i++ {
		get(i)
	}
	if asked != 15 {
		t.Errorf("asked %d times, want 15: the last ten are kept", asked)
	}
	clock = clock.Add(memo.Time)
	if get(14); asked != 16 {
		t.Errorf("asked %d times, want 16: the last one is kept for too long", asked)
	}
	if n := len(m.Keys()); n != 1 {
		t.Errorf("%d answers are kept, of which nine have ended", n)
	}
	for range 3 { // the same question, again and again, is one answer
		clock = clock.Add(memo.Time)
		get(14)
	}
	for i := range 9 {
		get(100 + i)
	}
	if before := asked; len(m.Keys()) != 10 {
		t.Errorf("%d answers are kept", len(m.Keys()))
	} else if get(14); asked != before {
		t.Error("an answer that is there anew was forgotten with the old one")
	}
}

func TestWhatHasNoRoomIsNotKept(t *testing.T) {
	t.Parallel()
	m := memo.New[int](time.Now, 100)
	for i, weight := range []int{60, 101} {
		if _, err := m.Get(t.Context(), memo.Question[int]{
			Key: strconv.Itoa(i), Ask: func(context.Context) int { return i }, Keep: func(i int) (int, int) { return i, weight },
		}); err != nil {
			t.Fatal(err)
		}
	}
	if _, ok := m.Known("0"); !ok {
		t.Error("an answer had to go for one that has no room")
	}
	if _, ok := m.Known("1"); ok {
		t.Error("an answer is kept that has no room")
	}
}

// TestWhatNobodyWaitsForIsNotKept has an answer that comes because the question
// was broken off.
func TestWhatNobodyWaitsForIsNotKept(t *testing.T) {
	t.Parallel()
	m := memo.New[int](time.Now, 100)
	ctx, cancel := context.WithCancel(t.Context())
	over := make(chan struct{})
	_, err := m.Get(ctx, memo.Question[int]{Key: "k", Keep: func(i int) (int, int) {
		defer close(over)
		return kept(i)
	}, Ask: func(ctx context.Context) int {
		cancel()
		<-ctx.Done()
		return 1
	}})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	<-over
	got, err := m.Get(t.Context(), memo.Question[int]{Key: "k", Keep: kept, Ask: func(context.Context) int { return 2 }})
	if err != nil || got != 2 {
		t.Errorf("got %d, want 2: %v", got, err)
	}
}

// TestWhoWaitsTakesNoOutageOfTheHasty has one question on its way, and somebody
// who would ask for longer, or more often.
func TestWhoWaitsTakesNoOutageOfTheHasty(t *testing.T) {
	t.Parallel()
	const hour = time.Hour
	once, often := memo.Policy{Tries: 1}, memo.Policy{Tries: 3, MinDelay: time.Second, MaxDelay: time.Minute}
	soon, capped := often, often
	soon.MinDelay, capped.MaxDelay = time.Millisecond, time.Second
	for _, row := range []struct {
		name         string
		first, other time.Duration // 0 for no deadline
		policies     [2]memo.Policy
		keep         func(int) (int, int)
		endless      bool
		asked        int64
	}{
		{"an outage, for as long", hour, hour, [2]memo.Policy{once, once}, never, false, 1},
		{"an outage, for less", hour, hour / 2, [2]memo.Policy{often, once}, never, false, 1},
		{"an outage, for longer", hour / 2, hour, [2]memo.Policy{once, once}, never, false, 2},
		{"an outage, for ever", hour, 0, [2]memo.Policy{once, once}, never, false, 2},
		{"an outage, after none", 0, hour, [2]memo.Policy{once, once}, never, false, 1},
		{"an outage, more often", hour, hour, [2]memo.Policy{once, often}, never, false, 2},
		{"an outage, with longer delays", hour, hour, [2]memo.Policy{soon, often}, never, false, 2},
		{"an outage, with longer delays in the end", hour, hour, [2]memo.Policy{capped, often}, never, false, 2},
		{"an outage, with shorter delays", hour, hour, [2]memo.Policy{often, soon}, never, false, 1},
		{"an outage of what takes as long as it takes", hour / 2, hour, [2]memo.Policy{once, once}, never, true, 1},
		{"an answer, for longer", hour / 2, hour, [2]memo.Policy{once, often}, kept, false, 1},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			m := memo.New[int](time.Now, 100)
			var asked atomic.Int64
			begun, waits, hold := make(chan struct{}, 2), make(chan struct{}, 2), make(chan struct{})
			get := func(long time.Duration, policy memo.Policy) {
				ctx := t.Context()
				if long > 0 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, long)
					defer cancel()
				}
				_, err := m.Get(watched{ctx, waits}, memo.Question[int]{Key: "k", Policy: policy, Keep: row.keep, Endless: row.endless, Ask: func(context.Context) int {
					begun <- struct{}{}
					<-hold
					return int(asked.Add(1))
				}})
				if err != nil {
					t.Error(err)
				}
			}
			var both sync.WaitGroup
			both.Go(func() { get(row.first, row.policies[0]) })
			<-begun
			both.Go(func() { get(row.other, row.policies[1]) })
			<-waits
			<-waits
			close(hold)
			both.Wait()
			if n := asked.Load(); n != row.asked {
				t.Errorf("asked %d times, want %d", n, row.asked)
			}
		})
	}
}

// watched tells when somebody begins to wait.
type watched struct {
	context.Context
	waits chan struct{}
}

// Done is what waiting begins with.
func (w watched) Done() <-chan struct{} {
	select {
	case w.waits <- struct{}{}:
	default: // they wait for the second time
	}
	return w.Context.Done()
}

func TestAnEndlessQuestionHasNoDeadline(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
	defer cancel()
	for endless, want := range map[bool]bool{true: false, false: true} {
		m := memo.New[int](time.Now, 100)
		if _, err := m.Get(ctx, memo.Question[int]{Key: "k", Keep: kept, Endless: endless, Ask: func(ctx context.Context) int {
			if _, bounded := ctx.Deadline(); bounded != want {
				t.Errorf("endless %t: there is a deadline: %t", endless, bounded)
			}
			return 1
		}}); err != nil {
			t.Fatal(err)
		}
	}
}

// TestAnotherPolicyIsWaitedForHalfTheTime has a question on its way whose policy
// takes its time.
func TestAnotherPolicyIsWaitedForHalfTheTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := memo.New[int](time.Now, 20)
		begun := make(chan struct{})
		ask := func(timeout time.Duration, policy memo.Policy, ask func(ctx context.Context) int) int {
			ctx, cancel := context.WithTimeout(t.Context(), timeout)
			defer cancel()
			answer, err := m.Get(ctx, memo.Question[int]{Key: "k", Keep: kept, Policy: policy, Ask: ask})
			if err != nil {
				t.Error(err)
			}
			return answer
		}
		var slow sync.WaitGroup
		slow.Go(func() {
			ask(time.Hour, memo.Policy{Tries: 3, MinDelay: time.Minute}, func(context.Context) int {
				close(begun)
				<-time.After(10 * time.Second)
				return 1
			})
		})
		<-begun
		started := time.Now()
		if answer := ask(2*time.Second, memo.Policy{Tries: 2}, func(context.Context) int { return 2 }); answer != 2 || time.Since(started) != time.Second {
			t.Errorf("got %d after %v, want 2 after 1s", answer, time.Since(started))
		}
		if answer := ask(2*time.Second, memo.Policy{Tries: 3, MinDelay: time.Minute}, func(context.Context) int { return 3 }); answer != 2 {
			t.Errorf("got %d, want 2, which is remembered", answer)
		}
		slow.Wait()
		if _, err := m.Get(t.Context(), memo.Question[int]{Key: "other", Keep: kept, Ask: func(context.Context) int { return 4 }}); err != nil {
			t.Error(err)
		}
		if keys := m.Keys(); len(keys) != 2 { // the two answers to one question take the room of one
			t.Errorf("%q are remembered", keys)
		}
	})
}
