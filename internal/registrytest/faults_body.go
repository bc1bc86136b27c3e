package registrytest

import (
	"bytes"
	"compress/gzip"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
)

// sized is the sound answer with that Content-Length.
func sized(value string) func(net.Conn, sound) {
	return says(func(s sound) string { return s.head + "Content-Length: " + value + "\r\n\r\n" + s.body })
}

// lengthFaults are answers of which nobody knows where they end (RFC 9112
// section 6.3).
func lengthFaults() []wireFault {
	return []wireFault{
		{name: "a length that is too long", registry: connectionFailed, credentials: invalidCredentials, answer: sized("5000")},
		{name: "a length that is too short", registry: invalidCredentials, answer: sized("5")},
		{name: "a length of 2^63 - 1", registry: connectionFailed, credentials: invalidCredentials, answer: sized("9223372036854775807")},
		{name: "a length of 2^64", registry: connectionFailed, answer: sized("18446744073709551616")},
		{name: "a negative length", registry: connectionFailed, answer: sized("-5")},
		{name: "a length with a sign", registry: connectionFailed, answer: sized("+5")},
		{name: "a length in hexadecimal", registry: connectionFailed, answer: sized("0x50")},
		{name: "two lengths that differ", registry: connectionFailed, answer: sized("10\r\nContent-Length: 20")},
		{name: "two lengths that differ, in one line", registry: connectionFailed, answer: sized("10, 20")},
		// A length beside chunks does not count (RFC 9112 section 6.3, rule 3).
		{name: "a length beside chunks", registry: invalidCredentials, service: exchangeAccepted, answer: chunked(func(s sound) string { return chunk(s.body) + "0\r\n\r\n" }, "Content-Length: 3\r\n")},
	}
}

// chunk is one chunk with its data (RFC 9112 section 7.1).
func chunk(data string) string {
	return strconv.FormatInt(int64(len(data)), 16) + "\r\n" + data + "\r\n"
}

// chunked is the head of the sound answer with a body in chunks.
func chunked(body func(s sound) string, lines ...string) func(net.Conn, sound) {
	return says(func(s sound) string {
		return s.head + strings.Join(lines, "") + "Transfer-Encoding: chunked\r\n\r\n" + body(s)
	})
}

// floods is an answer that goes on for ever behind a beginning.
func floods(begin func(s sound) string, text string) func(net.Conn, sound) {
	return func(conn net.Conn, s sound) {
		say(conn, begin(s))
		flood(conn, strings.Repeat(text, floodSize/len(text)), floodLimit)
	}
}

// chunkFaults are bodies with bad chunks.
func chunkFaults() []wireFault {
	begin := func(s sound) string { return s.head + "Transfer-Encoding: chunked\r\n\r\n" }
	return []wireFault{
		{name: "a chunk size that is no number", registry: connectionFailed, credentials: invalidCredentials, answer: chunked(func(s sound) string { return "xyz\r\n" + s.body })},
		{name: "an empty chunk size", registry: connectionFailed, credentials: invalidCredentials, answer: chunked(func(s sound) string { return "\r\n" + s.body })},
		{name: "a negative chunk size", registry: connectionFailed, credentials: invalidCredentials, answer: chunked(func(s sound) string { return "-5\r\n" + s.body })},
		{name: "a chunk size over 64 bits", registry: connectionFailed, credentials: invalidCredentials, answer: chunked(func(s sound) string { return "fffffffffffffffff\r\n" + s.body })},
		{name: "a chunk of 2^63 - 1 bytes that ends", registry: connectionFailed, credentials: invalidCredentials, answer: chunked(func(s sound) string { return "7fffffffffffffff\r\n" + s.body })},
		{name: "a chunk longer than its size", registry: connectionFailed, credentials: invalidCredentials, answer: chunked(func(s sound) string { return "3\r\n" + s.body + "\r\n0\r\n\r\n" })},
		{name: "half a chunk", registry: connectionFailed, credentials: invalidCredentials, answer: chunked(func(s sound) string { return chunk(s.body)[:20] })},
		{name: "chunks without an end", registry: connectionFailed, credentials: invalidCredentials, answer: chunked(func(s sound) string { return chunk(s.body) })},
		{name: "an unknown coding", registry: connectionFailed, answer: says(func(s sound) string { return s.head + "Transfer-Encoding: zip\r\n\r\n" + s.body })},
		// A check that reads until its limit and judges by the status has all it needs.
		{name: "endless chunks", registry: invalidCredentials, big: true, answer: floods(begin, chunk(strings.Repeat("x", 1000)))},
		{name: "endless chunks of one byte", registry: invalidCredentials, big: true, answer: floods(begin, chunk("x"))},
		{name: "an endless chunk size", registry: connectionFailed, credentials: invalidCredentials, big: true, answer: floods(begin, "0")},
		// As in CVE-2023-39326.
		{name: "chunks that are extensions mostly", registry: connectionFailed, credentials: invalidCredentials, big: true, answer: floods(begin, "1;"+strings.Repeat("x", 2000)+"\r\nx\r\n")},
		{name: "an endless trailer", registry: connectionFailed, credentials: invalidCredentials, big: true, answer: floods(func(s sound) string { return begin(s) + "0\r\n" }, "X-Line: 1\r\n")},
	}
}

// hugeFaults are bodies that never end, of answers that say something all the
// same: a status needs no body, a token does.
func hugeFaults() []wireFault {
	return []wireFault{
		{name: "an endless body", registry: invalidCredentials, big: true, answer: floods(func(s sound) string { return s.head + "\r\n" }, "x")},
		{name: "a body of 1 GiB", registry: invalidCredentials, big: true, answer: floods(func(s sound) string {
			return s.head + "Content-Length: " + strconv.Itoa(floodLimit) + "\r\n\r\n"
		}, "x")},
		{name: "a body of 1 GiB that begins well", registry: invalidCredentials, big: true, answer: floods(func(s sound) string {
			return s.head + "Content-Length: " + strconv.Itoa(floodLimit) + "\r\n\r\n" + s.body
		}, " ")},
		{name: "a body of 2 MiB", registry: invalidCredentials, answer: says(func(s sound) string {
			return sound{s.head, s.body + strings.Repeat(" ", 2<<20)}.whole()
		})},
		{name: "one chunk of 1 GiB", registry: invalidCredentials, big: true, answer: floods(func(s sound) string {
			return s.head + "Transfer-Encoding: chunked\r\n\r\n40000000\r\n"
		}, "x")},
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

// packedFaults are compressed, which nobody asked for and anybody may do where
// the request says nothing of it (RFC 9110 section 12.5.3).
func packedFaults() []wireFault {
	packed := func(body func(s sound) string) func(net.Conn, sound) {
		return says(func(s sound) string {
			return sound{s.head + "Content-Encoding: gzip\r\n", body(s)}.whole()
		})
	}
	return []wireFault{
		{name: "a gzip bomb of 1 GiB", registry: invalidCredentials, big: true, answer: packed(func(sound) string { return strings.Repeat(zeros(), 64) })},
		{name: "a gzip bomb of 48 MiB in 48 KiB", registry: invalidCredentials, big: true, answer: packed(func(sound) string { return strings.Repeat(zeros(), 3) })},
		{name: "a gzip bomb of 1 GiB behind a sound body", registry: invalidCredentials, big: true, answer: packed(func(s sound) string {
			return pack([]byte(s.body)) + strings.Repeat(zeros(), 64)
		})},
		{name: "a broken gzip stream", registry: invalidCredentials, answer: packed(func(s sound) string {
			whole := pack([]byte(s.body))
			return whole[:12] + strings.Repeat("\xff", len(whole)-12)
		})},
		{name: "half a gzip stream", registry: invalidCredentials, answer: packed(func(s sound) string {
			whole := pack([]byte(s.body))
			return whole[:len(whole)/2]
		})},
		{name: "gzip that is none", registry: invalidCredentials, answer: packed(func(s sound) string { return s.body })},
		{name: "an empty body called gzip", registry: invalidCredentials, answer: packed(func(sound) string { return "" })},
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
		{name: "a body cut in the middle", registry: connectionFailed, credentials: invalidCredentials, answer: func(conn net.Conn, s sound) {
			whole := s.whole()
			_, _ = io.WriteString(conn, whole[:len(whole)-10]) // the rest is the fault
		}},
	}
}
