package registry_test

import (
	"crypto/sha256"
	"crypto/sha512"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/registrytest"
)

func TestIsReference(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"latest": true, "1.2.3": true, "_x-Y.z": true, strings.Repeat("a", 128): true, digest: true, "sha512:" + strings.Repeat("0a", 64): true,
		"": false, ".x": false, "-x": false, "a/b": false, "a:b": false, "a b": false, strings.Repeat("a", 129): false, "sha256:0": false,
		"sha256:" + strings.Repeat("A", 64): false, "md5:" + strings.Repeat("0", 32): false, "app@" + digest: false, "a?b": false, "..": false, "a\n": false,
	} {
		if got := registry.IsReference(text); got != want {
			t.Errorf("%q: %t, want %t", text, got, want)
		}
	}
}

func TestParseEndpoint_Reference(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"r.example.com/app": "", "r.example.com/app:1.2": "1.2", "r.example.com/app@" + digest: digest, "r.example.com/app:1.2@" + digest: digest,
		"r.example.com:5000/app": "", "r.example.com:5000/org/app:x": "x", "org/app:1": "1", "docker.io/alpine:3": "3", "https://r.example.com/app:1": "", "r.example.com": "",
	} {
		if e := parse(t, address); e.Reference() != want {
			t.Errorf("%s: %q, want %q", address, e.Reference(), want)
		}
	}
}

// TestClient_Try_Digest has the digest of a header, and of what was received.
func TestClient_Try_Digest(t *testing.T) {
	t.Parallel()
	const manifest = `{"schemaVersion":2}`
	of256, of512 := fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(manifest))), fmt.Sprintf("sha512:%x", sha512.Sum512([]byte(manifest)))
	named := http.Header{"Docker-Content-Digest": {digest}}
	large := `{"a":"` + strings.Repeat("x", 4<<20) + `"}`
	for _, row := range []struct {
		name      string
		action    registry.Action
		reference string
		response  registrytest.Response
		want      string
	}{
		{"the header of HEAD", registry.ActionPull, "1.2", registrytest.Response{Status: 200, Header: named}, digest},
		{"a header that is not a digest", registry.ActionPull, "1.2", registrytest.Response{Status: 200, Header: http.Header{"Docker-Content-Digest": {"sha256:x"}}}, ""},
		{"HEAD without the header", registry.ActionPull, "1.2", registrytest.Response{Status: 200}, ""},
		{"what GET received, whatever the header says", registry.ActionFetch, "1.2", registrytest.Response{Status: 200, Header: named, Body: manifest}, of256},
		{"by the algorithm that was asked for", registry.ActionFetch, "sha512:" + strings.Repeat("0", 128), registrytest.Response{Status: 200, Body: manifest}, of512},
		{"a page", registry.ActionFetch, "1.2", registrytest.Response{Status: 200, Body: "<html>"}, ""},
		{"JSON that is not an object", registry.ActionFetch, "1.2", registrytest.Response{Status: 200, Body: "[]"}, ""},
		{"half an object", registry.ActionFetch, "1.2", registrytest.Response{Status: 200, Body: manifest[:10]}, ""},
		{"more than 4 MiB", registry.ActionFetch, "1.2", registrytest.Response{Status: 200, Body: large}, ""},
		{"an error with a body", registry.ActionFetch, "1.2", registrytest.Response{Status: 404, Body: manifest}, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			r := registrytest.New(t, func(string) registrytest.Response { return row.response })
			answer := newClient(t, registry.Options{}).Try(t.Context(), registry.Trial{Endpoint: parse(t, r.URL), Repository: "org/app", Action: row.action, Reference: row.reference})
			if answer.Failure != nil || answer.Status != row.response.Status || answer.Digest != row.want {
				t.Errorf("status %d, digest %q, failure %+v; want %q", answer.Status, answer.Digest, answer.Failure, row.want)
			}
		})
	}
}
