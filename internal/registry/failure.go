package registry

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"syscall"
	"time"
)

// Fault is the kind of a [Failure].
type Fault string

// The faults that keep a registry from answering.
const (
	FaultDNS            Fault = "dns"         // the name has no address
	FaultRefused        Fault = "refused"     // nothing listens there
	FaultTimeout        Fault = "timeout"     // the deadline came first
	FaultUntrusted      Fault = "untrusted"   // the certificate is not trusted for this host now
	FaultClientCert     Fault = "client_cert" // the server wants a client certificate, or another one
	FaultPlainHTTP      Fault = "plain_http"  // plain HTTP answers on https
	FaultTLS            Fault = "tls"         // any other fault of the handshake
	FaultProxyAuth      Fault = "proxy_auth"  // the proxy wants a login first
	FaultUnsafe         Fault = "unsafe"      // the realm must not get a secret; nothing was sent there
	FaultPrivateAddress Fault = "inward"      // the same, and only for a private address
	FaultRealm          Fault = "realm"       // the challenge has no realm that could be asked
	FaultConnection     Fault = "connection"  // any other fault of the connection
)

// What Windows calls ECONNABORTED, ECONNRESET and ECONNREFUSED, which errors.Is does
// not map.
const (
	wsaConnAborted = syscall.Errno(10053)
	wsaConnReset   = syscall.Errno(10054)
	wsaConnRefused = syscall.Errno(10061)
)

// Failure says why there is no answer. Detail is a clause in our own words,
// without anything that changes from run to run; it may be empty.
type Failure struct {
	Fault  Fault
	Detail string
	// Certificate says what is wrong with a certificate that is not trusted.
	Certificate CertificateFault

	retryable bool // asking again may help, although the fault is not one of those
	permanent bool // asking again does not, although the fault is one of those

	// unasked reports that this try sent nothing: time ran out before there was a
	// connection for it, or the guard refused the address.
	unsent bool
}

// CertificateFault is what is wrong with a server's certificate.
type CertificateFault string

// The faults of certificates, each mended in another place.
const (
	CertificateAuthority CertificateFault = "authority" // signed by one that is not trusted
	CertificateName      CertificateFault = "name"      // for another host
	CertificateExpired   CertificateFault = "expired"   // or not valid yet
	CertificateInvalid   CertificateFault = "invalid"   // in another way
)

// Unsafe tells whether a realm must not get a secret; a failure that is not there
// says no such thing.
func (f *Failure) Unsafe() bool {
	return f != nil && (f.Fault == FaultUnsafe || f.Fault == FaultPrivateAddress)
}

// proxyError is a proxy's refusal to open a tunnel.
type proxyError struct {
	code   int
	status string // such as "403 Forbidden"
}

func (e *proxyError) Error() string { return "proxy answered " + e.status }

// handshakeError marks an error of the TLS handshake, most of which have no
// type of their own.
type handshakeError struct{ err error }

func (e *handshakeError) Error() string { return "TLS handshake: " + e.err.Error() }
func (e *handshakeError) Unwrap() error { return e.err }

// classify names an error of a request made under ctx. The text of an error is
// never used: it carries ports that change from run to run.
func classify(ctx context.Context, err error) *Failure {
	var (
		unsafe    *unsafeError
		op        *net.OpError
		dns       *net.DNSError
		proxy     *proxyError
		timeout   net.Error
		record    tls.RecordHeaderError
		cert      *tls.CertificateVerificationError
		handshake *handshakeError
	)
	switch {
	case errors.As(err, &unsafe):
		if errors.Is(unsafe, errPrivateAddress) {
			return &Failure{Fault: FaultPrivateAddress, Detail: unsafe.why.Error(), unsent: true}
		}
		return &Failure{Fault: FaultUnsafe, Detail: unsafe.why.Error(), unsent: true}
	case isOver(ctx), errors.Is(err, context.DeadlineExceeded):
		return &Failure{Fault: FaultTimeout}
	case errors.As(err, &op) && op.Op == "proxyconnect" && !errors.As(err, &proxy): // net/http wraps the dial to a proxy
		return &Failure{Fault: FaultConnection, Detail: proxyDetail(err)}
	case errors.As(err, &dns):
		return &Failure{Fault: FaultDNS, Detail: dnsDetail(dns)}
	case errors.As(err, &proxy):
		if proxy.code == http.StatusProxyAuthRequired {
			return &Failure{Fault: FaultProxyAuth}
		}
		return &Failure{Fault: FaultConnection, Detail: "the proxy refused to connect to it: " + proxy.status, permanent: proxy.code < http.StatusInternalServerError}
	case errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, wsaConnRefused):
		return &Failure{Fault: FaultRefused}
	case errors.As(err, &timeout) && timeout.Timeout():
		return &Failure{Fault: FaultTimeout}
	case errors.As(err, &record):
		if string(record.RecordHeader[:]) == "HTTP/" {
			return &Failure{Fault: FaultPlainHTTP}
		}
		return &Failure{Fault: FaultTLS, Detail: "the server does not speak TLS on this port"}
	case errors.As(err, &cert):
		return untrustedFailure(cert.Err)
	case errors.As(err, &handshake):
		return handshakeFailure(handshake.err)
	case isAlert(err): // after the handshake, as TLS 1.3 refuses clients
		return handshakeFailure(err)
	default:
		return &Failure{Fault: FaultConnection, Detail: connectionDetail(err)}
	}
}

// isOver tells whether the request was out of time. The deadline of a connection
// may come a moment before that of its request, as an error of whatever was being
// read.
func isOver(ctx context.Context) bool {
	deadline, ok := ctx.Deadline()
	return ctx.Err() != nil || ok && !time.Now().Before(deadline)
}

// proxyDetail says why there is no connection to a proxy.
func proxyDetail(err error) string {
	var (
		dns  *net.DNSError
		cert *tls.CertificateVerificationError
	)
	switch {
	case errors.As(err, &dns):
		return "the name of the proxy that the environment names could not be resolved"
	case errors.As(err, &cert):
		return "the proxy that the environment names has a certificate that this machine does not trust"
	default:
		return "the proxy that the environment names could not be reached"
	}
}

func dnsDetail(err *net.DNSError) string {
	if err.IsNotFound {
		return "the name does not exist"
	}
	return "the name server gave no answer"
}

// untrustedFailure tells apart what a person mends in different places.
func untrustedFailure(err error) *Failure {
	var (
		authority x509.UnknownAuthorityError
		name      x509.HostnameError
		invalid   x509.CertificateInvalidError
	)
	fault, detail := CertificateInvalid, "its certificate is not valid"
	switch {
	case errors.As(err, &name):
		fault, detail = CertificateName, "its certificate is for another name"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		fault, detail = CertificateExpired, "its certificate has expired or is not valid yet"
	case errors.As(err, &authority):
		fault, detail = CertificateAuthority, "its certificate is signed by an authority that this machine does not trust"
	}
	return &Failure{Fault: FaultUntrusted, Detail: detail, Certificate: fault}
}

// handshakeFailure names a fault of the handshake that is not the
// certificate's.
func handshakeFailure(err error) *Failure {
	var op *net.OpError
	switch {
	case isAlert(err):
		return &Failure{Fault: FaultTLS, Detail: "the server broke off the TLS handshake"}
	case isCut(err):
		return &Failure{Fault: FaultConnection, Detail: "the server closed the connection during the TLS handshake"}
	case errors.As(err, &op) && (op.Op == "read" || op.Op == "write"): // of the connection below
		return &Failure{Fault: FaultConnection, Detail: "the network gave an error during the TLS handshake"}
	default:
		return &Failure{Fault: FaultTLS, Detail: "the TLS handshake did not succeed"}
	}
}

func connectionDetail(err error) string {
	var op *net.OpError
	switch {
	case isCut(err):
		return "the server closed the connection before its answer was complete"
	case errors.As(err, &op):
		return "the network gave an error"
	default: // net/http has no types for these
		return "the answer was not valid HTTP, or its header was larger than 64 KiB"
	}
}

// isCut tells whether the other side ended the connection.
func isCut(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) ||
		errors.Is(err, wsaConnReset) || errors.Is(err, wsaConnAborted)
}

// isAlert reports whether an error is an alert of the other side: crypto/tls wraps
// it in an OpError that says so.
func isAlert(err error) bool {
	op, ok := errors.AsType[*net.OpError](err)
	return ok && op.Op == "remote error"
}
