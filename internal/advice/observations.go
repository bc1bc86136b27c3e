package advice

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/verdict"
)

// sights are the sentences about what can be seen on a part of a credential. {part} and
// {mark} are filled in; nothing else of a secret ever is.
var sights = map[verdict.Seen]string{
	verdict.SeenReference:     "The {part} is a reference that was not resolved ({mark}); pass the value that it stands for",
	verdict.SeenPlaceholder:   "The {part} itself is {mark}, which programs write in the place of a secret; set the real one",
	verdict.SeenSchemeWord:    "The {part} begins with the word Bearer or Basic; leave that word out",
	verdict.SeenQuotes:        "The {part} has quotes around it; leave them out",
	verdict.SeenLineBreak:     "The {part} ends in a line break; trimspace() removes it",
	verdict.SeenBlank:         "The {part} begins or ends with a blank; trimspace() removes it",
	verdict.SeenByteOrderMark: "The {part} holds an invisible byte order mark (U+FEFF); save its file as UTF-8 without one",
	verdict.SeenZeroWidth:     "The {part} holds an invisible zero width space (U+200B); enter it again where it is stored",
	verdict.SeenInvisible:     "The {part} holds an invisible character; enter it again where it is stored",
	verdict.SeenNotUTF8:       "The {part} is not UTF-8, as text saved in UTF-16 is not; save it as UTF-8 and read it anew",
	verdict.SeenControl:       "The {part} holds a control character, such as a tab or a line break, inside; copy it anew",
	verdict.SeenQuestionMark:  "The {part} may begin with a ? in place of a byte order mark that was lost when it was converted; compare it with the original",
	verdict.SeenEncodedLogin:  "The {part} is a user name and a password in base64; decode it, and set username and password",
	verdict.SeenEncodedText:   "The {part} is readable text in base64; if it was encoded once too often, base64decode() undoes that",
	verdict.SeenJWT:           "The {part} is a JWT; if it is a bearer token, set token in its place",
	verdict.SeenAccessToken:   "A personal access token is a password here: set username and password",
	verdict.SeenEmailAddress:  "The {part} is an e-mail address, and Docker Hub logs in by Docker ID",
	verdict.SeenCapital:       "The {part} has a capital letter, and a Docker ID has none",
	verdict.SeenBeyondASCII:   "The {part} holds letters beyond ASCII, which registries read in different encodings",
}

// sight returns the sentence about an observation.
func sight(o verdict.Observation) string {
	return strings.NewReplacer("{part}", string(o.Part), "{mark}", o.Mark).Replace(sights[o.Seen])
}

// observations lists what was seen and explains the verdict, the best explanation first.
// Each is one sentence without a full stop. Nothing in it is only likely.
func observations(e verdict.Evidence, v verdict.Verdict) []string {
	var seen []string
	if e.Last() == nil && !e.Credential.Place.PasswordEmpty && v.Reason != verdict.ReasonCredentialSourceFailed {
		seen = append(seen, e.Credential.Notes...) // what is wrong with the place explains why nothing was sent
	}
	if judgesCredential(v) {
		seen = append(seen, credentialObservations(e, v)...)
	}
	seen = append(seen, connectionObservations(e, v)...)
	seen = append(seen, addressObservations(e)...)
	seen = append(seen, exchangeObservations(e, v)...)
	seen = append(seen, accessObservations(e, v)...)
	return seen
}

// judgesCredential reports whether the credential may be the cause; after an outage its
// oddities would mislead.
func judgesCredential(v verdict.Verdict) bool {
	switch v.Reason {
	case verdict.ReasonExchangeSkipped, verdict.ReasonExchangeInconclusive, verdict.ReasonExchangeAnonymous, verdict.ReasonExchangeUnavailable,
		verdict.ReasonAcceptedUnproven, verdict.ReasonUnsupportedChallenge:
		return true
	case verdict.ReasonAccessDenied, verdict.ReasonInsufficientScope, verdict.ReasonAuthenticationRequired:
		return false
	default:
		return v.Rejected
	}
}

func credentialObservations(e verdict.Evidence, v verdict.Verdict) []string {
	c := e.Credential
	if v.Reason == verdict.ReasonPasswordMissing && c.Method == registry.MethodBearer {
		return []string{"A personal access token goes into password"}
	}
	var seen []string
	if v.Reason == verdict.ReasonTokenExpired && takesLoginOnly(e) {
		seen = append(seen, "Set username and password; a new token would not help")
	}
	for _, o := range c.Seen {
		seen = append(seen, sight(o))
	}
	if at := c.ExpiresAt; !at.IsZero() && !at.After(e.AskedAt) {
		seen = append(seen, fmt.Sprintf("The %s says that it expired at %s", secretPart(c), at.UTC().Format("2006-01-02 15:04 MST")))
	}
	return seen
}

// secretPart names the secret of a credential.
func secretPart(c verdict.CredentialFacts) verdict.Part {
	switch c.Method {
	case registry.MethodBearer:
		return verdict.PartToken
	case registry.MethodIdentityToken:
		return verdict.PartIdentityToken
	default:
		return verdict.PartPassword
	}
}

// addressObservations say what lies in registry_url.
func addressObservations(e verdict.Evidence) []string {
	answer := e.Last()
	switch {
	case answer == nil:
		return nil
	case answer.Status == verdict.StatusBadRequest && e.Endpoint.Scheme() == "http" && e.Authenticated == nil:
		return []string{"The port may speak TLS; write https:// in registry_url"}
	case answer.Status == verdict.StatusPaymentRequired && answer != e.Anonymous:
		return []string{"Check the billing of the account"}
	case wantsHTTPS(e, *answer) != "":
		return []string{"The registry requires TLS; write " + wantsHTTPS(e, *answer) + " in registry_url"}
	default:
		return nil
	}
}

// exchangeObservations say what lies in the token service.
func exchangeObservations(e verdict.Evidence, v verdict.Verdict) []string {
	switch t := e.Exchange; {
	case v.Reason == verdict.ReasonInvalidCredentials && isHarbor(e) && !isIdentity(e):
		// Measured on Harbor 2.16; nothing in its answers tells these cases apart.
		if strings.HasPrefix(e.Credential.Username, "robot$") { // which Harbor does not lock
			return []string{"Harbor also refuses the right password while its database is down"}
		}
		return []string{"Harbor also refuses the right password while its database is down, and for 1.5 s after any failed login with this user name"}
	case v.Reason == verdict.ReasonRealmUnsafe && t.Failure.Fault == registry.FaultPrivateAddress:
		return []string{"trusted_realms of the provider block allows it"}
	case v.Reason == verdict.ReasonRealmUnsafe && strings.HasPrefix(t.Endpoint, "http://") && e.Endpoint.Scheme() == "https":
		return []string{"The usual cause is a reverse proxy of the registry without X-Forwarded-Proto: https"}
	case v.Reason == verdict.ReasonRealmUnsafe:
		return []string{"The registry has to name another one; trusted_realms does not allow it"}
	case v.Reason == verdict.ReasonExchangeUnavailable && e.BreaksOnLogin():
		return []string{"Without a login it answers " + e.Control.StatusLine() + ", so it fails on this login or on every one; try another"}
	default:
		return nil
	}
}

// isHarbor reports whether a challenge is one of Harbor's.
func isHarbor(e verdict.Evidence) bool {
	for _, a := range []*registry.Answer{e.Anonymous, e.Authenticated} {
		if a != nil && slices.ContainsFunc(a.Challenges, func(c registry.Challenge) bool {
			return c.Params["service"] == "harbor-registry" || c.Is("Basic") && c.Params["realm"] == "harbor"
		}) {
			return true
		}
	}
	return false
}

// accessObservations say what left a permission open, or refused.
func accessObservations(e verdict.Evidence, v verdict.Verdict) []string {
	answer, action := openAnswer(e), unknownAction(e)
	if v.Reason == verdict.ReasonAccessDenied {
		answer = accessAnswer(e)
	}
	switch {
	case v.Reason == verdict.ReasonAccessDenied && answer != nil && answer.Answer.Status == verdict.StatusUnauthorized && !verdict.JudgeCredentials(e).Verified:
		return []string{"A 401 is about the password or token itself, which was not checked before"}
	case v.Reason != verdict.ReasonAccessUnproven:
		return nil
	case answer != nil && answer.Answer.Failure.Unsafe():
		return []string{"Nothing was sent to the token service that the repository names"}
	case slices.ContainsFunc(e.Access, func(r verdict.AccessResult) bool { return r.OtherSubject }):
		return []string{"The token service answered as if for another user, as Harbor does for 1.5 s after a failed login with this name; plan again"}
	case answer != nil && isOutage(*answer.Answer):
		return []string{"That answer says nothing about the permission; plan again when the registry works"}
	case answer == nil && action == "push":
		return []string{"Set probe = true in access to have it tried: an upload is started and cancelled"}
	case answer == nil && action == "delete":
		return []string{"Set probe = true in access to have it tried, on a digest that does not exist"}
	case answer != nil && answer.Service == "" && answer.Answer.Status == verdict.StatusNotFound && action == "pull" && answer.Reference != "":
		return []string{"The registry shows neither this image nor the tags of its repository; check the names"}
	case answer != nil && answer.Service == "" && answer.Answer.Status == verdict.StatusNotFound && action == "pull":
		return []string{"The tag latest is absent for every client, and tags are not listed; name a tag that is there in reference"}
	case answer != nil && action != "pull":
		return []string{"That answer to the trial neither allows nor refuses it"}
	default:
		return nil
	}
}

// unknownAction returns the first action that could not be decided.
func unknownAction(e verdict.Evidence) string {
	for _, result := range e.Access {
		if len(result.Unknown) > 0 {
			return result.Unknown[0]
		}
	}
	return ""
}

// leftOpenByService reports whether a permission is open because what the registry names
// as its token service is not there.
func leftOpenByService(e verdict.Evidence) bool {
	open := openAnswer(e)
	return open != nil && open.Service != "" && e.Exchange == nil && open.Answer.Status == verdict.StatusNotFound
}

// servesNoManifest reports whether something other than a manifest is served for an image.
func servesNoManifest(e verdict.Evidence) bool {
	open := openAnswer(e)
	return open != nil && open.Reference != "" && open.Answer.Failure != nil && open.Answer.Status == verdict.StatusOK
}

// openAnswer returns the first result with an action that could not be decided, if an
// answer left it open; else nil.
func openAnswer(e verdict.Evidence) *verdict.AccessResult {
	for _, result := range e.Access {
		if len(result.Unknown) > 0 {
			if result.Answer == nil || len(result.Missing) > 0 {
				return nil
			}
			return &result
		}
	}
	return nil
}

// accessAnswer returns the first result with an answer that did not grant a permission;
// nil if there is none.
func accessAnswer(e verdict.Evidence) *verdict.AccessResult {
	for _, result := range e.Access {
		if result.Answer != nil {
			return &result
		}
	}
	return nil
}

// isOutage reports whether nothing about permissions follows from an answer.
func isOutage(a registry.Answer) bool {
	return a.Failure != nil && a.Status == 0 || a.Status == verdict.StatusTooManyRequests || a.Status == verdict.StatusRequestTimeout || a.Status >= verdict.StatusInternalError
}
