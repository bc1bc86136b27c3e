package registry

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"slices"
	"strconv"
	"strings"
)

// Cause is what is known of the cause of a [Failure]. Users correct each in another
// place.
type Cause string

// The causes.
const (
	CauseAuthority       Cause = "authority"         // the certificate is signed by an authority that the system does not trust, and no other is configured
	CauseOtherAuthority  Cause = "other_authority"   // nor is it one of those that are configured
	CauseNoAuthority     Cause = "no_authority"      // it is signed with a certificate that may not sign others
	CauseWeakSignature   Cause = "weak_signature"    // it is signed by means of SHA-1
	CauseName            Cause = "name"              // it is for another host
	CauseCommonName      Cause = "common_name"       // it names the host by its common name only
	CauseAddressAsName   Cause = "address_as_name"   // it has the host's IP address as a DNS name
	CauseExpired         Cause = "expired"           // it has expired or is not valid yet
	CauseChainExpired    Cause = "chain_expired"     // that of an authority has expired or is not valid yet
	CauseUsage           Cause = "usage"             // it is not for servers
	CauseNegativeSerial  Cause = "negative_serial"   // it, or another of its chain, has a negative serial number
	CauseMalformedName   Cause = "malformed_name"    // ... has a DNS name beyond ASCII
	CauseMalformedIP     Cause = "malformed_ip"      // ... has an IP address of neither 4 nor 16 bytes
	CauseMalformed       Cause = "malformed"         // ... cannot be parsed for another reason
	CauseLargeKey        Cause = "large_key"         // ... has an RSA key that is too large
	CauseNoTLS           Cause = "no_tls"            // the port speaks another protocol
	CauseOldTLS          Cause = "old_tls"           // the server knows no version of TLS that the client takes
	CauseAlert           Cause = "alert"             // the server refused the handshake for another reason
	CauseNoClientCert    Cause = "no_client_cert"    // no client certificate is configured
	CauseOtherClientCert Cause = "other_client_cert" // the configured one was not sent, since the server takes none of its authority or kind
	CauseBadClientCert   Cause = "bad_client_cert"   // the configured one was sent and refused
	CauseNoSuchHost      Cause = "no_such_host"      // the name does not exist
	CauseProxyRefused    Cause = "proxy_refused"     // the proxy did not connect to the host
	CauseProxyAddress    Cause = "proxy_address"     // the environment names a proxy by what is not a URL
)

// untrustedFailure returns the failure for a certificate that was not verified.
func untrustedFailure(err *tls.CertificateVerificationError) *Failure {
	var (
		authority x509.UnknownAuthorityError
		name      x509.HostnameError
		invalid   x509.CertificateInvalidError
	)
	f := &Failure{Fault: FaultUntrusted, Detail: "its certificate is not valid"}
	switch {
	case errors.As(err, &name):
		f.Cause, f.Detail = nameFault(name)
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired && invalid.Cert != err.UnverifiedCertificates[0]:
		f.Cause, f.Detail = CauseChainExpired, "the certificate of an authority that leads to its own has expired or is not valid yet"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		f.Cause, f.Detail = CauseExpired, "its certificate has expired or is not valid yet"
	case errors.As(err, &invalid) && invalid.Reason == x509.IncompatibleUsage:
		f.Cause, f.Detail = CauseUsage, "its certificate is not for servers"
	case errors.As(err, &authority) && passedOver(authority, x509.ConstraintViolationError{}):
		f.Cause, f.Detail = CauseNoAuthority, "its certificate is signed with one that is not an authority's"
	case errors.As(err, &authority) && passedOver(authority, x509.InsecureAlgorithmError(x509.SHA1WithRSA), x509.InsecureAlgorithmError(x509.ECDSAWithSHA1)):
		f.Cause, f.Detail = CauseWeakSignature, "its certificate is signed by means of SHA-1"
	case errors.As(err, &authority):
		f.Cause, f.Detail = CauseAuthority, "its certificate is signed by an authority that this machine does not trust"
	}
	return f
}

// passedOver reports whether an issuer was passed over for one of the reasons. It
// compares texts, since crypto/x509 shows the reason and does not export it.
func passedOver(err x509.UnknownAuthorityError, reasons ...error) bool {
	return slices.ContainsFunc(reasons, func(reason error) bool { return strings.Contains(err.Error(), strconv.Quote(reason.Error())) })
}

// nameFault says why a certificate is not for the host that was asked.
func nameFault(err x509.HostnameError) (Cause, string) {
	c := err.Certificate
	others := len(c.DNSNames) + len(c.IPAddresses) + len(c.EmailAddresses) + len(c.URIs)
	switch {
	case others == 0 && isNamed(err.Host, c.Subject.CommonName):
		return CauseCommonName, "its certificate has no subject alternative names, and names the host by its common name only"
	case net.ParseIP(err.Host) != nil && isNamed(err.Host, c.DNSNames...):
		return CauseAddressAsName, "its certificate has the IP address as a DNS name and not as an address"
	default:
		return CauseName, "its certificate is for another name"
	}
}

// isNamed reports whether one of the names is the host, which may be an IP address.
func isNamed(host string, names ...string) bool {
	address := net.ParseIP(host)
	if address == nil {
		return (&x509.Certificate{DNSNames: names}).VerifyHostname(host) == nil
	}
	for _, name := range names {
		if address.Equal(net.ParseIP(name)) {
			return true
		}
	}
	return false
}

// blameAuthorities changes a failure whose cause is an unknown authority: the
// configured ones, if any, do not help.
func (f *Failure) blameAuthorities(configured bool) {
	if f.Cause == CauseAuthority && configured {
		f.Cause, f.Detail = CauseOtherAuthority, "its certificate is signed by an authority that neither this machine nor ca_cert_pem trusts"
	}
}

// blameProxy changes a failure to connect to a server that a proxy would have been asked
// for if its address were a URL. The address is not shown, since it may hold a login.
func (f *Failure) blameProxy(scheme string) {
	switch f.Fault {
	case FaultDNS, FaultRefused, FaultTimeout, FaultConnection:
		f.Cause, f.Detail = CauseProxyAddress, proxyVariables(scheme)+" does not hold a URL, so no proxy was asked"
	}
}

// proxyVariables names the variables of the environment that name the proxy for URLs of
// a scheme.
func proxyVariables(scheme string) string {
	return strings.ToUpper(scheme) + "_PROXY (or " + scheme + "_proxy)"
}

// parseFault begins the errors of crypto/tls about a certificate that crypto/x509 cannot
// parse.
const parseFault = "tls: failed to parse certificate from server: "

// certificateFaults are the reasons for which crypto/tls does not look at a certificate
// any further, by the beginnings of its errors. These have no types, wrap nothing and
// come before each callback of a configuration; behind the beginning may be a text of
// the server. TestClient_Ask_CertificateFaults meets them in handshakes.
var certificateFaults = []struct {
	begins string
	cause  Cause
	detail string // behind the certificate
}{
	{parseFault + "x509: negative serial number", CauseNegativeSerial, "has a negative serial number"},
	{parseFault + "x509: SAN dNSName is malformed", CauseMalformedName, "has a DNS name that is not ASCII"},
	{parseFault + "x509: cannot parse IP address of length", CauseMalformedIP, "has an IP address that is neither of 4 nor of 16 bytes"},
	{parseFault, CauseMalformed, "breaks the rules for certificates (X.509) and cannot be read"},
	{"tls: server sent certificate containing RSA key larger than", CauseLargeKey, "has an RSA key of more than 8192 bits"},
}

// certificateFault returns what is wrong with a certificate after an error of crypto/tls;
// an empty cause for any other error.
func certificateFault(text string) (cause Cause, detail string) {
	for _, fault := range certificateFaults {
		if strings.HasPrefix(text, fault.begins) {
			return fault.cause, fault.detail
		}
	}
	return "", ""
}

// oldVersion begins the error of crypto/tls about a server that chose an old version,
// which has no type either.
const oldVersion = "tls: server selected unsupported protocol version"

// protocolVersion is the alert about the version (RFC 8446 section 6.2).
const protocolVersion tls.AlertError = 70

// handshakeFailure returns the failure for an error of the TLS handshake that is not
// one of certificate verification.
func handshakeFailure(err error) *Failure {
	var op *net.OpError
	switch cause, detail := certificateFault(err.Error()); {
	case isAlert(err, protocolVersion):
		return &Failure{Fault: FaultTLS, Cause: CauseOldTLS, Detail: "the server broke off the TLS handshake, since it knows none of the versions 1.2 and 1.3"}
	case isAlert(err):
		return &Failure{Fault: FaultTLS, Cause: CauseAlert, Detail: "the server broke off the TLS handshake with the alert " + alertText(err)}
	case isCut(err):
		return &Failure{Fault: FaultConnection, Detail: "the server closed the connection during the TLS handshake"}
	case errors.As(err, &op) && (op.Op == "read" || op.Op == "write"): // of the connection below
		return &Failure{Fault: FaultConnection, Detail: "the network gave an error during the TLS handshake"}
	case cause != "":
		return &Failure{Fault: FaultTLS, Cause: cause, Detail: "a certificate that the server sent " + detail}
	case strings.HasPrefix(err.Error(), oldVersion):
		return &Failure{Fault: FaultTLS, Cause: CauseOldTLS, Detail: "the server chose a version of TLS below 1.2"}
	default:
		return &Failure{Fault: FaultTLS, Detail: "the TLS handshake did not succeed"}
	}
}

// isAlert reports whether an error is a TLS alert of the other side, which crypto/tls
// marks by the Op of a net.OpError: one of those given, or any if none is. It compares
// texts, since crypto/tls does not export the type of a received alert.
func isAlert(err error, oneOf ...tls.AlertError) bool {
	op, ok := errors.AsType[*net.OpError](err)
	return ok && op.Op == "remote error" &&
		(len(oneOf) == 0 || slices.ContainsFunc(oneOf, func(alert tls.AlertError) bool { return op.Err.Error() == alert.Error() }))
}

// alertText returns the name of an alert, as crypto/tls words it.
func alertText(err error) string {
	op, _ := errors.AsType[*net.OpError](err)
	return strconv.Quote(strings.TrimPrefix(op.Err.Error(), "tls: "))
}
