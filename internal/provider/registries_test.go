package provider

import (
	"bytes"
	"crypto/rand"
	"encoding/csv"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stellaops/terraform-provider-stellaops/internal/advice"
	"github.com/stellaops/terraform-provider-stellaops/internal/credentials"
	"github.com/stellaops/terraform-provider-stellaops/internal/doctor"
	"github.com/stellaops/terraform-provider-stellaops/internal/redact"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/registrytest"
)

// golden is what the guide is made of. Read the difference before you write it anew,
// with UPDATE_GOLDEN=1: is each answer what is true?
const golden = "testdata/registries.csv"

// The columns of the golden table.
const (
	columnRegistry = iota
	columnCredential
	columnStatus
	columnVerified
	columnRejected
	columnReason
	columnRequests
	columnProof    // the status with require_verified, and the reason where it is another
	columnEvidence // "assumed" where an answer of grade [?] took part, "not measured" where one is missing
)

// goldenRows asks every profile with every credential.
func goldenRows(t *testing.T, profiles []registrytest.Profile) [][]string {
	t.Helper()
	rows := [][]string{{"registry", "credentials", "status", "verified", "rejected", "reason", "requests", "with require_verified", "evidence"}}
	for _, profile := range profiles {
		for _, name := range []string{"good", "good token", "identity token", "wrong password", "unknown user", "expired", "garbage token", "anonymous"} {
			found := foundIn(profile.Start(t), name)
			if found.Source == credentials.SourceNone && name != "anonymous" {
				continue // this registry takes none of that kind
			}
			rows = append(rows, goldenRow(t, profile, name))
		}
	}
	return rows
}

func foundIn(instance *registrytest.Instance, name string) credentials.Result {
	c := arguments{NamedCredential: instance.Credential(name)}
	switch name {
	case "good token":
		c.Token = instance.GoodToken
	case "identity token":
		c.IdentityToken = instance.IdentityToken
	}
	return credentials.FromArguments(credentials.Arguments{
		Username: written(c.Username), Password: writtenSecret(c.Password), Token: writtenSecret(c.Token), IdentityToken: writtenSecret(c.IdentityToken),
	})
}

// goldenRow asks each question of a new instance, since some lock a login out.
func goldenRow(t *testing.T, profile registrytest.Profile, name string) []string {
	t.Helper()
	instance, proven := profile.Start(t), profile.Start(t)
	plain := checkInstance(t, instance, foundIn(instance, name), false).verdict
	proof := checkInstance(t, proven, foundIn(proven, name), true).verdict
	if instance.Unmeasured() {
		return []string{profile.Name, name, "", "", "", "", "", "", "not measured"}
	}
	requests := len(instance.Requests())
	if instance.Tokens != nil {
		requests += len(instance.Tokens.Requests())
	}
	evidence, proofText := "", proof.Status()
	if len(instance.Assumed()) > 0 {
		evidence = "assumed"
	}
	if proof.Reason != plain.Reason {
		proofText += ", " + string(proof.Reason)
	}
	if proven.Unmeasured() {
		proofText = "not measured"
	}
	return []string{
		profile.Name, name, plain.Status(), strconv.FormatBool(plain.Verified), strconv.FormatBool(plain.Rejected), string(plain.Reason),
		strconv.Itoa(requests), proofText, evidence,
	}
}

// arguments are what a user would write.
type arguments struct {
	registrytest.NamedCredential
	IdentityToken string
}

// written is an argument that is left out when it has nothing in it.
func writtenSecret(s string) *registry.Secret {
	if s == "" {
		return nil
	}
	made := registry.NewSecret(s)
	return &made
}

func written(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func checkInstance(t *testing.T, instance *registrytest.Instance, found credentials.Result, proof bool) result {
	t.Helper()
	endpoint, err := registry.ParseEndpoint(instance.Address)
	if err != nil {
		t.Fatal(err)
	}
	client := registry.NewClient(registry.Options{})
	t.Cleanup(client.CloseIdleConnections)
	e, v, err := doctor.New(registry.NewCache(client), redact.New(), rand.Text).Check(t.Context(), doctor.Request{
		Endpoint: endpoint, Credential: found.Credential,
		TokenExchange: true, RequireVerified: proof, Timeout: time.Minute,
	})
	if err != nil {
		t.Fatal(err)
	}
	return result{verdict: v, evidence: e, advice: advice.Of(e, v)}
}

func TestWhatRegistriesAnswer(t *testing.T) {
	t.Parallel()
	profiles, err := registrytest.Profiles()
	if err != nil {
		t.Fatal(err)
	}
	rows := goldenRows(t, profiles)
	var table strings.Builder
	if err := csv.NewWriter(&table).WriteAll(rows); err != nil {
		t.Fatal(err)
	}
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(golden, []byte(table.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	got, wanted := strings.Split(table.String(), "\n"), strings.Split(string(want), "\n")
	for i := range max(len(got), len(wanted)) {
		if i >= len(got) || i >= len(wanted) || got[i] != wanted[i] {
			t.Errorf("line %d of %s is different:\ngot  %q\nwant %q", i+1, golden, got[min(i, len(got)):][:1], wanted[min(i, len(wanted)):][:1])
		}
	}
}

// TestRegistries_TellPasswordsApart holds the rules that are true of every registry
// over the golden table, which the test above compares with what is answered.
func TestRegistries_TellPasswordsApart(t *testing.T) {
	t.Parallel()
	profiles, err := registrytest.Profiles()
	if err != nil {
		t.Fatal(err)
	}
	byName := map[string]registrytest.Profile{}
	for _, p := range profiles {
		byName[p.Name] = p
		if _, listed := alikeRegistries[p.Name]; listed != (p.Alike != "" || p.AnyPassword != "") {
			t.Errorf("%s: listed here as one that answers all logins alike: %t; by its file: %q %q", p.Name, listed, p.Alike, p.AnyPassword)
		}
	}
	table, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(table)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows[1:] {
		t.Run(row[columnRegistry]+", "+row[columnCredential], func(t *testing.T) {
			t.Parallel()
			for _, broken := range brokenRules(row, byName[row[columnRegistry]]) {
				t.Errorf("%s: %q", broken, row)
			}
		})
	}
}

// alikeRegistries are those that answer all logins alike, each with the reason. No other
// may be excused from the rules.
var alikeRegistries = map[string]string{
	"distribution, no auth":                  "looks at no credentials",
	"distribution, silly":                    "takes any header",
	"distribution, token service down":       "cannot look at credentials",
	"docker_auth, no password check":         "has accounts without passwords",
	"Nexus, anonymous pull":                  "takes any credentials for anonymous ones",
	"registry.k8s.io":                        "is open, and has no accounts",
	"captive portal":                         "is not a registry",
	"zot, htpasswd and anonymous policy":     "is open, so that a 200 proves nothing",
	"Harbor, database down":                  "refuses every client",
	"ACR, firewall":                          "refuses every client",
	"ACR, firewall before its token service": "refuses every client",
	"GHCR, anonymous token":                  "gives anonymous tokens that say as little as the user's",
	"ECR Public":                             "gives anonymous tokens that say as little as the user's",
	"olareg, token":                          "gives anonymous tokens that say as little as the user's",
}

// brokenRules returns the rules that a row of the golden table breaks.
func brokenRules(row []string, p registrytest.Profile) []string {
	if row[columnEvidence] == "not measured" {
		return nil
	}
	good := strings.HasPrefix(row[columnCredential], "good") || row[columnCredential] == "identity token"
	passed, verified, rejected := row[columnStatus] == "pass", row[columnVerified] == "true", row[columnRejected] == "true"
	checked, anyPassword := p.Alike == "" && p.AnyPassword == "", p.AnyPassword != ""
	var broken []string
	rule := func(name string, isBroken bool) {
		if isBroken {
			broken = append(broken, name)
		}
	}
	switch {
	case good:
		rule("a good login is verified where passwords are checked", checked && !verified)
		rule("a good login is not rejected where passwords are checked", checked && rejected)
		rule("a good login that is verified passes require_verified", checked && row[columnProof] != "pass")
	case row[columnCredential] == "anonymous":
		rule("no credentials are never verified", verified)
	default:
		rule("a wrong password is never verified where another would not be", verified && !anyPassword)
		rule("a wrong password passes only where any password does", passed && !anyPassword)
	}
	rule("only a good login passes require_verified", !good && row[columnProof] == "pass")
	return broken
}

func TestRegistries_RulesFindWhatBreaksThem(t *testing.T) {
	t.Parallel()
	checked := registrytest.Profile{}
	for name, row := range map[string][]string{
		"a good login that is not verified":        {"r", "good", "pass", "false", "false", "exchange_inconclusive", "4", "pass", ""},
		"a good login that is rejected":            {"r", "good token", "fail", "false", "true", "token_invalid", "2", "fail", ""},
		"a verified wrong password":                {"r", "wrong password", "pass", "true", "false", "accepted", "2", "fail", ""},
		"a wrong password that passes":             {"r", "expired", "pass", "false", "false", "exchange_inconclusive", "4", "fail", ""},
		"a wrong password that is proven":          {"r", "unknown user", "fail", "false", "true", "invalid_credentials", "2", "pass", ""},
		"no credentials that are verified":         {"r", "anonymous", "pass", "true", "false", "anonymous_accepted", "1", "fail", ""},
		"a verified login that fails the invented": {"r", "good", "pass", "true", "false", "accepted", "2", "fail, anyone_accepted", ""},
	} {
		if len(brokenRules(row, checked)) == 0 {
			t.Errorf("%s breaks no rule", name)
		}
	}
}
