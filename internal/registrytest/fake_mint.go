package registrytest

import (
	"crypto/ecdsa"
	"crypto/rand"
	"encoding/base64"
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

// minter makes the text of a token for user ("" is an anonymous client) that
// ends at the given time and is signed with key, where that kind of token has
// such things.
type minter func(f *fake, key signer, user string, scopes []scope, ends time.Time) string

// signed makes JWTs with the claim access. claims adds what this token service
// says of the user.
func signed(claims func(user string) jwt.MapClaims) minter {
	return func(f *fake, key signer, user string, scopes []scope, ends time.Time) string {
		all := claims(user)
		all["iss"], all["aud"], all["access"] = "registrytest", f.service(), accessClaim(scopes)
		return key.sign(all, ends)
	}
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

// subject puts the user's name into the token, "" for an anonymous client.
func subject(user string) jwt.MapClaims { return jwt.MapClaims{"sub": user} }

// subjectOf puts one of two other names into the token.
func subjectOf(known, anonymous string) func(string) jwt.MapClaims {
	return func(user string) jwt.MapClaims {
		if user == "" {
			return jwt.MapClaims{"sub": anonymous}
		}
		return jwt.MapClaims{"sub": known}
	}
}

// opaque makes tokens that say nothing.
func opaque(prefix string) minter {
	return func(*fake, signer, string, []scope, time.Time) string { return prefix + rand.Text() }
}

// token issues a good token for user, limited to the scopes unless this kind of
// token stands for the user as such.
func (f *fake) token(user string, scopes []scope) string {
	return f.remember(accepted, user, scopes, time.Now().Add(time.Hour))
}

// expiredToken is a token that was good once.
func (f *fake) expiredToken(user string) string {
	return f.remember(expired, user, nil, time.Now().Add(-time.Hour))
}

func (f *fake) remember(s standing, user string, scopes []scope, ends time.Time) string {
	service := f.rules.tokens
	text := service.mint(f, f.key, user, scopes, ends)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.issued[text] = visitor{standing: s, scheme: schemeBearer, user: user, limited: !service.userToken, scopes: scopes}
	return text
}

// garbage is a token that was never issued: where tokens are JWTs it looks good
// and names the user, but another key signed it.
func (f *fake) garbage(user string) string {
	if f.rules.tokens == nil {
		return "garbage-" + rand.Text()
	}
	all := []scope{{"org/app", []string{pull, push}}}
	return f.rules.tokens.mint(f, newSigner(f.key.id), user, all, time.Now().Add(time.Hour))
}

// subjectOrAnonymous has Quay's name for an anonymous client.
func subjectOrAnonymous(user string) jwt.MapClaims {
	if user == "" {
		user = "(anonymous)"
	}
	return subject(user)
}

// userID makes Gitea's JWTs: a number for the user, no subject, no access.
func userID(_ *fake, key signer, user string, _ []scope, ends time.Time) string {
	id := 7
	if user == "" {
		id = -1 // the ghost
	}
	return key.sign(jwt.MapClaims{"UserID": id}, ends)
}
