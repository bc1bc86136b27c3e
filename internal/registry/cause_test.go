package registry_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/http/httpproxy"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/registrytest"
)

// link is a certificate of a chain, with its key.
type link struct {
	der      []byte
	template *x509.Certificate
	key      *ecdsa.PrivateKey
}

// issue makes a certificate for registry.example.com and 127.0.0.1, signed by an issuer,
// or by itself for nil; change says what is special about it.
func issue(t *testing.T, issuer *link, change func(*x509.Certificate)) link {
	t.Helper()
	return issueFor(t, issuer, nil, change)
}

// issueFor is issue for a public key other than that of the key that it makes.
func issueFor(t *testing.T, issuer *link, public crypto.PublicKey, change func(*x509.Certificate)) link {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	made := link{key: key, template: &x509.Certificate{
		SerialNumber: big.NewInt(0x11), Subject: pkix.Name{CommonName: rand.Text()},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		DNSNames: []string{"registry.example.com"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		BasicConstraintsValid: true,
	}}
	if change != nil {
		change(made.template)
	}
	if public == nil {
		public = key.Public()
	}
	if issuer == nil {
		issuer = &made
	}
	if made.der, err = x509.CreateCertificate(rand.Reader, made.template, issuer.template, public, issuer.key); err != nil {
		t.Fatal(err)
	}
	return made
}

// authority changes a certificate into that of an authority.
func authority(c *x509.Certificate) {
	c.IsCA, c.KeyUsage, c.DNSNames, c.IPAddresses = true, x509.KeyUsageCertSign, nil, nil
}

// alternativeName makes of a general name (RFC 5280 section 4.2.1.6) the only one of a
// certificate, since x509.CreateCertificate writes only those that it can read.
func alternativeName(tag byte, content []byte) func(*x509.Certificate) {
	return func(c *x509.Certificate) {
		c.DNSNames, c.IPAddresses = nil, nil
		list := append([]byte{0x30, byte(2 + len(content)), 0x80 | tag, byte(len(content))}, content...) // in DER, with lengths below 128
		c.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 17}, Value: list}}
	}
}

// withNegativeSerial changes the serial number of a certificate, and signs it anew:
// x509.CreateCertificate makes none.
func withNegativeSerial(t *testing.T, l, issuer link) link {
	t.Helper()
	var parts struct {
		Content   asn1.RawValue
		Algorithm asn1.RawValue
		Signature asn1.BitString
	}
	if _, err := asn1.Unmarshal(l.der, &parts); err != nil {
		t.Fatal(err)
	}
	content := strings.Replace(string(parts.Content.FullBytes), "\x02\x01\x11", "\x02\x01\x91", 1)
	parts.Content = asn1.RawValue{FullBytes: []byte(content)}
	digest := sha256.Sum256([]byte(content))
	signature, err := issuer.key.Sign(rand.Reader, digest[:], crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	parts.Signature = asn1.BitString{Bytes: signature, BitLength: 8 * len(signature)}
	if l.der, err = asn1.Marshal(parts); err != nil {
		t.Fatal(err)
	}
	return l
}

// pemOf returns certificates in PEM.
func pemOf(links ...link) string {
	var text strings.Builder
	for _, l := range links {
		_ = pem.Encode(&text, &pem.Block{Type: "CERTIFICATE", Bytes: l.der}) // a builder takes all
	}
	return text.String()
}

// serveChain serves TLS with a chain, and returns a dialer that leads there.
func serveChain(t *testing.T, chain ...link) func(ctx context.Context, network, address string) (net.Conn, error) {
	t.Helper()
	certificate := tls.Certificate{PrivateKey: chain[0].key}
	for _, l := range chain {
		certificate.Certificate = append(certificate.Certificate, l.der)
	}
	host, err := registrytest.Serve(t, func(conn net.Conn) {
		secure := tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{certificate}})
		if secure.HandshakeContext(t.Context()) == nil {
			respondOnce(secure, refusal)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, host)
	}
}

// TestClient_Ask_CertificateFaults has a fault of a certificate in each row, met in a
// handshake. The names of the rows say what the certificate is.
func TestClient_Ask_CertificateFaults(t *testing.T) {
	t.Parallel()
	root, stranger := issue(t, nil, authority), issue(t, nil, authority)
	between := issue(t, &root, authority)
	good := issue(t, &root, nil)
	noAuthority := issue(t, nil, nil)
	oldAuthority := issue(t, nil, func(c *x509.Certificate) {
		authority(c)
		c.NotBefore, c.NotAfter = time.Now().Add(-2*time.Hour), time.Now().Add(-time.Hour)
	})
	nearly := new(big.Int).Lsh(big.NewInt(1), 8192) // of 8193 bits
	large := &rsa.PublicKey{N: nearly.SetBit(nearly, 0, 1), E: 65537}
	chain := func(links ...link) []link { return links }
	const host, address = "registry.example.com", "127.0.0.1"
	for _, row := range []struct {
		name   string
		chain  []link
		ca     string // ca_cert_pem
		asked  string
		fault  registry.Fault // "" for an answer
		cause  registry.Cause
		detail string // a part of it
	}{
		{"good", chain(good), pemOf(root), host, "", "", ""},
		{"good, with one between", chain(issue(t, &between, nil), between), pemOf(root), host, "", "", ""},
		{"a negative serial, its own", chain(withNegativeSerial(t, good, root)), pemOf(root), host, registry.FaultTLS, registry.CauseNegativeSerial, "has a negative serial number"},
		{"a negative serial, in the chain", chain(issue(t, &between, nil), withNegativeSerial(t, between, root)), pemOf(root), host, registry.FaultTLS, registry.CauseNegativeSerial, "has a negative serial number"},
		{"a DNS name beyond ASCII", chain(issue(t, &root, alternativeName(2, []byte("régistry.example.com")))), pemOf(root), host, registry.FaultTLS, registry.CauseMalformedName, "not ASCII"},
		{"an address of three bytes", chain(issue(t, &root, alternativeName(7, []byte{127, 0, 1}))), pemOf(root), address, registry.FaultTLS, registry.CauseMalformedIP, "neither of 4 nor of 16 bytes"},
		{"a URI that is none", chain(issue(t, &root, alternativeName(6, []byte("https://c4nary host/")))), pemOf(root), host, registry.FaultTLS, registry.CauseMalformed, "cannot be read"},
		{"an RSA key over 8192 bits, its own", chain(issueFor(t, &root, large, nil)), pemOf(root), host, registry.FaultTLS, registry.CauseLargeKey, "more than 8192 bits"},
		{"an RSA key over 8192 bits, in the chain", chain(good, issueFor(t, &root, large, authority)), pemOf(root), host, registry.FaultTLS, registry.CauseLargeKey, "more than 8192 bits"},
		{"common name only", chain(issue(t, &root, func(c *x509.Certificate) { c.DNSNames, c.IPAddresses, c.Subject.CommonName = nil, nil, host })), pemOf(root), host, registry.FaultUntrusted, registry.CauseCommonName, "by its common name only"},
		{"common name only, with a star", chain(issue(t, &root, func(c *x509.Certificate) { c.DNSNames, c.IPAddresses, c.Subject.CommonName = nil, nil, "*.example.com" })), pemOf(root), host, registry.FaultUntrusted, registry.CauseCommonName, "by its common name only"},
		{"common name only, an address", chain(issue(t, &root, func(c *x509.Certificate) { c.DNSNames, c.IPAddresses, c.Subject.CommonName = nil, nil, address })), pemOf(root), address, registry.FaultUntrusted, registry.CauseCommonName, "by its common name only"},
		{"common name only, of another host", chain(issue(t, &root, func(c *x509.Certificate) { c.DNSNames, c.IPAddresses, c.Subject.CommonName = nil, nil, "example.net" })), pemOf(root), host, registry.FaultUntrusted, registry.CauseName, "another name"},
		{"the common name beside another name", chain(issue(t, &root, func(c *x509.Certificate) { c.DNSNames, c.Subject.CommonName = []string{"example.net"}, host })), pemOf(root), host, registry.FaultUntrusted, registry.CauseName, "another name"},
		{"an address as a DNS name", chain(issue(t, &root, alternativeName(2, []byte(address)))), pemOf(root), address, registry.FaultUntrusted, registry.CauseAddressAsName, "as a DNS name and not as an address"},
		{"an address of IPv6 as a DNS name", chain(issue(t, &root, alternativeName(2, []byte("2001:DB8:0::1")))), pemOf(root), "[2001:db8::1]", registry.FaultUntrusted, registry.CauseAddressAsName, "as a DNS name and not as an address"},
		{"another address as a DNS name", chain(issue(t, &root, alternativeName(2, []byte("127.0.0.2")))), pemOf(root), address, registry.FaultUntrusted, registry.CauseName, "another name"},
		{"another address", chain(issue(t, &root, func(c *x509.Certificate) { c.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 2)} })), pemOf(root), address, registry.FaultUntrusted, registry.CauseName, "another name"},
		{"no authority in ca_cert_pem", chain(good), "", host, registry.FaultUntrusted, registry.CauseAuthority, "this machine does not trust"},
		{"another authority in ca_cert_pem", chain(good), pemOf(stranger), host, registry.FaultUntrusted, registry.CauseOtherAuthority, "neither this machine nor ca_cert_pem"},
		{"without the one between", chain(issue(t, &between, nil)), pemOf(root), host, registry.FaultUntrusted, registry.CauseOtherAuthority, "neither this machine nor ca_cert_pem"},
		{"an issuer in ca_cert_pem that is not an authority", chain(issue(t, &noAuthority, nil)), pemOf(noAuthority), host, registry.FaultUntrusted, registry.CauseNoAuthority, "not an authority's"},
		{"an issuer in the chain that is not an authority", chain(issue(t, &good, nil), good), pemOf(root), host, registry.FaultUntrusted, registry.CauseNoAuthority, "not an authority's"},
		{"its own issuer, without being an authority", chain(noAuthority), pemOf(noAuthority), host, "", "", ""},
		{"an authority in ca_cert_pem that has expired", chain(issue(t, &oldAuthority, nil)), pemOf(oldAuthority), host, registry.FaultUntrusted, registry.CauseChainExpired, "the certificate of an authority"},
		{"expired", chain(issue(t, &root, func(c *x509.Certificate) { c.NotAfter = c.NotBefore.Add(time.Minute) })), pemOf(root), host, registry.FaultUntrusted, registry.CauseExpired, "its certificate has expired"},
		{"for clients only", chain(issue(t, &root, func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} })), pemOf(root), host, registry.FaultUntrusted, registry.CauseUsage, "not for servers"},
		{"signed by means of SHA-1", chain(issue(t, &root, func(c *x509.Certificate) { c.SignatureAlgorithm = x509.ECDSAWithSHA1 })), pemOf(root), host, registry.FaultUntrusted, registry.CauseWeakSignature, "SHA-1"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			config, err := registry.TLS{CACertPEM: row.ca}.Config()
			if err != nil {
				t.Fatal(err)
			}
			answer := newClient(t, registry.Options{TLS: config, Dial: serveChain(t, row.chain...)}).Ask(t.Context(), parse(t, "https://"+row.asked), basic("hunter2x"))
			switch failure := answer.Failure; {
			case failure == nil:
				if row.fault != "" || answer.Status != http.StatusUnauthorized {
					t.Errorf("answer %+v, want the fault %q", answer, row.fault)
				}
			case failure.Fault != row.fault || failure.Cause != row.cause || !strings.Contains(failure.Detail, row.detail):
				t.Errorf("failure %+v; want %q for %q, %q", failure, row.fault, row.cause, row.detail)
			case strings.Contains(failure.Detail, "c4nary"):
				t.Errorf("detail %q repeats the certificate", failure.Detail)
			}
		})
	}
}

// TestClient_Ask_NegativeSerialsAreReadWithGODEBUG shows that what the causes say about
// GODEBUG is so.
func TestClient_Ask_NegativeSerialsAreReadWithGODEBUG(t *testing.T) {
	t.Setenv("GODEBUG", "x509negativeserial=1")
	root := issue(t, nil, authority)
	config, err := registry.TLS{CACertPEM: pemOf(root)}.Config()
	if err != nil {
		t.Fatal(err)
	}
	dial := serveChain(t, withNegativeSerial(t, issue(t, &root, nil), root))
	answer := newClient(t, registry.Options{TLS: config, Dial: dial}).Ask(t.Context(), parse(t, "https://registry.example.com"), basic("hunter2x"))
	if answer.Status != http.StatusUnauthorized {
		t.Errorf("answer %+v, failure %+v", answer, answer.Failure)
	}
}

// TestClient_Ask_ClientCertCauses has a server that demands a client certificate in a
// handshake, and one that does so by a page of nginx.
func TestClient_Ask_ClientCertCauses(t *testing.T) {
	t.Parallel()
	server, accepted, foreign := newPair(t), newPair(t), newPair(t)
	page := "HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<center>No required SSL certificate was sent</center>"
	ask := func(t *testing.T, url string, client *pair) registry.Answer {
		t.Helper()
		settings := registry.TLS{CACertPEM: server.certificate}
		if client != nil {
			settings.ClientCertPEM, settings.ClientKeyPEM = client.certificate, registry.NewSecret(client.key)
		}
		config, err := settings.Config()
		if err != nil {
			t.Fatal(err)
		}
		return newClient(t, registry.Options{TLS: config}).Ask(t.Context(), parse(t, url), registry.Credential{})
	}
	naming := func(t *testing.T, authorities *x509.CertPool) string {
		t.Helper()
		config := &tls.Config{Certificates: []tls.Certificate{server.load(t)}, ClientAuth: tls.RequestClientCert, ClientCAs: authorities}
		host, err := registrytest.Serve(t, func(conn net.Conn) {
			secure := tls.Server(conn, config)
			if secure.HandshakeContext(t.Context()) == nil {
				respondOnce(secure, page)
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		return "https://" + host
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM([]byte(accepted.certificate))
	for _, row := range []struct {
		name   string
		client *pair
		asked  *x509.CertPool // authorities that the server names; nil for none
		want   registry.Cause
	}{
		{"none is configured", nil, pool, registry.CauseNoClientCert},
		{"a foreign one is configured", &foreign, pool, registry.CauseOtherClientCert},
		{"a foreign one is configured, and the server names no authority", &foreign, nil, registry.CauseBadClientCert},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			if got := ask(t, naming(t, row.asked), row.client); !got.ClientCert || got.Cause != row.want {
				t.Errorf("by a page: answer %+v, failure %+v, want %q", got, got.Failure, row.want)
			}
			if row.asked == nil {
				return
			}
			if got := ask(t, serveTLS(t, server, &accepted), row.client); got.Failure == nil || got.Failure.Cause != row.want {
				t.Errorf("by an alert: answer %+v, failure %+v, want %q", got, got.Failure, row.want)
			}
		})
	}
	if got := ask(t, serveTLS(t, server, &accepted), &accepted); got.Failure != nil || got.Cause != "" {
		t.Errorf("the right one: answer %+v, failure %+v", got, got.Failure)
	}
}

// TestClient_Ask_NamesTheProxyVariableThatIsNoURL has values that httpproxy drops, or
// takes for a host named http.
func TestClient_Ask_NamesTheProxyVariableThatIsNoURL(t *testing.T) {
	t.Parallel()
	notFound := func(_ context.Context, _, _ string) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", IsNotFound: true}}
	}
	for _, row := range []struct {
		name, address, asked, noProxy string
		fault                         registry.Fault
		want                          string // the variable that is named; "" for none
	}{
		{"a percent sign in the password", "http://u:a%b@proxy.example.com", "https://r.example.com", "", registry.FaultDNS, "HTTPS_PROXY (or https_proxy)"},
		{"a percent sign in the password, plain HTTP", "http://u:a%b@proxy.example.com", "http://r.example.com", "", registry.FaultDNS, "HTTP_PROXY (or http_proxy)"},
		{"a percent sign without a scheme", "u:a%b@proxy.example.com:3128", "https://r.example.com", "", registry.FaultConnection, "HTTPS_PROXY (or https_proxy)"},
		{"a slash in the password", "http://u:a/b@proxy.example.com", "https://r.example.com", "", registry.FaultConnection, "HTTPS_PROXY (or https_proxy)"},
		{"a number sign in the password", "http://u:a#b@proxy.example.com", "https://r.example.com", "", registry.FaultConnection, "HTTPS_PROXY (or https_proxy)"},
		{"a port that is none", "http://u:ab@proxy.example.com:port", "https://r.example.com", "", registry.FaultConnection, "HTTPS_PROXY (or https_proxy)"},
		{"a percent sign, and the registry needs no proxy", "http://u:a%b@proxy.example.com", "https://r.example.com", "r.example.com", registry.FaultDNS, ""},
		{"a URL", "http://u:a%25b@proxy.example.com", "https://r.example.com", "", registry.FaultConnection, ""},
		{"a host", "proxy.example.com:3128", "https://r.example.com", "", registry.FaultConnection, ""},
		{"nothing", "", "https://r.example.com", "", registry.FaultDNS, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			proxies := &httpproxy.Config{HTTPProxy: row.address, HTTPSProxy: row.address, NoProxy: row.noProxy}
			failure := newClient(t, registry.Options{Proxy: proxies, Dial: notFound}).Ask(t.Context(), parse(t, row.asked), registry.Credential{}).Failure
			if failure == nil || failure.Fault != row.fault {
				t.Fatalf("failure %+v, want %q", failure, row.fault)
			}
			if want := row.want + " does not hold a URL, so no proxy was asked"; row.want != "" && (failure.Detail != want || failure.Cause != registry.CauseProxyAddress) {
				t.Errorf("failure %+v, want %q", failure, want)
			}
			if row.want == "" && failure.Cause == registry.CauseProxyAddress {
				t.Errorf("failure %+v", failure)
			}
		})
	}
}
