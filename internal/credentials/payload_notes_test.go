package credentials_test

import (
	"testing"

	"github.com/stellaops/terraform-provider-stellaops/internal/credentials"
)

// TestPlaces_Find_PayloadNotes expects what a note says where no entry is for the image:
// what is there, and what to do.
func TestPlaces_Find_PayloadNotes(t *testing.T) {
	t.Parallel()
	const (
		hub       = "https://index.docker.io/v1/"
		asWritten = ", and the kubelet compares host and port as they are written, capitals included; write the key as the name of the image begins"
		same      = " (the same registry, written differently)"
		aloneNote = "), since to the kubelet /v2 at the end of a key begins the name of a repository; write the host alone"
		lookedFor = "); use https://index.docker.io/v1/ or docker.io"
	)
	for _, row := range []struct {
		name    string
		keys    []string
		address string
		note    string
	}{
		{"image Reg.Example.com/app, key reg.example.com", []string{"reg.example.com"}, "Reg.Example.com/app", noteNoEntry + "Reg.Example.com (it has reg.example.com" + same + ")" + asWritten},
		{"host:443", []string{"a.example.com", "r.example.com:443"}, "r.example.com/app", noteNoEntry + "r.example.com (it has r.example.com:443" + same + ", a.example.com)" + asWritten},
		{"another port", []string{"https://r.example.com:5001/v2/", "r.example.com"}, "r.example.com:5000/app", noteNoEntry + "r.example.com:5000 (it has https://r.example.com:5001/v2/ (another port), r.example.com (another port))" + asWritten},
		{"an IPv6 address without a port, whose brackets are a glob", []string{"[fd00::1]"}, "[fd00::1]/app", noteNoEntry + "[fd00::1] (it has [fd00::1]), since to the kubelet the brackets of an address without a port are a pattern; write the port, in the image too"},
		{"image registry-1.docker.io/x with Docker Hub's key", []string{hub}, "registry-1.docker.io/x", noteHubHost + "https://index.docker.io/v1/ of docker_config_json for an image of registry-1.docker.io; name the host docker.io, in the image and in registry_url"},
		{"https://hub.docker.com", []string{"https://hub.docker.com"}, "docker.io/team/app", noteHub + "https://hub.docker.com" + lookedFor},
		{"key https://H/v2, no repository asked", []string{"https://r.example.com/v2"}, "r.example.com", noteOtherPath + "https://r.example.com/v2" + aloneNote},
		{"key https://H/v2, a repository asked", []string{"https://r.example.com/v2"}, "r.example.com/app", noteOtherPath + "https://r.example.com/v2" + aloneNote},
		{"other repositories, none asked", []string{"r.example.com/team"}, "r.example.com", noteOtherPath + "r.example.com/team); name the repository in registry_url or access"},
		{"other repositories, one asked", []string{"r.example.com/team"}, "r.example.com/other/app", noteOtherPath + "r.example.com/team), none for r.example.com/other/app"},
		{"proxyhost/library/hello and key proxyhost", []string{"proxyhost"}, "proxyhost/library/hello:v1", "docker_config_json has an entry for proxyhost, but proxyhost/library/hello is an image of Docker Hub, since the host of an image has a dot or a port, or is localhost"},
		{"seven other hosts", []string{"g.example", "f.example", "e.example", "d.example", "c.example", "b.example", "a.example"}, "r.example.com", noteNoEntry + "r.example.com (it has a.example, b.example, c.example and 4 more)"},
		{"keys with user information, a query and an escape sequence", []string{"https://ci:" + canary + "@a.example", "b.example?" + canary, "c.example\x1b[2J"}, "r.example.com", noteNoEntry + "r.example.com (it has a.example, b.example, c.example[2J)"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			result := find(t, credentials.Places{}, withPayload(t, payloadWithKeys(t, row.keys...), row.address))
			compare(t, result, credentials.Result{Source: credentials.SourceDockerConfigJSON, Notes: []string{row.note}})
			checkNoCanary(t, result, nil)
		})
	}
}

// A login that docker login put elsewhere is the answer, also beside other entries.
func TestPlaces_Find_PayloadStoreBesideOtherEntries(t *testing.T) {
	t.Parallel()
	payload := `{"auths":{"other.example.com":{"auth":"Y2k6cA=="}},"credHelpers":{"r.example.com":"ecr-login"}}`
	result := find(t, credentials.Places{}, withPayload(t, payload, host))
	compare(t, result, credentials.Result{Source: credentials.SourceDockerConfigJSON, Notes: []string{noteNoEntry + "r.example.com (it has other.example.com)" + noteStore}})
}
