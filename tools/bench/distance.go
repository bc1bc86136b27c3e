package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/stellaops/terraform-provider-stellaops/internal/registrytest"
)

// listenDelayed listens on loopback and relays connections to a server with the round
// trip of a distant one. It returns the address.
func listenDelayed(ctx context.Context, t registrytest.Cleaner, server string, roundTrip time.Duration) (string, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("listen for a distant server: %w", err)
	}
	var connections sync.WaitGroup
	connections.Go(func() {
		for {
			near, err := listener.Accept()
			if err != nil {
				return // the listener was closed
			}
			connections.Go(func() {
				far, err := new(net.Dialer).DialContext(ctx, "tcp", server)
				if err != nil {
					_ = near.Close() // the client sees the end of the connection
					return
				}
				relay(near, far, roundTrip/2)
			})
		}
	})
	t.Cleanup(func() {
		_ = listener.Close() // an error would show in Accept
		connections.Wait()
	})
	return listener.Addr().String(), nil
}

// relay copies between two connections, with a delay, until one of them closes. The
// kernel made the TCP handshake with the client without delay, so its round trip is
// added before the first bytes.
func relay(near, far net.Conn, oneWay time.Duration) {
	established := time.Now().Add(2 * oneWay)
	var both sync.WaitGroup
	both.Go(func() { copyDelayed(far, near, oneWay, established) })
	both.Go(func() { copyDelayed(near, far, oneWay, established) })
	both.Wait()
}

// chunk is the result of one read, empty at the end, and when it arrives.
type chunk struct {
	content []byte
	due     time.Time
}

// copyDelayed copies in order and closes the destination at the end. Each chunk arrives
// a delay after it was read. Many chunks are in transit at the same time, so the
// distance costs latency and no throughput.
func copyDelayed(to, from net.Conn, delay time.Duration, established time.Time) {
	pending := make(chan chunk, 1024)
	go func() {
		defer close(pending)
		buffer := make([]byte, 32<<10)
		for {
			n, err := from.Read(buffer)
			sent := time.Now()
			if sent.Before(established) {
				sent = established
			}
			pending <- chunk{bytes.Clone(buffer[:n]), sent.Add(delay)}
			if err != nil {
				return
			}
		}
	}()
	for p := range pending {
		<-time.After(time.Until(p.due))
		if len(p.content) == 0 {
			continue
		}
		if _, err := to.Write(p.content); err != nil {
			_ = from.Close() // the destination reads no more
		}
	}
	_ = to.Close() // it may be closed already
}
