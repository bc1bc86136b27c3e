package registrytest

import (
	"maps"
	"slices"
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
	fake     *fake
	stranger signer // that the registry does not know
}

// TokenServiceOptions are what one token service knows and does wrong.
type TokenServiceOptions struct {
	Accounts map[string]Account // by user name
	// Anonymous gives a request without credentials a token without a user;
	// otherwise it is refused.
	Anonymous bool
	Public    Permissions // of every client
	// Subject names the user in a token; nil is the user name itself. An
	// anonymous client is "".
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
	tokenPath     = "/token"
)

// NewTokenService starts a token service.
func NewTokenService(t Cleaner, options TokenServiceOptions) *TokenService {
	s := &TokenService{options: options, stranger: newSigner("another-key")}
	tokens := &tokenRules{
		path: tokenPath, service: tokenAudience, fields: []string{"token", "access_token"}, expiresIn: 3600,
		onlyKnownService: true, sameAccount: true, wantsClient: true, post: postOAuth2,
		refuse:      func(*fake, standing) Response { return Unauthorized(`Basic realm="` + tokenIssuer + `"`) },
		refuseGrant: invalidGrant,
		mint: func(_ *fake, _ signer, user string, scopes []scope, _ time.Time) string {
			return s.mint(user, scopes, options.Flaw)
		},
	}
	if options.Anonymous {
		tokens.anonymous = anonymousAlways
	}
	s.fake = newFake(rules{tokens: tokens})
	s.fake.public = options.Public
	for user, account := range options.Accounts {
		s.fake.logins = append(s.fake.logins, login{user: user, password: account.Password, standing: accepted})
		s.fake.access[user] = account.Access
		if account.IdentityToken != "" {
			s.fake.identities[account.IdentityToken] = user
		}
	}
	s.Registry = newRegistry(t, s.fake.serveToken)
	s.Start()
	return s
}

// realm is the address that challenges name.
func (s *TokenService) realm() string { return s.URL + tokenPath }

// Mint makes a token for user, who need not have an account, with those
// permissions and that flaw.
func (s *TokenService) Mint(user string, access Permissions, flaw Flaw) string {
	var scopes []scope
	for _, repository := range slices.Sorted(maps.Keys(access)) {
		scopes = append(scopes, scope{repository, access[repository]})
	}
	return s.mint(user, scopes, flaw)
}

func (s *TokenService) mint(user string, scopes []scope, flaw Flaw) string {
	claims := jwt.MapClaims{"iss": tokenIssuer, "sub": user, "aud": tokenAudience, "access": accessClaim(scopes)}
	if s.options.Subject != nil {
		claims["sub"] = s.options.Subject(user)
	}
	key, ends := s.fake.key, time.Now().Add(time.Hour)
	switch flaw {
	case FlawAudience:
		claims["aud"] = "another." + tokenAudience
	case FlawIssuer:
		claims["iss"] = "another." + tokenIssuer
	case FlawExpired:
		ends = time.Now().Add(-time.Hour)
	case FlawEarly:
		ends = time.Now().Add(3 * time.Hour) // a token lasts two hours
	case FlawUnknownKey:
		key = s.stranger
	case FlawForged:
		key.key = s.stranger.key
	}
	return key.sign(claims, ends)
}
