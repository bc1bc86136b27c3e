package verdicttest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/verdict"
)

// judgeRows returns at least one row for each rule, in the order in which they are
// tried, then rows that decide between rules.
func judgeRows() []judgeRow {
	var rows []judgeRow
	for _, row := range slices.Concat(credentialRows(), outageRows(), answerRows()) {
		rows = append(rows, judgeRow{plainRow: row})
	}
	return slices.Concat(skippedRows(), rows, exchangeRows(), accessRows())
}

func skippedRows() []judgeRow {
	off := func(e *verdict.Evidence) { e.Skipped = "skip_checks" }
	proof := func(e *verdict.Evidence) { e.Skipped, e.RequireVerified = "skip_checks", true }
	failing := with(anonymous, func(c *verdict.CredentialFacts) { c.Failure = "the helper ended with exit status 1" })
	return []judgeRow{
		{plainRow{"a check that is switched off passes, and nothing is sent", anonymous, nil, nil, Pass(verdict.ReasonSkipped)}, off},
		{plainRow{"a check that is switched off passes although a proof is wanted", anonymous, nil, nil, Pass(verdict.ReasonSkipped)}, proof},
		{plainRow{"the switch comes before a helper that failed", failing, nil, nil, Pass(verdict.ReasonSkipped)}, off},
		{plainRow{"credentials that could not be fetched prove nothing", failing, nil, nil, Fail(verdict.ReasonCredentialSourceFailed)}, nil},
		{plainRow{"credentials that could not be fetched fail where a proof is wanted", failing, nil, nil, Fail(verdict.ReasonCredentialSourceFailed)}, func(e *verdict.Evidence) { e.RequireVerified = true }},
	}
}

func credentialRows() []plainRow {
	withoutPassword := with(basic, func(c *verdict.CredentialFacts) { c.HasPassword = false })
	return []plainRow{
		{"a user name without password fails and nothing is sent", withoutPassword, nil, nil, Refused(verdict.ReasonPasswordMissing)},
		{"a user name without password fails beside a token too", with(withoutPassword, func(c *verdict.CredentialFacts) { c.Method = registry.MethodBearer }), nil, nil, Refused(verdict.ReasonPasswordMissing)},
		{"a password without user name fails and nothing is sent", with(basic, func(c *verdict.CredentialFacts) { c.Username = "" }), nil, nil, Refused(verdict.ReasonUsernameMissing)},
		{"a password without user name fails beside a token too", with(bearer, func(c *verdict.CredentialFacts) { c.HasPassword = true }), nil, nil, Refused(verdict.ReasonUsernameMissing)},
		{"a user name that cannot be sent fails and nothing is sent", with(basic, func(c *verdict.CredentialFacts) { c.UsernameMalformed = true }), nil, nil, Refused(verdict.ReasonMalformedCredentials)},
		{"a user name that cannot be sent fails beside a token too", with(bearer, func(c *verdict.CredentialFacts) { c.Username, c.HasPassword, c.UsernameMalformed = "c:i", true, true }), nil, nil, Refused(verdict.ReasonMalformedCredentials)},
		{"a token that cannot be sent fails and nothing is sent", with(bearer, func(c *verdict.CredentialFacts) { c.TokenMalformed = true }), nil, nil, Refused(verdict.ReasonMalformedCredentials)},
		{"a missing password comes before a malformed user name", with(withoutPassword, func(c *verdict.CredentialFacts) { c.UsernameMalformed = true }), nil, nil, Refused(verdict.ReasonPasswordMissing)},
	}
}

func outageRows() []plainRow {
	rows := []plainRow{
		{"an unknown host", basic, Failed(registry.FaultDNS), nil, Fail(verdict.ReasonDNSFailure)},
		{"a refused connection", basic, Failed(registry.FaultRefused), nil, Fail(verdict.ReasonConnectionRefused)},
		{"another fault of the connection", bearer, Failed(registry.FaultConnection), nil, Fail(verdict.ReasonConnectionFailed)},
		{"a deadline that passed", anonymous, Failed(registry.FaultTimeout), nil, Fail(verdict.ReasonTimeout)},
		{"a server that gave up waiting", basic, Status(408), nil, Fail(verdict.ReasonTimeout)},
		{"a certificate that is not trusted", basic, Failed(registry.FaultUntrusted), nil, Fail(verdict.ReasonTLSUntrusted)},
		{"a client certificate is wanted", basic, Failed(registry.FaultClientCert), nil, Fail(verdict.ReasonTLSClientCert)},
		{"a client certificate is wanted by a page of nginx", basic, &registry.Answer{Status: 400, IsHTML: true, ClientCert: true}, nil, Fail(verdict.ReasonTLSClientCert)},
		{"a client certificate is wanted once credentials come", bearer, Unauthorized(BearerChallenge), &registry.Answer{Status: 400, IsHTML: true, ClientCert: true}, Fail(verdict.ReasonTLSClientCert)},
		{"another fault of TLS", basic, Failed(registry.FaultTLS), nil, Fail(verdict.ReasonTLSFailed)},
		{"plain HTTP on https", basic, Failed(registry.FaultPlainHTTP), nil, Fail(verdict.ReasonPlainHTTPRegistry)},
		{"a redirect", basic, Redirect(307), nil, Fail(verdict.ReasonUnexpectedRedirect)},
		{"a redirect of the request with credentials only", basic, Unauthorized(BasicChallenge), Redirect(302), Fail(verdict.ReasonUnexpectedRedirect)},
		{"a redirect that points nowhere", basic, Status(302), nil, Fail(verdict.ReasonNotARegistry)},
		{"a proxy that answers 407", basic, Status(407), nil, Fail(verdict.ReasonProxyAuthRequired)},
		{"a proxy that refuses the tunnel with 407", basic, Failed(registry.FaultProxyAuth), nil, Fail(verdict.ReasonProxyAuthRequired)},
		{"too many requests", basic, Unauthorized(BasicChallenge), Status(429), Fail(verdict.ReasonRateLimited)},
		{"too many requests without credentials", anonymous, Status(429), nil, Fail(verdict.ReasonRateLimited)},
		{"a server error", bearer, Status(503), nil, Fail(verdict.ReasonServerError)},
		{"a server error with credentials only", bearer, Unauthorized(BearerChallenge), Status(500), Fail(verdict.ReasonServerError)},
		{"not found", basic, Status(404), nil, Fail(verdict.ReasonNotARegistry)},
		{"a web page that answers 200", basic, Page(200, false), nil, Fail(verdict.ReasonNotARegistry)},
		{"a web page behind a login", basic, Unauthorized(BasicChallenge), Page(200, false), Fail(verdict.ReasonNotARegistry)},
		{"a web page without credentials", anonymous, Page(200, false), nil, Fail(verdict.ReasonNotARegistry)},
		{"400 without credentials may be a TLS port", anonymous, Status(400), nil, Fail(verdict.ReasonNotARegistry)},
		{"400 without credentials ends a check of basic credentials", basic, Status(400), nil, Fail(verdict.ReasonNotARegistry)},
		{"400 without credentials ends a check of a token", bearer, Status(400), nil, Fail(verdict.ReasonNotARegistry)},
		{"no content is no registry's answer", anonymous, Status(204), nil, Fail(verdict.ReasonNotARegistry)},
		{"a redirect with credentials only that points nowhere", basic, Unauthorized(BasicChallenge), Status(307), Fail(verdict.ReasonNotARegistry)},
		{"payment required without credentials", basic, Status(402), nil, Fail(verdict.ReasonNotARegistry)},
	}
	for _, c := range []struct {
		name string
		verdict.CredentialFacts
	}{{"basic", basic}, {"bearer", bearer}} {
		for _, r0 := range []*registry.Answer{Status(200), Unauthorized(BasicChallenge), Status(403)} {
			rows = append(rows, plainRow{fmt.Sprintf("%s: the header is too large, and %d without credentials", c.name, r0.Status), c.CredentialFacts, r0, TooLarge(400), Refused(verdict.ReasonCredentialsTooLarge)})
		}
		rows = append(rows,
			plainRow{c.name + ": 431 with credentials only", c.CredentialFacts, Unauthorized(BearerChallenge), TooLarge(431), Refused(verdict.ReasonCredentialsTooLarge)},
			plainRow{c.name + ": 431 without credentials too", c.CredentialFacts, TooLarge(431), nil, Fail(verdict.ReasonNotARegistry)},
		)
		for _, status := range []int{204, 304, 402, 404, 405, 410, 413, 418, 426, 451} {
			rows = append(rows, plainRow{fmt.Sprintf("%s: 401 without credentials, then %d", c.name, status), c.CredentialFacts, Unauthorized(BasicChallenge), Status(status), Fail(verdict.ReasonUnexpectedAnswer)})
		}
		rows = append(rows, plainRow{c.name + ": an outage between the two requests", c.CredentialFacts, Unauthorized(BasicChallenge), Failed(registry.FaultConnection), Fail(verdict.ReasonConnectionFailed)})
	}
	return rows
}

func answerRows() []plainRow {
	expired := `Bearer realm="https://auth.example.com/token",error="invalid_token",error_description="the token has expired"`
	listing := `Bearer realm="https://auth.example.com/token",error="invalid_token",error_description="expired, revoked or invalid"`
	invalid := `Bearer realm="https://auth.example.com/token",error="invalid_token"`
	narrow := `Bearer realm="https://auth.example.com/token",error="insufficient_scope"`
	return []plainRow{
		{"anonymous: 200", anonymous, Status(200), nil, Pass(verdict.ReasonAnonymousAccepted)},
		{"anonymous: 200 with HTML and a registry's header", anonymous, Page(200, true), nil, Pass(verdict.ReasonAnonymousAccepted)},
		{"anonymous: 401", anonymous, Unauthorized(BasicChallenge), nil, Refused(verdict.ReasonAuthenticationRequired)},
		{"anonymous: 401 with an HTML page is normal behind nginx", anonymous, Page(401, false), nil, Refused(verdict.ReasonAuthenticationRequired)},
		{"anonymous: 403", anonymous, Status(403), nil, Fail(verdict.ReasonForbiddenNetwork)},

		{"basic: 200, and 401 without credentials", basic, Unauthorized(BasicChallenge), Status(200), Accepted},
		{"basic: 200 where others get 403", basic, Status(403), Status(200), Accepted},
		{"basic: 200 beside a Bearer challenge", basic, Unauthorized(BearerChallenge), Status(200), Accepted},
		{"bearer: 200, and 401 without credentials", bearer, Unauthorized(BearerChallenge), Status(200), Accepted},
		{"basic: 200 without credentials too", basic, Status(200), Status(200), Pass(verdict.ReasonAcceptedUnproven)},
		{"bearer: 200 without credentials too", bearer, Status(200), Status(200), Pass(verdict.ReasonAcceptedUnproven)},

		{"basic: 401 with a Bearer challenge", unexchanged, Unauthorized(BearerChallenge), Unauthorized(BearerChallenge), Pass(verdict.ReasonExchangeSkipped)},
		{"basic: 401 with a Bearer challenge on an open registry", unexchanged, Status(200), Unauthorized(BearerChallenge), Pass(verdict.ReasonExchangeSkipped)},
		{"basic: 401 without challenge where only the first request showed Bearer", unexchanged, Unauthorized(`Bearer realm="https://zot.example.com/token",scope=""`), Unauthorized(), Pass(verdict.ReasonExchangeSkipped)},
		{"basic: 401 with an upper-case scheme", unexchanged, Unauthorized(`BEARER Realm="https://auth.example.com"`), Unauthorized(`BEARER Realm="https://auth.example.com"`), Pass(verdict.ReasonExchangeSkipped)},
		{"basic: 401 with Bearer beside Basic", unexchanged, Unauthorized(BasicChallenge, BearerChallenge), Unauthorized(BasicChallenge, BearerChallenge), Pass(verdict.ReasonExchangeSkipped)},
		{"basic: 400 where a token is wanted", unexchanged, Unauthorized(BearerChallenge), Status(400), Fail(verdict.ReasonExchangeSkipped)},
		{"basic: 403 where a token is wanted", unexchanged, Unauthorized(BearerChallenge), Status(403), Fail(verdict.ReasonExchangeSkipped)},

		{"basic: 401 with a Basic challenge", basic, Unauthorized(BasicChallenge), Unauthorized(BasicChallenge), Refused(verdict.ReasonInvalidCredentials)},
		{"basic: 401 with Basic although the first request showed Bearer", unexchanged, Unauthorized(BearerChallenge), Unauthorized(BasicChallenge), Refused(verdict.ReasonInvalidCredentials)},
		{"basic: 401 without challenge where the first request showed Basic", basic, Unauthorized(BasicChallenge), Unauthorized(), Refused(verdict.ReasonInvalidCredentials)},
		{"basic: 401 with Basic on an open registry", basic, Status(200), Unauthorized(BasicChallenge), Refused(verdict.ReasonInvalidCredentials)},

		{"bearer: 401 and the token's own expiry is past", oldBearer, Unauthorized(BearerChallenge), Unauthorized(invalid), Refused(verdict.ReasonTokenExpired)},
		{"bearer: 401 and the challenge says expired", bearer, Unauthorized(BearerChallenge), Unauthorized(expired), Refused(verdict.ReasonTokenExpired)},
		{"bearer: 401 and the body says expired", bearer, Unauthorized(BearerChallenge), Text(Unauthorized(invalid), "token expired"), Refused(verdict.ReasonTokenExpired)},
		{"bearer: 200 although the token's own expiry is past", oldBearer, Unauthorized(BearerChallenge), Status(200), Accepted},
		{"bearer: 401 insufficient_scope", bearer, Unauthorized(BearerChallenge), Unauthorized(narrow), Refused(verdict.ReasonInsufficientScope)},
		{"bearer: 401 insufficient_scope in another case", bearer, Unauthorized(BearerChallenge), Unauthorized(strings.ToUpper(narrow)), Refused(verdict.ReasonInsufficientScope)},
		{"bearer: 401 with a Bearer challenge", goodBearer, Unauthorized(BearerChallenge), Unauthorized(invalid), Refused(verdict.ReasonTokenInvalid)},
		{"bearer: 401 with a description that only lists what may be wrong", bearer, Unauthorized(BearerChallenge), Unauthorized(listing), Refused(verdict.ReasonTokenInvalid)},
		{"bearer: 401 without challenge where the first request showed Bearer", bearer, Unauthorized(BearerChallenge), Unauthorized(), Refused(verdict.ReasonTokenInvalid)},
		{"bearer: 400", bearer, Unauthorized(BearerChallenge), Status(400), Refused(verdict.ReasonTokenInvalid)},

		{"basic: 400 where no token is wanted", basic, Unauthorized(BasicChallenge), Status(400), Refused(verdict.ReasonMalformedCredentials)},
		{"basic: 401 without any challenge", basic, Unauthorized(), Unauthorized(), Fail(verdict.ReasonUnsupportedChallenge)},
		{"basic: 401 with a challenge that a password cannot meet", basic, Unauthorized("Negotiate"), Unauthorized("Negotiate YII="), Fail(verdict.ReasonUnsupportedChallenge)},
		{"bearer: 401 without any challenge", bearer, Unauthorized(), Unauthorized(), Fail(verdict.ReasonUnsupportedChallenge)},
		{"bearer: 401 with Basic only", bearer, Unauthorized(BasicChallenge), Unauthorized(BasicChallenge), Fail(verdict.ReasonUnsupportedChallenge)},
		{"bearer: 401 with Basic although the first request showed Bearer, as Harbor answers", bearer, Unauthorized(BearerChallenge), Unauthorized(`Basic realm="harbor"`), Refused(verdict.ReasonTokenInvalid)},
		{"bearer: 400 where only Basic is offered, as ECR answers its own authorization token", bearer, Unauthorized(BasicChallenge), Status(400), Fail(verdict.ReasonUnsupportedChallenge)},
		{"bearer: 400 on an open registry that offers nothing", bearer, Status(200), Status(400), Fail(verdict.ReasonUnsupportedChallenge)},

		{"basic: 403 with and without credentials", basic, Status(403), Status(403), Fail(verdict.ReasonForbiddenNetwork)},
		{"bearer: 403 with and without credentials", bearer, Status(403), Status(403), Fail(verdict.ReasonForbiddenNetwork)},
		{"basic: 403 with credentials only", basic, Unauthorized(BasicChallenge), Status(403), Refused(verdict.ReasonForbidden)},
		{"basic: 403 on an open registry", basic, Status(200), Status(403), Refused(verdict.ReasonForbidden)},
		{"bearer: 403 with credentials only", bearer, Unauthorized(BearerChallenge), Status(403), Refused(verdict.ReasonForbidden)},
	}
}
