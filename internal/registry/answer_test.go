package registry_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/registrytest"
)

func answerTo(t *testing.T, response registrytest.Response) registry.Answer {
	t.Helper()
	fake := registrytest.New(t, func(string) registrytest.Response { return response })
	answer := newClient(t, registry.Options{}).Ask(t.Context(), parse(t, fake.URL), registry.Credential{})
	if answer.Failure != nil {
		t.Fatalf("failure %+v", answer.Failure)
	}
	if answer.Status != response.Status {
		t.Errorf("status %d, want %d", answer.Status, response.Status)
	}
	// The address of the fake registry differs from run to run.
	answer.Location = strings.Replace(answer.Location, fake.URL, "http://fake", 1)
	return answer
}

func TestAnswer_Challenges_OfA401Only(t *testing.T) {
	t.Parallel()
	for _, status := range []int{200, 401, 403, 404, 407, 500} {
		response := registrytest.Unauthorized("Negotiate", `Bearer realm="x"`)
		response.Status = status
		want := 0
		if status == http.StatusUnauthorized {
			want = 2
		}
		if got := answerTo(t, response).Challenges; len(got) != want {
			t.Errorf("status %d: challenges %v, want %d", status, got, want)
		}
	}
}

func TestAnswer_IsHTML(t *testing.T) {
	t.Parallel()
	const page = "<!DOCTYPE html><html></html>"
	typed := func(contentType ...string) http.Header { return http.Header{"Content-Type": contentType} }
	for _, row := range []struct {
		name   string
		header http.Header
		body   string
		want   bool
	}{
		{"by their content type", typed("text/html"), "Welcome", true},
		{"by their content type with a character set", typed("Text/HTML; charset=utf-8"), "Welcome", true},
		{"by a content type with a broken parameter", typed("text/html; charset"), "Welcome", true},
		{"by the content type of XHTML", typed("application/xhtml+xml"), "Welcome", true},
		{"by the first tag under another content type", typed("application/json"), page, true},
		{"by the first tag without a content type", typed(), page, true},
		{"by the first tag behind blanks", typed("text/plain"), "\r\n\t " + page, true},
		{"by the first tag behind a byte order mark", typed("text/plain"), "\ufeff" + page, true},
		{"by the html tag in any case", typed("text/plain"), "<HTML lang=en>", true},
		{"unless a tag stands in the middle", typed("text/plain"), "no <html> here", false},
		{"unless it is JSON", typed("application/json"), "{}", false},
		{"unless there is nothing", typed(), "", false},
		{"unless it is JSON under the type of a page", typed("text/html"), "{}", false},
		{"unless it is a word of JSON under the type of a page", typed("text/html"), "true\n", false},
		{"unless it is empty under the type of a page", typed("text/html"), "", false},
		{"unless it is blank under the type of a page", typed("text/html; charset=utf-8"), "\r\n", false},
		{"unless it is another kind of text", typed("text/htmlx"), "Welcome", false},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			for _, status := range []int{200, 401} {
				answer := answerTo(t, registrytest.Response{Status: status, Header: row.header, Body: row.body})
				if answer.IsHTML != row.want {
					t.Errorf("status %d: a page %t, want %t", status, answer.IsHTML, row.want)
				}
				if row.want && answer.Text != "" {
					t.Errorf("status %d: the page has the text %q", status, answer.Text)
				}
			}
		})
	}
}

func TestAnswer_TooLarge(t *testing.T) {
	t.Parallel()
	const nginx = "<html>\r\n<head><title>400 Request Header Or Cookie Too Large</title></head>\r\n<body>\r\n<center><h1>400 Bad Request</h1></center>\r\n</html>"
	for _, row := range []struct {
		name   string
		status int
		body   string
		want   bool
	}{
		{"431 whatever it says", 431, "", true},
		{"nginx", 400, nginx, true},
		{"Apache httpd", 400, "<p>Your browser sent a request that this server could not understand.<br />\nSize of a request header field exceeds server limit.<br />", true},
		{"HTTP.sys", 400, "<h2>Bad Request - Request Too Long</h2><hr><p>HTTP Error 400. The size of the request headers is too long.</p>", true},
		{"Tomcat", 400, "<p><b>Message</b> Request header is too large</p>", true},
		{"Google's front end", 413, "<p>Your client issued a request that was too large.", true},
		{"a 413 about the header in JSON", 413, `{"errors":[{"code":"UNKNOWN","message":"request header too large"}]}`, true},
		{"a 413 about a body", 413, "<center><h1>413 Request Entity Too Large</h1></center>", false},
		{"a 400 about something else that is too long", 400, "malformed Authorization header, user name is too long", false},
		{"another 400", 400, `{"errors":[{"code":"UNAUTHORIZED","message":"malformed Authorization header"}]}`, false},
		{"a 400 about another size", 400, "the header is malformed. The blob is too large", false},
		{"a 401 that says so", 401, nginx, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			if answer := answerTo(t, registrytest.Response{Status: row.status, Body: row.body}); answer.TooLarge != row.want {
				t.Errorf("too large %t, want %t", answer.TooLarge, row.want)
			}
		})
	}
}

func TestAnswer_NoName(t *testing.T) {
	t.Parallel()
	const distribution = `{"errors":[{"code":"NAME_UNKNOWN","message":"repository name not known to registry","detail":{"name":"org/app"}}]}`
	for _, row := range []struct {
		name   string
		status int
		body   string
		want   bool
	}{
		{"distribution", 404, distribution, true},
		{"another status", 400, distribution, false},
		{"no such manifest", 404, `{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}`, false},
		{"a number for a code", 404, `{"errors":[{"code":404}]}`, false},
		{"a page", 404, "<h1>NAME_UNKNOWN</h1>", false},
		{"nothing", 404, "", false},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			if answer := answerTo(t, registrytest.Response{Status: row.status, Body: row.body}); answer.NoName != row.want {
				t.Errorf("no name %t, want %t", answer.NoName, row.want)
			}
		})
	}
}

func TestAnswer_IsRegistry(t *testing.T) {
	t.Parallel()
	page := registrytest.Page(http.StatusOK)
	if answer := answerTo(t, page); answer.IsRegistry || !answer.IsHTML {
		t.Errorf("a page is taken for %+v", answer)
	}
	page.Header.Set("Docker-Distribution-Api-Version", "registry/2.0")
	if answer := answerTo(t, page); !answer.IsRegistry || !answer.IsHTML {
		t.Errorf("a page of a registry is taken for %+v", answer)
	}
	if answer := answerTo(t, registrytest.Status(http.StatusOK)); answer.IsRegistry {
		t.Errorf("an empty answer is taken for %+v", answer)
	}
}

func TestAnswer_IsHTML_ByItsFirstTag(t *testing.T) {
	t.Parallel()
	for _, body := range []string{"<!-- portal --><html>", "<?xml version=\"1.0\"?><!DOCTYPE html>", "\r\n <head>", "\xef\xbb\xbf<body>"} {
		for _, contentType := range []string{"", "application/json"} {
			response := registrytest.Response{Status: http.StatusOK, Header: http.Header{"Content-Type": {contentType}}, Body: body}
			if !answerTo(t, response).IsHTML {
				t.Errorf("%q with content type %q is taken for a registry's answer", body, contentType)
			}
		}
	}
}

func TestAnswer_Location(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name     string
		status   int
		location string
		want     string
	}{
		{"to another origin", 302, "https://other.example.com/v2/", "https://other.example.com"},
		{"without user information, query and fragment", 307, "https://u:p@other.example.com/login?token=abc#x", "https://other.example.com"},
		{"nowhere when to the own origin", 301, "/v2/", ""},
		{"nowhere when to a relative path of its own", 308, "../v2/", ""},
		{"to a host of the same scheme", 303, "//other.example.com/", "http://other.example.com"},
		{"to another port", 302, "https://other.example.com:8443", "https://other.example.com:8443"},
		{"nowhere", 302, "", ""},
		{"to what is no URL", 302, "http://%zz/", ""},
		{"nowhere on a 200", 200, "https://other.example.com/", ""},
		{"nowhere on a 300", 300, "https://other.example.com/", ""},
		{"nowhere on a 401", 401, "https://other.example.com/", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			response := registrytest.Response{Status: row.status, Header: http.Header{}}
			if row.location != "" {
				response.Header.Set("Location", row.location)
			}
			if got := answerTo(t, response).Location; got != row.want {
				t.Errorf("location %q, want %q", got, row.want)
			}
		})
	}
}

func TestAnswer_Text(t *testing.T) {
	t.Parallel()
	const limit = 4 << 10
	for _, row := range []struct{ name, body, want string }{
		{"an error of the OCI specification", `{"errors":[{"code":"DENIED","message":"no access","detail":{"a":1}}]}`, "no access"},
		{"the first of several errors", `{"errors":[{"code":"A","message":"a"},{"code":"B","message":"b"}]}`, "a"},
		{"a code without a message", `{"errors":[{"code":"DENIED"}]}`, "DENIED"},
		{"a message without a code", `{"errors":[{"message":"no access"}]}`, "no access"},
		{"a number as a code", `{"errors":[{"code":401,"message":"no access"}]}`, "no access"},
		{"an empty code", `{"errors":[{"code":"","message":"no access"}]}`, "no access"},
		{"a message that is no text", `{"errors":[{"code":"DENIED","message":{"en":"no"}}]}`, "DENIED"},
		{"one bare error", `{"code":"DENIED","message":"no access"}`, "no access"},
		{"one bare error with a number as a code", `{"code":403,"message":"no access"}`, "no access"},
		{"one bare error beside an empty list", `{"errors":[],"message":"no access"}`, "no access"},
		{"an OAuth2 error", `{"error":"invalid_grant","error_description":"expired"}`, "expired"},
		{"an OAuth2 error without a description", `{"error":"invalid_grant"}`, "invalid_grant"},
		{"a description alone", `{"error_description":"expired"}`, "expired"},
		{"an OAuth2 error behind an empty one", `{"errors":[{}],"error":"invalid_grant"}`, "invalid_grant"},
		{"details of Docker Hub", `{"details":"incorrect username or password"}`, "incorrect username or password"},
		{"names in another case", `{"Errors":[{"Code":"DENIED","Message":"no access"}]}`, "no access"},
		{"plain text as it was sent", "Auth failed.\nTry again\x07", "Auth failed.\nTry again\x07"},
		{"JSON that is cut is plain text", `{"errors":[{"code":"DEN`, `{"errors":[{"code":"DEN`},
		{"a text of the limit", strings.Repeat("x", limit), strings.Repeat("x", limit)},
		{"a text over the limit gives nothing", strings.Repeat("x", limit+1), ""},
		{"words of JSON at the limit", `{"message":"` + strings.Repeat("x", limit) + `"}`, strings.Repeat("x", limit)},
		{"words of JSON over the limit give nothing", `{"message":"` + strings.Repeat("x", limit+1) + `"}`, ""},
		{"a body over 64 KiB gives nothing", `{"message":"no access","detail":"` + strings.Repeat("x", 64<<10) + `"}`, ""},
		{"an empty body gives nothing", "", ""},
		{"an empty object gives nothing", "{}", ""},
		{"an object of other names gives nothing", `{"token":"abc","status":401}`, ""},
		{"details that are no text give nothing", `{"details":{"user":"ci"}}`, ""},
		{"an error that is no text gives nothing", `{"error":{"status":"UNAUTHENTICATED"}}`, ""},
		{"errors of another form give nothing", `{"errors":["denied"]}`, ""},
		{"errors that are no list give nothing", `{"errors":{"code":"DENIED"}}`, ""},
		{"a list gives nothing", `["denied"]`, ""},
		{"a quoted text gives nothing", `"denied"`, ""},
		{"a number gives nothing", "401", ""},
		{"null gives nothing", "null", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			header := http.Header{"Content-Type": {"application/json"}}
			if got := answerTo(t, registrytest.Response{Status: 401, Header: header, Body: row.body}).Text; got != row.want {
				t.Errorf("text %.99q, want %.99q", got, row.want)
			}
			if got := answerTo(t, registrytest.Response{Status: 200, Header: header, Body: row.body}).Text; got != "" {
				t.Errorf("a 200 has the text %.99q", got)
			}
		})
	}
}

func TestAnswer_StatusLine(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]string{401: "401 Unauthorized", 200: "200 OK", 599: "599"} {
		if got := (registry.Answer{Status: status}).StatusLine(); got != want {
			t.Errorf("status line %q, want %q", got, want)
		}
	}
}
