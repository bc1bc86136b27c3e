package provider

import (
	"net"
	"runtime"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/stellaops/terraform-provider-stellaops/internal/registrytest"
)

// TestDataSource_Read_BadServersInTimeAndLittleMemory counts what the whole process
// allocates, so nothing runs beside it.
func TestDataSource_Read_BadServersInTimeAndLittleMemory(t *testing.T) { //nolint:paralleltest // see above
	const (
		limit   = 8 << 20 // bytes allocated by one check
		page    = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 13\r\n\r\n<html></html>"
		refusal = "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"r\"\r\n"
	)
	for _, row := range []struct {
		name   string
		handle func(net.Conn)
		reason string
	}{
		{"it accepts and says nothing", registrytest.Silence, "timeout"},
		{"half a header", registrytest.Say("HTTP/1.1 200 OK\r\nContent-Ty"), "connection_failed"},
		{"half a body", registrytest.Say("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"), "connection_failed"},
		{"a web page", registrytest.Say(page), "not_a_registry"},
		{"a body of 1 GiB", registrytest.Endless(refusal+"Content-Length: 1073741824\r\n\r\n", 1<<30), "invalid_credentials"},
		{"10,000 header lines", registrytest.Say(refusal + strings.Repeat("X-Line: 1\r\n", 10_000) + "\r\n"), "connection_failed"},
		{"10,000 challenges", registrytest.Say(refusal + "WWW-Authenticate: " + strings.Repeat("A,", 10_000) + "\r\nContent-Length: 0\r\n\r\n"), "invalid_credentials"},
	} {
		address, err := registrytest.Serve(t, row.handle)
		if err != nil {
			t.Fatal(err)
		}
		timeout := "30s"
		if row.reason == "timeout" {
			timeout = "500ms"
		}
		s := startServer(t)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		got, diags := s.read(t.Context(), t, map[string]tftypes.Value{
			"registry_url": str("http://" + address), "username": str("ci"), "password": str("p"), "timeout": str(timeout),
		})
		runtime.ReadMemStats(&after)
		if len(diags) > 0 {
			t.Errorf("%s: %v", row.name, diags[0])
			continue
		}
		if reason := asString(t, got["reason"]); reason != row.reason {
			t.Errorf("%s: got %s, want %s", row.name, reason, row.reason)
		}
		if grown := after.TotalAlloc - before.TotalAlloc; grown > limit {
			t.Errorf("%s: %d bytes allocated, want at most %d", row.name, grown, limit)
		}
	}
}

// TestDataSource_Read_RefusesWhatNoCLISends asks for what a CLI would wait with, or
// turn down.
func TestDataSource_Read_RefusesWhatNoCLISends(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	retry := s.schema.AttributeTypes["retry"].(tftypes.Object)
	half := tftypes.NewValue(retry, withNulls(retry, map[string]tftypes.Value{"attempts": tftypes.NewValue(tftypes.Number, 1.5)}))
	for attribute, value := range map[string]tftypes.Value{
		"access":   tftypes.NewValue(s.schema.AttributeTypes["access"], tftypes.UnknownValue),
		"password": tftypes.NewValue(tftypes.String, tftypes.UnknownValue),
		"insecure": tftypes.NewValue(tftypes.Bool, tftypes.UnknownValue),
		"retry":    half,
	} {
		refused(t, s, map[string]tftypes.Value{"registry_url": str("registry.example.com"), attribute: value}, attribute)
	}
}
