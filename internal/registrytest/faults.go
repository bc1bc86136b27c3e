package registrytest

import (
	"context"
	"crypto/x509"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// Fault is one way in which a registry, or the token service that it names,
// fails.
type Fault struct {
	Name string
	// Reason is that of a check with the user name [FaultUser] and any password,
	// without retries.
	Reason string
	// Or is the other reason that it may have; empty for none. net/http asks again
	// by itself where HTTP/2 says that nothing was done, and whether the last of
	// these ends before the deadline is a matter of its timing.
	AltReason string
	// Deadline is the time that the check gets: short where nothing else ends it.
	Deadline time.Duration
	// Big says that the server sends far more than a check should keep.
	Big bool
	// Busy says that the server keeps both sides at work up to the deadline: many
	// of them at once would show what a machine can do, and not what a check does.
	Busy bool
	// Start starts the server; it ends with t.
	Start func(t Cleaner) (Target, error)
}

// Target is how to reach a registry with a fault.
type Target struct {
	Address string         // registry_url
	Roots   *x509.CertPool // authorities to trust; nil for the system's
	Proxy   string         // proxy for https, "" for none
	// Dial opens connections; nil means the network.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// FaultUser is the user that the tokens of token services with faults name.
const FaultUser = "ci"

// The deadlines of checks. The long one is never reached, unless something hangs
// that should not.
const (
	shortDeadline = 2 * time.Second
	longDeadline  = 20 * time.Second
)

// The reasons of the verdict table that a fault can lead to.
const (
	credentialsAccepted  = "accepted"
	clientCertWanted     = "tls_client_cert"
	connectionFailed     = "connection_failed"
	connectionRefused    = "connection_refused"
	dnsFailure           = "dns_failure"
	exchangeAccepted     = "exchange_accepted"
	exchangeUnavailable  = "exchange_unavailable"
	invalidCredentials   = "invalid_credentials"
	malformedCredentials = "malformed_credentials"
	notARegistry         = "not_a_registry"
	unexpectedAnswer     = "unexpected_answer"
	plainHTTPRegistry    = "plain_http_registry"
	proxyAuthRequired    = "proxy_auth_required"
	rateLimited          = "rate_limited"
	serverError          = "server_error"
	timedOut             = "timeout"
	tlsFailed            = "tls_failed"
	tlsUntrusted         = "tls_untrusted"
	tokenRejected        = "token_rejected"
	unexpectedRedirect   = "unexpected_redirect"
)

// Faults returns every fault: one for each class of outcome, by what a check can
// tell apart and at each stage where it must end in time. How net/http finds a
// fault is its own matter, so that one row stands for all that it treats alike.
func Faults() []Fault {
	var faults []Fault
	for _, f := range slices.Concat(
		cutFaults(), hangFaults(), malformedFaults(), toleratedFaults(), statusFaults(), endlessFaults(), packedFaults(), textFaults(),
		handshakeFaults(), certificateFaults(), clientCertificateFaults(), secureFaults(),
		http2Faults(), http2FloodFaults(),
	) {
		faults = append(faults, f.faults()...)
	}
	faults = append(faults, Fault{Name: "registry: HTTP/2: an endless body", Reason: invalidCredentials, Deadline: longDeadline, Big: true, Start: endlessOverHTTP2})
	return slices.Concat(faults, nameFaults(), proxyFaults(), redirectFaults(), flapFaults(), clockFaults(), tokenFaults())
}

// validAnswer is the response that a server would send if it had no fault: a refusal
// by a registry, a token by a token service. A fault sends it only in part, which a
// client must not take for the whole.
type validAnswer struct {
	head string // without the empty line at its end
	body string
}

func validRegistryAnswer() validAnswer {
	return validAnswer{
		head: "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"fault\"\r\nContent-Type: application/json\r\nConnection: close\r\n",
		body: `{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}`,
	}
}

func validTokenAnswer() validAnswer {
	return validAnswer{
		head: "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n",
		body: `{"token":"` + faultToken() + `"}`,
	}
}

// faultToken is what registries before a token service with a fault accept. It
// names the user, so that nothing has to be asked to believe it.
var faultToken = sync.OnceValue(func() string {
	return newSigner("fault").sign(jwt.MapClaims{"sub": FaultUser}, time.Now().Add(time.Hour))
})

// connFault is a fault of one connection, to a registry or to a token service.
type connFault struct {
	name string
	// answer handles a connection after its request was read, connect one before. One
	// of them is set.
	answer  func(conn net.Conn, s validAnswer)
	connect func(conn net.Conn, s validAnswer)
	secure  bool           // https, of which connect does the TLS
	roots   *x509.CertPool // authorities to trust
	dial    func(ctx context.Context, network, address string) (net.Conn, error)

	registry    string // reason where it is the registry
	altRegistry string // the other one that it may have there
	// credentials is the reason where it answers to credentials only; the
	// registry's if empty. A refusal of which the header is whole is an answer,
	// whatever becomes of its body.
	credentials string
	service     string // reason where it is the token service; exchange_unavailable if empty
	big, busy   bool
}

// faults makes a fault of each place where it can be: the registry, the registry
// once it has credentials, the token service.
func (f connFault) faults() []Fault {
	if f.connect == nil {
		f.connect = afterRequest(f.answer)
	}
	atRegistry := f.fault("registry", f.registry, f.atRegistry)
	atRegistry.AltReason = f.altRegistry
	faults := []Fault{atRegistry, f.fault("token service", or(f.service, exchangeUnavailable), f.atTokenService)}
	if f.answer == nil {
		return faults
	}
	return append(faults, f.fault("registry with credentials", or(f.credentials, f.registry), f.atRegistryWithCredentials))
}

func (f connFault) fault(place, reason string, start func(Cleaner) (Target, error)) Fault {
	return Fault{Name: place + ": " + f.name, Reason: reason, Deadline: deadlineOf(f.registry), Big: f.big, Busy: f.busy, Start: start}
}

// deadlineOf is the deadline of checks of a fault that leads a registry's to
// that reason.
func deadlineOf(reason string) time.Duration {
	if reason == timedOut {
		return shortDeadline
	}
	return longDeadline
}

func (f connFault) target(address string) Target {
	scheme := "http://"
	if f.secure {
		scheme = "https://"
	}
	target := Target{Address: scheme + address, Roots: f.roots}
	if f.dial != nil {
		target.Dial = func(ctx context.Context, network, asked string) (net.Conn, error) {
			if asked == address {
				return f.dial(ctx, network, asked)
			}
			return new(net.Dialer).DialContext(ctx, network, asked)
		}
	}
	return target
}

func (f connFault) atRegistry(t Cleaner) (Target, error) {
	address, err := Serve(t, func(conn net.Conn) { f.connect(conn, validRegistryAnswer()) })
	return f.target(address), err
}

// atRegistryWithCredentials refuses a request without credentials as a sound registry does.
func (f connFault) atRegistryWithCredentials(t Cleaner) (Target, error) {
	address, err := Serve(t, func(conn net.Conn) {
		request, err := readHead(conn)
		switch {
		case err != nil:
		case request.Header.Get("Authorization") == "":
			say(conn, validRegistryAnswer().complete())
		default:
			f.answer(conn, validRegistryAnswer())
		}
	})
	return f.target(address), err
}

func (f connFault) atTokenService(t Cleaner) (Target, error) {
	address, err := Serve(t, func(conn net.Conn) { f.connect(conn, validTokenAnswer()) })
	if err != nil {
		return Target{}, err
	}
	target := f.target(address)
	target.Address = registryBefore(t, target.Address+tokenPath).URL
	return target, nil
}

// registryBefore is a sound registry that names that realm, accepts its token
// and nothing else.
func registryBefore(t Cleaner, realm string) *Registry {
	refusal := Unauthorized(`Bearer realm="` + realm + `",service="fault"`)
	return New(t, ByAuthorization("Bearer "+faultToken(), refusal, OK(), refusal))
}

// afterRequest makes a handler that reads the request first.
func afterRequest(answer func(net.Conn, validAnswer)) func(net.Conn, validAnswer) {
	return func(conn net.Conn, s validAnswer) {
		if _, err := readHead(conn); err == nil {
			answer(conn, s)
		}
	}
}

// ignoringAnswer makes a handler that does not use the valid answer.
func ignoringAnswer(handle func(net.Conn)) func(net.Conn, validAnswer) {
	return func(conn net.Conn, _ validAnswer) { handle(conn) }
}

func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}
