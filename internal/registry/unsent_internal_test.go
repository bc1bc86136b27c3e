package registry

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"
)

// TestClient_SendOnce_UnsentWhileItWaitsForAConnection has a registry that never answers:
// ten requests hold its ten connections, and the eleventh waits for one.
func TestClient_SendOnce_UnsentWhileItWaitsForAConnection(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := NewClient(Options{Dial: func(context.Context, string, string) (net.Conn, error) {
			ours, theirs := net.Pipe()
			go func() { _, _ = io.Copy(io.Discard, theirs) }()
			return ours, nil
		}})
		req := request{method: http.MethodGet, url: "http://r.example.com", header: http.Header{}, limit: maxBodyBytes}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		asked := make(chan received, connections)
		for range connections {
			go func() { asked <- client.sendOnce(ctx, client.direct, req) }()
		}
		synctest.Wait() // each has its connection
		if r := client.sendOnce(ctx, client.direct, req); r.failure == nil || r.failure.Fault != FaultTimeout || !r.failure.unsent {
			t.Errorf("failure %+v of the eleventh, want a timeout that is unsent", r.failure)
		}
		for range connections {
			if r := <-asked; r.failure == nil || r.failure.Fault != FaultTimeout || r.failure.unsent {
				t.Errorf("failure %+v of the ten, want a timeout that was asked", r.failure)
			}
		}
		client.CloseIdleConnections()
	})
}

// TestClient_SendOnce_SentOnAKeptConnection: no connection is opened for it.
func TestClient_SendOnce_SentOnAKeptConnection(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	first := true // the server has one connection
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if !first {
			cancel()
			<-r.Context().Done()
		}
		first = false
	}))
	t.Cleanup(server.Close)
	dials := 0
	client := NewClient(Options{Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
		dials++
		return new(net.Dialer).DialContext(ctx, network, address)
	}})
	t.Cleanup(client.CloseIdleConnections)
	req := request{method: http.MethodGet, url: server.URL, header: http.Header{}, limit: maxBodyBytes}
	if r := client.sendOnce(t.Context(), client.direct, req); r.failure != nil {
		t.Fatalf("failure %+v", r.failure)
	}
	r := client.sendOnce(ctx, client.direct, req)
	if r.failure == nil || r.failure.Fault != FaultTimeout || r.failure.unsent || dials != 1 {
		t.Errorf("failure %+v after %d connections, want a timeout that was asked", r.failure, dials)
	}
}

// TestClient_SendOnce_Unsent has each way to end before or after a connection is
// asked for.
func TestClient_SendOnce_Unsent(t *testing.T) {
	t.Parallel()
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for _, row := range []struct {
		name string
		dial func(context.Context) error
		ctx  context.Context
		want bool
	}{
		{"the time was over before", nil, ended, true},
		{"time ran out while the connection was made", func(ctx context.Context) error { <-ctx.Done(); return io.ErrNoProgress }, t.Context(), false},
		{"nobody listens", func(context.Context) error { return io.ErrNoProgress }, t.Context(), false},
		{"the guard refuses the address", func(context.Context) error { return &unsafeError{errLinkLocal} }, t.Context(), true},
		{"the guard refuses a private address", func(context.Context) error { return &unsafeError{errPrivateAddress} }, t.Context(), true},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			ctx, end := context.WithTimeout(row.ctx, 200*time.Millisecond) // most of which is spent on the dial
			defer end()
			client := NewClient(Options{Dial: func(context.Context, string, string) (net.Conn, error) {
				if row.dial == nil {
					return nil, errors.New("nobody may dial")
				}
				return nil, row.dial(ctx)
			}})
			r := client.sendOnce(ctx, client.direct, request{method: http.MethodGet, url: "http://r.example.com", header: http.Header{}})
			if r.failure == nil || r.failure.unsent != row.want {
				t.Errorf("failure %+v, want unsent %t", r.failure, row.want)
			}
		})
	}
	realm := Challenge{Params: map[string]string{"realm": "http://169.254.169.254/token"}}
	endpoint, err := ParseEndpoint("http://r.example.com")
	if err != nil {
		t.Fatal(err)
	}
	got := NewClient(Options{}).Token(t.Context(), TokenRequest{Endpoint: endpoint, Challenge: realm, Challenged: endpoint.URL(), Reach: ReachPublic})
	if got.Failure == nil || got.Failure.Fault != FaultUnsafe || !got.Failure.unsent {
		t.Errorf("failure %+v of a realm that is refused", got.Failure)
	}
}
