package registry_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/golang-jwt/jwt/v5"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

// permission is an action on a repository.
type permission struct{ repository, action string }

type grantRow struct {
	name    string
	source  registry.GrantSource
	granted []permission
	denied  []permission
}

func (row grantRow) check(t *testing.T, grants registry.Grants) {
	t.Helper()
	if known := row.source != registry.GrantsUnknown; grants.Known() != known {
		t.Errorf("known %t, want %t", grants.Known(), known)
	}
	for _, m := range row.granted {
		if allowed, by := grants.Allow(m.repository, m.action); !allowed || by != row.source {
			t.Errorf("%s of %q: %t by %q", m.action, m.repository, allowed, by)
		}
	}
	for _, m := range row.denied {
		if allowed, by := grants.Allow(m.repository, m.action); allowed || by != row.source {
			t.Errorf("%s of %q: %t by %q", m.action, m.repository, allowed, by)
		}
	}
}

var (
	pullApp, pushApp, deleteApp = permission{"org/app", "pull"}, permission{"org/app", "push"}, permission{"org/app", "delete"}
	pullOther, pullNone         = permission{"org/other", "pull"}, permission{"", "pull"}
)

func TestParseScope(t *testing.T) {
	t.Parallel()
	const by, nobody = registry.GrantsOfScope, registry.GrantsUnknown
	for _, row := range []struct {
		scope string
		grantRow
	}{
		{"repository:org/app:pull", grantRow{"one action", by, []permission{pullApp}, []permission{pushApp, deleteApp, pullOther, {"org", "pull"}, {"org/app/x", "pull"}}}},
		{"repository:org/app:pull,push", grantRow{"several actions", by, []permission{pullApp, pushApp}, []permission{deleteApp, {"org/app", "pull,push"}}}},
		{"repository:org/app:pull repository:org/other:pull,delete", grantRow{"several repositories", by, []permission{pullApp, pullOther, {"org/other", "delete"}}, []permission{deleteApp, pushApp}}},
		{"repository:org/app:pull repository:org/app:push", grantRow{"one repository twice", by, []permission{pullApp, pushApp}, []permission{deleteApp}}},
		{"  repository:org/app:pull \t\n repository:org/other:pull ", grantRow{"many blanks", by, []permission{pullApp, pullOther}, []permission{pullNone}}},
		{"repository:org/app:*", grantRow{"every action", by, []permission{pullApp, pushApp, deleteApp}, []permission{pullOther}}},
		{"repository:*:pull", grantRow{"a star is every repository", by, []permission{{"*", "pull"}, pullApp, pullOther}, []permission{pushApp}}},
		{"repository:org/app:pull,repository:org/app:push", grantRow{"commas between scopes, as docker/distribution writes them", by, []permission{pullApp, pushApp}, []permission{deleteApp, pullOther}}},
		{"repository:org/app:pull,push,registry:catalog:*,delete,repository:org/other:pull", grantRow{"commas between scopes of several kinds", by, []permission{pullApp, pushApp, pullOther}, []permission{deleteApp}}},
		{"repository:org/app:pull push", grantRow{"a word after a blank is no action", by, []permission{pullApp}, []permission{pushApp}}},
		{"repository(plugin):org/app:pull", grantRow{"a class of repository", by, []permission{pullApp}, []permission{pushApp}}},
		{"repository():org/app:pull", grantRow{"an empty class", by, []permission{pullApp}, nil}},
		{"repository:r.example.com:5000/org/app:pull", grantRow{"a name with a port", by, []permission{{"r.example.com:5000/org/app", "pull"}}, []permission{pullApp, {"r.example.com", "pull"}}}},
		{"repository:org/app:latest:push", grantRow{"a name with a colon", by, []permission{{"org/app:latest", "push"}}, []permission{pushApp}}},
		{"repository:org/app:", grantRow{"no action", by, nil, []permission{pullApp, pushApp}}},
		{"repository::pull", grantRow{"no name", by, []permission{pullNone}, []permission{pullApp}}},
		{"repository:org/app:Pull", grantRow{"an action in another case", by, nil, []permission{pullApp}}},
		{"Repository:org/app:pull", grantRow{"a kind in another case", nobody, nil, []permission{pullApp}}},
		{"urn:org/app:pull", grantRow{"a kind that nobody knows", nobody, nil, []permission{pullApp}}},
		{"registry:catalog:*", grantRow{"another kind", by, nil, []permission{pullApp, {"catalog", "pull"}}}},
		{"registry:catalog:* repository:org/app:pull", grantRow{"another kind beside a repository", by, []permission{pullApp}, []permission{pushApp}}},
		{"openid repository:org/app:pull", grantRow{"nonsense beside a repository", by, []permission{pullApp}, []permission{pushApp}}},
		{"openid profile", grantRow{"words say nothing", nobody, nil, []permission{pullApp}}},
		{"repository:org/app", grantRow{"a scope without an action says nothing", nobody, nil, []permission{pullApp}}},
		{":", grantRow{"a colon says nothing", nobody, nil, []permission{pullApp, pullNone}}},
		{"   ", grantRow{"blanks say nothing", nobody, nil, []permission{pullApp, pullNone}}},
		{"", grantRow{"an empty scope says nothing", nobody, nil, []permission{pullApp, pullNone}}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			body, err := json.Marshal(map[string]string{"token": "opaque", "scope": row.scope})
			if err != nil {
				t.Fatal(err)
			}
			row.check(t, tokenAnswer(t, http.StatusOK, string(body), basic("hunter2x")).Grants)
		})
	}
}

// access is the claim with one entry.
func access(kind, name, actions any) jwt.MapClaims {
	return jwt.MapClaims{"access": []any{map[string]any{"type": kind, "name": name, "actions": actions}}}
}

func TestTokenGrants(t *testing.T) {
	t.Parallel()
	const by, nobody = registry.GrantsOfClaims, registry.GrantsUnknown
	readable := map[string]any{"type": "repository", "name": "org/app", "actions": []string{"pull"}}
	for _, row := range []struct {
		claims jwt.MapClaims
		grantRow
	}{
		{access("repository", "org/app", []string{"pull", "push"}), grantRow{"actions", by, []permission{pullApp, pushApp}, []permission{deleteApp, pullOther}}},
		{access("repository", "org/app", []string{"*"}), grantRow{"every action", by, []permission{pullApp, pushApp, deleteApp}, []permission{pullOther}}},
		{access("repository(plugin)", "org/app", []string{"pull"}), grantRow{"a class of repository", by, []permission{pullApp}, []permission{pushApp}}},
		{access("repository", "org/app", []string{}), grantRow{"no actions", by, nil, []permission{pullApp}}},
		{jwt.MapClaims{"access": []any{map[string]any{"Type": "repository", "Name": "*", "Actions": []string{"pull"}}}}, grantRow{"capitals and a star for every repository, as Azure writes them", by, []permission{pullApp, pullOther}, []permission{pushApp}}},
		{access("repository", "*", []string{"*"}), grantRow{"a star for both", by, []permission{pullApp, deleteApp, pullOther}, nil}},
		{access("repository", "org/app", nil), grantRow{"actions of null", by, nil, []permission{pullApp}}},
		{access("registry", "catalog", []string{"*"}), grantRow{"another kind", by, nil, []permission{pullApp, {"catalog", "pull"}}}},
		{jwt.MapClaims{"access": []any{readable, map[string]any{"type": "repository", "name": "org/app", "actions": []string{"push"}}}}, grantRow{"one repository twice", by, []permission{pullApp, pushApp}, []permission{deleteApp}}},
		{jwt.MapClaims{"access": []any{}}, grantRow{"an empty claim grants nothing", by, nil, []permission{pullApp, pullNone}}},
		{jwt.MapClaims{"access": []any{nil, 7, "pull", []any{}, readable}}, grantRow{"entries of odd types are passed over", by, []permission{pullApp}, []permission{pushApp}}},
		{jwt.MapClaims{"access": []any{map[string]any{"type": 7, "name": "org/app", "actions": []string{"push"}}, readable}}, grantRow{"a kind of an odd type is passed over", by, []permission{pullApp}, []permission{pushApp}}},
		{jwt.MapClaims{"access": []any{map[string]any{"type": "repository", "name": "org/app", "actions": "push"}, readable}}, grantRow{"actions that are no list are passed over", by, []permission{pullApp}, []permission{pushApp}}},
		{access("repository", "org/app", []any{7, nil, []string{"push"}, "pull"}), grantRow{"actions of odd types are passed over", by, []permission{pullApp}, []permission{pushApp}}},
		{jwt.MapClaims{"sub": "ci"}, grantRow{"no claim says nothing", nobody, nil, []permission{pullApp}}},
		{jwt.MapClaims{"access": []any{"pull", map[string]any{"kind": "urn"}}}, grantRow{"a claim of another form says nothing", nobody, nil, []permission{pullApp}}},
		{jwt.MapClaims{"access": nil}, grantRow{"a claim of null says nothing", nobody, nil, []permission{pullApp}}},
		{jwt.MapClaims{"access": "repository:org/app:pull"}, grantRow{"a claim that is a text says nothing", nobody, nil, []permission{pullApp}}},
		{jwt.MapClaims{"access": readable}, grantRow{"a claim that is no list says nothing", nobody, nil, []permission{pullApp}}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			token := signed(t, row.claims)
			row.check(t, tokenAnswer(t, http.StatusOK, `{"token":"`+token+`"}`, basic("hunter2x")).Grants)
			row.check(t, registry.TokenGrants(registry.NewSecret(token)))
		})
	}
}

func TestGrants_Allow_WhatEitherSourceGrants(t *testing.T) {
	t.Parallel()
	grants := tokenAnswer(t, http.StatusOK, `{"token":"`+signed(t, access("repository", "org/app", []string{"push"}))+`","scope":"repository:org/app:pull"}`, basic("hunter2x")).Grants
	for _, row := range []struct {
		permission
		allowed bool
		by      registry.GrantSource
	}{{pullApp, true, registry.GrantsOfScope}, {pushApp, true, registry.GrantsOfClaims}, {deleteApp, false, registry.GrantsOfScope}} {
		if allowed, by := grants.Allow(row.repository, row.action); allowed != row.allowed || by != row.by {
			t.Errorf("%s: %t by %q, want %t by %q", row.action, allowed, by, row.allowed, row.by)
		}
	}
}

func TestClient_Token_ReadsTheClaimsWhereTheScopeSaysNothing(t *testing.T) {
	t.Parallel()
	token := signed(t, access("repository", "org/app", []string{"push"}))
	for _, row := range []struct {
		scope string // as JSON
		grantRow
	}{
		{`""`, grantRow{"the claims after an empty scope", registry.GrantsOfClaims, []permission{pushApp}, []permission{pullApp}}},
		{`" "`, grantRow{"the claims after a scope of blanks", registry.GrantsOfClaims, []permission{pushApp}, []permission{pullApp}}},
		{`"openid profile"`, grantRow{"the claims after a scope that says nothing", registry.GrantsOfClaims, []permission{pushApp}, []permission{pullApp}}},
		{`null`, grantRow{"the claims after a scope of null", registry.GrantsOfClaims, []permission{pushApp}, []permission{pullApp}}},
		{`["repository:org/app:pull"]`, grantRow{"the claims after a scope that is a list", registry.GrantsOfClaims, []permission{pushApp}, []permission{pullApp}}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			row.check(t, tokenAnswer(t, http.StatusOK, `{"token":"`+token+`","scope":`+row.scope+`}`, basic("hunter2x")).Grants)
		})
	}
}

func TestGrants_Allow_WithoutAToken(t *testing.T) {
	t.Parallel()
	unknown := grantRow{source: registry.GrantsUnknown, denied: []permission{pullApp, pullNone}}
	for _, token := range []string{"", "opaque", "a.b.c", "..", "eyJhbGciOiJub25lIn0.bnVsbA."} {
		unknown.check(t, registry.TokenGrants(registry.NewSecret(token)))
	}
	unknown.check(t, registry.Grants{})
	refused := tokenAnswer(t, http.StatusUnauthorized, `{"token":"t","scope":"repository:org/app:pull"}`, basic("hunter2x"))
	unknown.check(t, refused.Grants)
}
