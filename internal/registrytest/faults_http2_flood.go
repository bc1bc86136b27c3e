package registrytest

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"

	"golang.org/x/net/http2"
)

// repeats plays a step until the client leaves. It reads what the client says
// to it all the while, since a client that answers each frame would wait for a
// server that does not.
func repeats(step func(h http2Script) error) func(http2Script) error {
	return func(h http2Script) error {
		go func() { _, _ = io.Copy(io.Discard, h.conn) }() // it ends with the connection
		return repeatsDeaf(step)(h)
	}
}

// repeatsDeaf reads nothing: the client's answers stay with it.
func repeatsDeaf(step func(h http2Script) error) func(http2Script) error {
	return func(h http2Script) error {
		for {
			if err := step(h); err != nil {
				return err
			}
		}
	}
}

// http2FloodFaults send frames for ever that are no answer, and cost the client
// work or memory (as CVE-2019-9512, 9514, 9515, 9518, CVE-2023-45288 did to
// servers). A client may end that or be ended by its deadline; these do not
// break a rule by which it must see them.
func http2FloodFaults() []wireFault {
	settings := func(h http2Script) error { return h.WriteSettings() }
	var faults []wireFault
	add := func(name, reason string, connect func(net.Conn, sound)) {
		fault := wireFault{name: "HTTP/2: " + name, registry: reason, secure: true, roots: authority().pool, connect: connect}
		if reason == timedOut { // such a flood costs time, and nothing that is kept
			fault.deadline, fault.busy = hangs, true
		}
		faults = append(faults, fault)
	}
	add("a flood of SETTINGS", timedOut, http2Answer(then(repeats(settings))))
	add("a flood of SETTINGS by a deaf server", timedOut, http2Answer(then(repeatsDeaf(settings))))
	add("a flood of PING", timedOut, http2Answer(then(repeats(func(h http2Script) error { return h.WritePing(false, [8]byte{}) }))))
	add("a flood of PING by a deaf server", timedOut, http2Answer(then(repeatsDeaf(func(h http2Script) error { return h.WritePing(false, [8]byte{}) }))))
	add("a flood of unknown frames", timedOut, http2Answer(then(repeats(func(h http2Script) error { return h.WriteRawFrame(0xfa, 0, 0, make([]byte, 1<<10)) }))))
	add("a flood of empty DATA", timedOut, http2Answer(then(header(), repeats(data("")))))
	add("a flood of CONTINUATION", connectionFailed, http2Answer(then(func(h http2Script) error {
		return h.WriteHeaders(http2.HeadersFrameParam{StreamID: h.stream, BlockFragment: block(h.sound.fields())})
	}, repeats(func(h http2Script) error {
		return h.WriteContinuation(h.stream, false, block([]string{"x-line", "0123456789012345678901234567890123456789"}))
	}))))
	add("a flood of interim answers", connectionFailed, http2Answer(then(repeats(func(h http2Script) error { return h.fields(":status", "103") }))))
	return faults
}

// endlessOverHTTP2 is a sound server of HTTP/2 with a body that never ends.
func endlessOverHTTP2(t Cleaner) (Target, error) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("WWW-Authenticate", "Basic")
		w.WriteHeader(http.StatusUnauthorized)
		chunk := make([]byte, floodSize)
		for sent := 0; sent < floodLimit; sent += len(chunk) {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	}))
	server.EnableHTTP2 = true
	server.TLS = trustedServer()
	server.StartTLS()
	t.Cleanup(server.Close)
	return Target{Address: server.URL, Roots: authority().pool}, nil
}
