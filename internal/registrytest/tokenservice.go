package registrytest

import (
	"maps"
	"net/http"
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
	s.fake = newFake(tokenServiceProfile(options.Anonymous))
	s.fake.mint = func(_ signer, user string, granted []scope, _ time.Time) string {
		return s.mint(user, granted, options.Flaw)
	}
	s.fake.public = options.Public
	for user, account := range options.Accounts {
		s.fake.logins[login{user, account.Password}] = isPassword
		s.fake.access[user] = account.Access
		if account.IdentityToken != "" {
			s.fake.identities[account.IdentityToken] = user
		}
	}
	s.Registry = newRegistry(t, s.fake.serveToken)
	s.Start()
	return s
}

// tokenServiceProfile is what the service answers, in the form of captures.
func tokenServiceProfile(anonymous bool) Profile {
	const get, post = "GET " + tokenPath, "POST " + tokenPath
	grant := func(code string, as ...string) Capture {
		return Capture{Request: post, As: as, Status: http.StatusBadRequest, Body: `{"error":"` + code + `"}`}
	}
	const token = `"expires_in":3600,"issued_at":"{now}"}`
	p := Profile{
		Challenges: []map[string]string{{"scheme": schemeBearer, "realm": tokenPath, "service": tokenAudience}},
		Answers: []Capture{
			{Request: get, As: []string{isOtherName, isOtherUser}, Status: http.StatusBadRequest},
			grant("invalid_request", isOtherName, isNoClient),
			grant("invalid_grant", isWrong, isWrongGrant),
			grant("unsupported_grant_type", isOtherGrant),
			{Request: post, Status: http.StatusOK, Body: `{"access_token":"{token}","scope":"{granted}",` + token},
			{Request: get, As: []string{isPassword}, Status: http.StatusOK, Body: `{"token":"{token}","access_token":"{token}",` + token},
		},
	}
	if anonymous {
		without := p.Answers[len(p.Answers)-1]
		without.As = []string{isAnonymous}
		p.Answers = append(p.Answers, without)
	}
	refusal := Unauthorized(`Basic realm="` + tokenIssuer + `"`)
	p.Answers = append(p.Answers, Capture{Request: get, Status: refusal.Status, Headers: refusal.Header, Body: refusal.Body})
	return p
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
