package registry_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

func TestCleanReplacesWhatChanges(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ name, changing string }{
		{"a UUID", "550e8400-e29b-41d4-a716-446655440000"},
		{"a UUID in upper case", "550E8400-E29B-41D4-A716-446655440000"},
		{"a hex run of 16", "00deadbeefcafe11"},
		{"a digest", strings.Repeat("a1", 32)},
		{"a digit run of 6", "123456"},
		{"a digit run of 12", "123456789012"},
		{"seconds since 1970 with a fraction", "1700000000.123"},
		{"a time of RFC 3339", "2006-01-02T15:04:05Z"},
		{"a time of RFC 3339 with an offset", "2006-01-02T15:04:05+07:00"},
		{"a time of RFC 3339 with nanoseconds", "2006-01-02T15:04:05.999999999Z"},
		{"a date", "2006-01-02"},
		{"a time with a comma before the fraction", "2006-01-02 15:04:05,123"},
		{"a time of Go's log", "2006/01/02 15:04:05"},
		{"a time of Go's String", "2006-01-02 15:04:05.999999999 +0000 UTC"},
		{"a monotonic clock", "m=+0.000123"},
		{"a time of RFC 1123", "Mon, 02 Jan 2006 15:04:05 GMT"},
		{"a time of RFC 1123 with an offset", "Mon, 02 Jan 2006 15:04:05 -0700"},
		{"a time of RFC 850", "Monday, 02-Jan-06 15:04:05 GMT"},
		{"a time of ANSI C", "Mon Jan  2 15:04:05 2006"},
		{"a time of Unix date", "Mon Jan 12 15:04:05 UTC 2006"},
		{"a time of Ruby", "Mon Jan 02 15:04:05 -0700 2006"},
		{"a time of syslog", "Jan  2 15:04:05"},
		{"a time of Apache's log", "02/Jan/2006:15:04:05 -0700"},
		{"a time of .NET", "01/02/2006 15:04:05 +00:00"},
		{"a time with half days", "1/2/2006 3:04:05 PM"},
		{"a time in plain English", "January 2, 2006 at 3:04pm"},
		{"a time of day", "15:04:05"},
		{"a time of day with a fraction", "15:04:05.123"},
		{"a time of day with half days", "3:04PM"},
		{"an IPv4 address", "192.0.2.7"},
		{"an IPv4 address with a port", "192.0.2.7:54321"},
		{"an IPv6 address", "2001:db8:0:0:0:0:0:1"},
		{"an IPv6 address in short", "2001:db8::1"},
		{"an IPv6 address with one group before the gap", "fe80::1"},
		{"an IPv6 address that ends in its gap", "2001:db8::"},
		{"an IPv6 loopback", "::1"},
		{"an IPv6 address in brackets", "[2001:db8::1]"},
		{"an IPv6 address with a port", "[2001:db8::1]:54321"},
		{"an IPv6 loopback with a port", "[::1]:54321"},
		{"an IPv6 address with a zone and a port", "[fe80::1%eth0]:54321"},
		{"an IPv4 address in IPv6", "[::ffff:192.0.2.7]:54321"},
		{"an IPv4 address in full IPv6", "0:0:0:0:0:ffff:192.0.2.7"},
		{"a hardware address", "02:42:ac:11:00:02"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			cleaner := registry.NewCleaner(registry.Credential{})
			for _, around := range [][2]string{{"", ""}, {"denied (", ")"}, {"at ", ", zone unknown"}, {"id=", "; retry"}} {
				text := around[0] + row.changing + around[1]
				if got, want := cleaner.Clean(text, 200), around[0]+"…"+around[1]; got != want {
					t.Errorf("Clean(%q) is %q, want %q", text, got, want)
				}
			}
		})
	}
}

func TestCleanReplacesAnIdentifierBehindAPrefix(t *testing.T) {
	t.Parallel()
	cleaner := registry.NewCleaner(registry.Credential{})
	for text, want := range map[string]string{
		"req_550e8400-e29b-41d4-a716-446655440000 failed": "req_… failed",
		"sha256:" + strings.Repeat("0f", 32):              "sha256:…",
		"expired 20240102T150405Z":                        "expired …T…Z",
		"see trace-00deadbeefcafe11.":                     "see trace-….",
	} {
		if got := cleaner.Clean(text, 200); got != want {
			t.Errorf("Clean(%q) is %q, want %q", text, got, want)
		}
	}
}

func TestCleanGivesOneTextForAllTimes(t *testing.T) {
	t.Parallel()
	cleaner := registry.NewCleaner(registry.Credential{})
	times := []time.Time{
		time.Date(2024, time.May, 3, 1, 2, 3, 0, time.UTC),
		time.Date(2025, time.September, 29, 23, 59, 59, 120_000_000, time.UTC),
		time.Date(2031, time.December, 10, 10, 10, 10, 123_456_789, time.UTC),
	}
	for _, layout := range []string{
		time.ANSIC, time.UnixDate, time.RubyDate, time.RFC850, time.RFC1123, time.RFC1123Z, time.RFC3339, time.RFC3339Nano,
		time.Kitchen, time.Stamp, time.StampMilli, time.StampMicro, time.StampNano, time.DateTime, time.DateOnly, time.TimeOnly,
		"2006-01-02 15:04:05.999999999 -0700 MST", "02/Jan/2006:15:04:05 -0700", "2 January 2006 15:04",
	} {
		for _, at := range times {
			text := "expired " + at.Format(layout) + " for app"
			if got := cleaner.Clean(text, 200); got != "expired … for app" {
				t.Errorf("Clean(%q) is %q", text, got)
			}
		}
	}
}

func TestCleanKeepsOrdinaryWords(t *testing.T) {
	t.Parallel()
	cleaner := registry.NewCleaner(registry.Credential{})
	for _, text := range []string{
		"unauthorized: authentication required",
		"denied: requested access to the resource is denied",
		"UNAUTHORIZED: access to the requested resource is not authorized",
		"TOOMANYREQUESTS: You have reached your pull rate limit.",
		"version 2.8.3",
		"repository org/app not found",
		"repository org/marketing-2 not found",
		"repository org/app:1.2.3-rc.4 not found",
		"repository dec-2/jan-2024x not found",
		"decoder 3 failed, 12 more",
		"marked 403 by monitor 7",
		"octopus 5 and separate 10 augment 2",
		"manifest unknown: manifest tagged by \"22\" is not found",
		"account 12345 has 99999 images",
		"Net::HTTPUnauthorized in Foo::Bad",
		"bad:cafe: no such face",
		"registry.example.com:5000/app: no basic auth credentials",
		"no: 10:20 is no ratio",
		"deadbeef is a short hash, 7f3c2a1 too",
		"scope repository:org/app:pull,push",
		"error 0x8000 (403)",
		"HTTP/1.1 needs TLS 1.2",
	} {
		if got := cleaner.Clean(text, 200); got != text {
			t.Errorf("Clean(%q) is %q", text, got)
		}
	}
}
