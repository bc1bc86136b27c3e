package registry_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

// pair is a certificate that signs itself, with its key, both in PEM.
type pair struct{ certificate, key string }

func newPair(t *testing.T) pair {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: rand.Text()}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	signed, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return pair{
		string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: signed})),
		string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: encoded})),
	}
}

func (p pair) load(t *testing.T) tls.Certificate {
	t.Helper()
	certificate, err := tls.X509KeyPair([]byte(p.certificate), []byte(p.key))
	if err != nil {
		t.Fatal(err)
	}
	return certificate
}

// serveTLS starts a registry with its own certificate; clients is the
// certificate that clients must have, nil for none.
func serveTLS(t *testing.T, server pair, clients *pair) string {
	t.Helper()
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) }))
	s.TLS = &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{server.load(t)}}
	if clients != nil {
		s.TLS.ClientAuth, s.TLS.ClientCAs = tls.RequireAndVerifyClientCert, x509.NewCertPool()
		s.TLS.ClientCAs.AppendCertsFromPEM([]byte(clients.certificate))
	}
	s.EnableHTTP2 = true
	s.Config.ErrorLog = log.New(io.Discard, "", 0) // it complains of every client that it refuses
	s.StartTLS()
	t.Cleanup(s.Close)
	return s.URL
}

func TestTLS_Config(t *testing.T) {
	t.Parallel()
	server, client, stranger := newPair(t), newPair(t), newPair(t)
	open, closed := serveTLS(t, server, nil), serveTLS(t, server, &client)
	with := func(p pair) registry.TLS {
		return registry.TLS{CACertPEM: server.certificate, ClientCertPEM: p.certificate, ClientKeyPEM: registry.NewSecret(p.key)}
	}
	for _, row := range []struct {
		name     string
		settings registry.TLS
		url      string
		fault    registry.Fault // "" for an answer
	}{
		{"an authority that the system does not know", registry.TLS{}, open, registry.FaultUntrusted},
		{"an authority that is configured", registry.TLS{CACertPEM: server.certificate}, open, ""},
		{"one of several authorities", registry.TLS{CACertPEM: stranger.certificate + server.certificate}, open, ""},
		{"another authority", registry.TLS{CACertPEM: stranger.certificate}, open, registry.FaultUntrusted},
		{"no verification", registry.TLS{Insecure: true}, open, ""},
		{"a client certificate that nobody asks for", with(client), open, ""},
		{"a client certificate that is wanted", with(client), closed, ""},
		{"no client certificate", registry.TLS{CACertPEM: server.certificate}, closed, registry.FaultClientCert},
		{"a client certificate of another authority", with(stranger), closed, registry.FaultClientCert},
		{"a client certificate without verification of the server", registry.TLS{Insecure: true, ClientCertPEM: client.certificate, ClientKeyPEM: registry.NewSecret(client.key)}, closed, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			config, err := row.settings.Config()
			if err != nil {
				t.Fatal(err)
			}
			answer := newClient(t, registry.Options{TLS: config}).Ask(t.Context(), parse(t, row.url), basic("hunter2x"))
			switch {
			case row.fault == "" && answer.Status != http.StatusOK:
				t.Errorf("status %d, failure %+v", answer.Status, answer.Failure)
			case row.fault != "" && (answer.Failure == nil || answer.Failure.Fault != row.fault):
				t.Errorf("failure %+v, want %s", answer.Failure, row.fault)
			}
		})
	}
}

// TestClient_Ask_FaultClientCertEveryTime asks often: the server's refusal
// comes as an alert, a reset or a broken pipe, run by run.
func TestClient_Ask_FaultClientCertEveryTime(t *testing.T) {
	t.Parallel()
	server := newPair(t)
	url := serveTLS(t, server, &server)
	config, err := registry.TLS{CACertPEM: server.certificate}.Config()
	if err != nil {
		t.Fatal(err)
	}
	for range 60 {
		answer := newClient(t, registry.Options{TLS: config}).Ask(t.Context(), parse(t, url), basic(strings.Repeat("long", 2000)))
		if answer.Failure == nil || answer.Failure.Fault != registry.FaultClientCert {
			t.Fatalf("failure %+v", answer.Failure)
		}
	}
}

func TestTLS_Config_Refuses(t *testing.T) {
	t.Parallel()
	one, other := newPair(t), newPair(t)
	const canary = "c4nary-key"
	for _, row := range []struct {
		name     string
		settings registry.TLS
		argument string
	}{
		{"an authority that is no PEM", registry.TLS{CACertPEM: canary}, "ca_cert_pem"},
		{"an authority that is a key", registry.TLS{CACertPEM: one.key}, "ca_cert_pem"},
		{"an authority beside a key", registry.TLS{CACertPEM: one.certificate + one.key}, "ca_cert_pem"},
		{"an authority beside a broken one", registry.TLS{CACertPEM: one.certificate + "-----BEGIN CERTIFICATE-----\nYzRuYXJ5LWtleQ==\n-----END CERTIFICATE-----\n"}, "ca_cert_pem"},
		{"an authority beside one that is no base64", registry.TLS{CACertPEM: one.certificate + "-----BEGIN CERTIFICATE-----\n" + canary + "\n-----END CERTIFICATE-----\n"}, "ca_cert_pem"},
		{"an authority beside one that is cut", registry.TLS{CACertPEM: one.certificate + other.certificate[:len(other.certificate)-40]}, "ca_cert_pem"},
		{"an authority behind one that is cut", registry.TLS{CACertPEM: other.certificate[:len(other.certificate)-40] + "\n" + one.certificate}, "ca_cert_pem"},
		{"a certificate with its key in it", registry.TLS{ClientCertPEM: one.certificate + one.key, ClientKeyPEM: registry.NewSecret(one.key)}, "client_cert_pem"},
		{"a certificate with a key of the old format in it", registry.TLS{ClientCertPEM: "-----BEGIN EC PRIVATE KEY-----\n" + canary + one.certificate, ClientKeyPEM: registry.NewSecret(one.key)}, "client_cert_pem"},
		{"a certificate without its key", registry.TLS{ClientCertPEM: one.certificate}, "client_key_pem"},
		{"a key without its certificate", registry.TLS{ClientKeyPEM: registry.NewSecret(one.key)}, "client_cert_pem"},
		{"a certificate that is no PEM", registry.TLS{ClientCertPEM: canary, ClientKeyPEM: registry.NewSecret(one.key)}, "client_cert_pem"},
		{"a key that is no PEM", registry.TLS{ClientCertPEM: one.certificate, ClientKeyPEM: registry.NewSecret(canary)}, "client_key_pem"},
		{"the key of another certificate", registry.TLS{ClientCertPEM: one.certificate, ClientKeyPEM: registry.NewSecret(other.key)}, "client_key_pem"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			_, err := row.settings.Config()
			fault, ok := errors.AsType[*registry.TLSError](err)
			if !ok || fault.Argument != row.argument || strings.Contains(err.Error(), canary) {
				t.Errorf("error %v, want one of %s that repeats nothing", err, row.argument)
			}
			if stored := row.settings.CACertPEM + row.settings.ClientCertPEM; strings.Contains(stored, "PRIVATE KEY") != strings.Contains(err.Error(), "private key, which would be stored") {
				t.Errorf("error %v, of which the stored arguments are\n%s", err, stored)
			}
		})
	}
}

// TestTLS_Config_NamesTheEncoding has what editors save: encoding/pem skips a block behind
// a byte order mark.
func TestTLS_Config_NamesTheEncoding(t *testing.T) {
	t.Parallel()
	const mark, wide = "begins with a byte order mark (U+FEFF); save it as UTF-8 without one", "is in UTF-16; save it as UTF-8"
	one, other := newPair(t), newPair(t)
	inUTF16 := func(text string) string {
		var wide strings.Builder
		for _, letter := range []byte(text) {
			wide.Write([]byte{letter, 0})
		}
		return wide.String()
	}
	for _, row := range []struct {
		name     string
		settings registry.TLS
		argument string // "" for no error
		want     string
	}{
		{"ca_cert_pem with a byte order mark", registry.TLS{CACertPEM: "\ufeff" + one.certificate}, "ca_cert_pem", mark},
		{"ca_cert_pem of two files, the second with a byte order mark", registry.TLS{CACertPEM: one.certificate + "\ufeff" + other.certificate}, "ca_cert_pem", mark},
		{"ca_cert_pem with a byte order mark before a comment", registry.TLS{CACertPEM: "\ufeff# ours\n" + one.certificate}, "", ""},
		{"ca_cert_pem in UTF-16", registry.TLS{CACertPEM: inUTF16(one.certificate)}, "ca_cert_pem", wide},
		{"ca_cert_pem in UTF-16 with its mark", registry.TLS{CACertPEM: "\xff\xfe" + inUTF16(one.certificate)}, "ca_cert_pem", wide},
		{"client_cert_pem with a byte order mark", registry.TLS{ClientCertPEM: "\ufeff" + one.certificate, ClientKeyPEM: registry.NewSecret(one.key)}, "client_cert_pem", mark},
		{"client_cert_pem in UTF-16", registry.TLS{ClientCertPEM: inUTF16(one.certificate), ClientKeyPEM: registry.NewSecret(one.key)}, "client_cert_pem", wide},
		{"client_key_pem with a byte order mark", registry.TLS{ClientCertPEM: one.certificate, ClientKeyPEM: registry.NewSecret("\ufeff" + one.key)}, "client_key_pem", mark},
		{"client_key_pem in UTF-16", registry.TLS{ClientCertPEM: one.certificate, ClientKeyPEM: registry.NewSecret(inUTF16(one.key))}, "client_key_pem", wide},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			_, err := row.settings.Config()
			fault, _ := errors.AsType[*registry.TLSError](err)
			if row.argument == "" && err != nil || row.argument != "" && (fault == nil || fault.Argument != row.argument || !strings.HasSuffix(fault.Why, row.want)) {
				t.Errorf("error %v, want one of %q: %q", err, row.argument, row.want)
			}
		})
	}
}

// TestTLS_Config_NamesWhatIsWrongWithACertificate has an authority that Go cannot parse.
func TestTLS_Config_NamesWhatIsWrongWithACertificate(t *testing.T) {
	t.Parallel()
	root := issue(t, nil, authority)
	_, err := registry.TLS{CACertPEM: pemOf(withNegativeSerial(t, root, root))}.Config()
	if err == nil || err.Error() != "ca_cert_pem: a certificate in it has a negative serial number" {
		t.Errorf("error %v", err)
	}
}
