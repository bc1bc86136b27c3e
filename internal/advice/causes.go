package advice

import (
	"net/url"
	"slices"

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

// causes lists likely causes, most likely first: what was seen, then what the reason
// lets suppose.
func causes(e verdict.Evidence, v verdict.Verdict) []string {
	if v.Verified {
		return []string{}
	}
	seen := []string{}
	if v.Unproven {
		seen = append(seen, "require_verified is set, and "+decoyCause(e.Decoy))
	}
	seen = append(seen, observations(e, v)...)
	others := supposed(e, v)
	if len(connectionObservations(e, v)) > 0 {
		others = append(slices.Clone(connectionCauses[seenCause(e)]), others...)
	}
	if v.Outage { // the place of the credentials explains none
		others = append(slices.Clone(others), e.Credential.Notes...)
	} else {
		seen = append(seen, e.Credential.Notes...)
	}
	at := e.Credential.ExpiresAt
	for _, cause := range others {
		if !slices.Contains(seen, cause) && (cause != causeExpired || at.IsZero() || at.After(e.AskedAt)) {
			seen = append(seen, cause)
		}
	}
	return slices.Compact(seen)
}

// supposed returns the causes of a reason that do not contradict what was seen.
func supposed(e verdict.Evidence, v verdict.Verdict) []string {
	identity := e.Credential.Method == registry.MethodIdentityToken
	known := len(connectionObservations(e, v)) > 0
	switch cause := seenCause(e); {
	case known && (cause == registry.CauseProxyRefused || cause == registry.CauseProxyAddress), v.Reason == verdict.ReasonAccessUnproven && len(accessObservations(e, v)) > 0:
		return nil // it is known
	case v.Reason == verdict.ReasonExchangeUnavailable && e.Exchange != nil && e.Exchange.Failure != nil && e.Exchange.Failure.Fault == registry.FaultRealm:
		return []string{"The registry, or what stands in front of it, sends an incomplete challenge"}
	case v.Reason == verdict.ReasonAuthenticationRequired && len(e.Credential.Notes) > 0, v.Reason == verdict.ReasonExchangeUnavailable && e.BreaksOnLogin():
		return nil // it is known
	case (v.Reason == verdict.ReasonInvalidCredentials || v.Reason == verdict.ReasonExchangeAnonymous) && identity:
		return []string{"The identity token has expired or was revoked; docker login makes a new one"}
	case v.Reason == verdict.ReasonExchangeUnavailable && e.Exchange == nil:
		return []string{"Identity tokens are for registries with a token service, and this one has none"}
	case v.Reason == verdict.ReasonExchangeUnavailable && e.Exchange.Failure == nil && e.Exchange.Status < verdict.StatusInternalError:
		return []string{"The registry names a token service that is not one, or another path of it"}
	case v.Reason == verdict.ReasonExchangeInconclusive && identity:
		return []string{"The token service also issues a token without credentials, and neither says for whom it is"}
	case v.Reason == verdict.ReasonUnexpectedRedirect && ofService(e):
		return []string{"The registry names another address of its token service than the one that answers"}
	case v.Reason == verdict.ReasonTokenRejected && (e.Minted.Status == verdict.StatusTooLarge || e.Minted.Status == verdict.StatusHeaderTooLarge):
		return []string{"A server in front of the registry accepts smaller headers than its token service's tokens take"}
	case v.Reason == verdict.ReasonAccessUnproven && servesNoManifest(e):
		return []string{"A proxy or a cache in front of the registry answers in its place"}
	case v.Reason == verdict.ReasonAccessUnproven && leftOpenByService(e):
		return []string{"The registry names a token service that is not one, or another path of it"}
	case v.Reason == verdict.ReasonUnexpectedAnswer && describeImage(e, verdict.ImageOther) != "":
		return []string{"A proxy or a cache in front of the registry serves another image"}
	case v.Reason == verdict.ReasonAccessUnproven && e.Exchange == nil && !isBearer(e):
		return []string{"The registry issues no tokens that say what they grant"}
	case v.Reason == verdict.ReasonTokenRejected && e.Minted.Status == verdict.StatusForbidden:
		return []string{"The account may log in, but not use this registry", causeAllowlist}
	case v.Reason == verdict.ReasonUnsupportedChallenge && takesLoginOnly(e):
		return []string{"The registry checks user names and passwords itself, and takes no tokens"}
	case v.Reason == verdict.ReasonUnsupportedChallenge && len(e.Offered()) > 0:
		return []string{"The registry expects another kind of login than is configured"}
	case v.Reason == verdict.ReasonAccessDenied && e.Credential.Method == registry.MethodBearer:
		return []string{"The token was issued with a smaller scope; issue a new one with these permissions"}
	case v.Reason == verdict.ReasonAccessDenied && len(accessObservations(e, v)) > 0:
		return []string{causeRotated}
	default:
		return lookup(v.Reason).causes
	}
}

// ofService reports whether the answer of the token service ended the check.
func ofService(e verdict.Evidence) bool {
	return e.Exchange != nil && e.Last() == e.Anonymous
}

// decoyCause says why require_verified found no proof.
func decoyCause(outcome verdict.DecoyOutcome) string {
	if outcome == verdict.DecoyUnknown {
		return "an invented login got no answer that tells the two apart"
	}
	return "nothing was answered that only this login could have got"
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
