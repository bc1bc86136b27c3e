package registrytest

import (
	"crypto/rand"
	"net/http"
	"strings"
	"sync"
)

// rules are what one kind of registry does differently from the others. The
// zero value asks everybody for credentials and takes none.
type rules struct {
	name string

	base          string // path before /v2/
	page          bool   // a web page answers everything
	noAuth        bool   // credentials are not looked at
	open          bool   // /v2/ is 200 without credentials, wrong ones are refused
	anyHeader     bool   // any Authorization header passes
	basic         basic  // what Basic is worth at the registry
	ghost         bool   // a token that names nobody passes at /v2/
	takesAnything bool

	challengeOn200 string // some send a WWW-Authenticate with 200 too
	relative       bool   // uploads have a Location without scheme and host

	// refuse answers a request that may not pass, at /v2/ and at repositories.
	// A visitor who was accepted lacks the permission. scope is what the request
	// needs, "" at /v2/.
	refuse func(f *fake, v visitor, scope string) Response

	tokens *tokenService // nil: there is none

	good, expired func(f *fake) NamedCredential // nil: a common one
}

// basic is what Basic credentials are worth at the registry itself.
type basic int

const (
	basicRefused basic = iota
	basicChecked
	basicAnything // a wrong password is as good as none
)

// fake is the state of one instance.
type fake struct {
	rules       rules
	host        string // of the registry
	origin      string // of the token service
	credentials []NamedCredential
	identity    string // refresh token of the good user
	key         []byte // signs tokens

	mu       sync.Mutex
	issued   map[string]visitor // by token
	uploads  map[string]bool    // by path, those not cancelled
	failures int                // logins that the token service refused
}

func newFake(r rules) *fake {
	return &fake{rules: r, key: []byte(rand.Text() + rand.Text()), issued: map[string]visitor{}, uploads: map[string]bool{}}
}

// serve answers as the registry.
func (f *fake) serve(w http.ResponseWriter, request *http.Request) {
	f.answer(request).write(w)
}

func (f *fake) answer(request *http.Request) Response {
	if f.rules.page {
		return Page(http.StatusOK)
	}
	path := request.URL.Path
	if s := f.rules.tokens; s != nil && !s.apart && path == s.path {
		return f.answerToken(request)
	}
	rest, ok := strings.CutPrefix(path, f.rules.base+"/v2/")
	if !ok {
		return Status(http.StatusNotFound)
	}
	v := f.identify(request.Header.Get("Authorization"))
	if rest == "" {
		return f.root(v)
	}
	return f.repository(request, v, rest)
}

// root answers /v2/.
func (f *fake) root(v visitor) Response {
	switch {
	case v.standing == accepted && v.user == "" && v.scheme == schemeBearer && !f.rules.ghost:
		return f.rules.refuse(f, visitor{standing: refused, scheme: schemeBearer}, "")
	case v.standing == accepted, v.standing == nobody && f.rules.open:
		response := OK()
		if f.rules.challengeOn200 != "" {
			response.Header.Set("Www-Authenticate", f.rules.challengeOn200)
		}
		return response
	}
	return f.rules.refuse(f, v, "")
}
