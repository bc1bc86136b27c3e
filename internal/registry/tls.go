package registry

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"strings"
)

// TLS has the settings of TLS connections. The zero value trusts the system's
// authorities and has no client certificate. Two are equal (==) if all settings are.
type TLS struct {
	CACertPEM     string // authorities besides the system's
	ClientCertPEM string // client certificate, with its intermediates
	ClientKeyPEM  Secret // private key of that certificate
	Insecure      bool   // whether any certificate is accepted
}

// The parts of [TLS], as arguments name them.
const (
	ArgumentCACert     = "ca_cert_pem"
	ArgumentClientCert = "client_cert_pem"
	ArgumentClientKey  = "client_key_pem"
)

// TLSError is an invalid setting of [TLS]. Its text holds nothing of the value.
type TLSError struct {
	Argument string // name of the setting
	Why      string // clause that says what is wrong
}

// Error returns the argument and what is wrong with it.
func (e *TLSError) Error() string { return e.Argument + ": " + e.Why }

// Config returns the configuration for crypto/tls. The error is always a
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
		if err != nil { // a system without authorities
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

// pairError returns the error for a certificate and a key that make no pair. The text
// of crypto/tls is not shown, since it describes the content of the key.
func (t TLS) pairError() *TLSError {
	if _, why := parseCertificates(t.ClientCertPEM); why != "" {
		return &TLSError{ArgumentClientCert, why}
	}
	if why := EncodingFault(t.ClientKeyPEM.Reveal()); why != "" {
		return &TLSError{ArgumentClientKey, why}
	}
	return &TLSError{ArgumentClientKey, "it is no private key in PEM without a passphrase, or not that of client_cert_pem"}
}

// parseCertificates parses all certificates of a text in PEM (RFC 7468). why is a
// clause that says what is wrong, or empty. Since encoding/pem skips blocks that it
// cannot decode, the count of BEGIN lines shows whether it did.
func parseCertificates(text string) (certificates []*x509.Certificate, why string) {
	for rest := []byte(text); ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		certificate, err := x509.ParseCertificate(block.Bytes)
		if block.Type != "CERTIFICATE" || err != nil {
			if cause, detail := certificateFault(fmt.Sprint(parseFault, err)); cause != CauseMalformed && block.Type == "CERTIFICATE" {
				return nil, "a certificate in it " + detail
			}
			return nil, "a part of it is no certificate"
		}
		certificates = append(certificates, certificate)
	}
	// encoding/pem finds no block behind a mark, also where files were joined.
	why = EncodingFault(text[max(0, strings.Index(text, byteOrderMark)):])
	switch {
	case len(certificates) > 0 && len(certificates) == strings.Count(text, "-----BEGIN "):
		return certificates, ""
	case why != "":
		return nil, why
	case len(certificates) == 0:
		return nil, "it holds no certificate in PEM, which begins with -----BEGIN CERTIFICATE-----"
	default:
		return nil, "a part of it is no certificate"
	}
}
