package registry

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"syscall"
	"time"
)

// Fault is the kind of a [Failure].
type Fault string

// The faults for which there is no usable response.
const (
	FaultDNS            Fault = "dns"         // the host name does not resolve
	FaultRefused        Fault = "refused"     // nothing listens at the port
	FaultTimeout        Fault = "timeout"     // the deadline passed
	FaultUntrusted      Fault = "untrusted"   // the certificate is not trusted, is for another host or has expired
	FaultClientCert     Fault = "client_cert" // the server demands a client certificate, or another one
	FaultPlainHTTP      Fault = "plain_http"  // the server speaks plain HTTP on an https address
	FaultTLS            Fault = "tls"         // any other fault of the TLS handshake
	FaultProxyAuth      Fault = "proxy_auth"  // the proxy demands a login
	FaultUnsafe         Fault = "unsafe"      // the realm must not get a secret; nothing was sent to it
	FaultPrivateAddress Fault = "inward"      // the same, only because the realm is at a private address
	FaultRealm          Fault = "realm"       // the challenge has no usable realm
	FaultConnection     Fault = "connection"  // any other fault of the connection
)

// ECONNABORTED, ECONNRESET and ECONNREFUSED of Windows, which package syscall does
// not map to those errors.
const (
	wsaConnAborted = syscall.Errno(10053)
	wsaConnReset   = syscall.Errno(10054)
	wsaConnRefused = syscall.Errno(10061)
)

// Failure says why there is no usable response. Detail is a clause that holds no
// foreign text and nothing that changes from run to run; it may be empty.
type Failure struct {
	Fault  Fault
	Detail string
	Cause  Cause // what is known of the cause; empty where nothing is

	retryable bool // whether to retry although faults of this kind are not retried
	permanent bool // whether not to retry although faults of this kind are retried

	// unsent reports that a timeout says nothing about the server: most of the time was
	// spent waiting for one of the ten connections. It also marks what the guard refused.
	unsent bool
}

// Unsafe reports whether the guard refused to send a secret to a realm; false for
// nil.
func (f *Failure) Unsafe() bool {
	return f != nil && (f.Fault == FaultUnsafe || f.Fault == FaultPrivateAddress)
}

// Over reports whether the deadline passed; false for nil.
func (f *Failure) Over() bool { return f != nil && f.Fault == FaultTimeout }

// proxyError is a proxy's refusal to open a tunnel.
type proxyError struct {
	code   int
	status string // such as "403 Forbidden"
}

func (e *proxyError) Error() string { return "proxy answered " + e.status }

// handshakeError wraps an error of the TLS handshake, since most have no type of
// their own.
type handshakeError struct{ err error }

func (e *handshakeError) Error() string { return "TLS handshake: " + e.err.Error() }
func (e *handshakeError) Unwrap() error { return e.err }

// classify returns the failure for an error of a request under ctx. It never shows
// the text of the error, which may hold ports that change from run to run.
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
	case errors.As(err, &op) && op.Op == "proxyconnect" && !errors.As(err, &proxy): // the Op by which net/http marks a failed dial to a proxy
		return &Failure{Fault: FaultConnection, Detail: proxyDetail(err)}
	case errors.As(err, &dns):
		return dnsFailure(dns)
	case errors.As(err, &proxy):
		if proxy.code == http.StatusProxyAuthRequired {
			return &Failure{Fault: FaultProxyAuth}
		}
		return &Failure{Fault: FaultConnection, Cause: CauseProxyRefused, Detail: "the proxy of HTTPS_PROXY answered " + proxy.status, permanent: proxy.code < http.StatusInternalServerError}
	case errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, wsaConnRefused):
		return &Failure{Fault: FaultRefused}
	case errors.As(err, &timeout) && timeout.Timeout():
		return &Failure{Fault: FaultTimeout}
	case errors.As(err, &record):
		if string(record.RecordHeader[:]) == "HTTP/" {
			return &Failure{Fault: FaultPlainHTTP}
		}
		return &Failure{Fault: FaultTLS, Cause: CauseNoTLS, Detail: "the server does not speak TLS on this port"}
	case errors.As(err, &cert):
		return untrustedFailure(cert)
	case errors.As(err, &handshake):
		return handshakeFailure(handshake.err)
	case isAlert(err): // in TLS 1.3 a server refuses a client certificate after the client's handshake
		return handshakeFailure(err)
	default:
		return &Failure{Fault: FaultConnection, Detail: connectionDetail(err)}
	}
}

// isOver reports whether ctx has ended or its deadline has passed. The deadline of a
// connection may fire a moment before that of ctx, and then gives an I/O error.
func isOver(ctx context.Context) bool {
	deadline, ok := ctx.Deadline()
	return ctx.Err() != nil || ok && !time.Now().Before(deadline)
}

// proxyDetail returns the detail of a failed connection to a proxy.
func proxyDetail(err error) string {
	var (
		dns       *net.DNSError
		cert      *tls.CertificateVerificationError
		handshake *handshakeError
	)
	switch {
	case errors.As(err, &dns):
		return "the name of the proxy that the environment names could not be resolved"
	case errors.As(err, &cert):
		return "the proxy that the environment names has a certificate that this machine does not trust"
	case errors.As(err, &handshake):
		return "no TLS connection could be made to the proxy that the environment names"
	default:
		return "the proxy that the environment names could not be reached"
	}
}

func dnsFailure(err *net.DNSError) *Failure {
	if err.IsNotFound {
		return &Failure{Fault: FaultDNS, Cause: CauseNoSuchHost, Detail: "the name does not exist"}
	}
	return &Failure{Fault: FaultDNS, Detail: "the name server gave no answer"}
}

func connectionDetail(err error) string {
	var op *net.OpError
	switch {
	case isCut(err):
		return "the server closed the connection before its answer was complete"
	case errors.As(err, &op):
		return "the network gave an error"
	default: // the errors of net/http for these have no types
		return "the answer was not valid HTTP, or its header was larger than 64 KiB"
	}
}

// isCut reports whether the other side ended the connection.
func isCut(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) ||
		errors.Is(err, wsaConnReset) || errors.Is(err, wsaConnAborted)
}
