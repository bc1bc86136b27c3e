package doctor_test

import (
	"context"

	"github.com/stellaops/terraform-provider-stellaops/internal/advice"
	"github.com/stellaops/terraform-provider-stellaops/internal/doctor"
	"github.com/stellaops/terraform-provider-stellaops/internal/verdict"
	"github.com/stellaops/terraform-provider-stellaops/internal/verdict/verdicttest"
)

// Answers and verdicts of the verdict table.
var (
	endpoint        = verdicttest.Endpoint
	status          = verdicttest.Status
	unauthorized    = verdicttest.Unauthorized
	failed          = verdicttest.Failed
	page            = verdicttest.Page
	redirect        = verdicttest.Redirect
	text            = verdicttest.Text
	issued          = verdicttest.Issued
	tokenStatus     = verdicttest.TokenStatus
	tokenFailed     = verdicttest.TokenFailed
	tokenRedirected = verdicttest.TokenRedirected
	pass            = verdicttest.Pass
	fail            = verdicttest.Fail
	refused         = verdicttest.Refused
	accepted        = verdicttest.Accepted
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
