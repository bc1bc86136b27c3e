package advice

import (
	"slices"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/verdict"
)

// sourceSteps give the plan the right credential, by credential_source.
var sourceSteps = map[string][]string{
	"arguments":          {setArgument},
	"docker_config_json": {setPayload, editPayload, applyPayload},
	"provider":           {setProvider},
	"environment":        {setEnvironment},
	"appsettings":        {setAppsettings},
	"docker_config":      {noteDocker, logIn, noteHelper},
	"none":               {setAnywhere},
}

// Steps that give a deployment of Stella Ops the right credential.
var (
	compose         = []string{noteEnv, editEnv, noteRecreate, recreate}
	systemd         = []string{noteSettings, editSettings, restart}
	kubernetesLogin = []string{noteSecret, editSecret, noteCluster, applySecret, upgrade}
	kubernetesToken = []string{noteTokenSecret, upgrade}
)

// The remedies of the reasons in catalogue.go.
var (
	remedySwitchOn   = remedy{plan: []string{switchOn, unsetSkip}}
	remedyHelper     = remedy{plan: []string{renewLogin}}
	remedyUsername   = remedy{renews: true, part: partUsername}
	remedyPassword   = remedy{renews: true, part: partPassword}
	remedyMalformed  = remedy{renews: true, registry: []string{checkBound}}
	remedyConfigure  = remedy{renews: true}
	remedyRenew      = remedy{renews: true, registry: []string{checkAccount, issueNew}}
	remedyTooLarge   = remedy{plan: []string{holdSecret}, renews: true, registry: []string{allowHeaders}}
	remedyToken      = remedy{plan: []string{orPassword}, renews: true, registry: []string{checkAccount, issueNew}}
	remedyScope      = remedy{plan: []string{newScope}, renews: true, registry: []string{issueScope}}
	remedyExchange   = remedy{plan: []string{askTokens}}
	remedyOffer      = remedy{plan: []string{otherLogin}, registry: []string{offerScheme}}
	remedyGrant      = remedy{plan: []string{waitPermit}, registry: []string{checkRepository, grant}}
	remedyImage      = remedy{plan: []string{pushImage}, registry: []string{checkImage}}
	remedyPermission = remedy{plan: []string{waitShown}, registry: []string{checkRepository, checkPermission}}
	remedyProve      = remedy{plan: []string{proveWrong, proveAccess}, registry: []string{checkJudges}}
	remedyProveUse   = remedy{plan: []string{proveAccess}, registry: []string{checkJudges}}
	remedyAgree      = remedy{plan: []string{waitRegistry}, registry: []string{agreeToken, setClocks}}
	remedyRealm      = remedy{plan: []string{noteOffer, showHeaders, waitRegistry}, registry: []string{setRealm}}
	remedyService    = remedy{plan: []string{noteService, askService, setProxy, waitService}, registry: []string{checkService}}
	remedyAllow      = remedy{plan: []string{noteRefused, askRegistry, waitAllowed}, registry: []string{allowAddress}}
	remedyFront      = remedy{plan: []string{waitRegistry}, registry: []string{checkFront}}
	remedyUnexpected = remedy{plan: []string{noteHeaders, showHeaders, setAddress}, registry: []string{checkFront}}

	remedyName       = remedy{plan: []string{noteName, resolveName, setAddress}, registry: []string{checkName}}
	remedyReach      = remedy{plan: []string{noteAnswer, askRegistry, setAddress, setProxy}, registry: []string{checkRuns}}
	remedySlow       = remedy{plan: []string{noteAnswer, askRegistry, setAddress, setProxy, setTimeout}, registry: []string{checkRuns}}
	remedyProxyLogin = remedy{plan: []string{setProxyLogin}}
	remedyTrust      = remedy{plan: []string{noteTLS, showTLS, setAuthority}, registry: []string{renewCert, sendChain}}
	remedyIssue      = remedy{plan: []string{noteTLS, showTLS, setCertHost}, registry: []string{issueCert, sendChain}}
	remedyClientCert = remedy{plan: []string{noteOwnCert, showOwnCert, setOwnCert}, registry: []string{checkClientCA}}
	remedyTLSVersion = remedy{plan: []string{noteVersion, showVersion, setPortOfTLS}, registry: []string{enableTLS}}
	remedyPlainHTTP  = remedy{plan: []string{setPortOfTLS}, registry: []string{putTLS}}
	remedyAddress    = remedy{plan: []string{noteHeaders, showHeaders, setAddress, leaveScheme}, registry: []string{checkAddress}}
	remedyHTTPS      = remedy{plan: []string{setHTTPS}}
	remedyLimited    = remedy{plan: []string{waitLimit}, registry: []string{stopRepeats, checkLimit}}
	remedyWait       = remedy{plan: []string{noteAnswer, askRegistry, waitAnswer}, registry: []string{checkLog}}

	remedyLogin = remedy{plan: []string{insteadLogin}, renews: true, part: partLogin}
)

// specialRemedies replace the remedy of a reason where the evidence says more.
var specialRemedies = []struct {
	reason verdict.Reason
	when   func(e verdict.Evidence) bool
	remedy remedy
}{
	{verdict.ReasonPasswordMissing, isBearer, remedy{plan: []string{tokenAlone}, renews: true, part: partPassword}},
	{verdict.ReasonUsernameMissing, isBearer, remedy{plan: []string{tokenAlone}, renews: true, part: partUsername}},
	{verdict.ReasonMalformedCredentials, func(e verdict.Evidence) bool { return e.Credential.UsernameMalformed }, remedyUsername},

	{verdict.ReasonConnectionFailed, func(e verdict.Evidence) bool { return seenCause(e) == registry.CauseProxyAddress }, remedy{plan: []string{setProxyURL}}},
	{verdict.ReasonTLSUntrusted, needsNewCertificate, remedyIssue},
	{verdict.ReasonTLSFailed, needsNewCertificate, remedyIssue},
	{verdict.ReasonUnexpectedRedirect, func(e verdict.Evidence) bool { return wantsHTTPS(e, *e.Last()) != "" }, remedyHTTPS},
	{verdict.ReasonUnexpectedRedirect, func(e verdict.Evidence) bool { return e.Exchange != nil && e.Exchange.Location != "" }, remedy{plan: []string{waitService}, registry: []string{moveService}}},
	{verdict.ReasonNotARegistry, func(e verdict.Evidence) bool {
		return e.Endpoint.Scheme() == "http" && e.Anonymous.Status == verdict.StatusBadRequest
	}, remedyHTTPS},

	{verdict.ReasonForbiddenNetwork, ofService, remedy{plan: []string{noteService, askService, waitAllowed}, registry: []string{allowAddress}}},

	{verdict.ReasonAcceptedUnproven, func(e verdict.Evidence) bool { return e.RequireVerified }, remedyProveUse},
	{verdict.ReasonExchangeInconclusive, isIdentity, remedyLogin},
	{verdict.ReasonExchangeInconclusive, func(e verdict.Evidence) bool { return e.RequireVerified }, remedyProveUse},
	{verdict.ReasonTokenRejected, mintedGot(verdict.StatusForbidden), remedy{plan: []string{waitPermit}, registry: []string{checkMayUse, agreeToken}}},
	{verdict.ReasonTokenRejected, mintedGot(verdict.StatusTooLarge, verdict.StatusHeaderTooLarge), remedy{plan: []string{waitRegistry}, registry: []string{allowHeaders}}},
	{verdict.ReasonRealmUnsafe, verdict.Evidence.TrustHelps, remedy{plan: []string{noteOffer, showHeaders, setTrusted}, registry: []string{setRealm}}},

	{verdict.ReasonExchangeUnavailable, func(e verdict.Evidence) bool { return isIdentity(e) && !serviceIsOut(e) }, remedyLogin},
	{verdict.ReasonExchangeUnavailable, func(e verdict.Evidence) bool { return e.Exchange != nil && e.BreaksOnLogin() }, remedy{renews: true, registry: []string{checkServiceLog}}},
	{verdict.ReasonExchangeUnavailable, func(e verdict.Evidence) bool {
		return e.Exchange != nil && e.Exchange.Failure != nil && e.Exchange.Failure.Fault == registry.FaultRealm
	}, remedy{plan: []string{noteOffer, showHeaders, waitRegistry}, registry: []string{nameRealm}}},
	{verdict.ReasonExchangeUnavailable, func(e verdict.Evidence) bool { return !serviceIsOut(e) }, remedy{plan: []string{waitService}, registry: []string{nameService}}},

	{verdict.ReasonTokenExpired, takesLoginOnly, remedyLogin},
	{verdict.ReasonUnsupportedChallenge, takesLoginOnly, remedyLogin},
	{verdict.ReasonUnsupportedChallenge, func(e verdict.Evidence) bool { return len(e.Offered()) == 0 }, remedy{plan: []string{noteOffer, showHeaders, waitRegistry}, registry: []string{offerScheme}}},
	{verdict.ReasonForbidden, isBearer, remedyToken},

	{verdict.ReasonAccessDenied, func(e verdict.Evidence) bool {
		answer := accessAnswer(e)
		return answer != nil && answer.Answer.Status == verdict.StatusUnauthorized && !verdict.JudgeCredentials(e).Verified
	}, remedyRenew},
	{verdict.ReasonAccessDenied, isBearer, remedyScope},
	{verdict.ReasonAccessUnproven, func(e verdict.Evidence) bool {
		answer := accessAnswer(e)
		return answer != nil && isOutage(*answer.Answer)
	}, remedyWait},
	{verdict.ReasonAccessUnproven, func(e verdict.Evidence) bool {
		return slices.ContainsFunc(e.Access, func(r verdict.AccessResult) bool { return r.OtherSubject })
	}, remedy{plan: []string{waitSubject}, registry: []string{stopRepeats}}},
	{verdict.ReasonAccessUnproven, leavesOpen(false), remedy{plan: []string{proveByTrial}, registry: []string{checkPermission}}},
	{verdict.ReasonAccessUnproven, servesNoManifest, remedyFront},
	{verdict.ReasonAccessUnproven, leftOpenByService, remedy{plan: []string{waitService}, registry: []string{nameService}}},
	{verdict.ReasonAccessUnproven, func(e verdict.Evidence) bool {
		open := openAnswer(e)
		return open != nil && open.Reference != "" && open.Service == "" && open.Answer.Status == verdict.StatusNotFound
	}, remedyImage},
	{verdict.ReasonAccessUnproven, leavesOpen(true), remedy{plan: []string{nameTag}, registry: []string{checkRepository, checkPermission}}},
}

func isBearer(e verdict.Evidence) bool { return e.Credential.Method == registry.MethodBearer }

func isIdentity(e verdict.Evidence) bool { return e.Credential.Method == registry.MethodIdentityToken }

// takesLoginOnly reports whether a token was sent to a registry that offers Basic alone.
func takesLoginOnly(e verdict.Evidence) bool {
	return isBearer(e) && e.Offers("Basic") && !e.RequiresToken()
}

// serviceIsOut reports whether the token service did not answer, or answered an outage.
func serviceIsOut(e verdict.Evidence) bool { return e.Exchange != nil && isOutage(e.Exchange.Answer) }

func mintedGot(statuses ...int) func(verdict.Evidence) bool {
	return func(e verdict.Evidence) bool { return slices.Contains(statuses, e.Minted.Status) }
}

// leavesOpen finds permissions that only a use can decide: pull, which was tried, or the
// others, which were not tried because probe is not set.
func leavesOpen(pull bool) func(verdict.Evidence) bool {
	return func(e verdict.Evidence) bool {
		return slices.ContainsFunc(e.Access, func(r verdict.AccessResult) bool {
			return r.Method == verdict.AccessByUse && slices.ContainsFunc(r.Unknown, func(action string) bool { return (action == "pull") == pull })
		})
	}
}

// needsNewCertificate reports whether no client could be made to trust the certificate.
func needsNewCertificate(e verdict.Evidence) bool {
	switch seenCause(e) {
	case registry.CauseWeakSignature, registry.CauseName, registry.CauseCommonName, registry.CauseAddressAsName, registry.CauseExpired, registry.CauseUsage,
		registry.CauseNegativeSerial, registry.CauseMalformedName, registry.CauseMalformedIP, registry.CauseMalformed, registry.CauseLargeKey:
		return true
	default:
		return false
	}
}
