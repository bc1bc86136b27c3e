package doctor_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stellaops/terraform-provider-stellaops/internal/doctor"
	"github.com/stellaops/terraform-provider-stellaops/internal/redact"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/verdict"
)

// TestDoctor_Check_ComparesWithoutRetries counts the requests of a check that may send
// each three times: those that only compare are sent once.
func TestDoctor_Check_ComparesWithoutRetries(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name   string
		answer map[string]int // status by request
		want   string
		reason verdict.Reason
	}{
		{"a token service that fails on every request", map[string]int{"R1": 401, "T0": 500, "Ta": 500}, "R0 1, R1 1, T0 3, Ta 1", verdict.ReasonExchangeUnavailable},
		{"a token service that forbids, and then fails", map[string]int{"T0": 403, "Ta": 403, "Ts": 500}, "R0 1, T0 1, Ta 1, Ts 1", verdict.ReasonForbiddenNetwork},
		{"a registry that fails on the password", map[string]int{"R1": 503, "T0": 200, "Ta": 200, "V": 200}, "R0 1, R1 1, T0 1, Ta 1, V 1", verdict.ReasonExchangeInconclusive},
		{"a token that is compared as before", map[string]int{"T0": 200, "Ta": 503, "V": 200}, "R0 1, T0 1, Ta 3, V 1", verdict.ReasonExchangeInconclusive},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			var mu sync.Mutex
			asked := map[string]int{}
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				request := requestOf(r)
				mu.Lock()
				asked[request]++
				mu.Unlock()
				status := row.answer[request]
				if request == "R0" || status == http.StatusUnauthorized {
					w.Header().Set("WWW-Authenticate", `Bearer realm="/token",service="registry"`)
					status = http.StatusUnauthorized
				}
				w.WriteHeader(status)
				if strings.HasPrefix(request, "T") && status == http.StatusOK {
					_, _ = fmt.Fprint(w, `{"token":"opaque"}`)
				}
			}))
			t.Cleanup(server.Close)
			client := registry.NewClient(registry.Options{Wait: func(context.Context, time.Duration) error { return nil }})
			t.Cleanup(client.CloseIdleConnections)
			report, err := within(t.Context(), doctor.New(registry.NewCache(client), redact.New(), random), doctor.Request{
				Endpoint: endpoint(t, server.URL), Credential: userAndPassword, TokenExchange: true, Timeout: time.Minute, Retry: registry.Retry{Attempts: 3},
			})
			if err != nil {
				t.Fatal(err)
			}
			var counts []string
			for _, request := range []string{"R0", "R1", "T0", "Ta", "Ts", "V"} {
				if asked[request] > 0 {
					counts = append(counts, fmt.Sprintf("%s %d", request, asked[request]))
				}
			}
			if got := strings.Join(counts, ", "); got != row.want || report.Reason != row.reason {
				t.Errorf("%s after %s, want %s after %s", report.Reason, got, row.reason, row.want)
			}
		})
	}
}

// requestOf names a request as the contract does.
func requestOf(r *http.Request) string {
	scheme, _, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	switch {
	case r.URL.Path == "/token" && scheme != "":
		return "T0"
	case r.URL.Path == "/token" && r.URL.Query().Has("scope"):
		return "Ts"
	case r.URL.Path == "/token":
		return "Ta"
	default:
		return map[string]string{"": "R0", "Basic": "R1", "Bearer": "V"}[scheme]
	}
}
