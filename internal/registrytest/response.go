package registrytest

import (
	"encoding/json"
	"net/http"
	"strings"
)

// Response is what a fake registry answers. One of status 0 is raw: its body is
// all that is written, and the connection stays open until the client leaves.
type Response struct {
	Status int
	Header http.Header
	Body   string
}

// TrapListens marks the places in a raw body where the server waits for more bytes of
// the client.
const TrapListens = "\x00listens\x00"

func (r Response) write(w http.ResponseWriter) {
	if r.Status == 0 {
		r.writeRaw(w)
		return
	}
	for name, values := range r.Header {
		w.Header()[http.CanonicalHeaderKey(name)] = values
	}
	w.WriteHeader(r.Status)
	_, _ = w.Write([]byte(r.Body)) // the client may have left
}

func (r Response) writeRaw(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return // not over HTTP/1.1
	}
	defer hangUp(conn)
	for i, words := range strings.Split(r.Body, TrapListens) {
		if i > 0 {
			_, _ = conn.Read(make([]byte, 1<<10)) // the client may have left
		}
		say(conn, words)
	}
	Silence(conn) // ends when the client leaves, or the test
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

// ociError is the error body of the distribution specification.
func ociError(status int, code, message string) Response {
	return Response{
		Status: status,
		Header: http.Header{"Content-Type": {"application/json"}, "Docker-Distribution-Api-Version": {"registry/2.0"}},
		Body:   toJSON(map[string]any{"errors": []any{map[string]any{"code": code, "message": message}}}),
	}
}

func unsupported() Response {
	return ociError(http.StatusMethodNotAllowed, "UNSUPPORTED", "the operation is unsupported")
}

func jsonBody(body any) Response {
	return Response{Status: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Body: toJSON(body)}
}

func plainText(status int, text string) Response {
	return Response{Status: status, Header: http.Header{"Content-Type": {"text/plain; charset=utf-8"}}, Body: text}
}

// toJSON is for maps, slices, strings and numbers, which always marshal.
func toJSON(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		return err.Error()
	}
	return string(text)
}
