package registrytest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// TokenService issues tokens that a real registry verifies: JWTs signed with
// ES256, by GET with Basic (Docker registry token authentication) and by POST
// with a refresh token (OAuth2). It listens on loopback, records what it was
// asked, and is strict: another service, an account that is not the user and a
// grant without client_id are bad requests. [StartTokenDistribution] runs a
// registry that trusts it.
type TokenService struct {
	*Registry

	options  TokenServiceOptions
	key      *ecdsa.PrivateKey // that the registry trusts
	stranger *ecdsa.PrivateKey // that it does not know
}

// TokenServiceOptions are what one token service knows and does wrong.
type TokenServiceOptions struct {
	Accounts map[string]Account // by user name
	// Anonymous gives a request without credentials a token for nobody, with
	// what Public allows; otherwise it is refused.
	Anonymous bool
	Public    Permissions
	// Subject names the user in a token; nil is the user name itself. Nobody is
	// asked for as "".
	Subject func(user string) string
	// Flaw is what is wrong with every token that a request gets.
	Flaw Flaw
}

// Account is one user of a token service.
type Account struct {
	Password      string
	IdentityToken string // OAuth2 refresh token, "" for none
	Access        Permissions
}

// Permissions are actions by repository.
type Permissions map[string][]string

// Flaw is the reason for which a registry refuses a token.
type Flaw int

// The flaws, each beyond the minute that distribution allows clocks to differ.
const (
	FlawNone       Flaw = iota
	FlawAudience        // made for another registry
	FlawIssuer          // made by another service
	FlawExpired         // ended an hour ago
	FlawEarly           // begins in an hour
	FlawUnknownKey      // signed with a key that the registry does not know
	FlawForged          // says to be signed with the right key, and is not
)

const (
	tokenAudience = "registry.test"
	tokenIssuer   = "tokens.test"
	tokenKeyID    = "signing-key"
	tokenPath     = "/token"
	tokenLife     = time.Hour
)

// NewTokenService starts a token service.
func NewTokenService(t Cleaner, options TokenServiceOptions) (*TokenService, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make the token service's key: %w", err)
	}
	stranger, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make a key that nobody knows: %w", err)
	}
	s := &TokenService{Registry: &Registry{}, options: options, key: key, stranger: stranger}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		s.record(request)
		s.serve(request).write(w)
	}))
	t.Cleanup(s.Close)
	return s, nil
}

// realm is the address that challenges name.
func (s *TokenService) realm() string { return s.URL + tokenPath }

// keySet is the JSON Web Key Set (RFC 7517) of the key that signs.
func (s *TokenService) keySet() string {
	point, err := s.key.PublicKey.Bytes() // SEC 1, uncompressed: 4, X, Y
	if err != nil {
		return "" // not for a key of P-256
	}
	coordinate := base64.RawURLEncoding.EncodeToString
	key := map[string]string{
		"kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": tokenKeyID,
		"x": coordinate(point[1:33]), "y": coordinate(point[33:]),
	}
	return toJSON(map[string]any{"keys": []any{key}})
}

// Mint makes a token for user, who need not have an account, with those
// permissions and that flaw.
func (s *TokenService) Mint(user string, access Permissions, flaw Flaw) (string, error) {
	now := time.Now()
	claims := jwt.MapClaims{
		"iss": tokenIssuer, "sub": user, "aud": tokenAudience, "jti": rand.Text(), "access": accessOf(access),
	}
	if s.options.Subject != nil {
		claims["sub"] = s.options.Subject(user)
	}
	begins, key, keyID := now, s.key, tokenKeyID
	switch flaw {
	case FlawAudience:
		claims["aud"] = "another." + tokenAudience
	case FlawIssuer:
		claims["iss"] = "another." + tokenIssuer
	case FlawExpired:
		begins = now.Add(-2 * tokenLife)
	case FlawEarly:
		begins = now.Add(tokenLife)
	case FlawUnknownKey:
		key, keyID = s.stranger, "another-key"
	case FlawForged:
		key = s.stranger
	}
	claims["iat"], claims["nbf"], claims["exp"] = begins.Unix(), begins.Unix(), begins.Add(tokenLife).Unix()
	token := jwt.NewWithClaims(jwt.SigningMethodES256, claims)
	token.Header["kid"] = keyID
	signed, err := token.SignedString(key)
	if err != nil {
		return "", fmt.Errorf("sign a token for %s: %w", user, err)
	}
	return signed, nil
}

// accessOf is the access claim: [] and not null when nothing is allowed.
func accessOf(permissions Permissions) []map[string]any {
	access := []map[string]any{}
	for _, repository := range slices.Sorted(maps.Keys(permissions)) {
		access = append(access, map[string]any{"type": "repository", "name": repository, "actions": permissions[repository]})
	}
	return access
}

func (s *TokenService) serve(request *http.Request) Response {
	switch {
	case request.URL.Path != tokenPath:
		return Status(http.StatusNotFound)
	case request.Method == http.MethodGet:
		return s.byBasic(request)
	case request.Method == http.MethodPost:
		return s.byGrant(request.PostForm)
	default:
		return Status(http.StatusMethodNotAllowed)
	}
}

// byBasic is GET, with Basic or with nothing.
func (s *TokenService) byBasic(request *http.Request) Response {
	query := request.URL.Query()
	if query.Get("service") != tokenAudience {
		return Status(http.StatusBadRequest)
	}
	if request.Header.Get("Authorization") == "" && s.options.Anonymous {
		return s.issue("", s.options.Public, query["scope"], false)
	}
	user, password, ok := request.BasicAuth()
	account, known := s.options.Accounts[user]
	if !ok || !known || account.Password != password {
		return Unauthorized(`Basic realm="` + tokenIssuer + `"`)
	}
	if query.Has("account") && query.Get("account") != user {
		return Status(http.StatusBadRequest)
	}
	return s.issue(user, account.Access, query["scope"], false)
}

// byGrant is POST (RFC 6749 section 6).
func (s *TokenService) byGrant(form url.Values) Response {
	refuse := func(code string) Response {
		return jsonBody(http.StatusBadRequest, map[string]any{"error": code})
	}
	switch {
	case form.Get("service") != tokenAudience, form.Get("client_id") == "":
		return refuse("invalid_request")
	case form.Get("grant_type") != "refresh_token":
		return refuse("unsupported_grant_type")
	}
	for user, account := range s.options.Accounts {
		if account.IdentityToken != "" && account.IdentityToken == form.Get("refresh_token") {
			return s.issue(user, account.Access, form["scope"], true)
		}
	}
	return refuse("invalid_grant")
}

// issue answers with a token for what was asked and is allowed. The answer to a
// grant repeats it as a scope and has access_token alone.
func (s *TokenService) issue(user string, allowed Permissions, scopes []string, grant bool) Response {
	access := Permissions{}
	var granted []string
	for word := range strings.FieldsSeq(strings.Join(scopes, " ")) {
		parts := strings.Split(word, ":")
		if len(parts) != 3 || parts[0] != "repository" {
			continue
		}
		actions := slices.DeleteFunc(strings.Split(parts[2], ","), func(action string) bool {
			return !slices.Contains(allowed[parts[1]], action)
		})
		if len(actions) == 0 {
			continue
		}
		access[parts[1]] = append(access[parts[1]], actions...)
		granted = append(granted, parts[0]+":"+parts[1]+":"+strings.Join(actions, ","))
	}
	token, err := s.Mint(user, access, s.options.Flaw)
	if err != nil {
		return Status(http.StatusInternalServerError)
	}
	body := map[string]any{
		"access_token": token, "expires_in": int(tokenLife.Seconds()), "issued_at": time.Now().UTC().Format(time.RFC3339),
	}
	if grant {
		body["scope"] = strings.Join(granted, " ")
	} else {
		body["token"] = token
	}
	return jsonBody(http.StatusOK, body)
}
