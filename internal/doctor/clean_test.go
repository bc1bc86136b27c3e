package doctor_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stellaops/terraform-provider-stellaops/internal/doctor"
	"github.com/stellaops/terraform-provider-stellaops/internal/redact"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/verdict"
)

// TestDoctor_Check_ShowsNoSecretOfAnotherCheck has a registry that quotes what it was
// sent before, over another doctor of the same provider block.
func TestDoctor_Check_ShowsNoSecretOfAnotherCheck(t *testing.T) {
	t.Parallel()
	const quoted = "hunter2-of-another-team"
	redactor := redact.New()
	refusal := *text(unauthorized(`Basic realm="`+quoted+`"`), "DENIED: no "+quoted+" yonder")
	for _, password := range []string{quoted, "mine"} {
		d := doctor.New(registry.NewCache(&script{r0: *unauthorized(basicChallenge), r1: refusal}), redactor, random)
		report := ask(t, d, doctor.Request{Credential: login(password)})
		if report.Reason != verdict.ReasonInvalidCredentials {
			t.Fatal(report.Message)
		}
		if shown := fmt.Sprintf("%+v %+v", report, *report.Evidence.Authenticated); strings.Contains(shown, quoted) || strings.Contains(shown, "yonder") {
			t.Errorf("shown: %s", shown)
		}
	}
}

// TestDoctor_Check_ShowsNoSecretOfAnEntryBefore has a payload of two entries, of which
// the first one's password is quoted when the second one is tried.
func TestDoctor_Check_ShowsNoSecretOfAnEntryBefore(t *testing.T) {
	t.Parallel()
	for _, first := range []string{"hunter2-of-the-first-entry", "short"} {
		s := &script{r0: *unauthorized(basicChallenge), r1: *text(unauthorized(basicChallenge), "no "+first+" yonder")}
		report := ask(t, doctor.New(registry.NewCache(s), redact.New(), random), doctor.Request{Credential: login(first), Next: []registry.Credential{login("second")}})
		if report.Reason != verdict.ReasonInvalidCredentials || strings.Contains(report.Message, "yonder") {
			t.Errorf("shown: %s", report.Message)
		}
	}
}

// TestDoctor_Check_AShortSecretCountsInItsOwnCheckOnly has a password that is a word of
// other answers.
func TestDoctor_Check_AShortSecretCountsInItsOwnCheckOnly(t *testing.T) {
	t.Parallel()
	s := &script{r0: *unauthorized(basicChallenge), r1: *text(unauthorized(basicChallenge), "access denied")}
	d := doctor.New(registry.NewCache(s), redact.New(), random)
	for password, shows := range map[string]bool{"denied": false, "another": true} {
		if report := ask(t, d, doctor.Request{Credential: login(password)}); strings.Contains(report.Message, "access denied") != shows {
			t.Errorf("%s: %s", password, report.Message)
		}
	}
}

// TestDoctor_Check_AVerdictDoesNotDependOnWhatASecretHides has passwords that stand in
// the challenge itself, and a user name that is a token.
func TestDoctor_Check_AVerdictDoesNotDependOnWhatASecretHides(t *testing.T) {
	t.Parallel()
	for _, password := range []string{"Basic", "a", "registry", "realm"} {
		s := &script{r0: *unauthorized(basicChallenge), r1: *unauthorized(basicChallenge)}
		if report := ask(t, doctor.New(registry.NewCache(s), redact.New(), random), doctor.Request{Credential: login(password)}); report.Reason != verdict.ReasonInvalidCredentials {
			t.Errorf("%s: %s", password, report.Message)
		}
	}
	s := &script{r0: *unauthorized(bearerChallenge), v: *status(200), tokens: func(registry.TokenRequest) registry.TokenAnswer { return *issued("t0ken-as-user") }}
	report := ask(t, doctor.New(registry.NewCache(s), redact.New(), random), doctor.Request{
		Credential: registry.Credential{Username: "t0ken-as-user", Password: registry.NewSecret("t0ken-as-user")}, TokenExchange: true,
	})
	if !report.Verified || strings.Contains(fmt.Sprintf("%+v", report), "t0ken-as-user") {
		t.Errorf("got %+v", report)
	}
}

// TestDoctor_Check_BoundsForeignTexts has a realm of 60 KB in everything that is shown.
func TestDoctor_Check_BoundsForeignTexts(t *testing.T) {
	t.Parallel()
	realm := "https://auth.example.com/" + strings.Repeat("x", 60<<10)
	s := &script{r0: *unauthorized(`Bearer realm="` + realm + `",service="` + strings.Repeat("s", 10<<10) + `"`), tokens: func(registry.TokenRequest) registry.TokenAnswer {
		a := *tokenStatus(401)
		a.Endpoint = realm
		return a
	}}
	report := ask(t, doctor.New(registry.NewCache(s), redact.New(), random), doctor.Request{Credential: login("wrong-password"), TokenExchange: true})
	if size := len(fmt.Sprintf("%+v %+v %+v", report, *report.Evidence.Anonymous, *report.Evidence.Exchange)); size > 16<<10 {
		t.Errorf("%d bytes are shown", size)
	}
}

// TestDoctor_Check_ShowsNoIssuedToken has a short one, which the redactor does not know
// everywhere, and a long one.
func TestDoctor_Check_ShowsNoIssuedToken(t *testing.T) {
	t.Parallel()
	for _, token := range []string{"k9Xq2", "k9Xq2k9Xq2k9Xq2"} {
		issued := *issued("")
		issued.Token = registry.NewSecret(token)
		s := &script{r0: *unauthorized(bearerChallenge), r1: *text(status(403), "bad token "+token), tokens: func(registry.TokenRequest) registry.TokenAnswer { return issued }}
		report := ask(t, doctor.New(registry.NewCache(s), redact.New(), random), doctor.Request{Credential: login("right-password"), TokenExchange: true})
		if report.Reason != verdict.ReasonTokenRejected || strings.Contains(report.Message, token) {
			t.Errorf("%s: %s", report.Reason, report.Message)
		}
	}
}
