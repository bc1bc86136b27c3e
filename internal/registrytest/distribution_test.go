package registrytest_test

import (
	"encoding/base64"
	"net/http"
	"os"
	"testing"

	"github.com/stellaops/terraform-provider-stellaops/internal/registrytest"
)

func ask(t *testing.T, host, user, password string) int {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+host+"/v2/", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(user+":"+password)))
	response, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(request)
	if err != nil {
		t.Fatal(err)
	}
	if err := response.Body.Close(); err != nil {
		t.Fatal(err)
	}
	return response.StatusCode
}

func TestDistributionRotatesPasswordsAndLogsRequests(t *testing.T) {
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
	if got := ask(t, registry.Host, "ci", "one"); got != http.StatusOK {
		t.Errorf("first password: status %d, want 200", got)
	}
	if err := registry.SetAccounts(map[string]string{"ci": "two"}); err != nil {
		t.Fatal(err)
	}
	if got := ask(t, registry.Host, "ci", "one"); got != http.StatusUnauthorized {
		t.Errorf("rotated password: status %d, want 401", got)
	}
	if got := ask(t, registry.Host, "ci", "two"); got != http.StatusOK {
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
