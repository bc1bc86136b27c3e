package doctor_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/registrytest"
	"github.com/stellaops/terraform-provider-stellaops/internal/verdict"
)

// The secrets, with letters that look otherwise in a URL or in base64.
const (
	attackUser          = "ci"
	attackPassword      = "p4ss/word+99=%41~x"
	attackToken         = "b3arer/t0ken+77=%42~y"
	attackIdentityToken = "r3fresh/t0ken+55=%43~z"
	attackTimeout       = 20 * time.Second

	basicMethod    = registry.MethodBasic
	bearerMethod   = registry.MethodBearer
	identityMethod = registry.MethodIdentityToken
)

// attackMinted is the token that is issued for the credentials, a JWT that names
// the user. It is a secret too.
var attackMinted = encoded(`{"alg":"none"}`) + "." + encoded(`{"sub":"`+attackUser+`"}`) + "." + encoded("m1nted")

func encoded(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }

// attackCredentials are the credentials that can be configured.
func attackCredentials() map[registry.Method]registry.Credential {
	return map[registry.Method]registry.Credential{
		basicMethod:    {Username: attackUser, Password: registry.NewSecret(attackPassword)},
		bearerMethod:   {Token: registry.NewSecret(attackToken)},
		identityMethod: {Username: attackUser, IdentityToken: registry.NewSecret(attackIdentityToken)},
	}
}

// everyone, exchanging and presenting choose the credentials of an attack: all, those
// that a token service receives, and those that the registry receives.
func everyone(r verdict.Reason) map[registry.Method]verdict.Reason {
	return map[registry.Method]verdict.Reason{basicMethod: r, bearerMethod: r, identityMethod: r}
}

func exchanging(r verdict.Reason) map[registry.Method]verdict.Reason {
	return map[registry.Method]verdict.Reason{basicMethod: r, identityMethod: r}
}

func presenting(r verdict.Reason) map[registry.Method]verdict.Reason {
	return map[registry.Method]verdict.Reason{basicMethod: r, bearerMethod: r}
}

// traces are the encodings in which a secret may be sent.
func traces() []string {
	var forms []string
	for _, secret := range []string{attackPassword, attackToken, attackIdentityToken, attackMinted} {
		forms = append(forms, secret, url.QueryEscape(secret), url.PathEscape(secret), (&url.URL{Path: secret}).EscapedPath(), fmt.Sprintf("%x", secret))
		for _, text := range []string{secret, attackUser + ":" + secret} {
			forms = append(forms, base64.RawStdEncoding.EncodeToString([]byte(text)), base64.RawURLEncoding.EncodeToString([]byte(text)))
		}
	}
	return forms
}

// traceIn returns the encoding of a secret that occurs in the text; empty for none.
// Invisible letters are ignored.
func traceIn(text string) string {
	plain := strings.ToLower(strings.NewReplacer("\u200b", "", " ", "", "\\n", "").Replace(text))
	for _, form := range traces() {
		if strings.Contains(plain, strings.ToLower(form)) {
			return form
		}
	}
	return ""
}

func wantNoSecret(t *testing.T, where, text string) {
	t.Helper()
	if form := traceIn(text); form != "" {
		t.Errorf("%s holds a secret as %q:\n%s", where, form, text)
	}
}

// shown returns every text of a report.
func shown(t *testing.T, report report) string {
	t.Helper()
	text, err := json.Marshal(report)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// attackTable collects the results of the attacks.
type attackTable struct {
	mu      sync.Mutex
	names   []string // in the order of the rows
	results map[string]attackResult
}

type attackResult struct {
	reasons map[verdict.Reason]bool
	checks  int
	longest time.Duration
	spoken  bool
}

func (a *attackTable) add(row attack, reason verdict.Reason, took time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	r := a.results[row.name]
	if r.reasons == nil {
		r.reasons = map[verdict.Reason]bool{}
	}
	r.reasons[reason] = true
	r.checks++
	r.longest, r.spoken = max(r.longest, took), row.spoken
	a.results[row.name] = r
}

func (a *attackTable) log(t *testing.T) {
	a.mu.Lock()
	defer a.mu.Unlock()
	var text strings.Builder
	table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	line := func(format string, values ...any) {
		_, _ = fmt.Fprintf(table, format+"\n", values...) // into memory
	}
	line("\nattack\treason\tchecks\tlongest")
	checks, spoken := 0, 0
	for _, name := range a.names {
		r, tried := a.results[name]
		if !tried {
			continue // not selected by -run
		}
		reasons := fmt.Sprint(slices.Sorted(maps.Keys(r.reasons)))
		line("%s\t%s\t%d\t%s", name, strings.Trim(reasons, "[]"), r.checks, r.longest.Round(time.Millisecond))
		checks += r.checks
		if r.spoken {
			spoken++
		}
	}
	_ = table.Flush() // into memory
	t.Log(text.String())
	if t.Failed() {
		t.Logf("%d attacks: NOT every trap stayed empty, or a reason is wrong", len(a.results))
		return
	}
	t.Logf("%d attacks: every trap stayed empty (%d checks; %d of the traps stand in the way, were spoken to and heard no secret)", len(a.results), checks, spoken)
}

// attacks are the rows of all tables.
func attacks() []attack {
	return slices.Concat(redirectAttacks(), tokenRedirectAttacks(), realmAttacks(), challengeAttacks(), useAttacks(), headerAttacks(), echoAttacks(), middleAttacks())
}

func TestAttacks(t *testing.T) {
	t.Parallel()
	authority := registrytest.NewAuthority()
	table := &attackTable{results: map[string]attackResult{}}
	t.Cleanup(func() { table.log(t) })
	for _, row := range attacks() {
		if !slices.Contains(table.names, row.name) {
			table.names = append(table.names, row.name)
		}
		for method, reason := range row.want {
			t.Run(strings.ReplaceAll(row.name+", "+row.variant+", "+string(method), ", , ", ", "), func(t *testing.T) {
				t.Parallel()
				s := newScene(t, authority, row, attackCredentials()[method])
				began := time.Now()
				report := s.check(t)
				table.add(row, report.Reason, time.Since(began))
				if report.Reason != reason {
					t.Errorf("reason %s, want %s: %s", report.Reason, reason, report.Message)
				}
				s.wantNothingStolen(t, row, report)
			})
		}
	}
	if len(table.names) < 45 {
		t.Errorf("%d attacks, want at least 45", len(table.names))
	}
}
