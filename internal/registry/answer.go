package registry

import (
	"bytes"
	"encoding/json"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Answer is the outcome of one request. If there was no usable response, Failure is
// set and Status is 0.
type Answer struct {
	Failure    *Failure
	Status     int
	URL        string        // of the response, after redirects; may hold a secret
	Reach      Reach         // of the address that was connected to
	Challenges []Challenge   // of a 401 only, since some registries send one with a 200
	IsRegistry bool          // whether it has the API version header of a registry
	IsHTML     bool          // whether it is a web page
	ClientCert bool          // whether the server demands a client certificate
	TooLarge   bool          // whether the server refuses the size of the request's header
	Cause      Cause         // why it has none that it accepts; of a ClientCert only
	NoName     bool          // whether the server says that it knows no repository of this name
	Location   string        // other origin that a redirect points to; "" if none
	Digest     string        // of the manifest that was asked for; "" if it is not known
	Text       string        // error message of the server, unchanged: clean it before showing it
	RetryAfter time.Duration // Retry-After of a 429; 0 if there is none
}

// StatusLine returns the status with its name, such as "401 Unauthorized".
func (a Answer) StatusLine() string { return statusLine(a.Status) }

// Redirects reports whether the answer is a redirect. One without a Location leads
// nowhere, or in circles.
func (a Answer) Redirects() bool { return isRedirect(a.Status) }

func statusLine(status int) string {
	return strings.TrimSpace(strconv.Itoa(status) + " " + http.StatusText(status))
}

// versionHeader is the header by which a registry identifies itself (Docker registry
// HTTP API V2, "API version check").
const versionHeader = "Docker-Distribution-Api-Version"

// newAnswer returns the facts of a response.
func newAnswer(r received) Answer {
	if r.failure != nil {
		return Answer{Failure: r.failure}
	}
	response := r.response
	a := Answer{
		Status:     response.StatusCode,
		URL:        response.Request.URL.String(),
		Reach:      r.reach,
		IsRegistry: response.Header.Get(versionHeader) != "",
		IsHTML:     isHTML(response.Header.Get("Content-Type"), r.body),
	}
	if a.Status == http.StatusTooManyRequests {
		a.RetryAfter, _ = r.retryAfter(time.Now())
	}
	a.ClientCert = a.Status == http.StatusBadRequest && wantsClientCertificate(r.body)
	a.TooLarge = headerTooLarge(a.Status, r.body)
	if a.ClientCert {
		a.Cause = r.clientCert
	}
	if a.Status == http.StatusUnauthorized {
		a.Challenges = ParseChallenges(response.Header.Values("WWW-Authenticate"))
	}
	if isRedirect(a.Status) {
		// A redirect to the same origin that was not followed has no usable target.
		if location, err := response.Location(); err == nil && !sameOrigin(response.Request.URL, location) {
			a.Location = (&url.URL{Scheme: location.Scheme, Host: location.Host}).String()
		}
	}
	a.NoName = a.Status == http.StatusNotFound && r.complete && nameUnknown(r.body)
	if a.Status != http.StatusOK && r.complete && !a.IsHTML && len(r.body) <= maxBodyBytes {
		if words := errorText(r.body); len(words) <= maxText { // a longer text is not cut, since the cut might hide a secret from the redactor
			a.Text = words
		}
	}
	return a
}

// maxText is the longest error message in bytes; a longer one is left out.
const maxText = 4 << 10

// wantsClientCertificate reports whether a body is one of the pages by which nginx
// refuses a client without a certificate, or with one that it does not accept. nginx
// does so by a response after the handshake (ngx_http_special_response.c).
func wantsClientCertificate(body []byte) bool {
	return bytes.Contains(body, []byte("No required SSL certificate was sent")) || bytes.Contains(body, []byte("The SSL certificate error"))
}

// tooLargePage matches the pages by which front ends refuse a large header with 400 or
// 413: nginx ("Request Header Or Cookie Too Large"), Apache httpd ("Size of a request
// header field exceeds server limit"), HTTP.sys ("The size of the request headers is too
// long"), Tomcat ("Request header is too large") and Google's ("Your client issued a
// request that was too large").
var tooLargePage = regexp.MustCompile(`(?i)\bheaders?\b[^.,;:<>]{0,40}(?:too large|too long|exceeds)|request that was too large`)

// headerTooLarge reports whether a response refuses a request because its header is too
// large (RFC 6585 section 5). A 413 is about the body by itself, and a request with
// credentials in its header has none.
func headerTooLarge(status int, body []byte) bool {
	switch status {
	case http.StatusRequestHeaderFieldsTooLarge:
		return true
	case http.StatusBadRequest, http.StatusRequestEntityTooLarge:
		return tooLargePage.Match(body)
	default:
		return false
	}
}

func isRedirect(status int) bool {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	default:
		return false
	}
}

// isHTML reports whether the body is a web page: it starts with a tag, or the content
// type is HTML. Some registries send that type with JSON or without a body, which is no
// page.
func isHTML(contentType string, body []byte) bool {
	body = bytes.TrimLeft(body, "\xef\xbb\xbf \t\r\n")
	mediaType, _, _ := mime.ParseMediaType(contentType)
	switch {
	case bytes.HasPrefix(body, []byte("<")):
		return true
	case mediaType == "text/html", mediaType == "application/xhtml+xml":
		return len(body) > 0 && !json.Valid(body)
	default:
		return false
	}
}

// nameUnknown reports whether an error body has the code NAME_UNKNOWN (OCI distribution
// specification, "Error Codes").
func nameUnknown(body []byte) bool {
	var document struct {
		Errors []struct {
			Code any `json:"code"` // some servers send a number
		} `json:"errors"`
	}
	return json.Unmarshal(body, &document) == nil && len(document.Errors) > 0 && document.Errors[0].Code == "NAME_UNKNOWN"
}

// errorText returns the message in an error body, or the code where there is none: of an
// OCI distribution error in a list or alone, of OAuth2 (RFC 6749 section 5.2), or Docker
// Hub's details. A body that is not JSON is returned unchanged.
func errorText(body []byte) string {
	type entry struct {
		Code    any `json:"code"` // some servers send a number
		Message any `json:"message"`
	}
	var document struct {
		entry
		Errors      []entry `json:"errors"`
		Error       any     `json:"error"`
		Description any     `json:"error_description"`
		Details     any     `json:"details"`
	}
	if json.Unmarshal(body, &document) != nil {
		if json.Valid(body) {
			return "" // JSON of another form may be data instead of a message
		}
		return string(body)
	}
	if len(document.Errors) > 0 {
		document.entry = document.Errors[0]
	}
	for _, words := range []any{document.Message, document.Code, document.Description, document.Error, document.Details} {
		if text, ok := words.(string); ok && text != "" {
			return text
		}
	}
	return ""
}
