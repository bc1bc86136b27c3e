package doctor

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

// What is the same for every check, from the source document.
const (
	CheckID             = "check.integration.oci.credentials"
	Plugin              = "stellaops.doctor.integration"
	Severity            = "fail"
	VerificationCommand = "stella doctor run --check " + CheckID
)

// Tags are the tags of the check.
func Tags() []string { return []string{"registry", "oci", "credentials", "secrets", "auth"} }

// Related are the ids of the related checks.
func Related() []string {
	return []string{"check.integration.oci.registry", "check.integration.oci.pull", "check.integration.oci.push"}
}

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

// Report is one answer.
type Report struct {
	Verdict
	Status       string // pass, fail or skip
	Message      string
	Method       registry.Method // empty when the credential is not known
	RegistryHost string          // empty when the check was skipped
	HTTPStatus   int             // 0 when nothing answered
	Trail        *Trail          // nil when nothing was sent
	Access       []AccessResult
	// TrustHelps says that a trusted realm would have been asked.
	TrustHelps  bool
	Causes      []string
	Remediation []Remediation
	// Outage says that the registry itself gave no answer about any credential, so
	// that another one would fare no better.
	Outage    bool
	ExpiresAt time.Time // what the secret itself says; zero if nothing
}

// Trail is what the evidence shows to users: nothing secret, nothing that
// changes from run to run.
type Trail struct {
	Endpoint  string
	Challenge *ChallengeTrail // nil when there was none
	Exchange  *ExchangeTrail  // nil when no token service was asked
}

// ChallengeTrail is a challenge with the parameters that registries use.
type ChallengeTrail struct{ Scheme, Realm, Service, Scope, Error string }

// Doctor makes checks. It is safe for concurrent use; make it with [New].
type Doctor struct {
	asker  registry.Asker
	decoy  invented
	hidden []registry.Secret
}

// New makes a doctor, which asks through a [registry.Memory] where its questions are
// to be shared. random returns a text that nobody can guess, of 16 letters or more,
// for what is invented. hidden are secrets of the way to the registry, which are not
// to be shown either.
func New(asker registry.Asker, random func() string, hidden ...registry.Secret) *Doctor {
	return &Doctor{asker: asker, decoy: newInvented(random), hidden: hidden}
}

// Check asks the registry and judges its answers, until ctx ends. A bad credential,
// registry or network is a report, and so is a deadline; the only error is that of a
// context that was cancelled. Of several failures one that proves nothing counts,
// since not all of them were proven.
func (d *Doctor) Check(ctx context.Context, r Request) (Report, error) {
	report := d.check(ctx, r)
	last := report
	for _, next := range r.Next {
		if last.Passed || last.Outage {
			break
		}
		r.Credential = next
		if last = d.check(ctx, r); last.Passed || report.Rejected && !last.Rejected {
			report = last
		}
	}
	if err := ctx.Err(); errors.Is(err, context.Canceled) {
		return Report{}, fmt.Errorf("check %s: %w", r.Endpoint.Host(), err)
	}
	return report, nil
}

func (d *Doctor) check(ctx context.Context, r Request) Report {
	g := gatherer{asker: d.asker, decoy: d.decoy, request: r, scoped: map[string]registry.TokenAnswer{}, Evidence: Evidence{
		Skipped:         r.Skipped,
		Endpoint:        r.Endpoint,
		Credential:      examine(r),
		Timeout:         r.Timeout,
		AskedAt:         time.Now(),
		RequireVerified: r.RequireVerified,
	}}
	g.gather(registry.WithRetry(ctx, r.Retry))
	return NewReport(g.Evidence, registry.NewCleaner(r.Credential, slices.Concat(g.minted, d.hidden)...))
}

// NewReport judges the evidence and words the verdict; all foreign text in it
// goes through clean.
func NewReport(e Evidence, clean registry.Cleaner) Report {
	verdict := Judge(e)
	r := Report{
		Verdict:      verdict,
		Status:       "fail",
		Message:      message(e, verdict, clean),
		Method:       e.Credential.Method,
		RegistryHost: e.Endpoint.Host(),
		Access:       e.Access,
		TrustHelps:   verdict.Reason == ReasonRealmUnsafe && e.Exchange.Failure.Fault == registry.FaultInward,
		Causes:       causes(e, verdict),
		Outage:       isOutage(verdict.Reason),
		ExpiresAt:    e.Credential.ExpiresAt,
		Remediation:  remediation(e, verdict, clean),
	}
	switch {
	case verdict.Reason == ReasonSkipped:
		r.Status, r.Method, r.RegistryHost = "skip", "", ""
	case verdict.Reason == ReasonCredentialSourceFailed:
		r.Method = ""
	case verdict.Passed:
		r.Status = "pass"
	}
	if last := e.last(); last != nil {
		r.HTTPStatus = last.Status
		r.Trail = &Trail{Endpoint: e.Endpoint.URL(), Challenge: challengeTrail(e, clean), Exchange: exchangeTrail(e.Exchange, clean)}
	}
	return r
}

// challengeTrail shows the challenge that counts: Bearer before Basic before
// any other.
func challengeTrail(e Evidence, clean registry.Cleaner) *ChallengeTrail {
	offered := e.offered()
	if len(offered) == 0 {
		return nil
	}
	challenge, ok := registry.FindChallenge(offered, "Bearer")
	if !ok {
		challenge, ok = registry.FindChallenge(offered, "Basic")
	}
	if !ok {
		challenge = offered[0]
	}
	show := func(text string) string { return registry.Cut(clean.Scrub(text), maxRegistryText) }
	return &ChallengeTrail{
		Scheme:  show(challenge.Scheme),
		Realm:   show(registry.WithoutUserInfo(challenge.Params["realm"])),
		Service: show(challenge.Params["service"]),
		Scope:   show(challenge.Params["scope"]),
		Error:   clean.Clean(challenge.Params["error"], maxRegistryText),
	}
}

// ExchangeTrail is what came of asking a token service.
type ExchangeTrail struct {
	Endpoint string
	Status   int // 0 when nothing answered
	Outcome  string
}

// exchangeTrail shows the first question to the token service.
func exchangeTrail(t *registry.TokenAnswer, clean registry.Cleaner) *ExchangeTrail {
	if t == nil {
		return nil
	}
	return &ExchangeTrail{
		Endpoint: registry.Cut(clean.Scrub(t.Endpoint), maxRegistryText),
		Status:   t.Status,
		Outcome:  outcome(*t),
	}
}

// What a token service's answer amounts to.
const (
	outcomeIssued      = "issued"      // a token
	outcomeRefused     = "refused"     // none for these credentials
	outcomeUnusable    = "unusable"    // nothing that can be understood
	outcomeRedirected  = "redirected"  // another address, which is not asked
	outcomeUnavailable = "unavailable" // no answer
	outcomeUnsafe      = "unsafe"      // it was not asked
)

// Outcomes are the values of [ExchangeTrail.Outcome].
func Outcomes() []string {
	return []string{outcomeIssued, outcomeRefused, outcomeUnusable, outcomeRedirected, outcomeUnavailable, outcomeUnsafe}
}

// outcome names what a token service's answer amounts to.
func outcome(t registry.TokenAnswer) string {
	switch {
	case t.Failure.Unsafe():
		return outcomeUnsafe
	case t.Failure != nil:
		return outcomeUnavailable
	case t.Location != "":
		return outcomeRedirected
	case !t.Usable():
		return outcomeUnusable
	case t.Token.Empty():
		return outcomeRefused
	default:
		return outcomeIssued
	}
}
