package memo_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stellaops/terraform-provider-stellaops/internal/memo"
)

// TestBudgetOf_ADeadlineThatIsOverIsNotNone: no deadline is more time than any other.
func TestBudgetOf_ADeadlineThatIsOverIsNotNone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for _, late := range []time.Duration{0, time.Hour} {
			ctx, cancel := context.WithDeadline(t.Context(), time.Now().Add(-late))
			defer cancel()
			if b := memo.BudgetOf(ctx, 1); b.Time <= 0 || b.Time > time.Millisecond {
				t.Errorf("%s late: %+v", late, b)
			}
		}
	})
}

// TestMemo_Get_ServesWhatIsKnownToOneWhoIsLate asks so often that chance is no
// explanation.
func TestMemo_Get_ServesWhatIsKnownToOneWhoIsLate(t *testing.T) {
	t.Parallel()
	m := memo.New[string, string](10)
	ctx, cancel := context.WithCancel(t.Context())
	answer := func(memo.Budget) memo.Answer[string] { return memo.Answer[string]{Value: "yes"} }
	if _, err := m.Get(ctx, "question", 1, answer); err != nil {
		t.Fatal(err)
	}
	cancel()
	for range 100 {
		if got, err := m.Get(ctx, "question", 1, answer); got != "yes" || err != nil {
			t.Fatalf("got %q, %v", got, err)
		}
	}
}

// late is a context whose end nobody is told of.
type late struct{ context.Context }

func (late) Err() error { return context.DeadlineExceeded }

// TestMemo_Get_DoesNotAskForOneWhoIsLate has one who waits, and whose time is over in
// the instant in which another, who tries less often, meets an outage.
func TestMemo_Get_DoesNotAskForOneWhoIsLate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m, a := memo.New[string, string](10), &countingAsker{takes: time.Second, gives: memo.Answer[string]{Value: "down", Outage: true}}
		go func() { _, _ = a.get(t.Context(), m, time.Minute, 1) }()
		synctest.Wait()
		_, err := m.Get(late{t.Context()}, "question", 3, func(memo.Budget) memo.Answer[string] {
			t.Error("the one who is late asks")
			return memo.Answer[string]{}
		})
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
	})
}

// TestMemo_Get_DropsNoAnswerButItsOwn has a large answer to a question that was pushed
// out of the memory and asked again meanwhile.
func TestMemo_Get_DropsNoAnswerButItsOwn(t *testing.T) {
	t.Parallel()
	m := memo.New[string, string](1)
	asked := 0
	get := func(key, value string) {
		_, _ = m.Get(t.Context(), key, 1, func(memo.Budget) memo.Answer[string] {
			asked++
			return memo.Answer[string]{Value: value}
		})
	}
	_, _ = m.Get(t.Context(), "question", 1, func(memo.Budget) memo.Answer[string] {
		get("another", "yes")
		get("question", "short")
		return memo.Answer[string]{Value: "large", Transient: true}
	})
	get("question", "again")
	if asked != 2 {
		t.Errorf("asked %d times, want twice", asked)
	}
}
