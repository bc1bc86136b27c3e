package registry

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"unicode"

	"github.com/golang-jwt/jwt/v5"
)

// maxTokenBytes is how much of a token service's answer is read.
const maxTokenBytes = 1 << 20

// maxTokenSize is the longest token that is tried: no server takes a header
// that is larger.
const maxTokenSize = 64 << 10

// maxFieldSize is the longest scope and the longest error code that are read. Both
// are short where they say anything, and cost many times their size where a
// service wants them to.
const maxFieldSize = 16 << 10

// clientID names this program to a token service (Docker registry token
// authentication, "client_id").
const clientID = "terraform-provider-stellaops"

// TokenRequest is a question to the token service that a challenge names.
type TokenRequest struct {
	Endpoint   Endpoint   // whose challenge it is
	Challenged string     // URL that was challenged; a relative realm starts there
	Reach      Reach      // where the registry was reached
	Challenge  Challenge  // Bearer
	Credential Credential // empty asks what anybody gets
	Scope      string     // "" asks for none
}

// TokenAnswer is what a token service answered. Outcome is never a verdict: it
// says what came back.
type TokenAnswer struct {
	Answer
	Endpoint string // URL of the token service, without query and user information; "" if there is none
	Token    Secret // empty when none came, or none that can be sent
	Subject  string // the JWT's own claim, unverified; "" for an opaque token
	Refused  bool   // an OAuth2 error refuses the client or its grant
	Grants   Grants // what the token allows, as far as anybody says
}

// Usable tells whether the answer is one about the credentials: a token, or a
// refusal.
func (a TokenAnswer) Usable() bool {
	return a.Failure == nil && (a.Status == http.StatusOK && !a.Token.Empty() || a.Refused ||
		a.Status == http.StatusUnauthorized || a.Status == http.StatusForbidden)
}

// Token asks for a token: by GET with Basic (Docker registry token
// authentication), or for an identity token by POST (OAuth2, RFC 6749 section
// 6). The guard stands before every connection; what it refuses has
// [FaultUnsafe], and a realm that cannot be asked at all has [FaultRealm].
func (c *Client) Token(ctx context.Context, r TokenRequest) TokenAnswer {
	realm, ok := resolveRealm(r.Challenged, r.Challenge.Params["realm"])
	if !ok {
		return TokenAnswer{Answer: Answer{Failure: &Failure{Fault: FaultRealm, Detail: "the challenge names no token service that could be asked"}}}
	}
	shown := shownRealm(realm)
	transport, err := c.realmTransport(realm, r)
	if err != nil {
		return TokenAnswer{Endpoint: shown, Answer: Answer{Failure: classify(ctx, err)}}
	}
	received := c.send(ctx, transport, r.request(*realm))
	answer := TokenAnswer{Endpoint: shown, Answer: newAnswer(received)}
	answer.read(received)
	if answer.Token == r.Credential.IdentityToken { // it goes to token services only; a token that is tried goes to the registry
		answer.Token = Secret{}
	}
	return answer
}

// shownRealm is the address of a token service without query and user information.
func shownRealm(realm *url.URL) string {
	return (&url.URL{Scheme: realm.Scheme, Host: realm.Host, Path: realm.Path}).String()
}

// request words the request. An identity token travels in the body, everything else
// in the query and the Authorization header.
func (r TokenRequest) request(realm url.URL) request {
	parameters := url.Values{"client_id": {clientID}}
	for name, value := range map[string]string{"service": r.Challenge.Params["service"], "scope": r.Scope} {
		if value != "" {
			parameters.Set(name, value)
		}
	}
	if query := realm.Query(); query.Has("scope") || query.Has("account") { // who asks, and for what, is not for the registry to say
		query.Del("scope")
		query.Del("account")
		realm.RawQuery = query.Encode()
	}
	req := request{method: http.MethodGet, header: http.Header{}, limit: maxTokenBytes}
	if r.Credential.Method() == MethodIdentityToken {
		parameters.Set("grant_type", "refresh_token")
		parameters.Set("refresh_token", r.Credential.IdentityToken.Reveal())
		req.method, req.url, req.body = http.MethodPost, realm.String(), parameters.Encode()
		req.header.Set("Content-Type", "application/x-www-form-urlencoded")
		return req
	}
	if r.Credential.Method() == MethodBasic {
		if !strings.Contains(r.Credential.Username, r.Credential.Password.Reveal()) { // a token as user name too; secrets stay out of URLs
			parameters.Set("account", r.Credential.Username)
		}
		authorize(req.header, r.Credential)
	}
	query := realm.Query() // the realm may have parameters of its own
	maps.Copy(query, parameters)
	realm.RawQuery = query.Encode()
	req.url = realm.String()
	return req
}

// read takes token, subject and grants out of the body.
func (a *TokenAnswer) read(r received) {
	var body struct {
		Token       string          `json:"token"`
		AccessToken string          `json:"access_token"` // RFC 6749 section 5.1
		Scope       json.RawMessage `json:"scope"`
		Error       json.RawMessage `json:"error"` // RFC 6749 section 5.2
	}
	if a.Failure != nil || !r.complete || json.Unmarshal(r.body, &body) != nil {
		return
	}
	token := body.Token
	if token == "" {
		token = body.AccessToken
	}
	if a.Status != http.StatusOK || token == "" {
		a.Refused = refusesClient(a.Status, shortString(body.Error))
		return
	}
	if len(token) > maxTokenSize || strings.ContainsFunc(token, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }) {
		return
	}
	a.Token = NewSecret(token)
	claims := unverifiedClaims(token)
	a.Subject, _ = claims.GetSubject()
	a.Grants = claimedGrants(claims)
	if granted := ParseScope(shortString(body.Scope)); granted.Source != GrantsUnknown {
		a.Grants = granted
	}
}

// shortString is a JSON text that is not too long; empty for anything else.
func shortString(raw json.RawMessage) string {
	var text string
	if len(raw) > maxFieldSize || json.Unmarshal(raw, &text) != nil {
		return ""
	}
	return text
}

// refusesClient tells whether an OAuth2 error refuses the client or its grant.
// An outage does not, whatever its body says.
func refusesClient(status int, oauthError string) bool {
	switch status {
	case http.StatusOK, http.StatusBadRequest, http.StatusUnauthorized: // some say so with 200
	default: // a 403 may be meant for everybody
		return false
	}
	switch oauthError {
	case "invalid_grant", "invalid_client", "unauthorized_client", "access_denied":
		return true
	default:
		return false
	}
}

// unverifiedClaims reads the claims of a JWT; there are none in an opaque token.
// They are hints: only the registry can verify the signature.
func unverifiedClaims(token string) jwt.MapClaims {
	claims := jwt.MapClaims{}
	// An error does not matter: what could be read stands in claims.
	_, _, _ = jwt.NewParser().ParseUnverified(token, claims)
	return claims
}
