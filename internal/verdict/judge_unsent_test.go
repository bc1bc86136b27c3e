package verdict_test

import (
	"testing"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/verdict"
)

// TestJudge_UnsentBesideAnyMethod has halves of a login that cannot be sent: they are
// a fault of the configuration, whatever is sent instead of them.
func TestJudge_UnsentBesideAnyMethod(t *testing.T) {
	t.Parallel()
	for want, facts := range map[verdict.Reason]verdict.CredentialFacts{
		verdict.ReasonUsernameMissing:      {HasPassword: true},
		verdict.ReasonMalformedCredentials: {Username: "c:i", HasPassword: true, UsernameMalformed: true},
	} {
		for _, method := range []registry.Method{registry.MethodBasic, registry.MethodBearer, registry.MethodIdentityToken} {
			facts.Method = method
			e := verdict.Evidence{Credential: facts}
			if got := verdict.Judge(e); got.Reason != want || !got.Rejected || !verdict.NothingToSend(e) {
				t.Errorf("%s: %+v, want %s", method, got, want)
			}
		}
	}
}
