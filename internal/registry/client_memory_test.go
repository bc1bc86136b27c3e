package registry_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strconv"
	"testing"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/registrytest"
)

const (
	hugeBody     = 1 << 30
	memoryOfAsk  = 8 << 20
	unauthorized = "HTTP/1.1 401 Unauthorized\r\n"
)

// allocatedBy asks once and returns what the whole process allocated meanwhile,
// so no test may run beside it.
func allocatedBy(t *testing.T, address string, options registry.Options) uint64 {
	t.Helper()
	client, endpoint := newClient(t, options), parse(t, address)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	answer := client.Ask(t.Context(), endpoint, basic("hunter2x"))
	runtime.ReadMemStats(&after)
	if answer.Status != http.StatusUnauthorized || answer.Failure != nil || answer.Text != "" {
		t.Errorf("status %d, failure %+v, text of %d bytes", answer.Status, answer.Failure, len(answer.Text))
	}
	return after.TotalAlloc - before.TotalAlloc
}

func TestClient_Ask_ReadsLittleOfAHugeBody(t *testing.T) { //nolint:paralleltest // it counts what the process allocates
	for name, handle := range map[string]func(net.Conn){
		"with its length":  registrytest.Endless(unauthorized+"Content-Length: "+strconv.Itoa(hugeBody)+"\r\n\r\n", hugeBody),
		"without a length": registrytest.Endless(unauthorized+"\r\n", hugeBody),
		"in one chunk":     registrytest.Endless(unauthorized+"Transfer-Encoding: chunked\r\n\r\n40000000\r\n", hugeBody),
	} {
		host, err := registrytest.Serve(t, handle)
		if err != nil {
			t.Fatal(err)
		}
		if got := allocatedBy(t, "http://"+host, registry.Options{}); got > memoryOfAsk {
			t.Errorf("%s: %d bytes allocated, want at most %d", name, got, memoryOfAsk)
		}
	}
}

func TestClient_Ask_ReadsLittleOfAHugeBodyOverHTTP2(t *testing.T) { //nolint:paralleltest // it counts what the process allocates
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusUnauthorized)
		chunk := make([]byte, 64<<10)
		for sent := 0; sent < hugeBody; sent += len(chunk) {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	}))
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(server.Close)
	if got := allocatedBy(t, server.URL, registry.Options{TLS: trusting(server)}); got > memoryOfAsk {
		t.Errorf("%d bytes allocated, want at most %d", got, memoryOfAsk)
	}
}
