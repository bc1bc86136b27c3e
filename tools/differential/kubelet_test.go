package differential_test

import (
	"testing"

	"k8s.io/kubernetes/pkg/credentialprovider"

	"github.com/stellaops/terraform-provider-stellaops/internal/credentials"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

func TestKubelet_FindsNothingInAnEmptyObject(t *testing.T) {
	t.Parallel()
	if _, found := new(credentialprovider.BasicDockerKeyring).Lookup("r.example.com/app"); found {
		t.Error("the kubelet found a login")
	}
	endpoint, err := registry.ParseEndpoint("r.example.com/app")
	if err != nil {
		t.Fatal(err)
	}
	payload := registry.NewSecret("{}")
	result, err := credentials.Places{}.Find(t.Context(), credentials.Search{Endpoint: endpoint, Address: "r.example.com/app", DockerConfigJSON: &payload})
	if err != nil || result.Credential != (registry.Credential{}) {
		t.Errorf("%v, %v", result, err)
	}
}
