package registry

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"time"

	"golang.org/x/net/http/httpproxy"
)

// What one answer may cost.
const (
	maxHeaderBytes = 64 << 10
	maxBodyBytes   = 64 << 10

	idleConnections = 10 // kept per host for the next check
)

// Client asks registries. It is safe for concurrent use; make it with
// [NewClient].
type Client struct {
	transport *http.Transport
	userAgent string
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
}

// NewClient makes a client with one pool of connections.
func NewClient(o Options) *Client {
	config := &tls.Config{}
	if o.TLS != nil {
		config = o.TLS.Clone()
	}
	config.MinVersion = max(config.MinVersion, tls.VersionTLS12)
	dial := o.Dial
	if dial == nil {
		dial = (&net.Dialer{}).DialContext
	}
	transport := &http.Transport{
		DialContext:            inTime(dial),
		TLSClientConfig:        config,
		ForceAttemptHTTP2:      true,
		DisableCompression:     true, // a body is read for its first words only; nothing needs unpacking
		MaxResponseHeaderBytes: maxHeaderBytes,
		MaxIdleConnsPerHost:    idleConnections,
		IdleConnTimeout:        30 * time.Second,
		OnProxyConnectResponse: refuseProxy,
	}
	if o.Proxy != nil {
		choose := o.Proxy.ProxyFunc()
		transport.Proxy = func(r *http.Request) (*url.URL, error) { return choose(r.URL) }
	}
	return &Client{transport: transport, userAgent: o.UserAgent}
}

// CloseIdleConnections ends the connections that no request uses.
func (c *Client) CloseIdleConnections() { c.transport.CloseIdleConnections() }

// Ask sends GET /v2/ (OCI distribution specification, end-1) with the
// credential, or without one where it is empty. No answer is asked for again
// (net/http repeats a request when a connection that was kept turns out to be
// closed), and no redirect is followed: it is an answer like any other. Ask
// returns when ctx ends at the latest.
func (c *Client) Ask(ctx context.Context, endpoint Endpoint, credential Credential) Answer {
	var handshake atomic.Pointer[error] // a connection may outlive the request that began it
	traced := httptrace.WithClientTrace(withDeadline(ctx), &httptrace.ClientTrace{
		TLSHandshakeDone: func(_ tls.ConnectionState, err error) { handshake.Store(&err) },
		GotConn:          func(info httptrace.GotConnInfo) { _ = info.Conn.SetDeadline(time.Time{}) }, // ctx bounds it from here on
	})
	request, err := http.NewRequestWithContext(traced, http.MethodGet, endpoint.URL(), nil)
	if err != nil {
		return Answer{Failure: &Failure{FaultConnection, "no request can be made of its URL"}}
	}
	request.Header.Set("User-Agent", c.userAgent)
	if authorization := credential.authorization(); authorization != "" {
		request.Header.Set("Authorization", authorization)
	}
	response, err := c.transport.RoundTrip(request)
	if err != nil {
		if failed := handshake.Load(); failed != nil && *failed != nil && errors.Is(err, *failed) {
			err = &handshakeError{err}
		}
		return Answer{Failure: classify(ctx, err)}
	}
	// A body that was not read to its end costs its connection; nothing is lost.
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode == http.StatusSwitchingProtocols {
		return newAnswer(response, nil, true) // what follows is no body, and ctx does not end it
	}
	body, complete, err := readBody(response.Body)
	if err != nil {
		return Answer{Failure: classify(ctx, err)}
	}
	return newAnswer(response, body, complete)
}

// readBody reads up to the limit; complete is false when there is more.
func readBody(body io.Reader) (read []byte, complete bool, err error) {
	read, err = io.ReadAll(io.LimitReader(body, maxBodyBytes+1))
	if len(read) > maxBodyBytes {
		return read[:maxBodyBytes], false, nil
	}
	return read, err == nil, err
}

// refuseProxy gives a proxy's refusal a type; net/http only has its text.
func refuseProxy(_ context.Context, _ *url.URL, _ *http.Request, response *http.Response) error {
	if response.StatusCode == http.StatusOK {
		return nil
	}
	return &proxyError{code: response.StatusCode, status: statusLine(response.StatusCode)}
}
