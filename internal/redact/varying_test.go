package redact_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stellaops/terraform-provider-stellaops/internal/redact"
)

func TestCleaner_Text_ReplacesWhatVaries(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ name, varying string }{
		{"a UUID", "550e8400-e29b-41d4-a716-446655440000"},
		{"a UUID in upper case", "550E8400-E29B-41D4-A716-446655440000"},
		{"a hex run of 16", "00deadbeefcafe11"},
		{"a hex run of 16 letters", "deadbeefdeadbeef"},
		{"a digest", strings.Repeat("a1", 32)},
		{"a digest with its algorithm", "sha256:" + strings.Repeat("0f", 32)},
		{"four digits", "1234"},
		{"twelve digits", "123456789012"},
		{"an identifier behind a prefix", "req_550e8400-e29b-41d4-a716-446655440000"},
		{"an identifier of letters behind a prefix", "req_deadbeefdeadbeef"},
		{"seconds since 1970 with a fraction", "1700000000.123"},
		{"a time of RFC 3339", "2006-01-02T15:04:05Z"},
		{"a time of RFC 3339 with an offset", "2006-01-02T15:04:05+07:00"},
		{"a time of RFC 3339 with nanoseconds", "2006-01-02T15:04:05.999999999Z"},
		{"a time without marks", "20240102T150405Z"},
		{"a date", "2006-01-02"},
		{"a time of day", "15:04:05"},
		{"a time of day with a fraction", "15:04:05.123"},
		{"a time of day with a comma before the fraction", "15:04:05,123"},
		{"a time of day with half days", "3:04PM"},
		{"a time of day with half days apart", "3:04 PM"},
		{"a time of day with seconds and half days apart", "3:04:05 am"},
		{"a day and its month", "2 January"},
		{"a month and its day", "Jan 2"},
		{"a day of the week with them", "Mon, 02 Jan"},
		{"a date of RFC 850", "Monday, 02-Jan-06"},
		{"a time of Apache's log", "02/Jan/2006:15:04:05"},
		{"a date of .NET", "01/02/2006"},
		{"an IPv4 address", "192.0.2.7"},
		{"an IPv4 address with a port", "192.0.2.7:54321"},
		{"an IPv6 address", "2001:db8:0:0:0:0:0:1"},
		{"an IPv6 address in short", "2001:db8::1"},
		{"an IPv6 address with one group before the gap", "fe80::1"},
		{"an IPv6 loopback", "::1"},
		{"an IPv4 address in IPv6", "::ffff:192.0.2.7"},
		{"a hardware address", "02:42:ac:11:00:02"},
		{"a hardware address of letters", "aa:bb:cc:dd:ee:ff"},
		{"a repository with four digits", "org/app-2024:pull"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			for _, around := range [][2]string{{"", ""}, {"denied (", ")"}, {"at ", ", zone unknown"}, {"id=", "; retry"}, {`{"id":"`, `"}`}, {"see ", "."}} {
				text := around[0] + row.varying + around[1]
				if got, want := (redact.Cleaner{}).Text(text, 200), around[0]+"…"+around[1]; got != want {
					t.Errorf("Text(%q) is %q, want %q", text, got, want)
				}
			}
		})
	}
}

// TestCleaner_Text_IsTheSameAtAllTimes has the layouts of servers.
func TestCleaner_Text_IsTheSameAtAllTimes(t *testing.T) {
	t.Parallel()
	times := []time.Time{
		time.Date(2024, time.May, 3, 1, 2, 3, 0, time.UTC),
		time.Date(2025, time.September, 29, 23, 59, 59, 120_000_000, time.UTC),
		time.Date(2031, time.December, 10, 10, 10, 10, 123_456_789, time.UTC),
	}
	for _, layout := range []string{
		time.ANSIC, time.UnixDate, time.RubyDate, time.RFC1123, time.RFC1123Z, time.RFC3339, time.RFC3339Nano,
		time.Kitchen, time.Stamp, time.StampMilli, time.StampMicro, time.StampNano, time.DateTime, time.DateOnly, time.TimeOnly, time.RFC850,
		"2006-01-02 15:04:05.999999999 -0700 MST", "02/Jan/2006:15:04:05 -0700", "2 January 2006 15:04", "January 2, 2006 at 3:04pm", "2006/01/02 15:04:05",
		"01/02/2006 15:04:05 -07:00", "1/2/2006 3:04:05 PM", "Monday, January 2, 2006 3:04 PM", "2006-01-02 15:04:05,000", "20060102T150405Z", "3:04 PM",
	} {
		seen := map[string]bool{}
		for _, at := range times {
			seen[redact.Cleaner{}.Text("expired "+at.Format(layout)+" for app", 200)] = true
		}
		if len(seen) != 1 {
			t.Errorf("%s gives %v", layout, seen)
		}
	}
}

func TestCleaner_Text_KeepsOrdinaryWords(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"unauthorized: authentication required",
		"denied: requested access to the resource is denied",
		"TOOMANYREQUESTS: You have reached your pull rate limit.",
		"version 2.8.3, v2",
		"repository org/marketing-2 not found",
		"repository org/app:1.2.3 not found",
		"decoder 3 failed, 12 more",
		"marked 403 by monitor 7",
		"octopus 5 and separate 10 augment 2",
		"manifest unknown: manifest tagged by \"22\" is not found",
		"Net::HTTPUnauthorized in Foo::Bad",
		"bad:cafe: no such face",
		"deadbeef is a short hash, 7f3c2ab too",
		"scope repository:org/app:pull,push",
		"error 0x80 (403)",
		"HTTP/1.1 needs TLS 1.2 and sha256",
		"401 Unauthorized",
		"see https://docs.example.com/docker-hub/#limits",
		"application/vnd.oci.image.manifest.v1+json",
	} {
		if got := (redact.Cleaner{}).Text(text, 200); got != text {
			t.Errorf("Text(%q) is %q", text, got)
		}
	}
	const text = "registry.example.com:5000/app: no basic auth credentials"
	if got := (redact.Cleaner{}).Text(text, 200); got != "…: no basic auth credentials" {
		t.Errorf("Text(%q) is %q", text, got)
	}
}
