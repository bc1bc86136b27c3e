package doctor

import (
	"context"
	"slices"
	"time"

	"github.com/stellaops/terraform-provider-stellaops/internal/memo"
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

// Request is one question.
type Request struct {
	// Skipped names the switch that turned the check off; the rest does not count
	// then. It is empty for a check that is made.
	Skipped string

	Endpoint        registry.Endpoint
	Credential      registry.Credential
	Notes           []string  // what is wrong with where the credential came from, in sentences
	Source          string    // where it came from, in the words of credential_source
	SourceFailure   string    // why the credential could not be fetched; empty if it could
	ExpiresAt       time.Time // what the secret itself says; zero if nothing
	TokenExchange   bool      // whether a token service may be asked
	RequireVerified bool      // whether a pass needs proof
	Access          []AccessRequest
	Timeout         time.Duration // deadline over the whole check
	Spent           time.Duration // of its time, before it was asked
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
	Outage bool
	Took   time.Duration // of its time

	settled bool // asking again would lead to the same
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
	wire   Wire
	now    func() time.Time
	random func() string
	decoy  string
	hidden []registry.Secret
	keys   keyer
	store  *store
}

// New makes a doctor with a store of its own. random returns a text that nobody
// can guess, of 16 letters or more, for credentials that nobody has.
// hidden are secrets of the wire itself, which are not to be shown either.
func New(wire Wire, now func() time.Time, random func() string, hidden ...registry.Secret) *Doctor {
	return &Doctor{wire: wire, now: now, random: random, decoy: "decoy-" + random()[:8], hidden: hidden, keys: keyer{[]byte(random())}, store: newStore(now)}
}

// Check asks the registry and judges its answers. A bad credential, registry or
// network is a report; the only error is that of ctx, when the caller gave up. The
// same check is made once for all who ask for it at the same time, and once a
// minute if it was a pass or a refusal.
func (d *Doctor) Check(ctx context.Context, r Request) (Report, error) {
	return d.store.reports.Get(ctx, memo.Question[Report]{
		Key: d.keys.check(r), Flight: patience(r), Policy: policy(r.Retry), Endless: true, // make keeps to the time by itself
		Ask: func(ctx context.Context) Report { return d.make(ctx, r) },
		Keep: func(report Report) (Report, int) {
			if report.Rejected || report.Passed && report.settled {
				report.Took = 0 // it costs nobody any time again
				return report, report.weight()
			}
			return report, 0
		},
	})
}

// make makes one check. Waiting for a turn costs none of its time; who waits has
// asked whether the registry is there at all.
func (d *Doctor) make(ctx context.Context, r Request) Report {
	took := time.Duration(0)
	timed := func(part func(ctx context.Context)) {
		bounded, cancel := context.WithTimeout(registry.WithRetry(ctx, r.Retry), r.Timeout-r.Spent-took)
		defer cancel()
		began := d.now()
		part(bounded)
		took += d.now().Sub(began)
	}
	g := gatherer{wire: d.wire, store: d.store, keys: d.keys, random: d.random, decoy: d.decoy, request: r, Evidence: Evidence{
		Skipped:         r.Skipped,
		Endpoint:        r.Endpoint,
		Credential:      examine(r),
		Timeout:         r.Timeout,
		AskedAt:         d.now(),
		RequireVerified: r.RequireVerified,
	}}
	if _, unsendable := judgeUnsent(g.Evidence); !unsendable {
		timed(g.gatherFirst)
		if _, ended := judgeFirst(*g.Anonymous); !ended {
			done, err := d.store.turns.take(ctx, g.hosts()...)
			if err != nil {
				return Report{} // nobody waits for it
			}
			defer done()
			timed(g.gather)
		}
	}
	report := NewReport(g.Evidence, registry.NewCleaner(r.Credential, slices.Concat(g.minted, d.hidden)...))
	report.Took, report.settled = took, !g.unsettled
	return report
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
