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

// listenDelayed listens on loopback for a server, as if that were a distance away,
// and returns the address.
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
				return // it was closed
			}
			connections.Go(func() {
				far, err := new(net.Dialer).DialContext(ctx, "tcp", server)
				if err != nil {
					_ = near.Close() // which tells the client
					return
				}
				relay(near, far, roundTrip/2)
			})
		}
	})
	t.Cleanup(func() {
		_ = listener.Close() // only Accept notices
		connections.Wait()
	})
	return listener.Addr().String(), nil
}

// span joins the ends of a connection until one of them closes. The kernel made
// the handshake with the client without delay, so the round trip that it takes
// over a distance comes before the first bytes.
func relay(near, far net.Conn, oneWay time.Duration) {
	established := time.Now().Add(2 * oneWay)
	var both sync.WaitGroup
	both.Go(func() { copyDelayed(far, near, oneWay, established) })
	both.Go(func() { copyDelayed(near, far, oneWay, established) })
	both.Wait()
}

// chunk is what was read at once, nothing at the end, and when it arrives.
type chunk struct {
	content []byte
	due     time.Time
}

// carry brings what it reads to the other end, in order, and closes that in the
// end. Each chunk arrives a delay after it was read: many are under way together,
// so the distance costs time and no throughput.
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
			_ = from.Close() // nobody takes more
		}
	}
	_ = to.Close() // or it is closed already
}
