package registry

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"unicode"

	"github.com/golang-jwt/jwt/v5"
)

// maxTokenBytes is how much of a token service's response is read, in bytes.
const maxTokenBytes = 256 << 10

// maxTokenSize is the longest token that is sent to the registry, in bytes; servers
// accept no larger header.
const maxTokenSize = 64 << 10

// maxFieldSize is the longest scope or error code that is parsed, in bytes. Real ones
// are short, and a hostile one would take many times its size in memory.
const maxFieldSize = 16 << 10

// clientID names this program to a token service (Docker registry token
// authentication, "client_id").
const clientID = "terraform-provider-stellaops"

// TokenRequest is a request to the token service in a challenge.
type TokenRequest struct {
	Endpoint   Endpoint   // registry that sent the challenge
	Challenged string     // URL of the challenged request, against which a relative realm is resolved
	Reach      Reach      // of the registry
	Challenge  Challenge  // with the scheme Bearer
	Credential Credential // empty for an anonymous token
	Scope      string     // "" for none
}

// TokenAnswer is the outcome of a [TokenRequest].
type TokenAnswer struct {
	Answer
	Endpoint string // URL of the token service, without query and user information; "" if there is none
	Token    Secret // empty if there is none, or none that can be sent in a header
	Subject  string // sub claim of a JWT, unverified; "" for an opaque token
	Refused  bool   // whether an OAuth2 error refuses the client or its grant
	Grants   Grants // of the token, by the response or the token itself
}

// Usable reports whether the answer is about the credentials: a token, or a refusal.
func (a TokenAnswer) Usable() bool {
	return a.Failure == nil && (a.Status == http.StatusOK && !a.Token.Empty() || a.Refused ||
		a.Status == http.StatusUnauthorized || a.Status == http.StatusForbidden)
}

// Token requests a token: by GET with Basic (Docker registry token authentication),
// or with an identity token by POST (OAuth2, RFC 6749 section 6). If the guard refuses
// the realm the failure has [FaultUnsafe] or [FaultPrivateAddress], and if the realm
// is not usable [FaultRealm].
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
	if answer.Token == r.Credential.IdentityToken { // the token would be sent to the registry, which must not get the identity token
		answer.Token = Secret{}
	}
	return answer
}

// shownRealm returns the URL of a token service without query and user information,
// which may hold secrets.
func shownRealm(realm *url.URL) string {
	return (&url.URL{Scheme: realm.Scheme, Host: realm.Host, Path: realm.Path}).String()
}

// request returns the HTTP request: an identity token is sent in the body, everything
// else in the query and the Authorization header. The query never has the parameter
// account: a service could put it into the token whatever the password, and some user
// names are secrets, which must not be in URLs.
func (r TokenRequest) request(realm url.URL) request {
	parameters := url.Values{"client_id": {clientID}}
	for name, value := range map[string]string{"service": r.Challenge.Params["service"], "scope": r.Scope} {
		if value != "" {
			parameters.Set(name, value)
		}
	}
	if query := realm.Query(); query.Has("scope") || query.Has("account") { // the realm must not choose these either
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
		authorize(req.header, r.Credential)
	}
	query := realm.Query() // the realm may have parameters of its own
	maps.Copy(query, parameters)
	realm.RawQuery = query.Encode()
	req.url = realm.String()
	return req
}

// read sets the token, subject and grants from the body, or Refused.
func (a *TokenAnswer) read(r received) {
	var body struct {
		Token       string          `json:"token"`
		AccessToken string          `json:"access_token"` // RFC 6749 section 5.1
		Scope       json.RawMessage `json:"scope"`
		Error       json.RawMessage `json:"error"` // RFC 6749 section 5.2
	}
	// Like the decoders of other clients, this one ignores what follows the object.
	text := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(r.body, []byte("\xef\xbb\xbf"))))
	if a.Failure != nil || !r.complete || text.Decode(&body) != nil {
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
	a.Grants = Grants{scope: ParseScope(shortString(body.Scope)).scope, claims: claimedGrants(claims).claims}
}

// shortString returns a JSON string of at most maxFieldSize bytes; empty for anything
// else.
func shortString(raw json.RawMessage) string {
	var text string
	if len(raw) > maxFieldSize || json.Unmarshal(raw, &text) != nil {
		return ""
	}
	return text
}

// refusesClient reports whether an OAuth2 error (RFC 6749 section 5.2) refuses the
// client or its grant. Other statuses are not refusals, whatever the body says.
func refusesClient(status int, oauthError string) bool {
	switch status {
	case http.StatusOK, http.StatusBadRequest, http.StatusUnauthorized: // some services send the error with 200
	default: // a 403 may apply to all clients
		return false
	}
	switch oauthError {
	case "invalid_grant", "invalid_client", "unauthorized_client", "access_denied":
		return true
	default:
		return false
	}
}

// unverifiedClaims returns the claims of a JWT; none for an opaque token. The
// signature is not verified, since only the registry knows the key.
func unverifiedClaims(token string) jwt.MapClaims {
	claims := jwt.MapClaims{}
	// After an error, claims holds what could be parsed.
	_, _, _ = jwt.NewParser().ParseUnverified(token, claims)
	return claims
}
