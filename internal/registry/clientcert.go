package registry

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"slices"
	"sync/atomic"

	"golang.org/x/net/http2"
)

// dialled is what happened on the connection that a request opened. It outlives
// the request: others may use the connection after it.
type dialled struct {
	begun atomic.Bool // the connection was asked for
	proxy atomic.Bool // the next handshake is with a proxy, which is no matter here
	asked atomic.Bool // the server asked for a client certificate, and may still refuse for it
}

// dialledKey is where a request leaves the record of the connection that is opened
// for it, if one is.
type dialledKey struct{}

// recordedConn is a connection with its record: over HTTP/2 it serves requests
// that did not open it.
type recordedConn struct {
	net.Conn
	record *dialled
}

// recorded makes a dialer keep the record with the connection.
func recorded(dial dialer) dialer {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		record := recordFor(ctx)
		record.begun.Store(true)
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return recordedConn{conn, record}, nil
	}
}

// recordFor finds the record that a request left; a new one where none did.
func recordFor(ctx context.Context) *dialled {
	if record, ok := ctx.Value(dialledKey{}).(*dialled); ok {
		return record
	}
	return &dialled{}
}

// recordOf finds the record of a connection, below its layers of TLS.
func recordOf(conn net.Conn) *dialled {
	for {
		switch c := conn.(type) {
		case recordedConn:
			return c.record
		case *tls.Conn:
			conn = c.NetConn()
		default:
			return &dialled{}
		}
	}
}

// noteClientCertificate makes a configuration record what a server asks for. The
// choice is that of crypto/tls.
func noteClientCertificate(config *tls.Config) {
	certificates := config.Certificates
	config.GetClientCertificate = func(request *tls.CertificateRequestInfo) (*tls.Certificate, error) {
		if record := recordFor(request.Context()); !record.proxy.Load() {
			record.asked.Store(true)
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
func (d *dialled) handshakeDone(state tls.ConnectionState, err error, configured bool) {
	d.proxy.Store(false)
	if err == nil && configured && state.Version <= tls.VersionTLS12 {
		d.asked.Store(false)
	}
}

// blame finds a client certificate that is wanted behind a failure: the server
// asked for one, and refused the client by an alert or ended the connection before
// it answered anything. It may do either, run by run, also by a reset or while the
// request is written. configured reports whether there is a certificate.
func (d *dialled) blame(f *Failure, err error, answered, configured bool) *Failure {
	_, reset := errors.AsType[http2.StreamError](err) // an answer in HTTP/2, and no end of the connection
	ended := !reset && !answered && (f.Fault == FaultConnection || isAlert(err))
	if !d.asked.Load() || !ended && !refusesCertificate(err) {
		return f
	}
	blamed := &Failure{Fault: FaultClientCert, Detail: "it asked for one and broke off without it"}
	if configured {
		blamed.Detail = "it asked for one and broke off, although one is configured"
	}
	blamed.again = !isAlert(err) // it may also be a fault of the network
	return blamed
}

// refusals are the alerts about a client certificate (RFC 8446 section 6.2), from
// bad_certificate to certificate_required.
var refusals = []tls.AlertError{42, 43, 44, 45, 46, 48, 49, 116}

// refusesCertificate reports whether an error is one of these alerts. crypto/tls
// gives the alerts that it receives a type of its own, with the same texts.
func refusesCertificate(err error) bool {
	op, _ := errors.AsType[*net.OpError](err)
	return isAlert(err) && slices.ContainsFunc(refusals, func(alert tls.AlertError) bool { return op.Err.Error() == alert.Error() })
}
