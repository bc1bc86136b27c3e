package registry

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"sync/atomic"

	"golang.org/x/net/http2"
)

// certificateRecord is what happened about a client certificate on one
// connection. A server that refuses a client without certificate may do so by an
// alert, by a reset, or by closing while the request is written, run by run: only
// its question tells these from other faults.
type certificateRecord struct {
	proxy    bool        // the first handshake is with a proxy, which is no matter here
	begun    atomic.Bool // and over
	wanted   atomic.Bool // the server asked for one
	shown    atomic.Bool // and got one
	withheld atomic.Bool // there is one, of an authority that it does not take
	verified atomic.Bool // the handshake ended after the server had looked at it (TLS 1.2 only)
}

// recordKey is where a request leaves the record of the connection that is opened
// for it, if one is.
type recordKey struct{}

// recordedConn is a connection with its record: over HTTP/2 it serves requests
// that did not open it.
type recordedConn struct {
	net.Conn
	record *certificateRecord
}

// recorded makes a dialer keep the record with the connection.
func recorded(dial dialer) dialer {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		record, ok := ctx.Value(recordKey{}).(*certificateRecord)
		if !ok {
			record = &certificateRecord{}
		}
		return recordedConn{conn, record}, nil
	}
}

// recordOf finds the record of a connection, below its layers of TLS.
func recordOf(conn net.Conn) *certificateRecord {
	for {
		switch c := conn.(type) {
		case recordedConn:
			return c.record
		case *tls.Conn:
			conn = c.NetConn()
		default:
			return &certificateRecord{}
		}
	}
}

// noteClientCertificate makes a configuration record what a server asks for.
func noteClientCertificate(config *tls.Config) {
	certificates := config.Certificates
	config.GetClientCertificate = func(request *tls.CertificateRequestInfo) (*tls.Certificate, error) {
		record, ok := request.Context().Value(recordKey{}).(*certificateRecord)
		if !ok {
			record = &certificateRecord{}
		}
		if record.proxy && !record.begun.Load() {
			record = &certificateRecord{}
		}
		record.wanted.Store(true)
		for i := range certificates {
			if request.SupportsCertificate(&certificates[i]) == nil {
				record.shown.Store(true)
				return &certificates[i], nil
			}
		}
		record.withheld.Store(len(certificates) > 0)
		return &tls.Certificate{}, nil // none: the server may do without (RFC 8446 section 4.4.2)
	}
}

// handshakeDone notes a handshake that succeeded. In TLS 1.2 the server has seen
// the certificate by then; in TLS 1.3 it has not (RFC 8446 section 4.4.2.4).
func (r *certificateRecord) handshakeDone(state tls.ConnectionState) {
	r.begun.Store(true)
	r.verified.Store(state.Version <= tls.VersionTLS12 && r.shown.Load())
}

// blame finds the missing client certificate behind an error: the server asked
// for one, ended the connection and has answered nothing, neither this request nor
// one before.
func (r *certificateRecord) blame(f *Failure, err error, answered bool) *Failure {
	if _, reset := errors.AsType[http2.StreamError](err); reset { // an answer in HTTP/2, and no end of the connection
		return f
	}
	if !r.wanted.Load() || answered || r.verified.Load() || f.Fault != FaultConnection && f.Fault != FaultTLS {
		return f
	}
	// Without an alert it may also be a fault of the network.
	op, typed := errors.AsType[*net.OpError](err)
	blamed := &Failure{Fault: FaultClientCert, again: !typed || op.Op != "remote error"}
	switch {
	case r.shown.Load():
		blamed.Detail = "it broke off after it saw the one that is configured"
	case r.withheld.Load():
		blamed.Detail = "it takes none of the authority that signed the one that is configured, so none was sent"
	default:
		blamed.Detail = "it asked for one and broke off without it"
	}
	return blamed
}
