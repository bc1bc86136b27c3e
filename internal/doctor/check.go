package doctor

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/stellaops/terraform-provider-stellaops/internal/redact"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/verdict"
)

// DefaultTimeout bounds a check whose configuration does not.
const DefaultTimeout = 30 * time.Second

// Request is one check.
type Request struct {
	// Skipped names the switch that turned the check off; the rest does not count
	// then. It is empty for a check that is made.
	Skipped string

	Endpoint   registry.Endpoint
	Credential registry.Credential
	// Next are the credentials that a client would try in turn where the ones before
	// do not pass.
	Next            []registry.Credential
	Notes           []string // what is wrong with where the credential came from, in sentences
	Source          string   // where it came from, in the words of credential_source
	SourceFailure   string   // why the credential could not be fetched; empty if it could
	TokenExchange   bool     // whether a token service may be asked
	RequireVerified bool     // whether a pass needs proof
	Access          []AccessRequest
	Timeout         time.Duration // of the check, for words; the deadline is that of its context
	Retry           registry.Retry
}

// Doctor makes checks. It is safe for concurrent use; make it with [New].
type Doctor struct {
	asker    registry.Asker
	redactor *redact.Redactor
	decoy    decoy
	hidden   []registry.Secret
}

// New makes a doctor, which asks through a [registry.Memory] where its questions are
// to be shared. redactor learns each secret that is sent. random returns a text that
// cannot be guessed, of 16 letters or more, for what is invented. hidden are secrets of
// the way to the registry, which are not to be shown either.
func New(asker registry.Asker, redactor *redact.Redactor, random func() string, hidden ...registry.Secret) *Doctor {
	return &Doctor{asker: asker, redactor: redactor, decoy: newDecoy(random), hidden: hidden}
}

// Check asks the registry until ctx ends, judges its answers, and cleans them for
// those who show them. A bad credential,
// registry or network is a verdict, and so is a deadline; the only error is that of a
// context that was cancelled. Of several failures one that proves nothing counts,
// since not all of them were proven.
func (d *Doctor) Check(ctx context.Context, r Request) (verdict.Evidence, verdict.Verdict, error) {
	secrets := slices.Concat(r.Credential.Secrets(), d.hidden)
	for _, next := range r.Next {
		secrets = append(secrets, next.Secrets()...)
	}
	d.redactor.Add(secrets...)
	evidence := d.gather(ctx, r)
	v := verdict.Judge(evidence)
	last := v
	for _, next := range r.Next {
		if last.Passed || last.Outage {
			break
		}
		r.Credential = next
		e := d.gather(ctx, r)
		if last = verdict.Judge(e); last.Passed || v.Rejected && !last.Rejected {
			evidence, v = e, last
		}
	}
	if err := ctx.Err(); errors.Is(err, context.Canceled) {
		return verdict.Evidence{}, verdict.Verdict{}, fmt.Errorf("check %s: %w", r.Endpoint.Host(), err)
	}
	return clean(evidence, d.redactor.For(secrets...)), v, nil
}

func (d *Doctor) gather(ctx context.Context, r Request) verdict.Evidence {
	g := gatherer{asker: d.asker, redactor: d.redactor, decoy: d.decoy, request: r, scoped: map[string]registry.TokenAnswer{}, Evidence: verdict.Evidence{
		Skipped:         r.Skipped,
		Endpoint:        r.Endpoint,
		Credential:      credentialFacts(r),
		Timeout:         r.Timeout,
		AskedAt:         time.Now(),
		RequireVerified: r.RequireVerified,
	}}
	g.gather(registry.WithRetry(ctx, r.Retry))
	return g.Evidence
}
