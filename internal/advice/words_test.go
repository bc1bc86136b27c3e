package advice_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stellaops/terraform-provider-stellaops/internal/advice"
	"github.com/stellaops/terraform-provider-stellaops/internal/credentials"
	"github.com/stellaops/terraform-provider-stellaops/internal/doctor"
	"github.com/stellaops/terraform-provider-stellaops/internal/redact"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/verdict"
	"github.com/stellaops/terraform-provider-stellaops/internal/verdict/verdicttest"
)

// golden is the page of what users read. UPDATE_GOLDEN=1 writes it: read the difference.
const golden = "testdata/words.md"

// failure is one thing that goes wrong, and what the page shows of it.
type failure struct {
	name        string
	address     string              // registry.example.com where it is empty
	credential  registry.Credential // in the arguments
	search      credentials.Search  // more of them
	environ     []string
	docker      string // content of a Docker configuration
	appsettings string
	r0, r1, v   *registry.Answer
	token       func(registry.TokenRequest) *registry.TokenAnswer
	use         *registry.Answer
	try         func(registry.Trial) *registry.Answer // in place of use
	access      []doctor.AccessRequest
	change      func(*doctor.Request)
}

// parts returns the failures of each part of the page.
func parts() []struct {
	title    string
	failures []failure
} {
	return []struct {
		title    string
		failures []failure
	}{
		{"Thirty failures", thirty()},
		{"What can be seen on a login", seenOnLogins()},
		{"What was once said and was not true", onceUntrue()},
		{"Images", images()},
	}
}

// run makes the check of a failure; problem is the text of an error in its place.
func (f failure) run(t *testing.T) (r report, problem string) {
	t.Helper()
	if f.address == "" {
		f.address = "registry.example.com"
	}
	found := f.find(t)
	if found.err != nil {
		return report{}, found.err.Error()
	}
	s := &script{use: f.use, try: f.try}
	for to, from := range map[*registry.Answer]*registry.Answer{&s.r0: f.r0, &s.r1: f.r1, &s.v: f.v} {
		if from != nil {
			*to = *from
		}
	}
	if f.token != nil {
		s.tokens = func(r registry.TokenRequest) registry.TokenAnswer { return *f.token(r) }
	}
	request := doctor.Request{
		Endpoint: endpoint(t, f.address), Credential: found.Credential, Next: found.Next, Notes: found.Notes, Source: string(found.Source), Place: verdict.Place(found.Place),
		SourceFailure: found.Failure, TokenExchange: true, Access: f.access, Timeout: 30 * time.Second,
	}
	if f.change != nil {
		f.change(&request)
	}
	r, err := within(t.Context(), doctor.New(registry.NewCache(s), redact.New(), random), request)
	if err != nil {
		t.Fatal(err)
	}
	return r, ""
}

// found is the result of a search, or its error.
type found struct {
	credentials.Result
	err error
}

func (f failure) find(t *testing.T) found {
	t.Helper()
	search, c := f.search, f.credential
	search.Endpoint, search.Address = endpoint(t, f.address), f.address
	for to, secret := range map[**registry.Secret]registry.Secret{&search.Arguments.Password: c.Password, &search.Arguments.Token: c.Token, &search.Arguments.IdentityToken: c.IdentityToken} {
		if !secret.Empty() {
			*to = &secret
		}
	}
	if c.Username != "" {
		search.Arguments.Username = &c.Username
	}
	places := credentials.Places{Environ: f.environ}
	for path, content := range map[*string]string{&places.DockerConfigPath.Value: f.docker, &places.AppsettingsPath.Value: f.appsettings} {
		if content == "" {
			continue
		}
		*path = filepath.Join(t.TempDir(), "file.json")
		if err := os.WriteFile(*path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	result, err := places.Find(t.Context(), search)
	if err != nil { // without the folder of this run
		for _, path := range []string{places.DockerConfigPath.Value, places.AppsettingsPath.Value} {
			err = errors.New(strings.ReplaceAll(err.Error(), filepath.Dir(path)+"/", ""))
		}
	}
	return found{result, err}
}

func TestOf_ReadsAsThePageOfWords(t *testing.T) {
	t.Parallel()
	var got strings.Builder
	got.WriteString("# What a person reads\n\nEach failure, the message, the likely causes and the first step for Terraform and at the registry.\n" +
		"A test writes this page; a change of a word is a difference of it.\n")
	for _, part := range parts() {
		fmt.Fprintf(&got, "\n## %s\n", part.title)
		for i, f := range part.failures {
			fmt.Fprintf(&got, "\n### %d. %s\n\n", i+1, f.name)
			r, problem := f.run(t)
			if problem != "" {
				fmt.Fprintf(&got, "error: %s\n", problem)
				continue
			}
			fmt.Fprintf(&got, "`%s`: %s\n", r.Reason, r.Message)
			for _, cause := range r.Causes {
				fmt.Fprintf(&got, "- %s\n", cause)
			}
			for _, remediation := range r.Remediation {
				if remediation.Platform == "terraform" || remediation.Platform == "registry" {
					fmt.Fprintf(&got, "- %s: %s\n", remediation.Platform, remediation.Steps[0])
				}
			}
		}
	}
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(golden, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	wanted := strings.Split(string(want), "\n")
	for i, line := range strings.Split(got.String(), "\n") {
		if i >= len(wanted) || wanted[i] != line {
			t.Fatalf("line %d of %s is different:\ngot  %s", i+1, golden, line)
		}
	}
}

// TestWords_HoldNoSecret looks for the secrets of all failures on the page.
func TestWords_HoldNoSecret(t *testing.T) {
	t.Parallel()
	for _, part := range parts() {
		for _, f := range part.failures {
			r, problem := f.run(t)
			text := fmt.Sprint(r.Message, r.Causes, r.Remediation, problem)
			for _, secret := range f.credential.Secrets() {
				if hidden := strings.TrimSpace(secret.Reveal()); len(hidden) > 9 && strings.Contains(text, hidden) {
					t.Errorf("%s: %q holds the secret", f.name, text)
				}
			}
			if strings.Contains(text, "s3cret") {
				t.Errorf("%s: %q holds a part of a secret", f.name, text)
			}
		}
	}
}

// ownWords is what the program itself says in a message: without hosts, names, statuses
// and words of others.
func ownWords(r report, message string) string {
	e := r.Evidence
	parts := []string{e.Endpoint.Host(), strings.TrimSuffix(e.Endpoint.URL(), "/v2/"), strconv.Quote(e.Credential.Username), strings.Join(e.Credential.Notes, "; "), e.Credential.Failure}
	for _, a := range []*registry.Answer{e.Anonymous, e.Authenticated, e.Minted, e.Compared} {
		if a != nil {
			parts = append(parts, `("`+a.Text+`")`, a.StatusLine(), a.Location)
		}
	}
	for _, result := range e.Access {
		parts = append(parts, result.Reference, result.Digest)
	}
	if e.Exchange != nil {
		parts = append(parts, e.Exchange.Endpoint, `("`+e.Exchange.Text+`")`, e.Exchange.StatusLine())
	}
	for _, part := range parts {
		if part != "" {
			message = strings.ReplaceAll(message, part, "")
		}
	}
	return message
}

func TestOf_MessageStandsAlone(t *testing.T) {
	t.Parallel()
	all := map[string]report{}
	for _, row := range verdicttest.Rows(t) {
		v := verdict.Judge(row.Evidence)
		all[row.Name] = report{v, advice.Of(row.Evidence, v), row.Evidence}
	}
	for _, part := range parts() {
		for _, f := range part.failures {
			if r, problem := f.run(t); problem == "" {
				all[f.name] = r
			}
		}
	}
	for name, r := range all {
		own, c := ownWords(r, r.Message), r.Evidence.Credential
		switch {
		case r.Reason == verdict.ReasonSkipped:
		case !strings.Contains(r.Message, r.Evidence.Endpoint.Host()):
			t.Errorf("%s: no registry in %q", name, r.Message)
		case c.Method == registry.MethodBasic && c.Username != "" && !c.UsernameColon && !strings.Contains(r.Message, strconv.Quote(c.Username)):
			t.Errorf("%s: no user name in %q", name, r.Message)
		}
		if strings.ContainsAny(r.Message, "\n") || regexp.MustCompile(`\{[a-zA-Z]+\}|  |\.\.| \.|;\.`).MatchString(r.Message) || !strings.HasSuffix(r.Message, ".") {
			t.Errorf("%s: not clean: %q", name, r.Message)
		}
		if n := utf8.RuneCountInString(own); n > 200 {
			t.Errorf("%s: %d characters of own words: %q", name, n, own)
		}
		for _, word := range []string{"wants", " is no ", "nobody", "anybody", "Look whether", "did not judge", "could not be asked", "basic credentials"} {
			if text := r.Message + strings.Join(r.Causes, " "); strings.Contains(text, word) {
				t.Errorf("%s: %q in %q", name, word, text)
			}
		}
		if verified := r.Verified; verified != (len(r.Causes) == 0) || r.Causes == nil || r.Remediation == nil || verified != (len(r.Remediation) == 0) {
			t.Errorf("%s: verified %t with causes %q and %d remediations", name, r.Verified, r.Causes, len(r.Remediation))
		}
	}
}

// TestOf_CausesBeginWithWhatTheMessageSays has a message that ends in an observation:
// the first of the causes is the same.
func TestOf_CausesBeginWithWhatTheMessageSays(t *testing.T) {
	t.Parallel()
	for _, f := range seenOnLogins() {
		r, _ := f.run(t)
		plain := strings.HasPrefix(f.name, "nothing: ") // is to be seen on these
		if len(r.Causes) == 0 || strings.HasSuffix(r.Message, ". "+r.Causes[0]+".") == plain {
			t.Errorf("%s: %q, and causes %q", f.name, r.Message, r.Causes)
		}
	}
}

// TestOf_NamesAFewPermissionsOfMany has two thousand that were not decided.
func TestOf_NamesAFewPermissionsOfMany(t *testing.T) {
	t.Parallel()
	e := verdict.Evidence{
		Endpoint: endpoint(t, "registry.example.com"), Credential: verdict.CredentialFacts{Method: registry.MethodBasic, Username: "ci", HasPassword: true},
		Anonymous: unauthorized(basicChallenge), Authenticated: status(200),
	}
	for i := range 2000 {
		e.Access = append(e.Access, verdict.AccessResult{Repository: fmt.Sprintf("team/app-%d", i), Unknown: []string{"push"}})
	}
	message := advice.Of(e, verdict.Judge(e)).Message
	if !strings.Contains(message, "push to team/app-0") || !strings.Contains(message, "and 1997 more") || len(message) > 500 {
		t.Errorf("%d bytes: %.600s", len(message), message)
	}
}

// TestOf_WordsAReasonThatHasNoEntry shows a fault of this program as a sentence.
func TestOf_WordsAReasonThatHasNoEntry(t *testing.T) {
	t.Parallel()
	e := verdict.Evidence{Endpoint: endpoint(t, "registry.example.com"), Anonymous: status(200)}
	if message := advice.Of(e, verdict.Verdict{Reason: "brand_new"}).Message; message != "registry.example.com: brand_new." {
		t.Errorf("message %q", message)
	}
}
