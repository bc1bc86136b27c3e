package doctor_test

import (
	"slices"

	"github.com/stellaops/terraform-provider-stellaops/internal/doctor"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

// judgeRows is the verdict table of the contract: at least one row a line, in
// its order, then what decides between lines.
func judgeRows() []judgeRow {
	var rows []judgeRow
	for _, row := range slices.Concat(credentialRows(), outageRows(), answerRows()) {
		rows = append(rows, judgeRow{plainRow: row})
	}
	return slices.Concat(skippedRows(), rows, exchangeRows(), askedRows())
}

func skippedRows() []judgeRow {
	off := func(e *doctor.Evidence) { e.Skipped = "skip_checks" }
	proof := func(e *doctor.Evidence) { e.Skipped, e.RequireVerified = "skip_checks", true }
	failing := with(nobody, func(c *doctor.CredentialFacts) { c.Failure = "the helper ended with exit status 1" })
	return []judgeRow{
		{plainRow{"a check that is switched off passes, and nothing is sent", nobody, nil, nil, pass(doctor.ReasonSkipped)}, off},
		{plainRow{"a check that is switched off passes although a proof is wanted", nobody, nil, nil, pass(doctor.ReasonSkipped)}, proof},
		{plainRow{"the switch comes before a helper that failed", failing, nil, nil, pass(doctor.ReasonSkipped)}, off},
		{plainRow{"credentials that could not be fetched prove nothing", failing, nil, nil, fail(doctor.ReasonCredentialSourceFailed)}, nil},
		{plainRow{"credentials that could not be fetched fail where a proof is wanted", failing, nil, nil, fail(doctor.ReasonCredentialSourceFailed)}, func(e *doctor.Evidence) { e.RequireVerified = true }},
	}
}

func credentialRows() []plainRow {
	withoutPassword := with(basic, func(c *doctor.CredentialFacts) { c.HasPassword = false })
	return []plainRow{
		{"a user name without password fails and nothing is sent", withoutPassword, nil, nil, refused(doctor.ReasonPasswordMissing)},
		{"a user name without password fails beside a token too", with(withoutPassword, func(c *doctor.CredentialFacts) { c.Method = registry.MethodBearer }), nil, nil, refused(doctor.ReasonPasswordMissing)},
		{"a password without user name fails and nothing is sent", with(basic, func(c *doctor.CredentialFacts) { c.Username = "" }), nil, nil, refused(doctor.ReasonUsernameMissing)},
		{"a user name that cannot be sent fails and nothing is sent", with(basic, func(c *doctor.CredentialFacts) { c.UsernameMalformed = true }), nil, nil, refused(doctor.ReasonMalformedCredentials)},
		{"a token that cannot be sent fails and nothing is sent", with(bearer, func(c *doctor.CredentialFacts) { c.TokenMalformed = true }), nil, nil, refused(doctor.ReasonMalformedCredentials)},
		{"a missing password comes before a malformed user name", with(withoutPassword, func(c *doctor.CredentialFacts) { c.UsernameMalformed = true }), nil, nil, refused(doctor.ReasonPasswordMissing)},
	}
}

func outageRows() []plainRow {
	rows := []plainRow{
		{"an unknown host", basic, failed(registry.FaultDNS), nil, fail(doctor.ReasonDNSFailure)},
		{"a refused connection", basic, failed(registry.FaultRefused), nil, fail(doctor.ReasonConnectionRefused)},
		{"another fault of the connection", bearer, failed(registry.FaultConnection), nil, fail(doctor.ReasonConnectionFailed)},
		{"a deadline that passed", nobody, failed(registry.FaultTimeout), nil, fail(doctor.ReasonTimeout)},
		{"a server that gave up waiting", basic, status(408), nil, fail(doctor.ReasonTimeout)},
		{"a certificate that is not trusted", basic, failed(registry.FaultUntrusted), nil, fail(doctor.ReasonTLSUntrusted)},
		{"a client certificate is wanted", basic, failed(registry.FaultClientCert), nil, fail(doctor.ReasonTLSClientCert)},
		{"a client certificate is wanted by a page of nginx", basic, &registry.Answer{Status: 400, IsHTML: true, ClientCert: true}, nil, fail(doctor.ReasonTLSClientCert)},
		{"a client certificate is wanted once credentials come", bearer, unauthorized(bearerChallenge), &registry.Answer{Status: 400, IsHTML: true, ClientCert: true}, fail(doctor.ReasonTLSClientCert)},
		{"another fault of TLS", basic, failed(registry.FaultTLS), nil, fail(doctor.ReasonTLSFailed)},
		{"plain HTTP on https", basic, failed(registry.FaultPlainHTTP), nil, fail(doctor.ReasonPlainHTTPRegistry)},
		{"a redirect", basic, redirect(307), nil, fail(doctor.ReasonUnexpectedRedirect)},
		{"a redirect of the request with credentials only", basic, unauthorized(basicChallenge), redirect(302), fail(doctor.ReasonUnexpectedRedirect)},
		{"a redirect that points nowhere", basic, status(302), nil, fail(doctor.ReasonNotARegistry)},
		{"a proxy that answers 407", basic, status(407), nil, fail(doctor.ReasonProxyAuthRequired)},
		{"a proxy that refuses the tunnel with 407", basic, failed(registry.FaultProxyAuth), nil, fail(doctor.ReasonProxyAuthRequired)},
		{"too many requests", basic, unauthorized(basicChallenge), status(429), fail(doctor.ReasonRateLimited)},
		{"too many requests without credentials", nobody, status(429), nil, fail(doctor.ReasonRateLimited)},
		{"a server error", bearer, status(503), nil, fail(doctor.ReasonServerError)},
		{"a server error with credentials only", bearer, unauthorized(bearerChallenge), status(500), fail(doctor.ReasonServerError)},
		{"not found", basic, status(404), nil, fail(doctor.ReasonNotARegistry)},
		{"not found with credentials only", basic, unauthorized(basicChallenge), status(404), fail(doctor.ReasonNotARegistry)},
		{"a web page that answers 200", basic, page(200, false), nil, fail(doctor.ReasonNotARegistry)},
		{"a web page behind a login", basic, unauthorized(basicChallenge), page(200, false), fail(doctor.ReasonNotARegistry)},
		{"a web page without credentials", nobody, page(200, false), nil, fail(doctor.ReasonNotARegistry)},
		{"400 without credentials may be a TLS port", nobody, status(400), nil, fail(doctor.ReasonNotARegistry)},
		{"400 without credentials ends a check of basic credentials", basic, status(400), nil, fail(doctor.ReasonNotARegistry)},
		{"400 without credentials ends a check of a token", bearer, status(400), nil, fail(doctor.ReasonNotARegistry)},
		{"no content is no registry's answer", nobody, status(204), nil, fail(doctor.ReasonNotARegistry)},
		{"method not allowed", bearer, unauthorized(bearerChallenge), status(405), fail(doctor.ReasonNotARegistry)},
	}
	for _, c := range []struct {
		name string
		doctor.CredentialFacts
	}{{"basic", basic}, {"bearer", bearer}} {
		rows = append(rows, plainRow{c.name + ": an outage between the two requests", c.CredentialFacts, unauthorized(basicChallenge), failed(registry.FaultConnection), fail(doctor.ReasonConnectionFailed)})
	}
	return rows
}

func answerRows() []plainRow {
	expired := `Bearer realm="https://auth.example.com/token",error="invalid_token",error_description="the token has expired"`
	listing := `Bearer realm="https://auth.example.com/token",error="invalid_token",error_description="expired, revoked or invalid"`
	invalid := `Bearer realm="https://auth.example.com/token",error="invalid_token"`
	narrow := `Bearer realm="https://auth.example.com/token",error="insufficient_scope"`
	return []plainRow{
		{"anonymous: 200", nobody, status(200), nil, pass(doctor.ReasonAnonymousAccepted)},
		{"anonymous: 200 with HTML and a registry's header", nobody, page(200, true), nil, pass(doctor.ReasonAnonymousAccepted)},
		{"anonymous: 401", nobody, unauthorized(basicChallenge), nil, refused(doctor.ReasonAuthenticationRequired)},
		{"anonymous: 401 with an HTML page is normal behind nginx", nobody, page(401, false), nil, refused(doctor.ReasonAuthenticationRequired)},
		{"anonymous: 403", nobody, status(403), nil, fail(doctor.ReasonForbiddenNetwork)},

		{"basic: 200 where nobody else gets in", basic, unauthorized(basicChallenge), status(200), accepted},
		{"basic: 200 where others get 403", basic, status(403), status(200), accepted},
		{"basic: 200 beside a Bearer challenge", basic, unauthorized(bearerChallenge), status(200), accepted},
		{"bearer: 200 where nobody else gets in", bearer, unauthorized(bearerChallenge), status(200), accepted},
		{"basic: 200 for anybody", basic, status(200), status(200), pass(doctor.ReasonAcceptedUnproven)},
		{"bearer: 200 for anybody", bearer, status(200), status(200), pass(doctor.ReasonAcceptedUnproven)},

		{"basic: 401 with a Bearer challenge", unexchanged, unauthorized(bearerChallenge), unauthorized(bearerChallenge), pass(doctor.ReasonExchangeSkipped)},
		{"basic: 401 with a Bearer challenge on an open registry", unexchanged, status(200), unauthorized(bearerChallenge), pass(doctor.ReasonExchangeSkipped)},
		{"basic: 401 without challenge where only the first request showed Bearer", unexchanged, unauthorized(`Bearer realm="https://zot.example.com/token",scope=""`), unauthorized(), pass(doctor.ReasonExchangeSkipped)},
		{"basic: 401 with an upper-case scheme", unexchanged, unauthorized(`BEARER Realm="https://auth.example.com"`), unauthorized(`BEARER Realm="https://auth.example.com"`), pass(doctor.ReasonExchangeSkipped)},
		{"basic: 401 with Bearer beside Basic", unexchanged, unauthorized(basicChallenge, bearerChallenge), unauthorized(basicChallenge, bearerChallenge), pass(doctor.ReasonExchangeSkipped)},
		{"basic: 400 where a token is wanted", unexchanged, unauthorized(bearerChallenge), status(400), fail(doctor.ReasonExchangeSkipped)},
		{"basic: 403 where a token is wanted", unexchanged, unauthorized(bearerChallenge), status(403), fail(doctor.ReasonExchangeSkipped)},

		{"basic: 401 with a Basic challenge", basic, unauthorized(basicChallenge), unauthorized(basicChallenge), refused(doctor.ReasonInvalidCredentials)},
		{"basic: 401 with Basic although the first request showed Bearer", unexchanged, unauthorized(bearerChallenge), unauthorized(basicChallenge), refused(doctor.ReasonInvalidCredentials)},
		{"basic: 401 without challenge where the first request showed Basic", basic, unauthorized(basicChallenge), unauthorized(), refused(doctor.ReasonInvalidCredentials)},
		{"basic: 401 with Basic on an open registry", basic, status(200), unauthorized(basicChallenge), refused(doctor.ReasonInvalidCredentials)},

		{"bearer: 401 and the token's own expiry is past", oldBearer, unauthorized(bearerChallenge), unauthorized(invalid), refused(doctor.ReasonTokenExpired)},
		{"bearer: 401 and the challenge says expired", bearer, unauthorized(bearerChallenge), unauthorized(expired), refused(doctor.ReasonTokenExpired)},
		{"bearer: 401 and the body says expired", bearer, unauthorized(bearerChallenge), text(unauthorized(invalid), "token expired"), refused(doctor.ReasonTokenExpired)},
		{"bearer: 200 although the token's own expiry is past", oldBearer, unauthorized(bearerChallenge), status(200), accepted},
		{"bearer: 401 insufficient_scope", bearer, unauthorized(bearerChallenge), unauthorized(narrow), refused(doctor.ReasonInsufficientScope)},
		{"bearer: 401 with a Bearer challenge", goodBearer, unauthorized(bearerChallenge), unauthorized(invalid), refused(doctor.ReasonTokenInvalid)},
		{"bearer: 401 with a description that only lists what may be wrong", bearer, unauthorized(bearerChallenge), unauthorized(listing), refused(doctor.ReasonTokenInvalid)},
		{"bearer: 401 without challenge where the first request showed Bearer", bearer, unauthorized(bearerChallenge), unauthorized(), refused(doctor.ReasonTokenInvalid)},
		{"bearer: 400", bearer, unauthorized(bearerChallenge), status(400), refused(doctor.ReasonTokenInvalid)},

		{"basic: 400 where no token is wanted", basic, unauthorized(basicChallenge), status(400), refused(doctor.ReasonMalformedCredentials)},
		{"basic: 401 without any challenge", basic, unauthorized(), unauthorized(), fail(doctor.ReasonUnsupportedChallenge)},
		{"basic: 401 with a challenge that a password cannot meet", basic, unauthorized("Negotiate"), unauthorized("Negotiate YII="), fail(doctor.ReasonUnsupportedChallenge)},
		{"bearer: 401 without any challenge", bearer, unauthorized(), unauthorized(), fail(doctor.ReasonUnsupportedChallenge)},
		{"bearer: 401 with Basic only", bearer, unauthorized(basicChallenge), unauthorized(basicChallenge), fail(doctor.ReasonUnsupportedChallenge)},
		{"bearer: 401 with Basic although the first request showed Bearer", bearer, unauthorized(bearerChallenge), unauthorized(basicChallenge), fail(doctor.ReasonUnsupportedChallenge)},

		{"basic: 403 with and without credentials", basic, status(403), status(403), fail(doctor.ReasonForbiddenNetwork)},
		{"bearer: 403 with and without credentials", bearer, status(403), status(403), fail(doctor.ReasonForbiddenNetwork)},
		{"basic: 403 with credentials only", basic, unauthorized(basicChallenge), status(403), refused(doctor.ReasonForbidden)},
		{"basic: 403 on an open registry", basic, status(200), status(403), refused(doctor.ReasonForbidden)},
		{"bearer: 403 with credentials only", bearer, unauthorized(bearerChallenge), status(403), refused(doctor.ReasonForbidden)},
	}
}
