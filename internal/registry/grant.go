package registry

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/golang-jwt/jwt/v5"
)

// GrantSource says where the grants of a token were read.
type GrantSource string

// The sources of grants, as access_results names them.
const (
	GrantsUnknown  GrantSource = ""
	GrantsOfScope  GrantSource = "token_scope"  // the scope in the token service's response
	GrantsOfClaims GrantSource = "token_claims" // the token's own access claim
)

// Grants are the actions that a token allows.
type Grants struct{ scope, claims actions }

// actions are granted actions by repository; nil where nothing is said of any.
type actions map[string][]string

// everything stands for all repositories, or for all actions (Docker registry token
// scope).
const everything = "*"

func (a actions) allow(repository, action string) bool {
	for _, name := range []string{repository, everything} {
		if slices.Contains(a[name], action) || slices.Contains(a[name], everything) {
			return true
		}
	}
	return false
}

// Allow reports whether the grants include the action on the repository, and which
// source says so: a service may name an action in the scope of its response or in the
// token only. by is [GrantsUnknown] where neither says anything.
func (g Grants) Allow(repository, action string) (allowed bool, by GrantSource) {
	switch {
	case g.scope.allow(repository, action):
		return true, GrantsOfScope
	case g.claims.allow(repository, action):
		return true, GrantsOfClaims
	case g.scope != nil:
		return false, GrantsOfScope
	case g.claims != nil:
		return false, GrantsOfClaims
	default:
		return false, GrantsUnknown
	}
}

// Known reports whether the token or its response says what is granted.
func (g Grants) Known() bool { return g.scope != nil || g.claims != nil }

// ParseScope returns the grants of the scope in a token service's response:
// repository:NAME:ACTION,ACTION (Docker registry token scope), several separated by
// blanks (RFC 6749 section 3.3) or, as docker/distribution does, by commas. They are not
// known if the scope has another form.
func ParseScope(scope string) Grants {
	granted, known := actions{}, false
	for item := range strings.FieldsSeq(scope) {
		repository, ofRepository := "", false // what the next actions are for
		for part := range strings.SplitSeq(item, ",") {
			if kind, rest, isScope := strings.Cut(part, ":"); isScope {
				last := strings.LastIndex(rest, ":")
				kind, _, _ = strings.Cut(kind, "(")
				known = known || last >= 0 && (kind == "repository" || kind == "registry")
				if ofRepository = last >= 0 && kind == "repository"; ofRepository {
					repository, part = rest[:last], rest[last+1:]
				}
			}
			if ofRepository && part != "" {
				granted[repository] = append(granted[repository], part)
			}
		}
	}
	if !known {
		return Grants{}
	}
	return Grants{scope: granted}
}

// claimedGrants reads the access claim, a list of objects with type, name and actions
// (Docker registry token authentication), in any case of letters, as Azure's registries
// write them. They are not known if there is no such claim; an empty list grants nothing.
func claimedGrants(claims jwt.MapClaims) Grants {
	list, ok := claims["access"].([]any)
	if !ok {
		return Grants{}
	}
	granted, readable := actions{}, 0
	for _, item := range list {
		var entry struct { // encoding/json ignores the case of names
			Type    string
			Name    string
			Actions any
		}
		if text, err := json.Marshal(item); err != nil || json.Unmarshal(text, &entry) != nil || entry.Type == "" {
			continue
		}
		readable++
		kind, _, _ := strings.Cut(entry.Type, "(")
		words, _ := entry.Actions.([]any)
		for _, word := range words {
			if action, ok := word.(string); ok && kind == "repository" {
				granted[entry.Name] = append(granted[entry.Name], action)
			}
		}
	}
	if len(list) > 0 && readable == 0 {
		return Grants{} // a claim of the same name with another meaning
	}
	return Grants{claims: granted}
}

// TokenGrants returns the grants in the access claim of a bearer token. The token's
// signature is not verified.
func TokenGrants(token Secret) Grants { return claimedGrants(unverifiedClaims(token.Reveal())) }
