package registrytest

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// http2Script is one HTTP/2 connection (RFC 9113) as its server drives it.
type http2Script struct {
	*http2.Framer
	conn   net.Conn
	stream uint32 // of the request
	answer validAnswer
}

// http2Answer plays a script after the request of each connection.
func http2Answer(script func(h http2Script)) func(net.Conn, validAnswer) {
	return http2Connect(func(h http2Script) {
		if h.WriteSettings() != nil {
			return
		}
		for h.stream == 0 {
			frame, err := h.ReadFrame()
			if err != nil {
				return
			}
			switch frame := frame.(type) {
			case *http2.SettingsFrame:
				if !frame.IsAck() && h.WriteSettingsAck() != nil {
					return
				}
			case *http2.HeadersFrame:
				h.stream = frame.StreamID
			}
		}
		script(h)
	})
}

// http2Connect plays a script right after the client's preface (RFC 9113
// section 3.4).
func http2Connect(script func(h http2Script)) func(net.Conn, validAnswer) {
	config := trustedServer()
	config.NextProtos = []string{http2.NextProtoTLS}
	return overTLS(config, func(conn net.Conn, s validAnswer) {
		if _, err := io.CopyN(io.Discard, conn, int64(len(http2.ClientPreface))); err == nil {
			script(http2Script{Framer: http2.NewFramer(conn, conn), conn: conn, answer: s})
		}
	})
}

// then makes a script of steps, of which the first that fails is the last: the
// client has left.
func then(steps ...func(h http2Script) error) func(h http2Script) {
	return func(h http2Script) {
		for _, step := range steps {
			if step(h) != nil {
				return
			}
		}
	}
}

func stay(h http2Script) error {
	_, err := io.Copy(io.Discard, h.conn)
	return err
}

func goAway(last uint32, code http2.ErrCode) func(http2Script) error {
	return func(h http2Script) error { return h.WriteGoAway(last, code, nil) }
}

func resetStream(code http2.ErrCode) func(http2Script) error {
	return func(h http2Script) error { return h.WriteRSTStream(h.stream, code) }
}

// header sends the header of the sound answer.
func header(h http2Script) error { return h.fields(h.answer.fields()...) }

// fields sends names and values as one header.
func (h http2Script) fields(fields ...string) error {
	return h.WriteHeaders(http2.HeadersFrameParam{StreamID: h.stream, BlockFragment: block(fields), EndHeaders: true})
}

func block(fields []string) []byte {
	var block bytes.Buffer
	encoder := hpack.NewEncoder(&block)
	for i := 0; i+1 < len(fields); i += 2 {
		_ = encoder.WriteField(hpack.HeaderField{Name: fields[i], Value: fields[i+1]}) // a buffer takes everything
	}
	return block.Bytes()
}

// fields are the names and values of a sound answer's header, without what
// HTTP/2 has no use for (RFC 9113 section 8.2.2).
func (s validAnswer) fields() []string {
	lines := strings.Split(strings.TrimSpace(s.head), "\r\n")
	fields := []string{":status", strings.Fields(lines[0])[1]}
	for _, line := range lines[1:] {
		if name, value, _ := strings.Cut(line, ": "); name != "Connection" {
			fields = append(fields, strings.ToLower(name), value)
		}
	}
	return fields
}

func data(text string) func(http2Script) error {
	return func(h http2Script) error { return h.WriteData(h.stream, false, []byte(text)) }
}

func body(h http2Script) error { return h.WriteData(h.stream, true, []byte(h.answer.body)) }

// http2Faults break single connections or requests. net/http asks again, on
// another connection and later, where a server says that it did nothing (RFC
// 9113 section 8.7); one that always says so is an outage.
func http2Faults() []connFault {
	const (
		none     = http2.ErrCodeNo
		refusal  = http2.ErrCodeRefusedStream
		internal = http2.ErrCodeInternal
	)
	var faults []connFault
	add := func(name, reason string, connect func(net.Conn, validAnswer)) {
		faults = append(faults, secure("HTTP/2: "+name, reason, connect))
	}
	add("HTTP/1.1 instead", connectionFailed, http2Connect(then(func(h http2Script) error { say(h.conn, h.answer.complete()); return nil }, stay)))
	add("silence after the request", timedOut, http2Answer(then(stay)))
	add("silence in the body", timedOut, http2Answer(then(header, data("{"), stay)))
	add("closed in the body", connectionFailed, http2Answer(then(header, data("{"))))
	settings := func(h http2Script) error { return h.WriteSettings() }
	// Package net/http keeps a connection whose GOAWAY came before any request until
	// it has been idle for long, so that these servers hang up themselves.
	add("GOAWAY at once", timedOut, http2Connect(then(settings, goAway(0, none))))
	faults[len(faults)-1].altRegistry = connectionFailed
	add("the request refused", timedOut, http2Answer(then(resetStream(refusal), stay)))
	add("GOAWAY after the header, then a sound end", invalidCredentials, http2Answer(then(header, goAway(1, none), body, stay)))
	faults[len(faults)-1].service = exchangeAccepted
	add("the request reset with an error", connectionFailed, http2Answer(then(resetStream(internal), stay)))
	add("reset in the body", connectionFailed, http2Answer(then(header, data("{"), resetStream(internal), stay)))
	add("no status", connectionFailed, http2Answer(then(func(h http2Script) error { return h.fields("a", "b") }, stay)))
	add("a header of 1 MiB", connectionFailed, http2Answer(longHeader))
	return faults
}

// longHeader sends a header of 1 MiB, in as many frames as it takes.
func longHeader(h http2Script) {
	fields := h.answer.fields()
	for i := range 16 {
		fields = append(fields, "x-line-"+strconv.Itoa(i), strings.Repeat("#", 64<<10))
	}
	block := block(fields)
	const frame = 16 << 10 // more is not allowed without being asked (RFC 9113 section 4.2)
	err := h.WriteHeaders(http2.HeadersFrameParam{StreamID: h.stream, BlockFragment: block[:frame]})
	for block = block[frame:]; err == nil && len(block) > 0; block = block[min(frame, len(block)):] {
		err = h.WriteContinuation(h.stream, len(block) <= frame, block[:min(frame, len(block))])
	}
	_ = stay(h) // until the client leaves
}

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
func http2FloodFaults() []connFault {
	var faults []connFault
	add := func(name, reason string, connect func(net.Conn, validAnswer)) {
		fault := secure("HTTP/2: "+name, reason, connect)
		fault.busy = reason == timedOut // such a flood costs time, and nothing that is kept
		faults = append(faults, fault)
	}
	add("a flood of PING", timedOut, http2Answer(then(repeats(func(h http2Script) error { return h.WritePing(false, [8]byte{}) }))))
	add("a flood of PING by a deaf server", timedOut, http2Answer(then(repeatsDeaf(func(h http2Script) error { return h.WritePing(false, [8]byte{}) }))))
	add("a flood of unknown frames", timedOut, http2Answer(then(repeats(func(h http2Script) error { return h.WriteRawFrame(0xfa, 0, 0, make([]byte, 1<<10)) }))))
	add("a flood of empty DATA", timedOut, http2Answer(then(header, repeats(data("")))))
	add("a flood of CONTINUATION", connectionFailed, http2Answer(then(func(h http2Script) error {
		return h.WriteHeaders(http2.HeadersFrameParam{StreamID: h.stream, BlockFragment: block(h.answer.fields())})
	}, repeats(func(h http2Script) error {
		return h.WriteContinuation(h.stream, false, block([]string{"x-line", "0123456789012345678901234567890123456789"}))
	}))))
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
