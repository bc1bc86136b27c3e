package advice_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stellaops/terraform-provider-stellaops/internal/advice"
	"github.com/stellaops/terraform-provider-stellaops/internal/doctor"
	"github.com/stellaops/terraform-provider-stellaops/internal/redact"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/verdict"
	"github.com/stellaops/terraform-provider-stellaops/internal/verdict/verdicttest"
)

func contains(text, part string) bool { return strings.Contains(text, part) }

// reports is one report for each row of the verdict table.
func reports(t *testing.T) map[string]report {
	t.Helper()
	all := map[string]report{}
	for _, row := range verdicttest.Rows(t) {
		v := verdict.Judge(row.Evidence)
		all[row.Name] = report{v, advice.Of(row.Evidence, v), row.Evidence}
	}
	return all
}

func TestOf_MessageStandsAlone(t *testing.T) {
	t.Parallel()
	for name, report := range reports(t) {
		message := report.Message
		switch {
		case report.Reason == verdict.ReasonSkipped && !contains(message, "skip_checks"):
			t.Errorf("%s: no switch in %q", name, message)
		case report.Reason != verdict.ReasonSkipped && !contains(message, "registry.example.com"):
			t.Errorf("%s: no registry in %q", name, message)
		case strings.ContainsAny(message, "{}\n") || contains(message, "  ") || contains(message, "..") || contains(message, " ."):
			t.Errorf("%s: not one clean sentence: %q", name, message)
		case report.Rejected && strings.HasSuffix(message, "200 OK."):
			t.Errorf("%s: %q does not say what was refused", name, message)
		case report.Reason == verdict.ReasonAccessUnproven && !contains(message, "does not show what"):
			t.Errorf("%s: %q does not say what is missing", name, message)
		case !strings.HasSuffix(message, "."):
			t.Errorf("%s: no full stop in %q", name, message)
		case report.Evidence.Method() == registry.MethodBasic && report.Reason != verdict.ReasonUsernameMissing && !contains(message, `"ci"`):
			t.Errorf("%s: no user name in %q", name, message)
		case report.HTTPStatus() != 0 && !contains(message, " answered ") && !contains(message, " failed, ") &&
			report.Reason != verdict.ReasonAccessDenied && report.Reason != verdict.ReasonAccessUnproven && report.Reason != verdict.ReasonRealmUnsafe:
			t.Errorf("%s: %q does not say what was answered", name, message)
		}
	}
}

func TestOf_HasCausesAndRemediationUnlessVerified(t *testing.T) {
	t.Parallel()
	for name, report := range reports(t) {
		if report.Causes == nil || report.Remediation == nil {
			t.Errorf("%s: a list is nil; it would be null in state", name)
		}
		if report.Verified != (len(report.Causes) == 0) || report.Verified != (len(report.Remediation) == 0) {
			t.Errorf("%s: verified %t with %d causes and %d remediations", name, report.Verified, len(report.Causes), len(report.Remediation))
		}
		for _, remediation := range report.Remediation {
			for _, step := range remediation.Steps {
				if strings.ContainsAny(step, "\n") || contains(step, "{host}") || contains(step, "{url}") || contains(step, "{user}") {
					t.Errorf("%s: %s: %q is no finished line", name, remediation.Platform, step)
				}
			}
		}
	}
}

func TestOf_Messages(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("é", 70)
	for _, row := range []struct {
		name       string
		credential registry.Credential
		r0, r1     *registry.Answer
		want       string
	}{
		{
			"a refused password", userAndPassword, unauthorized(basicChallenge), text(unauthorized(basicChallenge), "UNAUTHORIZED: authentication required"),
			`registry.example.com refused the basic credentials of user name "ci": GET https://registry.example.com/v2/ answered 401 Unauthorized (UNAUTHORIZED: authentication required).`,
		},
		{
			"an accepted token", token, unauthorized(bearerChallenge), status(200),
			`registry.example.com accepted the bearer token: GET https://registry.example.com/v2/ answered 200 OK, and 401 Unauthorized without credentials.`,
		},
		{
			"a user name without password", registry.Credential{Username: "ci"}, nil, nil,
			`User name "ci" is configured for registry.example.com without a password, so nothing was sent.`,
		},
		{
			"a long user name is cut", registry.Credential{Username: long}, nil, nil,
			`User name "` + strings.Repeat("é", 63) + `…" is configured for registry.example.com without a password, so nothing was sent.`,
		},
		{
			"a user name that would disturb a terminal", registry.Credential{Username: "a\x1b[31m", Password: registry.NewSecret("p")}, nil, nil,
			`A user name with a colon or a control character ("a\x1b[31m") configured for registry.example.com cannot be sent, so nothing was sent.`,
		},
		{
			"a refused connection", userAndPassword, failed(registry.FaultRefused), nil,
			`registry.example.com could not be asked about the basic credentials of user name "ci": GET https://registry.example.com/v2/ failed, the connection was refused.`,
		},
		{
			"a timeout names the limit", registry.Credential{}, failed(registry.FaultTimeout), nil,
			`registry.example.com could not be asked about anonymous access: GET https://registry.example.com/v2/ failed, no complete answer came within 1m0s.`,
		},
		{
			"a redirect names where it points", userAndPassword, redirect(302), nil,
			`registry.example.com did not answer about the basic credentials of user name "ci" but pointed elsewhere: GET https://registry.example.com/v2/ answered 302 Found, a redirect to https://elsewhere.example.com.`,
		},
		{
			"a web page", userAndPassword, page(200, false), nil,
			`What answers for registry.example.com is no OCI registry, so the basic credentials of user name "ci" could not be judged: GET https://registry.example.com/v2/ answered 200 OK with an HTML page.`,
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			s := &script{}
			if row.r0 != nil {
				s.r0 = *row.r0
			}
			if row.r1 != nil {
				s.r1 = *row.r1
			}
			if got := check(t, s, row.credential).Message; got != row.want {
				t.Errorf("got  %s\nwant %s", got, row.want)
			}
		})
	}
}

func TestOf_CausesFollowTheEvidence(t *testing.T) {
	t.Parallel()
	refusal := unauthorized(basicChallenge)
	refuses := func(registry.TokenRequest) registry.TokenAnswer {
		return registry.TokenAnswer{Answer: *unauthorized(basicChallenge), Refused: true}
	}
	for _, row := range []struct {
		name       string
		address    string
		credential registry.Credential
		notes      []string
		r0, r1     *registry.Answer
		want       string
	}{
		{"a line break", "r.example.com", registry.Credential{Username: "ci", Password: registry.NewSecret("p\n")}, nil, refusal, refusal, "line break"},
		{"a password with a byte order mark", "r.example.com", registry.Credential{Username: "ci", Password: registry.NewSecret("\ufeffp")}, nil, refusal, refusal, "a byte order mark (U+FEFF)"},
		{"a password with a zero width space", "r.example.com", registry.Credential{Username: "ci", Password: registry.NewSecret("p\u200bq")}, nil, refusal, refusal, "a zero width space (U+200B)"},
		{"a user name with a soft hyphen", "r.example.com", registry.Credential{Username: "c\u00adi", Password: registry.NewSecret("p")}, nil, refusal, refusal, "an invisible character (U+00AD)"},
		{"a password in UTF-16", "r.example.com", registry.Credential{Username: "ci", Password: registry.NewSecret("p\x00q\x00")}, nil, refusal, refusal, "not UTF-8, as text in UTF-16 has"},
		{"a password with a character that was lost", "r.example.com", registry.Credential{Username: "ci", Password: registry.NewSecret("p\ufffd")}, nil, refusal, refusal, "U+FFFD"},
		{"a password with ? for a byte order mark", "r.example.com", registry.Credential{Username: "ci", Password: registry.NewSecret("?p")}, nil, refusal, refusal, "starts with a question mark"},
		{"a token with a byte order mark", "r.example.com", registry.Credential{Token: registry.NewSecret("\ufefft")}, nil, unauthorized(bearerChallenge), unauthorized(bearerChallenge), "The user name or the token holds a byte order mark (U+FEFF)"},
		{"an identity token with a zero width space", "r.example.com", registry.Credential{IdentityToken: registry.NewSecret("t\u200b")}, nil, unauthorized(bearerChallenge), nil, "The user name or the token holds a zero width space (U+200B)"},
		{"a blank", "r.example.com", registry.Credential{Username: "ci", Password: registry.NewSecret(" p")}, nil, refusal, refusal, "blank"},
		{"an unresolved reference", "r.example.com", registry.Credential{Username: "ci", Password: registry.NewSecret("${REGISTRY_PASSWORD}")}, nil, refusal, refusal, "not resolved"},
		{"the word Bearer in a token", "r.example.com", registry.Credential{Token: registry.NewSecret("bearer abc")}, nil, nil, nil, "word Bearer"},
		{"an expiry that is past", "r.example.com", registry.Credential{Username: "AWS", Password: registry.NewSecret("eyJleHBpcmF0aW9uIjoxNzcyMzYyODAwfQ==")}, nil, refusal, refusal, "expired at 2026-03-01 11:00 UTC"},
		{"what is wrong with the source", "r.example.com", registry.Credential{}, []string{"The argument password came empty"}, refusal, nil, "came empty"},
		{"a repository behind a scheme", "https://r.example.com/org/app", userAndPassword, nil, status(404), nil, "leave the scheme"},
		{"http on a TLS port", "http://r.example.com", userAndPassword, nil, status(400), nil, "write https://"},
		{"Harbor by its answer to a password", "r.example.com", userAndPassword, nil, unauthorized(basicChallenge), unauthorized(`Basic realm="harbor"`), "Harbor answers 401 to the right password too"},
		{"Harbor by its service", "r.example.com", userAndPassword, nil, unauthorized(`Bearer realm="https://r.example.com/service/token",service="harbor-registry"`), refusal, "Harbor answers 401 to the right password too"},
		{"another registry that refuses a password", "r.example.com", userAndPassword, nil, refusal, refusal, "rotated"},
		{"a redirect to https on the same host", "http://elsewhere.example.com", userAndPassword, nil, redirect(301), nil, "write https://"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			s := &script{tokens: refuses}
			if row.r0 != nil {
				s.r0 = *row.r0
			}
			if row.r1 != nil {
				s.r1 = *row.r1
			}
			report, err := within(t.Context(), doctor.New(registry.NewCache(s), redact.New(), random), doctor.Request{
				Endpoint: endpoint(t, row.address), Credential: row.credential, Notes: row.notes, Timeout: time.Minute, TokenExchange: true,
			})
			if err != nil {
				t.Fatal(err)
			}
			if len(report.Causes) == 0 || !contains(report.Causes[0], row.want) {
				t.Errorf("first cause is not about %q: %q", row.want, report.Causes)
			}
		})
	}
}

// TestOf_APlainSecretHasNoInvisibleCharacter has letters and signs beyond ASCII, and a
// question mark in it.
func TestOf_APlainSecretHasNoInvisibleCharacter(t *testing.T) {
	t.Parallel()
	refusal := unauthorized(basicChallenge)
	report := check(t, &script{r0: *refusal, r1: *refusal}, registry.Credential{Username: "cï", Password: registry.NewSecret("pä€😀 ?")})
	for _, cause := range report.Causes {
		if contains(cause, "U+") || contains(cause, "editor") || contains(cause, "question mark") {
			t.Errorf("cause %q", cause)
		}
	}
}

func TestOf_MessageDoesNotContradictTheVerdict(t *testing.T) {
	t.Parallel()
	for name, report := range reports(t) {
		unproven := contains(report.Message, "not proven") || contains(report.Message, "nothing is proven")
		switch {
		case report.Verified && unproven:
			t.Errorf("%s: verified, but %q", name, report.Message)
		case !report.Passed && report.Reason == verdict.ReasonAccepted && !contains(report.Message, "require_verified"):
			t.Errorf("%s: failed without a word why: %q", name, report.Message)
		case report.Reason == verdict.ReasonAnonymousAccepted && report.HTTPStatus() == 401 && contains(report.Message, "answers without credentials"):
			t.Errorf("%s: %q", name, report.Message)
		}
	}
}
