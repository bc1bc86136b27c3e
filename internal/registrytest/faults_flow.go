package registrytest

import (
	"bufio"
	"net"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// numberedRequest is a request to a registry and its token service on one server.
type numberedRequest struct {
	Request
	number int // from 1
}

func (req numberedRequest) first() bool           { return req.number == 1 }
func (req numberedRequest) withCredentials() bool { return req.Authorization != "" }

// flow is a fault of a server whose answers depend on the earlier requests.
func flow(name, reason string, answer func(req numberedRequest) Response) Fault {
	return Fault{Name: name, Reason: reason, Deadline: longDeadline, Start: func(t Cleaner) (Target, error) {
		var count atomic.Int64
		server := newRegistry(t, func(r Request) Response { return answer(numberedRequest{r, int(count.Add(1))}) })
		server.Start()
		return Target{Address: server.URL}, nil
	}}
}

// behindRegistry is a flow of the token service of a registry without faults.
func behindRegistry(name, reason string, answer func(req numberedRequest) Response) Fault {
	fault := flow(name, reason, answer)
	start := fault.Start
	fault.Start = func(t Cleaner) (Target, error) {
		service, err := start(t)
		if err != nil {
			return Target{}, err
		}
		return Target{Address: registryBefore(t, service.Address+tokenPath).URL}, nil
	}
	return fault
}

func redirect(status int, locations ...string) Response {
	return Response{Status: status, Header: http.Header{"Location": locations}}
}

// redirectFaults lead nowhere or elsewhere; the ones on the own origin are
// followed for a while.
func redirectFaults() []Fault {
	const elsewhere = "http://127.0.0.1:1/v2/"
	itself := func(req numberedRequest) Response { return redirect(http.StatusFound, req.Path) }
	loop := func(req numberedRequest) Response {
		return redirect(http.StatusTemporaryRedirect, map[bool]string{true: "/v2/?b", false: "/v2/?a"}[req.Query == "a"])
	}
	chain := func(req numberedRequest) Response {
		return redirect(http.StatusFound, req.Path+"?"+strconv.Itoa(req.number))
	}
	to := func(locations ...string) func(numberedRequest) Response {
		return func(numberedRequest) Response { return redirect(http.StatusTemporaryRedirect, locations...) }
	}
	var faults []Fault
	for _, row := range []struct {
		name              string
		registry, service string
		answer            func(numberedRequest) Response
	}{
		{"to itself", notARegistry, exchangeUnavailable, itself},
		{"in a loop of two", notARegistry, exchangeUnavailable, loop},
		{"on and on", notARegistry, exchangeUnavailable, chain},
		{"to another port", unexpectedRedirect, unexpectedRedirect, to(elsewhere)},
		{"to https", unexpectedRedirect, unexpectedRedirect, func(req numberedRequest) Response { return redirect(http.StatusFound, "https://"+req.Host+"/v2/") }},
		{"to nowhere", notARegistry, exchangeUnavailable, to()},
		{"to what is no URL", notARegistry, exchangeUnavailable, to("http://[::1")},
		{"back to itself with user information", notARegistry, exchangeUnavailable, func(req numberedRequest) Response { return redirect(http.StatusFound, "http://a:b@"+req.Host+"/v2/") }},
	} {
		faults = append(faults, flow("registry: a redirect "+row.name, row.registry, row.answer), behindRegistry("token service: a redirect "+row.name, row.service, row.answer))
	}
	return append(faults, flow("registry with credentials: a redirect to another port", unexpectedRedirect, func(req numberedRequest) Response {
		if req.withCredentials() {
			return redirect(http.StatusTemporaryRedirect, elsewhere)
		}
		return Unauthorized("Basic")
	}))
}

// flapFaults answer differently from one request to the next. Without retries the
// first answer to each kind of request counts.
func flapFaults() []Fault {
	basic := func(req numberedRequest) Response {
		if req.withCredentials() {
			return OK()
		}
		return Unauthorized("Basic")
	}
	token := func(numberedRequest) Response {
		return jsonBody(map[string]string{"token": faultToken()})
	}
	first := func(status int, then func(numberedRequest) Response) func(numberedRequest) Response {
		return func(req numberedRequest) Response {
			if req.first() {
				return Status(status)
			}
			return then(req)
		}
	}
	firstTwo := func(req numberedRequest) Response { // the second request is the one without credentials
		if req.number <= 2 {
			return Status(http.StatusServiceUnavailable)
		}
		return token(req)
	}
	return []Fault{
		flow("flapping: 503, then sound", serverError, first(503, basic)),
		flow("flapping: 429, then sound", rateLimited, first(429, basic)),
		flow("flapping: 408, then sound", timedOut, first(408, basic)),
		flow("flapping: 404, then sound", notARegistry, first(404, basic)),
		flow("flapping: sound, then 503", serverError, func(req numberedRequest) Response {
			if req.first() {
				return basic(req)
			}
			return Status(http.StatusServiceUnavailable)
		}),
		behindRegistry("flapping: a token service with 503 twice, then sound", exchangeUnavailable, firstTwo),
		behindRegistry("flapping: a token service with 429, then sound", rateLimited, first(429, token)),
		flow("flapping: the token is good, then the registry is down", serverError, func(req numberedRequest) Response {
			switch {
			case req.Path == tokenPath:
				return token(req)
			case req.withCredentials():
				return Status(http.StatusBadGateway)
			default:
				return Unauthorized(`Bearer realm="/token",service="fault"`)
			}
		}),
		closesKept(),
	}
}

// closesKept closes each connection when its second request comes. A client
// cannot know that it would, and asks again (RFC 9112 section 9.3.1).
func closesKept() Fault {
	return Fault{Name: "flapping: a kept connection is closed", Reason: credentialsAccepted, Deadline: longDeadline, Start: func(t Cleaner) (Target, error) {
		address, err := Serve(t, keepOnce)
		return Target{Address: "http://" + address}, err
	}}
}

// keepOnce answers one request and closes the connection after the next.
func keepOnce(conn net.Conn) {
	reader := bufio.NewReader(conn)
	request, err := http.ReadRequest(reader)
	if err != nil {
		return
	}
	head := "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic\r\n"
	if request.Header.Get("Authorization") != "" {
		head = "HTTP/1.1 200 OK\r\n"
	}
	say(conn, head, "Content-Length: 0\r\n\r\n")
	_, _ = http.ReadRequest(reader) // whatever it asks, it is too late
}

// clockFaults are answers of a server whose clock is wrong, or of one whose
// clock is right before a client with a wrong one: the registry's answer counts,
// not what either clock shows.
func clockFaults() []Fault {
	dated := func(date string) func(numberedRequest) Response {
		return func(req numberedRequest) Response {
			answer := Unauthorized("Basic")
			if req.withCredentials() {
				answer = OK()
			}
			answer.Header.Set("Date", date)
			return answer
		}
	}
	faults := []Fault{
		flow("clock: a date far ahead", credentialsAccepted, dated("Fri, 31 Dec 9999 23:59:59 GMT")),
	}
	for name, ends := range map[string]time.Time{
		"expired":       time.Now().Add(-time.Hour),
		"not valid yet": time.Now().Add(100 * time.Hour), // signing sets its beginning two hours before its end
	} {
		faults = append(faults, skewed("clock: a token that is "+name+" here only", exchangeAccepted, ends, true), skewed("clock: a token that is "+name+" there too", tokenRejected, ends, false))
	}
	return faults
}

// skewed is a registry with its token service on one server, whose tokens end
// then and are taken or not.
func skewed(name, reason string, ends time.Time, taken bool) Fault {
	token := newSigner("skewed").sign(jwt.MapClaims{"sub": FaultUser}, ends)
	return flow(name, reason, func(req numberedRequest) Response {
		switch {
		case req.Path == tokenPath:
			return jsonBody(map[string]string{"token": token})
		case taken && req.Authorization == "Bearer "+token:
			return OK()
		default:
			return Unauthorized(`Bearer realm="/token",service="fault"`)
		}
	})
}
