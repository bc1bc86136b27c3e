package registrytest

import (
	"crypto/rand"
	"slices"
)

// Profile imitates the answers of one kind of registry.
type Profile struct {
	Name  string
	Start func(t Cleaner) *Instance
}

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
	// TakesAnything says that wrong credentials pass where a request without any
	// does not: any header, or any password. Only a request with invented
	// credentials finds that out.
	TakesAnything bool
	// Open says that /v2/ answers 200 without credentials.
	Open bool

	fake *fake
}

// NamedCredential is what a user would configure. An empty field is absent.
type NamedCredential struct {
	Name     string
	Username string
	Password string
	Token    string
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

// Profiles returns one profile for every kind of registry whose answers are
// known. Where the rules below say that something is assumed, the registry's
// documentation leaves it open.
func Profiles() []Profile {
	var profiles []Profile
	for _, r := range slices.Concat(distributionRules(), hostedRules(), cloudRules(), plainRules()) {
		profiles = append(profiles, Profile{Name: r.name, Start: func(t Cleaner) *Instance { return start(t, r) }})
	}
	return profiles
}

func start(t Cleaner, r rules) *Instance {
	f := newFake(r)
	i := &Instance{Registry: newRegistry(t, f.answer), fake: f}
	f.host = i.Listener.Addr().String()
	tokenHost := f.host
	if s := r.tokens; s != nil && s.ownServer {
		i.Tokens = newRegistry(t, f.serveToken)
		tokenHost = i.Tokens.Listener.Addr().String()
	}
	f.origin = "http://" + tokenHost

	i.Credentials = credentials(f)
	good := i.Credentials[0]
	i.Address = "http://" + f.host + r.base
	i.TakesAnything, i.Open = r.takesAnything, r.open || r.noAuth
	if s := r.tokens; s != nil {
		i.GoodToken = f.token(good.Username, []scope{{"org/app", []string{pull, push}}, {"org/read", []string{pull}}})
		if s.post == postOAuth2 {
			i.IdentityToken = "refresh-" + rand.Text()
			if s.passwordIsIdentity {
				i.IdentityToken = good.Password
			}
			f.identities[i.IdentityToken] = good.Username
		}
	}

	i.Start()
	if i.Tokens != nil {
		i.Tokens.Start()
	}
	return i
}

// credentials makes the six credentials of an instance, and its accounts.
func credentials(f *fake) []NamedCredential {
	good := NamedCredential{Username: "ci", Password: "good-password"}
	if f.rules.good != nil {
		good = f.rules.good(f)
	}
	retired := NamedCredential{Username: "retired", Password: "expired-password"}
	if f.rules.expired != nil {
		retired = f.rules.expired(f)
	}
	good.Name, retired.Name = "good", "expired"
	f.logins = []login{
		{user: good.Username, password: good.Password, standing: accepted},
		{user: retired.Username, password: retired.Password, standing: expired},
	}
	f.access[good.Username] = Permissions{"org/app": {pull, push}, "org/read": {pull}, "org/empty": {pull}}
	f.public = Permissions{"org/public": {pull}, "library/public": {pull}}
	return []NamedCredential{
		good,
		{Name: "wrong password", Username: good.Username, Password: "wrong-password"},
		{Name: "unknown user", Username: "stranger", Password: "password-of-stranger"},
		retired,
		{Name: "garbage token", Token: f.garbage(good.Username)},
		{Name: "anonymous"},
	}
}
