package registrytest

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Serve listens on loopback and hands every connection to handle, which must
// return when the connection is closed. The address is host:port.
func Serve(t Cleaner, handle func(net.Conn)) (address string, err error) {
	var config net.ListenConfig
	listener, err := config.Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	server := &connServer{handle: handle, open: map[net.Conn]bool{}}
	server.done.Add(1)
	go server.accept(listener)
	t.Cleanup(func() {
		_ = listener.Close() // the test is over
		server.closeAll()
		server.done.Wait()
	})
	return listener.Addr().String(), nil
}

// connServer hands out connections and closes those that are left at its end.
type connServer struct {
	handle func(net.Conn)
	done   sync.WaitGroup

	mu     sync.Mutex
	closed bool
	open   map[net.Conn]bool
}

func (s *connServer) accept(listener net.Listener) {
	defer s.done.Done()
	for {
		conn, err := listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil || !s.add(conn) {
			continue
		}
		s.done.Go(func() {
			defer s.remove(conn)
			s.handle(conn)
		})
	}
}

func (s *connServer) add(conn net.Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		_ = conn.Close() // the server has ended
		return false
	}
	s.open[conn] = true
	return true
}

func (s *connServer) remove(conn net.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_ = conn.Close() // handle may have closed it already
	delete(s.open, conn)
}

func (s *connServer) closeAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	for conn := range s.open {
		_ = conn.Close() // wakes handle
	}
}

// Silence reads until the client leaves, and writes nothing.
func Silence(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) }

// HangUp closes as soon as a request has arrived.
func HangUp(conn net.Conn) { _, _ = readHead(conn) }

// Say makes a handler that answers a request with text and closes the connection.
func Say(text string) func(net.Conn) { return sayThen(text, func(net.Conn) {}) }

// SayThenSilence makes a handler that answers with text and leaves the connection open.
func SayThenSilence(text string) func(net.Conn) { return sayThen(text, Silence) }

// Endless makes a handler that answers with head, then with bytes of body until the
// client leaves or limit bytes are sent.
func Endless(head string, limit int) func(net.Conn) {
	return sayThen(head, func(conn net.Conn) { flood(conn, strings.Repeat("x", floodSize), limit) })
}

// SayToHello makes a handler that reads the first record of a TLS client (RFC 8446
// section 5.1), answers with text and then calls end.
func SayToHello(text string, end func(net.Conn)) func(net.Conn) {
	return func(conn net.Conn) {
		header := make([]byte, 5)
		if _, err := io.ReadFull(conn, header); err != nil {
			return
		}
		if _, err := io.CopyN(io.Discard, conn, int64(binary.BigEndian.Uint16(header[3:]))); err != nil {
			return
		}
		say(conn, text)
		end(conn)
	}
}

// DialRefused asks for a connection that is refused. The port to which it goes is
// taken by the near end of a connection to address, so that no server can be
// listening there meanwhile.
func DialRefused(ctx context.Context, network, address string) (net.Conn, error) {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	defer hangUp(conn)
	return dialer.DialContext(ctx, network, conn.LocalAddr().String())
}

// sayThen makes a handler that answers a request with text and then calls end.
func sayThen(text string, end func(net.Conn)) func(net.Conn) {
	return func(conn net.Conn) {
		if _, err := readHead(conn); err == nil {
			say(conn, text)
			end(conn)
		}
	}
}

// readHead reads a request, of which a GET has no more.
func readHead(conn net.Conn) (*http.Request, error) { return http.ReadRequest(bufio.NewReader(conn)) }

// say writes the parts. It ignores errors, since the client may have left.
func say(conn net.Conn, parts ...string) {
	_, _ = io.WriteString(conn, strings.Join(parts, ""))
}

// What a flood writes at once, and where it ends for a client that never leaves.
const (
	floodSize  = 64 << 10
	floodLimit = 1 << 30
)

// flood writes the text until the client leaves or limit bytes are sent.
func flood(conn net.Conn, text string, limit int) {
	bytes := []byte(text)
	for sent := 0; sent < limit; sent += len(bytes) {
		if _, err := conn.Write(bytes); err != nil {
			return
		}
	}
}

// drip writes the text now and then until the client leaves.
func drip(conn net.Conn, text string) {
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for range ticker.C {
		if _, err := io.WriteString(conn, text); err != nil {
			return
		}
	}
}

// hangUp ends a connection by FIN.
func hangUp(conn net.Conn) { _ = conn.Close() } // it may be closed already

// reset ends a connection by RST: what is not sent yet is dropped.
func reset(conn net.Conn) {
	if tcp, ok := conn.(interface{ SetLinger(seconds int) error }); ok {
		_ = tcp.SetLinger(0) // otherwise it ends by FIN, which the row shows
	}
	hangUp(conn)
}
