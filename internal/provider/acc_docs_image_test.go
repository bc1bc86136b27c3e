package provider

import (
	"bytes"
	"fmt"
	"net/http"
	"testing"

	"github.com/stellaops/terraform-provider-stellaops/internal/registrytest"
)

// pushImage puts the image that the documents speak of into a registry: an image index
// without entries, which needs no other upload.
func pushImage(t *testing.T, registry *registrytest.Distribution, repository, tag string) {
	t.Helper()
	const index = "application/vnd.oci.image.index.v1+json"
	content := fmt.Appendf(nil, `{"schemaVersion":2,"mediaType":%q,"manifests":[]}`, index)
	url := fmt.Sprintf("http://%s/v2/%s/manifests/%s", registry.Host, repository, tag)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPut, url, bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	request.SetBasicAuth("ci", "right")
	request.Header.Set("Content-Type", index)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if response.StatusCode != http.StatusCreated {
		t.Fatalf("the registry answers the push of %s:%s with %s", repository, tag, response.Status)
	}
}
