package registry

import (
	"context"
	"net"
	"time"
)

// dialer opens a connection.
type dialer func(ctx context.Context, network, address string) (net.Conn, error)

// plainDial returns the dialer, or one of package net if it is nil.
func plainDial(dial dialer) dialer {
	if dial != nil {
		return dial
	}
	return (&net.Dialer{Resolver: resolver((&net.Dialer{}).DialContext)}).DialContext
}

// resolver returns a resolver that closes its connections when ctx ends. Package net
// alone would wait for a silent name server for the timeout of resolv.conf, even
// after the request has ended.
func resolver(dial dialer) *net.Resolver {
	return &net.Resolver{Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err == nil {
			context.AfterFunc(ctx, func() { _ = conn.Close() }) // the lookup returns to no caller any more
		}
		return conn, err
	}}
}

// deadlineKey is the context key of a request's deadline. net/http dials under a
// context that keeps the values of the request's and drops its deadline.
type deadlineKey struct{}

func withDeadline(ctx context.Context) context.Context {
	deadline, ok := ctx.Deadline()
	if !ok {
		return ctx
	}
	return context.WithValue(ctx, deadlineKey{}, deadline.Add(dialGrace))
}

// dialGrace is how long a dial may outlast the deadline of its request. Timers of one
// deadline fire in any order, and over HTTP/2 a connection that ends first looks like one
// that the server closed: the request's own context must end first, for a timeout.
const dialGrace = 100 * time.Millisecond

// boundDials wraps a dialer so that dialing, the proxy's response and the TLS
// handshake end soon after the deadline of the request. Otherwise a server that accepts a
// connection and sends nothing would keep a goroutine and a socket for each check.
// sendOnce removes the deadline from the connection that it gets.
func boundDials(dial dialer) dialer {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		deadline, ok := ctx.Value(deadlineKey{}).(time.Time)
		if !ok {
			return dial(ctx, network, address)
		}
		ctx, cancel := context.WithDeadline(ctx, deadline)
		defer cancel()
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		if err := conn.SetDeadline(deadline); err != nil {
			_ = conn.Close() // it cannot be used in time
			return nil, err
		}
		return conn, nil
	}
}
