package registrytest

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
)

// Serve listens on loopback and hands every connection to handle, which must
// return when the connection is closed. The address is host:port.
func Serve(t Cleaner, handle func(net.Conn)) (address string, err error) {
	var config net.ListenConfig
	listener, err := config.Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	server := &faultServer{handle: handle, open: map[net.Conn]bool{}}
	server.done.Add(1)
	go server.accept(listener)
	t.Cleanup(func() {
		_ = listener.Close() // the test is over
		server.closeAll()
		server.done.Wait()
	})
	return listener.Addr().String(), nil
}

type faultServer struct {
	handle func(net.Conn)
	done   sync.WaitGroup

	mu     sync.Mutex
	closed bool
	open   map[net.Conn]bool
}

func (s *faultServer) accept(listener net.Listener) {
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

func (s *faultServer) add(conn net.Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		_ = conn.Close() // nobody waits for it
		return false
	}
	s.open[conn] = true
	return true
}

func (s *faultServer) remove(conn net.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_ = conn.Close() // handle may have closed it already
	delete(s.open, conn)
}

func (s *faultServer) closeAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	for conn := range s.open {
		_ = conn.Close() // wakes handle
	}
}

// Silence accepts and says nothing.
func Silence(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) }

// HangUp closes as soon as a request has arrived.
func HangUp(conn net.Conn) { readRequest(conn) }

// Say answers each request with text and closes the connection.
func Say(text string) func(net.Conn) {
	return func(conn net.Conn) {
		readRequest(conn)
		_, _ = io.WriteString(conn, text) // the client may have left
	}
}

// SayThenSilence answers with text and then leaves the connection open.
func SayThenSilence(text string) func(net.Conn) {
	return func(conn net.Conn) {
		readRequest(conn)
		_, _ = io.WriteString(conn, text) // the client may have left
		Silence(conn)
	}
}

// Endless answers with head, then with bytes of body until the client leaves or
// limit bytes are sent.
func Endless(head string, limit int) func(net.Conn) {
	chunk := []byte(strings.Repeat("x", 64<<10))
	return func(conn net.Conn) {
		readRequest(conn)
		_, err := io.WriteString(conn, head)
		for sent := 0; err == nil && sent < limit; sent += len(chunk) {
			_, err = conn.Write(chunk)
		}
	}
}

// readRequest reads up to the empty line that ends a request's header.
func readRequest(conn net.Conn) {
	var last [4]byte
	one := make([]byte, 1)
	for string(last[:]) != "\r\n\r\n" {
		if _, err := conn.Read(one); err != nil {
			return
		}
		copy(last[:], last[1:])
		last[3] = one[0]
	}
}
