package doctor_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stellaops/terraform-provider-stellaops/internal/doctor"
	"github.com/stellaops/terraform-provider-stellaops/internal/redact"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/verdict"
)

// pullApp is the permission to pull from org/app.
var pullApp = []doctor.AccessRequest{{Repository: "org/app", Actions: []string{"pull"}}}

// grantedTo is a token of a subject with an access claim.
func grantedTo(subject string, g registry.Grants) *registry.TokenAnswer {
	answer := issued(subject)
	answer.Grants = g
	return answer
}

func TestDoctor_Check_AccessOfATokenOfAnotherSubject(t *testing.T) {
	t.Parallel()
	nothing, pull := claims("org/app", ""), claims("org/app", "pull")
	unproven, verified := fail(verdict.ReasonAccessUnproven), verdict.Verdict{Reason: verdict.ReasonExchangeAccepted, Passed: true, Verified: true}
	for _, row := range []struct {
		name    string
		subject string // of T0
		scoped  *registry.TokenAnswer
		want    verdict.Verdict
	}{
		{"T0 names the user, the scoped token nobody and no action: Harbor after a failed login", "ci", grantedTo("", nothing), unproven},
		{"T0 names the user, the scoped token nobody and the action", "ci", grantedTo("", pull), unproven},
		{"T0 names the user, the scoped token is opaque", "ci", issued(""), unproven},
		{"T0 names the user, the scoped token another one", "ci", grantedTo("other", pull), unproven},
		{"T0 names a number, the scoped token another one", "42", grantedTo("43", pull), unproven},
		{"T0 names a number, the scoped token no subject", "42", grantedTo("", pull), verified},
		{"T0 names no subject, the scoped token one", "", grantedTo("42", pull), verified},
		{"both name the user", "ci", grantedTo("ci", pull), verified},
		{"both name the user, and the action is not granted", "ci", grantedTo("ci", nothing), refused(verdict.ReasonAccessDenied)},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			s := &script{r0: *unauthorized(bearerChallenge), v: *status(200), uses: uses(401, 401), tokens: func(r registry.TokenRequest) registry.TokenAnswer {
				switch {
				case r.Credential.Method() == registry.MethodAnonymous:
					return *tokenStatus(401)
				case r.Scope == "":
					return *issued(row.subject)
				default:
					return *row.scoped
				}
			}}
			report := ask(t, doctor.New(registry.NewCache(s), redact.New(), random), doctor.Request{Credential: userAndPassword, TokenExchange: true, Access: pullApp})
			if report.Verdict != row.want {
				t.Errorf("got %+v, want %+v", report.Verdict, row.want)
			}
			if len(s.used) > 0 {
				t.Errorf("used %q with a token that is not the user's", s.used)
			}
			if row.want == unproven && !strings.Contains(report.Causes[0], "as if for another user") {
				t.Errorf("the first cause is %q", report.Causes[0])
			}
		})
	}
}

// byAction answers a use by its action, the same with and without credentials.
func byAction(byAction map[registry.Action]int) func(registry.Trial) registry.Answer {
	return func(r registry.Trial) registry.Answer { return registry.Answer{Status: byAction[r.Action]} }
}

func TestDoctor_Check_AccessToARepositoryWithoutATagLatest(t *testing.T) {
	t.Parallel()
	open, basicOnly, bearer := status(200), unauthorized(basicChallenge), unauthorized(bearerChallenge)
	anonymous := registry.Credential{}
	for _, row := range []struct {
		name       string
		credential registry.Credential
		r0         *registry.Answer
		head, list int
		want       verdict.Verdict
	}{
		{"anonymous with a token service, and the tags are listed, as at Gitea", anonymous, bearer, 404, 200, pass(verdict.ReasonAnonymousAccepted)},
		{"anonymous without a token service, and the tags are listed, as at olareg", anonymous, basicOnly, 404, 200, pass(verdict.ReasonAnonymousAccepted)},
		{"anonymous without a token service, and the tag is there", anonymous, basicOnly, 200, 0, pass(verdict.ReasonAnonymousAccepted)},
		{"anonymous without a token service, and the tag is refused", anonymous, basicOnly, 401, 0, refused(verdict.ReasonAuthenticationRequired)},
		{"anonymous with a token service, and the tag is refused", anonymous, bearer, 401, 0, refused(verdict.ReasonAuthenticationRequired)},
		{"anonymous, and the tags are not listed either", anonymous, bearer, 404, 404, fail(verdict.ReasonAccessUnproven)},
		{"anonymous, and the list is refused", anonymous, bearer, 404, 401, fail(verdict.ReasonAccessUnproven)},
		{"anonymous, and the list is an outage", anonymous, basicOnly, 404, 503, fail(verdict.ReasonAccessUnproven)},
		{"anonymous on an open registry, and the tags are listed", anonymous, open, 404, 200, pass(verdict.ReasonAnonymousAccepted)},
		{"credentials on an open registry, and the tags are listed, as at zot", userAndPassword, open, 404, 200, pass(verdict.ReasonAcceptedUnproven)},
		{"credentials on an open registry, and the tags are not listed", userAndPassword, open, 404, 404, fail(verdict.ReasonAccessUnproven)},
		{"credentials on an open registry, and the list is refused, as at ECR", userAndPassword, open, 404, 403, fail(verdict.ReasonAccessUnproven)},
		{"credentials, and the tag is absent for every client", userAndPassword, basicOnly, 404, 200, accepted},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			s := &script{
				r0: *row.r0, r1: *status(200), v: *status(200), uses: byAction(map[registry.Action]int{registry.ActionPull: row.head, registry.ActionList: row.list}),
				tokens: func(registry.TokenRequest) registry.TokenAnswer { return *issued("") },
			}
			report := ask(t, doctor.New(registry.NewCache(s), redact.New(), random), doctor.Request{Credential: row.credential, TokenExchange: true, Access: pullApp})
			if report.Verdict != row.want {
				t.Errorf("got %+v, want %+v", report.Verdict, row.want)
			}
			if row.list == 0 && slices.ContainsFunc(s.used, func(use string) bool { return strings.HasSuffix(use, " list") }) {
				t.Errorf("used %q", s.used)
			}
		})
	}
}

// TestDoctor_Check_AListOfTagsIsNoPage has a registry behind something that answers
// every unknown address with a page.
func TestDoctor_Check_AListOfTagsIsNoPage(t *testing.T) {
	t.Parallel()
	s := &script{r0: *status(200), uses: func(r registry.Trial) registry.Answer {
		if r.Action == registry.ActionList {
			return *page(200, false)
		}
		return *status(404)
	}}
	if report := ask(t, doctor.New(registry.NewCache(s), redact.New(), random), doctor.Request{Access: pullApp}); report.Reason != verdict.ReasonAccessUnproven {
		t.Errorf("got %s", report.Reason)
	}
}

// decoyUser is the user name that the script's random text gives the decoy.
const decoyUser = "decoy-01234567"

// TestDoctor_Check_TheDecoyGoesWhereTheProofWas has an open /v2/, and repositories that
// require a token.
func TestDoctor_Check_TheDecoyGoesWhereTheProofWas(t *testing.T) {
	t.Parallel()
	pull, nothing := claims("org/app", "pull"), claims("org/app", "")
	proven := verdict.Verdict{Reason: verdict.ReasonAcceptedUnproven, Passed: true, Verified: true}
	for _, row := range []struct {
		name              string
		anonymous, decoys *registry.TokenAnswer
		want              verdict.Verdict
		asked             string // of the token service
		v2                int    // requests to /v2/
	}{
		{"only the credentials are granted it", grantedTo("", nothing), tokenStatus(401), proven, "ci, , " + decoyUser, 2},
		{"an anonymous request is refused", tokenStatus(401), tokenStatus(401), proven, "ci, , " + decoyUser, 2},
		{"the decoy gets a token without the permission", tokenStatus(401), grantedTo("", nothing), proven, "ci, , " + decoyUser, 2},
		{"the decoy is granted it too", tokenStatus(401), grantedTo(decoyUser, pull), fail(verdict.ReasonAnyoneAccepted), "ci, , " + decoyUser, 2},
		{"the decoy gets no answer", tokenStatus(401), tokenStatus(503), fail(verdict.ReasonAcceptedUnproven), "ci, , " + decoyUser, 2},
		{"an anonymous request is granted it: the decoy goes to /v2/, which accepts any", grantedTo("", pull), nil, fail(verdict.ReasonAnyoneAccepted), "ci, ", 3},
		{"an anonymous request gets no answer", tokenStatus(503), nil, fail(verdict.ReasonAnyoneAccepted), "ci, ", 3},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			var users []string
			s := &script{
				r0: *status(200), r1: *status(200), uses: func(registry.Trial) registry.Answer { return *unauthorized(bearerChallenge) },
				tokens: func(r registry.TokenRequest) registry.TokenAnswer {
					if users = append(users, r.Credential.Username); r.Scope != "repository:org/app:pull" {
						t.Errorf("a token of scope %q", r.Scope)
					}
					switch r.Credential.Username {
					case "":
						return *row.anonymous
					case "ci":
						return *grantedTo("ci", pull)
					default:
						return *row.decoys
					}
				},
			}
			d := doctor.New(registry.NewCache(s), redact.New(), random)
			report := ask(t, d, doctor.Request{Credential: userAndPassword, TokenExchange: true, RequireVerified: true, Access: pullApp})
			if report.Verdict != row.want {
				t.Errorf("got %+v, want %+v", report.Verdict, row.want)
			}
			if asked := strings.Join(users, ", "); asked != row.asked || len(s.asked) != row.v2 {
				t.Errorf("the token service was asked by %q, /v2/ %d times; want %q and %d", asked, len(s.asked), row.asked, row.v2)
			}
		})
	}
}

func TestDoctor_Check_AsksForNoProofOfAGrantWithoutRequireVerified(t *testing.T) {
	t.Parallel()
	s := &script{
		r0: *status(200), r1: *status(200), uses: func(registry.Trial) registry.Answer { return *unauthorized(bearerChallenge) },
		tokens: func(registry.TokenRequest) registry.TokenAnswer { return *grantedTo("ci", claims("org/app", "pull")) },
	}
	report := ask(t, doctor.New(registry.NewCache(s), redact.New(), random), doctor.Request{Credential: userAndPassword, TokenExchange: true, Access: pullApp})
	if report.Verdict != pass(verdict.ReasonAcceptedUnproven) || len(s.exchanged) != 1 {
		t.Errorf("got %+v after %q", report.Verdict, s.exchanged)
	}
}

// TestDoctor_Check_ComparesTheWordsOfRefusals has a token service that answers 403 to
// every request.
func TestDoctor_Check_ComparesTheWordsOfRefusals(t *testing.T) {
	t.Parallel()
	const firewall = "DENIED: client with IP '%s' is not allowed access. Refer https://aka.ms/acr/firewall/%s to grant access."
	words := func(address, page string) string {
		return strings.Replace(strings.Replace(firewall, "%s", address, 1), "%s", page, 1)
	}
	network, bad := fail(verdict.ReasonForbiddenNetwork), refused(verdict.ReasonInvalidCredentials)
	for _, row := range []struct {
		name                     string
		login, anonymous, scoped string
		want                     verdict.Verdict
		requests                 int
	}{
		{"the same", "DENIED: access forbidden", "DENIED: access forbidden", "DENIED: access forbidden", network, 3},
		{"the same but for an address and a URL, as Azure's firewall answers", words("192.0.2.7", "a"), words("198.51.100.8", "b"), words("192.0.2.9", "c"), network, 3},
		{"the same but for the user name", `user "ci" may not`, `user "" may not`, `user "" may not`, network, 3},
		{"one repeats the password, and is left out", "s3cret is not allowed", "denied", "denied", network, 3},
		{"one has no text", "", "denied", "denied", network, 3},
		{"others", "DENIED: denied", "DENIED: requested access to the resource is denied", "", bad, 2},
		{"others with a scope", "DENIED: denied", "DENIED: denied", "DENIED: requested access to the resource is denied", bad, 3},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			s := &script{r0: *unauthorized(bearerChallenge), tokens: func(r registry.TokenRequest) registry.TokenAnswer {
				switch {
				case r.Credential.Username != "":
					return *forbidden(row.login)
				case r.Scope == "":
					return *forbidden(row.anonymous)
				default:
					return *forbidden(row.scoped)
				}
			}}
			report := ask(t, doctor.New(registry.NewCache(s), redact.New(), random), doctor.Request{Credential: userAndPassword, TokenExchange: true})
			if report.Verdict != row.want || len(s.exchanged) != row.requests {
				t.Errorf("got %+v after %q, want %+v after %d", report.Verdict, s.exchanged, row.want, row.requests)
			}
		})
	}
}

// TestDoctor_Check_ADeadTokenServiceRefusesNoPermission has a registry that accepts
// tokens only, whose repositories answer 401 to a password.
func TestDoctor_Check_ADeadTokenServiceRefusesNoPermission(t *testing.T) {
	t.Parallel()
	for _, service := range []*registry.TokenAnswer{tokenStatus(503), tokenStatus(404), tokenFailed(registry.FaultRefused)} {
		for _, code := range []int{401, 403} {
			s := &script{
				r0: *unauthorized(bearerChallenge), r1: *unauthorized(bearerChallenge), uses: uses(code, code),
				tokens: func(registry.TokenRequest) registry.TokenAnswer { return *service },
			}
			report := ask(t, doctor.New(registry.NewCache(s), redact.New(), random), doctor.Request{Credential: userAndPassword, TokenExchange: true, Access: pullApp})
			if report.Verdict != fail(verdict.ReasonAccessUnproven) {
				t.Errorf("token service %d, repository %d: got %+v", service.Status, code, report.Verdict)
			}
		}
	}
}

// TestDoctor_Check_AnAnswerBelongsToItsPermission has a pull that is refused and a push
// that is not tried.
func TestDoctor_Check_AnAnswerBelongsToItsPermission(t *testing.T) {
	t.Parallel()
	both := []doctor.AccessRequest{{Repository: "org/app", Actions: []string{"push", "pull", "delete"}, Probe: false}}
	s := &script{r0: *unauthorized(basicChallenge), r1: *status(200), uses: uses(403, 403)}
	report := ask(t, doctor.New(registry.NewCache(s), redact.New(), random), doctor.Request{Credential: userAndPassword, Access: both})
	if got := report.Evidence.Access[0]; got.Answer == nil || got.Answer.Status != 403 || !slices.Equal(got.Missing, []string{"pull"}) {
		t.Errorf("got %+v", got)
	}
	s.uses = byAction(map[registry.Action]int{registry.ActionPull: 200, registry.ActionPush: 503, registry.ActionDelete: 429})
	both[0].Probe = true
	report = ask(t, doctor.New(registry.NewCache(s), redact.New(), random), doctor.Request{Credential: userAndPassword, Access: both})
	if got := report.Evidence.Access[0]; got.Answer == nil || got.Answer.Status != 503 {
		t.Errorf("got %+v, want the answer to the first that was not decided", got)
	}
}

// TestDoctor_Check_AListOfTagsGrantsNoDelete has a DELETE that is 404 for every client.
func TestDoctor_Check_AListOfTagsGrantsNoDelete(t *testing.T) {
	t.Parallel()
	s := &script{r0: *unauthorized(basicChallenge), r1: *status(200), uses: byAction(map[registry.Action]int{registry.ActionDelete: 404, registry.ActionList: 200})}
	report := ask(t, doctor.New(registry.NewCache(s), redact.New(), random), doctor.Request{
		Credential: userAndPassword, Access: []doctor.AccessRequest{{Repository: "org/app", Actions: []string{"delete"}, Probe: true}},
	})
	if report.Reason != verdict.ReasonAccessUnproven {
		t.Errorf("got %s after %q", report.Reason, s.used)
	}
}

// TestDoctor_Check_AComparisonDecides has a registry that accepts the password at /v2/
// after a token that proves nothing: the status is that answer's, and the decoy goes
// there.
func TestDoctor_Check_AComparisonDecides(t *testing.T) {
	t.Parallel()
	refusing := &decoyScript{decoy: unauthorized(basicChallenge), script: script{
		r0: *unauthorized(bearerChallenge), r1: *status(200), v: *status(200), tokens: func(registry.TokenRequest) registry.TokenAnswer { return *issued("") },
	}}
	report := ask(t, doctor.New(registry.NewCache(refusing), redact.New(), random), doctor.Request{Credential: userAndPassword, TokenExchange: true, RequireVerified: true})
	if report.Verdict != accepted || !slices.Contains(refusing.users, decoyUser) {
		t.Errorf("got %+v, asked by %q", report.Verdict, refusing.users)
	}
	accepting := &decoyScript{decoy: status(200), script: refusing.script}
	if report := ask(t, doctor.New(registry.NewCache(accepting), redact.New(), random), doctor.Request{Credential: userAndPassword, TokenExchange: true, RequireVerified: true}); report.Reason != verdict.ReasonAnyoneAccepted {
		t.Errorf("got %s", report.Reason)
	}
	acr := &script{
		r0: *unauthorized(bearerChallenge), r1: *text(unauthorized(basicChallenge), "the password s3cret is wrong"), v: *status(200),
		tokens: func(registry.TokenRequest) registry.TokenAnswer { return *issued("acr_anon_pull") },
	}
	refusal := ask(t, doctor.New(registry.NewCache(acr), redact.New(), random), doctor.Request{Credential: userAndPassword, TokenExchange: true})
	if refusal.Verdict != refused(verdict.ReasonInvalidCredentials) || refusal.HTTPStatus() != 401 || strings.Contains(refusal.Message, "s3cret") {
		t.Errorf("got %+v with status %d: %s", refusal.Verdict, refusal.HTTPStatus(), refusal.Message)
	}
}

// TestDoctor_Check_SendsNoDecoyForAPassWithoutA200 has a dead token service: a decoy's
// 401 would make a proof of nothing.
func TestDoctor_Check_SendsNoDecoyForAPassWithoutA200(t *testing.T) {
	t.Parallel()
	s := &decoyScript{decoy: unauthorized(bearerChallenge), script: script{
		r0: *unauthorized(bearerChallenge), r1: *unauthorized(bearerChallenge), tokens: func(registry.TokenRequest) registry.TokenAnswer { return *tokenFailed(registry.FaultRefused) },
	}}
	report := ask(t, doctor.New(registry.NewCache(s), redact.New(), random), doctor.Request{Credential: userAndPassword, TokenExchange: true, RequireVerified: true})
	if report.Verdict != fail(verdict.ReasonExchangeUnavailable) || slices.Contains(s.users, decoyUser) {
		t.Errorf("got %+v, asked by %q", report.Verdict, s.users)
	}
}

// TestDoctor_Check_TakesA404OfTheDecoyForTheSameOnlyWhereItIs has an open registry that
// hides a repository from those who may not see it.
func TestDoctor_Check_TakesA404OfTheDecoyForTheSameOnlyWhereItIs(t *testing.T) {
	t.Parallel()
	s := &script{r0: *status(200), r1: *status(200), uses: func(r registry.Trial) registry.Answer {
		switch r.Credential.Username {
		case "":
			return *status(401)
		case "ci":
			return *status(200)
		default:
			return *status(404)
		}
	}}
	report := ask(t, doctor.New(registry.NewCache(s), redact.New(), random), doctor.Request{Credential: userAndPassword, RequireVerified: true, Access: pullApp})
	if report.Verdict != fail(verdict.ReasonAcceptedUnproven) {
		t.Errorf("got %+v", report.Verdict)
	}
}

// TestDoctor_Check_ShowsNoSecretOfAPermission has a repository whose refusal repeats the
// password.
func TestDoctor_Check_ShowsNoSecretOfAPermission(t *testing.T) {
	t.Parallel()
	for _, code := range []int{401, 403, 503} {
		s := &script{r0: *unauthorized(basicChallenge), r1: *status(200), uses: func(registry.Trial) registry.Answer { return *text(status(code), "no pull with s3cret\a\n") }}
		report := ask(t, doctor.New(registry.NewCache(s), redact.New(), random), doctor.Request{Credential: userAndPassword, Access: pullApp})
		if shown := report.Message + strings.Join(report.Causes, ""); strings.Contains(shown, "s3cret") || strings.ContainsAny(shown, "\a\n") {
			t.Errorf("%d: %q", code, shown)
		}
	}
}
