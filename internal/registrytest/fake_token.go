package registrytest

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// tokenRules are the differences between token services. The zero value gives
// tokens for good passwords only.
type tokenRules struct {
	ownServer     bool   // it is a server of its own
	path          string // of the realm
	relativeRealm bool   // challenges name the path only
	service       string // "" is the registry's host:port

	mint         minter
	userToken    bool     // a token stands for its user, whatever scope was asked
	fields       []string // of the answer that hold the token
	expiresIn    int      // 0: not said
	returnsScope bool     // the answer has the granted scope

	anonymous        anonymity
	fallback         bool     // wrong passwords get an anonymous token if a scope is asked
	anyPassword      bool     // wrong passwords get an anonymous token
	anyName          bool     // wrong passwords get a token for the user that they come with
	onlyKnownService bool     // another service is a bad request
	sameAccount      bool     // an account other than the user is a bad request
	wantsClient      bool     // a grant without client_id is a bad request
	actions          []string // the only ones that it can read; nil: any
	lockout          int64    // failed logins until it answers 429 to every login; 0: never

	post               grantRule
	passwordIsIdentity bool // the good password is the refresh token too

	// refuse answers wrong, expired or (standing anonymous) no credentials.
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

// serveToken answers as a token service that is a server of its own.
func (f *fake) serveToken(req Request) Response {
	if req.Path != f.rules.tokens.path {
		return Status(http.StatusNotFound)
	}
	return f.answerToken(req)
}

func (f *fake) answerToken(req Request) Response {
	s := f.rules.tokens
	query, _ := url.ParseQuery(req.Query) // broken parts are as good as none
	form, _ := url.ParseQuery(req.Form)
	switch {
	case req.Method == http.MethodGet:
		return f.tokenByGet(query, req.Authorization)
	case req.Method == http.MethodPost && s.post == postOAuth2:
		return f.tokenByOAuth2(form)
	case req.Method == http.MethodPost && s.post == postAnonymous:
		return f.tokenByAnyGrant(form)
	}
	return plainText(http.StatusMethodNotAllowed, "Method Not Allowed")
}

func (f *fake) tokenByGet(query url.Values, authorization string) Response {
	s := f.rules.tokens
	asked, readable := f.scopes(query["scope"])
	user, sent := f.tokenUser(authorization)
	switch account := query.Get("account"); {
	case s.onlyKnownService && query.Get("service") != f.service():
		return ociError(http.StatusBadRequest, "BAD_REQUEST", "unable to handle service: "+query.Get("service"))
	case s.sameAccount && user != "" && account != "" && account != user:
		return plainText(http.StatusBadRequest, "Bad request: user and account are not the same\n")
	case f.locked(sent):
		return plainText(http.StatusTooManyRequests, "Too Many Requests\n")
	case sent == accepted:
	case sent != anonymous && user != "" && s.anyName:
	case sent == anonymous && s.anonymous == anonymousAlways,
		sent == anonymous && s.anonymous == anonymousWithScope && len(asked) > 0,
		sent != anonymous && s.fallback && len(asked) > 0,
		sent != anonymous && s.anyPassword:
		user = ""
	default:
		return s.refuse(f, sent)
	}
	if !readable {
		return ociError(http.StatusBadRequest, "INVALID_REQUEST", "Unable to decode repository and actions")
	}
	return f.tokenAnswer(user, asked, s.fields, s.returnsScope)
}

func (f *fake) tokenUser(authorization string) (string, standing) {
	scheme, value, _ := strings.Cut(authorization, " ")
	switch {
	case authorization == "":
		return "", anonymous
	case strings.EqualFold(scheme, schemeBasic):
		return f.login(value)
	}
	return "", refused
}

// locked counts a failed login and reports whether there were too many.
func (f *fake) locked(s standing) bool {
	if s == refused || s == expired {
		f.failures.Add(1)
	}
	limit := f.rules.tokens.lockout
	return limit > 0 && s != anonymous && f.failures.Load() > limit
}

// tokenByOAuth2 is the POST of distribution's OAuth2 specification.
func (f *fake) tokenByOAuth2(form url.Values) Response {
	s := f.rules.tokens
	refuse := func(code string) Response {
		return jsonBody(http.StatusBadRequest, map[string]any{"error": code})
	}
	if s.onlyKnownService && form.Get("service") != f.service() || s.wantsClient && form.Get("client_id") == "" {
		return refuse("invalid_request")
	}
	user, granted := "", refused
	switch form.Get("grant_type") {
	case "refresh_token":
		if known, ok := f.identities[form.Get("refresh_token")]; ok {
			user, granted = known, accepted
		}
	case "password":
		user = form.Get("username")
		granted = f.check(user, form.Get("password"))
	default:
		return refuse("unsupported_grant_type")
	}
	asked, _ := f.scopes(form["scope"])
	switch {
	case f.locked(granted):
		return plainText(http.StatusTooManyRequests, "Too Many Requests\n")
	case granted == accepted:
		return f.tokenAnswer(user, asked, []string{"access_token"}, true)
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
	return f.tokenAnswer(user, asked, s.fields, s.returnsScope)
}

// tokenAnswer grants what the user may do of what was asked.
func (f *fake) tokenAnswer(user string, asked []scope, fields []string, saysScope bool) Response {
	s := f.rules.tokens
	var granted []scope
	var words []string
	for _, a := range asked {
		actions := slices.DeleteFunc(slices.Clone(a.actions), func(action string) bool {
			return !slices.Contains(f.allowed(user, a.repository), action)
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
