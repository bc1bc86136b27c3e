// Package verdicttest holds the verdict table as rows of evidence, for the tests of the
// packages that judge it and that describe it.
package verdicttest

import (
	"testing"
	"time"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/verdict"
)

// Now is the time of every check in the table.
var Now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// Endpoint parses an address; it fails the test where that is impossible.
func Endpoint(t *testing.T, address string) registry.Endpoint {
	t.Helper()
	e, err := registry.ParseEndpoint(address)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// Challenges parses lines of the header WWW-Authenticate.
func Challenges(lines ...string) []registry.Challenge { return registry.ParseChallenges(lines) }

// Status returns an answer with a status and nothing else.
func Status(code int) *registry.Answer { return &registry.Answer{Status: code} }

// Unauthorized returns a 401 with challenges.
func Unauthorized(lines ...string) *registry.Answer {
	return &registry.Answer{Status: 401, Challenges: Challenges(lines...)}
}

// Failed returns a request that got no answer.
func Failed(fault registry.Fault) *registry.Answer {
	return &registry.Answer{Failure: &registry.Failure{Fault: fault}}
}

// Challenges of a registry with a token service, and of one without.
const (
	BearerChallenge = `Bearer realm="https://auth.example.com/token",service="registry.example.com"`
	BasicChallenge  = `Basic realm="registry"`
)

// Page returns an HTML page; registryHeader adds the header of a registry.
func Page(code int, registryHeader bool) *registry.Answer {
	return &registry.Answer{Status: code, IsHTML: true, IsRegistry: registryHeader}
}

// TooLarge returns a refusal of the size of the request's header.
func TooLarge(code int) *registry.Answer { return &registry.Answer{Status: code, TooLarge: true} }

// Redirect returns a redirect to another origin.
func Redirect(code int) *registry.Answer {
	return &registry.Answer{Status: code, Location: "https://elsewhere.example.com"}
}

// Text adds the text of an error to an answer, and returns that answer.
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

// judgeRow is a plainRow with other evidence.
type judgeRow struct {
	plainRow
	more func(*verdict.Evidence)
}

// plainRow has the answers of GET /v2/ without (r0) and with (r1) credentials.
type plainRow struct {
	name       string
	credential verdict.CredentialFacts
	r0, r1     *registry.Answer
	want       verdict.Verdict
}

// Pass returns a pass without proof.
func Pass(r verdict.Reason) verdict.Verdict { return verdict.Verdict{Reason: r, Passed: true} }

// Accepted is the pass of credentials that /v2/ accepts, with proof.
var Accepted = verdict.Verdict{Reason: verdict.ReasonAccepted, Passed: true, Verified: true}

// Fail returns a fail that does not reject the credentials.
func Fail(r verdict.Reason) verdict.Verdict { return verdict.Verdict{Reason: r} }

// Refused returns a fail that rejects the credentials.
func Refused(r verdict.Reason) verdict.Verdict {
	return verdict.Verdict{Reason: r, Rejected: true}
}

// Row is one row of the verdict table.
type Row struct {
	Name     string
	Evidence verdict.Evidence
	Want     verdict.Verdict // without Outage and Unproven, which follow from the reason
}

// Rows returns the verdict table: at least one row for each rule of [verdict.Judge], in
// its order.
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
