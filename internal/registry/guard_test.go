package registry_test

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/net/http/httpproxy"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/registrytest"
)

// fakeNetwork connects every name to one server and reports an invented address.
type fakeNetwork struct {
	server string   // host:port that is really connected to
	at     []string // invented addresses, one for each connection; the last one stays

	mu      sync.Mutex
	dialled []string // host:port of each dial
	written int      // bytes, over all connections
}

func (n *fakeNetwork) dial(ctx context.Context, kind, hostport string) (net.Conn, error) {
	_, port, err := net.SplitHostPort(hostport)
	if err != nil {
		return nil, err
	}
	n.mu.Lock()
	at := n.at[min(len(n.dialled), len(n.at)-1)]
	n.dialled = append(n.dialled, hostport)
	n.mu.Unlock()
	conn, err := new(net.Dialer).DialContext(ctx, kind, n.server)
	if err != nil {
		return nil, err
	}
	remote, err := netip.ParseAddrPort(net.JoinHostPort(at, port))
	if err != nil {
		_ = conn.Close() // nothing was sent
		return nil, err
	}
	return relocatedConn{conn, net.TCPAddrFromAddrPort(remote), n}, nil
}

func (n *fakeNetwork) log() (dialled []string, written int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.dialled), n.written
}

// relocatedConn is a connection with an invented address.
type relocatedConn struct {
	net.Conn
	remote  net.Addr
	network *fakeNetwork
}

func (e relocatedConn) RemoteAddr() net.Addr { return e.remote }

func (e relocatedConn) Write(b []byte) (int, error) {
	e.network.mu.Lock()
	e.network.written += len(b)
	e.network.mu.Unlock()
	return e.Conn.Write(b)
}

func identity(token string) registry.Credential {
	return registry.Credential{IdentityToken: registry.NewSecret(token)}
}

// credentialOfEachKind returns a credential of each kind that a token service gets.
func credentialOfEachKind() map[string]registry.Credential {
	return map[string]registry.Credential{"basic": basic("hunter2x"), "identity token": identity("hunter2x"), "anonymous": {}}
}

func bearerRealm(realm string) registry.Challenge {
	return registry.Challenge{Scheme: "Bearer", Params: params("realm", realm, "service", "r.example.com")}
}

// issueToken answers every request with a token, and keeps no connection.
func issueToken(string) registrytest.Response {
	return registrytest.Response{Status: http.StatusOK, Header: http.Header{"Connection": {"close"}}, Body: `{"token":"minted"}`}
}

const (
	anywhere  = "203.0.113.7"
	downgrade = "plain http while the registry is https"
	linkLocal = "link-local or metadata"
	inward    = "private address while the registry was reached at a public one"
	userInfo  = "user information"
)

// guardRow is a request to the realm of a registry at an address.
type guardRow struct {
	name     string
	registry string // http://r.example.com where empty
	reach    registry.Reach
	realm    string // http://auth.example.com/token where empty
	at       string // anywhere where empty
	trusted  []string
	refused  string // a part of the reason; sent where empty
}

func runGuardRows(t *testing.T, proxy *httpproxy.Config, rows []guardRow) {
	t.Helper()
	for _, row := range rows {
		row.registry = orElse(row.registry, "http://r.example.com")
		row.realm = orElse(row.realm, "http://auth.example.com/token")
		row.at = orElse(row.at, anywhere)
		for kind, credential := range credentialOfEachKind() {
			t.Run(row.name+", "+kind, func(t *testing.T) {
				t.Parallel()
				runGuardRow(t, proxy, row, credential)
			})
		}
	}
}

func orElse(text, other string) string {
	if text == "" {
		return other
	}
	return text
}

func runGuardRow(t *testing.T, proxy *httpproxy.Config, row guardRow, credential registry.Credential) {
	t.Helper()
	options := registry.Options{Proxy: proxy, TrustedRealms: row.trusted}
	var server *registrytest.Registry
	if strings.HasPrefix(row.realm, "https:") && row.refused == "" {
		server = registrytest.NewTLS(t, func(string) registrytest.Response {
			return registrytest.Response{Status: http.StatusOK, Body: `{"token":"minted"}`}
		})
		options.TLS = trusting(server.Server)
	} else {
		server = registrytest.New(t, issueToken)
	}
	network := &fakeNetwork{server: server.Host(), at: []string{row.at}}
	options.Dial = network.dial
	endpoint := parse(t, row.registry)
	answer := newClient(t, options).Token(t.Context(), registry.TokenRequest{
		Endpoint: endpoint, Challenged: endpoint.URL(), Reach: row.reach, Challenge: bearerRealm(row.realm), Credential: credential,
	})
	asked := server.Requests()
	_, written := network.log()
	if row.refused == "" {
		if answer.Failure != nil || answer.Status != http.StatusOK || answer.Token.Reveal() != "minted" {
			t.Fatalf("status %d, failure %+v; want a token", answer.Status, answer.Failure)
		}
		if len(asked) != 1 || asked[0].Path != "/token" {
			t.Errorf("asked %+v, want once", asked)
		}
		return
	}
	if !answer.Failure.Unsafe() || !strings.Contains(answer.Failure.Detail, row.refused) {
		t.Errorf("status %d, failure %+v; want unsafe, %q", answer.Status, answer.Failure, row.refused)
	}
	if written != 0 || len(asked) != 0 {
		t.Errorf("%d bytes were written, asked %+v; want nothing", written, asked)
	}
	if answer.Usable() || strings.Contains(answer.Endpoint, "@") {
		t.Errorf("usable %t, endpoint %q", answer.Usable(), answer.Endpoint)
	}
}

func TestClient_Token_GuardChecksTheConnectedAddress(t *testing.T) {
	t.Parallel()
	rows := []guardRow{
		{name: "a public realm of a public registry", reach: registry.ReachPublic},
		{name: "a public realm of a private registry", reach: registry.ReachPrivate},
		{name: "a private realm of a registry of unknown reach", reach: registry.ReachUnknown, at: "10.0.0.5", refused: inward},
		{name: "a private realm of a link-local registry", reach: registry.ReachLinkLocal, at: "10.0.0.5"},
	}
	for name, at := range map[string]string{
		"loopback": "127.0.0.1", "loopback over IPv6": "::1", "unspecified": "0.0.0.0", "unspecified over IPv6": "::",
		"ten": "10.0.0.5", "172.16": "172.16.0.5", "192.168": "192.168.0.5", "shared": "100.64.0.5", "unique local": "fd00::5",
		"mapped": "::ffff:10.0.0.5", "NAT64": "64:ff9b::10.0.0.5", "6to4": "2002:a00:5::1",
	} {
		rows = append(rows,
			guardRow{name: name + ", public registry", reach: registry.ReachPublic, at: at, refused: inward},
			guardRow{name: name + ", private registry", reach: registry.ReachPrivate, at: at},
			guardRow{name: name + ", trusted", reach: registry.ReachPublic, at: at, trusted: []string{"auth.example.com"}},
		)
	}
	for name, at := range map[string]string{
		"link-local": "169.254.0.1", "link-local over IPv6": "fe80::1", "link-local with a zone": "fe80::1%1",
		"metadata": "169.254.169.254", "metadata of Amazon over IPv6": "fd00:ec2::254", "metadata of Alibaba": "100.100.100.200",
		"metadata of Azure": "168.63.129.16", "metadata, mapped": "::ffff:169.254.169.254", "metadata, NAT64": "64:ff9b::169.254.169.254",
		"metadata, 6to4": "2002:a9fe:a9fe::1",
	} {
		for reach, word := range map[registry.Reach]string{registry.ReachPublic: "public", registry.ReachPrivate: "private", registry.ReachLinkLocal: "link-local"} {
			rows = append(rows,
				guardRow{name: name + ", " + word + " registry", reach: reach, at: at, refused: linkLocal},
				guardRow{name: name + ", " + word + " registry, trusted", reach: reach, at: at, trusted: []string{"auth.example.com", "auth.example.com:80"}, refused: linkLocal},
			)
		}
	}
	runGuardRows(t, nil, rows)
}

func TestClient_Token_GuardLetsTrustedRealmsPass(t *testing.T) {
	t.Parallel()
	const port5001, v6 = "http://auth.example.com:5001/token", "http://[fd00::5]:5001/token"
	runGuardRows(t, nil, []guardRow{
		{name: "a host on its default port", reach: registry.ReachPublic, at: "10.0.0.5", trusted: []string{"auth.example.com"}},
		{name: "a host on any port", reach: registry.ReachPublic, realm: port5001, at: "10.0.0.5", trusted: []string{"auth.example.com"}},
		{name: "a host in another case", reach: registry.ReachPublic, at: "10.0.0.5", trusted: []string{"Auth.Example.COM"}},
		{name: "a host in another case with its port", reach: registry.ReachPublic, realm: port5001, at: "10.0.0.5", trusted: []string{"Auth.Example.COM:5001"}},
		{name: "a host with its port", reach: registry.ReachPublic, realm: port5001, at: "10.0.0.5", trusted: []string{"auth.example.com:5001"}},
		{name: "a host with the default port", reach: registry.ReachPublic, at: "10.0.0.5", trusted: []string{"auth.example.com:80"}},
		{name: "one of several", reach: registry.ReachPublic, at: "10.0.0.5", trusted: []string{"other.example.com", "auth.example.com"}},
		{name: "a host that is no ASCII", reach: registry.ReachPublic, realm: "http://bücher.example.com/token", at: "10.0.0.5", trusted: []string{"Bücher.example.com"}},
		{name: "a host that is no ASCII with its port", reach: registry.ReachPublic, realm: "http://bücher.example.com/token", at: "10.0.0.5", trusted: []string{"bücher.example.com:80"}},
		{name: "a host in punycode", reach: registry.ReachPublic, realm: "http://bücher.example.com/token", at: "10.0.0.5", trusted: []string{"xn--bcher-kva.example.com:80"}},
		{name: "an address", reach: registry.ReachPublic, realm: "http://10.0.0.5/token", at: "10.0.0.5", trusted: []string{"10.0.0.5"}},
		{name: "an IPv6 address", reach: registry.ReachPublic, realm: v6, at: "fd00::5", trusted: []string{"[fd00::5]"}},
		{name: "an IPv6 address with its port", reach: registry.ReachPublic, realm: v6, at: "fd00::5", trusted: []string{"[fd00::5]:5001"}},
		{name: "but not another port", reach: registry.ReachPublic, realm: port5001, at: "10.0.0.5", trusted: []string{"auth.example.com:5000"}, refused: inward},
		{name: "but not another port of an IPv6 address", reach: registry.ReachPublic, realm: v6, at: "fd00::5", trusted: []string{"[fd00::5]:5000"}, refused: inward},
		{name: "but not another host", reach: registry.ReachPublic, at: "10.0.0.5", trusted: []string{"example.com", "auth.example.co"}, refused: inward},
		{name: "but not the address behind a name", reach: registry.ReachPublic, at: "10.0.0.5", trusted: []string{"10.0.0.5"}, refused: inward},
		{name: "but not an empty name", reach: registry.ReachPublic, at: "10.0.0.5", trusted: []string{""}, refused: inward},
		{name: "but not plain http", registry: "https://r.example.com", reach: registry.ReachPrivate, trusted: []string{"auth.example.com"}, refused: downgrade},
		{name: "but not user information", reach: registry.ReachPublic, realm: "http://u:p@auth.example.com/token", trusted: []string{"auth.example.com"}, refused: userInfo},
	})
}

// TestNewClient_LeavesTheTrustedRealmsAsTheyAre: one list serves the clients of all
// settings of TLS, at the same time.
func TestNewClient_LeavesTheTrustedRealmsAsTheyAre(t *testing.T) {
	t.Parallel()
	realms := []string{"Bücher.example.com:5001"}
	newClient(t, registry.Options{TrustedRealms: realms})
	if realms[0] != "Bücher.example.com:5001" {
		t.Errorf("the list has %q", realms)
	}
}

func TestClient_Token_GuardChecksTheWrittenRealm(t *testing.T) {
	t.Parallel()
	const own = "http://r.example.com"
	runGuardRows(t, nil, []guardRow{
		{name: "the registry's own host", reach: registry.ReachPublic, realm: own + "/token", at: "10.0.0.5"},
		{name: "the registry's own host at a link-local address", reach: registry.ReachPublic, realm: own + "/token", at: "169.254.169.254"},
		{name: "the registry's own host on another port", reach: registry.ReachPublic, realm: own + ":5001/token", at: "10.0.0.5"},
		{name: "the registry's own host in upper case", reach: registry.ReachPublic, realm: "HTTP://R.Example.COM/token", at: "10.0.0.5"},
		{name: "a relative realm", reach: registry.ReachPublic, realm: "/token", at: "10.0.0.5"},
		{name: "the registry's own host over https", registry: "https://r.example.com", reach: registry.ReachPublic, realm: "https://r.example.com/token", at: "10.0.0.5"},
		{name: "an https realm of an http registry", reach: registry.ReachPublic, realm: "https://auth.example.com/token"},
		{name: "the own name over another scheme is guarded", reach: registry.ReachPublic, realm: "https://r.example.com/token", at: "10.0.0.5", refused: inward},
		{name: "a subdomain is another host", reach: registry.ReachPublic, realm: "http://auth.r.example.com/token", at: "10.0.0.5", refused: inward},
		{name: "a name that begins like the registry", reach: registry.ReachPublic, realm: own + ".evil.example/token", at: "10.0.0.5", refused: inward},
		{name: "an http realm of an https registry", registry: "https://r.example.com", reach: registry.ReachPublic, refused: downgrade},
		{name: "an http realm of an https registry on its own host", registry: "https://r.example.com", reach: registry.ReachPublic, realm: own + "/token", refused: downgrade},
		{name: "an http realm of a private https registry", registry: "https://r.example.com", reach: registry.ReachPrivate, refused: downgrade},
		{name: "user information", reach: registry.ReachPublic, realm: "http://user:pass@auth.example.com/token", refused: userInfo},
		{name: "a user name alone", reach: registry.ReachPublic, realm: "http://user@auth.example.com/token", refused: userInfo},
		{name: "an empty user name", reach: registry.ReachPublic, realm: "http://@auth.example.com/token", refused: userInfo},
		{name: "user information on the own host", reach: registry.ReachPublic, realm: "http://user:pass@r.example.com/token", refused: userInfo},
		{name: "a private literal", reach: registry.ReachPublic, realm: "http://10.0.0.5/token", refused: inward},
		{name: "localhost", reach: registry.ReachPublic, realm: "http://localhost:5001/token", refused: inward},
		{name: "a metadata literal of a private registry", reach: registry.ReachPrivate, realm: "http://169.254.169.254/token", refused: linkLocal},
		{name: "a metadata name of a private registry", reach: registry.ReachPrivate, realm: "http://metadata.google.internal/token", refused: linkLocal},
	})
}

func TestClient_Token_GuardChecksTheNameThroughAProxy(t *testing.T) {
	t.Parallel()
	const fullWidth = "http://１６９．２５４．１６９．２５４/token"
	runGuardRows(t, &httpproxy.Config{HTTPProxy: "http://proxy.example.com:3128"}, []guardRow{
		{name: "a name, whatever the proxy's address is", reach: registry.ReachUnknown, at: "10.0.0.5"},
		{name: "a public literal", reach: registry.ReachUnknown, realm: "http://203.0.113.9/token", at: "10.0.0.5"},
		{name: "a private literal of a private registry", reach: registry.ReachPrivate, realm: "http://10.0.0.5/token"},
		{name: "a private literal that is trusted", reach: registry.ReachUnknown, realm: "http://10.0.0.5/token", trusted: []string{"10.0.0.5"}},
		{name: "a private literal on the own host", registry: "http://10.0.0.5", reach: registry.ReachUnknown, realm: "http://10.0.0.5/token"},
		{name: "a private literal", reach: registry.ReachUnknown, realm: "http://10.0.0.5/token", refused: inward},
		{name: "a private literal of a public registry", reach: registry.ReachPublic, realm: "http://[fd00::5]/token", refused: inward},
		{name: "a metadata literal", reach: registry.ReachPrivate, realm: "http://169.254.169.254/token", refused: linkLocal},
		{name: "a mapped metadata literal", reach: registry.ReachPrivate, realm: "http://[::ffff:169.254.169.254]/token", refused: linkLocal},
		{name: "a metadata literal as a number", reach: registry.ReachPrivate, realm: "http://2852039166/token", refused: linkLocal},
		{name: "a metadata literal in full-width digits", reach: registry.ReachPrivate, realm: fullWidth, refused: linkLocal},
		{name: "a metadata literal that is trusted", reach: registry.ReachPrivate, realm: "http://169.254.169.254/token", trusted: []string{"169.254.169.254"}, refused: linkLocal},
		{name: "a metadata name", reach: registry.ReachPrivate, realm: "http://metadata.google.internal/token", refused: linkLocal},
		{name: "a metadata name in upper case with a dot", reach: registry.ReachPrivate, realm: "http://METADATA.google.internal./token", refused: linkLocal},
		{name: "an http realm of an https registry", registry: "https://r.example.com", reach: registry.ReachUnknown, refused: downgrade},
		{name: "user information", reach: registry.ReachUnknown, realm: "http://user:pass@auth.example.com/token", refused: userInfo},
	})
}
