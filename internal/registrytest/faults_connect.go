package registrytest

import (
	"net"
)

// connectFaults end the connection at each stage.
func connectFaults() []wireFault {
	closes := func(conn net.Conn, _ sound) { _ = conn.Close() } // that is the fault
	resets := func(conn net.Conn, _ sound) { reset(conn) }
	then := func(text func(s sound) string, end func(net.Conn, sound)) func(net.Conn, sound) {
		return func(conn net.Conn, s sound) {
			say(conn, text(s))
			end(conn, s)
		}
	}
	banner := func(text string) func(net.Conn, sound) {
		return func(conn net.Conn, _ sound) {
			say(conn, text)
			Silence(conn)
		}
	}
	head := func(s sound) string { return s.head[:40] }
	body := func(s sound) string { return s.whole()[:len(s.whole())-10] }
	return []wireFault{
		{name: "nothing listens", registry: connectionRefused, connect: closes, dial: DialRefused},
		{name: "closed on accept", registry: connectionFailed, connect: closes},
		{name: "reset on accept", registry: connectionFailed, connect: resets},
		{name: "closed after the request", registry: connectionFailed, answer: closes},
		{name: "reset after the request", registry: connectionFailed, answer: resets},
		{name: "closed in the header", registry: connectionFailed, answer: then(head, closes)},
		{name: "reset in the header", registry: connectionFailed, answer: then(head, resets)},
		{name: "closed in the body", registry: connectionFailed, credentials: invalidCredentials, answer: then(body, closes)},
		{name: "reset in the body", registry: connectionFailed, credentials: invalidCredentials, answer: then(body, resets)},
		{name: "an SSH server", registry: connectionFailed, connect: banner("SSH-2.0-OpenSSH_9.6\r\n")},
		{name: "an SMTP server", registry: connectionFailed, connect: banner("220 mail.example.com ESMTP\r\n")},
	}
}

// hangFaults leave the client waiting at each stage, in silence or with a byte
// now and then; only the deadline ends them.
func hangFaults() []wireFault {
	silence := func(conn net.Conn, _ sound) { Silence(conn) }
	then := func(text func(s sound) string, end func(net.Conn, sound)) func(net.Conn, sound) {
		return func(conn net.Conn, s sound) {
			say(conn, text(s))
			end(conn, s)
		}
	}
	half := func(s sound) string { return s.head[:40] }
	line := func(s sound) string { return s.head + "X-Line: " }
	body := func(s sound) string { return s.head + "Content-Length: 5000\r\n\r\n" + s.body }
	unsized := func(s sound) string { return s.head + "\r\n" + s.body }
	chunks := func(s sound) string { return s.head + "Transfer-Encoding: chunked\r\n\r\n" + chunk(s.body) }
	faults := []wireFault{
		{name: "silence on accept", connect: silence},
		{name: "silence after the request", answer: silence},
		{name: "silence in the status line", answer: then(func(sound) string { return "HTTP/1.1 4" }, silence)},
		{name: "silence in the header", answer: then(half, silence)},
		{name: "silence before the body", credentials: invalidCredentials, answer: then(func(s sound) string { return s.head + "Content-Length: 50\r\n\r\n" }, silence)},
		{name: "silence in the body", credentials: invalidCredentials, answer: then(body, silence)},
		{name: "silence in a body without length", credentials: invalidCredentials, answer: then(unsized, silence)},
		{name: "silence in a chunk", credentials: invalidCredentials, answer: then(func(s sound) string { return chunks(s) + "ff\r\nabc" }, silence)},
		{name: "silence in a chunk size", credentials: invalidCredentials, answer: then(func(s sound) string { return chunks(s) + "f" }, silence)},
		{name: "silence in the trailer", credentials: invalidCredentials, answer: then(func(s sound) string { return chunks(s) + "0\r\nX-Line: 1\r\n" }, silence)},
		{name: "silence after an interim answer", answer: then(func(sound) string { return "HTTP/1.1 100 Continue\r\n\r\n" }, silence)},
		{name: "a drip in the status line", answer: drips(func(sound) string { return "HTTP/1.1 401 " }, "x")},
		{name: "a drip in a header line", answer: drips(line, "x")},
		{name: "a drip of header lines", answer: drips(func(s sound) string { return s.head }, "A: 1\r\n")},
		{name: "a drip in the body", credentials: invalidCredentials, answer: drips(body, "x")},
		{name: "a drip in a body without length", credentials: invalidCredentials, answer: drips(unsized, " ")},
		{name: "a drip of chunks", credentials: invalidCredentials, answer: drips(chunks, chunk(" "))},
	}
	for i := range faults {
		faults[i].registry, faults[i].deadline = timedOut, hangs
	}
	return faults
}

// drips is an answer that goes on by a few bytes now and then, as long as the
// client stays.
func drips(begin func(s sound) string, text string) func(net.Conn, sound) {
	return func(conn net.Conn, s sound) {
		say(conn, begin(s))
		drip(conn, text)
	}
}
