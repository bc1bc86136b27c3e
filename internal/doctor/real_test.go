package doctor_test

import (
	"crypto/rand"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stellaops/terraform-provider-stellaops/internal/doctor"
	"github.com/stellaops/terraform-provider-stellaops/internal/redact"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/registrytest"
	"github.com/stellaops/terraform-provider-stellaops/internal/verdict"
)

// realRegistry is a running CNCF distribution, with the token service that it trusts,
// if any.
type realRegistry struct {
	*registrytest.Distribution
	tokens *registrytest.TokenService
}

func registryBinary(t *testing.T) string {
	t.Helper()
	binary := os.Getenv("STELLAOPS_TEST_REGISTRY")
	if binary == "" {
		t.Skip("STELLAOPS_TEST_REGISTRY names no registry binary")
	}
	return binary
}

// withTokens starts a registry that trusts a token service where ci may pull and
// push org/app and pull org/read.
func withTokens(t *testing.T, options registrytest.TokenServiceOptions) realRegistry {
	t.Helper()
	binary := registryBinary(t)
	options.Accounts = map[string]registrytest.Account{"ci": {
		Password: "right", IdentityToken: "r3fresh",
		Access: registrytest.Permissions{"org/app": {"pull", "push"}, "org/read": {"pull"}},
	}}
	tokens := registrytest.NewTokenService(t, options)
	distribution, err := registrytest.StartTokenDistribution(t.Context(), binary, t.TempDir(), tokens)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(distribution.Stop)
	return realRegistry{distribution, tokens}
}

// withAccounts starts a registry that asks by htpasswd, or an open one.
func withAccounts(t *testing.T, accounts map[string]string) realRegistry {
	t.Helper()
	distribution, err := registrytest.StartDistribution(t.Context(), registryBinary(t), t.TempDir(), accounts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(distribution.Stop)
	return realRegistry{Distribution: distribution}
}

func ci(password string) registry.Credential {
	return registry.Credential{Username: "ci", Password: registry.NewSecret(password)}
}

func refresh(username, identityToken string) registry.Credential {
	return registry.Credential{Username: username, IdentityToken: registry.NewSecret(identityToken)}
}

// check makes one check. It fails when the registry and the token service together
// received another number of requests, or the token service the same request twice.
func (r realRegistry) check(t *testing.T, request doctor.Request, requests int) report {
	t.Helper()
	client := registry.NewClient(registry.Options{})
	t.Cleanup(client.CloseIdleConnections)
	request.Endpoint, request.TokenExchange, request.Timeout = endpoint(t, "http://"+r.Host), true, 20*time.Second
	report, err := within(t.Context(), doctor.New(registry.NewCache(client), redact.New(), rand.Text), request)
	if err != nil {
		t.Fatal(err)
	}
	asked, err := r.Asked(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var exchanged []string
	if r.tokens != nil {
		for _, request := range r.tokens.Requests() {
			exchanged = append(exchanged, strings.Join([]string{request.Method, request.Query, request.Authorization, request.Form}, " "))
		}
	}
	if got := len(asked) + len(exchanged); got != requests {
		t.Errorf("%d requests, want %d:\n%s", got, requests, strings.Join(append(asked, exchanged...), "\n"))
	}
	if slices.Sort(exchanged); len(slices.Compact(slices.Clone(exchanged))) != len(exchanged) {
		t.Errorf("the token service was asked the same twice: %q", exchanged)
	}
	return report
}

func wantVerdict(t *testing.T, got report, want verdict.Verdict) {
	t.Helper()
	if got.Verdict != want {
		t.Errorf("got %+v, want %+v: %s", got.Verdict, want, got.Message)
	}
}

var exchangeAccepted = verdict.Verdict{Reason: verdict.ReasonExchangeAccepted, Passed: true, Verified: true}

func TestDoctor_Check_RealTokenRegistry(t *testing.T) {
	t.Parallel()
	serial := func(user string) string { return strings.Repeat("id-", len(user)) } // "" stays ""
	noSubject := func(string) string { return "" }
	type options = registrytest.TokenServiceOptions
	for _, row := range []struct {
		name       string
		options    options
		credential registry.Credential
		proof      bool
		requests   int
		want       verdict.Verdict
	}{
		{"good password", options{}, ci("right"), false, 3, exchangeAccepted},
		{"good password, proof wanted", options{}, ci("right"), true, 4, exchangeAccepted},
		{"good password, another subject", options{Subject: serial}, ci("right"), false, 4, exchangeAccepted},
		{"good password, another subject, anonymous tokens", options{Subject: serial, Anonymous: true}, ci("right"), false, 4, exchangeAccepted},
		{"good password, no subject", options{Subject: noSubject}, ci("right"), false, 4, exchangeAccepted},
		{"good password, no subject, anonymous tokens", options{Subject: noSubject, Anonymous: true}, ci("right"), false, 5, pass(verdict.ReasonExchangeInconclusive)},
		{"wrong password", options{}, ci("wrong"), false, 2, refused(verdict.ReasonInvalidCredentials)},
		{"wrong password, proof wanted", options{}, ci("wrong"), true, 2, refused(verdict.ReasonInvalidCredentials)},
		{"wrong password, anonymous tokens", options{Anonymous: true}, ci("wrong"), false, 2, refused(verdict.ReasonInvalidCredentials)},
		{"unknown user", options{}, registry.Credential{Username: "cy", Password: registry.NewSecret("right")}, false, 2, refused(verdict.ReasonInvalidCredentials)},
		{"good identity token", options{}, refresh("", "r3fresh"), false, 4, exchangeAccepted},
		{"good identity token with its user", options{}, refresh("ci", "r3fresh"), false, 3, exchangeAccepted},
		{"good identity token, proof wanted", options{}, refresh("ci", "r3fresh"), true, 4, exchangeAccepted},
		{"good identity token, no subject, anonymous tokens", options{Subject: noSubject, Anonymous: true}, refresh("ci", "r3fresh"), false, 4, fail(verdict.ReasonExchangeInconclusive)},
		{"bad identity token", options{}, refresh("ci", "revoked"), false, 2, refused(verdict.ReasonInvalidCredentials)},
		{"bad identity token, anonymous tokens", options{Anonymous: true}, refresh("", "revoked"), false, 2, refused(verdict.ReasonInvalidCredentials)},
		{"the password as an identity token", options{}, refresh("ci", "right"), false, 2, refused(verdict.ReasonInvalidCredentials)},
		{"anonymous", options{}, registry.Credential{}, false, 1, refused(verdict.ReasonAuthenticationRequired)},
		{"anonymous, anonymous tokens", options{Anonymous: true}, registry.Credential{}, false, 1, refused(verdict.ReasonAuthenticationRequired)},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			r := withTokens(t, row.options)
			request := doctor.Request{Credential: row.credential, RequireVerified: row.proof}
			wantVerdict(t, r.check(t, request, row.requests), row.want)
		})
	}
}

// flaws are the tokens that a registry refuses, with the words in its log that show the
// reason.
func flaws() map[registrytest.Flaw]string {
	return map[registrytest.Flaw]string{
		registrytest.FlawAudience:   "token intended for another audience",
		registrytest.FlawIssuer:     "token from untrusted issuer",
		registrytest.FlawExpired:    "token not to be used after",
		registrytest.FlawEarly:      "token not to be used before",
		registrytest.FlawUnknownKey: "token signed by untrusted key",
		registrytest.FlawForged:     "error in cryptographic primitive",
	}
}

func wantLogged(t *testing.T, r realRegistry, words string) {
	t.Helper()
	if !strings.Contains(r.Log(), words) {
		t.Errorf("the registry's log does not say %q:\n%s", words, r.Log())
	}
}

func TestDoctor_Check_RealRegistryRefusesIssuedTokens(t *testing.T) {
	t.Parallel()
	for flaw, words := range flaws() {
		for name, credential := range map[string]registry.Credential{"password": ci("right"), "identity token": refresh("ci", "r3fresh")} {
			t.Run(name+", "+words, func(t *testing.T) {
				t.Parallel()
				r := withTokens(t, registrytest.TokenServiceOptions{Flaw: flaw})
				wantVerdict(t, r.check(t, doctor.Request{Credential: credential}, 3), fail(verdict.ReasonTokenRejected))
				wantLogged(t, r, words)
			})
		}
	}
}

func TestDoctor_Check_RealRegistryWithAConfiguredToken(t *testing.T) {
	t.Parallel()
	for flaw, words := range flaws() {
		t.Run(words, func(t *testing.T) {
			t.Parallel()
			r := withTokens(t, registrytest.TokenServiceOptions{})
			want := refused(verdict.ReasonTokenInvalid)
			if flaw == registrytest.FlawExpired {
				want = refused(verdict.ReasonTokenExpired)
			}
			wantVerdict(t, r.check(t, r.configured(t, flaw), 2), want)
			wantLogged(t, r, words)
		})
	}
	t.Run("good", func(t *testing.T) {
		t.Parallel()
		r := withTokens(t, registrytest.TokenServiceOptions{})
		wantVerdict(t, r.check(t, r.configured(t, registrytest.FlawNone), 2), accepted)
	})
	t.Run("good, proof wanted", func(t *testing.T) {
		t.Parallel()
		r := withTokens(t, registrytest.TokenServiceOptions{})
		request := r.configured(t, registrytest.FlawNone)
		request.RequireVerified = true
		wantVerdict(t, r.check(t, request, 3), accepted)
	})
	t.Run("garbage", func(t *testing.T) {
		t.Parallel()
		r := withTokens(t, registrytest.TokenServiceOptions{})
		wantVerdict(t, r.check(t, doctor.Request{Credential: token}, 2), refused(verdict.ReasonTokenInvalid))
	})
}

// configured is a request with a configured token of ci for org/app.
func (r realRegistry) configured(t *testing.T, flaw registrytest.Flaw) doctor.Request {
	t.Helper()
	text := r.tokens.Mint("ci", registrytest.Permissions{"org/app": {"pull"}}, flaw)
	return doctor.Request{Credential: registry.Credential{Token: registry.NewSecret(text)}}
}

func TestDoctor_Check_RealRegistryWithPasswords(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name       string
		accounts   map[string]string // nil is an open registry
		credential registry.Credential
		proof      bool
		requests   int
		want       verdict.Verdict
	}{
		{"good password", map[string]string{"ci": "right"}, ci("right"), false, 2, accepted},
		{"good password, proof wanted", map[string]string{"ci": "right"}, ci("right"), true, 3, accepted},
		{"wrong password", map[string]string{"ci": "right"}, ci("wrong"), false, 2, refused(verdict.ReasonInvalidCredentials)},
		{"wrong password, proof wanted", map[string]string{"ci": "right"}, ci("wrong"), true, 2, refused(verdict.ReasonInvalidCredentials)},
		{"token", map[string]string{"ci": "right"}, token, false, 2, fail(verdict.ReasonUnsupportedChallenge)},
		{"identity token", map[string]string{"ci": "right"}, refresh("ci", "r3fresh"), false, 1, fail(verdict.ReasonExchangeUnavailable)},
		{"anonymous", map[string]string{"ci": "right"}, registry.Credential{}, false, 1, refused(verdict.ReasonAuthenticationRequired)},
		{"open, any password", nil, ci("any"), false, 2, pass(verdict.ReasonAcceptedUnproven)},
		{"open, any password, proof wanted", nil, ci("any"), true, 3, fail(verdict.ReasonAnyoneAccepted)},
		{"open, any token", nil, token, false, 2, pass(verdict.ReasonAcceptedUnproven)},
		{"open, identity token", nil, refresh("ci", "r3fresh"), false, 1, fail(verdict.ReasonExchangeUnavailable)},
		{"open, anonymous", nil, registry.Credential{}, false, 1, pass(verdict.ReasonAnonymousAccepted)},
		{"open, anonymous, proof wanted", nil, registry.Credential{}, true, 1, fail(verdict.ReasonAnonymousAccepted)},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			r := withAccounts(t, row.accounts)
			request := doctor.Request{Credential: row.credential, RequireVerified: row.proof}
			wantVerdict(t, r.check(t, request, row.requests), row.want)
		})
	}
}
