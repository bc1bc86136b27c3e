package credentials_test

import (
	"runtime"
	"strings"
	"syscall"
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

// TestPlaces_Find_NothingInAFileCostsMoreThanItsSize compares sixteen contents of 8 KiB
// with one of 128 KiB. The latter takes as long where each byte is looked at once, and
// sixteen times as long where all are looked at for each. The time is that of the
// processor, which does not depend on what else the machine does.
func TestPlaces_Find_NothingInAFileCostsMoreThanItsSize(t *testing.T) {
	t.Parallel()
	const (
		size  = maxFile / 8
		most  = 5
		least = 10 * time.Millisecond // the step in which some systems count
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
				long := content(size)
				if len(long) > size || len(long) < size*15/16 {
					t.Fatalf("the content has %d bytes", len(long))
				}
				apart := processorTime(t, prepare(t, content(size/16)), 16)
				if together := processorTime(t, prepare(t, long), 1); together > most*max(apart, least) {
					t.Errorf("16 times 8 KiB take %s, and 128 KiB %s", apart, together)
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

// processorTime returns for how long a processor does that many runs.
func processorTime(t *testing.T, run func(), runs int) time.Duration {
	t.Helper()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	spent := func() time.Duration {
		var usage syscall.Rusage
		if err := syscall.Getrusage(rusageThread, &usage); err != nil {
			t.Fatal(err)
		}
		return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
	}
	begun := spent()
	for range runs {
		run()
	}
	return spent() - begun
}

// rusageThread is RUSAGE_THREAD (getrusage(2)), which package syscall does not name.
const rusageThread = 1
