package registrytest_test

import (
	"net/http"
	"os"
	"testing"

	"github.com/stellaops/terraform-provider-stellaops/internal/registrytest"
)

func TestDistribution_RotatesPasswordsAndLogsRequests(t *testing.T) {
	t.Parallel()
	binary := os.Getenv("STELLAOPS_TEST_REGISTRY")
	if binary == "" {
		t.Skip("STELLAOPS_TEST_REGISTRY names no registry binary")
	}
	registry, err := registrytest.StartDistribution(t.Context(), binary, t.TempDir(), map[string]string{"ci": "one"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(registry.Stop)
	ask := func(password string) int {
		return call(t, http.MethodGet, "http://"+registry.Host+"/v2/", registrytest.NamedCredential{Username: "ci", Password: password}, nil).status
	}
	if got := ask("one"); got != http.StatusOK {
		t.Errorf("first password: status %d, want 200", got)
	}
	if err := registry.SetAccounts(map[string]string{"ci": "two"}); err != nil {
		t.Fatal(err)
	}
	if got := ask("one"); got != http.StatusUnauthorized {
		t.Errorf("rotated password: status %d, want 401", got)
	}
	if got := ask("two"); got != http.StatusOK {
		t.Errorf("new password: status %d, want 200", got)
	}
	asked, err := registry.Asked(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(asked) != 3 {
		t.Errorf("log has %d requests to /v2/, want 3:\n%s", len(asked), registry.Log())
	}
}
