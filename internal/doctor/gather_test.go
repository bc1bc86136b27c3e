package doctor_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stellaops/terraform-provider-stellaops/internal/doctor"
	"github.com/stellaops/terraform-provider-stellaops/internal/redact"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/verdict"
)

// log lists the requests that were sent.
func (s *script) log() string {
	var log []string
	for _, method := range s.asked {
		log = append(log, "/v2/ "+string(method))
	}
	for _, request := range s.exchanged {
		log = append(log, "token "+request)
	}
	return strings.Join(append(log, s.used...), ", ")
}

// answers is a token service that answers by credential method.
func answers(byMethod map[registry.Method]*registry.TokenAnswer) func(registry.TokenRequest) registry.TokenAnswer {
	return func(r registry.TokenRequest) registry.TokenAnswer {
		if answer := byMethod[r.Credential.Method()]; answer != nil {
			return *answer
		}
		return *tokenFailed(registry.FaultConnection)
	}
}

// scopedChallenge names a scope, as GitHub's registry does.
const scopedChallenge = bearerChallenge + `,scope="repository:user/image:pull"`

// forbidden is a 403 of a token service with the text of an error.
func forbidden(words string) *registry.TokenAnswer {
	answer := tokenStatus(403)
	answer.Text = words
	return answer
}

var identityToken = registry.Credential{IdentityToken: registry.NewSecret("r3fresh")}

func TestDoctor_Check_SendsEachSecretOnceInAnExchange(t *testing.T) {
	t.Parallel()
	const basicMethod, none, refresh = registry.MethodBasic, registry.MethodAnonymous, registry.MethodIdentityToken
	type service = map[registry.Method]*registry.TokenAnswer
	for _, row := range []struct {
		name       string
		credential registry.Credential
		r0, r1, v  *registry.Answer
		service    service
		want       string
		reason     verdict.Reason
	}{
		{"a token that names the user takes three requests", userAndPassword, unauthorized(bearerChallenge), nil, status(200), service{basicMethod: issued("ci")},
			"/v2/ anonymous, /v2/ bearer, token basic", verdict.ReasonExchangeAccepted},
		{"an opaque token takes four", userAndPassword, unauthorized(bearerChallenge), nil, status(200), service{basicMethod: issued(""), none: tokenStatus(401)},
			"/v2/ anonymous, /v2/ bearer, token basic, token anonymous", verdict.ReasonExchangeAccepted},
		{"a wrong password takes two", userAndPassword, unauthorized(bearerChallenge), nil, nil, service{basicMethod: tokenStatus(401)},
			"/v2/ anonymous, token basic", verdict.ReasonInvalidCredentials},
		{"one that is forbidden as an anonymous request is takes two more", userAndPassword, unauthorized(bearerChallenge), nil, nil, service{basicMethod: tokenStatus(403), none: tokenStatus(403)},
			"/v2/ anonymous, token basic, token anonymous, token anonymous repository:terraform-provider-stellaops/check:pull", verdict.ReasonForbiddenNetwork},
		{"a challenge's own scope is used for that", userAndPassword, unauthorized(scopedChallenge), nil, nil, service{basicMethod: tokenStatus(403), none: tokenStatus(403)},
			"/v2/ anonymous, token basic, token anonymous, token anonymous repository:user/image:pull", verdict.ReasonForbiddenNetwork},
		{"one that is forbidden in other words takes one more", userAndPassword, unauthorized(bearerChallenge), nil, nil, service{basicMethod: forbidden("denied"), none: forbidden("requested access to the resource is denied")},
			"/v2/ anonymous, token basic, token anonymous", verdict.ReasonInvalidCredentials},
		{"one that is forbidden takes one more where an anonymous request is not", userAndPassword, unauthorized(bearerChallenge), nil, nil, service{basicMethod: tokenStatus(403), none: tokenStatus(401)},
			"/v2/ anonymous, token basic, token anonymous", verdict.ReasonInvalidCredentials},
		{"a token service that breaks on the login is asked without it, and the registry is not asked", userAndPassword, unauthorized(bearerChallenge), nil, nil, service{basicMethod: tokenStatus(500), none: tokenStatus(401)},
			"/v2/ anonymous, token basic, token anonymous", verdict.ReasonExchangeUnavailable},
		{"a malformed login takes as many", userAndPassword, unauthorized(bearerChallenge), nil, nil, service{basicMethod: tokenStatus(400), none: issued("")},
			"/v2/ anonymous, token basic, token anonymous", verdict.ReasonMalformedCredentials},
		{"a token without subject as anonymous requests get it takes the password to the registry, once", userAndPassword, unauthorized(bearerChallenge), status(200), status(200), service{basicMethod: issued(""), none: issued("")},
			"/v2/ anonymous, /v2/ bearer, /v2/ basic, token basic, token anonymous", verdict.ReasonAccepted},
		{"a token of the same subject too", userAndPassword, unauthorized(bearerChallenge), unauthorized(basicChallenge), status(200), service{basicMethod: issued("acr_anon_pull"), none: issued("acr_anon_pull")},
			"/v2/ anonymous, /v2/ bearer, /v2/ basic, token basic, token anonymous", verdict.ReasonInvalidCredentials},
		{"a token without subject beside an anonymous one with a subject does not", userAndPassword, unauthorized(bearerChallenge), nil, status(200), service{basicMethod: issued(""), none: issued("(anonymous)")},
			"/v2/ anonymous, /v2/ bearer, token basic, token anonymous", verdict.ReasonExchangeInconclusive},
		{"a password that the registry has been sent is not sent there again", userAndPassword, status(200), unauthorized(bearerChallenge), status(200), service{basicMethod: issued(""), none: issued("")},
			"/v2/ anonymous, /v2/ basic, /v2/ bearer, token basic, token anonymous", verdict.ReasonExchangeInconclusive},
		{"an identity token is never sent to the registry", identityToken, unauthorized(bearerChallenge), nil, status(200), service{refresh: issued("acr_anon_pull"), none: issued("acr_anon_pull")},
			"/v2/ anonymous, /v2/ bearer, token identity_token, token anonymous", verdict.ReasonExchangeAnonymous},
		{"a refused token is not compared with an anonymous one", userAndPassword, unauthorized(bearerChallenge), nil, status(401), service{basicMethod: issued("")},
			"/v2/ anonymous, /v2/ bearer, token basic", verdict.ReasonTokenRejected},
		{"a token service that is down takes the password to the registry", userAndPassword, unauthorized(bearerChallenge), unauthorized(bearerChallenge), nil, service{basicMethod: tokenStatus(500)},
			"/v2/ anonymous, /v2/ basic, token basic, token anonymous", verdict.ReasonExchangeUnavailable},
		{"one that cannot be reached does so without another request", userAndPassword, unauthorized(bearerChallenge), unauthorized(bearerChallenge), nil, service{basicMethod: tokenFailed(registry.FaultRefused)},
			"/v2/ anonymous, /v2/ basic, token basic", verdict.ReasonExchangeUnavailable},
		{"a deadline at the token service ends the check", userAndPassword, unauthorized(bearerChallenge), nil, nil, service{basicMethod: tokenFailed(registry.FaultTimeout)},
			"/v2/ anonymous, token basic", verdict.ReasonExchangeUnavailable},
		{"a realm that is not safe ends the check", userAndPassword, unauthorized(bearerChallenge), nil, nil, service{basicMethod: tokenFailed(registry.FaultUnsafe)},
			"/v2/ anonymous, token basic", verdict.ReasonRealmUnsafe},
		{"a proxy on the way to it that wants a login ends the check", userAndPassword, unauthorized(bearerChallenge), nil, nil, service{basicMethod: tokenFailed(registry.FaultProxyAuth)},
			"/v2/ anonymous, token basic", verdict.ReasonProxyAuthRequired},
		{"a rate limit at the token service ends the check", userAndPassword, unauthorized(bearerChallenge), nil, nil, service{basicMethod: tokenStatus(429)},
			"/v2/ anonymous, token basic", verdict.ReasonRateLimited},
		{"a redirect of the token service ends the check", userAndPassword, unauthorized(bearerChallenge), nil, nil, service{basicMethod: tokenRedirected()},
			"/v2/ anonymous, token basic", verdict.ReasonUnexpectedRedirect},
		{"a challenge to the credentials only leads there too", userAndPassword, status(200), unauthorized(bearerChallenge), status(200), service{basicMethod: issued("ci")},
			"/v2/ anonymous, /v2/ basic, /v2/ bearer, token basic", verdict.ReasonExchangeAccepted},
		{"Bearer is preferred where Basic stands beside it", userAndPassword, unauthorized(basicChallenge, bearerChallenge), nil, status(200), service{basicMethod: issued("ci")},
			"/v2/ anonymous, /v2/ bearer, token basic", verdict.ReasonExchangeAccepted},
		{"an identity token goes to the token service only", identityToken, unauthorized(bearerChallenge), nil, status(200), service{refresh: issued(""), none: tokenStatus(401)},
			"/v2/ anonymous, /v2/ bearer, token identity_token, token anonymous", verdict.ReasonExchangeAccepted},
		{"an identity token stays where there is no token service", identityToken, unauthorized(basicChallenge), nil, nil, nil,
			"/v2/ anonymous", verdict.ReasonExchangeUnavailable},
		{"a configured bearer token is never exchanged", token, unauthorized(bearerChallenge), status(200), nil, nil,
			"/v2/ anonymous, /v2/ bearer", verdict.ReasonAccepted},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			s := &script{r0: *row.r0, tokens: answers(row.service)}
			for to, from := range map[*registry.Answer]*registry.Answer{&s.r1: row.r1, &s.v: row.v} {
				if from != nil {
					*to = *from
				}
			}
			report := ask(t, doctor.New(registry.NewCache(s), redact.New(), random), doctor.Request{Credential: row.credential, TokenExchange: true})
			if report.Reason != row.reason {
				t.Errorf("reason %s, want %s", report.Reason, row.reason)
			}
			if got := s.log(); got != row.want {
				t.Errorf("sent %q, want %q", got, row.want)
			}
		})
	}
}

// ask makes a check of registry.example.com.
func ask(t *testing.T, d *doctor.Doctor, r doctor.Request) report {
	t.Helper()
	r.Endpoint, r.Timeout = endpoint(t, "registry.example.com"), time.Minute
	report, err := within(t.Context(), d, r)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func TestDoctor_Check_SendsNothingToTokenServicesWithoutTokenExchange(t *testing.T) {
	t.Parallel()
	s := &script{r0: *unauthorized(bearerChallenge), r1: *unauthorized(bearerChallenge)}
	report := ask(t, doctor.New(registry.NewCache(s), redact.New(), random), doctor.Request{Credential: userAndPassword})
	if report.Reason != verdict.ReasonExchangeSkipped || !report.Passed || s.log() != "/v2/ anonymous, /v2/ basic" {
		t.Errorf("got %+v after %s", report.Verdict, s.log())
	}
	s = &script{}
	report = ask(t, doctor.New(registry.NewCache(s), redact.New(), random), doctor.Request{Credential: identityToken})
	if report.Reason != verdict.ReasonExchangeSkipped || report.Passed || s.log() != "" {
		t.Errorf("identity token: got %+v after %s", report.Verdict, s.log())
	}
}

func TestDoctor_Check_SharesControlsForAMinute(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &script{r0: *unauthorized(bearerChallenge), v: *status(200), tokens: answers(map[registry.Method]*registry.TokenAnswer{
			registry.MethodBasic: issued(""), registry.MethodAnonymous: tokenStatus(401),
		})}
		d := doctor.New(registry.NewCache(s), redact.New(), random)
		request := doctor.Request{Credential: userAndPassword, TokenExchange: true}
		for _, step := range []struct {
			after      time.Duration
			anonymous  int
			exchanging int
		}{{0, 1, 2}, {59 * time.Second, 1, 3}, {2 * time.Second, 2, 5}} {
			<-time.After(step.after)
			request.Credential = another(step.exchanging)
			ask(t, d, request)
			count := 0
			for _, method := range s.asked {
				if method == registry.MethodAnonymous {
					count++
				}
			}
			if count != step.anonymous || len(s.exchanged) != step.exchanging {
				t.Errorf("%d requests without credentials and %d to the token service, want %d and %d", count, len(s.exchanged), step.anonymous, step.exchanging)
			}
		}
	})
}

// another is the user with another password for each i, so that no two checks are the
// same.
func another(i int) registry.Credential {
	return registry.Credential{Username: userAndPassword.Username, Password: registry.NewSecret(fmt.Sprintf("s3cret-%d", i))}
}

func TestDoctor_Check_AsksAgainAfterAnOutageThatWasFoundAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { // where an answer takes no time
		s := &script{r0: *status(503)}
		d := doctor.New(registry.NewCache(s), redact.New(), random)
		ask(t, d, doctor.Request{})
		s.r0 = *status(200)
		if report := ask(t, d, doctor.Request{}); report.Reason != verdict.ReasonAnonymousAccepted {
			t.Errorf("got %s after the outage ended", report.Reason)
		}
	})
}

func TestDoctor_Check_SendsADecoyOnlyForRequireVerified(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name     string
		required bool
		decoy    *registry.Answer
		want     verdict.Verdict
		sent     int
	}{
		{"not asked for", false, nil, pass(verdict.ReasonAcceptedUnproven), 2},
		{"accepted", true, status(200), fail(verdict.ReasonAnyoneAccepted), 3},
		{"refused", true, status(401), verdict.Verdict{Reason: verdict.ReasonAcceptedUnproven, Passed: true, Verified: true}, 3},
		{"limited", true, status(429), fail(verdict.ReasonAcceptedUnproven), 3},
		{"no answer", true, failed(registry.FaultTimeout), fail(verdict.ReasonAcceptedUnproven), 3},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			s := &decoyScript{script: script{r0: *status(200), r1: *status(200)}, decoy: row.decoy}
			d := doctor.New(registry.NewCache(s), redact.New(), random)
			for i := range 2 { // the second check shares R0 and the decoy
				if got := ask(t, d, doctor.Request{Credential: another(i), RequireVerified: row.required}).Verdict; got != row.want {
					t.Errorf("got %+v, want %+v", got, row.want)
				}
			}
			if slices.Contains(s.users[row.sent:], "") || s.real != 2 {
				t.Errorf("users asked: %q, the real one %d times", s.users, s.real)
			}
		})
	}
}

// decoyScript distinguishes invented credentials from real ones.
type decoyScript struct {
	script
	decoy *registry.Answer
	users []string
	real  int
}

func (s *decoyScript) Ask(_ context.Context, _ registry.Endpoint, c registry.Credential) registry.Answer {
	if c.Token.Reveal() == "minted" {
		return s.v
	}
	s.users = append(s.users, c.Username)
	switch c.Username {
	case "":
		return s.r0
	case "ci":
		s.real++
		return s.r1
	default:
		return *s.decoy
	}
}

// TestDoctor_Check_SendsADecoyForEachKindOfLogin has a registry that checks passwords,
// behind a token service that accepts any.
func TestDoctor_Check_SendsADecoyForEachKindOfLogin(t *testing.T) {
	t.Parallel()
	s := &decoyScript{decoy: unauthorized(basicChallenge), script: script{
		r0: *unauthorized(bearerChallenge), r1: *status(200), v: *status(200),
		tokens: func(r registry.TokenRequest) registry.TokenAnswer {
			if r.Credential.Method() == registry.MethodAnonymous {
				return *tokenStatus(401)
			}
			return *issued("")
		},
	}}
	d := doctor.New(registry.NewCache(s), redact.New(), random)
	direct := ask(t, d, doctor.Request{Credential: userAndPassword, RequireVerified: true})
	if !direct.Verified {
		t.Errorf("the registry itself refused the decoy: %s", direct.Message)
	}
	exchanged := ask(t, d, doctor.Request{Credential: userAndPassword, RequireVerified: true, TokenExchange: true})
	if exchanged.Reason != verdict.ReasonAnyoneAccepted {
		t.Errorf("the token service accepts any credentials, but: %s", exchanged.Message)
	}
}

func TestDoctor_Check_TakesATokenForTheDecoyAsAccepted(t *testing.T) {
	t.Parallel()
	s := &script{r0: *unauthorized(bearerChallenge), v: *status(200), tokens: func(r registry.TokenRequest) registry.TokenAnswer {
		return *issued(r.Credential.Username) // any user gets a token
	}}
	report := ask(t, doctor.New(registry.NewCache(s), redact.New(), random), doctor.Request{Credential: userAndPassword, RequireVerified: true, TokenExchange: true})
	if report.Reason != verdict.ReasonAnyoneAccepted || report.Passed {
		t.Errorf("got %+v", report.Verdict)
	}
}

func TestDoctor_Check_SharesADecoyThatIsMalformed(t *testing.T) {
	t.Parallel()
	s := &decoyScript{decoy: status(400), script: script{r0: *unauthorized(basicChallenge), r1: *status(200)}}
	d := doctor.New(registry.NewCache(s), redact.New(), random)
	for i := range 3 {
		if report := ask(t, d, doctor.Request{Credential: another(i), RequireVerified: true}); !report.Verified {
			t.Errorf("got %+v", report.Verdict)
		}
	}
	if invented := len(s.users) - s.real - 1; invented != 1 {
		t.Errorf("%d decoys were sent, want 1", invented)
	}
}

func TestDoctor_Check_RejectsNothingWhereATokenServiceForbidsAll(t *testing.T) {
	t.Parallel()
	s := &script{r0: *unauthorized(bearerChallenge), tokens: func(registry.TokenRequest) registry.TokenAnswer { return *tokenStatus(403) }}
	report := ask(t, doctor.New(registry.NewCache(s), redact.New(), random), doctor.Request{Credential: userAndPassword, TokenExchange: true})
	if report.Reason != verdict.ReasonForbiddenNetwork || report.Rejected {
		t.Errorf("got %+v", report.Verdict)
	}
}
