package verdict_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/verdict"
	"github.com/stellaops/terraform-provider-stellaops/internal/verdict/verdicttest"
)

func TestJudge(t *testing.T) {
	t.Parallel()
	for _, row := range verdicttest.Rows(t) {
		t.Run(row.Name, func(t *testing.T) {
			t.Parallel()
			got := verdict.Judge(row.Evidence)
			got.Outage, got.Unproven = false, false // see TestJudge_Outage and TestJudge_Unproven
			if got != row.Want {
				t.Errorf("got %+v, want %+v", got, row.Want)
			}
		})
	}
}

// TestJudge_Outage lists the reasons after which no other credential is tried.
func TestJudge_Outage(t *testing.T) {
	t.Parallel()
	outages := []verdict.Reason{
		verdict.ReasonDNSFailure, verdict.ReasonConnectionRefused, verdict.ReasonConnectionFailed, verdict.ReasonTimeout, verdict.ReasonTLSUntrusted,
		verdict.ReasonTLSClientCert, verdict.ReasonTLSFailed, verdict.ReasonPlainHTTPRegistry, verdict.ReasonUnexpectedRedirect,
		verdict.ReasonProxyAuthRequired, verdict.ReasonRateLimited, verdict.ReasonServerError, verdict.ReasonNotARegistry,
	}
	for _, row := range verdicttest.Rows(t) {
		if got := verdict.Judge(row.Evidence); got.Outage != slices.Contains(outages, got.Reason) {
			t.Errorf("%s: %s has Outage %v, and the list of this test says otherwise", row.Name, got.Reason, got.Outage)
		}
	}
}

// TestJudge_Unproven expects Unproven on every fail that passes without
// require_verified.
func TestJudge_Unproven(t *testing.T) {
	t.Parallel()
	for _, row := range verdicttest.Rows(t) {
		got := verdict.Judge(row.Evidence)
		e := row.Evidence
		e.RequireVerified = false
		want := row.Evidence.RequireVerified && !got.Passed && got.Reason != verdict.ReasonAnyoneAccepted && verdict.Judge(e).Passed
		if got.Unproven != want {
			t.Errorf("%s: %+v", row.Name, got)
		}
	}
}

// TestJudge_TokenExpired checks tokens that expire just before, at and just after the
// time of the check.
func TestJudge_TokenExpired(t *testing.T) {
	t.Parallel()
	for after, want := range map[time.Duration]verdict.Reason{-1: verdict.ReasonTokenExpired, 0: verdict.ReasonTokenExpired, 1: verdict.ReasonTokenInvalid} {
		e := verdict.Evidence{
			Endpoint: verdicttest.Endpoint(t, "registry.example.com"), AskedAt: verdicttest.Now,
			Credential: verdict.CredentialFacts{Method: registry.MethodBearer, ExpiresAt: verdicttest.Now.Add(after)},
			Anonymous:  verdicttest.Unauthorized(verdicttest.BearerChallenge), Authenticated: verdicttest.Unauthorized(verdicttest.BearerChallenge),
		}
		if got := verdict.Judge(e); got.Reason != want {
			t.Errorf("it ends %s after: %s", after, got.Reason)
		}
	}
}

func TestRows_HaveUniqueNames(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, row := range verdicttest.Rows(t) {
		if seen[row.Name] {
			t.Errorf("two rows are named %q", row.Name)
		}
		seen[row.Name] = true
	}
}

func TestJudge_DoesNotContradictItself(t *testing.T) {
	t.Parallel()
	for _, row := range verdicttest.Rows(t) {
		v := verdict.Judge(row.Evidence)
		if v.Verified && !v.Passed || v.Rejected && v.Passed {
			t.Errorf("%s: %+v", row.Name, v)
		}
		if v.Verified && row.Evidence.Credential.Method == registry.MethodAnonymous {
			t.Errorf("%s: an anonymous check proves nothing", row.Name)
		}
	}
}
