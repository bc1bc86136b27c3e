package registry

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"unicode"
)

func FuzzToken(f *testing.F) {
	const jwt = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJjaSIsImFjY2VzcyI6W3sidHlwZSI6InJlcG9zaXRvcnkiLCJuYW1lIjoiYSIsImFjdGlvbnMiOlsicHVsbCJdfV19."
	for _, body := range []string{
		"", "null", "[]", `"x"`, "{", `{"token":"minted"}`, `{"access_token":"minted"}`, `{"token":"min ted"}`, `{"token":"\u0000"}`, `{"token":7}`,
		`{"token":"` + jwt + `"}`, `{"token":"` + jwt + `","scope":"repository:a:pull"}`, `{"token":"a.b.c","scope":[]}`, `{"error":"invalid_grant"}`, `{"error":{}}`,
	} {
		f.Add(http.StatusOK, body, true)
		f.Add(http.StatusBadRequest, body, true)
	}
	f.Fuzz(func(t *testing.T, status int, body string, complete bool) {
		answer := TokenAnswer{Answer: Answer{Status: status}}
		answer.read(received{response: &http.Response{StatusCode: status}, body: []byte(body), complete: complete})
		token := answer.Token.Reveal()
		if strings.ContainsFunc(token, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }) {
			t.Errorf("%q gives the token %q, which cannot be sent", body, token)
		}
		if status == http.StatusOK && answer.Usable() != (token != "" || answer.Refused) {
			t.Errorf("%q gives the token %q, refused %t, usable %t", body, token, answer.Refused, answer.Usable())
		}
		if token != "" && (status != http.StatusOK || answer.Refused || !complete) {
			t.Errorf("status %d, refused %t, complete %t beside the token %q", status, answer.Refused, complete, token)
		}
		if token == "" && answer.Subject != "" {
			t.Errorf("%q gives no token, but the subject %q", body, answer.Subject)
		}
	})
}

func FuzzScopeGrants(f *testing.F) {
	for _, scope := range []string{
		"", " ", ":", "::", ":::", "repository", "repository:a", "repository:a:pull", "repository:a:pull,push repository:b:*", "repository(plugin):a:pull",
		"repository:host:5000/a:pull", "registry:catalog:*", "openid", "repository:a:", "repository::pull", "(:a:pull", "repository:a:pull\u00a0x",
	} {
		f.Add(scope, "a", "pull")
	}
	f.Fuzz(func(t *testing.T, scope, repository, action string) {
		grants := ParseScope(scope)
		allowed, _ := grants.Allow(repository, action)
		if allowed && !grants.Known() {
			t.Errorf("%q says nothing, but allows %q of %q", scope, action, repository)
		}
		if allowed && !strings.Contains(scope, ":"+repository+":") && !strings.Contains(scope, ":*:") {
			t.Errorf("%q allows %q of %q, which it does not name", scope, action, repository)
		}
		if allowed && !strings.Contains(scope, action) && !strings.Contains(scope, "*") {
			t.Errorf("%q allows %q, which it does not name", scope, action)
		}
		if strings.ContainsFunc(repository+action, unicode.IsSpace) || strings.ContainsAny(action, ":,") {
			return // no scope can name it
		}
		if more, _ := ParseScope(scope+" repository:"+repository+":"+action).Allow(repository, action); !more && action != "" {
			t.Errorf("%q with %q of %q does not allow it", scope, action, repository)
		}
	})
}

func FuzzErrorBody(f *testing.F) {
	for _, body := range []string{
		"", "null", "[]", "{}", "<html>", "denied", `{"errors":[]}`, `{"errors":[{"code":"DENIED","message":"no"}]}`, `{"errors":[null]}`, `{"errors":{}}`,
		`{"code":7,"message":{}}`, `{"error":"invalid_grant","error_description":"x"}`, `{"details":"x"}`, "\xff\xfe", "\x1f\x8b\x08", "No required SSL certificate was sent",
	} {
		f.Add(http.StatusUnauthorized, "application/json", "", body)
		f.Add(http.StatusBadRequest, "text/html", "gzip", body)
	}
	f.Fuzz(func(t *testing.T, status int, contentType, encoding, body string) {
		response := &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {contentType}, "Content-Encoding": {encoding}}, Body: io.NopCloser(strings.NewReader(body))}
		response.Request = &http.Request{URL: &url.URL{Scheme: "https", Host: "r.example.com", Path: "/v2/"}}
		read, complete, err := readBody(response, maxBodyBytes)
		if err != nil || len(read) > maxBodyBytes {
			t.Fatalf("%d bytes, %v", len(read), err)
		}
		answer := newAnswer(received{response: response, body: read, complete: complete})
		if len(answer.Text) > maxText || answer.IsHTML && answer.Text != "" {
			t.Errorf("%q has the words %.300q", body, answer.Text)
		}
	})
}
