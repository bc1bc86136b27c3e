package registrytest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"strings"
	"time"
)

// Authority signs the certificates of servers.
type Authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
	pool        *x509.CertPool
}

// NewAuthority makes an authority.
func NewAuthority() *Authority {
	made := certify(&x509.Certificate{
		Subject: pkix.Name{CommonName: "registrytest"}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign,
	}, nil, nil)
	a := &Authority{certificate: made.Leaf, key: made.PrivateKey.(*ecdsa.PrivateKey), pool: x509.NewCertPool()}
	a.pool.AddCert(made.Leaf)
	return a
}

// Trusting is the configuration of a client that trusts the authority and no
// other; each has authorities of its own, to which a test may add.
func (a *Authority) Trusting() *tls.Config {
	return &tls.Config{RootCAs: a.pool.Clone(), MinVersion: tls.VersionTLS12}
}

// issue makes the certificate of a server on loopback; change, if any, changes
// what is signed.
func (a *Authority) issue(change func(*x509.Certificate)) tls.Certificate {
	template := serverTemplate()
	if change != nil {
		change(template)
	}
	return certify(template, a.certificate, a.key)
}

// issueBelow makes a certificate that is signed with the key of another server.
func (a *Authority) issueBelow() tls.Certificate {
	between := a.issue(nil)
	made := certify(serverTemplate(), between.Leaf, between.PrivateKey.(*ecdsa.PrivateKey))
	made.Certificate = append(made.Certificate, between.Certificate...)
	return made
}

// issueForHello makes a certificate for the name that a client asks for.
func (a *Authority) issueForHello(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	certificate := a.issue(func(c *x509.Certificate) { c.DNSNames = []string{strings.TrimSuffix(hello.ServerName, ".")} })
	return &certificate, nil
}

func serverTemplate() *x509.Certificate {
	return &x509.Certificate{
		Subject:     pkix.Name{CommonName: "registry"},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
}

// selfSigned is the certificate of a server on loopback that no authority signed.
func selfSigned() tls.Certificate { return certify(serverTemplate(), nil, nil) }

// certify makes a key and a certificate of it, signed by itself where there is
// no parent. It cannot fail: the templates are sound, and crypto/rand never
// fails.
func certify(template, parent *x509.Certificate, parentKey *ecdsa.PrivateKey) tls.Certificate {
	key := newKey()
	template.SerialNumber = big.NewInt(time.Now().UnixNano())
	if template.NotAfter.IsZero() {
		template.NotBefore, template.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	}
	if parent == nil {
		parent, parentKey = template, key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), parentKey)
	if err != nil {
		return tls.Certificate{}
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return tls.Certificate{}
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}

// newKey makes a key to sign with. It cannot fail, since crypto/rand never does.
func newKey() *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil
	}
	return key
}
