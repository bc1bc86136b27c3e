package advice

import (
	"fmt"
	"net/url"
	"slices"
	"unicode"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/verdict"
)

// Causes that the Stella Ops Doctor lists for this check, word for word.
const (
	causeRotated   = "Credentials are invalid or have been rotated without updating the configuration"
	causeRevoked   = "Token has been revoked by the registry administrator"
	causeReference = "Username provided without a corresponding password (broken secret reference)"
	causeExpired   = "Service account token expired"
	causeAllowlist = "IP address or network not in the registry's allowlist"
)

// causes lists likely causes, most likely first: those that the credential and the
// answer point to, then those of the reason.
func causes(e verdict.Evidence, v verdict.Verdict) []string {
	if v.Verified {
		return []string{}
	}
	seen := []string{}
	if v.Unproven {
		seen = append(seen, "require_verified is set, and these credentials were not proven: "+decoyCause(e.Decoy))
	}
	if judgesCredential(v) {
		seen = append(seen, credentialCauses(e)...)
	}
	seen = append(seen, exchangeCauses(e, v)...)
	seen = append(seen, accessCauses(e, v)...)
	seen = append(seen, harborCauses(e, v)...)
	seen = append(seen, e.Credential.Notes...)
	seen = append(seen, addressCauses(e)...)
	seen = append(seen, connectionCauses[seenCause(e)]...)
	return append(seen, lookup(v.Reason).causes...)
}

// exchangeCauses returns the causes that lie in a token service that fails on a login
// only.
func exchangeCauses(e verdict.Evidence, v verdict.Verdict) []string {
	if v.Reason != verdict.ReasonExchangeUnavailable || !e.BreaksOnLogin() {
		return nil
	}
	return []string{"The token service breaks on this user name or password instead of refusing it, as some do for a user that does not exist"}
}

// harborCauses returns what else than a wrong password makes Harbor answer 401. Measured
// on Harbor 2.16; nothing in its answers tells these cases apart.
func harborCauses(e verdict.Evidence, v verdict.Verdict) []string {
	if v.Reason != verdict.ReasonInvalidCredentials {
		return nil
	}
	for _, a := range []*registry.Answer{e.Anonymous, e.Authenticated} {
		if a != nil && slices.ContainsFunc(a.Challenges, isHarbor) {
			return []string{"Harbor answers 401 to the right password too while its database is down, and for 1.5 s after any failed login with this user name; check again"}
		}
	}
	return nil
}

func isHarbor(c registry.Challenge) bool {
	return c.Params["service"] == "harbor-registry" || c.Is("Basic") && c.Params["realm"] == "harbor"
}

// accessCauses returns the causes that lie in the answer that did not grant a
// permission.
func accessCauses(e verdict.Evidence, v verdict.Verdict) []string {
	result := accessAnswer(e)
	switch {
	case v.Reason == verdict.ReasonAccessUnproven && slices.ContainsFunc(e.Access, func(r verdict.AccessResult) bool { return r.OtherSubject }):
		return []string{"The token service gave a token that is not this user's, as Harbor does for a moment after a failed login with the same name; plan again, and look for what fails to log in"}
	case result == nil:
		return nil
	case v.Reason == verdict.ReasonAccessDenied && result.Answer.Status == verdict.StatusUnauthorized && !verdict.JudgeCredentials(e).Verified:
		return []string{"The login itself was refused: a 401 is about the secret, and " + e.Endpoint.Host() + " did not check it before", causeRotated}
	case v.Reason == verdict.ReasonAccessUnproven && isOutage(*result.Answer):
		return []string{"The request that decides got no usable answer: " + describeAccessAnswer(*result, e) + "; plan again when it does"}
	default:
		return nil
	}
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
	return a.Failure != nil || a.Status == verdict.StatusTooManyRequests || a.Status == verdict.StatusRequestTimeout || a.Status >= verdict.StatusInternalError
}

func decoyCause(outcome verdict.DecoyOutcome) string {
	if outcome == verdict.DecoyUnknown {
		return "invented credentials got no answer that tells the two apart"
	}
	return "nothing was answered that only these credentials could have got"
}

// judgesCredential reports whether the credential may be the cause; after an outage its
// oddities would mislead.
func judgesCredential(v verdict.Verdict) bool {
	switch v.Reason {
	case verdict.ReasonExchangeSkipped, verdict.ReasonExchangeInconclusive, verdict.ReasonExchangeAnonymous, verdict.ReasonExchangeUnavailable,
		verdict.ReasonAcceptedUnproven, verdict.ReasonUnsupportedChallenge:
		return true
	case verdict.ReasonAccessDenied:
		return false
	default:
		return v.Rejected
	}
}

func credentialCauses(e verdict.Evidence) []string {
	c, secret := e.Credential, "password"
	if c.Method != registry.MethodBasic {
		secret = "token"
	}
	var seen []string
	add := func(is bool, cause string) {
		if is {
			seen = append(seen, cause)
		}
	}
	add(c.BearerPrefix, "The token starts with the word Bearer; leave that word out")
	add(c.EncodedLogin, "The token is a user name and a password in base64, as ECR's authorization_token is; decode it and set username and password instead")
	add(c.LooksTemplate, fmt.Sprintf("The %s looks like a reference that was not resolved, not like a secret", secret))
	add(c.LineBreakEnd, fmt.Sprintf("The %s ends in a line break, which is sent as part of it; trimspace() removes it", secret))
	add(c.BlankEnd && !c.LineBreakEnd, fmt.Sprintf("The user name or the %s starts or ends with a blank, which is sent as part of it", secret))
	add(c.Invisible == unicode.ReplacementChar, fmt.Sprintf("The user name or the %s holds bytes that are not UTF-8, as text in UTF-16 has, or the sign for such (U+FFFD); save it as UTF-8 and read it anew", secret))
	add(c.Invisible != 0 && c.Invisible != unicode.ReplacementChar, fmt.Sprintf("The user name or the %s holds %s, which no editor shows and which is sent as part of it; copy it anew without that", secret, describeRune(c.Invisible)))
	add(c.QuestionMark, fmt.Sprintf("The %s starts with a question mark, which may stand for a byte order mark that a conversion lost, as PowerShell writes it; compare it with the original", secret))
	if at := c.ExpiresAt; !at.IsZero() && !at.After(e.AskedAt) {
		seen = append(seen, fmt.Sprintf("The %s says that it expired at %s", secret, at.Format("2006-01-02 15:04 MST")))
	}
	return seen
}

// describeRune describes an invisible character.
func describeRune(r rune) string {
	switch r {
	case '\ufeff':
		return "a byte order mark (U+FEFF)"
	case '\u200b':
		return "a zero width space (U+200B)"
	default:
		return fmt.Sprintf("an invisible character (%U)", r)
	}
}

// addressCauses returns the causes that lie in registry_url.
func addressCauses(e verdict.Evidence) []string {
	answer := e.Last()
	if answer == nil {
		return nil
	}
	var seen []string
	if answer.Status == verdict.StatusNotFound && e.Endpoint.Base() != "" {
		seen = append(seen, "registry_url has a path that is no base path; for a repository, leave the scheme (https://) out")
	}
	if answer.Status == verdict.StatusBadRequest && e.Endpoint.Scheme() == "http" && e.Authenticated == nil {
		seen = append(seen, "The port may speak TLS; write https:// in registry_url")
	}
	if origin := wantsHTTPS(e, *answer); origin != "" {
		seen = append(seen, "The registry wants TLS; write "+origin+" in registry_url")
	}
	return seen
}

// wantsHTTPS returns what registry_url should begin with where a redirect only leads
// from http to https on the same host: the scheme, or the origin where the port differs
// too. It is empty for any other answer.
func wantsHTTPS(e verdict.Evidence, a registry.Answer) string {
	target, err := url.Parse(a.Location)
	if err != nil || e.Endpoint.Scheme() != "http" || target.Scheme != "https" {
		return ""
	}
	origin, err := registry.ParseEndpoint(target.Scheme + "://" + target.Host)
	switch {
	case err != nil || origin.Hostname() != e.Endpoint.Hostname():
		return ""
	case origin.Host() != e.Endpoint.Host():
		return "https://" + origin.Host()
	default:
		return "https://"
	}
}
