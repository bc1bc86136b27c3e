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
	sentence := sentenceOf(e, v)
	return strings.NewReplacer(
		"{registry}", e.Endpoint.Host(),
		"{user}", quoteUser(e.Credential.Username, clean),
		"{credential}", describeCredential(e.Credential, clean),
		"{malformed}", describeMalformed(e.Credential, clean),
		"{switch}", e.Skipped,
		"{failure}", e.Credential.Failure,
		"{note}", strings.Join(e.Credential.Notes, "; "),
		"{answer}", describeAnswer(e, clean),
		"{access}", describeAccess(e.Access),
	).Replace(sentence) + unproven(e, v) + "."
}

// sentenceOf chooses the words for a verdict. Those of a reason fit the way in
// which it is usually met; a proof that came later needs others.
func sentenceOf(e Evidence, v Verdict) string {
	entry := lookup(v.Reason)
	switch {
	case e.last() == nil:
		return entry.unsent
	case v.Verified && v.Reason != ReasonAccepted && v.Reason != ReasonExchangeAccepted:
		return "{registry} accepted {credential} and refused others: {answer}"
	case v.Reason == ReasonAuthenticationRequired && len(e.Credential.Notes) > 0:
		return "{registry} wants credentials, and what is configured holds none for it ({note}): {answer}"
	case v.Reason == ReasonAnonymousAccepted && len(e.Credential.Notes) > 0 && e.Anonymous.Status == statusOK:
		return "{registry} answers without credentials, and what is configured holds none for it ({note}): {answer}"
	case v.Reason == ReasonAnonymousAccepted && e.Anonymous.Status != statusOK:
		return "{registry} gives anybody a token for what is asked, and no credentials are configured: {answer}"
	case v.Reason == ReasonExchangeInconclusive && (e.Control == nil || e.Control.Status != statusOK):
		return "{registry} gave a token for {credential}, but what its token service gives to anybody could not be told, so nothing is proven: {answer}"
	default:
		return entry.sentence
	}
}

// unproven says why a pass became a fail by require_verified.
func unproven(e Evidence, v Verdict) string {
	if !failsForProof(e, v) {
		return ""
	}
	return "; require_verified is set, and " + decoyCause(e.Decoy)
}

// quoteUser shows a user name so that it cannot disturb the terminal.
func quoteUser(name string, clean registry.Cleaner) string {
	if hidesSecret(name, clean) {
		return strconv.Quote(registry.Ellipsis)
	}
	return strconv.Quote(registry.Cut(name, maxUsername))
}

// hidesSecret tells whether a user name, which is no secret by itself, is not to
// be shown: some registries take a token as user name and as password.
func hidesSecret(name string, clean registry.Cleaner) bool {
	return clean.Scrub(name) != registry.Printable(name)
}

func describeCredential(c CredentialFacts, clean registry.Cleaner) string {
	switch c.Method {
	case registry.MethodBearer:
		if c.Username != "" {
			return fmt.Sprintf("the bearer token (configured beside user name %s)", quoteUser(c.Username, clean))
		}
		return "the bearer token"
	case registry.MethodIdentityToken:
		return "the identity token"
	case registry.MethodBasic:
		return "the basic credentials of user name " + quoteUser(c.Username, clean)
	default:
		return "anonymous access"
	}
}

func describeMalformed(c CredentialFacts, clean registry.Cleaner) string {
	if c.UsernameMalformed {
		return "A user name with a colon or a control character (" + quoteUser(c.Username, clean) + ")"
	}
	return "A bearer token with a blank, a line break or a control character"
}

// describeAnswer says what the last request led to.
func describeAnswer(e Evidence, clean registry.Cleaner) string {
	last := e.last()
	if last == nil {
		return ""
	}
	asked := "GET " + e.Endpoint.URL()
	switch {
	case e.Minted != nil:
		return asked + describeResult(*e.Minted, e, clean) + " with a token from " + registry.Cut(clean.Scrub(e.Exchange.Endpoint), maxRegistryText)
	case e.Exchange != nil && e.Authenticated == nil:
		return describeExchange(e, clean)
	}
	text := asked + describeResult(*last, e, clean)
	if e.Authenticated != nil && last.Failure == nil && e.Anonymous.Status != last.Status {
		text += ", and " + e.Anonymous.StatusLine() + " without credentials"
	}
	if origin := wantsHTTPS(e, *last); origin != "" {
		text += "; write " + origin + " in registry_url"
	}
	if e.Exchange != nil {
		text += "; before, " + describeExchange(e, clean)
	}
	return text
}

// describeResult continues the words for a request.
func describeResult(a registry.Answer, e Evidence, clean registry.Cleaner) string {
	if a.Failure != nil {
		return " failed, " + describeFailure(*a.Failure, e)
	}
	text := " answered " + a.StatusLine()
	if words := clean.Clean(a.Text, maxRegistryText); words != "" {
		text += " (" + words + ")"
	}
	switch {
	case a.Location != "":
		text += ", a redirect to " + registry.Cut(clean.Scrub(a.Location), maxRegistryText)
	case a.Status == statusOK && a.IsHTML && !a.IsRegistry:
		text += " with an HTML page"
	}
	return text
}

func describeExchange(e Evidence, clean registry.Cleaner) string {
	t := e.Exchange
	service := "its token service " + registry.Cut(clean.Scrub(t.Endpoint), maxRegistryText)
	switch {
	case t.Failure != nil && t.Failure.Fault == registry.FaultRealm:
		return t.Failure.Detail
	case t.Failure.Unsafe():
		return "nothing was sent to " + service + ", since " + t.Failure.Detail
	case t.Failure == nil && !t.Usable() && t.Status == statusOK:
		return service + describeResult(t.Answer, e, clean) + " without a token"
	case t.Failure == nil && t.Refused && t.Status == statusOK:
		return service + describeResult(t.Answer, e, clean) + " with a refusal in it"
	case e.Control != nil && e.Control.Failure == nil && t.Status == statusForbidden:
		return service + describeResult(t.Answer, e, clean) + ", and " + e.Control.StatusLine() + " without credentials"
	default:
		return service + describeResult(t.Answer, e, clean)
	}
}

// describeAccess names the permissions that did not pass.
func describeAccess(results []AccessResult) string {
	var parts []string
	for _, result := range results {
		for _, list := range []struct {
			name    string
			actions []string
		}{{"refused", result.Missing}, {"not decided", result.Unknown}} {
			if len(list.actions) > 0 {
				parts = append(parts, strings.Join(list.actions, " and ")+" on "+registry.Cut(result.Repository, maxUsername)+" is "+list.name)
			}
		}
	}
	return strings.Join(parts, ", ")
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
	case registry.FaultClientCert:
		text = "the server wants a client certificate"
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
