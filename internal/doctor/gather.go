package doctor

import (
	"context"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

// Asker sends GET /v2/ with a credential, or without one where it is empty.
// [registry.Client] is the one that uses the network.
type Asker interface {
	Ask(ctx context.Context, endpoint registry.Endpoint, credential registry.Credential) registry.Answer
}

// gather sends the requests that are worth sending: none for a credential that
// cannot work, the one without credentials always first, and the one with
// credentials only if the first found a registry.
func gather(ctx context.Context, asker Asker, r Request, e Evidence) Evidence {
	if _, unsendable := judgeCredential(e.Credential); unsendable {
		return e
	}
	anonymous := asker.Ask(ctx, r.Endpoint, registry.Credential{})
	e.Anonymous = &anonymous
	if e.Credential.Method == registry.MethodAnonymous {
		return e
	}
	if _, ended := judgeFirst(anonymous); ended {
		return e
	}
	authenticated := asker.Ask(ctx, r.Endpoint, r.Credential)
	e.Authenticated = &authenticated
	return e
}
