package credentials_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stellaops/terraform-provider-stellaops/internal/credentials"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

// costly make contents of about n bytes whose readers are tempted to look at a part of
// them more than once.
var costly = map[string]func(n int) string{
	"comments that do not end":               repeated("{}", "/* ", ""),
	"comments that do not end, in an object": repeated(`{"OCI":`, "/* ", "}"),
	"comments that end":                      repeated("{", "/**/", "}"),
	"comments of a line without an end":      repeated("{}", "//", ""),
	"comments of a line":                     repeated("{", "//\n", "}"),
	"halves of a comment":                    repeated("{}", "/ *", ""),
	"a string that does not end":             repeated(`{"`, `\"`, ""),
	"strings that do not end":                repeated("{", `"\`, ""),
	"brackets that open":                     repeated("", "[", ""),
	"objects in each other":                  repeated("", `{"auths":`, ""),
	"objects as deep as allowed":             repeated(`{"a":[`, strings.Repeat(`{"a":`, 50)+"1"+strings.Repeat("}", 50)+",", "1]}"),
	"a long key":                             repeated(`{"OCI":{"`, "k", `":1}}`),
	"a long number":                          repeated(`{"OCI":{"Token":`, "1", "}}"),
	"blanks":                                 repeated("", " \n", "{}"),
	"commas":                                 repeated(`{"a":[`, "1,", "1]}"),
	"byte order marks":                       repeated("", "\ufeff", "{}"),
	"NULs":                                   repeated("{}", "\x00", ""),
	"a key over and over":                    repeated(`{"OCI":{`, `"Password":"p",`, `"Username":"ci"}}`),
	"a section over and over":                repeated("{", `"OCI":{},`, `"OCI":{}}`),
	"keys with colons":                       repeated("{", `"OCI:Token:a":{},`, `"a":1}`),
	"keys below a long key": func(n int) string {
		return `{"` + strings.Repeat("k", n/2-32) + `":{` + strings.Repeat(`"a":1,`, n/12) + `"a":1}}`
	},
	"keys below a long key of the settings": func(n int) string {
		return `{"OCI:` + strings.Repeat("k", n/2-32) + `":{"a":{` + strings.Repeat(`"a":1,`, n/12) + `"a":1}}}`
	},
	"auths over and over":                repeated("{", `"auths":{},`, `"auths":{"`+host+`":{}}}`),
	"an entry over and over":             repeated(`{"auths":{`, `"`+host+`":{"auth":"Y2k6cA=="},`, `"`+host+`":{}}}`),
	"an entry with fields over and over": repeated(`{"auths":{"`+host+`":{`, `"auth":"Y2k6cA==",`, `"auth":"Y2k6cA=="}}}`),
	"a long auth":                        repeated(`{"auths":{"`+host+`":{"auth":"`, "Y2k6", `cA=="}}}`),
	"a long pattern":                     repeated(`{"auths":{"`, "*.", `example.com":{"auth":"Y2k6cA=="}}}`),
	"a long pattern of stars":            repeated(`{"auths":{"`, "*a", `.example.com":{"auth":"Y2k6cA=="}}}`),
	"a long path":                        repeated(`{"auths":{"`+host, "/a", `":{"auth":"Y2k6cA=="}}}`),
	"helpers over and over":              repeated(`{"credHelpers":{`, `"a":"b",`, `"a":"b"}}`),
}

// repeated returns what makes contents of head, as many parts as fit, and tail.
func repeated(head, part, tail string) func(n int) string {
	return func(n int) string { return head + strings.Repeat(part, (n-len(head)-len(tail))/len(part)) + tail }
}

// TestPlaces_Find_NothingInAFileCostsMoreThanItsSize compares contents of 64 KiB and of
// 1 MiB. The longer one takes 16 times as long where each byte is looked at once, and
// 256 times where all are looked at for each: a busy machine has room in between.
func TestPlaces_Find_NothingInAFileCostsMoreThanItsSize(t *testing.T) {
	t.Parallel()
	const (
		most  = 64
		least = 5 * time.Millisecond // a shorter time is that of the machine
	)
	for reader, prepare := range map[string]func(t *testing.T, content string) func(){
		"appsettings_path":   findInFile("appsettings_path"),
		"docker_config_path": findInFile("docker_config_path"),
		"docker_config_json": func(t *testing.T, content string) func() {
			t.Helper()
			secret, search := registry.NewSecret(content), searchFor(t, host)
			search.DockerConfigJSON = &secret
			return func() { _, _ = credentials.Places{}.Find(t.Context(), search) }
		},
	} {
		for name, content := range costly {
			t.Run(reader+": "+name, func(t *testing.T) {
				t.Parallel()
				if long := content(maxFile); len(long) > maxFile || len(long) < maxFile*15/16 {
					t.Fatalf("the content has %d bytes", len(long))
				}
				short := fastest(prepare(t, content(maxFile/16)), 3)
				if long := fastest(prepare(t, content(maxFile)), 1); long > most*max(short, least) {
					t.Errorf("64 KiB take %s, and 1 MiB %s", short, long)
				}
			})
		}
	}
}

func findInFile(setting string) func(t *testing.T, content string) func() {
	return func(t *testing.T, content string) func() {
		t.Helper()
		places, search := placesWithFile(setting, file(t, content)), searchFor(t, host)
		return func() { _, _ = places.Find(t.Context(), search) }
	}
}

// fastest returns the shortest time of several runs, which a busy machine disturbs the
// least.
func fastest(run func(), runs int) time.Duration {
	shortest := time.Duration(-1)
	for range runs {
		begun := time.Now()
		run()
		if took := time.Since(begun); shortest < 0 || took < shortest {
			shortest = took
		}
	}
	return shortest
}
