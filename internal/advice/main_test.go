package advice_test

import (
	"context"
	"strings"
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
	r0, r1, v registry.Answer
	tokens    func(registry.TokenRequest) registry.TokenAnswer
	use       *registry.Answer                      // the same with and without credentials, but for a 200
	try       func(registry.Trial) *registry.Answer // in place of use
}

func (s *script) Ask(_ context.Context, _ registry.Endpoint, c registry.Credential) registry.Answer {
	switch {
	case c.Method() == registry.MethodAnonymous:
		return s.r0
	case c.Token.Reveal() == "minted":
		return s.v
	case strings.HasPrefix(c.Username, "decoy-"):
		return *unauthorized(basicChallenge)
	default:
		return s.r1
	}
}

func (s *script) Try(_ context.Context, r registry.Trial) registry.Answer {
	if s.try != nil {
		return *s.try(r)
	}
	if r.Credential.Method() == registry.MethodAnonymous && s.use.Status == 200 {
		return *unauthorized(basicChallenge)
	}
	return *s.use
}

func (s *script) Token(_ context.Context, r registry.TokenRequest) registry.TokenAnswer {
	return s.tokens(r)
}

func random() string { return "0123456789abcdef" }

// check makes a check of registry.example.com.
func check(t *testing.T, s *script, credential registry.Credential) report {
	t.Helper()
	report, err := within(t.Context(), doctor.New(registry.NewCache(s), redact.New(), random), doctor.Request{
		Endpoint: endpoint(t, "registry.example.com"), Credential: credential, Timeout: time.Minute,
	})
	if err != nil {
		t.Fatal(err)
	}
	return report
}
