package registry

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"sync/atomic"
	"time"

	"golang.org/x/net/http2"
)

// dialRecord records how a connection was opened. It belongs to the connection and
// not to the request that opened it, since later requests may use it too.
type dialRecord struct {
	begun                atomic.Int64 // when a connection was dialed or found (UnixNano); 0 while the request waits for one of the ten
	proxyHandshake       atomic.Bool  // the next TLS handshake is with the proxy, whose certificate request does not count
	certificateRequested atomic.Bool  // the server requested a client certificate, and has not accepted one yet
	certificateSent      atomic.Bool  // the server was sent the configured one
}

// dialRecordKey is the context key of the record for a connection that a request may
// open.
type dialRecordKey struct{}

// recordedConn is a connection with its record, so that a later request on the same
// connection finds it.
type recordedConn struct {
	net.Conn
	record *dialRecord
}

// recordDials wraps a dialer so that each connection carries its record.
func recordDials(dial dialer) dialer {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		record := recordFor(ctx)
		record.begin()
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return recordedConn{conn, record}, nil
	}
}

// begin records that a connection is dialed for the request, or found.
func (d *dialRecord) begin() { d.begun.CompareAndSwap(0, time.Now().UnixNano()) }

// queued reports whether a request that began at since spent most of its time waiting
// for one of the ten connections, so that a timeout says little about the server.
func (d *dialRecord) queued(since time.Time) bool {
	begun := d.begun.Load()
	return begun == 0 || time.Unix(0, begun).Sub(since) > time.Since(since)/2
}

// recordFor finds the record that a request left; a new one where none did.
func recordFor(ctx context.Context) *dialRecord {
	if record, ok := ctx.Value(dialRecordKey{}).(*dialRecord); ok {
		return record
	}
	return &dialRecord{}
}

// recordOf returns the record of a connection, also of one within TLS.
func recordOf(conn net.Conn) *dialRecord {
	for {
		switch c := conn.(type) {
		case recordedConn:
			return c.record
		case *tls.Conn:
			conn = c.NetConn()
		default:
			return &dialRecord{}
		}
	}
}

// recordCertificateRequests changes a configuration so that it records when a server
// requests a client certificate. It chooses the certificate as crypto/tls does.
func recordCertificateRequests(config *tls.Config) {
	certificates := config.Certificates
	config.GetClientCertificate = func(request *tls.CertificateRequestInfo) (*tls.Certificate, error) {
		record := recordFor(request.Context())
		ofProxy := record.proxyHandshake.Load()
		record.certificateRequested.Store(!ofProxy)
		for i := range certificates {
			if request.SupportsCertificate(&certificates[i]) == nil {
				record.certificateSent.Store(!ofProxy)
				return &certificates[i], nil
			}
		}
		return &tls.Certificate{}, nil // an empty one sends none, which the server may accept (RFC 8446 section 4.4.2)
	}
}

// handshakeDone records the end of a handshake. In TLS 1.2 it succeeds only after
// the server has accepted the configured certificate (RFC 5246 section 7.4.6). In
// TLS 1.3 the client finishes before the server has seen it, so the server may still
// refuse it (RFC 8446 section 4.4.2.4).
func (d *dialRecord) handshakeDone(state tls.ConnectionState, err error, configured bool) {
	d.proxyHandshake.Store(false)
	if err == nil && configured && state.Version <= tls.VersionTLS12 {
		d.certificateRequested.Store(false)
	}
}

// blameClientCertificate returns f, or a failure with [FaultClientCert] if a client
// certificate is the likely cause: the server requested one, and then either sent an
// alert about a certificate, or ended the connection before it had ever answered.
// How such a server ends the connection differs from run to run: by an alert, a
// close or a reset, also while the request is written. answered reports whether the
// server has answered any request, configured whether the client has a certificate.
func (d *dialRecord) blameClientCertificate(f *Failure, err error, answered, configured bool) *Failure {
	_, reset := errors.AsType[http2.StreamError](err) // the server ended one request, and not the connection
	ended := !reset && !answered && (f.Fault == FaultConnection || isAlert(err))
	if !d.certificateRequested.Load() || !ended && !isAlert(err, certificateAlerts...) {
		return f
	}
	blamed := &Failure{Fault: FaultClientCert, Cause: d.clientCertCause(configured), Detail: "it asked for one and broke off without it"}
	switch blamed.Cause {
	case CauseOtherClientCert:
		blamed.Detail = "it asked for one of another authority or with another kind of key, so the one in client_cert_pem was not sent"
	case CauseBadClientCert:
		blamed.Detail = "it asked for one and broke off, although the one in client_cert_pem was sent"
	}
	blamed.retryable = !isAlert(err) // without an alert, the network may be the cause
	return blamed
}

// clientCertCause returns why a server that demands a client certificate has none that
// it accepts.
func (d *dialRecord) clientCertCause(configured bool) Cause {
	switch {
	case !configured:
		return CauseNoClientCert
	case !d.certificateSent.Load():
		return CauseOtherClientCert
	default:
		return CauseBadClientCert
	}
}

// certificateAlerts are the alerts about a certificate (RFC 8446 section 6.2):
// bad_certificate, unsupported_certificate, certificate_revoked,
// certificate_expired, certificate_unknown, unknown_ca, access_denied and
// certificate_required.
var certificateAlerts = []tls.AlertError{42, 43, 44, 45, 46, 48, 49, 116}
