package registrytest

import (
	"bytes"
	"compress/gzip"
	"net"
	"strconv"
	"strings"
	"sync"
)

// complete returns the whole response.
func (s validAnswer) complete() string {
	return s.head + "Content-Length: " + strconv.Itoa(len(s.body)) + "\r\n\r\n" + s.body
}

// withStartLine returns the whole response with another start line.
func (s validAnswer) withStartLine(line string) string {
	_, rest, _ := strings.Cut(s.complete(), "\r\n")
	return line + "\r\n" + rest
}

// answerText makes a handler that writes a text. The text is made once, since tests
// measure the memory of the process, which the server shares with the check.
func answerText(text func(s validAnswer) string) func(net.Conn, validAnswer) {
	var made sync.Map // []byte by sound
	return func(conn net.Conn, s validAnswer) {
		bytes, ok := made.Load(s)
		if !ok {
			bytes, _ = made.LoadOrStore(s, []byte(text(s)))
		}
		_, _ = conn.Write(bytes.([]byte)) // the client may have left
	}
}

// answerStartLine makes a handler that answers with another start line.
func answerStartLine(line string) func(net.Conn, validAnswer) {
	return answerText(func(s validAnswer) string { return s.withStartLine(line) })
}

// answerHeaders makes a handler that answers with more header lines, each with its
// line end.
func answerHeaders(lines string) func(net.Conn, validAnswer) {
	return answerText(func(s validAnswer) string { return validAnswer{s.head + lines, s.body}.complete() })
}

// answerFlood makes a handler that repeats a text without end after a beginning.
func answerFlood(begin func(s validAnswer) string, text string) func(net.Conn, validAnswer) {
	return answerThen(begin, func(conn net.Conn) { flood(conn, strings.Repeat(text, floodSize/len(text)), floodLimit) })
}

// answerDrip makes a handler that writes a few bytes now and then after a beginning,
// until the client leaves.
func answerDrip(begin func(s validAnswer) string, text string) func(net.Conn, validAnswer) {
	return answerThen(begin, func(conn net.Conn) { drip(conn, text) })
}

// answerThen makes a handler that writes a beginning and then calls end.
func answerThen(begin func(s validAnswer) string, end func(net.Conn)) func(net.Conn, validAnswer) {
	return func(conn net.Conn, s validAnswer) {
		say(conn, begin(s))
		end(conn)
	}
}

// Where an answer may stop.
func inStatusLine(validAnswer) string  { return "HTTP/1.1 4" }
func inHeader(s validAnswer) string    { return s.head[:40] }
func afterLine(s validAnswer) string   { return s.head }
func afterHeader(s validAnswer) string { return s.head + "Content-Length: 5000\r\n\r\n" }
func inBody(s validAnswer) string      { return afterHeader(s) + s.body }
func unsized(s validAnswer) string     { return s.head + "\r\n" + s.body }
func inChunks(s validAnswer) string    { return s.head + "Transfer-Encoding: chunked\r\n\r\n" }
func afterChunk(s validAnswer) string  { return inChunks(s) + chunk(s.body) }
func inTrailer(s validAnswer) string   { return afterChunk(s) + "0\r\n" }

func nothing(validAnswer) string { return "" }

// chunk is one chunk with its data (RFC 9112 section 7.1).
func chunk(data string) string {
	return strconv.FormatInt(int64(len(data)), 16) + "\r\n" + data + "\r\n"
}

// cutFaults end the connection at each stage: by FIN, and by RST where the
// client gets another error by it.
func cutFaults() []connFault {
	return []connFault{
		{name: "nothing listens", registry: connectionRefused, connect: ignoringAnswer(hangUp), dial: DialRefused},
		{name: "closed on accept", registry: connectionFailed, connect: ignoringAnswer(hangUp)},
		{name: "reset on accept", registry: connectionFailed, connect: ignoringAnswer(reset)},
		{name: "closed after the request", registry: connectionFailed, answer: ignoringAnswer(hangUp)},
		{name: "reset after the request", registry: connectionFailed, answer: ignoringAnswer(reset)},
		{name: "closed in the status line", registry: connectionFailed, answer: answerText(inStatusLine)},
		{name: "closed in the header", registry: connectionFailed, answer: answerText(inHeader)},
		{name: "closed after a line of the header", registry: connectionFailed, answer: answerText(afterLine)},
		{name: "closed in the body", registry: connectionFailed, credentials: invalidCredentials, answer: answerText(inBody)},
		{name: "reset in the body", registry: connectionFailed, credentials: invalidCredentials, answer: answerThen(inBody, reset)},
		{name: "closed after a chunk", registry: connectionFailed, credentials: invalidCredentials, answer: answerText(afterChunk)},
	}
}

// hangFaults leave the client waiting at each stage, in silence or with a byte
// now and then; only the deadline ends them.
func hangFaults() []connFault {
	faults := []connFault{
		{name: "silence on accept", connect: ignoringAnswer(Silence)},
		{name: "silence after the request", answer: ignoringAnswer(Silence)},
		{name: "silence in the status line", answer: answerThen(inStatusLine, Silence)},
		{name: "silence in the header", answer: answerThen(inHeader, Silence)},
		{name: "silence before the body", credentials: invalidCredentials, answer: answerThen(afterHeader, Silence)},
		{name: "silence in the body", credentials: invalidCredentials, answer: answerThen(inBody, Silence)},
		{name: "silence in a body without length", credentials: invalidCredentials, answer: answerThen(unsized, Silence)},
		{name: "silence in the trailer", credentials: invalidCredentials, answer: answerThen(inTrailer, Silence)},
		{name: "a drip of header lines", answer: answerDrip(afterLine, "A: 1\r\n")},
		{name: "a drip in the body", credentials: invalidCredentials, answer: answerDrip(inBody, "x")},
	}
	for i := range faults {
		faults[i].registry = timedOut
	}
	return faults
}

// malformedFaults are no HTTP/1.1 (RFC 9112), one for each part of an answer:
// finding that out is net/http's, and they all end in the same words.
func malformedFaults() []connFault {
	return []connFault{
		{name: "an SSH server", registry: connectionFailed, connect: answerThen(func(validAnswer) string { return "SSH-2.0-OpenSSH_9.6\r\n" }, Silence)},
		{name: "no status line, as in HTTP/0.9", registry: connectionFailed, answer: answerText(func(s validAnswer) string { return s.body })},
		{name: "a header line without a colon", registry: connectionFailed, answer: answerHeaders("nothing here\r\n")},
		{name: "two lengths that differ", registry: connectionFailed, answer: answerHeaders("Content-Length: 10\r\n")},
		{name: "a chunk size that is no number", registry: connectionFailed, credentials: invalidCredentials, answer: answerText(func(s validAnswer) string { return inChunks(s) + "xyz\r\n" + s.body })},
	}
}

// toleratedFaults are unusual responses that a client must accept.
func toleratedFaults() []connFault {
	return []connFault{
		{name: "three interim answers", registry: invalidCredentials, service: exchangeAccepted, answer: answerText(func(s validAnswer) string {
			return strings.Repeat("HTTP/1.1 103 Early Hints\r\n\r\n", 3) + s.complete()
		})},
		{name: "a challenge that is not UTF-8", registry: invalidCredentials, service: exchangeAccepted, answer: answerHeaders("WWW-Authenticate: Basic realm=\"\xff\xfe\"\r\n")},
		{name: "two challenges of one scheme", registry: invalidCredentials, service: exchangeAccepted, answer: answerHeaders("WWW-Authenticate: Basic realm=\"other\"\r\n")},
		{name: "a length that is too short", registry: invalidCredentials, answer: answerText(func(s validAnswer) string { return s.head + "Content-Length: 5\r\n\r\n" + s.body })},
	}
}

// statusFaults are sound answers with a status that says nothing about
// credentials: one of each kind that is told apart.
func statusFaults() []connFault {
	return []connFault{
		{name: "status 000", registry: notARegistry, credentials: unexpectedAnswer, answer: answerStartLine("HTTP/1.1 000 Nothing")},
		{name: "status 101", registry: notARegistry, credentials: unexpectedAnswer, answer: answerStartLine("HTTP/1.1 101 Switching Protocols")},
		{name: "status 204", registry: notARegistry, credentials: unexpectedAnswer, answer: answerStartLine("HTTP/1.1 204 No Content")},
		{name: "status 206", registry: notARegistry, credentials: unexpectedAnswer, answer: answerStartLine("HTTP/1.1 206 Partial Content")},
		{name: "status 304", registry: notARegistry, credentials: unexpectedAnswer, answer: answerStartLine("HTTP/1.1 304 Not Modified")},
		{name: "status 400", registry: notARegistry, credentials: malformedCredentials, answer: answerStartLine("HTTP/1.1 400 Bad Request")},
		{name: "status 404", registry: notARegistry, credentials: unexpectedAnswer, answer: answerStartLine("HTTP/1.1 404 Not Found")},
		{name: "status 407", registry: proxyAuthRequired, service: proxyAuthRequired, answer: answerStartLine("HTTP/1.1 407 Proxy Authentication Required")},
		{name: "status 408", registry: timedOut, answer: answerStartLine("HTTP/1.1 408 Request Timeout")},
		{name: "status 429", registry: rateLimited, service: rateLimited, answer: answerStartLine("HTTP/1.1 429 Too Many Requests")},
		{name: "status 500", registry: serverError, answer: answerStartLine("HTTP/1.1 500 Internal Server Error")},
		{name: "status 999", registry: serverError, answer: answerStartLine("HTTP/1.1 999 Request Denied")},
	}
}

// endlessFaults never end or are far too large. A header must end within its
// bound. A body need not be read to its end: a status needs no body, a token
// does.
func endlessFaults() []connFault {
	return []connFault{
		{name: "an endless header line", registry: connectionFailed, big: true, answer: answerFlood(func(s validAnswer) string { return s.head + "X-Line: " }, "x")},
		{name: "endless header lines", registry: connectionFailed, big: true, answer: answerFlood(afterLine, "a:\r\n")},
		{name: "endless interim answers", registry: connectionFailed, big: true, answer: answerFlood(nothing, "HTTP/1.1 102 Processing\r\n\r\n")},
		{name: "an endless trailer", registry: connectionFailed, credentials: invalidCredentials, big: true, answer: answerFlood(inTrailer, "X-Line: 1\r\n")},
		{name: "endless chunks of one byte", registry: invalidCredentials, big: true, answer: answerFlood(inChunks, chunk("x"))},
		{name: "an endless body", registry: invalidCredentials, big: true, answer: answerFlood(func(s validAnswer) string { return s.head + "\r\n" }, "x")},
		{name: "a body of 1 GiB that begins well", registry: invalidCredentials, big: true, answer: answerFlood(func(s validAnswer) string {
			return s.head + "Content-Length: " + strconv.Itoa(floodLimit) + "\r\n\r\n" + s.body
		}, " ")},
		{name: "a body of 2 MiB", registry: invalidCredentials, answer: answerText(func(s validAnswer) string {
			return validAnswer{s.head, s.body + strings.Repeat(" ", 2<<20)}.complete()
		})},
		{name: "a length of 2^63 - 1", registry: connectionFailed, credentials: invalidCredentials, answer: answerText(func(s validAnswer) string {
			return s.head + "Content-Length: 9223372036854775807\r\n\r\n" + s.body
		})},
	}
}

// zeros are 16 MiB of zeros, packed. Members of gzip may follow each other (RFC
// 1952 section 2.2), so that a gigabyte needs to be packed once only.
var zeros = sync.OnceValue(func() string { return pack(make([]byte, 16<<20)) })

func pack(data []byte) string {
	var packed bytes.Buffer
	writer := gzip.NewWriter(&packed)
	_, _ = writer.Write(data) // a buffer takes everything
	_ = writer.Close()
	return packed.String()
}

// packedFaults are compressed, which no request asks for and any server may do
// where the request says nothing of it (RFC 9110 section 12.5.3).
func packedFaults() []connFault {
	packed := func(body func(s validAnswer) string) func(net.Conn, validAnswer) {
		return answerText(func(s validAnswer) string {
			return validAnswer{s.head + "Content-Encoding: gzip\r\n", body(s)}.complete()
		})
	}
	return []connFault{
		{name: "a gzip bomb of 48 MiB in 48 KiB", registry: invalidCredentials, big: true, answer: packed(func(validAnswer) string { return strings.Repeat(zeros(), 3) })},
		{name: "a gzip bomb of 1 GiB behind a sound body", registry: invalidCredentials, big: true, answer: packed(func(s validAnswer) string {
			return pack([]byte(s.body)) + strings.Repeat(zeros(), 64)
		})},
		{name: "half a gzip stream", registry: invalidCredentials, answer: packed(func(s validAnswer) string {
			whole := pack([]byte(s.body))
			return whole[:len(whole)/2]
		})},
		{name: "gzip that is none", registry: invalidCredentials, answer: packed(func(s validAnswer) string { return s.body })},
		{name: "an empty body called gzip", registry: invalidCredentials, answer: packed(nothing)},
		{name: "a sound body in gzip", registry: invalidCredentials, service: exchangeAccepted, answer: packed(func(s validAnswer) string { return pack([]byte(s.body)) })},
	}
}

// textFaults are bodies that are hard to show.
func textFaults() []connFault {
	body := func(text string) func(net.Conn, validAnswer) {
		return answerText(func(s validAnswer) string { return validAnswer{s.head, text}.complete() })
	}
	random := make([]byte, 1<<10)
	for i := range random {
		random[i] = byte(i * 7)
	}
	return []connFault{
		{name: "a body that is not UTF-8", registry: invalidCredentials, answer: body(string(random))},
		{name: "a body of NULs", registry: invalidCredentials, answer: body(strings.Repeat("\x00", 5000))},
		{name: "a body of terminal escapes", registry: invalidCredentials, answer: body(strings.Repeat("\x1b[2J\u202e", 500))},
	}
}
