package doctor_test

import (
	"github.com/stellaops/terraform-provider-stellaops/internal/doctor"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

const service = "https://auth.example.com/token"

func issued(subject string) *registry.TokenAnswer {
	return &registry.TokenAnswer{Answer: registry.Answer{Status: 200}, Endpoint: service, Token: registry.NewSecret("minted"), Subject: subject}
}

func tokenStatus(code int) *registry.TokenAnswer {
	return &registry.TokenAnswer{Answer: registry.Answer{Status: code}, Endpoint: service}
}

func tokenFailed(fault registry.Fault) *registry.TokenAnswer {
	a := failed(fault)
	if fault == registry.FaultUnsafe || fault == registry.FaultRealm { // these always say why
		a.Failure.Detail = "it is at a private address"
	}
	return &registry.TokenAnswer{Answer: *a, Endpoint: service}
}

// refusedWith200 is what some services answer in the place of a 401.
func refusedWith200() *registry.TokenAnswer {
	t := tokenStatus(200)
	t.Refused = true
	return t
}

func grantRefused() *registry.TokenAnswer {
	t := tokenStatus(400)
	t.Refused = true
	return t
}

func tokenRedirected() *registry.TokenAnswer {
	t := tokenStatus(307)
	t.Location = "https://elsewhere.example.com"
	return t
}

// exchanged is what the token service and the registry answered to tokens.
func exchanged(t0 *registry.TokenAnswer, v *registry.Answer, ta *registry.TokenAnswer) func(*doctor.Evidence) {
	return func(e *doctor.Evidence) { e.Exchange, e.Minted, e.Control = t0, v, ta }
}

// exchangeRows are the lines of the verdict table about token services.
func exchangeRows() []judgeRow {
	bearer := func() *registry.Answer { return unauthorized(bearerChallenge) }
	proven := doctor.Verdict{Reason: doctor.ReasonExchangeAccepted, Passed: true, Verified: true}
	var rows []judgeRow
	add := func(name string, c doctor.CredentialFacts, r0, r1 *registry.Answer, want doctor.Verdict, more func(*doctor.Evidence)) {
		rows = append(rows, judgeRow{plainRow{name, c, r0, r1, want}, more})
	}
	off := with(identity, func(c *doctor.CredentialFacts) { c.ExchangeOff = true })
	named := with(identity, func(c *doctor.CredentialFacts) { c.Username = "ci" })

	add("basic: the token names the user", basic, bearer(), nil, proven, exchanged(issued("ci"), status(200), nil))
	add("basic: nobody else gets a token", basic, bearer(), nil, proven, exchanged(issued(""), status(200), tokenStatus(401)))
	add("basic: others are forbidden a token", basic, bearer(), nil, proven, exchanged(issued("42"), status(200), tokenStatus(403)))
	add("basic: others get a token of another subject", basic, bearer(), nil, proven, exchanged(issued("42"), status(200), issued("")))
	add("basic: a Bearer challenge to the request with credentials", basic, status(200), bearer(), proven, exchanged(issued("ci"), status(200), nil))
	add("identity token: nobody else gets a token", identity, bearer(), nil, proven, exchanged(issued(""), status(200), tokenStatus(401)))
	add("identity token: the token names the user", named, bearer(), nil, proven, exchanged(issued("ci"), status(200), nil))

	add("basic: anybody gets an opaque token", basic, bearer(), nil, pass(doctor.ReasonExchangeInconclusive), exchanged(issued(""), status(200), issued("")))
	add("basic: anybody gets a token of the same subject", basic, bearer(), nil, pass(doctor.ReasonExchangeInconclusive), exchanged(issued("everybody"), status(200), issued("everybody")))
	add("basic: a token of nobody proves nothing beside one of somebody", basic, bearer(), nil, pass(doctor.ReasonExchangeInconclusive), exchanged(issued(""), status(200), issued("(anonymous)")))
	add("basic: the control has no answer", basic, bearer(), nil, pass(doctor.ReasonExchangeInconclusive), exchanged(issued(""), status(200), tokenFailed(registry.FaultTimeout)))
	add("basic: the control is an outage", basic, bearer(), nil, pass(doctor.ReasonExchangeInconclusive), exchanged(issued("42"), status(200), tokenStatus(500)))
	add("identity token: anybody gets a token", identity, bearer(), nil, fail(doctor.ReasonExchangeInconclusive), exchanged(issued(""), status(200), issued("")))

	add("basic: the token service answers 401", basic, bearer(), nil, refused(doctor.ReasonInvalidCredentials), exchanged(tokenStatus(401), nil, nil))
	add("basic: the token service answers 403 to these only", basic, bearer(), nil, refused(doctor.ReasonInvalidCredentials), exchanged(tokenStatus(403), nil, issued("")))
	add("basic: the token service answers 403 to these and 401 to nobody", basic, bearer(), nil, refused(doctor.ReasonInvalidCredentials), exchanged(tokenStatus(403), nil, tokenStatus(401)))
	add("identity token: the grant is refused", identity, bearer(), nil, refused(doctor.ReasonInvalidCredentials), exchanged(grantRefused(), nil, nil))
	add("the token service forbids everybody", basic, bearer(), nil, fail(doctor.ReasonForbiddenNetwork), exchanged(tokenStatus(403), nil, tokenStatus(403)))
	add("the token service forbids, and the control has no answer", basic, bearer(), nil, fail(doctor.ReasonForbiddenNetwork), exchanged(tokenStatus(403), nil, tokenFailed(registry.FaultConnection)))
	add("the token service forbids, and the control is an outage", basic, bearer(), nil, fail(doctor.ReasonForbiddenNetwork), exchanged(tokenStatus(403), nil, tokenStatus(502)))

	add("the registry answers 401 to the token", basic, bearer(), nil, fail(doctor.ReasonTokenRejected), exchanged(issued("ci"), bearer(), nil))
	add("the registry answers 403 to the token", identity, bearer(), nil, fail(doctor.ReasonTokenRejected), exchanged(issued("ci"), status(403), nil))
	add("the registry answers 400 to the token", basic, bearer(), nil, fail(doctor.ReasonTokenRejected), exchanged(issued("ci"), status(400), nil))
	add("the registry points elsewhere when the token is tried", basic, bearer(), nil, fail(doctor.ReasonUnexpectedRedirect), exchanged(issued("ci"), redirect(302), nil))
	add("the registry is down when the token is tried", basic, bearer(), nil, fail(doctor.ReasonServerError), exchanged(issued("ci"), status(503), nil))
	add("a realm that must not get a secret", basic, bearer(), nil, fail(doctor.ReasonRealmUnsafe), exchanged(tokenFailed(registry.FaultUnsafe), nil, nil))
	add("a realm that must not get an identity token", identity, bearer(), nil, fail(doctor.ReasonRealmUnsafe), exchanged(tokenFailed(registry.FaultUnsafe), nil, nil))
	add("the token service points elsewhere", basic, bearer(), nil, fail(doctor.ReasonUnexpectedRedirect), exchanged(tokenRedirected(), nil, nil))
	add("the token service limits requests", identity, bearer(), nil, fail(doctor.ReasonRateLimited), exchanged(tokenStatus(429), nil, nil))
	add("a proxy before the token service wants a login", basic, bearer(), nil, fail(doctor.ReasonProxyAuthRequired), exchanged(tokenStatus(407), nil, nil))
	add("a proxy refuses the way to the token service with 407", basic, bearer(), nil, fail(doctor.ReasonProxyAuthRequired), exchanged(tokenFailed(registry.FaultProxyAuth), nil, nil))

	add("the token service refuses with status 200", basic, bearer(), nil, refused(doctor.ReasonInvalidCredentials), exchanged(refusedWith200(), nil, nil))
	add("basic: the deadline passes at the token service", basic, bearer(), nil, pass(doctor.ReasonExchangeUnavailable), exchanged(tokenFailed(registry.FaultTimeout), nil, nil))
	add("basic: the token service is down, and the registry wants a token", basic, bearer(), bearer(), pass(doctor.ReasonExchangeUnavailable), exchanged(tokenStatus(500), nil, nil))
	add("basic: the challenge has no realm", basic, unauthorized("Bearer"), unauthorized(), pass(doctor.ReasonExchangeUnavailable), exchanged(tokenFailed(registry.FaultRealm), nil, nil))
	add("basic: the token service gives no token, and the registry answers 403", basic, bearer(), status(403), fail(doctor.ReasonExchangeUnavailable), exchanged(tokenStatus(200), nil, nil))
	add("basic: the token service is unreachable, and the registry answers 400", basic, bearer(), status(400), fail(doctor.ReasonExchangeUnavailable), exchanged(tokenFailed(registry.FaultRefused), nil, nil))
	add("basic: the token service is down, and the registry takes the password itself", basic, bearer(), status(200), accepted, exchanged(tokenStatus(500), nil, nil))
	add("basic: the token service is down, and the registry refuses the password itself", basic, bearer(), unauthorized(basicChallenge), refused(doctor.ReasonInvalidCredentials), exchanged(tokenStatus(500), nil, nil))
	add("identity token: the token service is down", identity, bearer(), nil, fail(doctor.ReasonExchangeUnavailable), exchanged(tokenStatus(500), nil, nil))
	add("identity token: the token service knows no POST", identity, bearer(), nil, fail(doctor.ReasonExchangeUnavailable), exchanged(tokenStatus(405), nil, nil))
	add("identity token: an open registry", identity, status(200), nil, fail(doctor.ReasonExchangeUnavailable), nil)
	add("identity token: a registry without token service", identity, unauthorized(basicChallenge), nil, fail(doctor.ReasonExchangeUnavailable), nil)
	add("identity token: a registry that forbids everybody", identity, status(403), nil, fail(doctor.ReasonForbiddenNetwork), nil)
	add("identity token: nothing may be exchanged", off, nil, nil, fail(doctor.ReasonExchangeSkipped), nil)
	return rows
}

// askedRows are what access and require_verified add.
func askedRows() []judgeRow {
	open, closed := func() *registry.Answer { return status(200) }, func() *registry.Answer { return unauthorized(basicChallenge) }
	var rows []judgeRow
	add := func(name string, c doctor.CredentialFacts, r0, r1 *registry.Answer, want doctor.Verdict, more func(*doctor.Evidence)) {
		rows = append(rows, judgeRow{plainRow{name, c, r0, r1, want}, more})
	}
	permissions := func(proven bool, results ...doctor.AccessResult) func(*doctor.Evidence) {
		return func(e *doctor.Evidence) { e.Access, e.ProvenByUse = results, proven }
	}
	granted := doctor.AccessResult{Repository: "org/app", Granted: []string{"pull"}}
	missing := doctor.AccessResult{Repository: "org/app", Granted: []string{"pull"}, Missing: []string{"push"}}
	unknown := doctor.AccessResult{Repository: "org/app", Unknown: []string{"push"}}
	decoy := func(outcome doctor.DecoyOutcome) func(*doctor.Evidence) {
		return func(e *doctor.Evidence) { e.RequireVerified, e.Decoy = true, outcome }
	}
	unproven := doctor.Verdict{Reason: doctor.ReasonAcceptedUnproven, Passed: true, Verified: true}

	add("access: all granted", basic, closed(), status(200), accepted, permissions(false, granted))
	add("access: a permission is refused", basic, closed(), status(200), refused(doctor.ReasonAccessDenied), permissions(false, granted, missing))
	add("access: refused comes before not decided", basic, closed(), status(200), refused(doctor.ReasonAccessDenied), permissions(false, unknown, missing))
	add("access: a permission could not be decided", basic, closed(), status(200), fail(doctor.ReasonAccessUnproven), permissions(false, granted, unknown))
	add("access: a use that is refused without credentials is a proof", basic, open(), status(200), unproven, permissions(true, granted))
	add("access: a use that anybody may make is none", basic, open(), status(200), pass(doctor.ReasonAcceptedUnproven), permissions(false, granted))
	add("access: bad credentials stay bad", basic, closed(), closed(), refused(doctor.ReasonInvalidCredentials), permissions(false, granted))
	add("access: anonymous, and a token for anybody grants it", nobody, unauthorized(bearerChallenge), nil, pass(doctor.ReasonAnonymousAccepted), permissions(false, granted))
	add("access: anonymous, and it is refused", nobody, unauthorized(bearerChallenge), nil, refused(doctor.ReasonAuthenticationRequired), permissions(false, missing))
	add("access: anonymous on an open registry proves nothing", nobody, open(), nil, pass(doctor.ReasonAnonymousAccepted), permissions(true, granted))

	add("require_verified: invented credentials are refused", basic, closed(), status(200), accepted, decoy(doctor.DecoyRefused))
	add("require_verified: invented credentials are refused on an open registry", basic, open(), status(200), unproven, decoy(doctor.DecoyRefused))
	add("require_verified: invented credentials are accepted", basic, closed(), status(200), fail(doctor.ReasonAnyoneAccepted), decoy(doctor.DecoyAccepted))
	add("require_verified: the decoy has no answer", basic, closed(), status(200), fail(doctor.ReasonAccepted), decoy(doctor.DecoyUnknown))
	add("require_verified: anonymous is never proven", nobody, open(), nil, fail(doctor.ReasonAnonymousAccepted), decoy(doctor.DecoyNotSent))
	add("require_verified: an exchange that was skipped is not proven", unexchanged, unauthorized(bearerChallenge), unauthorized(bearerChallenge), fail(doctor.ReasonExchangeSkipped), decoy(doctor.DecoyNotSent))
	add("require_verified: a failure stays as it is", basic, closed(), closed(), refused(doctor.ReasonInvalidCredentials), decoy(doctor.DecoyNotSent))
	return rows
}
