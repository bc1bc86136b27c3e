package registry_test

import (
	"context"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/registrytest"
)

// closeNotifier closes a channel when its connection is closed.
type closeNotifier struct {
	net.Conn
	closed chan<- struct{}
}

func (c closeNotifier) Close() error {
	select {
	case c.closed <- struct{}{}:
	default:
	}
	return c.Conn.Close()
}

// TestClient_Ask_ClosesTheConnectionAtItsDeadline: net/http dials under a
// context of its own, and would keep the socket of a server that says nothing.
func TestClient_Ask_ClosesTheConnectionAtItsDeadline(t *testing.T) {
	t.Parallel()
	for name, start := range map[string]setUp{
		"in the handshake": serve("https://", registrytest.Silence),
		"in the header":    serve("http://", registrytest.Silence),
		"in the body":      serve("http://", registrytest.SayThenSilence("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n")),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			address, options := start(t)
			closed := make(chan struct{}, 1)
			options.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
				conn, err := new(net.Dialer).DialContext(ctx, network, address)
				return closeNotifier{conn, closed}, err
			}
			ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
			defer cancel()
			newClient(t, options).Ask(ctx, parse(t, address), registry.Credential{})
			select {
			case <-closed:
			case <-time.After(20 * time.Second):
				t.Error("the connection is still open")
			}
		})
	}
}

// TestClient_Ask_ReturnsASwitchOfProtocols: net/http hands the connection itself over,
// which no context ends.
func TestClient_Ask_ReturnsASwitchOfProtocols(t *testing.T) {
	t.Parallel()
	address, options := serve("http://", registrytest.SayThenSilence("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n"))(t)
	answer := newClient(t, options).Ask(t.Context(), parse(t, address), registry.Credential{})
	if answer.Status != http.StatusSwitchingProtocols || answer.Failure != nil {
		t.Errorf("answer %+v, failure %+v", answer, answer.Failure)
	}
}

// TestClient_Ask_ClearsTheDeadlineOfAKeptConnection: the deadline of the first request must
// not end the second.
func TestClient_Ask_ClearsTheDeadlineOfAKeptConnection(t *testing.T) {
	t.Parallel()
	fake := registrytest.New(t, func(string) registrytest.Response { return registrytest.OK() })
	deadlines := make(chan time.Time, 8)
	client := newClient(t, registry.Options{Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx, network, address)
		return deadlineRecorder{conn, deadlines}, err
	}})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	client.Ask(ctx, parse(t, fake.URL), registry.Credential{})
	if first, second := <-deadlines, <-deadlines; first.IsZero() || !second.IsZero() {
		t.Errorf("deadlines %v and %v, want one while connecting and none after", first, second)
	}
}

type deadlineRecorder struct {
	net.Conn
	set chan<- time.Time
}

func (d deadlineRecorder) SetDeadline(at time.Time) error {
	d.set <- at
	return d.Conn.SetDeadline(at)
}
