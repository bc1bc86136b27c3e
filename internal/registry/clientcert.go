package registry

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"slices"
	"sync/atomic"
	"time"

	"golang.org/x/net/http2"
)

// dialRecord is what happened on the connection that a request opened. It outlives
// the request: others may use the connection after it.
type dialRecord struct {
	begun                atomic.Int64 // when the request was out of the line for a connection (UnixNano); 0 before
	proxyHandshake       atomic.Bool  // the next handshake is with a proxy, which is no matter here
	certificateRequested atomic.Bool  // the server asked for a client certificate, and may still refuse for it
}

// dialRecordKey is where a request leaves the record of the connection that is opened
// for it, if one is.
type dialRecordKey struct{}

// recordedConn is a connection with its record: over HTTP/2 it serves requests
// that did not open it.
type recordedConn struct {
	net.Conn
	record *dialRecord
}

// recordDials makes a dialer keep the record with the connection.
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

// begin notes that a connection is dialled for the request, or found.
func (d *dialRecord) begin() { d.begun.CompareAndSwap(0, time.Now().UnixNano()) }

// queued reports whether a request that began to wait at the time spent most of it in
// the line for a connection: what it did not get says little of the server.
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

// recordOf finds the record of a connection, below its layers of TLS.
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

// recordCertificateRequests makes a configuration record what a server asks for. The
// choice is that of crypto/tls.
func recordCertificateRequests(config *tls.Config) {
	certificates := config.Certificates
	config.GetClientCertificate = func(request *tls.CertificateRequestInfo) (*tls.Certificate, error) {
		if record := recordFor(request.Context()); !record.proxyHandshake.Load() {
			record.certificateRequested.Store(true)
		}
		for i := range certificates {
			if request.SupportsCertificate(&certificates[i]) == nil {
				return &certificates[i], nil
			}
		}
		return &tls.Certificate{}, nil // none: the server may do without (RFC 8446 section 4.4.2)
	}
}

// handshakeDone notes the end of a handshake. One of TLS 1.2 succeeds when the
// server has accepted the certificate that is configured (RFC 5246 section 7.4.6);
// in TLS 1.3 it has not seen it yet (RFC 8446 section 4.4.2.4).
func (d *dialRecord) handshakeDone(state tls.ConnectionState, err error, configured bool) {
	d.proxyHandshake.Store(false)
	if err == nil && configured && state.Version <= tls.VersionTLS12 {
		d.certificateRequested.Store(false)
	}
}

// blameClientCertificate finds a client certificate that is wanted behind a failure: the server
// asked for one, and refused the client by an alert or ended the connection before
// it answered anything. It may do either, run by run, also by a reset or while the
// request is written. configured reports whether there is a certificate.
func (d *dialRecord) blameClientCertificate(f *Failure, err error, answered, configured bool) *Failure {
	_, reset := errors.AsType[http2.StreamError](err) // an answer in HTTP/2, and no end of the connection
	ended := !reset && !answered && (f.Fault == FaultConnection || isAlert(err))
	if !d.certificateRequested.Load() || !ended && !isCertificateAlert(err) {
		return f
	}
	blamed := &Failure{Fault: FaultClientCert, Detail: "it asked for one and broke off without it"}
	if configured {
		blamed.Detail = "it asked for one and broke off, although one is configured"
	}
	blamed.retryable = !isAlert(err) // it may also be a fault of the network
	return blamed
}

// certificateAlerts are the alerts about a client certificate (RFC 8446 section 6.2), from
// bad_certificate to certificate_required.
var certificateAlerts = []tls.AlertError{42, 43, 44, 45, 46, 48, 49, 116}

// isCertificateAlert reports whether an error is one of these alerts. crypto/tls
// gives the alerts that it receives a type of its own, with the same texts.
func isCertificateAlert(err error) bool {
	op, _ := errors.AsType[*net.OpError](err)
	return isAlert(err) && slices.ContainsFunc(certificateAlerts, func(alert tls.AlertError) bool { return op.Err.Error() == alert.Error() })
}
