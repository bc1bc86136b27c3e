package main

import (
	"errors"
	"io"
	"net"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// TestRelay_DelaysEachChunkOnce wants what is sent at once to arrive at once.
func TestRelay_DelaysEachChunkOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const chunks, oneWay = 100, 25 * time.Millisecond
		client, near := net.Pipe()
		far, server := net.Pipe()
		var relayed sync.WaitGroup
		relayed.Go(func() { relay(near, far, oneWay) })
		defer relayed.Wait() // the clock of synctest stops afterwards
		began := time.Now()
		// arrives reads all chunks and expects each at that time.
		arrives := func(conn net.Conn, after time.Duration) {
			t.Helper()
			for i := range chunks {
				got := make([]byte, 1)
				if _, err := io.ReadFull(conn, got); err != nil || got[0] != byte(i) || time.Since(began) != after {
					t.Fatalf("chunk %d is %d after %s: %v; want it after %s", i, got[0], time.Since(began), err, after)
				}
			}
		}
		send := func(conn net.Conn) {
			for i := range chunks {
				if _, err := conn.Write([]byte{byte(i)}); err != nil {
					t.Error(err)
				}
			}
		}
		go send(client)
		arrives(server, 3*oneWay) // the round trip of the TCP handshake is added
		go send(server)
		arrives(client, 4*oneWay)
		go send(client)
		arrives(server, 5*oneWay)
		if err := client.Close(); err != nil {
			t.Error(err)
		}
		if _, err := server.Read(make([]byte, 1)); !errors.Is(err, io.EOF) || time.Since(began) != 6*oneWay {
			t.Errorf("the server sees %v after %s, want the end after %s", err, time.Since(began), 6*oneWay)
		}
	})
}

// TestRelay_EndsWhenTheDestinationCloses wants no goroutine to stay behind, which
// synctest would find.
func TestRelay_EndsWhenTheDestinationCloses(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client, near := net.Pipe()
		far, server := net.Pipe()
		var relayed sync.WaitGroup
		relayed.Go(func() { relay(near, far, 25*time.Millisecond) })
		defer relayed.Wait()
		if err := server.Close(); err != nil {
			t.Error(err)
		}
		for {
			if _, err := client.Write([]byte("anybody?")); err != nil {
				return
			}
		}
	})
}
