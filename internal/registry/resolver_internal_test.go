package registry

import (
	"context"
	"net"
	"sync"
	"testing"
	"time"
)

// closeNotifier closes a channel when its connection is closed.
type closeNotifier struct {
	net.Conn
	closed chan struct{}
	once   func()
}

func (c closeNotifier) Close() error {
	c.once()
	return c.Conn.Close()
}

// TestResolver_EndsWithItsContext has a name server that never
// answers. Package net alone would wait for it for five seconds.
func TestResolver_EndsWithItsContext(t *testing.T) {
	t.Parallel()
	silent, err := new(net.ListenConfig).ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = silent.Close() }) // it was only there
	opened := make(chan closeNotifier, 100)  // of every question, as resolv.conf makes them
	names := resolver(func(ctx context.Context, _, _ string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx, "udp", silent.LocalAddr().String())
		if err != nil {
			return nil, err
		}
		closed := make(chan struct{})
		c := closeNotifier{conn, closed, sync.OnceFunc(func() { close(closed) })}
		opened <- c
		return c, nil
	})
	names.PreferGo = true
	ctx, cancel := context.WithCancel(t.Context())
	go func() { _, _ = names.LookupHost(ctx, "registry.test") }() // it ends with ctx
	first := <-opened
	cancel()
	select {
	case <-first.closed:
	case <-time.After(3 * time.Second):
		t.Fatal("the name server is still waited for")
	}
}
