package doctor_test

import (
	"context"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stellaops/terraform-provider-stellaops/internal/doctor"
	"github.com/stellaops/terraform-provider-stellaops/internal/redact"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/registrytest"
	"github.com/stellaops/terraform-provider-stellaops/internal/verdict"
)

type (
	visit    = registrytest.Request
	response = registrytest.Response
)

// publicAddress is the address of every name that an attack does not place elsewhere.
const publicAddress = "203.0.113.7"

// attack tries to make a check send its secret to a third party. The registry is at
// r.example.com, its token service at auth.example.com, and every other address is the
// trap.
type attack struct {
	name    string
	variant string                             // distinguishes rows of the same name
	want    map[registry.Method]verdict.Reason // by configured credential; others are not tried

	registry string               // https://r.example.com where empty
	answers  func(visit) response // of the registry
	tokens   func(visit) response // of the token service; it issues tokens where nil
	trap     func(visit) response // it takes everything where nil
	at       map[string][]string  // addresses of a host or a host:port, one for each connection; the last one stays
	arrange  func(*scene)
	// spoken marks a trap between client and registry: the client connects to it, but
	// must not send the secret. Any other trap must receive no connection.
	spoken bool
	// writtenByRegistry marks a registry that puts the secret it received into the URL
	// of its token service. Then only the report is examined.
	writtenByRegistry bool
}

// scene holds the servers of an attack, all on loopback.
type scene struct {
	registry, tokens, trap *registrytest.Trap

	t         *testing.T
	authority *registrytest.Authority
	options   registry.Options
	request   doctor.Request
	hosts     []string            // names of the registry
	leads     map[string][]string // host:port to servers, one for each connection; the last one stays
	at        map[string][]string

	mu    sync.Mutex
	dials map[string]int
}

// newScene starts the servers of an attack.
func newScene(t *testing.T, authority *registrytest.Authority, a attack, credential registry.Credential) *scene {
	t.Helper()
	address := a.registry
	if address == "" {
		address = "https://r.example.com"
	}
	if a.tokens == nil {
		a.tokens = issues
	}
	if a.trap == nil {
		a.trap = takes
	}
	s := &scene{
		registry: registrytest.NewTrap(t, authority, a.answers),
		tokens:   registrytest.NewTrap(t, authority, a.tokens),
		trap:     registrytest.NewTrap(t, authority, a.trap),

		t: t, authority: authority,
		request: doctor.Request{Endpoint: endpoint(t, address), Credential: credential, TokenExchange: true, Timeout: attackTimeout, Retry: registry.DefaultRetry()},
		at:      a.at,
		dials:   map[string]int{},
	}
	s.options = registry.Options{TLS: authority.Trusting(), Dial: s.dial, Wait: func(context.Context, time.Duration) error { return nil }}
	s.hosts = []string{s.request.Endpoint.Host(), s.request.Endpoint.DialAddress()}
	s.leads = map[string][]string{
		s.request.Endpoint.DialAddress():                 {s.registry.Address()},
		"auth.example.com:" + portOf(s.request.Endpoint): {s.tokens.Address()},
	}
	if a.arrange != nil {
		a.arrange(s)
	}
	return s
}

func portOf(e registry.Endpoint) string {
	return map[string]string{"https": "443", "http": "80"}[e.Scheme()]
}

// check makes the check with its own client and doctor.
func (s *scene) check(t *testing.T) report {
	t.Helper()
	client := registry.NewClient(s.options)
	t.Cleanup(client.CloseIdleConnections)
	report, err := within(t.Context(), doctor.New(registry.NewCache(client), redact.New(), random, s.hidden()...), s.request)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// hidden returns the secrets of the proxy.
func (s *scene) hidden() []registry.Secret {
	if s.options.Proxy == nil {
		return nil
	}
	return registry.ProxySecrets(s.options.Proxy)
}

// dial connects a name to its server and reports an address that the attack chose.
func (s *scene) dial(ctx context.Context, network, hostport string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(hostport)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	turn := s.dials[hostport]
	s.dials[hostport]++
	s.mu.Unlock()
	server := inTurn(s.leads[hostport], turn, s.trap.Address())
	literal := publicAddress
	if _, err := netip.ParseAddr(host); err == nil {
		literal = host
	}
	there := inTurn(s.at[hostport], turn, inTurn(s.at[host], turn, literal))
	remote, err := netip.ParseAddrPort(net.JoinHostPort(there, port))
	if err != nil {
		return nil, err
	}
	conn, err := new(net.Dialer).DialContext(ctx, network, server)
	if err != nil {
		return nil, err
	}
	return elsewhere{conn, net.TCPAddrFromAddrPort(remote)}, nil
}

func inTurn(list []string, turn int, none string) string {
	if len(list) == 0 {
		return none
	}
	return list[min(turn, len(list)-1)]
}

// elsewhere is a connection that reports another remote address.
type elsewhere struct {
	net.Conn
	remote net.Addr
}

func (e elsewhere) RemoteAddr() net.Addr { return e.remote }

// wantNothingStolen searches for secrets in every place that must hold none.
func (s *scene) wantNothingStolen(t *testing.T, a attack, report report) {
	t.Helper()
	if arrived := s.trap.Arrived(); !a.spoken && arrived != 0 {
		t.Errorf("%d bytes reached the trap, want none: %q", arrived, s.trap.Heard())
	}
	wantNoSecret(t, "the trap", s.trap.Heard())
	wantNoSecret(t, "the report", shown(t, report))
	for _, v := range s.registry.Requests() {
		if !strings.Contains(strings.Join(s.hosts, " "), v.Host) {
			t.Errorf("the registry was asked as %q", v.Host)
		}
	}
	if strings.Contains(s.registry.Heard(), attackIdentityToken) {
		t.Errorf("the registry got the identity token, which is for token services only:\n%s", s.registry.Heard())
	}
	if strings.Contains(shown(t, report), attackProxyPassword) || strings.Contains(s.registry.Heard()+s.tokens.Heard(), "Proxy-Authorization") {
		t.Error("the password of the proxy went elsewhere")
	}
	refused := map[registrytest.Request]bool{}
	for _, v := range append(s.registry.Requests(), s.tokens.Requests()...) {
		if refused[v] {
			t.Errorf("a secret that was refused came again: %s %s?%s", v.Method, v.Path, v.Query)
		}
		refused[v] = (v.Authorization != "" || v.Body != "") && (v.Status == 400 || v.Status == 401 || v.Status == 403)
		if !a.writtenByRegistry {
			wantNoSecret(t, "a URL", v.Path+"?"+v.Query)
		}
		if v.Path == stolen {
			t.Errorf("%s%s was asked", v.Host, v.Path)
		}
	}
}
