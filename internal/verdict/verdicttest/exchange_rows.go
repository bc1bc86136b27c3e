package verdicttest

import (
	"fmt"
	"slices"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/verdict"
)

const service = "https://auth.example.com/token"

// Issued returns an answer with a token for a subject.
func Issued(subject string) *registry.TokenAnswer {
	return &registry.TokenAnswer{Answer: registry.Answer{Status: 200}, Endpoint: service, Token: registry.NewSecret("minted"), Subject: subject}
}

// TokenStatus returns an answer of a token service with a status and nothing else.
func TokenStatus(code int) *registry.TokenAnswer {
	return &registry.TokenAnswer{Answer: registry.Answer{Status: code}, Endpoint: service}
}

// TokenFailed returns a token request that got no answer.
func TokenFailed(fault registry.Fault) *registry.TokenAnswer {
	a := Failed(fault)
	if fault == registry.FaultUnsafe || fault == registry.FaultRealm { // these always have a detail
		a.Failure.Detail = "it is at a private address"
	}
	return &registry.TokenAnswer{Answer: *a, Endpoint: service}
}

// refusedWith200 is the refusal of services that answer 200 instead of 401.
func refusedWith200() *registry.TokenAnswer {
	t := TokenStatus(200)
	t.Refused = true
	return t
}

func grantRefused() *registry.TokenAnswer {
	t := TokenStatus(400)
	t.Refused = true
	return t
}

// TokenRedirected returns a redirect of a token service to another origin.
func TokenRedirected() *registry.TokenAnswer {
	t := TokenStatus(307)
	t.Location = "https://elsewhere.example.com"
	return t
}

// exchanged sets T0, V and Ta.
func exchanged(t0 *registry.TokenAnswer, v *registry.Answer, ta *registry.TokenAnswer) func(*verdict.Evidence) {
	return func(e *verdict.Evidence) { e.Exchange, e.Minted, e.Control = t0, v, ta }
}

// forbidden sets T0 to a 403, Ta and Ts, and whether these say the same.
func forbidden(ta *registry.TokenAnswer, same bool, ts *registry.TokenAnswer, scopedSame bool) func(*verdict.Evidence) {
	return func(e *verdict.Evidence) {
		e.Exchange, e.Control, e.Scoped = TokenStatus(403), ta, ts
		e.ControlSaysSame, e.ScopedSaysSame = same, scopedSame
	}
}

// tokenTooLarge is the page by which nginx before a token service refuses a header.
func tokenTooLarge() *registry.TokenAnswer {
	return &registry.TokenAnswer{Answer: *TooLarge(400), Endpoint: service}
}

// exchangeRows are the rows with a token service.
func exchangeRows() []judgeRow {
	bearer := func() *registry.Answer { return Unauthorized(BearerChallenge) }
	proven := verdict.Verdict{Reason: verdict.ReasonExchangeAccepted, Passed: true, Verified: true}
	var rows []judgeRow
	add := func(name string, c verdict.CredentialFacts, r0, r1 *registry.Answer, want verdict.Verdict, more func(*verdict.Evidence)) {
		rows = append(rows, judgeRow{plainRow{name, c, r0, r1, want}, more})
	}
	named := with(identity, func(c *verdict.CredentialFacts) { c.Username = "ci" })

	add("basic: the token names the user", basic, bearer(), nil, proven, exchanged(Issued("ci"), Status(200), nil))
	add("basic: an anonymous request gets no token", basic, bearer(), nil, proven, exchanged(Issued(""), Status(200), TokenStatus(401)))
	add("basic: others are forbidden a token", basic, bearer(), nil, proven, exchanged(Issued("42"), Status(200), TokenStatus(403)))
	add("basic: others get a token of another subject", basic, bearer(), nil, proven, exchanged(Issued("42"), Status(200), Issued("")))
	add("basic: a Bearer challenge to the request with credentials", basic, Status(200), bearer(), proven, exchanged(Issued("ci"), Status(200), nil))
	add("identity token: an anonymous request gets no token", identity, bearer(), nil, proven, exchanged(Issued(""), Status(200), TokenStatus(401)))
	add("identity token: the token names the user", named, bearer(), nil, proven, exchanged(Issued("ci"), Status(200), nil))

	add("basic: an anonymous request gets an opaque token", basic, bearer(), nil, Pass(verdict.ReasonExchangeInconclusive), exchanged(Issued(""), Status(200), Issued("")))
	add("basic: an anonymous request gets a token of the same subject, as at Azure", basic, bearer(), nil, Fail(verdict.ReasonExchangeAnonymous), exchanged(Issued("acr_anon_pull"), Status(200), Issued("acr_anon_pull")))
	add("basic: an anonymous request gets a token of the same subject, as at Quay", basic, bearer(), nil, Fail(verdict.ReasonExchangeAnonymous), exchanged(Issued("(anonymous)"), Status(200), Issued("(anonymous)")))
	add("identity token: an anonymous request gets a token of the same subject", identity, bearer(), nil, Fail(verdict.ReasonExchangeAnonymous), exchanged(Issued("acr_anon_pull"), Status(200), Issued("acr_anon_pull")))
	add("basic: a token without subject proves nothing beside an anonymous one with a subject", basic, bearer(), nil, Pass(verdict.ReasonExchangeInconclusive), exchanged(Issued(""), Status(200), Issued("(anonymous)")))
	add("basic: the control has no answer", basic, bearer(), nil, Pass(verdict.ReasonExchangeInconclusive), exchanged(Issued(""), Status(200), TokenFailed(registry.FaultTimeout)))
	add("basic: the control is an outage", basic, bearer(), nil, Pass(verdict.ReasonExchangeInconclusive), exchanged(Issued("42"), Status(200), TokenStatus(500)))
	add("identity token: an anonymous request gets a token", identity, bearer(), nil, Fail(verdict.ReasonExchangeInconclusive), exchanged(Issued(""), Status(200), Issued("")))
	add("basic: the control has a 200 without a token", basic, bearer(), nil, Pass(verdict.ReasonExchangeInconclusive), exchanged(Issued("42"), Status(200), TokenStatus(200)))

	return slices.Concat(rows, refusedRows(), outageExchangeRows(), unusableRows(), comparedRows())
}

// refusedRows are the rows whose token service refuses.
func refusedRows() []judgeRow {
	bearer := func() *registry.Answer { return Unauthorized(BearerChallenge) }
	var rows []judgeRow
	add := func(name string, c verdict.CredentialFacts, r0 *registry.Answer, want verdict.Verdict, more func(*verdict.Evidence)) {
		rows = append(rows, judgeRow{plainRow{name, c, r0, nil, want}, more})
	}
	add("basic: the token service answers 401", basic, bearer(), Refused(verdict.ReasonInvalidCredentials), exchanged(TokenStatus(401), nil, nil))
	add("basic: the token service answers 403 to these only", basic, bearer(), Refused(verdict.ReasonInvalidCredentials), exchanged(TokenStatus(403), nil, Issued("")))
	add("basic: the token service answers 403 to these and 401 without credentials", basic, bearer(), Refused(verdict.ReasonInvalidCredentials), exchanged(TokenStatus(403), nil, TokenStatus(401)))
	add("identity token: the grant is refused", identity, bearer(), Refused(verdict.ReasonInvalidCredentials), exchanged(grantRefused(), nil, nil))
	for _, c := range []verdict.CredentialFacts{basic, identity} {
		method := string(c.Method)
		add(method+": 403 in the words of the control, and a token with a scope, as at GitLab", c, bearer(), Refused(verdict.ReasonInvalidCredentials), forbidden(TokenStatus(403), true, Issued(""), false))
		add(method+": 403 in the words of the control, and 401 with a scope", c, bearer(), Refused(verdict.ReasonInvalidCredentials), forbidden(TokenStatus(403), true, TokenStatus(401), false))
		add(method+": 403 in the words of the control, and in others with a scope", c, bearer(), Refused(verdict.ReasonInvalidCredentials), forbidden(TokenStatus(403), true, TokenStatus(403), false))
		add(method+": 403 in other words than the control, perhaps as at GitHub", c, bearer(), Refused(verdict.ReasonInvalidCredentials), forbidden(TokenStatus(403), false, nil, false))
		add(method+": 403 in the same words each time, as Azure's firewall answers", c, bearer(), Fail(verdict.ReasonForbiddenNetwork), forbidden(TokenStatus(403), true, TokenStatus(403), true))
		add(method+": 403, and 200 without a token to the control, as a portal answers", c, bearer(), Fail(verdict.ReasonForbiddenNetwork), forbidden(TokenStatus(200), false, nil, false))
		for _, ts := range []*registry.TokenAnswer{TokenFailed(registry.FaultTimeout), TokenStatus(200), TokenStatus(500), TokenStatus(404), TokenStatus(429)} {
			add(fmt.Sprintf("%s: 403 in the words of the control, and %d with a scope", method, ts.Status), c, bearer(), Fail(verdict.ReasonForbiddenNetwork), forbidden(TokenStatus(403), true, ts, false))
		}
	}
	add("the token service forbids, and the control has no answer", basic, bearer(), Fail(verdict.ReasonForbiddenNetwork), exchanged(TokenStatus(403), nil, TokenFailed(registry.FaultConnection)))
	add("the token service forbids, and the control is an outage", basic, bearer(), Fail(verdict.ReasonForbiddenNetwork), exchanged(TokenStatus(403), nil, TokenStatus(502)))

	return rows
}

// outageExchangeRows are the rows in which the token is refused, or the exchange ends the
// check.
func outageExchangeRows() []judgeRow {
	bearer := func() *registry.Answer { return Unauthorized(BearerChallenge) }
	var rows []judgeRow
	add := func(name string, c verdict.CredentialFacts, r0 *registry.Answer, want verdict.Verdict, more func(*verdict.Evidence)) {
		rows = append(rows, judgeRow{plainRow{name, c, r0, nil, want}, more})
	}
	add("the registry answers 401 to the token", basic, bearer(), Fail(verdict.ReasonTokenRejected), exchanged(Issued("ci"), bearer(), nil))
	add("the registry answers 403 to the token", identity, bearer(), Fail(verdict.ReasonTokenRejected), exchanged(Issued("ci"), Status(403), nil))
	for _, status := range []int{400, 413, 431} {
		add(fmt.Sprintf("the registry answers %d to the token", status), basic, bearer(), Fail(verdict.ReasonTokenRejected), exchanged(Issued("ci"), Status(status), nil))
	}
	add("the registry answers the token as nothing else", identity, bearer(), Fail(verdict.ReasonUnexpectedAnswer), exchanged(Issued("ci"), Status(404), nil))
	add("the registry sends the token in circles", basic, bearer(), Fail(verdict.ReasonNotARegistry), exchanged(Issued("ci"), Status(302), nil))
	add("the registry points elsewhere when the token is tried", basic, bearer(), Fail(verdict.ReasonUnexpectedRedirect), exchanged(Issued("ci"), Redirect(302), nil))
	add("the registry is down when the token is tried", basic, bearer(), Fail(verdict.ReasonServerError), exchanged(Issued("ci"), Status(503), nil))
	add("a realm that must not get a secret", basic, bearer(), Fail(verdict.ReasonRealmUnsafe), exchanged(TokenFailed(registry.FaultUnsafe), nil, nil))
	add("a realm that must not get an identity token", identity, bearer(), Fail(verdict.ReasonRealmUnsafe), exchanged(TokenFailed(registry.FaultUnsafe), nil, nil))
	add("the token service points elsewhere", basic, bearer(), Fail(verdict.ReasonUnexpectedRedirect), exchanged(TokenRedirected(), nil, nil))
	add("the token service limits requests", identity, bearer(), Fail(verdict.ReasonRateLimited), exchanged(TokenStatus(429), nil, nil))
	add("a proxy before the token service wants a login", basic, bearer(), Fail(verdict.ReasonProxyAuthRequired), exchanged(TokenStatus(407), nil, nil))
	add("a proxy refuses the way to the token service with 407", basic, bearer(), Fail(verdict.ReasonProxyAuthRequired), exchanged(TokenFailed(registry.FaultProxyAuth), nil, nil))

	return rows
}

// unusableRows are the rows whose token service gives no usable answer.
func unusableRows() []judgeRow {
	bearer := func() *registry.Answer { return Unauthorized(BearerChallenge) }
	off := with(identity, func(c *verdict.CredentialFacts) { c.ExchangeOff = true })
	var rows []judgeRow
	add := func(name string, c verdict.CredentialFacts, r0, r1 *registry.Answer, want verdict.Verdict, more func(*verdict.Evidence)) {
		rows = append(rows, judgeRow{plainRow{name, c, r0, r1, want}, more})
	}
	add("the token service refuses with status 200", basic, bearer(), nil, Refused(verdict.ReasonInvalidCredentials), exchanged(refusedWith200(), nil, nil))
	add("basic: the deadline passes at the token service", basic, bearer(), nil, Pass(verdict.ReasonExchangeUnavailable), exchanged(TokenFailed(registry.FaultTimeout), nil, nil))
	add("basic: the token service is down, and the registry requires a token", basic, bearer(), bearer(), Pass(verdict.ReasonExchangeUnavailable), exchanged(TokenStatus(500), nil, nil))
	both := func() *registry.Answer { return Unauthorized(BearerChallenge, BasicChallenge) }
	add("basic: the token service is unusable, and the registry offers Basic beside Bearer", basic, both(), both(), Fail(verdict.ReasonExchangeUnavailable), exchanged(TokenStatus(404), nil, nil))
	add("basic: the token service is unusable, and only the first request was offered both", basic, both(), Unauthorized(), Fail(verdict.ReasonExchangeUnavailable), exchanged(TokenFailed(registry.FaultRefused), nil, nil))
	for _, ta := range []*registry.TokenAnswer{Issued(""), TokenStatus(401), TokenStatus(403)} {
		add(fmt.Sprintf("basic: 400 of the token service, and %d without credentials, as at Docker Hub", ta.Status), basic, bearer(), nil, Refused(verdict.ReasonMalformedCredentials), exchanged(TokenStatus(400), nil, ta))
		add(fmt.Sprintf("identity token: 400 of the token service, and %d without credentials", ta.Status), identity, bearer(), nil, Fail(verdict.ReasonExchangeUnavailable), exchanged(TokenStatus(400), nil, ta))
		for _, status := range []int{200, 404, 408, 500, 503} {
			add(fmt.Sprintf("basic: %d without a token, and %d without credentials, as at Harbor with UAA", status, ta.Status), basic, bearer(), nil, Fail(verdict.ReasonExchangeUnavailable), exchanged(TokenStatus(status), nil, ta))
		}
		for _, c := range []verdict.CredentialFacts{basic, identity} {
			add(fmt.Sprintf("%s: the token service calls the header too large, and answers %d without credentials", c.Method, ta.Status), c, bearer(), nil, Refused(verdict.ReasonCredentialsTooLarge), exchanged(tokenTooLarge(), nil, ta))
		}
	}
	for _, ta := range []*registry.TokenAnswer{TokenStatus(400), TokenStatus(404), TokenStatus(429), TokenStatus(500), TokenFailed(registry.FaultConnection)} {
		for _, status := range []int{400, 500} {
			add(fmt.Sprintf("basic: a control of %d decides nothing after %d", ta.Status, status), basic, bearer(), bearer(), Pass(verdict.ReasonExchangeUnavailable), exchanged(TokenStatus(status), nil, ta))
		}
		add(fmt.Sprintf("basic: a control of %d decides nothing after a header that is too large", ta.Status), basic, bearer(), bearer(), Pass(verdict.ReasonExchangeUnavailable), exchanged(tokenTooLarge(), nil, ta))
	}
	add("basic: a control of 200 without a token decides nothing after 400", basic, bearer(), bearer(), Pass(verdict.ReasonExchangeUnavailable), exchanged(TokenStatus(400), nil, TokenStatus(200)))
	add("basic: a control of 200 without a token decides nothing after a header that is too large", basic, bearer(), Status(200), Accepted, exchanged(tokenTooLarge(), nil, TokenStatus(200)))
	add("basic: the deadline passes at the control", basic, bearer(), nil, Pass(verdict.ReasonExchangeUnavailable), exchanged(TokenStatus(500), nil, TokenFailed(registry.FaultTimeout)))
	add("basic: the challenge has no realm", basic, Unauthorized("Bearer"), Unauthorized(), Pass(verdict.ReasonExchangeUnavailable), exchanged(TokenFailed(registry.FaultRealm), nil, nil))
	add("basic: the token service gives no token, and the registry answers 403", basic, bearer(), Status(403), Fail(verdict.ReasonExchangeUnavailable), exchanged(TokenStatus(200), nil, nil))
	add("basic: the token service is unreachable, and the registry answers 400", basic, bearer(), Status(400), Fail(verdict.ReasonExchangeUnavailable), exchanged(TokenFailed(registry.FaultRefused), nil, nil))
	add("basic: the token service is down, and the registry takes the password itself", basic, bearer(), Status(200), Accepted, exchanged(TokenStatus(500), nil, nil))
	add("basic: the token service is down, and the registry refuses the password itself", basic, bearer(), Unauthorized(BasicChallenge), Refused(verdict.ReasonInvalidCredentials), exchanged(TokenStatus(500), nil, nil))
	add("identity token: the token service is down", identity, bearer(), nil, Fail(verdict.ReasonExchangeUnavailable), exchanged(TokenStatus(500), nil, nil))
	add("identity token: the token service knows no POST", identity, bearer(), nil, Fail(verdict.ReasonExchangeUnavailable), exchanged(TokenStatus(405), nil, nil))
	add("identity token: an open registry", identity, Status(200), nil, Fail(verdict.ReasonExchangeUnavailable), nil)
	add("identity token: a registry without token service", identity, Unauthorized(BasicChallenge), nil, Fail(verdict.ReasonExchangeUnavailable), nil)
	add("identity token: a registry that forbids every request", identity, Status(403), nil, Fail(verdict.ReasonForbiddenNetwork), nil)
	add("identity token: nothing may be exchanged", off, nil, nil, Fail(verdict.ReasonExchangeSkipped), nil)
	return rows
}

// comparedRows are the rows with R1 after V.
func comparedRows() []judgeRow {
	bearer := func() *registry.Answer { return Unauthorized(BearerChallenge) }
	refused := Refused(verdict.ReasonInvalidCredentials)
	var rows []judgeRow
	add := func(name, subject string, compared *registry.Answer, want verdict.Verdict) {
		rows = append(rows, judgeRow{plainRow{name, basic, bearer(), nil, want}, func(e *verdict.Evidence) {
			exchanged(Issued(subject), Status(200), Issued(subject))(e)
			e.Compared = compared
		}})
	}
	add("tokens without subject, and /v2/ accepts the password, as at Gitea and Google", "", Status(200), Accepted)
	add("tokens of one subject, and /v2/ accepts the password", "(anonymous)", Status(200), Accepted)
	add("tokens without subject, and /v2/ accepts the password with a registry's page", "", Page(200, true), Accepted)
	add("tokens of one subject, and /v2/ refuses the password, as at Azure", "acr_anon_pull", Unauthorized(`Basic realm="Azure Container Registry"`), refused)
	add("tokens without subject, and /v2/ refuses the password: some refuse every one", "", Unauthorized(BasicChallenge), Pass(verdict.ReasonExchangeInconclusive))
	for _, other := range []struct {
		name   string
		answer *registry.Answer
	}{
		{"429", Status(429)}, {"500", Status(500)}, {"503", Status(503)}, {"404", Status(404)}, {"403", Status(403)}, {"400", Status(400)}, {"407", Status(407)}, {"431", TooLarge(431)},
		{"a page", Page(200, false)}, {"a redirect", Redirect(302)}, {"401 with both schemes", Unauthorized(BearerChallenge, BasicChallenge)}, {"401 with Bearer", bearer()},
		{"401 without a challenge", Unauthorized()}, {"nothing", Failed(registry.FaultConnection)}, {"nothing in time", Failed(registry.FaultTimeout)},
	} {
		name := ", and the password at /v2/ gets " + other.name + ", as if it had not been sent"
		add("tokens without subject"+name, "", other.answer, Pass(verdict.ReasonExchangeInconclusive))
		add("tokens of one subject"+name, "(anonymous)", other.answer, Fail(verdict.ReasonExchangeAnonymous))
	}
	return rows
}

// accessRows are the rows with access or require_verified.
func accessRows() []judgeRow {
	open, closed := func() *registry.Answer { return Status(200) }, func() *registry.Answer { return Unauthorized(BasicChallenge) }
	var rows []judgeRow
	add := func(name string, c verdict.CredentialFacts, r0, r1 *registry.Answer, want verdict.Verdict, more func(*verdict.Evidence)) {
		rows = append(rows, judgeRow{plainRow{name, c, r0, r1, want}, more})
	}
	permissions := func(proven bool, results ...verdict.AccessResult) func(*verdict.Evidence) {
		return func(e *verdict.Evidence) { e.Access, e.ProvenByUse = results, proven }
	}
	granted := verdict.AccessResult{Repository: "org/app", Granted: []string{"pull"}}
	missing := verdict.AccessResult{Repository: "org/app", Granted: []string{"pull"}, Missing: []string{"push"}}
	unknown := verdict.AccessResult{Repository: "org/app", Unknown: []string{"push"}}
	decoy := func(outcome verdict.DecoyOutcome) func(*verdict.Evidence) {
		return func(e *verdict.Evidence) { e.RequireVerified, e.Decoy = true, outcome }
	}
	unproven := verdict.Verdict{Reason: verdict.ReasonAcceptedUnproven, Passed: true, Verified: true}

	add("access: all granted", basic, closed(), Status(200), Accepted, permissions(false, granted))
	add("access: a permission is refused", basic, closed(), Status(200), Refused(verdict.ReasonAccessDenied), permissions(false, granted, missing))
	add("access: refused comes before not decided", basic, closed(), Status(200), Refused(verdict.ReasonAccessDenied), permissions(false, unknown, missing))
	add("access: a permission could not be decided", basic, closed(), Status(200), Fail(verdict.ReasonAccessUnproven), permissions(false, granted, unknown))
	add("access: a use that is refused without credentials is a proof", basic, open(), Status(200), unproven, permissions(true, granted))
	add("access: a use that is allowed without credentials is none", basic, open(), Status(200), Pass(verdict.ReasonAcceptedUnproven), permissions(false, granted))
	add("access: bad credentials stay bad", basic, closed(), closed(), Refused(verdict.ReasonInvalidCredentials), permissions(false, granted))
	add("access: anonymous, and an anonymous token grants it", anonymous, Unauthorized(BearerChallenge), nil, Pass(verdict.ReasonAnonymousAccepted), permissions(false, granted))
	image := func(found verdict.Image) verdict.AccessResult {
		result := granted
		result.Reference, result.Digest, result.Image = "1.2.3", "sha256:0", found
		return result
	}
	for _, found := range []verdict.Image{verdict.ImageNoTag, verdict.ImageNoRepository, verdict.ImageAbsent} {
		add(fmt.Sprintf("access: an image that is not there (%d)", found), basic, closed(), Status(200), Fail(verdict.ReasonImageMissing), permissions(false, image(found)))
	}
	add("access: another image than its digest names", basic, closed(), Status(200), Fail(verdict.ReasonUnexpectedAnswer), permissions(false, image(verdict.ImageOther)))
	add("access: an image that is there", basic, closed(), Status(200), Accepted, permissions(false, image(verdict.ImageServed)))
	add("access: refused comes before an image that is not there", basic, closed(), Status(200), Refused(verdict.ReasonAccessDenied), permissions(false, image(verdict.ImageNoTag), missing))
	add("access: an image that is not there comes before another one", basic, closed(), Status(200), Fail(verdict.ReasonImageMissing), permissions(false, image(verdict.ImageOther), image(verdict.ImageNoTag)))
	add("access: an image that is not there comes before not decided", basic, closed(), Status(200), Fail(verdict.ReasonImageMissing), permissions(false, image(verdict.ImageNoTag), unknown))
	add("access: anonymous, and the image is not there", anonymous, Unauthorized(BearerChallenge), nil, Fail(verdict.ReasonImageMissing), permissions(false, image(verdict.ImageNoTag)))
	add("access: anonymous without a token service, and a use is allowed", anonymous, Unauthorized(BasicChallenge), nil, Pass(verdict.ReasonAnonymousAccepted), permissions(false, granted))
	add("access: anonymous, and it is not decided", anonymous, Unauthorized(BearerChallenge), nil, Fail(verdict.ReasonAccessUnproven), permissions(false, unknown))
	add("access: anonymous, and one is refused beside one that is not decided", anonymous, Unauthorized(BasicChallenge), nil, Refused(verdict.ReasonAuthenticationRequired), permissions(false, unknown, missing))
	add("access: anonymous, and it is refused", anonymous, Unauthorized(BearerChallenge), nil, Refused(verdict.ReasonAuthenticationRequired), permissions(false, missing))
	add("access: anonymous on an open registry proves nothing", anonymous, open(), nil, Pass(verdict.ReasonAnonymousAccepted), permissions(true, granted))

	add("require_verified: invented credentials are refused", basic, closed(), Status(200), Accepted, decoy(verdict.DecoyRefused))
	add("require_verified: invented credentials are refused on an open registry", basic, open(), Status(200), unproven, decoy(verdict.DecoyRefused))
	add("require_verified: invented credentials are accepted", basic, closed(), Status(200), Fail(verdict.ReasonAnyoneAccepted), decoy(verdict.DecoyAccepted))
	add("require_verified: the decoy has no answer", basic, closed(), Status(200), Fail(verdict.ReasonAccepted), decoy(verdict.DecoyUnknown))
	add("require_verified: anonymous is never proven", anonymous, open(), nil, Fail(verdict.ReasonAnonymousAccepted), decoy(verdict.DecoyNotSent))
	add("require_verified: an exchange that was skipped is not proven", unexchanged, Unauthorized(BearerChallenge), Unauthorized(BearerChallenge), Fail(verdict.ReasonExchangeSkipped), decoy(verdict.DecoyNotSent))
	add("require_verified: a failure stays as it is", basic, closed(), closed(), Refused(verdict.ReasonInvalidCredentials), decoy(verdict.DecoyNotSent))
	return rows
}
