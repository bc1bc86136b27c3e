package advice_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stellaops/terraform-provider-stellaops/internal/doctor"
	"github.com/stellaops/terraform-provider-stellaops/internal/redact"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/verdict"
)

func TestOf_RedirectFromHTTPToHTTPSSaysWhatToWrite(t *testing.T) {
	t.Parallel()
	const want = `elsewhere.example.com did not answer about the basic credentials of user name "ci" but pointed elsewhere: ` +
		`GET http://elsewhere.example.com/v2/ answered 308 Permanent Redirect, a redirect to https://elsewhere.example.com; write https:// in registry_url.`
	report, err := within(t.Context(), doctor.New(registry.NewCache(&script{r0: *redirect(308)}), redact.New(), random), doctor.Request{
		Endpoint: endpoint(t, "http://elsewhere.example.com"), Credential: userAndPassword, Timeout: time.Minute,
	})
	if err != nil {
		t.Fatal(err)
	}
	if report.Message != want {
		t.Errorf("got  %s\nwant %s", report.Message, want)
	}
}

// TestOf_RedirectToHTTPSSaysWhichAddress knows what to write on the same host only;
// another port is not that of plain http.
func TestOf_RedirectToHTTPSSaysWhichAddress(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ asked, location, want string }{
		{"http://r.example.com", "https://r.example.com", "write https:// in registry_url"},
		{"http://r.example.com", "https://r.example.com:443", "write https:// in registry_url"},
		{"http://r.example.com:5000", "https://r.example.com:5000", "write https:// in registry_url"},
		{"http://r.example.com:8082", "https://r.example.com:8443", "write https://r.example.com:8443 in registry_url"},
		{"http://r.example.com:8082", "https://r.example.com", "write https://r.example.com in registry_url"},
		{"http://r.example.com", "https://login.example.com", ""},
		{"https://r.example.com", "https://r.example.com:8443", ""},
		{"http://r.example.com", "http://r.example.com:8080", ""},
		{"http://r.example.com", "https://r.example.com:99999", ""},
	} {
		answer := redirect(308)
		answer.Location = row.location
		report, err := within(t.Context(), doctor.New(registry.NewCache(&script{r0: *answer}), redact.New(), random), doctor.Request{
			Endpoint: endpoint(t, row.asked), Credential: userAndPassword, Timeout: time.Minute,
		})
		if err != nil {
			t.Fatal(err)
		}
		causes := strings.Join(report.Causes, "\n")
		if report.Reason != verdict.ReasonUnexpectedRedirect || !strings.Contains(report.Message, row.want) || !strings.Contains(causes, row.want) ||
			row.want == "" && strings.Contains(report.Message+causes, "write https") {
			t.Errorf("%s to %s: %s: %s\n%s", row.asked, row.location, report.Reason, report.Message, causes)
		}
	}
}

// A token service that redirects says nothing about registry_url.
func TestOf_RedirectOfTheTokenServiceNamesNoAddress(t *testing.T) {
	t.Parallel()
	moved := registry.TokenAnswer{Answer: *redirect(308), Endpoint: "http://elsewhere.example.com:5001/token"}
	asker := &script{r0: *unauthorized(bearerChallenge), tokens: func(registry.TokenRequest) registry.TokenAnswer { return moved }}
	report, err := within(t.Context(), doctor.New(registry.NewCache(asker), redact.New(), random), doctor.Request{
		Endpoint: endpoint(t, "http://elsewhere.example.com"), Credential: userAndPassword, Timeout: time.Minute, TokenExchange: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	if report.Reason != verdict.ReasonUnexpectedRedirect || strings.Contains(report.Message, "registry_url") {
		t.Errorf("%s: %s", report.Reason, report.Message)
	}
}
