package registry

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"time"
)

// maxRedirects is how many redirects to the same origin are followed.
const maxRedirects = 5

// request is one HTTP request before it is sent.
type request struct {
	method string
	url    string
	header http.Header
	body   string // of a POST
	limit  int    // bytes of the answer's body that are read
}

// hasSecret reports whether the request carries a secret.
func (req request) hasSecret() bool { return req.body != "" || req.header.Get("Authorization") != "" }

// received is the outcome of a request. If there was no usable response, failure is
// set and response is nil.
type received struct {
	failure     *Failure
	answerBegun bool           // whether the response to a secret had begun before the failure
	response    *http.Response // its body is read and closed
	body        []byte
	complete    bool  // whether body is the whole body
	reach       Reach // of the address that was connected to
	clientCert  Cause // if the response demands a client certificate
}

// send sends a request over the transport. It follows redirects to the same origin
// only, and never twice to one URL; http.Client would send the Authorization header
// to subdomains too. Any other redirect is returned.
func (c *Client) send(ctx context.Context, transport *http.Transport, req request) received {
	retry, _ := ctx.Value(retryKey{}).(Retry)
	retriesLeft := retry.Attempts - 1 // for all URLs together
	asked := map[string]bool{}        // by path and query, since a fragment or another spelling of the host makes no other request
	for {
		r := c.sendWithRetries(ctx, transport, req, retry, &retriesLeft)
		if r.failure != nil {
			return r
		}
		asked[r.response.Request.URL.RequestURI()] = true
		if len(asked) > maxRedirects || !isRedirect(r.response.StatusCode) || !repeatable(req.method, r.response.StatusCode) {
			return r
		}
		next, err := r.response.Location()
		if err != nil || next.User != nil || !sameOrigin(r.response.Request.URL, next) || asked[next.RequestURI()] {
			return r
		}
		req.url = next.String()
	}
}

// repeatable reports whether a redirect keeps the method (RFC 9110 section 15.4):
// always that of a GET, that of a POST only with 307 and 308.
func repeatable(method string, status int) bool {
	switch method {
	case http.MethodGet, http.MethodHead:
		return true
	case http.MethodPost:
		return status == http.StatusTemporaryRedirect || status == http.StatusPermanentRedirect
	default:
		return false
	}
}

// sameOrigin reports whether scheme, host and port are equal (RFC 6454 section 5).
func sameOrigin(a, b *url.URL) bool {
	return a.Scheme == b.Scheme && strings.EqualFold(a.Hostname(), b.Hostname()) && port(a) == port(b)
}

func port(u *url.URL) string {
	if p := u.Port(); p != "" {
		return p
	}
	return map[string]string{"https": "443", "http": "80"}[u.Scheme]
}

func (c *Client) sendOnce(ctx context.Context, transport *http.Transport, req request) received {
	var (
		handshake atomic.Pointer[error]    // a connection may outlive the request that began it
		remote    atomic.Pointer[net.Addr] // of the connection in use
		record    atomic.Pointer[dialRecord]
		spoken    atomic.Bool // an answer has begun
	)
	configured := len(transport.TLSClientConfig.Certificates) > 0 // to be shown to servers that ask for one
	opened := &dialRecord{}                                       // for this request
	opened.proxyHandshake.Store(c.proxiedOverTLS(req.url))
	record.Store(opened)
	traced := httptrace.WithClientTrace(context.WithValue(withDeadline(ctx), dialRecordKey{}, opened), &httptrace.ClientTrace{
		TLSHandshakeDone: func(state tls.ConnectionState, err error) {
			handshake.Store(&err)
			opened.handshakeDone(state, err, configured)
		},
		GotConn: func(info httptrace.GotConnInfo) {
			opened.begin()
			address := info.Conn.RemoteAddr()
			remote.Store(&address)
			record.Store(recordOf(info.Conn))
			_ = info.Conn.SetDeadline(time.Time{}) // ctx limits the request from here on
		},
		GotFirstResponseByte: func() { spoken.Store(true) },
	})
	request, err := http.NewRequestWithContext(traced, req.method, req.url, strings.NewReader(req.body))
	if err != nil {
		return received{failure: &Failure{Fault: FaultConnection, Detail: "no request can be made of its URL"}}
	}
	maps.Copy(request.Header, req.header)
	request.Header.Set("User-Agent", c.userAgent)
	waiting := time.Now()
	response, err := transport.RoundTrip(request)
	if err != nil {
		done := handshake.Load()
		if done != nil && *done != nil && errors.Is(err, *done) {
			err = &handshakeError{err}
		}
		_, answered := c.answeredHosts.Load(hostport(request.URL))
		failure := record.Load().blameClientCertificate(classify(ctx, err), err, answered || spoken.Load(), configured)
		failure.blameAuthorities(transport.TLSClientConfig.RootCAs != nil)
		if c.proxyInvalid(request.URL) {
			failure.blameProxy(request.URL.Scheme)
		}
		if failure.Fault == FaultPlainHTTP && done != nil && *done == nil {
			failure = &Failure{Fault: FaultTLS, Detail: "the server spoke TLS first and then went on without"}
		}
		if failure.Fault == FaultTimeout && opened.queued(waiting) {
			failure.unsent = true
		}
		return received{failure: failure, answerBegun: req.hasSecret() && spoken.Load()}
	}
	c.answeredHosts.Store(hostport(request.URL), true)
	// Closing a body that was not read to its end closes the connection too.
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode == http.StatusSwitchingProtocols {
		return received{response: response, complete: true} // its body is the connection itself, whose reads ctx does not end
	}
	body, complete, err := readBody(response, req.limit)
	switch {
	case err == nil:
	case req.hasSecret() && refusesCredentials(response.StatusCode):
		body, complete = nil, false // the status is enough for an answer
	default:
		return received{failure: classify(ctx, err)}
	}
	return received{response: response, body: body, complete: complete, reach: c.reachOfRegistry(request.URL, remote.Load()), clientCert: record.Load().clientCertCause(configured)}
}

// reachOfRegistry returns the reach of the address that was connected to. Through a
// proxy that address is the proxy's, so only the name counts.
func (c *Client) reachOfRegistry(asked *url.URL, remote *net.Addr) Reach {
	if c.proxied(asked) || remote == nil {
		return reachOfName(asked.Hostname())
	}
	address, err := netip.ParseAddrPort((*remote).String())
	if err != nil {
		return ReachUnknown
	}
	return reachOf(address.Addr())
}

// readBody reads a body up to limit bytes, which also limits what a body in gzip
// unpacks to. complete is false if there is more, or if it cannot be unpacked.
func readBody(response *http.Response, limit int) (read []byte, complete bool, err error) {
	var buffer bytes.Buffer
	if known := response.ContentLength; known > 0 && known <= int64(limit) {
		buffer.Grow(int(known) + bytes.MinRead) // without copies while it grows
	}
	_, err = buffer.ReadFrom(io.LimitReader(response.Body, int64(limit)+1))
	read = buffer.Bytes()
	if len(read) > limit {
		return read[:limit], false, nil
	}
	if err != nil {
		return read, false, err
	}
	if !strings.EqualFold(response.Header.Get("Content-Encoding"), "gzip") || len(read) == 0 {
		return read, true, nil
	}
	// Some servers compress although the request has no Accept-Encoding.
	unpacked, err := gzip.NewReader(bytes.NewReader(read))
	if err != nil {
		return nil, false, nil //nolint:nilerr // the status is enough for an answer
	}
	text, err := io.ReadAll(io.LimitReader(unpacked, int64(limit)+1))
	return text[:min(len(text), limit)], err == nil && len(text) <= limit, nil
}
