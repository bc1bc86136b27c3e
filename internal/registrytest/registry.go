// Package registrytest provides registries for tests: a fake one that records its
// requests, servers with faults, and the real CNCF distribution registry as a process
// of its own. All of them listen on loopback only.
package registrytest

import (
	"bytes"
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
)

// Request is a request that a fake registry received.
type Request struct {
	Method        string
	Host          string
	Path          string
	Query         string // as it came, without the question mark
	Authorization string
	UserAgent     string
	Body          string // as far as it came
	Form          string // of a POST body, its names sorted
	Status        int    // of the answer; 0 for a raw one, and before it
}

// Registry is a fake registry, which answers each request by a function and records it.
type Registry struct {
	*httptest.Server

	keepsNothing bool // whether requests are not recorded

	mu       sync.Mutex
	requests []Request
}

// Cleaner is the part of testing.TB that ends a server with its test.
type Cleaner interface{ Cleanup(func()) }

// New starts a fake registry that speaks plain HTTP. The Authorization header
// decides what it answers, "" when there is none.
func New(t Cleaner, answer func(authorization string) Response) *Registry {
	return NewByRequest(t, func(req Request) Response { return answer(req.Authorization) })
}

// NewByRequest is [New] for an answer that the whole request decides.
func NewByRequest(t Cleaner, answer func(Request) Response) *Registry {
	r := newRegistry(t, answer)
	r.Start()
	return r
}

// NewTLS starts a fake registry that speaks TLS with the certificate of
// httptest.
func NewTLS(t Cleaner, answer func(authorization string) Response) *Registry {
	r := newRegistry(t, func(req Request) Response { return answer(req.Authorization) })
	r.EnableHTTP2 = true
	r.StartTLS()
	return r
}

// newRegistry returns a fake registry that already has an address, so that its answers
// can hold addresses, and that serves once it is started.
func newRegistry(t Cleaner, answer func(Request) Response) *Registry {
	r := &Registry{}
	r.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		req := requestOf(request)
		number := r.record(req)
		response := answer(req)
		r.answered(number, response.Status)
		response.write(w)
	}))
	t.Cleanup(r.Close)
	return r
}

func requestOf(request *http.Request) Request {
	req := Request{
		Method: request.Method, Host: request.Host, Path: request.URL.Path, Query: request.URL.RawQuery,
		Authorization: request.Header.Get("Authorization"), UserAgent: request.UserAgent(),
	}
	if request.Body != http.NoBody {
		body, _ := io.ReadAll(request.Body) // a cut body is kept as far as it came
		req.Body = string(body)
		request.Body = io.NopCloser(bytes.NewReader(body))
		_ = request.ParseForm() // a broken form is kept as far as it can be read
		req.Form = request.PostForm.Encode()
	}
	return req
}

// record keeps a request and returns its number.
func (r *Registry) record(req Request) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.keepsNothing {
		r.requests = append(r.requests, req)
	}
	return len(r.requests) - 1
}

func (r *Registry) answered(number, status int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.keepsNothing {
		r.requests[number].Status = status
	}
}

// Requests returns the requests so far.
func (r *Registry) Requests() []Request {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]Request(nil), r.requests...)
}

// CertificatePEM is the registry's certificate; empty where it speaks no TLS.
func (r *Registry) CertificatePEM() string {
	certificate := r.Certificate()
	if certificate == nil {
		return ""
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Raw}))
}

// Host is the registry's host:port.
func (r *Registry) Host() string {
	_, host, _ := strings.Cut(r.URL, "://")
	return host
}
