package advice_test

import (
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/stellaops/terraform-provider-stellaops/internal/credentials"
	"github.com/stellaops/terraform-provider-stellaops/internal/doctor"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/verdict/verdicttest"
)

const harborChallenge = `Bearer realm="https://registry.example.com/service/token",service="harbor-registry"`

// login is a user name and a password.
func login(user, password string) registry.Credential {
	return registry.Credential{Username: user, Password: registry.NewSecret(password)}
}

func bearerToken(token string) registry.Credential {
	return registry.Credential{Token: registry.NewSecret(token)}
}

// answered is an answer with the text of an error.
func answered(code int, words string) *registry.Answer { return text(status(code), words) }

// refuses is a 401 with challenges and the text of an error.
func refuses(words string, challenges ...string) *registry.Answer {
	return text(unauthorized(challenges...), words)
}

// broken is a request without an answer.
func broken(fault registry.Fault, cause registry.Cause, detail string) *registry.Answer {
	return &registry.Answer{Failure: &registry.Failure{Fault: fault, Cause: cause, Detail: detail}}
}

// serves answers every request to a token service alike.
func serves(answer *registry.TokenAnswer) func(registry.TokenRequest) *registry.TokenAnswer {
	return func(registry.TokenRequest) *registry.TokenAnswer { return answer }
}

// tellsApart answers a request with a login, without one, and with a login and a scope.
func tellsApart(login, none, scoped *registry.TokenAnswer) func(registry.TokenRequest) *registry.TokenAnswer {
	return func(r registry.TokenRequest) *registry.TokenAnswer {
		switch {
		case r.Credential.Method() == registry.MethodAnonymous:
			return none
		case r.Scope != "":
			return scoped
		default:
			return login
		}
	}
}

// says is an answer of a token service with the text of an error.
func says(code int, words string) *registry.TokenAnswer {
	answer := verdicttest.TokenStatus(code)
	answer.Text = words
	return answer
}

func secret(text string) *registry.Secret {
	made := registry.NewSecret(text)
	return &made
}

// expiredJWT ended in 2020.
const expiredJWT = "eyJhbGciOiJub25lIn0.eyJleHAiOjE1Nzc4MzY4MDB9.x"

// thirty are the failures that the words were written for.
func thirty() []failure {
	const bad = "authentication required"
	basic, bearer := unauthorized(basicChallenge), unauthorized(bearerChallenge)
	ci := login("ci", "s3cret-and-long")
	push := []doctor.AccessRequest{{Repository: "org/app", Actions: []string{"push"}}}
	payload := func(text string) credentials.Search { return credentials.Search{DockerConfigJSON: secret(text)} }
	auths := func(host string) string {
		return fmt.Sprintf(`{"auths":{%q:{"username":"ci","password":"s3cret-and-long"}}}`, host)
	}
	return []failure{
		{name: "a wrong password", credential: ci, r0: basic, r1: refuses(bad, basicChallenge)},
		{name: "an expired JWT in token", credential: bearerToken(expiredJWT), r0: bearer, r1: refuses(bad, bearerChallenge)},
		{name: "an empty password: a variable that is not set", search: credentials.Search{Arguments: credentials.Arguments{Username: new("ci"), Password: secret("")}}},
		{name: "a user name that ends in a line break", credential: login("ci\n", "s3cret-and-long")},
		{name: "ghcr.oi for ghcr.io, behind a proxy", address: "ghcr.oi", credential: ci, r0: broken(registry.FaultConnection, registry.CauseProxyRefused, "the proxy of HTTPS_PROXY answered 502 Bad Gateway")},
		{name: "https asked, plain http answers", credential: ci, r0: broken(registry.FaultPlainHTTP, "", "")},
		{name: "a closed port", address: "registry.example.com:5001", credential: ci, r0: broken(registry.FaultRefused, "", "")},
		{name: "a private authority", credential: ci, r0: broken(registry.FaultUntrusted, registry.CauseAuthority, "")},
		{name: "an expired certificate", credential: ci, r0: broken(registry.FaultUntrusted, registry.CauseExpired, "")},
		{name: "a client certificate is required", credential: ci, r0: broken(registry.FaultClientCert, registry.CauseNoClientCert, "")},
		{name: "a proxy answers 407", credential: ci, r0: broken(registry.FaultProxyAuth, "", "")},
		{name: "429 with Retry-After", credential: ci, r0: basic, r1: answered(429, "too many failed login attempts")},
		{name: "503 with a page", credential: ci, r0: &registry.Answer{Status: 503, IsHTML: true}},
		{name: "a captive portal: 200 with HTML", credential: ci, r0: verdicttest.Page(200, false)},
		{name: "a redirect to another host", credential: ci, r0: redirect(302)},
		{name: "ECR, the password of yesterday", address: "123456789012.dkr.ecr.eu-west-1.amazonaws.com", credential: login("AWS", "s3cret-and-long"), r0: basic, r1: answered(403, "Your authorization token has expired. Reauthenticate and try again.")},
		{name: "GHCR, a revoked PAT as the password", address: "ghcr.io", credential: login("octocat", "ghp_s3cret"), r0: bearer, token: tellsApart(says(403, "denied"), says(403, "requested access to the resource is denied"), nil)},
		{name: "Docker Hub 401", address: "docker.io", credential: login("acme", "s3cret-and-long"), r0: bearer, token: serves(says(401, "incorrect username or password"))},
		{name: "Quay, an old robot", address: "quay.io", credential: login("acme+ci", "s3cret-and-long"), r0: bearer, token: serves(says(401, "Could not find robot with specified username"))},
		{name: "ACR, an expired refresh token as the password", address: "acme.azurecr.io", credential: login("00000000-0000-0000-0000-000000000000", expiredJWT), r0: bearer, token: serves(says(401, "authentication required"))},
		{name: "a payload with the key registry.exmaple.com", search: payload(auths("registry.exmaple.com")), r0: basic},
		{name: "a payload in base64 once too often", search: payload(base64.StdEncoding.EncodeToString([]byte(auths("registry.example.com")))), r0: basic},
		{name: "a credential helper that is not installed", docker: `{"credHelpers":{"registry.example.com":"not-installed"}}`},
		{name: "a helper that fails: the single sign-on ended", change: func(r *doctor.Request) {
			r.Credential, r.Source, r.SourceFailure = registry.Credential{}, "docker_config", `the credential helper "docker-credential-ecr-login" ended with exit status 1`
		}},
		{name: "a malformed appsettings file", appsettings: "{\n  \"OCI\": {\n    \"Username\": \"ci\"\n    \"Password\": \"s3cret-and-long\"\n  }\n}"},
		{name: "OCI__Pasword", environ: []string{"OCI__RegistryUrl=registry.example.com", "OCI__Username=ci", "OCI__Pasword=s3cret-and-long"}},
		{name: "a PAT in token at GHCR", address: "ghcr.io", credential: bearerToken("ghp_s3cret"), r0: bearer, r1: answered(403, "denied")},
		{name: "a user name, and a PAT in token, at Docker Hub", address: "docker.io", credential: registry.Credential{Username: "acme", Token: registry.NewSecret("dckr_pat_s3cret")}},
		{name: "push denied at Harbor", credential: login("robot$ci", "s3cret-and-long"), r0: unauthorized(harborChallenge), v: status(200), access: push,
			token: tellsApart(verdicttest.Issued("robot$ci"), says(401, ""), granting("robot$ci", "repository:org/app:pull"))},
		{name: "a push that no token shows, without probe", credential: ci, r0: basic, r1: status(200), access: push},
	}
}

// granting is a token whose scope the service tells.
func granting(subject, scope string) *registry.TokenAnswer {
	answer := verdicttest.Issued(subject)
	answer.Grants = registry.ParseScope(scope)
	return answer
}

// seenOnLogins are refused logins on which something can be seen.
func seenOnLogins() []failure {
	basic, bearer := unauthorized(basicChallenge), unauthorized(bearerChallenge)
	var rows []failure
	for _, row := range []struct{ name, password string }{
		{"a line break at the end", "s3cret\n"}, {"a blank at the beginning", " s3cret"}, {"a tab inside", "s3\tcret"}, {"a byte order mark", "\ufeffs3cret"},
		{"a zero width space", "s3\u200bcret"}, {"a soft hyphen", "s3\u00adcret"}, {"UTF-16", "s\x003\x00"}, {"a question mark for a byte order mark", "?s3cret"},
		{"a letter beyond ASCII", "s3crét"}, {"quotes", `"s3cret"`}, {"op://", "op://vault/s3cret/field"}, {"${", "${s3cret}"}, {"{{", "{{ .Values.s3cret }}"},
		{"arn:", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:s3cret"}, {"vault:", "vault:secret/data/s3cret#password"}, {"the name of a secret at Google", "projects/s3cret/secrets/s3cret/versions/latest"},
		{"a mask", "********"}, {"null", "null"}, {"<nil>", "<nil>"}, {"base64 of text", base64.StdEncoding.EncodeToString([]byte("s3cret horse battery\n"))},
		{"base64 of a login", base64.StdEncoding.EncodeToString([]byte("ci:s3cret horse"))}, {"the word Basic", "Basic s3cret"}, {"a JWT", "eyJhbGciOiJub25lIn0.e30.x"},
	} {
		rows = append(rows, failure{name: "a password: " + row.name, credential: login("ci", row.password), r0: basic, r1: refuses("", basicChallenge)})
	}
	return append(rows,
		failure{name: "nothing: a password of ECR", credential: login("AWS", base64.StdEncoding.EncodeToString([]byte(`{"payload":"s3cret","datakey":"s3cret","version":"2","type":"DATA_KEY","expiration":4102444800}`))), r0: basic, r1: refuses("", basicChallenge)},
		failure{name: "nothing: a reference token of Artifactory", credential: login("ci", base64.StdEncoding.EncodeToString([]byte("reftkn:01:4102444800:s3cret"))), r0: basic, r1: refuses("", basicChallenge)},
		failure{name: "nothing: a service account's key at Google", credential: login("_json_key", "{\n  \"private_key\": \"s3cret\"\n}\n"), r0: basic, r1: refuses("", basicChallenge)},
		failure{name: "nothing: half a reference", credential: login("ci", "${s3cret!"), r0: basic, r1: refuses("", basicChallenge)},
		failure{name: "nothing: a JWT as the password of gitlab-ci-token", credential: login("gitlab-ci-token", "eyJhbGciOiJub25lIn0.e30.x"), r0: basic, r1: refuses("", basicChallenge)},
		failure{name: "a token: the word Bearer", credential: bearerToken("Bearer s3cret"), r0: bearer},
		failure{name: "a token: a user name and a password in base64, at ECR", credential: bearerToken(base64.StdEncoding.EncodeToString([]byte("AWS:s3cret-and-long"))), r0: basic, r1: status(400)},
		failure{name: "an e-mail address at Docker Hub", address: "docker.io", credential: login("ci@example.com", "s3cret"), r0: bearer, token: serves(says(401, "incorrect username or password"))},
		failure{name: "a capital letter at Docker Hub", address: "docker.io", credential: login("Acme", "s3cret"), r0: bearer, token: tellsApart(says(400, "malformed HTTP Authorization header"), verdicttest.Issued(""), nil)},
	)
}

// onceUntrue are failures of which something was said that was not so.
func onceUntrue() []failure {
	ci, identity := login("ci", "s3cret-and-long"), registry.Credential{IdentityToken: registry.NewSecret("r3fresh")}
	basic, bearer := unauthorized(basicChallenge), unauthorized(bearerChallenge)
	pull := []doctor.AccessRequest{{Repository: "org/app", Actions: []string{"pull"}}}
	probe := []doctor.AccessRequest{{Repository: "org/app", Actions: []string{"push"}, Probe: true}}
	verified := func(r *doctor.Request) { r.RequireVerified = true }
	unsafe := func(fault registry.Fault, detail string) func(registry.TokenRequest) *registry.TokenAnswer {
		answer := verdicttest.TokenFailed(fault)
		answer.Failure.Detail = detail
		return serves(answer)
	}
	const service = "https://auth.example.com/token"
	return []failure{
		{name: "a proof by HEAD of a repository", credential: ci, r0: status(200), r1: status(200), use: status(200), access: pull},
		{name: "an invented login is refused", credential: ci, r0: status(200), r1: status(200), change: verified},
		{name: "an identity token where no token service exists", credential: identity, r0: basic},
		{name: "an identity token that is refused", credential: identity, r0: bearer, token: serves(says(401, "invalid_grant"))},
		{name: "a realm of plain http", credential: ci, r0: unauthorized(strings.Replace(bearerChallenge, "https://", "http://", 1)), token: unsafe(registry.FaultUnsafe, "it is plain http while the registry is https")},
		{name: "a realm at a metadata address", credential: ci, r0: bearer, token: unsafe(registry.FaultUnsafe, "it is at a link-local or metadata address")},
		{name: "a realm at a private address", credential: ci, r0: bearer, token: unsafe(registry.FaultPrivateAddress, "it is at a private address while the registry was reached at a public one")},
		{name: "pull denied", credential: ci, r0: basic, r1: status(200), use: answered(403, "requested access to the resource is denied"), access: pull},
		{name: "a pull that the tag latest leaves open", credential: ci, r0: status(200), r1: status(200), use: status(404), access: pull},
		{name: "a push that was tried and left open", credential: ci, r0: basic, r1: status(200), use: status(405), access: probe},
		{name: "a wrong password below an open /v2/", credential: ci, r0: status(200), r1: status(200), use: refuses("bad login", basicChallenge), access: pull},
		{name: "the token service is not there: 404", credential: ci, r0: bearer, r1: bearer, token: serves(says(404, ""))},
		{name: "the token service sends 64 MiB", credential: ci, r0: bearer, r1: bearer, token: serves(says(200, ""))},
		{name: "the token service fails, and proof is required", credential: ci, r0: bearer, r1: bearer, token: serves(says(500, "")), change: verified},
		{name: "the token service fails on this login", credential: ci, r0: bearer, token: tellsApart(says(500, ""), says(401, ""), nil)},
		{name: "403 to the token of its own token service", credential: ci, r0: bearer, v: answered(403, "denied"), token: serves(verdicttest.Issued("ci"))},
		{name: "a bearer token where Basic is offered", credential: bearerToken("t0ken"), r0: basic, r1: basic},
		{name: "nothing is offered", credential: ci, r0: unauthorized(), r1: unauthorized()},
		{name: "Negotiate is offered", credential: ci, r0: unauthorized("Negotiate"), r1: unauthorized("Negotiate")},
		{name: "an open registry that refuses wrong passwords, as zot", credential: ci, r0: status(200), r1: status(200)},
		{name: "http asked at a TLS port", address: "http://registry.example.com:8443", credential: ci, r0: answered(400, "Client sent an HTTP request to an HTTPS server.")},
		{name: "a bearer token of too small a scope", credential: bearerToken("t0ken"), r0: bearer, r1: unauthorized(`Bearer realm="` + service + `",error="insufficient_scope"`)},
		{name: "a permission that a bearer token lacks", credential: bearerToken("t0ken"), r0: bearer, r1: status(200), use: status(403), access: pull},
		{name: "an expired token where only Basic is offered", credential: bearerToken(expiredJWT), r0: basic, r1: basic},
		{name: "an identity token, and anyone gets a token too", credential: identity, r0: bearer, v: status(200), token: serves(verdicttest.Issued(""))},
		{name: "an anonymous token for a wrong password", credential: ci, r0: bearer, v: status(200), r1: bearer, token: serves(verdicttest.Issued("(anonymous)"))},
		{name: "a repository with https:// in registry_url", address: "https://registry.example.com/team/app:1", credential: ci, r0: status(404)},
		{name: "a repository with http:// in registry_url", address: "http://registry.example.com/team/app:1", credential: ci, r0: status(404)},
		{name: "a redirect from http to https", address: "http://elsewhere.example.com", credential: ci, r0: redirect(308)},
		{name: "a redirect from http to https on another port", address: "http://elsewhere.example.com:8082", credential: ci, r0: redirect(308)},
		{name: "a redirect of the token service", credential: ci, r0: bearer, token: serves(verdicttest.TokenRedirected())},
		{name: "a name that does not resolve, beside a token that is empty", search: credentials.Search{Arguments: credentials.Arguments{Username: new("ci"), Password: secret("s3cret"), Token: secret("")}}, r0: broken(registry.FaultDNS, registry.CauseNoSuchHost, "")},
		{name: "a user name with a colon", credential: login("ci:s3cret", "s3cret-and-long")},
		{name: "a token service that forbids every request", credential: ci, r0: bearer, token: serves(says(403, "client with IP '192.0.2.7' is not allowed access"))},
		{name: "a proxy that cannot reach the token service", credential: ci, r0: bearer, r1: bearer, token: serves(&registry.TokenAnswer{Answer: *broken(registry.FaultConnection, registry.CauseProxyRefused, "the proxy of HTTPS_PROXY answered 502 Bad Gateway")})},
		{name: "a challenge without a realm", credential: ci, r0: unauthorized("Bearer"), r1: unauthorized("Bearer"), token: serves(verdicttest.TokenFailed(registry.FaultRealm))},
		{name: "a header that is too large", credential: ci, r0: basic, r1: verdicttest.TooLarge(400)},
		{name: "402 to the login only", credential: ci, r0: basic, r1: status(402)},
		{name: "a foreign client certificate", credential: ci, r0: broken(registry.FaultClientCert, registry.CauseOtherClientCert, "")},
		{name: "another authority in ca_cert_pem", credential: ci, r0: broken(registry.FaultUntrusted, registry.CauseOtherAuthority, "")},
		{name: "a certificate with a negative serial number", credential: ci, r0: broken(registry.FaultTLS, registry.CauseNegativeSerial, "")},
		{name: "a permission that 429 leaves open", credential: ci, r0: basic, r1: status(200), use: status(429), access: pull},
		{name: "a permission that 503 leaves open", credential: ci, r0: basic, r1: status(200), use: status(503), access: pull},
		{name: "a permission that the deadline leaves open", credential: ci, r0: basic, r1: status(200), use: broken(registry.FaultTimeout, "", ""), access: pull},
		{name: "Harbor refuses a password", credential: ci, r0: unauthorized(harborChallenge), token: serves(says(401, ""))},
		{name: "Harbor forgets the user for a moment", credential: ci, r0: unauthorized(harborChallenge), v: status(200), access: pull,
			token: tellsApart(verdicttest.Issued("ci"), says(401, ""), granting("", "repository:org/app:"))},
		{name: "token_exchange is off", credential: ci, r0: bearer, r1: bearer, change: func(r *doctor.Request) { r.TokenExchange = false }},
		{name: "a firewall", credential: ci, r0: status(403), r1: status(403)},
		{name: "checks are switched off", change: func(r *doctor.Request) { r.Skipped = "skip_checks" }},
		{name: "a good login", credential: ci, r0: basic, r1: status(200)},
		{name: "a good login by a token service", credential: ci, r0: bearer, v: status(200), token: serves(verdicttest.Issued("ci"))},
		{name: "no login is configured", r0: basic},
		{name: "an open registry, and no login is configured", r0: status(200)},
	}
}

// images are images that access names: those that are there, and those that are not.
func images() []failure {
	const served, other = "sha256:1111111111111111111111111111111111111111111111111111111111111111", "sha256:2222222222222222222222222222222222222222222222222222222222222222"
	ci, basic, bearer := login("ci", "s3cret-and-long"), unauthorized(basicChallenge), unauthorized(bearerChallenge)
	found, gone := status(200), status(404)
	found.Digest = served
	unknown := answered(404, "repository name not known to registry")
	unknown.NoName = true
	// A manifest is answered with mine to the login and others without it, and the list of tags with list.
	answers := func(mine, others, list *registry.Answer) func(registry.Trial) *registry.Answer {
		return func(r registry.Trial) *registry.Answer {
			switch {
			case r.Credential.Method() == registry.MethodAnonymous && others != nil:
				return others
			case r.Action == registry.ActionList:
				return list
			default:
				return mine
			}
		}
	}
	entry := func(reference string) []doctor.AccessRequest {
		return []doctor.AccessRequest{{Repository: "org/app", Reference: reference, Actions: []string{"pull"}}}
	}
	page := &registry.Answer{Status: 200, IsHTML: true}
	denied := answered(403, "requested access to the resource is denied")
	return []failure{
		{name: "it is there", credential: ci, r0: basic, r1: status(200), try: answers(found, basic, nil), access: entry("1.2.3")},
		{name: "a tag that is absent", credential: ci, r0: basic, r1: status(200), try: answers(gone, basic, status(200)), access: entry("1.2.4")},
		{name: "a digest that is absent", credential: ci, r0: basic, r1: status(200), try: answers(gone, basic, status(200)), access: entry(other)},
		{name: "the repository is absent", credential: ci, r0: basic, r1: status(200), try: answers(gone, basic, unknown), access: entry("1.2.3")},
		{name: "it is absent, and tags are not listed, as at ECR", credential: ci, r0: basic, r1: status(200), try: answers(gone, basic, denied), access: entry("1.2.3")},
		{name: "a tag that is absent, and the token service grants pull", credential: ci, r0: bearer, v: status(200), token: serves(granting("ci", "repository:org/app:pull")), try: answers(gone, basic, denied), access: entry("1.2.3")},
		{name: "another digest is served", credential: ci, r0: basic, r1: status(200), try: answers(found, basic, nil), access: entry(other)},
		{name: "a page is served", credential: ci, r0: basic, r1: status(200), try: answers(page, basic, nil), access: entry("1.2.3")},
		{name: "it is refused", credential: ci, r0: basic, r1: status(200), try: answers(denied, basic, nil), access: entry("1.2.3")},
		{name: "absent for every client, and tags are not listed", credential: ci, r0: status(200), r1: status(200), try: answers(gone, gone, gone), access: entry("1.2.3")},
		{name: "the realm of the token service is not there", credential: registry.Credential{}, r0: bearer, token: serves(says(404, "page not found")), access: entry("1.2.3")},
		{name: "the registry fails", credential: ci, r0: basic, r1: status(200), try: answers(status(503), basic, nil), access: entry("1.2.3")},
		{name: "a public image, without a login", r0: basic, try: answers(found, found, nil), access: entry("1.2.3")},
		{name: "a public repository without the tag, without a login", r0: basic, try: answers(gone, nil, status(200)), access: entry("1.2.4")},
		{name: "a private image, without a login", r0: basic, try: answers(basic, basic, nil), access: entry("1.2.3")},
	}
}
