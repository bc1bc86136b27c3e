package registry

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"syscall"
)

// Reasons why a realm gets no secret, each a clause for a message.
var (
	errDowngrade      = errors.New("it is plain http while the registry is https")
	errLinkLocal      = errors.New("it is at a link-local or metadata address")
	errPrivateAddress = errors.New("it is at a private address while the registry was reached at a public one")
	errUserInfo       = errors.New("its URL carries user information")
)

// unsafeError is the guard's refusal.
type unsafeError struct{ why error }

func (e *unsafeError) Error() string { return "not sent: " + e.why.Error() }
func (e *unsafeError) Unwrap() error { return e.why }

// guard decides whether credentials may be sent to a realm. A registry chooses its
// realm freely, and could otherwise direct requests with credentials to internal
// services (as in CVE-2020-15157).
type guard struct {
	fromPublic bool                       // whether the registry was reached at a public or unknown address
	trusted    func(hostport string) bool // reports whether the rule for private addresses does not apply
}

// check returns an error if nothing may be sent to an address of that reach; hostport
// is the host and port of the realm.
func (g guard) check(reach Reach, hostport string) error {
	switch {
	case reach == ReachLinkLocal:
		return &unsafeError{errLinkLocal}
	case reach == ReachPrivate && g.fromPublic && !g.trusted(hostport):
		return &unsafeError{errPrivateAddress}
	default:
		return nil
	}
}

// dial wraps a dialer so that it refuses the addresses that the guard refuses. It
// checks the address of the connection itself, since a name may resolve to another
// address each time (DNS rebinding).
func (g guard) dial(inner dialer) dialer {
	return func(ctx context.Context, network, hostport string) (net.Conn, error) {
		connect := inner
		if connect == nil {
			control := func(_, address string, _ syscall.RawConn) error {
				return g.checkAddress(address, hostport)
			}
			connect = (&net.Dialer{Control: control, Resolver: resolver((&net.Dialer{}).DialContext)}).DialContext
		}
		conn, err := connect(ctx, network, hostport)
		if err != nil {
			return nil, err
		}
		if err := g.checkAddress(conn.RemoteAddr().String(), hostport); err != nil {
			_ = conn.Close() // nothing was sent
			return nil, err
		}
		return conn, nil
	}
}

func (g guard) checkAddress(address, hostport string) error {
	parsed, err := netip.ParseAddrPort(address)
	if err != nil {
		return &unsafeError{errLinkLocal} // an unknown address gets the strictest rule
	}
	return g.check(reachOf(parsed.Addr()), hostport)
}

// route says which rules of the guard apply to a request. It is part of the key of a
// cached answer, since the guard may allow one realm to one registry and not to
// another.
type route int

const (
	routeOwnHost     route = iota // the registry itself, or a realm on its host: always allowed
	routeFromPublic               // a realm of a registry that was reached at a public or unknown address
	routeFromPrivate              // a realm of a registry that was reached at a private address
	routeDowngrade                // a realm on plain http of a registry on https: refused
)

// route returns the rules that apply to the realm of the request.
func (r TokenRequest) route(realm *url.URL) route {
	switch {
	case realm.Scheme == "http" && r.Endpoint.Scheme() == "https":
		return routeDowngrade
	case sameHost(realm, r.Endpoint):
		return routeOwnHost
	case r.Reach == ReachPrivate, r.Reach == ReachLinkLocal:
		return routeFromPrivate
	default:
		return routeFromPublic
	}
}

// realmTransport returns the transport for requests to a realm, or the guard's
// refusal. It checks the host as written, which is all that is known behind a proxy;
// without one, the transport checks each address before it sends anything.
func (c *Client) realmTransport(realm *url.URL, r TokenRequest) (*http.Transport, error) {
	route := r.route(realm)
	g := guard{fromPublic: route == routeFromPublic, trusted: c.trusted}
	switch {
	case realm.User != nil:
		return nil, &unsafeError{errUserInfo}
	case route == routeDowngrade:
		return nil, &unsafeError{errDowngrade}
	case route == routeOwnHost:
		return c.direct, nil
	}
	if err := g.check(reachOfName(realm.Hostname()), hostport(realm)); err != nil {
		return nil, err
	}
	switch {
	case c.proxied(realm):
		return c.direct, nil
	case g.fromPublic:
		return c.fromPublic, nil
	default:
		return c.fromPrivate, nil
	}
}

func hostport(u *url.URL) string { return net.JoinHostPort(u.Hostname(), port(u)) }

// trustedRealms returns a function that reports whether host:port is one of the
// realms; a realm without a port matches any port.
func trustedRealms(realms []string) func(hostport string) bool {
	realms = slices.Clone(realms)
	for i, realm := range realms {
		name, _, _ := strings.Cut(realm, ":")
		if ascii, err := asciiHost(name); err == nil {
			realms[i] = strings.Replace(realm, name, ascii, 1)
		}
	}
	return func(hostport string) bool {
		host, _, err := net.SplitHostPort(hostport)
		return err == nil && slices.ContainsFunc(realms, func(realm string) bool {
			return strings.EqualFold(realm, hostport) || strings.EqualFold(strings.Trim(realm, "[]"), host)
		})
	}
}

// resolveRealm resolves a realm against the URL of the challenged request (RFC 3986
// section 5). ok is false if the result is not a URL of http or https with a host.
func resolveRealm(challenged, realm string) (resolved *url.URL, ok bool) {
	base, err := url.Parse(challenged)
	if err != nil || realm == "" {
		return nil, false
	}
	resolved, err = base.Parse(realm)
	if err != nil || resolved.Hostname() == "" || resolved.Scheme != "https" && resolved.Scheme != "http" {
		return nil, false
	}
	// The guard must check the name that is dialed: net/http converts full-width
	// digits, which may then form an IP address.
	ascii, err := asciiHost(resolved.Hostname())
	if err != nil {
		return nil, false
	}
	resolved.Host = strings.Replace(resolved.Host, resolved.Hostname(), ascii, 1)
	resolved.Fragment, resolved.RawFragment = "", ""
	return resolved, true
}

// sameHost reports whether the realm has the host and the scheme of the registry. The
// registry could ask for the same credentials itself.
func sameHost(realm *url.URL, endpoint Endpoint) bool {
	return realm.Scheme == endpoint.Scheme() && strings.EqualFold(realm.Hostname(), endpoint.Hostname())
}
