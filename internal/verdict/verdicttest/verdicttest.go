// Package verdicttest has the verdict table as rows of evidence, for the tests of
// those who judge it and of those who word it.
package verdicttest

import (
	"testing"
	"time"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/verdict"
)

// Now is when every check of the table is made.
var Now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// Endpoint parses an address.
func Endpoint(t *testing.T, address string) registry.Endpoint {
	t.Helper()
	e, err := registry.ParseEndpoint(address)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// Challenges parses header lines.
func Challenges(lines ...string) []registry.Challenge { return registry.ParseChallenges(lines) }

// Status is an answer with nothing but a status.
func Status(code int) *registry.Answer { return &registry.Answer{Status: code} }

// Unauthorized is a 401 with challenges.
func Unauthorized(lines ...string) *registry.Answer {
	return &registry.Answer{Status: 401, Challenges: Challenges(lines...)}
}

// Failed is a request without an answer.
func Failed(fault registry.Fault) *registry.Answer {
	return &registry.Answer{Failure: &registry.Failure{Fault: fault}}
}

// Challenges of a registry with a token service, and of one without.
const (
	BearerChallenge = `Bearer realm="https://auth.example.com/token",service="registry.example.com"`
	BasicChallenge  = `Basic realm="registry"`
)

// Page is an HTML page.
func Page(code int, registryHeader bool) *registry.Answer {
	return &registry.Answer{Status: code, IsHTML: true, IsRegistry: registryHeader}
}

// Redirect is one to another origin.
func Redirect(code int) *registry.Answer {
	return &registry.Answer{Status: code, Location: "https://elsewhere.example.com"}
}

// Text adds words to an answer.
func Text(a *registry.Answer, words string) *registry.Answer {
	a.Text = words
	return a
}

// Facts of credentials, by method.
var (
	anonymous  = verdict.CredentialFacts{Method: registry.MethodAnonymous}
	basic      = verdict.CredentialFacts{Method: registry.MethodBasic, Username: "ci", HasPassword: true}
	bearer     = verdict.CredentialFacts{Method: registry.MethodBearer}
	oldBearer  = verdict.CredentialFacts{Method: registry.MethodBearer, ExpiresAt: Now.Add(-time.Hour)}
	goodBearer = verdict.CredentialFacts{Method: registry.MethodBearer, ExpiresAt: Now.Add(time.Hour)}
)

var (
	unexchanged = with(basic, func(c *verdict.CredentialFacts) { c.ExchangeOff = true })
	identity    = verdict.CredentialFacts{Method: registry.MethodIdentityToken}
)

func with(c verdict.CredentialFacts, change func(*verdict.CredentialFacts)) verdict.CredentialFacts {
	change(&c)
	return c
}

// judgeRow is a plainRow with what else is known.
type judgeRow struct {
	plainRow
	more func(*verdict.Evidence)
}

// plainRow is what GET /v2/ was answered without and with credentials.
type plainRow struct {
	name       string
	credential verdict.CredentialFacts
	r0, r1     *registry.Answer
	want       verdict.Verdict
}

// Pass is a verdict that proves nothing.
func Pass(r verdict.Reason) verdict.Verdict { return verdict.Verdict{Reason: r, Passed: true} }

// Accepted is the verdict with a proof.
var Accepted = verdict.Verdict{Reason: verdict.ReasonAccepted, Passed: true, Verified: true}

// Fail is a verdict that rejects nothing.
func Fail(r verdict.Reason) verdict.Verdict { return verdict.Verdict{Reason: r} }

// Refused is a verdict that rejects the credentials.
func Refused(r verdict.Reason) verdict.Verdict {
	return verdict.Verdict{Reason: r, Rejected: true}
}

// Row is one line of the table.
type Row struct {
	Name     string
	Evidence verdict.Evidence
	Want     verdict.Verdict // but for Outage and Unproven, which follow from the reason
}

// Rows are at least one for each line of the verdict table, in its order.
func Rows(t *testing.T) []Row {
	t.Helper()
	var rows []Row
	for _, row := range judgeRows() {
		e := verdict.Evidence{
			Endpoint: Endpoint(t, "registry.example.com"), Credential: row.credential, AskedAt: Now,
			Timeout: 30 * time.Second, Anonymous: row.r0, Authenticated: row.r1,
		}
		if row.more != nil {
			row.more(&e)
		}
		rows = append(rows, Row{row.name, e, row.want})
	}
	return rows
}
