package registry

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"strings"
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
	for _, public := range [][2]string{{ArgumentCACert, t.CACertPEM}, {ArgumentClientCert, t.ClientCertPEM}} {
		if strings.Contains(public[1], "PRIVATE KEY-----") {
			return nil, &TLSError{public[0], "it holds a private key, which would be stored with it; write the key into client_key_pem alone"}
		}
	}
	if t.CACertPEM != "" {
		authorities, err := x509.SystemCertPool()
		if err != nil { // a system without authorities; those that are configured count all the same
			authorities = x509.NewCertPool()
		}
		certificates, why := parseCertificates(t.CACertPEM)
		if why != "" {
			return nil, &TLSError{ArgumentCACert, why}
		}
		for _, certificate := range certificates {
			authorities.AddCert(certificate)
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
	if _, why := parseCertificates(t.ClientCertPEM); why != "" {
		return &TLSError{ArgumentClientCert, why}
	}
	return &TLSError{ArgumentClientKey, "it is no private key in PEM without a passphrase, or not that of client_cert_pem"}
}

// parseCertificates reads every certificate of a text in PEM (RFC 7468), or says
// in a clause why it cannot. What encoding/pem cannot read it passes over.
func parseCertificates(text string) (certificates []*x509.Certificate, why string) {
	for rest := []byte(text); ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		certificate, err := x509.ParseCertificate(block.Bytes)
		if block.Type != "CERTIFICATE" || err != nil {
			return nil, "a part of it is no certificate"
		}
		certificates = append(certificates, certificate)
	}
	switch len(certificates) {
	case 0:
		return nil, "it holds no certificate in PEM, which begins with -----BEGIN CERTIFICATE-----"
	case strings.Count(text, "-----BEGIN "):
		return certificates, ""
	default:
		return nil, "a part of it is no certificate"
	}
}
