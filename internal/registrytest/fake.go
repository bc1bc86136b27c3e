package registrytest

import (
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// rules are what one kind of registry does differently from the others. The
// zero value asks every client for credentials and takes none.
type rules struct {
	name string

	base                 string // path before /v2/
	onlyPage             bool   // every response is a web page
	noAuth               bool   // credentials are not looked at
	open                 bool   // /v2/ is 200 without credentials, wrong ones are refused
	anyHeader            bool   // any Authorization header passes
	basic                basic  // how the registry treats Basic
	anonymousTokenPasses bool   // an anonymous token passes at /v2/
	takesAnything        bool

	challengeOn200 string // some send a WWW-Authenticate with 200 too
	relative       bool   // uploads have a Location without scheme and host

	// refuse answers a request that may not pass, at /v2/ and at repositories.
	// A visitor who was accepted lacks the permission. scope is what the request
	// needs, "" at /v2/.
	refuse func(f *fake, v visitor, scope string) Response

	tokens *tokenRules // nil: there is none

	good, expired func(f *fake) NamedCredential // nil: a common one
}

// basic says how a registry itself treats Basic credentials.
type basic int

const (
	basicRefused basic = iota
	basicChecked
	basicAnything // a wrong password is treated as none
)

// fake is the state of one registry with its token service.
type fake struct {
	rules      rules
	host       string // of the registry
	origin     string // of the token service
	key        signer
	logins     []login
	identities map[string]string      // user by refresh token
	access     map[string]Permissions // by user
	public     Permissions            // of every client

	failures atomic.Int64 // logins that were refused

	mu      sync.Mutex
	issued  map[string]visitor // by token
	uploads map[string]bool    // by path, those not cancelled
}

// login is a user with a password.
type login struct {
	user, password string
	begins         bool // more may follow the password
	standing       standing
}

func newFake(r rules) *fake {
	return &fake{
		rules: r, key: newSigner("signing-key"), identities: map[string]string{}, access: map[string]Permissions{},
		issued: map[string]visitor{}, uploads: map[string]bool{},
	}
}

// answer answers as the registry.
func (f *fake) answer(req Request) Response {
	if f.rules.onlyPage {
		return Page(http.StatusOK)
	}
	if s := f.rules.tokens; s != nil && !s.ownServer && req.Path == s.path {
		return f.answerToken(req)
	}
	rest, ok := strings.CutPrefix(req.Path, f.rules.base+"/v2/")
	if !ok {
		return Status(http.StatusNotFound)
	}
	v := f.identify(req.Authorization)
	if rest == "" {
		return f.root(v)
	}
	return f.repository(req, v, rest)
}

// root answers /v2/.
func (f *fake) root(v visitor) Response {
	switch {
	case v.standing == accepted && v.user == "" && v.scheme == schemeBearer && !f.rules.anonymousTokenPasses:
		return f.rules.refuse(f, visitor{standing: refused, scheme: schemeBearer}, "")
	case v.standing == accepted, v.standing == anonymous && f.rules.open:
		response := OK()
		if f.rules.challengeOn200 != "" {
			response.Header.Set("Www-Authenticate", f.rules.challengeOn200)
		}
		return response
	}
	return f.rules.refuse(f, v, "")
}

// visitor is a client, as far as the fake knows it.
type visitor struct {
	standing standing
	scheme   string  // of the Authorization header, in lower case
	user     string  // "" when anonymous
	limited  bool    // by the scopes of a token
	scopes   []scope // that the token grants
}

type standing int

const (
	anonymous standing = iota // sent no credentials
	refused                   // sent wrong ones
	expired                   // sent some that were good once
	accepted                  // is user, or an anonymous client that may pass
)

const (
	schemeBasic  = "basic"
	schemeBearer = "bearer"
)

// scope is a set of actions on a repository.
type scope struct {
	repository string
	actions    []string
}

const (
	pull     = "pull"
	push     = "push"
	deletion = "delete"
)

// identify reads an Authorization header at the registry.
func (f *fake) identify(authorization string) visitor {
	scheme, value, _ := strings.Cut(authorization, " ")
	v := visitor{standing: refused, scheme: strings.ToLower(scheme)}
	switch {
	case f.rules.noAuth, f.rules.anyHeader && authorization != "":
		v.standing, v.user = accepted, f.good()
	case authorization == "":
		v.standing = anonymous
	case v.scheme == schemeBearer:
		f.mu.Lock()
		defer f.mu.Unlock()
		if known, ok := f.issued[value]; ok {
			return known
		}
	case v.scheme == schemeBasic && f.rules.basic != basicRefused:
		v.user, v.standing = f.login(value)
		switch {
		case v.standing == accepted:
		case f.rules.basic == basicAnything:
			v.user, v.standing = "", accepted
		default:
			f.failures.Add(1)
		}
	}
	return v
}

// login checks the value of a Basic header.
func (f *fake) login(value string) (user string, s standing) {
	decoded, err := base64.StdEncoding.DecodeString(value)
	user, password, ok := strings.Cut(string(decoded), ":")
	if err != nil || !ok {
		return "", refused
	}
	return user, f.check(user, password)
}

func (f *fake) check(user, password string) standing {
	for _, l := range f.logins {
		if l.user != "" && l.user == user && (l.password == password || l.begins && strings.HasPrefix(password, l.password)) {
			return l.standing
		}
	}
	return refused
}

// good is the first user that is accepted; "" where there is none.
func (f *fake) good() string {
	for _, l := range f.logins {
		if l.standing == accepted {
			return l.user
		}
	}
	return ""
}

// allowed is the whole authorization model: what a user may do with a
// repository, "" being an anonymous client. A user without an account passes
// only where passwords are not checked, and has what the good user has there.
// Registries that cannot tell repositories apart (htpasswd, nginx) keep to it
// too, so that all profiles have the same truth.
func (f *fake) allowed(user, repository string) []string {
	actions := slices.Clone(f.public[repository])
	if user == "" {
		return actions
	}
	access, known := f.access[user]
	if !known {
		access = f.access[f.good()]
	}
	return append(actions, access[repository]...)
}

// isAllowed reports whether a visitor may do that, by its user and by its token.
func (f *fake) isAllowed(v visitor, action, repository string) bool {
	if !slices.Contains(f.allowed(v.user, repository), action) {
		return false
	}
	return !v.limited || slices.ContainsFunc(v.scopes, func(s scope) bool {
		return s.repository == repository && slices.Contains(s.actions, action)
	})
}

// realm is the address of the token service as challenges name it.
func (f *fake) realm() string {
	if f.rules.tokens.relativeRealm {
		return f.rules.tokens.path
	}
	return f.origin + f.rules.tokens.path
}

// service is the name of the registry as its token service knows it.
func (f *fake) service() string {
	if f.rules.tokens.service != "" {
		return f.rules.tokens.service
	}
	return f.host
}

// bearer is a Bearer challenge with realm, service and more.
func (f *fake) bearer(more ...string) string {
	all := append([]string{param("realm", f.realm()), param("service", f.service())}, more...)
	return "Bearer " + strings.Join(all, ",")
}

// refuseByToken is what distribution's token authentication answers: one Bearer
// challenge for everything, with an error for tokens only.
func refuseByToken(f *fake, v visitor, scope string) Response {
	var more []string
	if scope != "" {
		more = append(more, param("scope", scope))
	}
	switch {
	case v.standing == accepted:
		more = append(more, param("error", "insufficient_scope"))
	case v.scheme == schemeBearer:
		more = append(more, param("error", "invalid_token"))
	}
	return Unauthorized(f.bearer(more...))
}

// refuseByBasic asks for a password with this challenge and denies with 403.
func refuseByBasic(challenge string) func(*fake, visitor, string) Response {
	return func(_ *fake, v visitor, _ string) Response {
		if v.standing == accepted {
			return denied()
		}
		return Unauthorized(challenge)
	}
}
