package advice_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stellaops/terraform-provider-stellaops/internal/advice"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/verdict"
)

// TestOf_NamesAFewPermissionsOfMany has two thousand that were not decided.
func TestOf_NamesAFewPermissionsOfMany(t *testing.T) {
	t.Parallel()
	e := verdict.Evidence{
		Endpoint: endpoint(t, "registry.example.com"), Credential: verdict.CredentialFacts{Method: registry.MethodBasic, Username: "ci", HasPassword: true},
		Anonymous: unauthorized(basicChallenge), Authenticated: status(200),
	}
	for i := range 2000 {
		e.Access = append(e.Access, verdict.AccessResult{Repository: fmt.Sprintf("team/app-%d", i), Unknown: []string{"push"}})
	}
	message := advice.Of(e, verdict.Judge(e)).Message
	if !strings.Contains(message, "push on team/app-0 is not decided") || !strings.Contains(message, "and 1997 more") || len(message) > 500 {
		t.Errorf("%d bytes: %.600s", len(message), message)
	}
}

// TestOf_WordsAReasonThatHasNoEntry shows a fault of this program as a sentence.
func TestOf_WordsAReasonThatHasNoEntry(t *testing.T) {
	t.Parallel()
	e := verdict.Evidence{Endpoint: endpoint(t, "registry.example.com"), Anonymous: status(200)}
	if message := advice.Of(e, verdict.Verdict{Reason: "brand_new"}).Message; message != "registry.example.com: brand_new." {
		t.Errorf("message %q", message)
	}
}
