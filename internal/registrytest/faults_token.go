package registrytest

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// tokenFaults are answers of a token service with status 200 that hold no token
// which could be sent.
func tokenFaults() []Fault {
	const size = 1 << 20 // more than is read of an answer
	token := func(value string) string { return `{"token":` + value + `}` }
	text := func(value string) string { return token(strconv.Quote(value)) }
	sound := validTokenAnswer().body
	var faults []Fault
	for _, row := range []struct{ name, reason, body string }{
		{"HTML", exchangeUnavailable, Page(http.StatusOK).Body},
		{"nothing", exchangeUnavailable, ""},
		{"blanks", exchangeUnavailable, " \r\n"},
		{"null", exchangeUnavailable, "null"},
		{"[]", exchangeUnavailable, "[]"},
		{"[a token]", exchangeUnavailable, "[" + sound + "]"},
		{"{}", exchangeUnavailable, "{}"},
		{"true", exchangeUnavailable, "true"},
		{"a bare token", exchangeUnavailable, faultToken()},
		{"a quoted token", exchangeUnavailable, strconv.Quote(faultToken())},
		{"half an object", exchangeUnavailable, sound[:len(sound)-1]},
		{"two objects", exchangeAccepted, sound + sound},
		{"something behind the object", exchangeAccepted, sound + "garbage"},
		{"a mark of byte order", exchangeAccepted, "\xef\xbb\xbf" + sound},
		{"UTF-16", exchangeUnavailable, "\xff\xfe{\x00}\x00"},
		{"an empty token", exchangeUnavailable, text("")},
		{"a token that is null", exchangeUnavailable, token("null")},
		{"a token that is a number", exchangeUnavailable, token("5")},
		{"a token that is an object", exchangeUnavailable, token("{}")},
		{"a token of 1 MiB", exchangeUnavailable, text(strings.Repeat("x", size))},
		{"a token of 100 KiB", exchangeUnavailable, text(strings.Repeat("x", 100<<10))},
		{"a token with a blank", exchangeUnavailable, text(faultToken() + " x")},
		{"a token that ends in a line break", exchangeUnavailable, text(faultToken() + "\n")},
		{"a token with a header in it", exchangeUnavailable, text("x\r\nX-Line: 1")},
		{"a token with a NUL", exchangeUnavailable, token(`"a\u0000b"`)},
		{"a token with a blank of Unicode", exchangeUnavailable, token(`"a\u00a0b"`)},
		{"a token that is not UTF-8", tokenRejected, token("\"a\xffb\"")},
		{"an unknown token", tokenRejected, text("unknown")},
		{"a token of two dots", tokenRejected, text("..")},
		{"a token whose subject is a number", tokenRejected, text("e30.eyJzdWIiOjV9.")},
		{"1 MiB of brackets", exchangeUnavailable, strings.Repeat("[", size)},
		{"1 MiB of objects", exchangeUnavailable, strings.Repeat(`{"token":`, size/9)},
		{"an object of 2 MiB", exchangeUnavailable, `{"filler":"` + strings.Repeat("x", 2*size) + `",` + sound[1:]},
		{"30,000 names", exchangeAccepted, "{" + strings.Repeat(`"a":1,`, 30_000) + sound[1:]},
	} {
		faults = append(faults, behindRegistry("token service: "+row.name, row.reason, func(numberedRequest) Response {
			return Response{Status: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Body: row.body}
		}))
		faults[len(faults)-1].Big = len(row.body) >= size
	}
	return slices.Concat(faults, costlyFaults(), realmFaults())
}

// costlyFaults are answers of a token service whose parts would cost a client
// many times their size.
func costlyFaults() []Fault {
	const size = 256<<10 - 4<<10 // a token service may send 256 KiB, and the rest of the answer is in it too
	filled := func(name, open, item, end string) string {
		return `{"` + name + `":` + open + strings.Repeat(item, (size-len(open)-len(end))/len(item)) + end + `,` + validTokenAnswer().body[1:]
	}
	var faults []Fault
	for _, row := range []struct {
		name, reason string
		status       int
		body         string
	}{
		{"a scope of actions that are empty", exchangeAccepted, 200, filled("scope", `"repository:a:`, ",", `"`)},
		{"a scope of many repositories", exchangeAccepted, 200, filled("scope", `"`, "repository:a:p ", `"`)},
		{"a scope of objects", exchangeAccepted, 200, filled("scope", "[", `{"":0},`, "{}]")},
		{"a scope of empty objects", exchangeAccepted, 200, filled("scope", "[", "{},", "{}]")},
		{"an error of lists", exchangeUnavailable, 400, filled("error", "[", "[],", "[]]")},
		{"errors that are empty", exchangeUnavailable, 400, filled("errors", "[", "{},", "{}]")},
		{"a message of lists", invalidCredentials, 401, filled("message", "[", "[],", "[]]")},
		{"details of objects", invalidCredentials, 401, filled("details", "[", `{"":0},`, "{}]")},
	} {
		fault := behindRegistry("token service: "+row.name, row.reason, func(numberedRequest) Response {
			return Response{Status: row.status, Header: http.Header{"Content-Type": {"application/json"}}, Body: row.body}
		})
		fault.Big = true
		faults = append(faults, fault)
	}
	return faults
}

// realmFaults are challenges that name no token service which could be asked.
func realmFaults() []Fault {
	var faults []Fault
	for name, challenge := range map[string]string{
		"nothing":            `Bearer`,
		"an empty realm":     `Bearer realm=""`,
		"a realm of ftp":     `Bearer realm="ftp://127.0.0.1/token"`,
		"a realm of no host": `Bearer realm="http:///token"`,
		"half a realm":       `Bearer realm="http://[::1`,
		"a realm of NULs":    `Bearer realm="%00%zz:"`,
		"60 KiB of realms":   "Bearer " + strings.Repeat(`realm="x:",`, 5000),
	} {
		faults = append(faults, flow("realm: "+name, exchangeUnavailable, func(numberedRequest) Response { return Unauthorized(challenge) }))
	}
	return faults
}
