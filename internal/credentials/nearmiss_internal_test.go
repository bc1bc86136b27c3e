package credentials

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

func TestOtherHosts(t *testing.T) {
	t.Parallel()
	const same = " (the same registry, written differently)"
	many := []string{}
	for i := range 1000 {
		many = append(many, fmt.Sprintf("h%03d.example.com", i))
	}
	for _, row := range []struct {
		name    string
		address string
		keys    []string
		want    string
	}{
		{"nothing", "r.example.com", nil, " (it has none)"},
		{"others in the order of the alphabet", "r.example.com", []string{"b.example.com", "a.example.com"}, " (it has a.example.com, b.example.com)"},
		{"three at most", "r.example.com", many, " (it has h000.example.com, h001.example.com, h002.example.com and 997 more)"},
		{"host:443", "r.example.com", []string{"a.example.com", "r.example.com:443"}, " (it has r.example.com:443" + same + ", a.example.com)"},
		{"the host alone where the address writes port 443", "r.example.com:443", []string{"r.example.com"}, " (it has r.example.com" + same + ")"},
		{"a name with two letters in each other's place before others", "registry.example.com", []string{"a.example.com", "registry.exmaple.com", "registry2.example.com", "quay.io"}, " (it has registry.exmaple.com, registry2.example.com, a.example.com and 1 more)"},
		{"another port", "r.example.com", []string{"a.example.com", "r.example.com:5000"}, " (it has r.example.com:5000 (another port), a.example.com)"},
		{"another case", "r.example.com", []string{"a.example.com", "R.Example.com"}, " (it has R.Example.com" + same + ", a.example.com)"},
		{"a port with a zero before it", "r.example.com:5000", []string{"r.example.com:05000"}, " (it has r.example.com:05000" + same + ")"},
		{"another form of an IPv6 address", "[fd00::1]:5000", []string{"[FD00::0:1]:5000"}, " (it has [FD00::0:1]:5000" + same + ")"},
		{"a path, which tells it apart itself", "r.example.com", []string{"r.example.com/team"}, " (it has r.example.com/team)"},
		{"a scheme, which tells it apart itself", "r.example.com", []string{"http://r.example.com"}, " (it has http://r.example.com)"},
		{"a pattern", "r.example.com", []string{"*.azurecr.io"}, " (it has *.azurecr.io)"},
		{"user information", "r.example.com", []string{"https://ci:hunter2@a.example.com/v1/", "ci:hunter2/@?#@b.example.com"}, " (it has a.example.com/v1/, b.example.com)"},
		{"a query and a fragment", "r.example.com", []string{"a.example.com?hunter2", "b.example.com#hunter2"}, " (it has a.example.com, b.example.com)"},
		{"characters that cannot be printed", "r.example.com", []string{"a\x1b[31m.example.com\r\n"}, " (it has a[31m.example.com)"},
		{"a long text", "r.example.com", []string{strings.Repeat("a", 100)}, " (it has " + strings.Repeat("a", 63) + "…)"},
		{"a key without a text", "r.example.com", []string{"", "ci:hunter2@"}, " (it has none)"},
		{"keys that look alike", "r.example.com", []string{"a.example.com", "ci@a.example.com"}, " (it has a.example.com)"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			endpoint, err := registry.ParseEndpoint(row.address)
			if err != nil {
				t.Fatal(err)
			}
			if got := otherHosts(Search{Endpoint: endpoint, Address: row.address}, row.keys); got != row.want {
				t.Errorf("got  %q\nwant %q", got, row.want)
			}
		})
	}
}

func TestHostText_ShowsNoSecret(t *testing.T) {
	t.Parallel()
	for key, want := range map[string]string{
		"ci:s3cret-long": "ci:…", "https://ci:s3cret-long%40host": "https://ci:…", "ci:1s3cret": "ci:…", "ghp_s3cretlong": "", "glpat-s3cret": "", "ci:s3cret@r.example.com": "r.example.com",
		"r.example.com:5000": "r.example.com:5000", "r.example.com:5000/org": "r.example.com:5000/org", "https://r.example.com:443/v1/": "https://r.example.com:443/v1/", "[::1]:5000": "[::1]:5000",
		"*.azurecr.io": "*.azurecr.io", "r.example.com/org/app:1": "r.example.com/org/app:1", "localhost": "localhost",
	} {
		if got := hostText(key); got != want {
			t.Errorf("%q: %q, want %q", key, got, want)
		}
	}
}
