package registry

import (
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

// Grants are the actions that a token allows, by repository.
type Grants struct {
	Source  GrantSource
	actions map[string][]string
}

// Allow reports whether the grants include the action on the repository. The action
// * stands for all (Docker registry token scope).
func (g Grants) Allow(repository, action string) bool {
	actions := g.actions[repository]
	return slices.Contains(actions, action) || slices.Contains(actions, "*")
}

// ParseScope parses the scope in a token service's response:
// repository:NAME:ACTION,ACTION, several separated by blanks (Docker registry token
// scope). The source is [GrantsUnknown] if the scope has another form.
func ParseScope(scope string) Grants {
	grants := Grants{Source: GrantsOfScope, actions: map[string][]string{}}
	known := false
	for item := range strings.FieldsSeq(scope) {
		kind, rest, _ := strings.Cut(item, ":")
		last := strings.LastIndex(rest, ":")
		if last < 0 {
			continue
		}
		kind, _, _ = strings.Cut(kind, "(")
		known = known || kind == "repository" || kind == "registry"
		if kind == "repository" {
			grants.actions[rest[:last]] = append(grants.actions[rest[:last]], strings.Split(rest[last+1:], ",")...)
		}
	}
	if !known {
		return Grants{}
	}
	return grants
}

// claimedGrants reads the access claim, a list of objects with type, name and
// actions (Docker registry token authentication). The source is [GrantsUnknown] if
// there is no such claim; an empty list grants nothing.
func claimedGrants(claims jwt.MapClaims) Grants {
	list, ok := claims["access"].([]any)
	if !ok {
		return Grants{}
	}
	grants := Grants{Source: GrantsOfClaims, actions: map[string][]string{}}
	unreadable := 0
	for _, item := range list {
		entry, _ := item.(map[string]any)
		kind, ok := entry["type"].(string)
		if !ok {
			unreadable++
		}
		name, _ := entry["name"].(string)
		actions, _ := entry["actions"].([]any)
		if kind, _, _ = strings.Cut(kind, "("); kind != "repository" {
			continue
		}
		for _, action := range actions {
			if word, ok := action.(string); ok {
				grants.actions[name] = append(grants.actions[name], word)
			}
		}
	}
	if len(list) > 0 && unreadable == len(list) {
		return Grants{} // a claim of the same name with another meaning
	}
	return grants
}

// TokenGrants returns the grants in the access claim of a bearer token. The token's
// signature is not verified.
func TokenGrants(token Secret) Grants { return claimedGrants(unverifiedClaims(token.Reveal())) }
