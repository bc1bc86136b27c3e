package verdict_test

import (
	"testing"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/verdict"
	"github.com/stellaops/terraform-provider-stellaops/internal/verdict/verdicttest"
)

// TestWorthAccess has checks without credentials, and one with a password.
func TestWorthAccess(t *testing.T) {
	t.Parallel()
	nobody := verdict.CredentialFacts{Method: registry.MethodAnonymous}
	user := verdict.CredentialFacts{Method: registry.MethodBasic, Username: "ci", HasPassword: true}
	for _, row := range []struct {
		name       string
		credential verdict.CredentialFacts
		r0, r1     *registry.Answer
		want       bool
	}{
		{"an open registry", nobody, verdicttest.Status(200), nil, true},
		{"a token service that may let anybody in", nobody, verdicttest.Unauthorized(verdicttest.BearerChallenge), nil, true},
		{"a registry that requires a password, whose repositories may be public", nobody, verdicttest.Unauthorized(verdicttest.BasicChallenge), nil, true},
		{"a registry that forbids every request", nobody, verdicttest.Status(403), nil, false},
		{"a password that is taken", user, verdicttest.Unauthorized(verdicttest.BasicChallenge), verdicttest.Status(200), true},
		{"a password that is refused", user, verdicttest.Unauthorized(verdicttest.BasicChallenge), verdicttest.Unauthorized(verdicttest.BasicChallenge), false},
	} {
		if got := verdict.WorthAccess(verdict.Evidence{Credential: row.credential, Anonymous: row.r0, Authenticated: row.r1}); got != row.want {
			t.Errorf("%s: %t, want %t", row.name, got, row.want)
		}
	}
}

// TestWorthDecoy has a password that is taken, and what it may do besides: a check that
// fails without a proof needs none.
func TestWorthDecoy(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name     string
		required bool
		access   []verdict.AccessResult
		want     bool
	}{
		{"no proof is wanted", false, nil, false},
		{"no permission is wanted", true, nil, true},
		{"it has the permission", true, []verdict.AccessResult{{Granted: []string{"pull"}}}, true},
		{"it lacks the permission", true, []verdict.AccessResult{{Granted: []string{"pull"}, Missing: []string{"push"}}}, false},
		{"nobody knows whether it has the permission", true, []verdict.AccessResult{{Unknown: []string{"push"}}}, false},
	} {
		e := verdict.Evidence{
			Credential: verdict.CredentialFacts{Method: registry.MethodBasic, Username: "ci", HasPassword: true},
			Anonymous:  verdicttest.Unauthorized(verdicttest.BasicChallenge), Authenticated: verdicttest.Status(200),
			RequireVerified: row.required, Access: row.access,
		}
		if got := verdict.WorthDecoy(e); got != row.want {
			t.Errorf("%s: %t, want %t", row.name, got, row.want)
		}
	}
}
