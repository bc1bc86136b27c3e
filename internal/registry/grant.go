package registry

import (
	"slices"
	"strings"

	"github.com/golang-jwt/jwt/v5"
)

// GrantSource says who named the grants of a token.
type GrantSource string

// The sources of grants, as access_results names them.
const (
	GrantsUnknown  GrantSource = ""
	GrantsOfScope  GrantSource = "token_scope"  // the token service's answer
	GrantsOfClaims GrantSource = "token_claims" // the token's own access claim
)

// Grants are the actions that a token allows, by repository.
type Grants struct {
	Source  GrantSource
	actions map[string][]string
}

// Allow tells whether the grants name the action on the repository; the action *
// is every action (Docker distribution token scope).
func (g Grants) Allow(repository, action string) bool {
	actions := g.actions[repository]
	return slices.Contains(actions, action) || slices.Contains(actions, "*")
}

// ParseScope reads a scope as the answer of a token service has it:
// repository:NAME:ACTION,ACTION, several with blanks between. A scope of another
// form says nothing.
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

// claimedGrants reads the access claim: a list of objects with type, name and
// actions. A token without the claim says nothing; an empty one grants nothing.
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
		return Grants{} // it is about something else
	}
	return grants
}

// TokenGrants are what a configured bearer token says of itself.
func TokenGrants(token Secret) Grants { return claimedGrants(unverifiedClaims(token.Reveal())) }
