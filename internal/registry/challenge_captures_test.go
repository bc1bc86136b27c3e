package registry_test

import (
	"maps"
	"net/http"
	"slices"
	"testing"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/registrytest"
)

// TestParseChallenges_AsRegistriesSendThem parses the header lines of every capture as
// they stand in its file, and compares those that answer GET /v2/ with what the file says that
// they mean.
func TestParseChallenges_AsRegistriesSendThem(t *testing.T) {
	t.Parallel()
	profiles, err := registrytest.Profiles()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range profiles {
		t.Run(p.Name, func(t *testing.T) {
			t.Parallel()
			var got []map[string]string
			answered := false // whether the answer to no credentials was found
			request := "GET /v2/"
			if p.Name == "cgr.dev" { // known on repositories only
				request = "* /v2/{repository}"
			}
			for _, c := range p.Answers {
				lines := c.Headers.Values("Www-Authenticate")
				parsed := registry.ParseChallenges(lines)
				if len(parsed) != len(lines) {
					t.Errorf("%d header lines give %q", len(lines), parsed)
				}
				toAnonymous := c.As == nil || slices.Contains(c.As, "anonymous")
				if c.Request != request || !toAnonymous || answered {
					continue
				}
				answered = true
				for _, challenge := range parsed {
					if c.Status != http.StatusUnauthorized {
						break // no challenge is read there
					}
					said := map[string]string{"scheme": challenge.Scheme}
					maps.Copy(said, challenge.Params)
					got = append(got, said)
				}
			}
			if !slices.EqualFunc(got, p.Challenges, maps.Equal) {
				t.Errorf("the challenges say %q, want %q", got, p.Challenges)
			}
		})
	}
}
