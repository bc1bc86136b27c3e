package provider

import (
	"context"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stellaops/terraform-provider-stellaops/internal/registrytest"
)

// TestAccDataSource_InterruptEndsACheckAtOnce interrupts the CLI, as Ctrl-C does, while a
// check with five minutes left waits for a silent registry.
func TestAccDataSource_InterruptEndsACheckAtOnce(t *testing.T) {
	t.Parallel()
	reached, left := make(chan struct{}), make(chan struct{})
	var once, again sync.Once
	address, err := registrytest.Serve(t, func(conn net.Conn) {
		once.Do(func() { close(reached) })
		registrytest.Silence(conn)
		again.Do(func() { close(left) })
	})
	if err != nil {
		t.Fatal(err)
	}
	cli := newCLI(t, "TF_VAR_url=http://"+address)
	write(t, cli, strings.Replace(checkConfig, `"20s"`, `"5m"`, 1))
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	printed := make(chan string, 1)
	go func() {
		output, _, _ := cli.Run(ctx, "plan", "-no-color") // an interrupted run has no exit code of its own
		printed <- output
	}()
	select {
	case <-reached:
	case output := <-printed:
		t.Fatalf("the registry was not asked:\n%s", output)
	}
	interrupt()
	select {
	case <-left:
	case <-time.After(5 * time.Second): // a CLI that does not stop is killed after 15, which would end the check as well
		t.Fatal("the check still waited five seconds after the interrupt")
	}
	<-printed
}
