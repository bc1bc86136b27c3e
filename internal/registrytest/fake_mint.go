package registrytest

import (
	"crypto/ecdsa"
	"crypto/rand"
	"encoding/base64"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// signer is a key with the name by which others know it.
type signer struct {
	id  string
	key *ecdsa.PrivateKey
}

func newSigner(id string) signer { return signer{id, newKey()} }

// keySet is the JSON Web Key Set (RFC 7517) of the key.
func (s signer) keySet() string {
	point, err := s.key.PublicKey.Bytes() // SEC 1, uncompressed: 4, X, Y
	if err != nil {
		return "" // not for a key of P-256
	}
	coordinate := base64.RawURLEncoding.EncodeToString
	key := map[string]string{
		"kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": s.id,
		"x": coordinate(point[1:33]), "y": coordinate(point[33:]),
	}
	return toJSON(map[string]any{"keys": []any{key}})
}

// sign makes a JWT with those claims, times and an id. It begins two hours
// before it ends. Signing cannot fail: the key is sound, and the claims are plain
// values.
func (s signer) sign(claims jwt.MapClaims, ends time.Time) string {
	begins := ends.Add(-2 * time.Hour)
	claims["exp"], claims["nbf"], claims["iat"], claims["jti"] = ends.Unix(), begins.Unix(), begins.Unix(), rand.Text()
	token := jwt.NewWithClaims(jwt.SigningMethodES256, claims)
	token.Header["kid"] = s.id
	text, err := token.SignedString(s.key)
	if err != nil {
		return ""
	}
	return text
}

// minter makes the text of a token for user ("" is an anonymous client) that ends at the given time
// and is signed with key, where that kind of token has such things.
type minter func(key signer, user string, granted []scope, ends time.Time) string

// mintByKind makes the tokens that the profile describes.
func (f *fake) mintByKind(key signer, user string, granted []scope, ends time.Time) string {
	kind := f.profile.Tokens
	if kind.User == nil {
		return kind.Prefix + rand.Text()
	}
	template := kind.User
	if user == "" {
		template = kind.Anonymous
	}
	claims := jwt.MapClaims{"iss": "registrytest", "aud": f.profile.bearer()["service"]}
	for name, value := range template {
		if text, ok := value.(string); ok {
			value = strings.ReplaceAll(text, "{user}", user)
		}
		claims[name] = value
	}
	switch kind.Access {
	case "granted":
		claims["access"] = accessClaim(granted)
	case "all":
		claims["access"] = accessClaim(f.everything(user, granted))
		if granted == nil {
			claims["access"] = nil
		}
	case "capitals":
		claims["access"] = capitalAccess(granted)
	}
	return key.sign(claims, ends)
}

// everything is all that the user may do in the repositories of scopes.
func (f *fake) everything(user string, scopes []scope) []scope {
	var all []scope
	for _, s := range scopes {
		all = append(all, scope{s.repository, f.allowed(user, s.repository)})
	}
	return all
}

// accessClaim lists refused scopes too, with no actions, as docker_auth and
// Quay do. It is [] and not null when no scope was asked.
func accessClaim(scopes []scope) []map[string]any {
	access := []map[string]any{}
	for _, s := range scopes {
		actions := s.actions
		if actions == nil {
			actions = []string{}
		}
		access = append(access, map[string]any{"type": "repository", "name": s.repository, "actions": actions})
	}
	return access
}

// capitalAccess is the claim as ACR writes it.
func capitalAccess(scopes []scope) []map[string]any {
	access := []map[string]any{}
	for _, s := range accessClaim(scopes) {
		access = append(access, map[string]any{"Type": s["type"], "Name": s["name"], "Actions": s["actions"]})
	}
	return access
}

// token issues a good token for user, limited to the scopes unless this kind of
// token stands for the user as such.
func (f *fake) token(user string, scopes []scope) string {
	name := isToken
	if user == "" {
		name = isAnonymousToken
	}
	return f.remember(name, user, scopes, time.Now().Add(time.Hour))
}

// oldToken is a token that was good once.
func (f *fake) oldToken(user string) string {
	return f.remember(isOldToken, user, nil, time.Now().Add(-time.Hour))
}

func (f *fake) remember(name, user string, scopes []scope, ends time.Time) string {
	text := f.mint(f.key, user, scopes, ends)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.issued[text] = visitor{names: []string{name, isBearer}, user: user, limited: !f.profile.Tokens.Unlimited, scopes: scopes}
	return text
}

// garbage is a token that was never issued: where tokens are JWTs it looks good
// and names the user, but another key signed it.
func (f *fake) garbage(user string) string {
	if f.tokenPath == "" {
		return "garbage-" + rand.Text()
	}
	all := []scope{{"org/app", []string{pull, push}}}
	return f.mint(newSigner(f.key.id), user, all, time.Now().Add(time.Hour))
}
