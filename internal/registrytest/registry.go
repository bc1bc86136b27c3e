// Package registrytest has registries to test against: a fake one that answers
// as it is told and records what it was asked, servers with faults, and the
// real CNCF distribution registry as a process of its own. All of them listen on
// loopback only.
package registrytest

import (
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
)

// Response is what a fake registry answers.
type Response struct {
	Status int
	Header http.Header
	Body   string
}

// Request is what a fake registry was asked.
type Request struct {
	Method        string
	Path          string
	Authorization string
	UserAgent     string
	Query         string // as it came, without the question mark
	Form          string // of a POST body, its names sorted
}

// Registry is a fake registry. Answer is called for every request and decides
// by the Authorization header, "" when there is none.
type Registry struct {
	*httptest.Server

	mu       sync.Mutex
	requests []Request
}

// Cleaner is the part of testing.TB that ends a server with its test.
type Cleaner interface{ Cleanup(func()) }

// New starts a fake registry that speaks plain HTTP.
func New(t Cleaner, answer func(authorization string) Response) *Registry {
	r := &Registry{}
	r.Server = httptest.NewServer(r.handler(answer))
	t.Cleanup(r.Close)
	return r
}

// NewTLS starts a fake registry that speaks TLS with the certificate of
// httptest.
func NewTLS(t Cleaner, answer func(authorization string) Response) *Registry {
	r := &Registry{}
	r.Server = httptest.NewUnstartedServer(r.handler(answer))
	r.EnableHTTP2 = true
	r.StartTLS()
	t.Cleanup(r.Close)
	return r
}

func (r *Registry) handler(answer func(string) Response) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		r.record(request)
		answer(request.Header.Get("Authorization")).write(w)
	})
}

func (r *Registry) record(request *http.Request) {
	_ = request.ParseForm() // a broken form is recorded as far as it can be read
	r.mu.Lock()
	defer r.mu.Unlock()
	r.requests = append(r.requests, Request{
		Method:        request.Method,
		Path:          request.URL.Path,
		Authorization: request.Header.Get("Authorization"),
		UserAgent:     request.UserAgent(),
		Query:         request.URL.RawQuery,
		Form:          request.PostForm.Encode(),
	})
}

func (r Response) write(w http.ResponseWriter) {
	for name, values := range r.Header {
		w.Header()[http.CanonicalHeaderKey(name)] = values
	}
	w.WriteHeader(r.Status)
	_, _ = w.Write([]byte(r.Body)) // the client may be gone; that is its test's matter
}

// Requests returns what was asked so far.
func (r *Registry) Requests() []Request {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]Request(nil), r.requests...)
}

// CertificatePEM is the certificate of a registry that speaks TLS.
func (r *Registry) CertificatePEM() string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: r.Certificate().Raw}))
}

// Host is the registry's host:port.
func (r *Registry) Host() string {
	_, host, _ := strings.Cut(r.URL, "://")
	return host
}

// Unauthorized is a 401 with the given WWW-Authenticate header lines and the
// usual body.
func Unauthorized(challenges ...string) Response {
	return Response{
		Status: http.StatusUnauthorized,
		Header: http.Header{"Www-Authenticate": challenges, "Docker-Distribution-Api-Version": {"registry/2.0"}},
		Body:   `{"errors":[{"code":"UNAUTHORIZED","message":"authentication required","detail":null}]}`,
	}
}

// OK is a registry's 200.
func OK() Response {
	return Response{
		Status: http.StatusOK,
		Header: http.Header{"Docker-Distribution-Api-Version": {"registry/2.0"}, "Content-Type": {"application/json"}},
		Body:   "{}",
	}
}

// Status is a bare status.
func Status(status int) Response { return Response{Status: status} }

// Page is a web page for people.
func Page(status int) Response {
	return Response{
		Status: status,
		Header: http.Header{"Content-Type": {"text/html; charset=utf-8"}},
		Body:   "<!DOCTYPE html><html><body>Welcome</body></html>",
	}
}

// ByAuthorization answers anonymous to no credentials, good to exactly those,
// and bad to any others.
func ByAuthorization(credentials string, anonymous, good, bad Response) func(string) Response {
	return func(authorization string) Response {
		switch authorization {
		case "":
			return anonymous
		case credentials:
			return good
		default:
			return bad
		}
	}
}
