package registry

import (
	"context"
	"net"
	"time"
)

// dialer opens a connection.
type dialer func(ctx context.Context, network, address string) (net.Conn, error)

// plainDial is the dialer, or the network where there is none.
func plainDial(dial dialer) dialer {
	if dial != nil {
		return dial
	}
	return (&net.Dialer{Resolver: resolver((&net.Dialer{}).DialContext)}).DialContext
}

// resolver ends its questions with the request that asked: package net waits for
// a silent name server as long as resolv.conf says, whoever has left meanwhile.
func resolver(dial dialer) *net.Resolver {
	return &net.Resolver{Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err == nil {
			context.AfterFunc(ctx, func() { _ = conn.Close() }) // nobody reads from it any more
		}
		return conn, err
	}}
}

// deadlineKey is where a request leaves its deadline for the dialer: net/http
// dials under a context that outlives the request.
type deadlineKey struct{}

func withDeadline(ctx context.Context) context.Context {
	deadline, ok := ctx.Deadline()
	if !ok {
		return ctx
	}
	return context.WithValue(ctx, deadlineKey{}, deadline)
}

// boundDials bounds dialling, the proxy's answer and the TLS handshake by the
// deadline of the request that asked for the connection. Otherwise a server that
// accepts and says nothing would keep a goroutine and a socket for each check.
// The request lifts the deadline when it gets the connection.
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
