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

// request is one question on the wire.
type request struct {
	method string
	url    string
	header http.Header
	body   string // of a POST
	limit  int    // bytes of the answer's body that are read
}

// hasSecret tells whether the question carries one.
func (req request) hasSecret() bool { return req.body != "" || req.header.Get("Authorization") != "" }

// received is what came back. failure is set when nothing usable did; response
// is nil then.
type received struct {
	failure     *Failure
	answerBegun bool           // an answer to a secret had begun before that
	response    *http.Response // its body is read and closed
	body        []byte
	complete    bool  // the body was not longer than the limit
	reach       Reach // of the address that was connected to
}

// send makes a call over the transport. Redirects are followed by hand, to the
// same origin only and never twice to one URL: Go's own client would keep the
// Authorization header for a subdomain. Any other redirect is an answer.
func (c *Client) send(ctx context.Context, transport *http.Transport, req request) received {
	retry, _ := ctx.Value(retryKey{}).(Retry)
	again := retry.Attempts - 1 // for all URLs together
	asked := map[string]bool{}  // by path and query: a fragment or another writing of the host asks the same again
	for {
		r := c.sendWithRetries(ctx, transport, req, retry, &again)
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

// repeatable tells whether a redirect asks for the same request again (RFC 9110
// section 15.4): always for a GET, for others only where the method must stay.
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

// sameOrigin compares scheme, host and port (RFC 6454 section 5).
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
			_ = info.Conn.SetDeadline(time.Time{}) // ctx bounds it from here on
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
		if failure.Fault == FaultPlainHTTP && done != nil && *done == nil {
			failure = &Failure{Fault: FaultTLS, Detail: "the server spoke TLS first and then went on without"}
		}
		if failure.Fault == FaultTimeout && opened.queued(waiting) {
			failure.unsent = true
		}
		return received{failure: failure, answerBegun: req.hasSecret() && spoken.Load()}
	}
	c.answeredHosts.Store(hostport(request.URL), true)
	// A body that was not read to its end costs its connection; nothing is lost.
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode == http.StatusSwitchingProtocols {
		return received{response: response, complete: true} // what follows is no body, and ctx does not end it
	}
	body, complete, err := readBody(response, req.limit)
	switch {
	case err == nil:
	case req.hasSecret() && refusesCredentials(response.StatusCode):
		body, complete = nil, false // that is an answer: only its words are lost
	default:
		return received{failure: classify(ctx, err)}
	}
	return received{response: response, body: body, complete: complete, reach: c.reachOfRegistry(request.URL, remote.Load())}
}

// reachOfRegistry is the reach of the address that was connected to; through a
// proxy that is the proxy's, so that only the name can be judged.
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

// readBody reads up to the limit, also of what a compressed body unpacks to;
// complete is false when there is more, or when it cannot be unpacked.
func readBody(response *http.Response, limit int) (read []byte, complete bool, err error) {
	var buffer bytes.Buffer
	if known := response.ContentLength; known > 0 && known <= int64(limit) {
		buffer.Grow(int(known) + bytes.MinRead) // it would be copied as it grows otherwise
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
	// Nothing asks for compression, but some servers do not ask either.
	unpacked, err := gzip.NewReader(bytes.NewReader(read))
	if err != nil {
		return nil, false, nil //nolint:nilerr // the answer is there, only its words are not
	}
	text, err := io.ReadAll(io.LimitReader(unpacked, int64(limit)+1))
	return text[:min(len(text), limit)], err == nil && len(text) <= limit, nil
}
