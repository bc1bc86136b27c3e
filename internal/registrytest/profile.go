package registrytest

import (
	"crypto/rand"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// Instance is a running fake. The registry speaks plain HTTP on loopback and
// records every request; so does its token service, on a server of its own or
// on the registry.
//
// All instances have the same repositories. The good user may pull and push
// org/app, and pull org/read, org/empty (which has no manifest), org/public and
// library/public. Anonymous tokens and policies may pull org/public and
// library/public. No client may do anything with org/secret, nor delete.
type Instance struct {
	*Registry

	// Tokens is the token service when it is a server of its own, else nil.
	Tokens *Registry
	// Address is the registry_url to ask, with a base path where there is one.
	Address string
	// Credentials are always these, in this order: good, wrong password, unknown
	// user, expired, garbage token, anonymous.
	Credentials []NamedCredential
	// GoodToken is a bearer token of the good user that passes at /v2/, for
	// org/app (pull, push) and org/read (pull). "" where no token is taken.
	GoodToken string
	// IdentityToken is an OAuth2 refresh token of the good user, "" where the
	// token service takes none.
	IdentityToken string
	fake          *fake
}

// NamedCredential is what a user would configure. An empty field is absent.
type NamedCredential struct {
	Name     string `yaml:"-"`
	Username string `yaml:"user"`
	Password string `yaml:"password"`
	Token    string `yaml:"token"` // in a file of captures "old" stands for one that has expired
}

// Credential returns the credential of that name.
func (i *Instance) Credential(name string) NamedCredential {
	at := slices.IndexFunc(i.Credentials, func(c NamedCredential) bool { return c.Name == name })
	if at < 0 {
		return NamedCredential{}
	}
	return i.Credentials[at]
}

// OpenUploads is the number of uploads that were started and not cancelled.
func (i *Instance) OpenUploads() int {
	i.fake.mu.Lock()
	defer i.fake.mu.Unlock()
	return len(i.fake.uploads)
}

// Assumed returns the captures of grade [?] that were served.
func (i *Instance) Assumed() []Capture {
	i.fake.mu.Lock()
	defer i.fake.mu.Unlock()
	return slices.Clone(i.fake.assumed)
}

// Specified reports whether a manifest was asked for by who may, to which no answer was
// captured: it was answered as the OCI distribution specification says.
func (i *Instance) Specified() bool {
	i.fake.mu.Lock()
	defer i.fake.mu.Unlock()
	return i.fake.specified
}

// Unmeasured reports whether something was requested to which no answer is known, which
// is answered with 501.
func (i *Instance) Unmeasured() bool {
	i.fake.mu.Lock()
	defer i.fake.mu.Unlock()
	return i.fake.unmeasured
}

// Start starts a fake of the profile.
func (p Profile) Start(t Cleaner) *Instance {
	f := newFake(p)
	i := &Instance{Registry: newRegistry(t, f.answer), fake: f}
	f.origin = "http://" + i.Listener.Addr().String()
	replaced := []string{p.Registry, f.origin}
	if origin := p.tokenOrigin(); origin != p.Registry {
		i.Tokens = newRegistry(t, f.serveToken)
		replaced = append(replaced, origin, "http://"+i.Tokens.Listener.Addr().String())
	}
	f.replacer = strings.NewReplacer(replaced...)
	i.Address = f.origin
	i.Credentials = credentials(f)
	good := i.Credentials[0]
	if c, ok := p.answer(http.MethodGet, rootPath, []string{isToken, isBearer}, false); f.tokenPath != "" && ok && c.Status == http.StatusOK {
		i.GoodToken = f.token(good.Username, []scope{{"org/app", []string{pull, push}}, {"org/read", []string{pull}}})
	}
	if c, ok := p.answer(http.MethodPost, f.tokenPath, []string{isIdentity}, false); ok && c.Status == http.StatusOK && c.Token != isAnonymous {
		i.IdentityToken = "refresh-" + rand.Text()
		if p.Secret == secretRefresh {
			i.IdentityToken = good.Password
		}
		f.identities[i.IdentityToken] = good.Username
	}
	i.Start()
	if i.Tokens != nil {
		i.Tokens.Start()
	}
	return i
}

// tokenOrigin is the origin of the token service, that of the registry where it is none
// of its own.
func (p Profile) tokenOrigin() string {
	realm, err := url.Parse(p.bearer()["realm"])
	if err != nil || realm.Host == "" {
		return p.Registry
	}
	return realm.Scheme + "://" + realm.Host
}

// credentials makes the six credentials of an instance, and its accounts.
func credentials(f *fake) []NamedCredential {
	good, old := f.profile.Good, f.profile.Expired
	if good.Username == "" {
		good = NamedCredential{Username: "ci", Password: "good-password"}
	}
	if old == (NamedCredential{}) {
		old = NamedCredential{Username: "retired", Password: "expired-password"}
	}
	switch f.profile.Secret {
	case secretECR:
		good.Password, old.Password = ecrPassword(12*time.Hour), ecrPassword(-time.Hour)
	case secretRefresh:
		good.Password, old.Password = f.refreshToken(3*time.Hour), f.refreshToken(-time.Hour)
	}
	if old.Token != "" {
		old = NamedCredential{Token: f.oldToken(good.Username)}
	}
	f.logins[login{good.Username, good.Password}] = isPassword
	f.logins[login{old.Username, old.Password}] = isExpired
	f.access[good.Username] = Permissions{"org/app": {pull, push}, "org/read": {pull}, "org/empty": {pull}}
	f.public = Permissions{"org/public": {pull}, "library/public": {pull}}
	good.Name, old.Name = "good", "expired"
	return []NamedCredential{
		good,
		{Name: "wrong password", Username: good.Username, Password: "wrong-password"},
		{Name: "unknown user", Username: "stranger", Password: "password-of-stranger"},
		old,
		{Name: "garbage token", Token: f.garbage(good.Username)},
		{Name: "anonymous"},
	}
}

// The kinds of secrets that are made, since they say when they end.
const (
	secretECR     = "ecr"
	secretRefresh = "refresh"
)

// ecrPassword is what `aws ecr get-login-password` prints.
func ecrPassword(lasts time.Duration) string {
	content := toJSON(map[string]any{
		"payload": rand.Text(), "datakey": rand.Text(), "version": "2", "type": "DATA_KEY", "expiration": time.Now().Add(lasts).Unix(),
	})
	return base64.StdEncoding.EncodeToString([]byte(content))
}

// refreshToken is one of ACR, a JWT that serves as password too.
func (f *fake) refreshToken(lasts time.Duration) string {
	claims := jwt.MapClaims{"sub": f.profile.Tokens.User["sub"], "grant_type": "refresh_token"}
	return f.key.sign(claims, time.Now().Add(lasts))
}
