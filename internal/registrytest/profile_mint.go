package registrytest

import (
	"crypto/rand"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// minter makes the text of a token for user ("" is nobody) that ends at the
// given time and is signed with key, where that kind of token has such things.
type minter func(f *fake, key []byte, user string, scopes []scope, ends time.Time) string

// signed makes JWTs with the claim access. claims adds what this token service
// says of the user.
func signed(claims func(user string) jwt.MapClaims) minter {
	return func(f *fake, key []byte, user string, scopes []scope, ends time.Time) string {
		all := claims(user)
		all["iss"], all["aud"], all["access"] = "registrytest", f.service(), accessClaim(scopes)
		return sign(key, all, ends)
	}
}

// sign adds times and an id. It cannot fail: HMAC takes any key of bytes, and
// the claims are plain values.
func sign(key []byte, claims jwt.MapClaims, ends time.Time) string {
	begins := ends.Add(-2 * time.Hour)
	claims["exp"], claims["nbf"], claims["iat"], claims["jti"] = ends.Unix(), begins.Unix(), begins.Unix(), rand.Text()
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString(key)
	if err != nil {
		return ""
	}
	return token
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

// subject puts the user's name into the token, and for nobody an empty one.
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
	return func(*fake, []byte, string, []scope, time.Time) string { return prefix + rand.Text() }
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
	f.issued[text] = visitor{standing: s, scheme: schemeBearer, user: user, limited: !service.whole, scopes: scopes}
	return text
}

// garbage is a token that nobody issued: where tokens are JWTs it looks good and
// names the user, but another key signed it.
func (f *fake) garbage(user string) string {
	if f.rules.tokens == nil {
		return "garbage-" + rand.Text()
	}
	all := []scope{{"org/app", []string{pull, push}}}
	return f.rules.tokens.mint(f, []byte(rand.Text()), user, all, time.Now().Add(time.Hour))
}

// subjectOrAnonymous is Quay's name for nobody.
func subjectOrAnonymous(user string) jwt.MapClaims {
	if user == "" {
		user = "(anonymous)"
	}
	return subject(user)
}

// userID makes Gitea's JWTs: a number for the user, no subject, no access.
func userID(_ *fake, key []byte, user string, _ []scope, ends time.Time) string {
	id := 7
	if user == "" {
		id = -1 // the ghost
	}
	return sign(key, jwt.MapClaims{"UserID": id}, ends)
}
