package registry

import (
	"crypto/tls"
	"net"
	"testing"
)

// TestAnAlertAfterTheHandshake is one by which TLS 1.3 refuses a client: crypto/tls
// marks it as an error of the other side.
func TestAnAlertAfterTheHandshake(t *testing.T) {
	t.Parallel()
	alert := &net.OpError{Op: "remote error", Err: tls.AlertError(42)}
	if f := classify(t.Context(), alert); f.Fault != FaultTLS || f.Detail != "the server broke off the TLS handshake" {
		t.Errorf("got %+v", f)
	}
}
