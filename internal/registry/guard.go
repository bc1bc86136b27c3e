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

// Why a realm gets no secret. Each is a clause that a message can carry.
var (
	errDowngrade      = errors.New("the realm is plain http while the registry is https")
	errLinkLocal      = errors.New("the realm is at a link-local or metadata address")
	errPrivateAddress = errors.New("the realm is at a private address while the registry was reached at a public one; trusted_realms lifts this")
	errUserInfo       = errors.New("the realm carries user information")
)

// unsafeError is the guard's refusal.
type unsafeError struct{ why error }

func (e *unsafeError) Error() string { return "not sent: " + e.why.Error() }
func (e *unsafeError) Unwrap() error { return e.why }

// guard decides whether a secret may go to an address that a registry named.
// A registry chooses its realm freely, and would otherwise collect the secrets
// of internal services (CVE-2020-15157 and its many relatives).
type guard struct {
	fromPublic bool                       // the registry was reached at a public address, or nobody knows
	trusted    func(hostport string) bool // lifts the rule for private addresses
}

// check judges one address; hostport is what was asked for.
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

// dial wraps a dialer so that it connects to nothing that the guard refuses. The
// judgement is on the address really connected to, so that a name cannot lead
// elsewhere the second time it is asked.
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
		return &unsafeError{errLinkLocal} // no address that could be judged
	}
	return g.check(reachOf(parsed.Addr()), hostport)
}

// route is which of the guard's rules hold for an address. One address has an
// answer for each: what one registry may ask, another may not.
type route int

const (
	routeOwnHost     route = iota // the registry itself, or a realm on its host: always fine
	routeFromPublic               // a realm of a registry that was reached at a public address, or nobody knows
	routeFromPrivate              // a realm of one that was reached at a private address
	routeDowngrade                // a realm on plain http of a registry on https: refused
)

// route returns the rules for the realm of the request.
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

// realmTransport returns the transport over which a realm may be asked, or the guard's
// refusal. Through a proxy only what is written can be judged.
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

// trustedRealms matches host (any port) or host:port.
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

// resolveRealm makes a URL of a realm, relative to the URL that was challenged
// (RFC 3986 section 5). ok is false when it cannot be asked at all.
func resolveRealm(challenged, realm string) (resolved *url.URL, ok bool) {
	base, err := url.Parse(challenged)
	if err != nil || realm == "" {
		return nil, false
	}
	resolved, err = base.Parse(realm)
	if err != nil || resolved.Hostname() == "" || resolved.Scheme != "https" && resolved.Scheme != "http" {
		return nil, false
	}
	// The guard must judge the name that is asked: full-width digits make an
	// address too.
	ascii, err := asciiHost(resolved.Hostname())
	if err != nil {
		return nil, false
	}
	resolved.Host = strings.Replace(resolved.Host, resolved.Hostname(), ascii, 1)
	resolved.Fragment, resolved.RawFragment = "", ""
	return resolved, true
}

// sameHost tells whether the realm is on the registry's own host over the same
// scheme; such a realm learns nothing that the registry could not ask for.
func sameHost(realm *url.URL, endpoint Endpoint) bool {
	return realm.Scheme == endpoint.Scheme() && strings.EqualFold(realm.Hostname(), endpoint.Hostname())
}
