package doctor_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stellaops/terraform-provider-stellaops/internal/doctor"
	"github.com/stellaops/terraform-provider-stellaops/internal/redact"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/verdict"
)

// script answers without a network and records the credentials of each request.
type script struct {
	r0, r1, v registry.Answer
	tokens    func(registry.TokenRequest) registry.TokenAnswer
	uses      func(registry.Trial) registry.Answer
	asked     []registry.Method // of /v2/
	exchanged []string          // method and scope of token requests
	used      []string          // method and action
}

func (s *script) Ask(_ context.Context, _ registry.Endpoint, c registry.Credential) registry.Answer {
	s.asked = append(s.asked, c.Method())
	switch {
	case c.Method() == registry.MethodAnonymous:
		return s.r0
	case c.Token.Reveal() == "minted":
		return s.v
	default:
		return s.r1
	}
}

func (s *script) Token(_ context.Context, r registry.TokenRequest) registry.TokenAnswer {
	s.exchanged = append(s.exchanged, strings.TrimSpace(string(r.Credential.Method())+" "+r.Scope))
	return s.tokens(r)
}

func (s *script) Try(_ context.Context, r registry.Trial) registry.Answer {
	s.used = append(s.used, string(r.Credential.Method())+" "+string(r.Action))
	return s.uses(r)
}

func random() string { return "0123456789abcdef" }

var (
	userAndPassword = registry.Credential{Username: "ci", Password: registry.NewSecret("s3cret")}
	token           = registry.Credential{Token: registry.NewSecret("t0ken")}
)

func check(t *testing.T, asker registry.Asker, credential registry.Credential) report {
	t.Helper()
	report, err := within(t.Context(), doctor.New(registry.NewCache(asker), redact.New(), random), doctor.Request{
		Endpoint: endpoint(t, "registry.example.com"), Credential: credential, Timeout: time.Minute,
	})
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func TestDoctor_Check_SendsOnlyWhatIsWorthSending(t *testing.T) {
	t.Parallel()
	const none, first, second = registry.MethodAnonymous, registry.MethodBasic, registry.MethodBearer
	for _, row := range []struct {
		name       string
		credential registry.Credential
		r0         *registry.Answer
		want       []registry.Method
	}{
		{"nothing for a user name without password", registry.Credential{Username: "ci"}, status(200), nil},
		{"nothing for a user name without password beside a token", registry.Credential{Username: "ci", Token: registry.NewSecret("t")}, status(200), nil},
		{"nothing for a password without user name", registry.Credential{Password: registry.NewSecret("p")}, status(200), nil},
		{"nothing for a user name with a colon", registry.Credential{Username: "a:b", Password: registry.NewSecret("p")}, status(200), nil},
		{"nothing for a user name with a control character", registry.Credential{Username: "a\x7f", Password: registry.NewSecret("p")}, status(200), nil},
		{"nothing for a token with a blank", registry.Credential{Token: registry.NewSecret("Bearer abc")}, status(200), nil},
		{"nothing for a token with a line break", registry.Credential{Token: registry.NewSecret("abc\n")}, status(200), nil},
		{"one request without credentials", registry.Credential{}, status(401), []registry.Method{none}},
		{"two for basic credentials", userAndPassword, status(401), []registry.Method{none, first}},
		{"two for a token", token, status(401), []registry.Method{none, second}},
		{"two on an open registry", userAndPassword, status(200), []registry.Method{none, first}},
		{"two where every request is forbidden", userAndPassword, status(403), []registry.Method{none, first}},
		{"no credentials to a server error", userAndPassword, status(502), []registry.Method{none}},
		{"no credentials to a redirect", userAndPassword, redirect(301), []registry.Method{none}},
		{"no credentials to a web page", userAndPassword, page(200, false), []registry.Method{none}},
		{"no credentials to a rate limit", token, status(429), []registry.Method{none}},
		{"no credentials to what cannot be reached", token, failed(registry.FaultRefused), []registry.Method{none}},
		{"no credentials where the first answer is 400", token, status(400), []registry.Method{none}},
		{"no credentials where there is no registry", token, status(404), []registry.Method{none}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			s := &script{r0: *row.r0, r1: *status(200)}
			report := check(t, s, row.credential)
			if !slices.Equal(s.asked, row.want) {
				t.Errorf("asked with %q, want %q", s.asked, row.want)
			}
			if sent := report.Evidence.Last() != nil; sent != (len(row.want) > 0) {
				t.Errorf("evidence present: %t, but %d requests were sent", sent, len(row.want))
			}
			if len(row.want) == 0 && report.HTTPStatus() != 0 {
				t.Errorf("status %d although nothing was sent", report.HTTPStatus())
			}
		})
	}
}

func TestDoctor_Check_ReturnsOnlyCancellationAsError(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := within(ctx, doctor.New(registry.NewCache(&script{}), redact.New(), random), doctor.Request{
		Endpoint: endpoint(t, "registry.example.com"), Credential: token, Timeout: time.Minute,
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the caller's cancellation", err)
	}
}

// waiter answers when the context of its request ends.
type waiter struct{ script }

func (*waiter) Ask(ctx context.Context, _ registry.Endpoint, _ registry.Credential) registry.Answer {
	<-ctx.Done()
	return *failed(registry.FaultTimeout)
}

func TestDoctor_Check_EndsAtItsTimeout(t *testing.T) {
	t.Parallel()
	report, err := within(t.Context(), doctor.New(registry.NewCache(&waiter{}), redact.New(), random), doctor.Request{
		Endpoint: endpoint(t, "registry.example.com"), Credential: token, Timeout: time.Millisecond,
	})
	if err != nil {
		t.Fatal(err)
	}
	if report.Reason != verdict.ReasonTimeout || report.Rejected {
		t.Errorf("got %+v, want a timeout that rejects nothing", report.Verdict)
	}
}

func TestDoctor_Check_ReturnsTheFacts(t *testing.T) {
	t.Parallel()
	report := check(t, &script{r0: *unauthorized(bearerChallenge), r1: *unauthorized(basicChallenge, bearerChallenge)}, userAndPassword)
	if report.Status() != "pass" || report.HTTPStatus() != 401 || report.Evidence.Method() != registry.MethodBasic || report.Evidence.Host() != "registry.example.com" {
		t.Errorf("got %+v", report)
	}
	challenge, ok := report.Evidence.Challenge()
	want := map[string]string{"realm": "https://auth.example.com/token", "service": "registry.example.com"}
	if !ok || challenge.Scheme != "Bearer" || !maps.Equal(challenge.Params, want) {
		t.Errorf("got challenge %+v", challenge)
	}
}

func TestDoctor_Check_RemovesSecretsFromChallenges(t *testing.T) {
	t.Parallel()
	echo := `Bearer realm="https://u:p4ss@auth.example.com/s3cret",service="s3cret",scope="czNjcmV0",error="s3cret"`
	report := check(t, &script{r0: *unauthorized(echo), r1: *text(unauthorized(echo), "wrong password s3cret")}, userAndPassword)
	shown := fmt.Sprintf("%+v", report)
	for _, secret := range []string{"s3cret", "czNjcmV0", "p4ss"} {
		if strings.Contains(shown, secret) {
			t.Errorf("%q is shown in %q", secret, shown)
		}
	}
}

// TestDoctor_Check_RecognizesALoginInAToken has the authorization token of ECR, which
// registries accept as the password of Basic only.
func TestDoctor_Check_RecognizesALoginInAToken(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		token string
		want  bool
	}{
		"a user name and a password in base64": {base64.StdEncoding.EncodeToString([]byte("AWS:eyJwYXlsb2FkIjoi")), true},
		"without a colon":                      {base64.StdEncoding.EncodeToString([]byte("eyJwYXlsb2FkIjoi")), false},
		"random bytes with a colon":            {base64.StdEncoding.EncodeToString([]byte("\x01\xfe:\x02\xff")), false},
		"an opaque token":                      {"ghp_abcdef", false},
	} {
		s := &script{r0: *unauthorized(basicChallenge), r1: *status(400)}
		report := check(t, s, registry.Credential{Token: registry.NewSecret(row.token)})
		if report.Verdict != fail(verdict.ReasonUnsupportedChallenge) || strings.Contains(report.Message, "is a user name and a password in base64") != row.want {
			t.Errorf("%s: %+v with causes %q", name, report.Verdict, report.Causes)
		}
	}
}
