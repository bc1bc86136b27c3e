package registry

import (
	"context"
	"net"
	"testing"
	"testing/synctest"
	"time"
)

// TestBoundDials_EndAfterTheRequest has a dial without an answer: the request's context
// ends first, and the dial soon after it.
func TestBoundDials_EndAfterTheRequest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		request, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		dial := boundDials(func(ctx context.Context, _, _ string) (net.Conn, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		})
		_, err := dial(context.WithoutCancel(withDeadline(request)), "tcp", "registry.example.com:443") // as net/http dials
		if took := time.Since(began); err == nil || request.Err() == nil || took <= time.Second || took > 2*time.Second {
			t.Errorf("the dial ended with %v after %v", err, took)
		}
	})
}
