package registry

import (
	"bytes"
	"encoding/json"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Answer is what one request led to. Failure is set when nothing usable came
// back; Status is 0 then.
type Answer struct {
	Failure    *Failure
	Status     int
	URL        string        // that answered, after redirects; not for showing
	Reach      Reach         // where the registry was reached
	Challenges []Challenge   // of a 401 only: some registries send one with a 200
	IsRegistry bool          // the API version header of a registry is there
	IsHTML     bool          // a page for people
	ClientCert bool          // the server wants a client certificate
	Location   string        // other origin that a redirect points to; "" if none
	Text       string        // the server's own words, as sent: clean them before showing
	RetryAfter time.Duration // delay that a 429 names; 0 where it names none
}

// StatusLine is the status with its name, such as "401 Unauthorized".
func (a Answer) StatusLine() string { return statusLine(a.Status) }

func statusLine(status int) string {
	return strings.TrimSpace(strconv.Itoa(status) + " " + http.StatusText(status))
}

// versionHeader is how a registry says that it is one (Docker registry HTTP
// API V2, "API version check").
const versionHeader = "Docker-Distribution-Api-Version"

// newAnswer takes the facts out of what was received.
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
	if a.Status == http.StatusUnauthorized {
		a.Challenges = ParseChallenges(response.Header.Values("WWW-Authenticate"))
	}
	if isRedirect(a.Status) {
		// One to the own origin that was not followed leads nowhere.
		if location, err := response.Location(); err == nil && !sameOrigin(response.Request.URL, location) {
			a.Location = (&url.URL{Scheme: location.Scheme, Host: location.Host}).String()
		}
	}
	if a.Status != http.StatusOK && r.complete && !a.IsHTML && len(r.body) <= maxBodyBytes {
		if words := errorText(r.body); len(words) <= maxText { // a part of longer ones might hold a part of a secret
			a.Text = words
		}
	}
	return a
}

// maxText is how long a server's own words may be, in bytes; longer ones are left
// out.
const maxText = 4 << 10

// wantsClientCertificate knows the pages by which nginx refuses a client without
// a certificate, or with one that it does not accept: it does so after the
// handshake, by an HTTP answer (nginx, ngx_http_special_response.c).
func wantsClientCertificate(body []byte) bool {
	return bytes.Contains(body, []byte("No required SSL certificate was sent")) || bytes.Contains(body, []byte("The SSL certificate error"))
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

// isHTML believes the content type, and the first letter: no registry's answer
// starts with a tag.
func isHTML(contentType string, body []byte) bool {
	mediaType, _, _ := mime.ParseMediaType(contentType)
	return mediaType == "text/html" || mediaType == "application/xhtml+xml" ||
		bytes.HasPrefix(bytes.TrimLeft(body, "\xef\xbb\xbf \t\r\n"), []byte("<"))
}

// errorText finds the words for a person in an error body: OCI distribution
// errors, one bare error, OAuth2 (RFC 6749 section 5.2), Docker Hub's details,
// else the text itself.
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
			return "" // JSON of another form has no words that can be told from data
		}
		return string(body)
	}
	if len(document.Errors) > 0 {
		document.entry = document.Errors[0]
	}
	for _, words := range [][2]any{
		{document.Code, document.Message},
		{document.Error, document.Description},
		{document.Details, nil},
	} {
		if text := joinTexts(words[0], words[1]); text != "" {
			return text
		}
	}
	return ""
}

func joinTexts(words ...any) string {
	var texts []string
	for _, word := range words {
		if text, ok := word.(string); ok && text != "" {
			texts = append(texts, text)
		}
	}
	return strings.Join(texts, ": ")
}
