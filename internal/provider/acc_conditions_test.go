package provider

import (
	"encoding/base64"
	"net"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stellaops/terraform-provider-stellaops/internal/registrytest"
	"github.com/stellaops/terraform-provider-stellaops/internal/tfcli"
)

// conditionConfig asks what the variables name, with the condition in its place.
const conditionConfig = `
variable "url" {
  type = string
}

data "stellaops_oci_credentials_check" "test" {
  registry_url     = var.url
  username         = "ci"
  password         = "some-password"
  require_verified = REQUIRE
  timeout          = "20s"
  retry            = { attempts = 1 }
}

resource "terraform_data" "release" {
  lifecycle {
    precondition {
      condition     = CONDITION
      error_message = data.stellaops_oci_credentials_check.test.message
    }
  }
}
`

// silentServer closes every connection without an answer.
func silentServer(t *testing.T) string {
	t.Helper()
	address, err := registrytest.Serve(t, func(conn net.Conn) { _ = conn.Close() })
	if err != nil {
		t.Fatal(err)
	}
	return "http://" + address
}

// TestAccDocuments_Conditions plans the table of the guide Gate an apply: each condition
// where it matters which one it is.
func TestAccDocuments_Conditions(t *testing.T) {
	t.Parallel()
	basic := registrytest.Unauthorized(`Basic realm="there"`)
	bearer := registrytest.Unauthorized(`Bearer realm="` + silentServer(t) + `/token",service="there"`)
	answers := func(response registrytest.Response) string {
		return registrytest.New(t, func(string) registrytest.Response { return response }).URL
	}
	situations := map[string]struct{ url, skip string }{
		"refused credentials":       {url: answers(basic)},
		"the registry is down":      {url: silentServer(t)},
		"its token service is down": {url: answers(bearer)},
		"any password passes":       {url: answers(registrytest.OK())},
		"anybody may read, passwords are checked": {url: registrytest.New(t, func(authorization string) registrytest.Response {
			if authorization == "" || authorization == "Basic "+base64.StdEncoding.EncodeToString([]byte("ci:some-password")) {
				return registrytest.OK()
			}
			return basic
		}).URL},
		"checks are skipped": {url: answers(basic), skip: "1"},
	}
	root, err := tfcli.Root()
	if err != nil {
		t.Fatal(err)
	}
	_, section, ok := strings.Cut(read(t, filepath.Join(root, "docs", "guides", "gate.md")), "## Which condition\n")
	if !ok {
		t.Fatal("the guide has no such section")
	}
	rows := table(section)
	if len(rows) != 6 || len(rows[0]) != 1+len(situations) {
		t.Fatalf("the table is another one: %q", rows)
	}
	for _, row := range rows[2:] {
		for column, situation := range rows[0] {
			if column == 0 {
				continue
			}
			t.Run(row[0]+", "+situation, func(t *testing.T) {
				t.Parallel()
				there, ok := situations[situation]
				want, known := map[string]int{"passes": 0, "stops": 1}[row[column]]
				if !ok || !known {
					t.Fatal("the test does not know this", situation, row[column])
				}
				attribute, _, _ := strings.Cut(strings.TrimPrefix(row[0], "`"), "`")
				reference := "data.stellaops_oci_credentials_check.test." + strings.TrimPrefix(attribute, "!")
				if strings.HasPrefix(attribute, "!") {
					reference = "!" + reference
				}
				require := "false"
				if strings.Contains(row[0], "require_verified = true") {
					require = "true"
				}
				cli := newCLI(t, "TF_VAR_url="+there.url, "STELLAOPS_SKIP_CHECKS="+there.skip)
				write(t, cli, strings.NewReplacer("CONDITION", reference, "REQUIRE", require).Replace(conditionConfig))
				mustRun(t, cli, want, "plan", "-no-color", "-input=false")
			})
		}
	}
}

// table are the cells of the first table in a text.
func table(text string) [][]string {
	var rows [][]string
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "|"):
			var cells []string
			for cell := range strings.SplitSeq(strings.Trim(line, "|"), "|") {
				cells = append(cells, strings.TrimSpace(cell))
			}
			rows = append(rows, cells)
		case len(rows) > 0:
			return rows
		}
	}
	return rows
}
