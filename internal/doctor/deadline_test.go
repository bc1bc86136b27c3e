package doctor_test

import (
	"context"
	"testing"
	"time"

	"github.com/stellaops/terraform-provider-stellaops/internal/doctor"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

// clocked notes when its first question had to be answered.
type clocked struct {
	doctor.Wire
	deadline time.Time
}

func (c *clocked) Ask(ctx context.Context, _ registry.Endpoint, _ registry.Credential) registry.Answer {
	c.deadline, _ = ctx.Deadline()
	return *status(404)
}

// TestTheTimeOfACheckBeginsWithTheSearchForItsCredentials shows that what a
// credential helper took is not there for the registry any more.
func TestTheTimeOfACheckBeginsWithTheSearchForItsCredentials(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct{ spent, least, most time.Duration }{
		"nothing is spent":      {0, 50 * time.Minute, time.Hour},
		"half an hour is spent": {30 * time.Minute, 20 * time.Minute, 30 * time.Minute},
	} {
		wire := &clocked{}
		_, err := doctor.New(wire, time.Now, random).Check(t.Context(), doctor.Request{
			Endpoint: endpoint(t, "registry.example.com"), Timeout: time.Hour, Spent: row.spent,
		})
		if err != nil {
			t.Fatal(err)
		}
		if left := time.Until(wire.deadline); left > row.most || left < row.least {
			t.Errorf("%s: %s are left, want %s to %s", name, left, row.least, row.most)
		}
	}
}

// TestAReportSaysWhatItTook has a clock that stands still while a check waits for
// its turn, and for one that is remembered.
func TestAReportSaysWhatItTook(t *testing.T) {
	t.Parallel()
	clock := now
	s := &slowly{script{r0: *unauthorized(basicChallenge), r1: *unauthorized(basicChallenge)}, &clock}
	d := doctor.New(s, func() time.Time { return clock }, random)
	question := doctor.Request{Endpoint: endpoint(t, "registry.example.com"), Credential: userAndPassword, Timeout: time.Minute}
	for _, want := range []time.Duration{2 * time.Second, 0} {
		report, err := d.Check(t.Context(), question)
		if err != nil || report.Took != want {
			t.Errorf("took %v, want %v: %v", report.Took, want, err)
		}
	}
}

// slowly takes a second for each answer.
type slowly struct {
	script
	clock *time.Time
}

func (s *slowly) Ask(ctx context.Context, e registry.Endpoint, c registry.Credential) registry.Answer {
	*s.clock = s.clock.Add(time.Second)
	return s.script.Ask(ctx, e, c)
}
