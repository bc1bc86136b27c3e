package doctor_test

import (
	"testing"
	"time"

	"github.com/stellaops/terraform-provider-stellaops/internal/doctor"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

// now is when every check of the table is made.
var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func endpoint(t *testing.T, address string) registry.Endpoint {
	t.Helper()
	e, err := registry.ParseEndpoint(address)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func challenges(lines ...string) []registry.Challenge { return registry.ParseChallenges(lines) }

func status(code int) *registry.Answer { return &registry.Answer{Status: code} }

func unauthorized(lines ...string) *registry.Answer {
	return &registry.Answer{Status: 401, Challenges: challenges(lines...)}
}

func failed(fault registry.Fault) *registry.Answer {
	return &registry.Answer{Failure: &registry.Failure{Fault: fault}}
}

const (
	bearerChallenge = `Bearer realm="https://auth.example.com/token",service="registry.example.com"`
	basicChallenge  = `Basic realm="registry"`
)

func page(code int, registryHeader bool) *registry.Answer {
	return &registry.Answer{Status: code, IsHTML: true, IsRegistry: registryHeader}
}

func redirect(code int) *registry.Answer {
	return &registry.Answer{Status: code, Location: "https://elsewhere.example.com"}
}

func text(a *registry.Answer, words string) *registry.Answer {
	a.Text = words
	return a
}

// Facts of credentials, by method.
var (
	nobody     = doctor.CredentialFacts{Method: registry.MethodAnonymous}
	basic      = doctor.CredentialFacts{Method: registry.MethodBasic, Username: "ci", HasPassword: true}
	bearer     = doctor.CredentialFacts{Method: registry.MethodBearer}
	oldBearer  = doctor.CredentialFacts{Method: registry.MethodBearer, ExpiresAt: now.Add(-time.Hour)}
	goodBearer = doctor.CredentialFacts{Method: registry.MethodBearer, ExpiresAt: now.Add(time.Hour)}
)

var (
	unexchanged = with(basic, func(c *doctor.CredentialFacts) { c.ExchangeOff = true })
	identity    = doctor.CredentialFacts{Method: registry.MethodIdentityToken}
)

func with(c doctor.CredentialFacts, change func(*doctor.CredentialFacts)) doctor.CredentialFacts {
	change(&c)
	return c
}

// judgeRow is a plainRow with what else is known.
type judgeRow struct {
	plainRow
	more func(*doctor.Evidence)
}

// plainRow is what GET /v2/ was answered without and with credentials.
type plainRow struct {
	name       string
	credential doctor.CredentialFacts
	r0, r1     *registry.Answer
	want       doctor.Verdict
}

func pass(r doctor.Reason) doctor.Verdict { return doctor.Verdict{Reason: r, Passed: true} }

var accepted = doctor.Verdict{Reason: doctor.ReasonAccepted, Passed: true, Verified: true}

func fail(r doctor.Reason) doctor.Verdict { return doctor.Verdict{Reason: r} }
func refused(r doctor.Reason) doctor.Verdict {
	return doctor.Verdict{Reason: r, Rejected: true}
}

func TestJudge(t *testing.T) {
	t.Parallel()
	for _, row := range judgeRows() {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			got := doctor.Judge(evidence(t, row))
			if got != row.want {
				t.Errorf("got %+v, want %+v", got, row.want)
			}
		})
	}
}

func evidence(t *testing.T, row judgeRow) doctor.Evidence {
	t.Helper()
	e := doctor.Evidence{
		Endpoint: endpoint(t, "registry.example.com"), Credential: row.credential, AskedAt: now,
		Timeout: doctor.DefaultTimeout, Anonymous: row.r0, Authenticated: row.r1,
	}
	if row.more != nil {
		row.more(&e)
	}
	return e
}

func TestEveryReasonHasARow(t *testing.T) {
	t.Parallel()
	seen := map[doctor.Reason]int{}
	for _, row := range judgeRows() {
		seen[row.want.Reason]++
	}
	for _, entry := range doctor.Catalogue() {
		if seen[entry.Reason] == 0 {
			t.Errorf("reason %s of the catalogue has no row in the table of Judge", entry.Reason)
		}
		delete(seen, entry.Reason)
	}
	for reason := range seen {
		t.Errorf("reason %q of the table is not in the catalogue", reason)
	}
}

func TestNoTwoLinesShareARow(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, row := range judgeRows() {
		if seen[row.name] {
			t.Errorf("two rows are named %q", row.name)
		}
		seen[row.name] = true
	}
}

func TestStatusOfTheCatalogueIsTheVerdicts(t *testing.T) {
	t.Parallel()
	passes, fails := map[doctor.Reason]bool{}, map[doctor.Reason]bool{}
	for _, row := range judgeRows() {
		if evidence(t, row).RequireVerified && row.want.Reason != doctor.ReasonAnyoneAccepted {
			continue // it makes a fail of every pass that is not proven
		}
		if row.want.Passed {
			passes[row.want.Reason] = true
		} else {
			fails[row.want.Reason] = true
		}
	}
	names := map[[2]bool]string{{true, false}: "pass", {false, true}: "fail", {true, true}: "pass or fail"}
	for _, entry := range doctor.Catalogue() {
		if entry.Reason == doctor.ReasonSkipped {
			if entry.Status != "skip" {
				t.Errorf("a skipped check has the status %q", entry.Status)
			}
			continue
		}
		if want := names[[2]bool{passes[entry.Reason], fails[entry.Reason]}]; entry.Status != want {
			t.Errorf("%s: catalogue says %q, the table of Judge %q", entry.Reason, entry.Status, want)
		}
	}
}

func TestNoVerdictContradictsItself(t *testing.T) {
	t.Parallel()
	for _, row := range judgeRows() {
		v := doctor.Judge(evidence(t, row))
		if v.Verified && !v.Passed || v.Rejected && v.Passed {
			t.Errorf("%s: %+v", row.name, v)
		}
		if v.Verified && row.credential.Method == registry.MethodAnonymous {
			t.Errorf("%s: an anonymous check proves nothing", row.name)
		}
	}
}
