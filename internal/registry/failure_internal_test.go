package registry

import (
	"crypto/tls"
	"io"
	"net"
	"syscall"
	"testing"
)

// TestClassify_AlertAfterTheHandshake is one by which TLS 1.3 refuses a client: crypto/tls
// marks it as an error of the other side.
func TestClassify_AlertAfterTheHandshake(t *testing.T) {
	t.Parallel()
	alert := &net.OpError{Op: "remote error", Err: tls.AlertError(42)}
	if f := classify(t.Context(), alert); f.Fault != FaultTLS || f.Cause != CauseAlert || f.Detail != `the server broke off the TLS handshake with the alert "bad certificate"` {
		t.Errorf("got %+v", f)
	}
}

// TestDialRecord_BlameClientCertificate_Alerts: those about a certificate do whenever the
// server had asked for one, all others only from a server that never answered.
func TestDialRecord_BlameClientCertificate_Alerts(t *testing.T) {
	t.Parallel()
	remote := func(alert tls.AlertError) error {
		return &handshakeError{&net.OpError{Op: "remote error", Err: alert}}
	}
	local := &net.OpError{Op: "local error", Err: tls.AlertError(42)}
	for _, row := range []struct {
		name            string
		err             error
		asked, answered bool
		want            Fault
		again           bool
	}{
		{"bad_certificate", remote(42), true, true, FaultClientCert, false},
		{"unsupported_certificate", remote(43), true, true, FaultClientCert, false},
		{"certificate_revoked", remote(44), true, true, FaultClientCert, false},
		{"certificate_expired", remote(45), true, true, FaultClientCert, false},
		{"certificate_unknown", remote(46), true, true, FaultClientCert, false},
		{"unknown_ca", remote(48), true, true, FaultClientCert, false},
		{"access_denied", remote(49), true, true, FaultClientCert, false},
		{"certificate_required", remote(116), true, true, FaultClientCert, false},
		{"certificate_required, not asked for", remote(116), false, false, FaultTLS, false},
		{"handshake_failure", remote(40), true, false, FaultClientCert, false},
		{"handshake_failure after an answer", remote(40), true, true, FaultTLS, false},
		{"handshake_failure, not asked for", remote(40), false, false, FaultTLS, false},
		{"an alert of this side", &handshakeError{local}, true, false, FaultTLS, false},
		{"the end", io.EOF, true, false, FaultClientCert, true},
		{"a reset", &net.OpError{Op: "read", Err: syscall.ECONNRESET}, true, false, FaultClientCert, true},
		{"a broken pipe", &net.OpError{Op: "write", Err: syscall.EPIPE}, true, false, FaultClientCert, true},
		{"a reset in the handshake", &handshakeError{&net.OpError{Op: "read", Err: syscall.ECONNRESET}}, true, false, FaultClientCert, true},
		{"a reset after an answer", &net.OpError{Op: "read", Err: syscall.ECONNRESET}, true, true, FaultConnection, false},
		{"a reset, not asked for", &net.OpError{Op: "read", Err: syscall.ECONNRESET}, false, false, FaultConnection, false},
		{"no TLS any more", tls.RecordHeaderError{}, true, false, FaultTLS, false},
		{"a refusal to connect", syscall.ECONNREFUSED, true, false, FaultRefused, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			var record dialRecord
			record.certificateRequested.Store(row.asked)
			if f := record.blameClientCertificate(classify(t.Context(), row.err), row.err, row.answered, false); f.Fault != row.want || f.retryable != row.again {
				t.Errorf("got %+v, want %s, again %t", f, row.want, row.again)
			}
		})
	}
}
