package registrytest

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// tokenService are the differences between token services. The zero value gives
// tokens for good passwords only.
type tokenService struct {
	apart         bool   // it is a server of its own
	path          string // of the realm
	relativeRealm bool   // challenges name the path only
	service       string // "" is the registry's host:port

	mint      minter
	whole     bool     // a token stands for its user, whatever scope was asked
	fields    []string // of the answer that hold the token
	expiresIn int      // 0: not said
	saysScope bool     // the answer has the granted scope

	anonymous        anonymity
	fallback         bool     // wrong passwords get an anonymous token if a scope is asked
	anyPassword      bool     // wrong passwords get an anonymous token
	namesAnybody     bool     // wrong passwords get a token for whoever they are said to be
	onlyKnownService bool     // another service is a bad request
	sameAccount      bool     // an account other than the user is a bad request
	actions          []string // the only ones that it can read; nil: any
	lockout          int      // failed logins until it answers 429 to everybody; 0: never

	post               grantRule
	passwordIsIdentity bool // the good password is the refresh token too

	// refuse answers wrong, expired or (standing nobody) no credentials.
	refuse func(f *fake, s standing) Response
	// refuseGrant answers a refused OAuth2 grant; nil: as refuse does.
	refuseGrant func() Response
}

// anonymity says who gets a token without credentials.
type anonymity int

const (
	anonymousNever anonymity = iota
	anonymousWithScope
	anonymousAlways
)

// grantRule says what a POST means.
type grantRule int

const (
	postRefused   grantRule = iota // 405
	postOAuth2                     // refresh_token and password grants
	postAnonymous                  // passwords; any other grant gets an anonymous token
)

func (f *fake) serveToken(w http.ResponseWriter, request *http.Request) {
	if request.URL.Path != f.rules.tokens.path {
		Status(http.StatusNotFound).write(w)
		return
	}
	f.answerToken(request).write(w)
}

func (f *fake) answerToken(request *http.Request) Response {
	s := f.rules.tokens
	switch {
	case request.Method == http.MethodGet:
		return f.tokenByGet(request.URL.Query(), request.Header.Get("Authorization"))
	case request.Method == http.MethodPost && s.post == postOAuth2:
		return f.tokenByOAuth2(request.PostForm)
	case request.Method == http.MethodPost && s.post == postAnonymous:
		return f.tokenByAnyGrant(request.PostForm)
	}
	return plainText(http.StatusMethodNotAllowed, "Method Not Allowed")
}

func (f *fake) tokenByGet(query url.Values, authorization string) Response {
	s := f.rules.tokens
	asked, readable := f.scopes(query["scope"])
	user, standing := f.tokenUser(authorization)
	switch account := query.Get("account"); {
	case s.onlyKnownService && query.Get("service") != f.service():
		return ociError(http.StatusBadRequest, "BAD_REQUEST", "unable to handle service: "+query.Get("service"))
	case s.sameAccount && user != "" && account != "" && account != user:
		return plainText(http.StatusBadRequest, "Bad request: user and account are not the same\n")
	case f.locked(standing):
		return plainText(http.StatusTooManyRequests, "Too Many Requests\n")
	case standing == accepted:
	case standing != nobody && user != "" && s.namesAnybody:
	case standing == nobody && s.anonymous == anonymousAlways,
		standing == nobody && s.anonymous == anonymousWithScope && len(asked) > 0,
		standing != nobody && s.fallback && len(asked) > 0,
		standing != nobody && s.anyPassword:
		user = ""
	default:
		return s.refuse(f, standing)
	}
	if !readable {
		return ociError(http.StatusBadRequest, "INVALID_REQUEST", "Unable to decode repository and actions")
	}
	return f.tokenAnswer(user, asked, s.fields, s.saysScope)
}

func (f *fake) tokenUser(authorization string) (string, standing) {
	scheme, value, _ := strings.Cut(authorization, " ")
	switch {
	case authorization == "":
		return "", nobody
	case strings.EqualFold(scheme, schemeBasic):
		return f.login(value)
	}
	return "", refused
}

// locked counts a failed login and says whether there were too many.
func (f *fake) locked(s standing) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if s == refused || s == expired {
		f.failures++
	}
	limit := f.rules.tokens.lockout
	return limit > 0 && s != nobody && f.failures > limit
}

// tokenByOAuth2 is the POST of distribution's OAuth2 specification.
func (f *fake) tokenByOAuth2(form url.Values) Response {
	s := f.rules.tokens
	granted := refused
	switch form.Get("grant_type") {
	case "refresh_token":
		if form.Get("refresh_token") == f.identity {
			granted = accepted
		}
	case "password":
		granted = f.check(form.Get("username"), form.Get("password"))
	default:
		return jsonBody(http.StatusBadRequest, map[string]any{"error": "unsupported_grant_type"})
	}
	asked, _ := f.scopes(form["scope"])
	switch {
	case f.locked(granted):
		return plainText(http.StatusTooManyRequests, "Too Many Requests\n")
	case granted == accepted:
		return f.tokenAnswer(f.credentials[0].Username, asked, []string{"access_token"}, true)
	case s.refuseGrant != nil:
		return s.refuseGrant()
	}
	return s.refuse(f, granted)
}

// tokenByAnyGrant is docker_auth's POST: only a password names a user.
func (f *fake) tokenByAnyGrant(form url.Values) Response {
	s := f.rules.tokens
	asked, _ := f.scopes(form["scope"])
	user, password := form.Get("username"), form.Get("password")
	if form.Get("grant_type") != "password" || password == "" {
		user = ""
	} else if got := f.check(user, password); got != accepted {
		return s.refuse(f, got)
	}
	return f.tokenAnswer(user, asked, s.fields, s.saysScope)
}

// tokenAnswer grants what the user may do of what was asked.
func (f *fake) tokenAnswer(user string, asked []scope, fields []string, saysScope bool) Response {
	s := f.rules.tokens
	var granted []scope
	var words []string
	for _, a := range asked {
		actions := slices.DeleteFunc(slices.Clone(a.actions), func(action string) bool {
			return !slices.Contains(allowed(user, a.repository), action)
		})
		granted = append(granted, scope{a.repository, actions})
		if len(actions) > 0 {
			words = append(words, "repository:"+a.repository+":"+strings.Join(actions, ","))
		}
	}
	body := map[string]any{}
	token := f.token(user, granted)
	for _, field := range fields {
		body[field] = token
	}
	if s.expiresIn > 0 {
		body["expires_in"] = s.expiresIn
		body["issued_at"] = time.Now().UTC().Format(time.RFC3339)
	}
	if saysScope {
		body["scope"] = strings.Join(words, " ")
	}
	return jsonBody(http.StatusOK, body)
}

// scopes reads scope parameters: one each, or several with blanks between. What
// is no repository is left out.
func (f *fake) scopes(parameters []string) (asked []scope, readable bool) {
	known := f.rules.tokens.actions
	readable = true
	for word := range strings.FieldsSeq(strings.Join(parameters, " ")) {
		parts := strings.SplitN(word, ":", 3)
		if len(parts) != 3 || parts[0] != "repository" {
			continue
		}
		actions := strings.Split(parts[2], ",")
		for _, action := range actions {
			readable = readable && (known == nil || slices.Contains(known, action))
		}
		asked = append(asked, scope{parts[1], actions})
	}
	return asked, readable
}
