package doctor_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stellaops/terraform-provider-stellaops/internal/doctor"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/registrytest"
	"github.com/stellaops/terraform-provider-stellaops/internal/verdict"
)

func wantAccess(t *testing.T, got []verdict.AccessResult, want verdict.AccessResult) {
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

func TestDoctor_Check_AccessByTokensOfARealRegistry(t *testing.T) {
	t.Parallel()
	const pull, push = "pull", "push"
	type result = verdict.AccessResult
	for _, row := range []struct {
		name       string
		anonymous  bool // anonymous requests get a token, which may pull org/public
		credential registry.Credential
		actions    []string
		requests   int
		access     result
		want       verdict.Verdict
	}{
		{"all granted", false, ci("right"), []string{pull, push}, 5, result{Repository: "org/app", Granted: []string{pull, push}, Method: verdict.AccessByClaims}, exchangeAccepted},
		{"push missing", false, ci("right"), []string{pull, push}, 5, result{Repository: "org/read", Granted: []string{pull}, Missing: []string{push}, Method: verdict.AccessByClaims}, refused(verdict.ReasonAccessDenied)},
		{"pull missing", false, ci("right"), []string{pull}, 4, result{Repository: "org/secret", Missing: []string{pull}, Method: verdict.AccessByClaims}, refused(verdict.ReasonAccessDenied)},
		{"granted to an identity token", false, refresh("ci", "r3fresh"), []string{pull, push}, 5, result{Repository: "org/app", Granted: []string{pull, push}, Method: verdict.AccessByScope}, exchangeAccepted},
		{"missing for an identity token", false, refresh("ci", "r3fresh"), []string{push}, 4, result{Repository: "org/read", Missing: []string{push}, Method: verdict.AccessByScope}, refused(verdict.ReasonAccessDenied)},
		{"nothing for an identity token", false, refresh("ci", "r3fresh"), []string{pull}, 4, result{Repository: "org/secret", Missing: []string{pull}, Method: verdict.AccessByClaims}, refused(verdict.ReasonAccessDenied)},
		{"anonymous, public", true, registry.Credential{}, []string{pull}, 2, result{Repository: "org/public", Granted: []string{pull}, Method: verdict.AccessByClaims}, pass(verdict.ReasonAnonymousAccepted)},
		{"anonymous, not public", true, registry.Credential{}, []string{pull}, 2, result{Repository: "org/app", Missing: []string{pull}, Method: verdict.AccessByClaims}, refused(verdict.ReasonAuthenticationRequired)},
		{"anonymous, no anonymous tokens", false, registry.Credential{}, []string{pull}, 2, result{Repository: "org/public", Missing: []string{pull}, Method: verdict.AccessByScope}, refused(verdict.ReasonAuthenticationRequired)},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			r := withTokens(t, registrytest.TokenServiceOptions{Anonymous: row.anonymous, Public: registrytest.Permissions{"org/public": {pull}}})
			report := r.check(t, doctor.Request{
				Credential: row.credential, Access: []doctor.AccessRequest{{Repository: row.access.Repository, Actions: row.actions}},
			}, row.requests)
			wantVerdict(t, report, row.want)
			wantAccess(t, report.Evidence.Access, row.access)
		})
	}
}

func TestDoctor_Check_AccessByClaimsOfAConfiguredToken(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		actions []string
		access  verdict.AccessResult
		want    verdict.Verdict
	}{
		{[]string{"pull"}, verdict.AccessResult{Granted: []string{"pull"}}, accepted},
		{[]string{"pull", "push"}, verdict.AccessResult{Granted: []string{"pull"}, Missing: []string{"push"}}, refused(verdict.ReasonAccessDenied)},
	} {
		t.Run(strings.Join(row.actions, " "), func(t *testing.T) {
			t.Parallel()
			r := withTokens(t, registrytest.TokenServiceOptions{})
			request := r.configured(t, registrytest.FlawNone)
			request.Access = []doctor.AccessRequest{{Repository: "org/app", Actions: row.actions}}
			row.access.Repository, row.access.Method = "org/app", verdict.AccessByClaims
			report := r.check(t, request, 2)
			wantVerdict(t, report, row.want)
			wantAccess(t, report.Evidence.Access, row.access)
		})
	}
}

func TestDoctor_Check_AccessByUseOfARealRegistry(t *testing.T) {
	t.Parallel()
	accounts := map[string]string{"ci": "right"}
	head, start, cancel, remove := `"HEAD /v2/org/app/manifests/latest HTTP`, `"POST /v2/org/app/blobs/uploads/ HTTP`, `"DELETE /v2/org/app/blobs/uploads/`, `"DELETE /v2/org/app/manifests/sha256:`
	type result = verdict.AccessResult
	for _, row := range []struct {
		name     string
		accounts map[string]string // nil is an open registry
		access   doctor.AccessRequest
		proof    bool
		requests int
		used     map[string]int
		result   result
		want     verdict.Verdict
	}{
		{"pull", accounts, doctor.AccessRequest{Actions: []string{"pull"}}, false, 2, map[string]int{head: 2}, result{Granted: []string{"pull"}, Method: verdict.AccessByUse}, accepted},
		{"pull, proof wanted", accounts, doctor.AccessRequest{Actions: []string{"pull"}}, true, 2, map[string]int{head: 3}, result{Granted: []string{"pull"}, Method: verdict.AccessByUse}, accepted},
		{"push by probe", accounts, doctor.AccessRequest{Actions: []string{"push"}, Probe: true}, false, 2, map[string]int{start: 1, cancel: 1}, result{Granted: []string{"push"}, Method: verdict.AccessByProbe}, accepted},
		{"pull, and push by probe", accounts, doctor.AccessRequest{Actions: []string{"pull", "push"}, Probe: true}, false, 2, map[string]int{head: 2, start: 1, cancel: 1}, result{Granted: []string{"pull", "push"}, Method: verdict.AccessByProbe}, accepted},
		{"push without probe", accounts, doctor.AccessRequest{Actions: []string{"push"}}, false, 2, nil, result{Unknown: []string{"push"}, Method: verdict.AccessByUse}, fail(verdict.ReasonAccessUnproven)},
		{"delete by probe, which is switched off", accounts, doctor.AccessRequest{Actions: []string{"delete"}, Probe: true}, false, 2, map[string]int{remove: 1}, result{Unknown: []string{"delete"}, Method: verdict.AccessByProbe}, fail(verdict.ReasonAccessUnproven)},
		{"open, pull of nothing", nil, doctor.AccessRequest{Actions: []string{"pull"}}, false, 2, map[string]int{head: 2}, result{Unknown: []string{"pull"}, Method: verdict.AccessByUse}, fail(verdict.ReasonAccessUnproven)},
		{"open, push by probe", nil, doctor.AccessRequest{Actions: []string{"push"}, Probe: true}, false, 2, map[string]int{head: 1, start: 2, cancel: 2}, result{Granted: []string{"push"}, Method: verdict.AccessByProbe}, pass(verdict.ReasonAcceptedUnproven)},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			r := withAccounts(t, row.accounts)
			row.access.Repository, row.result.Repository = "org/app", "org/app"
			report := r.check(t, doctor.Request{
				Credential: ci("right"), Access: []doctor.AccessRequest{row.access}, RequireVerified: row.proof,
			}, row.requests)
			wantVerdict(t, report, row.want)
			wantAccess(t, report.Evidence.Access, row.result)
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

func TestDoctor_Check_RequestsNoAccessOfARealRegistryWithARefusedPassword(t *testing.T) {
	t.Parallel()
	wanted := []doctor.AccessRequest{{Repository: "org/app", Actions: []string{"pull", "push"}, Probe: true}}
	for name, r := range map[string]realRegistry{
		"tokens":   withTokens(t, registrytest.TokenServiceOptions{}),
		"htpasswd": withAccounts(t, map[string]string{"ci": "right"}),
	} {
		report := r.check(t, doctor.Request{Credential: ci("wrong"), Access: wanted}, 2)
		if report.Verdict != refused(verdict.ReasonInvalidCredentials) || len(report.Evidence.Access) != 0 {
			t.Errorf("%s: got %+v and access %+v", name, report.Verdict, report.Evidence.Access)
		}
		if strings.Contains(r.Log(), "/v2/org/app/") {
			t.Errorf("%s: the repository was asked:\n%s", name, r.Log())
		}
	}
}
