package registry

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"golang.org/x/net/http/httpproxy"
)

// Limits of one answer and of the connections.
const (
	maxHeaderBytes = 64 << 10
	maxBodyBytes   = 64 << 10

	maxStreamBuffer = 256 << 10 // bytes of an HTTP/2 body that may wait to be read; net/http has 4 MiB

	connections = 10 // per host
	idleTime    = time.Minute

	// pingTime is after how much silence an HTTP/2 connection gets a PING.
	pingTime = 10 * time.Second

	// deadTime is how long a server may leave an HTTP/2 PING unanswered or accept no
	// bytes before the connection is closed, which would outlive its request otherwise.
	deadTime = 3 * time.Second
)

// Client sends requests to registries and their token services. It is safe for
// concurrent use; make it with [NewClient].
type Client struct {
	direct        *http.Transport // for registries, and realms on the host of the registry
	fromPrivate   *http.Transport // for realms of registries that were reached at a private address
	fromPublic    *http.Transport // for realms of all other registries
	proxy         func(*url.URL) (*url.URL, error)
	proxyInvalid  func(*url.URL) bool // whether the proxy for a URL is not used, since its address is not a URL
	trusted       func(hostport string) bool
	answeredHosts *sync.Map // host:port of servers that answered, and so do not insist on a client certificate
	userAgent     string
	wait          func(ctx context.Context, delay time.Duration) error
}

// Options configure a [Client].
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
	// Wait waits for the delay before a retry, and returns an error if ctx ends first;
	// nil means to sleep.
	Wait func(ctx context.Context, delay time.Duration) error
}

// NewClient makes a client with a pool of connections for each rule of the guard: a
// connection that the guard allowed for one registry must not serve another.
func NewClient(o Options) *Client {
	c := &Client{answeredHosts: &sync.Map{}, userAgent: o.UserAgent, trusted: trustedRealms(o.TrustedRealms), wait: o.Wait, proxyInvalid: func(*url.URL) bool { return false }}
	if c.wait == nil {
		c.wait = sleep
	}
	dial := dialer(o.Dial)
	c.direct = newTransport(o, plainDial(dial))
	if o.Proxy != nil {
		c.proxy, c.proxyInvalid = o.Proxy.ProxyFunc(), invalidProxies(*o.Proxy)
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
		DisableCompression:     true, // bodies are small; readBody unpacks one that is compressed all the same
		MaxResponseHeaderBytes: maxHeaderBytes,
		MaxIdleConnsPerHost:    connections,
		MaxConnsPerHost:        connections,
		IdleConnTimeout:        idleTime,
		HTTP2:                  &http.HTTP2Config{MaxReceiveBufferPerStream: maxStreamBuffer, SendPingTimeout: pingTime, PingTimeout: deadTime, WriteByteTimeout: deadTime},
		OnProxyConnectResponse: checkProxyResponse,
	}
}

// ProxySecrets returns the passwords in the URLs of proxies. A user name without a
// password counts as one, since it may be a token. It returns nil for nil.
func ProxySecrets(config *httpproxy.Config) []Secret {
	if config == nil {
		return nil
	}
	var secrets []Secret
	for _, address := range []string{config.HTTPProxy, config.HTTPSProxy} {
		proxy, err := url.Parse(address)
		if err != nil || proxy.Scheme == "" || proxy.Host == "" { // httpproxy too retries it with http://
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

// invalidProxies returns a function that reports whether a URL would be requested
// through a proxy if the address of that proxy were a URL. httpproxy ignores an
// address that it cannot parse. One that it can parse behind a second "http://" only,
// such as http://user:pass/word@proxy, leads to a host named http, and one that has a
// scheme and nothing else, such as user:p%ss@proxy, to none.
func invalidProxies(config httpproxy.Config) func(*url.URL) bool {
	used := config.ProxyFunc()
	for _, address := range []*string{&config.HTTPProxy, &config.HTTPSProxy} {
		if *address != "" {
			*address = "http://proxy.invalid"
		}
	}
	wanted := config.ProxyFunc()
	return func(asked *url.URL) bool {
		if proxy, err := wanted(asked); err != nil || proxy == nil {
			return false
		}
		proxy, err := used(asked)
		return err == nil && (proxy == nil || slices.Contains([]string{"", "http:", "https:", "socks5:", "socks5h:"}, proxy.Host))
	}
}

// proxiedOverTLS reports whether requests for the address go through a proxy that
// is itself reached over TLS.
func (c *Client) proxiedOverTLS(address string) bool {
	asked, err := url.Parse(address)
	if err != nil || c.proxy == nil {
		return false
	}
	proxy, err := c.proxy(asked)
	return err == nil && proxy != nil && proxy.Scheme == "https"
}

// proxied reports whether requests for the URL go through a proxy.
func (c *Client) proxied(asked *url.URL) bool {
	if c.proxy == nil {
		return false
	}
	proxy, err := c.proxy(asked)
	return err != nil || proxy != nil
}

// CloseIdleConnections closes the connections that no request uses.
func (c *Client) CloseIdleConnections() {
	for _, transport := range []*http.Transport{c.direct, c.fromPrivate, c.fromPublic} {
		transport.CloseIdleConnections()
	}
}

// Ask sends GET /v2/ (OCI distribution specification, end-1) with the credential, or
// without one if it is empty. It retries as set by [WithRetry]; net/http itself
// repeats a request on a kept connection that turns out to be closed. It follows
// redirects to the same origin; any other redirect is the answer. Ask returns when
// ctx ends at the latest.
func (c *Client) Ask(ctx context.Context, endpoint Endpoint, credential Credential) Answer {
	return newAnswer(c.send(ctx, c.direct, pingRequest(endpoint, credential)))
}

// pingRequest returns the request of [Client.Ask].
func pingRequest(endpoint Endpoint, credential Credential) request {
	req := request{method: http.MethodGet, url: endpoint.URL(), header: http.Header{}, limit: maxBodyBytes}
	authorize(req.header, credential)
	return req
}

// checkProxyResponse returns a proxy's refusal as a [proxyError], since the error of
// net/http has a text only.
func checkProxyResponse(_ context.Context, _ *url.URL, _ *http.Request, response *http.Response) error {
	if response.StatusCode == http.StatusOK {
		return nil
	}
	return &proxyError{code: response.StatusCode, status: statusLine(response.StatusCode)}
}
