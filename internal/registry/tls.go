package registry

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"sync/atomic"
)

// TLS are the settings of secure connections; the zero value trusts the
// system's authorities and has no client certificate. Two are equal (==) when
// their texts are.
type TLS struct {
	CACertPEM     string // authorities besides the system's
	ClientCertPEM string // certificate of this client, with those that lead to its authority
	ClientKeyPEM  Secret // private key of that certificate
	Insecure      bool   // whether any certificate is accepted
}

// The parts of [TLS], as arguments name them.
const (
	ArgumentCACert     = "ca_cert_pem"
	ArgumentClientCert = "client_cert_pem"
	ArgumentClientKey  = "client_key_pem"
)

// TLSError is a setting that cannot be used. It repeats nothing of it.
type TLSError struct {
	Argument string
	Why      string // a clause that says what is wrong
}

// Error returns the argument and what is wrong with it.
func (e *TLSError) Error() string { return e.Argument + ": " + e.Why }

// Config makes the configuration of connections. The only error is a
// [*TLSError].
func (t TLS) Config() (*tls.Config, error) {
	config := &tls.Config{
		MinVersion:         tls.VersionTLS12,
		InsecureSkipVerify: t.Insecure, //nolint:gosec // the user asked for it, and a warning says so
	}
	if t.CACertPEM != "" {
		authorities, err := x509.SystemCertPool()
		if err != nil { // a system without authorities; those that are configured count all the same
			authorities = x509.NewCertPool()
		}
		if !authorities.AppendCertsFromPEM([]byte(t.CACertPEM)) {
			return nil, &TLSError{ArgumentCACert, "it holds no certificate in PEM, which begins with -----BEGIN CERTIFICATE-----"}
		}
		config.RootCAs = authorities
	}
	switch {
	case t.ClientCertPEM == "" && t.ClientKeyPEM.Empty():
		return config, nil
	case t.ClientKeyPEM.Empty():
		return nil, &TLSError{ArgumentClientKey, "it is missing or empty, and client_cert_pem needs it"}
	case t.ClientCertPEM == "":
		return nil, &TLSError{ArgumentClientCert, "it is missing or empty, and client_key_pem needs it"}
	}
	certificate, err := tls.X509KeyPair([]byte(t.ClientCertPEM), []byte(t.ClientKeyPEM.Reveal()))
	if err != nil {
		return nil, t.pairError()
	}
	config.Certificates = []tls.Certificate{certificate}
	return config, nil
}

// pairError says which part of certificate and key is at fault; the text of
// crypto/tls is not shown, since it is about the content of both.
func (t TLS) pairError() *TLSError {
	if pool := x509.NewCertPool(); !pool.AppendCertsFromPEM([]byte(t.ClientCertPEM)) {
		return &TLSError{ArgumentClientCert, "it holds no certificate in PEM, which begins with -----BEGIN CERTIFICATE-----"}
	}
	return &TLSError{ArgumentClientKey, "it is no private key in PEM without a passphrase, or not that of client_cert_pem"}
}

// clientCertificate is what happened about a client certificate on the
// connection that a request opened.
type clientCertificate struct {
	wanted atomic.Bool // the server asked for one
	shown  atomic.Bool // and got one
}

// clientCertificateKey is where a request leaves its record for the handshake.
type clientCertificateKey struct{}

// noteClientCertificate makes a configuration note what a server asks for. A
// server that refuses a client without certificate may do so by an alert, by a
// reset, or by closing while the request is written, run by run: only its
// question tells these from other faults.
func noteClientCertificate(config *tls.Config) {
	certificates := config.Certificates
	config.GetClientCertificate = func(request *tls.CertificateRequestInfo) (*tls.Certificate, error) {
		record, ok := request.Context().Value(clientCertificateKey{}).(*clientCertificate)
		if ok {
			record.wanted.Store(true)
		}
		for i := range certificates {
			if request.SupportsCertificate(&certificates[i]) == nil {
				if ok {
					record.shown.Store(true)
				}
				return &certificates[i], nil
			}
		}
		return &tls.Certificate{}, nil // none: the server may do without (RFC 8446 section 4.4.2)
	}
}

// withClientCertificate makes a record for the connection that a request opens.
func withClientCertificate(ctx context.Context) (context.Context, *clientCertificate) {
	record := &clientCertificate{}
	return context.WithValue(ctx, clientCertificateKey{}, record), record
}
