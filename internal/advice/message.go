package advice

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/stellaops/terraform-provider-stellaops/internal/redact"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/verdict"
)

// maxName is the longest user name or repository in a message, in characters.
const maxName = 64

// message returns one sentence that stands alone in an error_message: registry, method,
// user name and answer.
func message(e verdict.Evidence, v verdict.Verdict) string {
	sentence := sentenceOf(e, v)
	return strings.NewReplacer(
		"{registry}", e.Endpoint.Host(),
		"{user}", quoteUser(e.Credential.Username),
		"{credential}", describeCredential(e.Credential),
		"{malformed}", describeMalformed(e.Credential),
		"{switch}", e.Skipped,
		"{failure}", e.Credential.Failure,
		"{note}", strings.Join(e.Credential.Notes, "; "),
		"{answer}", describeAnswer(e),
		"{access}", describeAccess(e),
	).Replace(sentence) + unproven(e, v) + "."
}

// sentenceOf returns the sentence for a verdict. That of a reason fits its usual
// evidence; a proof by permissions or decoy, and anonymous access beside other
// settings, need others.
func sentenceOf(e verdict.Evidence, v verdict.Verdict) string {
	entry := lookup(v.Reason)
	switch {
	case e.Last() == nil:
		return entry.unsent
	case v.Reason == verdict.ReasonTLSClientCert && hasClientCert(seenCause(e)):
		return "{registry} wants another client certificate, so it could not be asked about {credential}: {answer}"
	case v.Verified && v.Reason != verdict.ReasonAccepted && v.Reason != verdict.ReasonExchangeAccepted:
		return "{registry} accepted {credential} and refused others: {answer}"
	case v.Reason == verdict.ReasonAuthenticationRequired && len(e.Credential.Notes) > 0:
		return "{registry} wants credentials, and what is configured holds none for it ({note}): {answer}"
	case v.Reason == verdict.ReasonAnonymousAccepted && len(e.Credential.Notes) > 0 && e.Anonymous.Status == verdict.StatusOK:
		return "{registry} answers without credentials, and what is configured holds none for it ({note}): {answer}"
	case v.Reason == verdict.ReasonAnonymousAccepted && e.Anonymous.Status != verdict.StatusOK:
		return "{registry} gives anybody a token for what is asked, and no credentials are configured: {answer}"
	case v.Reason == verdict.ReasonExchangeInconclusive && (e.Control == nil || e.Control.Status != verdict.StatusOK):
		return "{registry} gave a token for {credential}, but what its token service gives to anybody could not be told, so nothing is proven: {answer}"
	default:
		return entry.sentence
	}
}

// hasClientCert reports whether a client certificate is configured that a server does not
// accept.
func hasClientCert(cause registry.Cause) bool {
	return cause == registry.CauseOtherClientCert || cause == registry.CauseBadClientCert
}

// unproven explains why require_verified turned a pass into a fail.
func unproven(e verdict.Evidence, v verdict.Verdict) string {
	if !v.Unproven {
		return ""
	}
	return "; require_verified is set, and " + decoyCause(e.Decoy)
}

// quoteUser quotes a user name, so that its control characters do not reach a terminal.
func quoteUser(name string) string { return strconv.Quote(redact.Cut(name, maxName)) }

func describeCredential(c verdict.CredentialFacts) string {
	switch c.Method {
	case registry.MethodBearer:
		if c.Username != "" {
			return fmt.Sprintf("the bearer token (configured beside user name %s)", quoteUser(c.Username))
		}
		return "the bearer token"
	case registry.MethodIdentityToken:
		return "the identity token"
	case registry.MethodBasic:
		return "the basic credentials of user name " + quoteUser(c.Username)
	default:
		return "anonymous access"
	}
}

func describeMalformed(c verdict.CredentialFacts) string {
	if c.UsernameMalformed {
		return "A user name with a colon or a control character (" + quoteUser(c.Username) + ")"
	}
	return "A bearer token with a blank, a line break or a control character"
}

// describeAnswer describes the answer that decided.
func describeAnswer(e verdict.Evidence) string {
	last := e.Last()
	if last == nil {
		return ""
	}
	asked := "GET " + e.Endpoint.URL()
	switch {
	case last == e.Minted:
		return asked + describeResult(*e.Minted, e) + " with a token from " + e.Exchange.Endpoint
	case e.Exchange != nil && last == e.Anonymous:
		return describeExchange(e)
	}
	text := asked + describeResult(*last, e)
	if last != e.Anonymous && last.Failure == nil && e.Anonymous.Status != last.Status {
		text += ", and " + e.Anonymous.StatusLine() + " without credentials"
	}
	if origin := wantsHTTPS(e, *last); origin != "" {
		text += "; write " + origin + " in registry_url"
	}
	if e.Exchange != nil && last != e.Compared {
		text += "; before, " + describeExchange(e)
	}
	return text
}

// describeResult continues the description of a request.
func describeResult(a registry.Answer, e verdict.Evidence) string {
	if a.Failure != nil {
		return " failed, " + describeFailure(*a.Failure, e)
	}
	text := " answered " + a.StatusLine()
	if words := a.Text; words != "" {
		text += " (" + words + ")"
	}
	switch {
	case a.Location != "":
		text += ", a redirect to " + a.Location
	case a.Status == verdict.StatusOK && a.IsHTML && !a.IsRegistry:
		text += " with an HTML page"
	}
	return text
}

func describeExchange(e verdict.Evidence) string {
	t := e.Exchange
	service := "its token service " + t.Endpoint
	switch {
	case t.Failure != nil && t.Failure.Fault == registry.FaultRealm:
		return t.Failure.Detail
	case t.Failure.Unsafe():
		return "nothing was sent to " + service + ", since " + t.Failure.Detail
	case e.BreaksOnLogin():
		return service + describeUnusable(e) + ", and " + e.Control.StatusLine() + " without credentials: it fails on this login, or on every login"
	case t.Failure == nil && !t.Usable():
		return service + describeUnusable(e)
	case t.Failure == nil && t.Refused && t.Status == verdict.StatusOK:
		return service + describeResult(t.Answer, e) + " with a refusal in it"
	case e.Control != nil && e.Control.Failure == nil && t.Status == verdict.StatusForbidden:
		return service + describeResult(t.Answer, e) + ", and " + e.Control.StatusLine() + " without credentials"
	default:
		return service + describeResult(t.Answer, e)
	}
}

// describeUnusable describes an answer without a token and without a refusal.
func describeUnusable(e verdict.Evidence) string {
	text := describeResult(e.Exchange.Answer, e)
	if e.Exchange.Status == verdict.StatusOK {
		text += " without a token"
	}
	return text
}

// maxAccess is the largest number of permissions in a message.
const maxAccess = 3

// describeAccess lists the permissions that are not granted.
func describeAccess(e verdict.Evidence) string {
	var parts []string
	for _, result := range e.Access {
		for _, list := range []struct {
			name    string
			actions []string
		}{{"refused", result.Missing}, {"not decided", result.Unknown}} {
			if len(list.actions) > 0 {
				parts = append(parts, strings.Join(list.actions, " and ")+" on "+redact.Cut(result.Repository, maxName)+" is "+list.name)
			}
		}
		if result.Answer != nil {
			parts[len(parts)-1] += " (" + describeAccessAnswer(result, e) + ")"
		}
	}
	if more := len(parts) - maxAccess; more > 0 {
		parts = append(parts[:maxAccess], fmt.Sprintf("and %d more", more))
	}
	return strings.Join(parts, ", ")
}

// describeAccessAnswer describes the answer that did not grant a permission.
func describeAccessAnswer(result verdict.AccessResult, e verdict.Evidence) string {
	who := "the registry"
	if result.Service != "" {
		who = "the token service"
	}
	return who + describeResult(*result.Answer, e)
}

func describeFailure(f registry.Failure, e verdict.Evidence) string {
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
