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

// DefaultTimeout bounds a check that sets no timeout.
const DefaultTimeout = 30 * time.Second

// Request describes one check.
type Request struct {
	// Skipped names the switch that turned the check off; empty for a check that is
	// made. When it is set, the other fields are ignored.
	Skipped string

	Endpoint   registry.Endpoint
	Credential registry.Credential
	// Next are the credentials that a client would try, in this order, where the ones
	// before do not pass.
	Next            []registry.Credential
	Notes           []string      // what is wrong with the source, in sentences
	Source          string        // a value of the attribute credential_source
	Place           verdict.Place // the same for a message
	SourceFailure   string        // why the credential could not be read; empty if it could
	TokenExchange   bool          // whether requests to a token service are allowed
	RequireVerified bool          // whether a pass without proof becomes a fail
	Access          []AccessRequest
	Timeout         time.Duration // for messages; the deadline is that of the context
	Retry           registry.Retry
}

// Doctor makes checks. It is safe for concurrent use. [New] makes one.
type Doctor struct {
	asker    registry.Asker
	redactor *redact.Redactor
	decoy    decoy
	hidden   []registry.Secret
}

// New returns a doctor that sends its requests through asker; a [registry.Cache]
// shares answers between checks. redactor learns each secret that is sent. random
// returns an unpredictable text of at least 16 letters, for credentials that exist
// nowhere. hidden are other secrets that must not be shown, such as the login of a
// proxy.
func New(asker registry.Asker, redactor *redact.Redactor, random func() string, hidden ...registry.Secret) *Doctor {
	return &Doctor{asker: asker, redactor: redactor, decoy: newDecoy(random), hidden: hidden}
}

// Check sends requests until ctx ends, judges the answers, and removes secrets from the
// evidence. A bad credential, registry or network is a verdict, and so is a deadline.
// The only error is a cancelled context. Where several credentials fail, the verdict is
// that they are rejected only if each of them was.
func (d *Doctor) Check(ctx context.Context, r Request) (verdict.Evidence, verdict.Verdict, error) {
	secrets := slices.Concat(r.Credential.Secrets(), d.hidden)
	for _, next := range r.Next {
		secrets = append(secrets, next.Secrets()...)
	}
	d.redactor.Add(secrets...)
	evidence, issued := d.gather(ctx, r)
	secrets = append(secrets, issued...)
	v := verdict.Judge(evidence)
	last := v
	for _, next := range r.Next {
		if last.Passed || last.Outage {
			break
		}
		r.Credential = next
		e, issued := d.gather(ctx, r)
		secrets = append(secrets, issued...)
		if last = verdict.Judge(e); last.Passed || v.Rejected && !last.Rejected {
			evidence, v = e, last
		}
	}
	if err := ctx.Err(); errors.Is(err, context.Canceled) {
		return verdict.Evidence{}, verdict.Verdict{}, fmt.Errorf("check %s: %w", r.Endpoint.Host(), err)
	}
	return clean(evidence, d.redactor.For(secrets...)), v, nil
}

// gather returns the evidence of one credential, and the tokens that were issued.
func (d *Doctor) gather(ctx context.Context, r Request) (verdict.Evidence, []registry.Secret) {
	g := gatherer{asker: d.asker, redactor: d.redactor, hidden: d.hidden, decoy: d.decoy, request: r, Evidence: verdict.Evidence{
		Skipped:         r.Skipped,
		Endpoint:        r.Endpoint,
		Credential:      credentialFacts(r),
		Timeout:         r.Timeout,
		AskedAt:         time.Now(),
		RequireVerified: r.RequireVerified,
	}}
	g.scoped, g.tried = map[string]registry.TokenAnswer{}, map[registry.Trial]registry.Answer{}
	g.gather(registry.WithRetry(ctx, r.Retry))
	return g.Evidence, g.issued
}
