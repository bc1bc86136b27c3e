package registrytest

import (
	"net"
	"strconv"
	"strings"
	"sync"
)

// whole is the sound answer, complete.
func (s sound) whole() string {
	return s.head + "Content-Length: " + strconv.Itoa(len(s.body)) + "\r\n\r\n" + s.body
}

// with is the sound answer with more header lines, each ended.
func (s sound) with(lines string) string { return sound{s.head + lines, s.body}.whole() }

// started is the sound answer with another start line.
func (s sound) started(line string) string {
	_, rest, _ := strings.Cut(s.whole(), "\r\n")
	return line + "\r\n" + rest
}

// says makes an answer of a text. It is made once, since what a check costs is
// measured in the process that runs the server too.
func says(text func(s sound) string) func(net.Conn, sound) {
	var made sync.Map // []byte by sound
	return func(conn net.Conn, s sound) {
		bytes, ok := made.Load(s)
		if !ok {
			bytes, _ = made.LoadOrStore(s, []byte(text(s)))
		}
		_, _ = conn.Write(bytes.([]byte)) // the client may have left
	}
}

// starts makes an answer of a start line.
func starts(line string) func(net.Conn, sound) {
	return says(func(s sound) string { return s.started(line) })
}

// adds makes an answer with more header lines.
func adds(lines string) func(net.Conn, sound) {
	return says(func(s sound) string { return s.with(lines) })
}

// statusLineFaults are answers that begin badly (RFC 9112 section 4).
func statusLineFaults() []wireFault {
	return []wireFault{
		{name: "no status line, as in HTTP/0.9", registry: connectionFailed, answer: says(func(s sound) string { return s.body })},
		{name: "half a status line", registry: connectionFailed, answer: says(func(sound) string { return "HTTP/1.1 40" })},
		{name: "a status of two digits", registry: connectionFailed, answer: starts("HTTP/1.1 99 Less")},
		{name: "a status of four digits", registry: connectionFailed, answer: starts("HTTP/1.1 1000 More")},
		{name: "a status of letters", registry: connectionFailed, answer: starts("HTTP/1.1 OK 200")},
		{name: "a negative status", registry: connectionFailed, answer: starts("HTTP/1.1 -20 Less")},
		{name: "the status 000", registry: notARegistry, answer: starts("HTTP/1.1 000 Nothing")},
		{name: "the status 999", registry: serverError, answer: starts("HTTP/1.1 999 Request Denied")},
		{name: "another protocol's status line", registry: connectionFailed, answer: starts("ICY 200 OK")},
		// The version of a status line that can be read changes nothing of what it says.
		{name: "HTTP/3.0", registry: invalidCredentials, service: exchangeAccepted, answer: says(func(s sound) string {
			return strings.Replace(s.whole(), "HTTP/1.1", "HTTP/3.0", 1)
		})},
		{name: "HTTP/11", registry: connectionFailed, answer: starts("HTTP/11 200 OK")},
		{name: "an empty line", registry: connectionFailed, answer: starts("")},
		{name: "a status line of 1 MiB", registry: connectionFailed, big: true, answer: starts("HTTP/1.1 200 " + strings.Repeat("x", 1<<20))},
	}
}

// headerFaults are answers with a bad header (RFC 9112 section 5).
func headerFaults() []wireFault {
	const line = 1 << 20
	return []wireFault{
		{name: "a header line without a colon", registry: connectionFailed, answer: adds("nothing here\r\n")},
		{name: "a header line without a name", registry: connectionFailed, answer: adds(": nothing\r\n")},
		// No such line is valid, and nothing depends on it (RFC 9112 section 5.1 is about requests).
		{name: "a blank in a header's name", registry: invalidCredentials, service: exchangeAccepted, answer: adds("X Line: 1\r\n")},
		{name: "a NUL in a header's name", registry: connectionFailed, answer: adds("X-\x00Line: 1\r\n")},
		{name: "a NUL in a header", registry: connectionFailed, answer: adds("X-Line: a\x00b\r\n")},
		{name: "a header that is not UTF-8", registry: invalidCredentials, service: exchangeAccepted, answer: adds("X-Line: \xff\xfe\xc0\xaf\r\n")},
		{name: "a challenge that is not UTF-8", registry: invalidCredentials, service: exchangeAccepted, answer: adds("WWW-Authenticate: Basic realm=\"\xff\xfe\"\r\n")},
		{name: "two challenges of one scheme", registry: invalidCredentials, service: exchangeAccepted, answer: adds("WWW-Authenticate: Basic realm=\"other\"\r\n")},
		{name: "two content types", registry: invalidCredentials, service: exchangeAccepted, answer: adds("Content-Type: image/png\r\n")},
		{name: "a header line of 1 MiB", registry: connectionFailed, big: true, answer: adds("X-Line: " + strings.Repeat("x", line) + "\r\n")},
		{name: "10,000 header lines", registry: connectionFailed, big: true, answer: adds(strings.Repeat("X-Line: 1\r\n", 10_000))},
		{name: "100,000 empty header lines", registry: connectionFailed, big: true, answer: adds(strings.Repeat("a:\r\n", 100_000))},
		{name: "an endless header line", registry: connectionFailed, big: true, answer: func(conn net.Conn, s sound) {
			say(conn, s.head, "X-Line: ")
			flood(conn, strings.Repeat("x", floodSize), floodLimit)
		}},
		{name: "endless header lines", registry: connectionFailed, big: true, answer: func(conn net.Conn, s sound) {
			say(conn, s.head)
			flood(conn, strings.Repeat("X-Line: 1\r\n", floodSize/11), floodLimit)
		}},
		{name: "half a header", registry: connectionFailed, answer: says(func(s sound) string { return s.head + "Content-Le" })},
		{name: "a header without its empty line", registry: connectionFailed, answer: says(func(s sound) string { return s.head })},
	}
}

// statusFaults are sound answers with a status that says nothing about
// credentials.
func statusFaults() []wireFault {
	var faults []wireFault
	for status, reason := range map[string]string{
		"101 Switching Protocols": notARegistry,
		"204 No Content":          notARegistry, "206 Partial Content": notARegistry, "304 Not Modified": notARegistry,
		"402 Payment Required": notARegistry, "404 Not Found": notARegistry, "405 Method Not Allowed": notARegistry,
		"418 I'm a teapot": notARegistry, "451 Unavailable For Legal Reasons": notARegistry,
		"408 Request Timeout":       timedOut,
		"500 Internal Server Error": serverError, "502 Bad Gateway": serverError, "503 Service Unavailable": serverError,
		"504 Gateway Timeout": serverError, "511 Network Authentication Required": serverError, "599 Unknown": serverError,
	} {
		faults = append(faults, wireFault{name: "status " + status, registry: reason, answer: starts("HTTP/1.1 " + status)})
	}
	return append(faults,
		wireFault{name: "status 400 Bad Request", registry: notARegistry, credentials: malformedCredentials, answer: starts("HTTP/1.1 400 Bad Request")},
		wireFault{name: "status 407 Proxy Authentication Required", registry: proxyAuthRequired, service: proxyAuthRequired, answer: starts("HTTP/1.1 407 Proxy Authentication Required")},
		wireFault{name: "status 429 Too Many Requests", registry: rateLimited, service: rateLimited, answer: starts("HTTP/1.1 429 Too Many Requests")},
	)
}

// informationFaults send interim answers (RFC 9110 section 15.2) first. Any
// number of them is allowed, and a client must end it somewhere.
func informationFaults() []wireFault {
	interim := func(status string, times int) func(net.Conn, sound) {
		return says(func(s sound) string { return strings.Repeat("HTTP/1.1 "+status+"\r\n\r\n", times) + s.whole() })
	}
	return []wireFault{
		{name: "three interim answers", registry: invalidCredentials, service: exchangeAccepted, answer: interim("103 Early Hints", 3)},
		{name: "a flood of 100", registry: connectionFailed, answer: interim("100 Continue", 10_000)},
		{name: "a flood of 103", registry: connectionFailed, answer: interim("103 Early Hints\r\nLink: </style.css>", 10_000)},
		{name: "nothing but 102", registry: connectionFailed, big: true, answer: func(conn net.Conn, _ sound) {
			flood(conn, strings.Repeat("HTTP/1.1 102 Processing\r\n\r\n", floodSize/27), floodLimit)
		}},
		{name: "an interim answer and no other", registry: connectionFailed, answer: says(func(sound) string { return "HTTP/1.1 100 Continue\r\n\r\n" })},
	}
}
