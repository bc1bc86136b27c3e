package memo_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stellaops/terraform-provider-stellaops/internal/memo"
)

// countingAsker answers questions after a while and counts them.
type countingAsker struct {
	mu    sync.Mutex
	takes time.Duration
	gives memo.Answer[string]
	asked int
}

// get asks the memo on a budget; the answer of a caller whose time is over while it
// asks is an outage.
func (a *countingAsker) get(ctx context.Context, m *memo.Memo[string, string], timeout time.Duration, tries int) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	return m.Get(ctx, "question", tries, func(memo.Budget) memo.Answer[string] {
		a.mu.Lock()
		a.asked++
		takes, gives := a.takes, a.gives
		a.mu.Unlock()
		select {
		case <-time.After(takes):
			return gives
		case <-ctx.Done():
			return memo.Answer[string]{Value: "late", Outage: true}
		}
	})
}

func TestMemo_Get_AsksOnceForAMinute(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m, a := memo.New[string, string](10), &countingAsker{takes: time.Second, gives: memo.Answer[string]{Value: "yes"}}
		for _, step := range []struct {
			after time.Duration
			asked int
		}{{0, 1}, {59 * time.Second, 1}, {time.Second, 2}} {
			<-time.After(step.after)
			var all sync.WaitGroup
			for range 50 {
				all.Go(func() {
					if got, err := a.get(t.Context(), m, time.Minute, 1); got != "yes" || err != nil {
						t.Errorf("got %q, %v", got, err)
					}
				})
			}
			all.Wait()
			if a.asked != step.asked {
				t.Errorf("asked %d times, want %d", a.asked, step.asked)
			}
		}
	})
}

func TestMemo_Get_KeepsAnOutageForAsLongAsItTook(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name        string
		takes       time.Duration
		retryAfter  time.Duration
		kept, again time.Duration // after the answer
	}{
		{"two seconds", 2 * time.Second, 0, 1900 * time.Millisecond, 2 * time.Second},
		{"at once", 0, 0, -1, 0},
		{"longer than a minute", 2 * time.Minute, 0, 59 * time.Second, time.Minute},
		{"what the server names", time.Second, 20 * time.Second, 19 * time.Second, 20 * time.Second},
		{"less than it took, where the server names it", 10 * time.Second, 2 * time.Second, 2*time.Second - 1, 2 * time.Second},
		{"a minute of what the server names", time.Second, time.Hour, 59 * time.Second, time.Minute},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				m, a := memo.New[string, string](10), &countingAsker{takes: row.takes, gives: memo.Answer[string]{Value: "down", Outage: true, RetryAfter: row.retryAfter}}
				get := func() {
					if got, err := a.get(t.Context(), m, time.Hour, 1); got != "down" || err != nil {
						t.Errorf("got %q, %v", got, err)
					}
				}
				get()
				if row.kept >= 0 {
					<-time.After(row.kept)
					get()
					if a.asked != 1 {
						t.Errorf("asked %d times, want once", a.asked)
					}
					<-time.After(row.again - row.kept)
				}
				get()
				if a.asked != 2 {
					t.Errorf("asked %d times, want twice", a.asked)
				}
			})
		})
	}
}

func TestMemo_Get_ServesAnOutageToThoseWhoWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m, a := memo.New[string, string](10), &countingAsker{takes: time.Hour}
		var all sync.WaitGroup
		for range 200 {
			all.Go(func() {
				if got, err := a.get(t.Context(), m, 2*time.Second, 3); got != "late" && !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("got %q, %v", got, err)
				}
			})
		}
		began := time.Now()
		all.Wait()
		if took := time.Since(began); a.asked != 1 || took != 2*time.Second {
			t.Errorf("asked %d times in %s", a.asked, took)
		}
	})
}

func TestBudget_Covers(t *testing.T) {
	t.Parallel()
	const s = time.Second
	for _, row := range []struct {
		met, caller memo.Budget
		want        bool
	}{
		{memo.Budget{Tries: 3, Time: 30 * s}, memo.Budget{Tries: 3, Time: 30 * s}, true},
		{memo.Budget{Tries: 3, Time: 30 * s}, memo.Budget{Tries: 1, Time: 2 * s}, true},
		{memo.Budget{Tries: 3, Time: 27 * s}, memo.Budget{Tries: 3, Time: 30 * s}, true},
		{memo.Budget{Tries: 3, Time: 26 * s}, memo.Budget{Tries: 3, Time: 30 * s}, false},
		{memo.Budget{Tries: 2, Time: 30 * s}, memo.Budget{Tries: 3, Time: 30 * s}, false},
		{memo.Budget{Tries: 3}, memo.Budget{Tries: 3, Time: 30 * s}, true},
		{memo.Budget{Tries: 3}, memo.Budget{Tries: 3}, true},
		{memo.Budget{Tries: 3, Time: time.Hour}, memo.Budget{Tries: 3}, false},
	} {
		if got := row.met.Covers(row.caller); got != row.want {
			t.Errorf("%+v for %+v: %t", row.met, row.caller, got)
		}
	}
}

// TestMemo_Get_AsksAnewWithALargerBudget has a caller with little time or few tries
// that meets an outage while others wait, and one that comes later.
func TestMemo_Get_AsksAnewWithALargerBudget(t *testing.T) {
	t.Parallel()
	for name, hasty := range map[string]struct {
		timeout time.Duration
		tries   int
	}{"little time": {time.Second, 3}, "few tries": {time.Minute, 1}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				m, a := memo.New[string, string](10), &countingAsker{takes: 2 * time.Second, gives: memo.Answer[string]{Value: "down", Outage: true}}
				var all sync.WaitGroup
				all.Go(func() { _, _ = a.get(t.Context(), m, hasty.timeout, hasty.tries) })
				synctest.Wait()
				a.mu.Lock()
				a.gives = memo.Answer[string]{Value: "yes"}
				a.mu.Unlock()
				for range 10 {
					all.Go(func() {
						if got, err := a.get(t.Context(), m, time.Minute, 3); got != "yes" || err != nil {
							t.Errorf("got %q, %v", got, err)
						}
					})
				}
				all.Wait()
				if a.asked != 2 {
					t.Errorf("asked %d times, want twice", a.asked)
				}
			})
		})
	}
}

func TestMemo_Get_ACancelledCallerEndsNoOther(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m, a := memo.New[string, string](10), &countingAsker{takes: time.Second, gives: memo.Answer[string]{Value: "yes"}}
		ctx, cancel := context.WithCancel(t.Context())
		var all sync.WaitGroup
		all.Go(func() { _, _ = a.get(ctx, m, time.Minute, 1) })
		synctest.Wait()
		waiting, leave := context.WithCancel(t.Context())
		all.Go(func() {
			if _, err := a.get(waiting, m, time.Minute, 1); !errors.Is(err, context.Canceled) {
				t.Errorf("the one who leaves: %v", err)
			}
		})
		all.Go(func() {
			if got, err := a.get(t.Context(), m, time.Minute, 1); got != "yes" || err != nil {
				t.Errorf("the one who stays: %q, %v", got, err)
			}
		})
		synctest.Wait()
		leave()
		cancel()
		all.Wait()
		if a.asked != 2 {
			t.Errorf("asked %d times, want twice", a.asked)
		}
	})
}

func TestMemo_Get_KeepsAnAnswerThatReachesACancelledCaller(t *testing.T) {
	t.Parallel()
	m := memo.New[string, string](10)
	ctx, cancel := context.WithCancel(t.Context())
	got, err := m.Get(ctx, "question", 1, func(memo.Budget) memo.Answer[string] {
		cancel()
		return memo.Answer[string]{Value: "yes"}
	})
	if got != "yes" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	got, err = m.Get(t.Context(), "question", 1, func(memo.Budget) memo.Answer[string] { return memo.Answer[string]{Value: "again"} })
	if got != "yes" || err != nil {
		t.Errorf("then %q, %v", got, err)
	}
}

func TestMemo_Get_ForgetsACallerThatPanics(t *testing.T) {
	t.Parallel()
	m := memo.New[string, string](10)
	func() {
		defer func() { _ = recover() }()
		_, _ = m.Get(t.Context(), "question", 1, func(memo.Budget) memo.Answer[string] { panic("a fault of the caller") }) //nolint:forbidigo // what a bug would do
	}()
	got, err := m.Get(t.Context(), "question", 1, func(memo.Budget) memo.Answer[string] { return memo.Answer[string]{Value: "yes"} })
	if got != "yes" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestMemo_Get_DoesNotKeepATransientAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m, a := memo.New[string, string](10), &countingAsker{takes: time.Second, gives: memo.Answer[string]{Value: "large", Transient: true}}
		for round := 1; round <= 2; round++ {
			var all sync.WaitGroup
			for range 5 {
				all.Go(func() {
					if got, err := a.get(t.Context(), m, time.Minute, 1); got != "large" || err != nil {
						t.Errorf("got %q, %v", got, err)
					}
				})
			}
			all.Wait()
			if a.asked != round {
				t.Errorf("asked %d times in round %d", a.asked, round)
			}
		}
	})
}

func TestMemo_Get_ForgetsWhatWasNotUsedForTheLongestTime(t *testing.T) {
	t.Parallel()
	m := memo.New[string, int](3)
	asked := map[string]int{}
	get := func(key string) {
		_, _ = m.Get(t.Context(), key, 1, func(memo.Budget) memo.Answer[int] {
			asked[key]++
			return memo.Answer[int]{Value: 1}
		})
	}
	get("kept")
	for i := range 10 {
		get(fmt.Sprint(i))
		get("kept")
	}
	get("0")
	if asked["kept"] != 1 || asked["0"] != 2 {
		t.Errorf("asked %v", asked)
	}
}

func TestMemo_Get_EndsWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m, a := memo.New[string, string](10), &countingAsker{takes: time.Minute, gives: memo.Answer[string]{Value: "yes"}}
		var all sync.WaitGroup
		all.Go(func() { _, _ = a.get(t.Context(), m, time.Hour, 1) })
		synctest.Wait()
		began := time.Now()
		if _, err := a.get(t.Context(), m, time.Second, 1); !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != time.Second {
			t.Errorf("%v after %s", err, time.Since(began))
		}
		all.Wait()
	})
}
