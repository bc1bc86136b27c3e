package registry_test

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"strings"
	"testing"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/registrytest"
)

func packed(t *testing.T, text string) string {
	t.Helper()
	var buffer bytes.Buffer
	writer := gzip.NewWriter(&buffer)
	if _, err := writer.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	return buffer.String()
}

func TestClient_Ask_UnpacksACompressedBody(t *testing.T) {
	t.Parallel()
	const words = `{"errors":[{"code":"DENIED","message":"no such account"}]}`
	for _, row := range []struct {
		name, encoding, body, text string
	}{
		{"compressed", "gzip", packed(t, words), "no such account"},
		{"in capital letters", "GZIP", packed(t, words), "no such account"},
		{"in plain", "", words, "no such account"},
		{"cut off", "gzip", packed(t, words)[:20], ""},
		{"not compressed at all", "gzip", words, ""},
		{"nothing", "gzip", "", ""},
		{"more than is read, once it is unpacked", "gzip", packed(t, strings.Repeat("x", 70<<10)), ""},
		{"a bomb of 8 MiB", "gzip", packed(t, strings.Repeat("x", 8<<20)), ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			fake := registrytest.New(t, func(string) registrytest.Response {
				return registrytest.Response{Status: 403, Header: http.Header{"Content-Encoding": {row.encoding}, "Content-Type": {"application/json"}}, Body: row.body}
			})
			answer := newClient(t, registry.Options{}).Ask(t.Context(), parse(t, fake.URL), registry.Credential{})
			if answer.Failure != nil || answer.Status != 403 || answer.Text != row.text {
				t.Errorf("status %d, failure %+v, text %.80q; want %q", answer.Status, answer.Failure, answer.Text, row.text)
			}
		})
	}
}

func TestClient_Ask_AcceptsNoCompression(t *testing.T) {
	t.Parallel()
	var encoding []string
	server := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { encoding = r.Header.Values("Accept-Encoding") })
	url := serveHandler(t, server)
	newClient(t, registry.Options{}).Ask(t.Context(), parse(t, url), registry.Credential{})
	if len(encoding) != 0 {
		t.Errorf("Accept-Encoding is %q", encoding)
	}
}
