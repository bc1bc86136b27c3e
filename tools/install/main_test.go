package main

import (
	"strings"
	"testing"
)

func TestReport_NamesTheFileThatIsRead(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, configured, want, not string }{
		{"in the home folder", "", "These lines in ~/.terraformrc make", "TF_CLI_CONFIG_FILE"},
		{"named by the variable", "/etc/ci.tfrc", "These lines in /etc/ci.tfrc (TF_CLI_CONFIG_FILE) make", "~/"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var printed strings.Builder
			if err := report(&printed, "/mirror", "0.1.0", c.configured, false); err != nil {
				t.Fatal(err)
			}
			if got := printed.String(); !strings.Contains(got, c.want) || strings.Contains(got, c.not) {
				t.Errorf("want %q, and not %q:\n%s", c.want, c.not, got)
			}
		})
	}
}
