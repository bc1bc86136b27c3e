package registry

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	"golang.org/x/net/http/httpproxy"
)

// What one answer may cost.
const (
	maxHeaderBytes = 64 << 10
	maxBodyBytes   = 64 << 10

	maxStreamBuffer = 256 << 10 // bytes of an HTTP/2 body that may wait to be read; net/http has 4 MiB

	connections = 10 // per host, kept for the next check
	idleTime    = time.Minute

	// pingTime is when a connection of HTTP/2 that is silent is asked whether it lives.
	pingTime = 10 * time.Second

	// deadTime is how long the other side of HTTP/2 may take neither bytes nor
	// pings: such a connection would outlive the request that opened it.
	deadTime = 3 * time.Second
)

// Client asks registries and their token services. It is safe for concurrent
// use; make it with [NewClient].
type Client struct {
	direct        *http.Transport // registries, and realms on their own host
	fromPrivate   *http.Transport // realms of registries that were reached at a private address
	fromPublic    *http.Transport // realms of all other registries
	proxy         func(*url.URL) (*url.URL, error)
	trusted       func(hostport string) bool
	answeredHosts *sync.Map // host:port of servers that answered, and so need no other client certificate
	userAgent     string
	wait          func(ctx context.Context, delay time.Duration) error
}

// Options are what a [Client] needs from outside.
type Options struct {
	UserAgent string
	// Dial opens connections; nil means the network.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// TLS is the base configuration; nil means the system's authorities.
	TLS *tls.Config
	// Proxy are the proxies to use, as [httpproxy.FromEnvironment] reads them;
	// nil means none.
	Proxy *httpproxy.Config
	// TrustedRealms are host or host:port of token services that may be at a
	// private address although their registry is at a public one.
	TrustedRealms []string
	// Wait returns after the delay before another try, or with an error when ctx
	// ends first; nil means to wait for real.
	Wait func(ctx context.Context, delay time.Duration) error
}

// NewClient makes a client with its own pools of connections: a connection that
// the guard let through for one registry must not serve another.
func NewClient(o Options) *Client {
	c := &Client{answeredHosts: &sync.Map{}, userAgent: o.UserAgent, trusted: trustedRealms(o.TrustedRealms), wait: o.Wait}
	if c.wait == nil {
		c.wait = sleep
	}
	dial := dialer(o.Dial)
	c.direct = newTransport(o, plainDial(dial))
	if o.Proxy != nil {
		c.proxy = o.Proxy.ProxyFunc()
		c.direct.Proxy = func(r *http.Request) (*url.URL, error) { return c.proxy(r.URL) }
	}
	c.fromPrivate = newTransport(o, guard{trusted: c.trusted}.dial(dial))
	c.fromPublic = newTransport(o, guard{fromPublic: true, trusted: c.trusted}.dial(dial))
	return c
}

func newTransport(o Options, dial dialer) *http.Transport {
	config := &tls.Config{}
	if o.TLS != nil {
		config = o.TLS.Clone()
	}
	config.MinVersion = max(config.MinVersion, tls.VersionTLS12)
	recordCertificateRequests(config)
	return &http.Transport{
		DialContext:            recordDials(boundDials(dial)),
		TLSClientConfig:        config,
		ForceAttemptHTTP2:      true,
		DisableCompression:     true, // a body is read for its first words only; nothing needs unpacking
		MaxResponseHeaderBytes: maxHeaderBytes,
		MaxIdleConnsPerHost:    connections,
		MaxConnsPerHost:        connections,
		IdleConnTimeout:        idleTime,
		HTTP2:                  &http.HTTP2Config{MaxReceiveBufferPerStream: maxStreamBuffer, SendPingTimeout: pingTime, PingTimeout: deadTime, WriteByteTimeout: deadTime},
		OnProxyConnectResponse: checkProxyResponse,
	}
}

// ProxySecrets are the logins in the URLs of proxies, which nobody but the proxy
// is meant to see. A user name alone is a token. Without proxies (nil) there are none.
func ProxySecrets(config *httpproxy.Config) []Secret {
	if config == nil {
		return nil
	}
	var secrets []Secret
	for _, address := range []string{config.HTTPProxy, config.HTTPSProxy} {
		proxy, err := url.Parse(address)
		if err != nil || proxy.Scheme == "" || proxy.Host == "" { // as httpproxy takes it then
			proxy, err = url.Parse("http://" + address)
		}
		if err != nil || proxy.User == nil {
			continue
		}
		secret, _ := proxy.User.Password()
		if secret == "" {
			secret = proxy.User.Username()
		}
		if secret != "" {
			secrets = append(secrets, NewSecret(secret))
		}
	}
	return secrets
}

// proxiedOverTLS tells whether a proxy that speaks TLS itself stands before the
// address.
func (c *Client) proxiedOverTLS(address string) bool {
	asked, err := url.Parse(address)
	if err != nil || c.proxy == nil {
		return false
	}
	proxy, err := c.proxy(asked)
	return err == nil && proxy != nil && proxy.Scheme == "https"
}

// proxied tells whether a proxy stands before the address.
func (c *Client) proxied(asked *url.URL) bool {
	if c.proxy == nil {
		return false
	}
	proxy, err := c.proxy(asked)
	return err != nil || proxy != nil
}

// CloseIdleConnections ends the connections that no request uses.
func (c *Client) CloseIdleConnections() {
	for _, transport := range []*http.Transport{c.direct, c.fromPrivate, c.fromPublic} {
		transport.CloseIdleConnections()
	}
}

// Ask sends GET /v2/ (OCI distribution specification, end-1) with the
// credential, or without one where it is empty; again as [WithRetry] says (and
// net/http repeats a request when a connection that was kept turns out to be
// closed). Redirects to the same origin are followed, any other is an answer. Ask
// returns when ctx ends at the latest.
func (c *Client) Ask(ctx context.Context, endpoint Endpoint, credential Credential) Answer {
	return newAnswer(c.send(ctx, c.direct, pingRequest(endpoint, credential)))
}

// pingRequest words the request of [Client.Ask].
func pingRequest(endpoint Endpoint, credential Credential) request {
	req := request{method: http.MethodGet, url: endpoint.URL(), header: http.Header{}, limit: maxBodyBytes}
	authorize(req.header, credential)
	return req
}

// checkProxyResponse gives a proxy's refusal a type; net/http only has its text.
func checkProxyResponse(_ context.Context, _ *url.URL, _ *http.Request, response *http.Response) error {
	if response.StatusCode == http.StatusOK {
		return nil
	}
	return &proxyError{code: response.StatusCode, status: statusLine(response.StatusCode)}
}
