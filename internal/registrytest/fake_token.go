package registrytest

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// serveToken answers as a token service that is a server of its own.
func (f *fake) serveToken(req Request) Response {
	if req.Path != f.tokenPath {
		return Status(http.StatusNotFound)
	}
	return f.answerToken(req)
}

func (f *fake) answerToken(req Request) Response {
	values, _ := url.ParseQuery(req.Query) // broken parts are as good as none
	var v visitor
	if req.Method == http.MethodPost {
		values, _ = url.ParseQuery(req.Form)
		v = f.grantee(values)
	} else if v = f.identify(req.Authorization); v.is(isBearer) {
		v = visitor{names: []string{isGarbage}} // it takes no tokens
	}
	v.scoped = values.Get("scope") != ""
	asked, readable := f.scopes(values["scope"])
	for name, is := range map[string]bool{
		isOtherName:   values.Get("service") != f.replacer.Replace(f.profile.bearer()["service"]),
		isOtherUser:   v.user != "" && values.Get("account") != "" && values.Get("account") != v.user,
		isNoClient:    values.Get("client_id") == "",
		isOtherAction: !readable,
	} {
		if is {
			v.names = append(v.names, name)
		}
	}
	return f.serve(req.Method, f.tokenPath, v, asked, "")
}

// grantee reads the form of distribution's OAuth2 specification.
func (f *fake) grantee(form url.Values) visitor {
	switch grant := form.Get("grant_type"); {
	case grant == "refresh_token":
		if user, ok := f.identities[form.Get("refresh_token")]; ok {
			return visitor{user: user, names: []string{isIdentity}}
		}
		return visitor{names: []string{isWrongGrant}}
	case grant == "password" && form.Get("password") != "":
		user := form.Get("username")
		return visitor{user: user, names: []string{f.check(user, form.Get("password"))}}
	}
	return visitor{names: []string{isOtherGrant}}
}

// scopes reads scope parameters: one each, or several with blanks between. What
// is not a repository is left out.
func (f *fake) scopes(parameters []string) (asked []scope, readable bool) {
	readable = true
	for word := range strings.FieldsSeq(strings.Join(parameters, " ")) {
		parts := strings.SplitN(word, ":", 3)
		if len(parts) != 3 || parts[0] != "repository" {
			continue
		}
		actions := strings.Split(parts[2], ",")
		for _, action := range actions {
			readable = readable && (f.profile.Actions == nil || slices.Contains(f.profile.Actions, action))
		}
		asked = append(asked, scope{parts[1], actions})
	}
	return asked, readable
}

// scopeText writes granted scopes as OAuth2 does, with what separates them.
func scopeText(granted []scope, separator string) string {
	var words []string
	for _, s := range granted {
		if len(s.actions) > 0 {
			words = append(words, "repository:"+s.repository+":"+strings.Join(s.actions, ","))
		}
	}
	return strings.Join(words, separator)
}
