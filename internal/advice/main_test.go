package advice_test

import (
	"context"
	"testing"
	"time"

	"github.com/stellaops/terraform-provider-stellaops/internal/advice"
	"github.com/stellaops/terraform-provider-stellaops/internal/doctor"
	"github.com/stellaops/terraform-provider-stellaops/internal/redact"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/verdict"
	"github.com/stellaops/terraform-provider-stellaops/internal/verdict/verdicttest"
)

// Answers and verdicts of the verdict table.
var (
	endpoint     = verdicttest.Endpoint
	status       = verdicttest.Status
	unauthorized = verdicttest.Unauthorized
	failed       = verdicttest.Failed
	page         = verdicttest.Page
	redirect     = verdicttest.Redirect
	text         = verdicttest.Text
)

const (
	bearerChallenge = verdicttest.BearerChallenge
	basicChallenge  = verdicttest.BasicChallenge
)

// report is a verdict with its evidence and its description.
type report struct {
	verdict.Verdict
	advice.Advice
	Evidence verdict.Evidence
}

func (r report) HTTPStatus() int {
	if last := r.Evidence.Last(); last != nil {
		return last.Status
	}
	return 0
}

// within makes a check whose deadline is the timeout of its request.
func within(ctx context.Context, d *doctor.Doctor, r doctor.Request) (report, error) {
	ctx, cancel := context.WithTimeout(ctx, r.Timeout)
	defer cancel()
	e, v, err := d.Check(ctx, r)
	words := advice.Of(e, v)
	v.Outage, v.Unproven = false, false // they follow from the reason, as tests of package verdict show
	return report{v, words, e}, err
}

// script is a registry with its token service, without a network.
type script struct {
	registry.Asker // no action is tried

	r0, r1 registry.Answer
	tokens func(registry.TokenRequest) registry.TokenAnswer
}

func (s *script) Ask(_ context.Context, _ registry.Endpoint, c registry.Credential) registry.Answer {
	if c.Method() == registry.MethodAnonymous {
		return s.r0
	}
	return s.r1
}

func (s *script) Token(_ context.Context, r registry.TokenRequest) registry.TokenAnswer {
	return s.tokens(r)
}

func random() string { return "0123456789abcdef" }

var (
	userAndPassword = registry.Credential{Username: "ci", Password: registry.NewSecret("s3cret")}
	token           = registry.Credential{Token: registry.NewSecret("t0ken")}
)

// ask makes a check of registry.example.com.
func ask(t *testing.T, d *doctor.Doctor, r doctor.Request) report {
	t.Helper()
	r.Endpoint, r.Timeout = endpoint(t, "registry.example.com"), time.Minute
	report, err := within(t.Context(), d, r)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func check(t *testing.T, s *script, credential registry.Credential) report {
	t.Helper()
	return ask(t, doctor.New(registry.NewCache(s), redact.New(), random), doctor.Request{Credential: credential})
}
