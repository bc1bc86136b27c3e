package registry

import (
	"regexp"
	"strings"
)

// Pieces of the expression below.
const (
	dottedQuad = `\d{1,3}(?:\.\d{1,3}){3}`
	hexGroup   = `[0-9a-f]{1,4}`
	weekday    = `(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?,? )`
	month      = `(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)`
	seconds    = `:\d\d(?:[.,]\d+)?`
	halfDay    = ` ?[ap]m\b`
	zone       = ` ?(?:Z|UTC|GMT|[+-]\d\d:?\d\d(?: UTC)?)\b`
	clock      = `\d{1,2}:\d\d(?:` + seconds + `)?(?:` + halfDay + `)?(?:` + zone + `)?`
	// behindDate is the time of day that follows a date, in the words of RFC
	// 3339, RFC 9110, the access log of Apache and plain English.
	behindDate = `(?:(?:[T:]|,? (?:at )?)` + clock + `)?`
)

// volatile is what changes from answer to answer: UUIDs, addresses, times, hex
// runs of 16 and more, digit runs of 6 and more. Addresses come before times,
// since a hardware address may begin like a time.
var volatile = regexp.MustCompile(`(?i)` + strings.Join([]string{
	`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`,
	`\b` + dottedQuad + `(?::\d+)?\b`,
	`\[?(?:` + strings.Join([]string{ // RFC 4291 section 2.2
		`\b(?:` + hexGroup + `:){6}` + dottedQuad,
		`\b(?:` + hexGroup + `:){5,7}` + hexGroup + `\b`, // of 6 groups: a hardware address
		`\b(?:` + hexGroup + `:)+:(?:` + hexGroup + `:)*(?:` + dottedQuad + `|` + hexGroup + `\b)?`,
		`\B::(?:` + hexGroup + `:)*(?:` + dottedQuad + `|` + hexGroup + `\b)`,
	}, "|") + `)(?:%[0-9a-z.]+)?(?:\](?::\d+)?)?`,
	`\b\d{4}[-/]\d\d[-/]\d\d` + behindDate,
	`\b\d{1,2}/\d{1,2}/\d{4}\b` + behindDate,
	`\b` + weekday + `?\d{1,2}[ /-]` + month + `[ /-]\d{2,4}\b` + behindDate,
	`\b` + weekday + `?` + month + ` \d{1,2}(?:,? \d{4})?\b` + behindDate + `(?: \d{4}\b)?`,
	`\b\d{1,2}:\d\d(?:` + seconds + `(?:` + halfDay + `)?|` + halfDay + `)(?:` + zone + `)?`,
	`\bm=[+-]\d+\.\d+`, // Go's monotonic clock
	`[0-9a-f]{16,}`,
	`\d{6,}(?:\.\d+)?`, // seconds since 1970 may have a fraction
}, "|"))
