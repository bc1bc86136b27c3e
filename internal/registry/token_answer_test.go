package registry_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

// tokenAnswer is what is read from a status and a body.
func tokenAnswer(t *testing.T, status int, body string, credential registry.Credential) registry.TokenAnswer {
	t.Helper()
	server := record(t, respond(status, body))
	return newClient(t, registry.Options{}).Token(t.Context(), registry.TokenRequest{
		Endpoint: parse(t, server.URL), Challenged: server.URL + "/v2/", Challenge: bearerRealm("/token"), Credential: credential,
	})
}

func signed(t *testing.T, claims jwt.MapClaims) string {
	t.Helper()
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString([]byte("key"))
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func TestClient_Token_ReadsTheToken(t *testing.T) {
	t.Parallel()
	const limit = 256 << 10
	padded := func(length int) string {
		const body = `{"token":"minted"}`
		return body + strings.Repeat(" ", length-len(body))
	}
	for _, row := range []struct {
		name string
		body string
		want string
	}{
		{"token", `{"token":"minted"}`, "minted"},
		{"access_token", `{"access_token":"minted","token_type":"Bearer"}`, "minted"},
		{"both, of which token counts", `{"access_token":"other","token":"minted"}`, "minted"},
		{"an empty token beside access_token", `{"token":"","access_token":"minted"}`, "minted"},
		{"a token of null beside access_token", `{"token":null,"access_token":"minted"}`, "minted"},
		{"all that stands beside it", `{"token":"minted","expires_in":300,"issued_at":"now","refresh_token":"r","scope":["a"],"error":null}`, "minted"},
		{"every letter of RFC 6750", `{"token":"abc.def-_~+/=="}`, "abc.def-_~+/=="},
		{"a body of the limit", padded(limit), "minted"},
		{"a body over the limit", padded(limit + 1), ""},
		{"a token that no header could carry", `{"token":"` + strings.Repeat("x", 64<<10+1) + `"}`, ""},
		{"a token over the limit", `{"token":"` + strings.Repeat("x", limit) + `"}`, ""},
		{"none", `{"expires_in":300}`, ""},
		{"both empty", `{"token":"","access_token":""}`, ""},
		{"no body", "", ""},
		{"null", "null", ""},
		{"not JSON", "token=minted", ""},
		{"a page", `<html>{"token":"minted"}</html>`, ""},
		{"JSON that is cut", `{"token":"minted"`, ""},
		{"JSON and more JSON", `{"token":"minted"} {}`, "minted"},
		{"JSON and more text", "{\"token\":\"minted\"}\n<!-- served by a cache -->", "minted"},
		{"a byte order mark before JSON", "\xef\xbb\xbf" + `{"token":"minted"}`, "minted"},
		{"text before JSON", `token: {"token":"minted"}`, ""},
		{"a list", `["minted"]`, ""},
		{"a string", `"minted"`, ""},
		{"a token that is a number", `{"token":12345}`, ""},
		{"a token that is a list", `{"token":["minted"]}`, ""},
		{"a token with a blank inside", `{"token":"min ted"}`, ""},
		{"a token with a blank at its end", `{"token":"minted "}`, ""},
		{"a token of blanks", `{"token":"  "}`, ""},
		{"a token with a line break", `{"token":"minted\r\nX-Header: 1"}`, ""},
		{"a token with a tab", `{"token":"min\tted"}`, ""},
		{"a token with a NUL", `{"token":"min\u0000ted"}`, ""},
		{"a token with a DEL", `{"token":"min\u007fted"}`, ""},
		{"a token with a blank that is no ASCII", `{"token":"min\u00a0ted"}`, ""},
		{"an access_token with a blank inside", `{"access_token":"min ted"}`, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			for kind, credential := range credentialOfEachKind() {
				answer := tokenAnswer(t, http.StatusOK, row.body, credential)
				if answer.Failure != nil || answer.Status != http.StatusOK || answer.Token != registry.NewSecret(row.want) {
					t.Errorf("%s: status %d, failure %+v, token of %d bytes; want %q", kind, answer.Status, answer.Failure, len(answer.Token.Reveal()), row.want)
				}
				if answer.Usable() != (row.want != "") || answer.Refused {
					t.Errorf("%s: usable %t, refused %t", kind, answer.Usable(), answer.Refused)
				}
			}
		})
	}
}

func TestClient_Token_ReadsATokenOfA200Only(t *testing.T) {
	t.Parallel()
	for _, status := range []int{201, 202, 203, 302, 400, 401, 403, 404, 429, 500, 503} {
		answer := tokenAnswer(t, status, `{"token":"minted"}`, basic("hunter2x"))
		if answer.Status != status || !answer.Token.Empty() || answer.Subject != "" {
			t.Errorf("status %d, want %d without a token", answer.Status, status)
		}
	}
}

func TestClient_Token_ReadsTheSubject(t *testing.T) {
	t.Parallel()
	const none = "eyJhbGciOiJub25lIn0." // {"alg":"none"}
	for _, row := range []struct {
		name  string
		token string
		want  string
	}{
		{"of a signed JWT", signed(t, jwt.MapClaims{"sub": "ci"}), "ci"},
		{"of a JWT that has expired", signed(t, jwt.MapClaims{"sub": "ci", "exp": 1}), "ci"},
		{"of a JWT that is not yet valid", signed(t, jwt.MapClaims{"sub": "ci", "nbf": 1 << 40}), "ci"},
		{"of a JWT that is not signed", none + "eyJzdWIiOiJjaSJ9.", "ci"},
		{"of a JWT with an algorithm that nobody knows", "eyJhbGciOiJYWTEifQ.eyJzdWIiOiJjaSJ9.sig", "ci"},
		{"of a JWT with a signature of another", signed(t, jwt.MapClaims{"sub": "ci"}) + "x", "ci"},
		{"as it is, with blanks", signed(t, jwt.MapClaims{"sub": "Jo Doe"}), "Jo Doe"},
		{"the anonymous one of Quay", signed(t, jwt.MapClaims{"sub": "(anonymous)"}), "(anonymous)"},
		{"empty", signed(t, jwt.MapClaims{"sub": ""}), ""},
		{"missing", signed(t, jwt.MapClaims{"aud": "r.example.com"}), ""},
		{"a number", signed(t, jwt.MapClaims{"sub": 7}), ""},
		{"a list", signed(t, jwt.MapClaims{"sub": []string{"ci"}}), ""},
		{"null", signed(t, jwt.MapClaims{"sub": nil}), ""},
		{"of claims that are null", none + "bnVsbA.", ""},
		{"of claims that are a list", none + "WzFd.", ""},
		{"of an opaque token", "hunter2x", ""},
		{"of an opaque token with dots", "a.b.c", ""},
		{"of a token of dots", "..", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			answer := tokenAnswer(t, http.StatusOK, `{"token":"`+row.token+`"}`, basic("hunter2x"))
			if answer.Subject != row.want || answer.Token.Reveal() != row.token || !answer.Usable() {
				t.Errorf("subject %q of a token, usable %t; want %q", answer.Subject, answer.Usable(), row.want)
			}
		})
	}
}

func TestClient_Token_RefusedByAnOAuth2Error(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name   string
		status int
		body   string
		want   bool
	}{
		{"invalid_grant", 400, `{"error":"invalid_grant","error_description":"expired"}`, true},
		{"invalid_client", 400, `{"error":"invalid_client"}`, true},
		{"invalid_client with 401", 401, `{"error":"invalid_client"}`, true},
		{"unauthorized_client", 400, `{"error":"unauthorized_client"}`, true},
		{"access_denied", 400, `{"error":"access_denied"}`, true},
		{"with 200 and no token", 200, `{"error":"invalid_grant"}`, true},
		{"with 200 and an empty token", 200, `{"token":"","error":"invalid_grant"}`, true},
		{"but not with a 403, which may be meant for everybody", 403, `{"error":"access_denied"}`, false},
		{"but not invalid_request", 400, `{"error":"invalid_request"}`, false},
		{"but not unsupported_grant_type", 400, `{"error":"unsupported_grant_type"}`, false},
		{"but not invalid_scope", 400, `{"error":"invalid_scope"}`, false},
		{"but not an error in another case", 400, `{"error":"Invalid_Grant"}`, false},
		{"but not an error in the description", 400, `{"error":"x","error_description":"invalid_grant"}`, false},
		{"but not an error in a list", 400, `{"error":["invalid_grant"]}`, false},
		{"but not an error of the registry's form", 400, `{"errors":[{"code":"invalid_grant"}]}`, false},
		{"but not text", 400, `invalid_grant`, false},
		{"but not nothing", 400, ``, false},
		{"but not another error with 200", 200, `{"error":"server_error"}`, false},
		{"but not beside a token", 200, `{"token":"minted","error":"invalid_grant"}`, false},
		{"but not in an outage", 503, `{"error":"access_denied"}`, false},
		{"but not in a fault of the server", 500, `{"error":"invalid_grant"}`, false},
		{"but not in a redirect", 302, `{"error":"invalid_grant"}`, false},
		{"but not when asked too often", 429, `{"error":"access_denied"}`, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			for kind, credential := range credentialOfEachKind() {
				answer := tokenAnswer(t, row.status, row.body, credential)
				if answer.Refused != row.want || answer.Status != row.status {
					t.Errorf("%s: refused %t, status %d; want %t, %d", kind, answer.Refused, answer.Status, row.want, row.status)
				}
				if row.want && !answer.Usable() {
					t.Errorf("%s: a refusal is not usable", kind)
				}
			}
		})
	}
}

func TestTokenAnswer_Usable(t *testing.T) {
	t.Parallel()
	minted := registry.NewSecret("minted")
	answer := func(status int) registry.Answer { return registry.Answer{Status: status} }
	for _, row := range []struct {
		name   string
		answer registry.TokenAnswer
		want   bool
	}{
		{"a token", registry.TokenAnswer{Answer: answer(200), Token: minted}, true},
		{"a 200 without a token is not", registry.TokenAnswer{Answer: answer(200)}, false},
		{"a token beside another status is not", registry.TokenAnswer{Answer: answer(201), Token: minted}, false},
		{"a 401", registry.TokenAnswer{Answer: answer(401)}, true},
		{"a 403", registry.TokenAnswer{Answer: answer(403)}, true},
		{"a 400 is not", registry.TokenAnswer{Answer: answer(400)}, false},
		{"a 400 that refuses the grant", registry.TokenAnswer{Answer: answer(400), Refused: true}, true},
		{"a 302 is not", registry.TokenAnswer{Answer: answer(302)}, false},
		{"a 404 is not", registry.TokenAnswer{Answer: answer(404)}, false},
		{"a 429 is not", registry.TokenAnswer{Answer: answer(429)}, false},
		{"a 500 is not", registry.TokenAnswer{Answer: answer(500)}, false},
		{"nothing is not", registry.TokenAnswer{}, false},
		{"a failure is not", registry.TokenAnswer{Answer: registry.Answer{Failure: &registry.Failure{Fault: registry.FaultTimeout}}, Token: minted, Refused: true}, false},
	} {
		if got := row.answer.Usable(); got != row.want {
			t.Errorf("%s: usable %t, want %t", row.name, got, row.want)
		}
	}
}
