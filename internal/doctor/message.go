package doctor

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

// How much of a foreign text is shown.
const (
	maxRegistryText = 200
	maxUsername     = 64
)

// message is the one sentence that stands alone in an error_message: registry,
// method, user name, what was answered.
func message(e Evidence, v Verdict, clean registry.Cleaner) string {
	entry := lookup(v.Reason)
	sentence := entry.sentence
	if e.last() == nil {
		sentence = entry.unsent
	}
	return strings.NewReplacer(
		"{registry}", e.Endpoint.Host(),
		"{user}", quoteUser(e.Credential.Username),
		"{credential}", describeCredential(e.Credential),
		"{malformed}", describeMalformed(e.Credential),
		"{answer}", describeAnswer(e, clean),
	).Replace(sentence) + "."
}

// quoteUser shows a user name, which is no secret, so that it cannot disturb
// the terminal.
func quoteUser(name string) string {
	return strconv.Quote(registry.Cut(name, maxUsername))
}

func describeCredential(c CredentialFacts) string {
	switch c.Method {
	case registry.MethodBearer:
		if c.Username != "" {
			return fmt.Sprintf("the bearer token (configured beside user name %s)", quoteUser(c.Username))
		}
		return "the bearer token"
	case registry.MethodBasic:
		return "the basic credentials of user name " + quoteUser(c.Username)
	default:
		return "anonymous access"
	}
}

func describeMalformed(c CredentialFacts) string {
	if c.UsernameMalformed {
		return "A user name with a colon or a control character (" + quoteUser(c.Username) + ")"
	}
	return "A bearer token with a blank, a line break or a control character"
}

// describeAnswer says what the last request led to.
func describeAnswer(e Evidence, clean registry.Cleaner) string {
	answer := e.last()
	if answer == nil {
		return ""
	}
	asked := "GET " + e.Endpoint.URL()
	if answer.Failure != nil {
		return asked + " failed, " + describeFailure(*answer.Failure, e)
	}
	text := asked + " answered " + answer.StatusLine()
	if words := clean.Clean(answer.Text, maxRegistryText); words != "" {
		text += " (" + words + ")"
	}
	switch {
	case answer.Location != "":
		text += ", a redirect to " + registry.Cut(clean.Scrub(answer.Location), maxRegistryText)
	case answer.Status == statusOK && answer.IsHTML && !answer.IsRegistry:
		text += " with an HTML page"
	}
	if e.Authenticated != nil && e.Anonymous.Status != answer.Status {
		text += ", and " + e.Anonymous.StatusLine() + " without credentials"
	}
	return text
}

func describeFailure(f registry.Failure, e Evidence) string {
	var text string
	switch f.Fault {
	case registry.FaultDNS:
		text = "the host was not found"
	case registry.FaultRefused:
		text = "the connection was refused"
	case registry.FaultTimeout:
		text = "no complete answer came within " + e.Timeout.String()
	case registry.FaultUntrusted, registry.FaultTLS:
		text = "no secure connection could be made"
	case registry.FaultPlainHTTP:
		text = "the server answers plain HTTP on this port, not https"
	case registry.FaultProxyAuth:
		text = "the proxy answered 407 and wants a login"
	default:
		text = "the connection failed"
	}
	if f.Detail != "" {
		text += ": " + f.Detail
	}
	return text
}
