package registrytest

import (
	"bytes"
	"compress/gzip"
	"net"
	"strconv"
	"strings"
	"sync"
)

// whole is the sound answer, complete.
func (s sound) whole() string {
	return s.head + "Content-Length: " + strconv.Itoa(len(s.body)) + "\r\n\r\n" + s.body
}

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

// adds makes an answer with more header lines, each ended.
func adds(lines string) func(net.Conn, sound) {
	return says(func(s sound) string { return sound{s.head + lines, s.body}.whole() })
}

// floods makes an answer that goes on for ever behind a beginning.
func floods(begin func(s sound) string, text string) func(net.Conn, sound) {
	return begins(begin, func(conn net.Conn) { flood(conn, strings.Repeat(text, floodSize/len(text)), floodLimit) })
}

// drips makes an answer that goes on by a few bytes now and then, as long as the
// client stays.
func drips(begin func(s sound) string, text string) func(net.Conn, sound) {
	return begins(begin, func(conn net.Conn) { drip(conn, text) })
}

// begins makes an answer of a beginning, and of what end does then.
func begins(begin func(s sound) string, end func(net.Conn)) func(net.Conn, sound) {
	return func(conn net.Conn, s sound) {
		say(conn, begin(s))
		end(conn)
	}
}

// Where an answer may stop.
func inStatusLine(sound) string  { return "HTTP/1.1 4" }
func inHeader(s sound) string    { return s.head[:40] }
func afterLine(s sound) string   { return s.head }
func afterHeader(s sound) string { return s.head + "Content-Length: 5000\r\n\r\n" }
func inBody(s sound) string      { return afterHeader(s) + s.body }
func unsized(s sound) string     { return s.head + "\r\n" + s.body }
func inChunks(s sound) string    { return s.head + "Transfer-Encoding: chunked\r\n\r\n" }
func afterChunk(s sound) string  { return inChunks(s) + chunk(s.body) }
func inTrailer(s sound) string   { return afterChunk(s) + "0\r\n" }

func nothing(sound) string { return "" }

// chunk is one chunk with its data (RFC 9112 section 7.1).
func chunk(data string) string {
	return strconv.FormatInt(int64(len(data)), 16) + "\r\n" + data + "\r\n"
}

// cutFaults end the connection at each stage: by FIN, and by RST where the
// client gets another error by it.
func cutFaults() []wireFault {
	return []wireFault{
		{name: "nothing listens", registry: connectionRefused, connect: alone(hangUp), dial: DialRefused},
		{name: "closed on accept", registry: connectionFailed, connect: alone(hangUp)},
		{name: "reset on accept", registry: connectionFailed, connect: alone(reset)},
		{name: "closed after the request", registry: connectionFailed, answer: alone(hangUp)},
		{name: "reset after the request", registry: connectionFailed, answer: alone(reset)},
		{name: "closed in the status line", registry: connectionFailed, answer: says(inStatusLine)},
		{name: "closed in the header", registry: connectionFailed, answer: says(inHeader)},
		{name: "closed after a line of the header", registry: connectionFailed, answer: says(afterLine)},
		{name: "closed in the body", registry: connectionFailed, credentials: invalidCredentials, answer: says(inBody)},
		{name: "reset in the body", registry: connectionFailed, credentials: invalidCredentials, answer: begins(inBody, reset)},
		{name: "closed after a chunk", registry: connectionFailed, credentials: invalidCredentials, answer: says(afterChunk)},
	}
}

// hangFaults leave the client waiting at each stage, in silence or with a byte
// now and then; only the deadline ends them.
func hangFaults() []wireFault {
	faults := []wireFault{
		{name: "silence on accept", connect: alone(Silence)},
		{name: "silence after the request", answer: alone(Silence)},
		{name: "silence in the status line", answer: begins(inStatusLine, Silence)},
		{name: "silence in the header", answer: begins(inHeader, Silence)},
		{name: "silence before the body", credentials: invalidCredentials, answer: begins(afterHeader, Silence)},
		{name: "silence in the body", credentials: invalidCredentials, answer: begins(inBody, Silence)},
		{name: "silence in a body without length", credentials: invalidCredentials, answer: begins(unsized, Silence)},
		{name: "silence in the trailer", credentials: invalidCredentials, answer: begins(inTrailer, Silence)},
		{name: "a drip of header lines", answer: drips(afterLine, "A: 1\r\n")},
		{name: "a drip in the body", credentials: invalidCredentials, answer: drips(inBody, "x")},
	}
	for i := range faults {
		faults[i].registry = timedOut
	}
	return faults
}

// malformedFaults are no HTTP/1.1 (RFC 9112), one for each part of an answer:
// finding that out is net/http's, and they all end in the same words.
func malformedFaults() []wireFault {
	return []wireFault{
		{name: "an SSH server", registry: connectionFailed, connect: begins(func(sound) string { return "SSH-2.0-OpenSSH_9.6\r\n" }, Silence)},
		{name: "no status line, as in HTTP/0.9", registry: connectionFailed, answer: says(func(s sound) string { return s.body })},
		{name: "a header line without a colon", registry: connectionFailed, answer: adds("nothing here\r\n")},
		{name: "two lengths that differ", registry: connectionFailed, answer: adds("Content-Length: 10\r\n")},
		{name: "a chunk size that is no number", registry: connectionFailed, credentials: invalidCredentials, answer: says(func(s sound) string { return inChunks(s) + "xyz\r\n" + s.body })},
	}
}

// oddFaults are answers with an oddity that a client must take as they are.
func oddFaults() []wireFault {
	return []wireFault{
		{name: "three interim answers", registry: invalidCredentials, service: exchangeAccepted, answer: says(func(s sound) string {
			return strings.Repeat("HTTP/1.1 103 Early Hints\r\n\r\n", 3) + s.whole()
		})},
		{name: "a challenge that is not UTF-8", registry: invalidCredentials, service: exchangeAccepted, answer: adds("WWW-Authenticate: Basic realm=\"\xff\xfe\"\r\n")},
		{name: "two challenges of one scheme", registry: invalidCredentials, service: exchangeAccepted, answer: adds("WWW-Authenticate: Basic realm=\"other\"\r\n")},
		{name: "a length that is too short", registry: invalidCredentials, answer: says(func(s sound) string { return s.head + "Content-Length: 5\r\n\r\n" + s.body })},
	}
}

// statusFaults are sound answers with a status that says nothing about
// credentials: one of each kind that is told apart.
func statusFaults() []wireFault {
	return []wireFault{
		{name: "status 000", registry: notARegistry, answer: starts("HTTP/1.1 000 Nothing")},
		{name: "status 101", registry: notARegistry, answer: starts("HTTP/1.1 101 Switching Protocols")},
		{name: "status 204", registry: notARegistry, answer: starts("HTTP/1.1 204 No Content")},
		{name: "status 206", registry: notARegistry, answer: starts("HTTP/1.1 206 Partial Content")},
		{name: "status 304", registry: notARegistry, answer: starts("HTTP/1.1 304 Not Modified")},
		{name: "status 400", registry: notARegistry, credentials: malformedCredentials, answer: starts("HTTP/1.1 400 Bad Request")},
		{name: "status 404", registry: notARegistry, answer: starts("HTTP/1.1 404 Not Found")},
		{name: "status 407", registry: proxyAuthRequired, service: proxyAuthRequired, answer: starts("HTTP/1.1 407 Proxy Authentication Required")},
		{name: "status 408", registry: timedOut, answer: starts("HTTP/1.1 408 Request Timeout")},
		{name: "status 429", registry: rateLimited, service: rateLimited, answer: starts("HTTP/1.1 429 Too Many Requests")},
		{name: "status 500", registry: serverError, answer: starts("HTTP/1.1 500 Internal Server Error")},
		{name: "status 999", registry: serverError, answer: starts("HTTP/1.1 999 Request Denied")},
	}
}

// endlessFaults never end or are far too large. A header must end within its
// bound. A body need not be read to its end: a status needs no body, a token
// does.
func endlessFaults() []wireFault {
	return []wireFault{
		{name: "an endless header line", registry: connectionFailed, big: true, answer: floods(func(s sound) string { return s.head + "X-Line: " }, "x")},
		{name: "endless header lines", registry: connectionFailed, big: true, answer: floods(afterLine, "a:\r\n")},
		{name: "endless interim answers", registry: connectionFailed, big: true, answer: floods(nothing, "HTTP/1.1 102 Processing\r\n\r\n")},
		{name: "an endless trailer", registry: connectionFailed, credentials: invalidCredentials, big: true, answer: floods(inTrailer, "X-Line: 1\r\n")},
		{name: "endless chunks of one byte", registry: invalidCredentials, big: true, answer: floods(inChunks, chunk("x"))},
		{name: "an endless body", registry: invalidCredentials, big: true, answer: floods(func(s sound) string { return s.head + "\r\n" }, "x")},
		{name: "a body of 1 GiB that begins well", registry: invalidCredentials, big: true, answer: floods(func(s sound) string {
			return s.head + "Content-Length: " + strconv.Itoa(floodLimit) + "\r\n\r\n" + s.body
		}, " ")},
		{name: "a body of 2 MiB", registry: invalidCredentials, answer: says(func(s sound) string {
			return sound{s.head, s.body + strings.Repeat(" ", 2<<20)}.whole()
		})},
		{name: "a length of 2^63 - 1", registry: connectionFailed, credentials: invalidCredentials, answer: says(func(s sound) string {
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
func packedFaults() []wireFault {
	packed := func(body func(s sound) string) func(net.Conn, sound) {
		return says(func(s sound) string {
			return sound{s.head + "Content-Encoding: gzip\r\n", body(s)}.whole()
		})
	}
	return []wireFault{
		{name: "a gzip bomb of 48 MiB in 48 KiB", registry: invalidCredentials, big: true, answer: packed(func(sound) string { return strings.Repeat(zeros(), 3) })},
		{name: "a gzip bomb of 1 GiB behind a sound body", registry: invalidCredentials, big: true, answer: packed(func(s sound) string {
			return pack([]byte(s.body)) + strings.Repeat(zeros(), 64)
		})},
		{name: "half a gzip stream", registry: invalidCredentials, answer: packed(func(s sound) string {
			whole := pack([]byte(s.body))
			return whole[:len(whole)/2]
		})},
		{name: "gzip that is none", registry: invalidCredentials, answer: packed(func(s sound) string { return s.body })},
		{name: "an empty body called gzip", registry: invalidCredentials, answer: packed(nothing)},
		{name: "a sound body in gzip", registry: invalidCredentials, service: exchangeAccepted, answer: packed(func(s sound) string { return pack([]byte(s.body)) })},
	}
}

// textFaults are bodies that are hard to show.
func textFaults() []wireFault {
	body := func(text string) func(net.Conn, sound) {
		return says(func(s sound) string { return sound{s.head, text}.whole() })
	}
	random := make([]byte, 1<<10)
	for i := range random {
		random[i] = byte(i * 7)
	}
	return []wireFault{
		{name: "a body that is not UTF-8", registry: invalidCredentials, answer: body(string(random))},
		{name: "a body of NULs", registry: invalidCredentials, answer: body(strings.Repeat("\x00", 5000))},
		{name: "a body of terminal escapes", registry: invalidCredentials, answer: body(strings.Repeat("\x1b[2J\u202e", 500))},
	}
}
