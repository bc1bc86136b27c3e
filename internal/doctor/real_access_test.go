package doctor_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stellaops/terraform-provider-stellaops/internal/doctor"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/registrytest"
)

func wantAccess(t *testing.T, got []doctor.AccessResult, want doctor.AccessResult) {
	t.Helper()
	if len(got) != 1 {
		t.Errorf("access %+v, want one result", got)
		return
	}
	is := got[0]
	if is.Repository != want.Repository || is.Method != want.Method || !slices.Equal(is.Granted, want.Granted) ||
		!slices.Equal(is.Missing, want.Missing) || !slices.Equal(is.Unknown, want.Unknown) {
		t.Errorf("access %+v, want %+v", is, want)
	}
}

func TestAccessByTheTokensOfARealRegistry(t *testing.T) {
	t.Parallel()
	const pull, push = "pull", "push"
	type result = doctor.AccessResult
	for _, row := range []struct {
		name       string
		anonymous  bool // anybody gets a token, which may pull org/public
		credential registry.Credential
		actions    []string
		requests   int
		access     result
		want       doctor.Verdict
	}{
		{"all granted", false, ci("right"), []string{pull, push}, 5, result{Repository: "org/app", Granted: []string{pull, push}, Method: doctor.AccessByClaims}, exchangeAccepted},
		{"push missing", false, ci("right"), []string{pull, push}, 5, result{Repository: "org/read", Granted: []string{pull}, Missing: []string{push}, Method: doctor.AccessByClaims}, refused(doctor.ReasonAccessDenied)},
		{"pull missing", false, ci("right"), []string{pull}, 4, result{Repository: "org/secret", Missing: []string{pull}, Method: doctor.AccessByClaims}, refused(doctor.ReasonAccessDenied)},
		{"granted to an identity token", false, refresh("ci", "r3fresh"), []string{pull, push}, 5, result{Repository: "org/app", Granted: []string{pull, push}, Method: doctor.AccessByScope}, exchangeAccepted},
		{"missing for an identity token", false, refresh("ci", "r3fresh"), []string{push}, 4, result{Repository: "org/read", Missing: []string{push}, Method: doctor.AccessByScope}, refused(doctor.ReasonAccessDenied)},
		{"nothing for an identity token", false, refresh("ci", "r3fresh"), []string{pull}, 4, result{Repository: "org/secret", Missing: []string{pull}, Method: doctor.AccessByClaims}, refused(doctor.ReasonAccessDenied)},
		{"anonymous, public", true, registry.Credential{}, []string{pull}, 2, result{Repository: "org/public", Granted: []string{pull}, Method: doctor.AccessByClaims}, pass(doctor.ReasonAnonymousAccepted)},
		{"anonymous, not public", true, registry.Credential{}, []string{pull}, 2, result{Repository: "org/app", Missing: []string{pull}, Method: doctor.AccessByClaims}, refused(doctor.ReasonAuthenticationRequired)},
		{"anonymous, no tokens for anybody", false, registry.Credential{}, []string{pull}, 2, result{Repository: "org/public", Missing: []string{pull}, Method: doctor.AccessByScope}, refused(doctor.ReasonAuthenticationRequired)},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			r := withTokens(t, registrytest.TokenServiceOptions{Anonymous: row.anonymous, Public: registrytest.Permissions{"org/public": {pull}}})
			report := r.examine(t, doctor.Request{
				Credential: row.credential, Access: []doctor.AccessRequest{{Repository: row.access.Repository, Actions: row.actions}},
			}, row.requests)
			wantVerdict(t, report, row.want)
			wantAccess(t, report.Access, row.access)
		})
	}
}

func TestAccessByTheClaimsOfAConfiguredToken(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		actions []string
		access  doctor.AccessResult
		want    doctor.Verdict
	}{
		{[]string{"pull"}, doctor.AccessResult{Granted: []string{"pull"}}, accepted},
		{[]string{"pull", "push"}, doctor.AccessResult{Granted: []string{"pull"}, Missing: []string{"push"}}, refused(doctor.ReasonAccessDenied)},
	} {
		t.Run(strings.Join(row.actions, " "), func(t *testing.T) {
			t.Parallel()
			r := withTokens(t, registrytest.TokenServiceOptions{})
			question := r.configured(t, registrytest.FlawNone)
			question.Access = []doctor.AccessRequest{{Repository: "org/app", Actions: row.actions}}
			row.access.Repository, row.access.Method = "org/app", doctor.AccessByClaims
			report := r.examine(t, question, 2)
			wantVerdict(t, report, row.want)
			wantAccess(t, report.Access, row.access)
		})
	}
}

func TestAccessByUseOfARealRegistry(t *testing.T) {
	t.Parallel()
	accounts := map[string]string{"ci": "right"}
	head, start, cancel, remove := `"HEAD /v2/org/app/manifests/latest HTTP`, `"POST /v2/org/app/blobs/uploads/ HTTP`, `"DELETE /v2/org/app/blobs/uploads/`, `"DELETE /v2/org/app/manifests/sha256:`
	type result = doctor.AccessResult
	for _, row := range []struct {
		name     string
		accounts map[string]string // nil is an open registry
		access   doctor.AccessRequest
		proof    bool
		requests int
		used     map[string]int
		result   result
		want     doctor.Verdict
	}{
		{"pull", accounts, doctor.AccessRequest{Actions: []string{"pull"}}, false, 2, map[string]int{head: 2}, result{Granted: []string{"pull"}, Method: doctor.AccessByUse}, accepted},
		{"pull, proof wanted", accounts, doctor.AccessRequest{Actions: []string{"pull"}}, true, 2, map[string]int{head: 3}, result{Granted: []string{"pull"}, Method: doctor.AccessByUse}, accepted},
		{"push by trial", accounts, doctor.AccessRequest{Actions: []string{"push"}, Probe: true}, false, 2, map[string]int{start: 1, cancel: 1}, result{Granted: []string{"push"}, Method: doctor.AccessByProbe}, accepted},
		{"pull, and push by trial", accounts, doctor.AccessRequest{Actions: []string{"pull", "push"}, Probe: true}, false, 2, map[string]int{head: 2, start: 1, cancel: 1}, result{Granted: []string{"pull", "push"}, Method: doctor.AccessByProbe}, accepted},
		{"push without a trial", accounts, doctor.AccessRequest{Actions: []string{"push"}}, false, 2, nil, result{Unknown: []string{"push"}, Method: doctor.AccessByUse}, fail(doctor.ReasonAccessUnproven)},
		{"delete by trial, which is switched off", accounts, doctor.AccessRequest{Actions: []string{"delete"}, Probe: true}, false, 2, map[string]int{remove: 1}, result{Unknown: []string{"delete"}, Method: doctor.AccessByProbe}, fail(doctor.ReasonAccessUnproven)},
		{"open, pull of nothing", nil, doctor.AccessRequest{Actions: []string{"pull"}}, false, 2, map[string]int{head: 2}, result{Unknown: []string{"pull"}, Method: doctor.AccessByUse}, fail(doctor.ReasonAccessUnproven)},
		{"open, push by trial", nil, doctor.AccessRequest{Actions: []string{"push"}, Probe: true}, false, 2, map[string]int{start: 2, cancel: 2}, result{Granted: []string{"push"}, Method: doctor.AccessByProbe}, pass(doctor.ReasonAcceptedUnproven)},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			r := withAccounts(t, row.accounts)
			row.access.Repository, row.result.Repository = "org/app", "org/app"
			report := r.examine(t, doctor.Request{
				Credential: ci("right"), Access: []doctor.AccessRequest{row.access}, RequireVerified: row.proof,
			}, row.requests)
			wantVerdict(t, report, row.want)
			wantAccess(t, report.Access, row.result)
			for _, line := range []string{head, start, cancel, remove} {
				if got := strings.Count(r.Log(), line); got != row.used[line] {
					t.Errorf("%d requests %s, want %d", got, line, row.used[line])
				}
			}
			left, err := r.Repositories(t.Context(), "ci", "right")
			if err != nil {
				t.Fatal(err)
			}
			if len(left) != 0 {
				t.Errorf("repositories were left: %q", left)
			}
		})
	}
}

func TestAccessOfARealRegistryIsNotAskedWithARefusedPassword(t *testing.T) {
	t.Parallel()
	wanted := []doctor.AccessRequest{{Repository: "org/app", Actions: []string{"pull", "push"}, Probe: true}}
	for name, r := range map[string]realRegistry{
		"tokens":   withTokens(t, registrytest.TokenServiceOptions{}),
		"htpasswd": withAccounts(t, map[string]string{"ci": "right"}),
	} {
		report := r.examine(t, doctor.Request{Credential: ci("wrong"), Access: wanted}, 2)
		if report.Verdict != refused(doctor.ReasonInvalidCredentials) || len(report.Access) != 0 {
			t.Errorf("%s: got %+v and access %+v", name, report.Verdict, report.Access)
		}
		if strings.Contains(r.Log(), "/v2/org/app/") {
			t.Errorf("%s: the repository was asked:\n%s", name, r.Log())
		}
	}
}
