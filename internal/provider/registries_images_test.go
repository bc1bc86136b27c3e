package provider

import (
	"crypto/rand"
	"encoding/csv"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stellaops/terraform-provider-stellaops/internal/credentials"
	"github.com/stellaops/terraform-provider-stellaops/internal/doctor"
	"github.com/stellaops/terraform-provider-stellaops/internal/redact"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/registrytest"
)

// goldenImages is what the captures of registries lead to where an image is asked for.
// UPDATE_GOLDEN=1 writes it anew: read the difference.
const goldenImages = "testdata/images.csv"

// The columns of the table of images.
const (
	imageAsked    = 2
	imageStatus   = 3
	imageVerified = 4
	imageReason   = 5
	imageDigest   = 6
	imageEvidence = 8 // what the row rests on, where not on answers that were captured
)

// askedImages are the images that every registry is asked for.
var askedImages = []struct{ name, repository, reference string }{
	{"there", "org/app", "latest"},
	{"no such tag", "org/app", "absent"},
	{"not allowed", "org/secret", "latest"},
	{"public", "org/public", "latest"},
}

// imageRow asks a new instance for an image.
func imageRow(t *testing.T, p registrytest.Profile, who string, asked struct{ name, repository, reference string }) []string {
	t.Helper()
	i := p.Start(t)
	endpoint, err := registry.ParseEndpoint(i.Address)
	if err != nil {
		t.Fatal(err)
	}
	client := registry.NewClient(registry.Options{})
	t.Cleanup(client.CloseIdleConnections)
	e, v, err := doctor.New(registry.NewCache(client), redact.New(), rand.Text).Check(t.Context(), doctor.Request{
		Endpoint: endpoint, Credential: foundIn(i, who).Credential, TokenExchange: true, Timeout: time.Minute,
		Access: []doctor.AccessRequest{{Repository: asked.repository, Reference: asked.reference, Actions: []string{"pull"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	requests := len(i.Requests())
	if i.Tokens != nil {
		requests += len(i.Tokens.Requests())
	}
	evidence, digest := "", ""
	switch {
	case i.Unmeasured():
		return []string{p.Name, who, asked.name, "", "", "", "", "", "not measured"}
	case i.Specified():
		evidence = "as the specification says"
	case len(i.Assumed()) > 0:
		evidence = "assumed"
	}
	if len(e.Access) > 0 && e.Access[0].Digest != "" {
		digest = "known"
	}
	return []string{p.Name, who, asked.name, v.Status(), strconv.FormatBool(v.Verified), string(v.Reason), digest, strconv.Itoa(requests), evidence}
}

func TestWhatRegistriesAnswerAboutImages(t *testing.T) {
	t.Parallel()
	profiles, err := registrytest.Profiles()
	if err != nil {
		t.Fatal(err)
	}
	rows := [][]string{{"registry", "credentials", "image", "status", "verified", "reason", "digest", "requests", "evidence"}}
	for _, p := range profiles {
		for _, who := range []string{"good", "anonymous"} {
			if who == "good" && foundIn(p.Start(t), who).Source == credentials.SourceNone {
				continue
			}
			for _, asked := range askedImages {
				rows = append(rows, imageRow(t, p, who, asked))
			}
		}
	}
	for _, row := range rows[1:] {
		for _, broken := range brokenImageRules(row) {
			t.Errorf("%s: %q", broken, row)
		}
	}
	var table strings.Builder
	if err := csv.NewWriter(&table).WriteAll(rows); err != nil {
		t.Fatal(err)
	}
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(goldenImages, []byte(table.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(goldenImages)
	if err != nil {
		t.Fatal(err)
	}
	wanted := strings.Split(string(want), "\n")
	for i, line := range strings.Split(table.String(), "\n") {
		if i >= len(wanted) || line != wanted[i] {
			t.Fatalf("line %d of %s is different:\ngot  %s", i+1, goldenImages, line)
		}
	}
}

// brokenImageRules returns the rules that a row of the table of images breaks.
func brokenImageRules(row []string) []string {
	var broken []string
	rule := func(name string, isBroken bool) {
		if isBroken && row[imageEvidence] != "not measured" {
			broken = append(broken, name)
		}
	}
	passed, image, reason := row[imageStatus] == "pass", row[imageAsked], row[imageReason]
	rule("a pass has the digest", passed && row[imageDigest] == "")
	rule("an image that is absent or not allowed does not pass", passed && (image == "no such tag" || image == "not allowed"))
	rule("an image that is there is not missing", reason == "image_missing" && image != "no such tag")
	rule("a public image proves no login", row[imageVerified] == "true" && image == "public" && reason != "accepted" && reason != "exchange_accepted" && publicWithoutLogin[row[0]])
	rule("a public image is pulled without credentials", !passed && image == "public" && row[1] == "anonymous" && publicWithoutLogin[row[0]])
	return broken
}

// publicWithoutLogin are registries whose public repositories are open to every client in
// the captures.
var publicWithoutLogin = map[string]bool{
	"Docker Hub": true, "ECR Public": true, "Harbor": true, "zot, bearer": true, "zot, htpasswd and anonymous policy": true, "Quay.io": true, "distribution, no auth": true,
}
