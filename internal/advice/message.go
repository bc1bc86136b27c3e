package advice

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/stellaops/terraform-provider-stellaops/internal/redact"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/verdict"
)

// maxName is the longest user name or repository in a message, in characters.
const maxName = 64

// message returns what stands alone in an error_message: what happened at which registry
// with which login, the answer, and the first observation that explains it.
func message(e verdict.Evidence, v verdict.Verdict) string {
	sentence, next := sentenceOf(e, v)
	note := ""
	if notesLead(e, v) {
		note, next = splitNote(e.Credential.Notes[0])
	}
	login, service := describeLogin(e.Credential), "(not named)"
	if e.Exchange != nil && e.Exchange.Endpoint != "" {
		service = e.Exchange.Endpoint
	}
	head := strings.NewReplacer(
		"{registry}", e.Endpoint.Host(),
		"{login}", login,
		"{Login}", strings.ToUpper(login[:1])+login[1:],
		"{unsent}", describeUnsent(e.Credential, v.Reason),
		"{switch}", e.Skipped,
		"{failure}", e.Credential.Failure,
		"{note}", note,
		"{answer}", describeAnswer(e),
		"{endpoint}", strings.TrimSuffix(e.Endpoint.URL(), "/v2/"),
		"{service}", service,
		"{why}", why(e),
		"{offered}", offered(e),
		"{missing}", describeAccess(e, func(r verdict.AccessResult) []string { return r.Missing }),
		"{absent}", describeImage(e, verdict.ImageNoTag, verdict.ImageNoRepository, verdict.ImageAbsent),
		"{other}", describeImage(e, verdict.ImageOther),
		"{unknown}", describeAccess(e, func(r verdict.AccessResult) []string { return r.Unknown }),
	).Replace(sentence)
	switch {
	case v.Unproven && v.Reason == verdict.ReasonExchangeUnavailable:
		head, next = head+", and require_verified is set", ""
	case v.Unproven && e.Credential.Method == registry.MethodAnonymous:
		head, next = head+"; require_verified is set, and no login is configured", ""
	case v.Unproven:
		head, next = head+"; require_verified is set, and "+decoyCause(e.Decoy), ""
	}
	if seen := observations(e, v); len(seen) > 0 {
		next = seen[0]
	} else if place := e.Credential.Place.Name; place != "" && slices.Contains(mendedAtPlace, v.Reason) && e.Last() != nil {
		next = "It came from " + place
	}
	if next != "" && !v.Verified {
		head += ". " + next
	}
	return head + "."
}

// mendedAtPlace are the reasons that a new secret mends: where it came from says where it
// has to be set.
var mendedAtPlace = []verdict.Reason{
	verdict.ReasonInvalidCredentials, verdict.ReasonMalformedCredentials, verdict.ReasonTokenExpired, verdict.ReasonTokenInvalid, verdict.ReasonForbidden,
}

// sentenceOf returns the sentence for a verdict, and the one that follows where nothing
// was seen. Those of a reason fit its usual evidence; others need their own.
func sentenceOf(e verdict.Evidence, v verdict.Verdict) (sentence, next string) {
	entry := lookup(v.Reason)
	identity := e.Credential.Method == registry.MethodIdentityToken
	switch {
	case e.Last() == nil:
		if e.Credential.UsernameColon && v.Reason == verdict.ReasonMalformedCredentials {
			return entry.unsent, "Write the user name alone, and the password into password"
		}
		return entry.unsent, entry.Next
	case v.Verified && v.Reason != verdict.ReasonAccepted && v.Reason != verdict.ReasonExchangeAccepted && e.Decoy == verdict.DecoyRefused:
		return "{registry} accepted {login} and refused an invented one", ""
	case v.Verified && v.Reason != verdict.ReasonAccepted && v.Reason != verdict.ReasonExchangeAccepted:
		return "{registry} accepted {login} for what access names, and refused that without credentials", ""
	case notesLead(e, v) && v.Reason == verdict.ReasonAuthenticationRequired:
		return "{note}, and {registry} requires a login: {answer}", ""
	case notesLead(e, v):
		return "{note}, but {registry} answers without credentials: {answer}", ""
	case v.Reason == verdict.ReasonAnonymousAccepted && e.Anonymous.Status != verdict.StatusOK:
		return "{registry} allows without credentials what access names, and none are configured", ""
	case v.Reason == verdict.ReasonAuthenticationRequired && len(e.Access) > 0:
		return "No login is configured, and {registry} requires one to {missing}", entry.Next
	case v.Reason == verdict.ReasonExchangeInconclusive && (e.Control == nil || e.Control.Token.Empty()):
		return "{registry} issued a token for {login}, but what its token service issues without credentials is not known, so it is not proven", entry.Next
	case v.Reason == verdict.ReasonExchangeUnavailable && e.Exchange != nil && e.Exchange.Failure != nil && e.Exchange.Failure.Fault == registry.FaultRealm:
		return "{registry} requires a token in place of {login}, but names no token service", "Have the realm of its challenge corrected"
	case v.Reason == verdict.ReasonUnexpectedRedirect && ofService(e):
		return "The token service of {registry} did not check {login}: {answer}", "Correct the token service that the registry names"
	case v.Reason == verdict.ReasonRateLimited && ofService(e):
		return "The token service of {registry} limits requests and did not check {login}: {answer}", entry.Next
	case v.Reason == verdict.ReasonExchangeAnonymous && identity:
		return entry.sentence, "docker login makes a new identity token"
	case v.Reason == verdict.ReasonTokenRejected && (e.Minted.Status == verdict.StatusTooLarge || e.Minted.Status == verdict.StatusHeaderTooLarge):
		return entry.sentence, "Have the registry accept larger headers"
	case v.Reason == verdict.ReasonTokenRejected && e.Minted.Status == verdict.StatusForbidden:
		return entry.sentence, "Check that the account may use the registry"
	case v.Reason == verdict.ReasonForbiddenNetwork && e.Credential.Method == registry.MethodAnonymous:
		return "{registry} forbids requests from here: {answer}", entry.Next
	case v.Reason == verdict.ReasonForbiddenNetwork && e.Exchange != nil && (e.Control == nil || e.Control.Status != verdict.StatusForbidden || e.Scoped == nil || e.Scoped.Status != verdict.StatusForbidden):
		return "The token service of {registry} forbids {login}, and whether it forbids every request is not known: {answer}", ""
	case v.Reason == verdict.ReasonForbiddenNetwork && e.Exchange != nil:
		return "The token service of {registry} forbids every request from here, with and without credentials, so {login} could not be checked: {answer}", entry.Next
	case v.Reason == verdict.ReasonExchangeUnavailable && v.Unproven:
		return "{Login} at {registry} could not be verified: its token service {service} {why}", ""
	case v.Reason == verdict.ReasonExchangeUnavailable && identity && e.Exchange == nil:
		return "{registry} has no token service, so an identity token does not work there: {answer}", "Set username and password"
	case v.Reason == verdict.ReasonUnexpectedAnswer && e.Last().Status == verdict.StatusOK:
		return "{registry} accepts {login}, but {other}", "Check what stands in front of the registry"
	case v.Reason == verdict.ReasonAccessUnproven && openNext(e) != "":
		return entry.sentence, openNext(e)
	case v.Reason == verdict.ReasonAccessDenied && isBearer(e):
		return entry.sentence, "Issue a token with this permission"
	case v.Reason == verdict.ReasonTokenExpired && takesLoginOnly(e):
		return "{registry} accepts only user name and password, and the token has expired: {answer}", ""
	case v.Reason == verdict.ReasonUnsupportedChallenge && takesLoginOnly(e):
		return "{registry} accepts only user name and password, but a bearer token is configured: {answer}", "Set username and password"
	case v.Reason == verdict.ReasonUnsupportedChallenge && len(e.Offered()) > 0:
		return "{registry} offers only {offered}, which {login} does not fit: {answer}", ""
	case v.Reason == verdict.ReasonNotARegistry && e.Endpoint.Base() != "" && e.Last().Status == verdict.StatusNotFound:
		return "No registry at {endpoint} ({answer}), so {login} was not checked", nameRepository(e)
	default:
		return entry.sentence, entry.Next
	}
}

// nameRepository returns how to ask for the repository that was written into a URL. Without
// a scheme https is used, so a registry on plain HTTP has access alone.
func nameRepository(e verdict.Evidence) string {
	if e.Endpoint.Scheme() == "http" {
		return "To ask for a repository, name it in access"
	}
	return "To name a repository in registry_url, leave out https://"
}

// openNext returns what to do about a permission that something else than the registry left
// open; empty if nothing did.
func openNext(e verdict.Evidence) string {
	switch {
	case servesNoManifest(e):
		return "Check what stands in front of the registry"
	case leftOpenByService(e):
		return "Correct the token service that the registry names"
	default:
		return ""
	}
}

// notesLead reports whether what is wrong with the place of the credentials begins the
// message, because it left none.
func notesLead(e verdict.Evidence, v verdict.Verdict) bool {
	switch v.Reason {
	case verdict.ReasonAuthenticationRequired:
		return len(e.Credential.Notes) > 0 && len(e.Access) == 0
	case verdict.ReasonAnonymousAccepted:
		return len(e.Credential.Notes) > 0 && e.Anonymous.Status == verdict.StatusOK
	default:
		return false
	}
}

// startsWithWord matches a text that a sentence can begin with.
var startsWithWord = regexp.MustCompile(`^[a-z]+ `)

// splitNote splits a note into what was seen and what to do, which may be empty.
func splitNote(note string) (seen, do string) {
	i := strings.LastIndex(note, "; ")
	if i < 0 || !startsWithWord.MatchString(note[i+2:]) {
		return note, ""
	}
	return note[:i], strings.ToUpper(note[i+2:i+3]) + note[i+3:]
}

// quoteUser quotes a user name, so that its control characters do not reach a terminal.
// What follows a colon, which no user name may have, may be a password.
func quoteUser(name string) string {
	if before, _, ok := strings.Cut(name, ":"); ok {
		name = before + ":" + redact.Ellipsis
	}
	return strconv.Quote(redact.Cut(name, maxName))
}

func describeLogin(c verdict.CredentialFacts) string {
	switch c.Method {
	case registry.MethodBearer:
		if c.Username != "" {
			return fmt.Sprintf("the token (set beside user name %s)", quoteUser(c.Username))
		}
		return "the token"
	case registry.MethodIdentityToken:
		return "the identity token"
	case registry.MethodBasic:
		return "the login of user " + quoteUser(c.Username)
	default:
		return "access without credentials"
	}
}

// describeUnsent says why a credential is not sent at all, in the names of its place.
func describeUnsent(c verdict.CredentialFacts, r verdict.Reason) string {
	username, password, where := c.Place.Username, c.Place.Password, ""
	if username == "" {
		username, password = "username", "password"
	}
	if c.Place.Name != "" && c.Source != "arguments" {
		where = " in " + c.Place.Name
	}
	switch {
	case r == verdict.ReasonPasswordMissing:
		name := username + " " + quoteUser(c.Username)
		if strings.Contains(username, "__") || strings.Contains(username, ":") {
			name = username + " (" + quoteUser(c.Username) + ")"
		}
		if c.Method == registry.MethodBearer {
			where += " beside token"
		}
		if c.Place.PasswordEmpty {
			return name + " is set" + where + ", but " + password + " is empty"
		}
		return name + " is set" + where + ", but " + password + " is not"
	case r == verdict.ReasonUsernameMissing:
		return password + " is set" + where + ", but " + username + " is not"
	case c.UsernameColon:
		return "the user name " + quoteUser(c.Username) + " contains a colon"
	case c.UsernameMalformed:
		return "the user name " + quoteUser(c.Username) + " contains a line break or another control character"
	default:
		return "the token contains a blank, a line break or another control character"
	}
}

// describeAnswer describes the answer that decided.
func describeAnswer(e verdict.Evidence) string {
	last := e.Last()
	switch {
	case last == nil:
		return ""
	case e.Exchange != nil && last == e.Anonymous:
		return describeResult(e.Exchange.Answer, e)
	case last == e.Minted && last.Status == verdict.StatusOK:
		return describeResult(*last, e) + " with a token of " + e.Exchange.Endpoint
	case last != e.Anonymous && last.Status == verdict.StatusOK && e.Anonymous.Status != verdict.StatusOK:
		return describeResult(*last, e) + ", and " + e.Anonymous.StatusLine() + " without credentials"
	default:
		return describeResult(*last, e)
	}
}

// describeResult describes an answer: its status and the server's words.
func describeResult(a registry.Answer, e verdict.Evidence) string {
	if a.Failure != nil {
		return describeFailure(*a.Failure, e)
	}
	text := a.StatusLine()
	if a.Text != "" {
		text += ` ("` + strings.ReplaceAll(a.Text, `"`, "'") + `")`
	}
	switch {
	case a.Location != "":
		text += ", a redirect to " + a.Location
	case a.Status == verdict.StatusOK && a.IsHTML && !a.IsRegistry:
		text += " with an HTML page"
	}
	return text
}

// why continues a sentence about the token service: what kept it from a usable answer.
func why(e verdict.Evidence) string {
	t := e.Exchange
	switch {
	case t == nil:
		return "is not named"
	case t.Failure != nil && t.Failure.Fault == registry.FaultRealm:
		return "is not named: " + t.Failure.Detail
	case t.Failure.Unsafe():
		return t.Failure.Detail
	case t.Failure != nil:
		return "did not answer: " + describeFailure(*t.Failure, e)
	case !t.Usable() && t.Status == verdict.StatusOK:
		return "answered " + describeResult(t.Answer, e) + " without a token"
	default:
		return "answered " + describeResult(t.Answer, e)
	}
}

// maxAccess is the largest number of permissions in a message.
const maxAccess = 3

// describeImage describes the first image that was found so.
func describeImage(e verdict.Evidence, found ...verdict.Image) string {
	i := slices.IndexFunc(e.Access, func(r verdict.AccessResult) bool { return slices.Contains(found, r.Image) })
	if i < 0 {
		return ""
	}
	result := e.Access[i]
	repository, name := redact.Cut(result.Repository, maxName), imageName(result)
	switch {
	case result.Image == verdict.ImageNoTag && !registry.IsDigest(result.Reference):
		return "the repository " + repository + " has no tag " + result.Reference
	case result.Image == verdict.ImageNoTag:
		return "the repository " + repository + " has no image " + result.Reference
	case result.Image == verdict.ImageNoRepository:
		return name + " is not there, and neither is its repository"
	case result.Image == verdict.ImageOther:
		return "serves " + result.Digest + " for " + name
	default:
		return name + " is not there"
	}
}

// imageName writes an image as clients do; the repository alone where no image was asked
// for.
func imageName(r verdict.AccessResult) string {
	name := redact.Cut(r.Repository, maxName)
	switch {
	case r.Reference == "":
		return name
	case registry.IsDigest(r.Reference):
		return name + "@" + r.Reference
	default:
		return name + ":" + r.Reference
	}
}

// prepositions stand between an action and a repository.
var prepositions = map[string]string{"pull": " from ", "push": " to ", "delete": " in "}

// describeAccess lists permissions, and the answers that did not grant them.
func describeAccess(e verdict.Evidence, of func(verdict.AccessResult) []string) string {
	var parts []string
	for _, result := range e.Access {
		actions := of(result)
		if len(actions) == 0 {
			continue
		}
		part := strings.Join(actions, " and ") + prepositions[actions[len(actions)-1]] + redact.Cut(result.Repository, maxName)
		if result.Reference != "" && len(actions) == 1 && actions[0] == string(registry.ActionPull) {
			part = "pull " + imageName(result)
		}
		switch {
		case result.Answer == nil:
		case result.Service != "" && slices.Equal(actions, result.Unknown):
			part += ": its token service answered " + describeResult(*result.Answer, e)
		default:
			part += ": " + describeResult(*result.Answer, e)
		}
		parts = append(parts, part)
	}
	if more := len(parts) - maxAccess; more > 0 {
		parts = append(parts[:maxAccess], fmt.Sprintf("and %d more", more))
	}
	return strings.Join(parts, ", ")
}
