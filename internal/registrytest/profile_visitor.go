package registrytest

import (
	"encoding/base64"
	"slices"
	"strings"
)

// visitor is who asks, as far as the fake believes it.
type visitor struct {
	standing standing
	scheme   string  // of the Authorization header, in lower case
	user     string  // "" when anonymous
	limited  bool    // by the scopes of a token
	scopes   []scope // that the token grants
}

type standing int

const (
	nobody   standing = iota // sent no credentials
	refused                  // sent wrong ones
	expired                  // sent some that were good once
	accepted                 // is user, or may pass as nobody in particular
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
		v.standing, v.user = accepted, f.credentials[0].Username
	case authorization == "":
		v.standing = nobody
	case v.scheme == schemeBearer:
		f.mu.Lock()
		defer f.mu.Unlock()
		if known, ok := f.issued[value]; ok {
			return known
		}
	case v.scheme == schemeBasic && f.rules.basic != basicRefused:
		v.user, v.standing = f.login(value)
		if v.standing != accepted && f.rules.basic == basicAnything {
			v.user, v.standing = "", accepted
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
	for _, c := range f.credentials {
		if c.Username == "" || c.Username != user || c.Password != password {
			continue
		}
		switch c.Name {
		case "good":
			return accepted
		case "expired":
			return expired
		}
	}
	return refused
}

// allowed is the whole authorization model: what the good user and everybody
// else may do with a repository. Registries that cannot tell repositories apart
// (htpasswd, nginx) keep to it too, so that all profiles have the same truth.
func allowed(user, repository string) []string {
	switch {
	case repository == "org/public", repository == "library/public":
		return []string{pull}
	case user == "":
		return nil
	case repository == "org/app":
		return []string{pull, push}
	case repository == "org/read", repository == "org/empty":
		return []string{pull}
	}
	return nil
}

// may says whether the visitor may do that, by who it is and by its token.
func (v visitor) may(action, repository string) bool {
	if !slices.Contains(allowed(v.user, repository), action) {
		return false
	}
	return !v.limited || slices.ContainsFunc(v.scopes, func(s scope) bool {
		return s.repository == repository && slices.Contains(s.actions, action)
	})
}
