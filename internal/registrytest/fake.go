package registrytest

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// fake serves the captures of a profile. It knows who asks and what they may do; what
// they are answered stands in the captures.
type fake struct {
	profile   Profile
	origin    string            // of the registry
	tokenPath string            // "" where there is no token service
	replacer  *strings.Replacer // of the captured origins
	key       signer
	mint      minter

	logins     map[login]string       // what captures call who uses it
	identities map[string]string      // user by refresh token
	access     map[string]Permissions // by user
	public     Permissions            // of every client

	failures atomic.Int64 // logins that were refused

	mu         sync.Mutex
	issued     map[string]visitor   // by token
	uploads    map[string]bool      // by path, those not cancelled
	locked     map[string]time.Time // until when, by user name
	assumed    []Capture            // of grade [?] that were served
	unmeasured bool                 // something was asked to which no answer is known
	specified  bool                 // a manifest was asked for and answered as the specification says
}

type login struct{ user, password string }

func newFake(p Profile) *fake {
	f := &fake{
		profile: p, key: newSigner("signing-key"), logins: map[login]string{}, identities: map[string]string{}, access: map[string]Permissions{},
		issued: map[string]visitor{}, uploads: map[string]bool{}, locked: map[string]time.Time{}, replacer: strings.NewReplacer(),
	}
	f.mint = f.mintByKind
	if bearer := p.bearer(); bearer != nil {
		if realm, err := url.Parse(bearer["realm"]); err == nil {
			f.tokenPath = realm.Path
		}
	}
	return f
}

// The names by which captures call those who ask.
const (
	isAnonymous      = "anonymous"       // sends no credentials
	isBasic          = "basic"           // sends a user name and a password
	isPassword       = "password"        // the good ones
	isExpired        = "expired"         // some that were good once
	isWrong          = "wrong"           // others
	isLocked         = "locked"          // any, after too many failed logins
	isMalformed      = "malformed"       // a blank, capital or unexpanded variable in the user name, a CR behind the password
	isBearer         = "bearer"          // sends a token
	isToken          = "token"           // a good one of a user
	isAnonymousToken = "anonymous token" // a good one that was given without credentials
	isOldToken       = "old token"       // one that was good once
	isGarbage        = "garbage"         // one that was never issued, or no credentials that are known
	isIdentity       = "identity"        // sends a good refresh token
	isWrongGrant     = "wrong identity"  // another one
	isOtherGrant     = "another grant"   // a grant_type that OAuth2 for registries does not have
	isOtherName      = "another service"
	isOtherUser      = "another account"
	isNoClient       = "no client"      // a grant without client_id
	isOtherAction    = "unknown action" // a scope with an action that the token service cannot read
)

const (
	schemeBasic  = "basic"
	schemeBearer = "bearer"
)

// visitor is who asks.
type visitor struct {
	names   []string
	user    string  // as named, also by wrong credentials; "" without one
	limited bool    // by the scopes of a token
	scopes  []scope // that the token grants
	scoped  bool    // asks for a token with a scope, of whatever kind
}

func (v visitor) is(name string) bool { return slices.Contains(v.names, name) }

// answer answers as the registry, and as its token service where that has no server of
// its own.
func (f *fake) answer(req Request) Response {
	switch rest, ok := strings.CutPrefix(req.Path, rootPath); {
	case f.tokenPath != "" && req.Path == f.tokenPath:
		return f.answerToken(req)
	case !ok:
		return Status(http.StatusNotFound)
	case rest == "":
		return f.serve(req.Method, rootPath, f.identify(req.Authorization), nil, "")
	default:
		return f.repository(req, f.identify(req.Authorization), rest)
	}
}

const (
	rootPath       = "/v2/"
	repositoryPath = "/v2/{repository}"
	manifestsPath  = "/v2/{repository}/manifests"
)

// serve serves the capture for this request. asked are the scopes of a request for a
// token, needed is the scope that a request at a repository needs.
func (f *fake) serve(method, path string, v visitor, asked []scope, needed string) Response {
	c, ok := f.profile.answer(method, path, v.names, v.scoped)
	f.mu.Lock()
	f.unmeasured = f.unmeasured || !ok
	if c.Seen.Grade == Assumed {
		f.assumed = append(f.assumed, c)
	}
	f.mu.Unlock()
	if !ok {
		return plainText(http.StatusNotImplemented, "not measured")
	}
	fill := func(text string) string { return strings.ReplaceAll(f.replacer.Replace(text), "{scope}", needed) }
	response := Response{Status: c.Status, Header: http.Header{"Content-Type": {"application/json"}}, Body: fill(c.Body)}
	for name, lines := range c.Headers {
		response.Header[name] = nil
		for _, line := range lines {
			response.Header.Add(name, fill(line))
		}
	}
	if strings.Contains(c.Body, "{token}") {
		user := v.user
		if c.Token == isAnonymous {
			user = ""
		}
		granted := f.grant(user, asked)
		response.Body = strings.NewReplacer("{token}", f.token(user, granted), "{granted}", scopeText(granted, " "),
			"{granted,}", scopeText(granted, ","), "{now}", time.Now().UTC().Format(time.RFC3339)).Replace(response.Body)
	}
	return response
}

// passes reports whether /v2/ answers a visitor with 200.
func (f *fake) passes(v visitor) bool {
	c, ok := f.profile.answer(http.MethodGet, rootPath, v.names, false)
	return ok && c.Status == http.StatusOK
}

// identify reads an Authorization header at the registry.
func (f *fake) identify(authorization string) visitor {
	scheme, value, _ := strings.Cut(authorization, " ")
	switch {
	case authorization == "":
		return visitor{names: []string{isAnonymous}}
	case strings.EqualFold(scheme, schemeBasic):
		return f.login(value)
	case strings.EqualFold(scheme, schemeBearer):
		f.mu.Lock()
		defer f.mu.Unlock()
		if known, ok := f.issued[value]; ok {
			return known
		}
		return visitor{names: []string{isGarbage, isBearer}}
	}
	return visitor{names: []string{isGarbage}}
}

// login checks the value of a Basic header.
func (f *fake) login(value string) visitor {
	decoded, err := base64.StdEncoding.DecodeString(value)
	user, password, ok := strings.Cut(string(decoded), ":")
	if err != nil || !ok {
		return visitor{names: []string{isWrong, isBasic}}
	}
	v := visitor{user: user, names: []string{f.check(user, password), isBasic}}
	if strings.ContainsAny(user, " $") || user != strings.ToLower(user) || strings.HasSuffix(password, "\r") {
		v.names = append(v.names, isMalformed)
	}
	return v
}

// check returns what a login is called, and counts it where it is refused.
func (f *fake) check(user, password string) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	name := f.logins[login{user, password}]
	if user == "" || name == "" {
		name = isWrong
	}
	if name != isPassword {
		f.failures.Add(1)
	} else if time.Now().Before(f.locked[user]) {
		return isLocked
	}
	if name != isPassword && !strings.HasPrefix(user, "robot$") {
		f.locked[user] = time.Now().Add(f.profile.LockFor)
	}
	if limit := f.profile.LockAfter; limit > 0 && f.failures.Load() > limit {
		return isLocked
	}
	return name
}

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

// good is the user whose password is good; "" where there is none.
func (f *fake) good() string {
	for l, name := range f.logins {
		if name == isPassword {
			return l.user
		}
	}
	return ""
}

// allowed is the whole authorization model: what a user may do with a repository, ""
// being an anonymous client. A user without an account passes only where passwords are not checked,
// and has what the good user has there. Registries that cannot tell repositories apart
// (htpasswd, nginx) keep to it too, so that all profiles have the same truth.
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

// grant leaves what the user may do of what was asked.
func (f *fake) grant(user string, asked []scope) []scope {
	var granted []scope
	for _, a := range asked {
		granted = append(granted, scope{a.repository, slices.DeleteFunc(slices.Clone(a.actions), func(action string) bool {
			return !slices.Contains(f.allowed(user, a.repository), action)
		})})
	}
	return granted
}

// isAllowed reports whether a visitor may do that at a repository.
func (f *fake) isAllowed(v visitor, action, repository string) bool {
	user := v.user
	switch {
	case v.is(isToken), v.is(isAnonymousToken):
		if v.limited && !slices.ContainsFunc(v.scopes, func(s scope) bool {
			return s.repository == repository && slices.Contains(s.actions, action)
		}) {
			return false
		}
	case !f.passes(v):
		return false
	case f.profile.Unchecked:
		user = f.good()
	case !v.is(isPassword):
		user = ""
	}
	return slices.Contains(f.allowed(user, repository), action)
}
