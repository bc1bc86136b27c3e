package doctor_test

import (
	"encoding/base64"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stellaops/terraform-provider-stellaops/internal/doctor"
	"github.com/stellaops/terraform-provider-stellaops/internal/redact"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/verdict"
)

// uses answers an action by whether the request has credentials.
func uses(with, without int) func(registry.Trial) registry.Answer {
	return func(r registry.Trial) registry.Answer {
		if r.Credential.Method() == registry.MethodAnonymous {
			return registry.Answer{Status: without}
		}
		return registry.Answer{Status: with}
	}
}

func TestDoctor_Check_AccessByUse(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name          string
		action        string
		probe         bool
		r0            int
		with, without int
		want          verdict.Verdict
		method        verdict.AccessMethod
		used          []string
	}{
		{"a manifest that can be read is a pull", "pull", false, 401, 200, 0, accepted, "use", []string{"basic pull"}},
		{"a missing manifest is a pull where others are refused", "pull", false, 401, 404, 401, accepted, "use", []string{"basic pull", "anonymous pull"}},
		{"a missing manifest says nothing where it is missing for all", "pull", false, 401, 404, 404, fail(verdict.ReasonAccessUnproven), "use", []string{"basic pull", "anonymous pull", "basic list"}},
		{"nor on an open registry", "pull", false, 200, 404, 404, fail(verdict.ReasonAccessUnproven), "use", []string{"anonymous pull", "basic pull", "basic list"}},
		{"a missing manifest, and no answer without credentials", "pull", false, 401, 404, 503, fail(verdict.ReasonAccessUnproven), "use", []string{"basic pull", "anonymous pull"}},
		{"a refused manifest", "pull", false, 401, 403, 0, refused(verdict.ReasonAccessDenied), "use", []string{"basic pull"}},
		{"a manifest that is an outage", "pull", false, 401, 500, 0, fail(verdict.ReasonAccessUnproven), "use", []string{"basic pull"}},
		{"a pull proves on an open registry what others may not", "pull", false, 200, 200, 401, verdict.Verdict{Reason: verdict.ReasonAcceptedUnproven, Passed: true, Verified: true}, "use", []string{"anonymous pull", "basic pull"}},
		{"a pull that is allowed without credentials proves nothing", "pull", false, 200, 200, 200, pass(verdict.ReasonAcceptedUnproven), "use", []string{"anonymous pull", "basic pull"}},
		{"a push is not tried without probe", "push", false, 401, 202, 0, fail(verdict.ReasonAccessUnproven), "use", nil},
		{"a push is tried with probe", "push", true, 401, 202, 0, accepted, "probe", []string{"basic push"}},
		{"a push into a repository that is missing", "push", true, 401, 404, 401, fail(verdict.ReasonAccessUnproven), "probe", []string{"basic push"}},
		{"a push that is refused", "push", true, 401, 403, 0, refused(verdict.ReasonAccessDenied), "probe", []string{"basic push"}},
		{"a delete is not tried without probe", "delete", false, 401, 202, 0, fail(verdict.ReasonAccessUnproven), "use", nil},
		{"a delete of nothing is a delete where others are refused", "delete", true, 401, 404, 401, accepted, "probe", []string{"basic delete", "anonymous delete"}},
		{"a delete that is not supported", "delete", true, 401, 405, 0, fail(verdict.ReasonAccessUnproven), "probe", []string{"basic delete"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			r0 := status(row.r0)
			if row.r0 == 401 {
				r0 = unauthorized(basicChallenge)
			}
			s := &script{r0: *r0, r1: *status(200), uses: uses(row.with, row.without)}
			report := ask(t, doctor.New(registry.NewCache(s), redact.New(), random), doctor.Request{
				Credential: userAndPassword, TokenExchange: true,
				Access: []doctor.AccessRequest{{Repository: "org/app", Actions: []string{row.action}, Probe: row.probe}},
			})
			if report.Verdict != row.want {
				t.Errorf("got %+v, want %+v", report.Verdict, row.want)
			}
			if !slices.Equal(s.used, row.used) {
				t.Errorf("used %q, want %q", s.used, row.used)
			}
			if len(report.Evidence.Access) != 1 || report.Evidence.Access[0].Method != row.method {
				t.Errorf("got %+v, want method %s", report.Evidence.Access, row.method)
			}
		})
	}
}

// claims are the grants of a token that claims one action on a repository.
func claims(repository, action string) registry.Grants {
	payload := fmt.Sprintf(`{"access":[{"type":"repository","name":%q,"actions":[%q]}]}`, repository, action)
	return registry.TokenGrants(registry.NewSecret("eyJhbGciOiJub25lIn0." + jwtPart(payload) + "."))
}

func TestDoctor_Check_AccessByToken(t *testing.T) {
	t.Parallel()
	with := func(grants registry.Grants) *registry.TokenAnswer {
		t := issued("ci")
		t.Grants = grants
		return t
	}
	opaque := issued("")
	for _, row := range []struct {
		name       string
		credential registry.Credential
		scoped     *registry.TokenAnswer
		want       verdict.Reason
		access     verdict.AccessResult
		used       int
	}{
		{"the answer's scope grants it", userAndPassword, with(registry.ParseScope("repository:org/app:pull")), verdict.ReasonExchangeAccepted,
			verdict.AccessResult{Granted: []string{"pull"}, Method: "token_scope"}, 0},
		{"the token's claim grants everything", userAndPassword, with(claims("org/app", "*")), verdict.ReasonExchangeAccepted,
			verdict.AccessResult{Granted: []string{"pull"}, Method: "token_claims"}, 0},
		{"the claim is about another repository", userAndPassword, with(claims("org/other", "pull")), verdict.ReasonAccessDenied,
			verdict.AccessResult{Missing: []string{"pull"}, Method: "token_claims"}, 0},
		{"the scoped token is refused", userAndPassword, tokenStatus(403), verdict.ReasonAccessDenied,
			verdict.AccessResult{Missing: []string{"pull"}, Method: "token_scope"}, 0},
		{"the token service is down by then", userAndPassword, tokenStatus(500), verdict.ReasonAccessUnproven,
			verdict.AccessResult{Unknown: []string{"pull"}, Method: "token_scope"}, 0},
		{"a token that says nothing is used", userAndPassword, opaque, verdict.ReasonExchangeAccepted,
			verdict.AccessResult{Granted: []string{"pull"}, Method: "use"}, 1},
		{"anonymous: an anonymous token grants it", registry.Credential{}, with(registry.ParseScope("repository:org/app:pull")), verdict.ReasonAnonymousAccepted,
			verdict.AccessResult{Granted: []string{"pull"}, Method: "token_scope"}, 0},
		{"anonymous: no anonymous token", registry.Credential{}, tokenStatus(401), verdict.ReasonAuthenticationRequired,
			verdict.AccessResult{Missing: []string{"pull"}, Method: "token_scope"}, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			s := &script{r0: *unauthorized(bearerChallenge), v: *status(200), uses: uses(200, 401), tokens: func(r registry.TokenRequest) registry.TokenAnswer {
				if r.Scope != "" {
					return *row.scoped
				}
				if row.scoped == opaque && r.Credential.Method() == registry.MethodAnonymous {
					return *tokenStatus(401)
				}
				return *issued(row.scoped.Subject)
			}}
			report := ask(t, doctor.New(registry.NewCache(s), redact.New(), random), doctor.Request{
				Credential: row.credential, TokenExchange: true,
				Access: []doctor.AccessRequest{{Repository: "org/app", Actions: []string{"pull"}}},
			})
			if report.Reason != row.want {
				t.Errorf("reason %s, want %s", report.Reason, row.want)
			}
			got := report.Evidence.Access[0]
			if !slices.Equal(got.Granted, row.access.Granted) || !slices.Equal(got.Missing, row.access.Missing) || !slices.Equal(got.Unknown, row.access.Unknown) || got.Method != row.access.Method {
				t.Errorf("got %+v, want %+v", got, row.access)
			}
			if !slices.Contains(s.exchanged, string(row.credential.Method())+" repository:org/app:pull") || len(s.used) != row.used {
				t.Errorf("exchanged %q, used %q", s.exchanged, s.used)
			}
		})
	}
}

func TestDoctor_Check_RequestsNoAccessWithBadCredentials(t *testing.T) {
	t.Parallel()
	s := &script{r0: *unauthorized(basicChallenge), r1: *unauthorized(basicChallenge)}
	report := ask(t, doctor.New(registry.NewCache(s), redact.New(), random), doctor.Request{
		Credential: userAndPassword, TokenExchange: true,
		Access: []doctor.AccessRequest{{Repository: "org/app", Actions: []string{"pull"}}},
	})
	if report.Reason != verdict.ReasonInvalidCredentials || len(report.Evidence.Access) != 0 {
		t.Errorf("got %s with %+v", report.Reason, report.Evidence.Access)
	}
}

// TestDoctor_Check_ProvesNothingByUseWhereAnyClientGetsAToken has token services that
// give other credentials the same token, or none. Where a wrong password gets the same
// token, a pull with it proves nothing.
func TestDoctor_Check_ProvesNothingByUseWhereAnyClientGetsAToken(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name   string
		others *registry.TokenAnswer // a scoped token without credentials, and for invented ones
		want   verdict.Verdict
		proof  verdict.Verdict
	}{
		{"other credentials get the same token", issued(""), pass(verdict.ReasonExchangeInconclusive), fail(verdict.ReasonAnyoneAccepted)},
		{"other credentials get none", tokenStatus(401),
			verdict.Verdict{Reason: verdict.ReasonExchangeInconclusive, Passed: true, Verified: true},
			verdict.Verdict{Reason: verdict.ReasonExchangeInconclusive, Passed: true, Verified: true}},
		{"other credentials get no answer", tokenStatus(500), pass(verdict.ReasonExchangeInconclusive), fail(verdict.ReasonAnyoneAccepted)},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			for required, want := range map[bool]verdict.Verdict{false: row.want, true: row.proof} {
				s := &script{r0: *unauthorized(bearerChallenge), v: *status(200), uses: uses(200, 401), tokens: func(r registry.TokenRequest) registry.TokenAnswer {
					if r.Scope != "" && r.Credential != userAndPassword {
						return *row.others
					}
					return *issued("")
				}}
				got := ask(t, doctor.New(registry.NewCache(s), redact.New(), random), doctor.Request{
					Credential: userAndPassword, TokenExchange: true, RequireVerified: required,
					Access: []doctor.AccessRequest{{Repository: "org/app", Actions: []string{"pull"}}},
				}).Verdict
				if got != want {
					t.Errorf("require_verified %t: got %+v, want %+v", required, got, want)
				}
			}
		})
	}
}

func TestDoctor_Check_RequestsAccessBelowAnOpenRegistryFromItsTokenService(t *testing.T) {
	t.Parallel()
	scoped := issued("ci")
	scoped.Grants = registry.ParseScope("repository:org/app:pull")
	s := &script{
		r0: *status(200), r1: *status(200),
		uses:   func(registry.Trial) registry.Answer { return *unauthorized(bearerChallenge) },
		tokens: func(registry.TokenRequest) registry.TokenAnswer { return *scoped },
	}
	report := ask(t, doctor.New(registry.NewCache(s), redact.New(), random), doctor.Request{
		Credential: userAndPassword, TokenExchange: true,
		Access: []doctor.AccessRequest{{Repository: "org/app", Actions: []string{"pull"}}},
	})
	if !report.Passed || !slices.Equal(report.Evidence.Access[0].Granted, []string{"pull"}) {
		t.Errorf("got %+v with %+v", report.Verdict, report.Evidence.Access)
	}
	if want := []string{"anonymous pull"}; !slices.Equal(s.used, want) {
		t.Errorf("used %q, want %q: a password is not what is wanted there", s.used, want)
	}
}

func TestDoctor_Check_RequestsAPermissionOnce(t *testing.T) {
	t.Parallel()
	s := &script{r0: *unauthorized(basicChallenge), r1: *status(200), uses: uses(200, 401)}
	pull := doctor.AccessRequest{Repository: "org/app", Actions: []string{"pull"}}
	report := ask(t, doctor.New(registry.NewCache(s), redact.New(), random), doctor.Request{Credential: userAndPassword, TokenExchange: true, Access: []doctor.AccessRequest{pull, pull}})
	if len(s.used) != 1 || len(report.Evidence.Access) != 2 || !report.Passed {
		t.Errorf("used %q for %+v", s.used, report.Evidence.Access)
	}
}

func TestDoctor_Check_IgnoresClaimsOfAnUnverifiedToken(t *testing.T) {
	t.Parallel()
	// {"alg":"none"}.{"access":[{"type":"repository","name":"org/app","actions":["*"]}]}
	forged := registry.Credential{Token: registry.NewSecret("eyJhbGciOiJub25lIn0.eyJhY2Nlc3MiOlt7InR5cGUiOiJyZXBvc2l0b3J5IiwibmFtZSI6Im9yZy9hcHAiLCJhY3Rpb25zIjpbIioiXX1dfQ.")}
	for r0, want := range map[*registry.Answer]verdict.Reason{status(200): verdict.ReasonAccessDenied, unauthorized(bearerChallenge): verdict.ReasonAccepted} {
		s := &script{r0: *r0, r1: *status(200), uses: uses(401, 401)}
		report := ask(t, doctor.New(registry.NewCache(s), redact.New(), random), doctor.Request{
			Credential: forged, TokenExchange: true, Access: []doctor.AccessRequest{{Repository: "org/app", Actions: []string{"pull"}}},
		})
		if report.Reason != want {
			t.Errorf("/v2/ answers %d: got %s, want %s", r0.Status, report.Reason, want)
		}
	}
}

func TestDoctor_Check_DecidesByUseWhereAScopeIsUnknown(t *testing.T) {
	t.Parallel()
	s := &script{r0: *unauthorized(bearerChallenge), v: *status(200), uses: uses(404, 401), tokens: func(r registry.TokenRequest) registry.TokenAnswer {
		if r.Scope != "" {
			return *tokenStatus(400)
		}
		if r.Credential == (registry.Credential{}) {
			return *tokenStatus(401)
		}
		return *issued("ci")
	}}
	report := ask(t, doctor.New(registry.NewCache(s), redact.New(), random), doctor.Request{
		Credential: userAndPassword, TokenExchange: true, Access: []doctor.AccessRequest{{Repository: "org/app", Actions: []string{"delete"}, Probe: true}},
	})
	if report.Reason != verdict.ReasonExchangeAccepted || !slices.Equal(report.Evidence.Access[0].Granted, []string{"delete"}) {
		t.Errorf("got %s with %+v", report.Reason, report.Evidence.Access)
	}
}

func TestDoctor_Check_SendsADecoyByUseOnceAMinute(t *testing.T) {
	t.Parallel()
	for name, refusal := range map[string]int{"refused": 401, "called malformed": 400} {
		s := &script{r0: *status(200), r1: *status(200), uses: func(r registry.Trial) registry.Answer {
			switch r.Credential.Username {
			case "ci":
				return *status(200)
			case "":
				return *status(401)
			default:
				return *status(refusal)
			}
		}}
		d := doctor.New(registry.NewCache(s), redact.New(), random)
		for i := range 3 {
			report := ask(t, d, doctor.Request{
				Credential: another(i), TokenExchange: true, RequireVerified: true,
				Access: []doctor.AccessRequest{{Repository: "org/app", Actions: []string{"pull"}}},
			})
			if !report.Verified {
				t.Errorf("%s: got %+v", name, report.Verdict)
			}
		}
		// One without credentials, one decoy, and the real ones three times.
		if len(s.used) != 5 {
			t.Errorf("%s: used %q", name, s.used)
		}
	}
}

func TestDoctor_Check_TakesAMalformedDecoyAsRefused(t *testing.T) {
	t.Parallel()
	s := &script{r0: *unauthorized(bearerChallenge), v: *status(200), uses: uses(200, 401), tokens: func(r registry.TokenRequest) registry.TokenAnswer {
		switch r.Credential.Username {
		case "ci":
			return *issued("")
		case "":
			if r.Scope == "" {
				return *issued("")
			}
			return *tokenStatus(401)
		default:
			return *tokenStatus(400)
		}
	}}
	report := ask(t, doctor.New(registry.NewCache(s), redact.New(), random), doctor.Request{
		Credential: userAndPassword, TokenExchange: true, RequireVerified: true,
		Access: []doctor.AccessRequest{{Repository: "org/app", Actions: []string{"pull"}}},
	})
	if !report.Passed || !report.Verified {
		t.Errorf("got %+v: %s", report.Verdict, report.Message)
	}
}

// TestDoctor_Check_KeepsLittleOfManyLargeTokens counts what the whole process
// allocates, so nothing runs beside it.
func TestDoctor_Check_KeepsLittleOfManyLargeTokens(t *testing.T) { //nolint:paralleltest // see above
	large := issued("ci")
	large.Token = registry.NewSecret(strings.Repeat("&", 64<<10))
	scoped := *large
	scoped.Grants = registry.ParseScope("repository:org/app:pull")
	// The token is not the one that script knows as minted, so r1 answers it.
	s := &script{r0: *unauthorized(bearerChallenge), r1: *status(200), tokens: func(r registry.TokenRequest) registry.TokenAnswer {
		if r.Scope == "" {
			return *large
		}
		return scoped
	}}
	allocated := func(repositories int) uint64 {
		var wanted []doctor.AccessRequest
		for i := range repositories {
			wanted = append(wanted, doctor.AccessRequest{Repository: fmt.Sprintf("org/app%d", i), Actions: []string{"pull"}})
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		report := ask(t, doctor.New(registry.NewCache(s), redact.New(), random), doctor.Request{Credential: userAndPassword, TokenExchange: true, Access: wanted})
		runtime.ReadMemStats(&after)
		if len(report.Evidence.Access) != repositories {
			t.Fatalf("%d of %d repositories were asked for: %s", len(report.Evidence.Access), repositories, report.Message)
		}
		return after.TotalAlloc - before.TotalAlloc
	}
	one, many := allocated(1), allocated(200)
	if many > 2*one+8<<20 {
		t.Errorf("%d bytes allocated for 200 tokens of 64 KiB, and %d for one", many, one)
	}
}

// jwtPart is a part of a JWT, encoded.
func jwtPart(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
