package registrytest

import (
	"encoding/json"
	"net/http"
	"strings"
)

// ociError is the error body of the distribution specification.
func ociError(status int, code, message string) Response {
	return Response{
		Status: status,
		Header: http.Header{"Content-Type": {"application/json"}, "Docker-Distribution-Api-Version": {"registry/2.0"}},
		Body:   toJSON(map[string]any{"errors": []any{map[string]any{"code": code, "message": message}}}),
	}
}

func denied() Response {
	return ociError(http.StatusForbidden, "DENIED", "requested access to the resource is denied")
}

func unsupported() Response {
	return ociError(http.StatusMethodNotAllowed, "UNSUPPORTED", "the operation is unsupported")
}

func jsonBody(status int, body any) Response {
	return Response{Status: status, Header: http.Header{"Content-Type": {"application/json"}}, Body: toJSON(body)}
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

func param(name, value string) string { return name + `="` + value + `"` }

// realm is the address of the token service as challenges name it.
func (f *fake) realm() string {
	if f.rules.tokens.relativeRealm {
		return f.rules.tokens.path
	}
	return f.origin + f.rules.tokens.path
}

// service is the name of the registry as its token service knows it.
func (f *fake) service() string {
	if f.rules.tokens.service != "" {
		return f.rules.tokens.service
	}
	return f.host
}

// bearer is a Bearer challenge with realm, service and more.
func (f *fake) bearer(more ...string) string {
	all := append([]string{param("realm", f.realm()), param("service", f.service())}, more...)
	return "Bearer " + strings.Join(all, ",")
}

// refuseByToken is what distribution's token authentication answers: one Bearer
// challenge for everything, with an error for tokens only.
func refuseByToken(f *fake, v visitor, scope string) Response {
	var more []string
	if scope != "" {
		more = append(more, param("scope", scope))
	}
	switch {
	case v.standing == accepted:
		more = append(more, param("error", "insufficient_scope"))
	case v.scheme == schemeBearer:
		more = append(more, param("error", "invalid_token"))
	}
	return Unauthorized(f.bearer(more...))
}

// refuseByBasic asks for a password with this challenge and denies with 403.
func refuseByBasic(challenge string) func(*fake, visitor, string) Response {
	return func(_ *fake, v visitor, _ string) Response {
		if v.standing == accepted {
			return denied()
		}
		return Unauthorized(challenge)
	}
}
