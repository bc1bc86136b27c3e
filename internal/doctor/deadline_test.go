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
	for name, row := range map[string]struct {
		began time.Time
		least time.Duration
		most  time.Duration
	}{
		"it begins now":             {time.Time{}, 50 * time.Minute, time.Hour},
		"it began half an hour ago": {time.Now().Add(-30 * time.Minute), 20 * time.Minute, 30 * time.Minute},
	} {
		wire := &clocked{}
		_, err := doctor.New(wire, time.Now, random).Check(t.Context(), doctor.Request{
			Endpoint: endpoint(t, "registry.example.com"), Timeout: time.Hour, Began: row.began,
		})
		if err != nil {
			t.Fatal(err)
		}
		if left := time.Until(wire.deadline); left > row.most || left < row.least {
			t.Errorf("%s: %s are left, want %s to %s", name, left, row.least, row.most)
		}
	}
}
