package doctor_test

import (
	"crypto/rand"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stellaops/terraform-provider-stellaops/internal/doctor"
	"github.com/stellaops/terraform-provider-stellaops/internal/redact"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/registrytest"
	"github.com/stellaops/terraform-provider-stellaops/internal/verdict"
)

// published is a real registry with an image, org/app:1.2.3, and one for two platforms,
// org/app:multi.
type published struct {
	realRegistry
	digest string
	index  registrytest.Index
	before int // length of the log when the images were there
}

// publish pushes the images; public is a repository that gets the first one too.
func publish(t *testing.T, r realRegistry, authorization func(repository string) string, public ...string) published {
	t.Helper()
	p := published{realRegistry: r}
	var err error
	for _, repository := range append([]string{"org/app"}, public...) {
		if p.digest, err = r.Push(t.Context(), authorization(repository), repository, "1.2.3"); err != nil {
			t.Fatal(err)
		}
	}
	if p.index, err = r.PushIndex(t.Context(), authorization("org/app"), "org/app", "multi"); err != nil {
		t.Fatal(err)
	}
	if p.digest == p.index.Digest || p.digest != p.index.Platforms[0] {
		t.Fatalf("digest %s, index %+v", p.digest, p.index)
	}
	if _, err := r.Asked(t.Context()); err != nil {
		t.Fatal(err)
	}
	p.before = len(r.Log())
	return p
}

// publishByHtpasswd starts a registry with accounts, or an open one, and pushes to it.
func publishByHtpasswd(t *testing.T, accounts map[string]string) published {
	t.Helper()
	return publish(t, withAccounts(t, accounts), func(string) string {
		if accounts == nil {
			return ""
		}
		return registrytest.BasicLogin("ci", accounts["ci"])
	})
}

// publishByTokens starts a registry with a token service and pushes to it, to org/public
// and org/secret too. The user may pull org/app and org/read, in which nothing is.
func publishByTokens(t *testing.T, options registrytest.TokenServiceOptions) published {
	t.Helper()
	options.Public = registrytest.Permissions{"org/public": {"pull"}}
	r := withTokens(t, options)
	return publish(t, r, func(repository string) string {
		return "Bearer " + r.tokens.Mint("ci", registrytest.Permissions{repository: {"pull", "push"}}, registrytest.FlawNone)
	}, "org/public", "org/secret")
}

var accessLine = regexp.MustCompile(`"(GET|HEAD|POST|PUT|PATCH|DELETE) /v2/(\S*) HTTP`)

// requests lists what was asked since the images were there: of the registry, then of the
// token service, each as whom and with which scope.
func (p published) requests(t *testing.T) string {
	t.Helper()
	if _, err := p.Asked(t.Context()); err != nil {
		t.Fatal(err)
	}
	var all []string
	roots := 0
	for _, match := range accessLine.FindAllStringSubmatch(p.Log()[p.before:], -1) {
		if !strings.HasPrefix(match[2], "marker/") {
			name := strings.ReplaceAll(match[1]+" "+match[2], p.digest, "DIGEST")
			if match[2] == "" {
				name = []string{"R0", "R1 or V", "R1 after V"}[min(roots, 2)]
				roots++
			}
			all = append(all, name)
		}
	}
	if p.tokens == nil {
		return strings.Join(all, ", ")
	}
	for _, request := range p.tokens.Requests() {
		query, err := url.ParseQuery(request.Query)
		if err != nil {
			t.Fatal(err)
		}
		form, err := url.ParseQuery(request.Form)
		if err != nil {
			t.Fatal(err)
		}
		who := "user"
		if request.Authorization == "" && form.Get("refresh_token") == "" {
			who = "nobody"
		}
		all = append(all, strings.TrimSpace("token for "+who+" "+query.Get("scope")+form.Get("scope")))
	}
	return strings.Join(all, ", ")
}

// ask checks a reference of a repository with a credential.
func (p published) ask(t *testing.T, credential registry.Credential, repository, reference string) report {
	t.Helper()
	client := registry.NewClient(registry.Options{})
	t.Cleanup(client.CloseIdleConnections)
	return p.askWith(t, doctor.New(registry.NewCache(client), redact.New(), rand.Text), credential, repository, reference)
}

func (p published) askWith(t *testing.T, d *doctor.Doctor, credential registry.Credential, repository, reference string) report {
	t.Helper()
	switch reference {
	case "DIGEST":
		reference = p.digest
	case "ARM64":
		reference = p.index.Platforms[1]
	}
	report, err := within(t.Context(), d, doctor.Request{
		Endpoint: endpoint(t, "http://"+p.Host), Credential: credential, TokenExchange: true, Timeout: 20 * time.Second,
		Access: []doctor.AccessRequest{{Repository: repository, Reference: reference, Actions: []string{"pull"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// imageRow is one question about an image of a real registry.
type imageRow struct {
	name                  string
	credential            registry.Credential
	repository, reference string
	want                  verdict.Verdict
	digest                string // "DIGEST" for that of the image, "INDEX" for that for two platforms, "ARM64" for one of these
	message               string // the message holds it; registry is the host
	asked                 string
}

func (row imageRow) test(t *testing.T, p published) {
	t.Helper()
	report := p.ask(t, row.credential, row.repository, row.reference)
	wantVerdict(t, report, row.want)
	if message := strings.ReplaceAll(report.Message, p.Host, "registry"); !strings.Contains(message, row.message) {
		t.Errorf("message %q, want %q in it", message, row.message)
	}
	digests := map[string]string{"DIGEST": p.digest, "INDEX": p.index.Digest, "ARM64": p.index.Platforms[1], "": ""}
	if got := report.Evidence.Access; len(got) != 1 || got[0].Digest != digests[row.digest] {
		t.Errorf("access %+v, want the digest %s", got, digests[row.digest])
	}
	if asked := strings.ReplaceAll(p.requests(t), p.index.Platforms[1], "ARM64"); asked != row.asked {
		t.Errorf("asked\n%s, want\n%s", asked, row.asked)
	}
}

func TestDoctor_Check_ImageOfARealRegistryWithHtpasswd(t *testing.T) {
	t.Parallel()
	const direct = "R0, R1 or V, "
	for _, row := range []imageRow{
		{"by tag", ci("right"), "org/app", "1.2.3", accepted, "DIGEST", `accepted the login of user "ci"`, direct + "HEAD org/app/manifests/1.2.3"},
		{"by digest", ci("right"), "org/app", "DIGEST", accepted, "DIGEST", `accepted the login of user "ci"`, direct + "HEAD org/app/manifests/DIGEST"},
		{"for two platforms", ci("right"), "org/app", "multi", accepted, "INDEX", `accepted the login of user "ci"`, direct + "HEAD org/app/manifests/multi"},
		{"for one platform, by digest", ci("right"), "org/app", "ARM64", accepted, "ARM64", `accepted the login of user "ci"`, direct + "HEAD org/app/manifests/ARM64"},
		{"a tag that is absent", ci("right"), "org/app", "2", fail(verdict.ReasonImageMissing), "", "the repository org/app has no tag 2", direct + "HEAD org/app/manifests/2, GET org/app/tags/list?n=1"},
		{"a digest that is absent", ci("right"), "org/app", wrongSum, fail(verdict.ReasonImageMissing), "", wrongSum, direct + "HEAD org/app/manifests/" + wrongSum + ", GET org/app/tags/list?n=1"},
		{"in another repository", ci("right"), "org/other", "1.2.3", fail(verdict.ReasonImageMissing), "", "org/other:1.2.3 is not there, and neither is its repository",
			direct + "HEAD org/other/manifests/1.2.3, GET org/other/tags/list?n=1, HEAD org/other/manifests/1.2.3"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			row.test(t, publishByHtpasswd(t, map[string]string{"ci": "right"}))
		})
	}
}

// TestDoctor_Check_ImageOfARealOpenRegistry has no login that can be judged.
func TestDoctor_Check_ImageOfARealOpenRegistry(t *testing.T) {
	t.Parallel()
	for _, row := range []imageRow{
		{"with a login", ci("right"), "org/app", "1.2.3", pass(verdict.ReasonAcceptedUnproven), "DIGEST", "", "R0, R1 or V, HEAD org/app/manifests/1.2.3, HEAD org/app/manifests/1.2.3"},
		{"without one", registry.Credential{}, "org/app", "1.2.3", pass(verdict.ReasonAnonymousAccepted), "DIGEST", "", "R0, HEAD org/app/manifests/1.2.3"},
		{"a tag that is absent", registry.Credential{}, "org/app", "2", fail(verdict.ReasonImageMissing), "", "the repository org/app has no tag 2", "R0, HEAD org/app/manifests/2, GET org/app/tags/list?n=1"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			row.test(t, publishByHtpasswd(t, nil))
		})
	}
}

func TestDoctor_Check_ImageOfARealRegistryWithTokens(t *testing.T) {
	t.Parallel()
	const exchange, tokens = "R0, R1 or V, ", ", token for user, token for user repository:org/app:pull"
	for _, row := range []imageRow{
		{"by tag", ci("right"), "org/app", "1.2.3", exchangeAccepted, "DIGEST", `accepted the login of user "ci"`, exchange + "HEAD org/app/manifests/1.2.3" + tokens},
		{"by digest", ci("right"), "org/app", "DIGEST", exchangeAccepted, "DIGEST", "", exchange + "HEAD org/app/manifests/DIGEST" + tokens},
		{"for two platforms", ci("right"), "org/app", "multi", exchangeAccepted, "INDEX", "", exchange + "HEAD org/app/manifests/multi" + tokens},
		{"a tag that is absent", ci("right"), "org/app", "2", fail(verdict.ReasonImageMissing), "", "the repository org/app has no tag 2", exchange + "HEAD org/app/manifests/2, GET org/app/tags/list?n=1" + tokens},
		{"in another repository", ci("right"), "org/read", "1.2.3", fail(verdict.ReasonImageMissing), "", "org/read:1.2.3 is not there, and neither is its repository",
			exchange + "HEAD org/read/manifests/1.2.3, GET org/read/tags/list?n=1, token for user, token for user repository:org/read:pull"},
		{"denied", ci("right"), "org/secret", "1.2.3", refused(verdict.ReasonAccessDenied), "", "pull org/secret:1.2.3: 401 Unauthorized",
			exchange + "HEAD org/secret/manifests/1.2.3, GET org/secret/manifests/1.2.3, token for user, token for user repository:org/secret:pull"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			row.test(t, publishByTokens(t, registrytest.TokenServiceOptions{}))
		})
	}
}

// TestDoctor_Check_ImageOfARealRegistryWithAnonymousTokens has public and private images.
func TestDoctor_Check_ImageOfARealRegistryWithAnonymousTokens(t *testing.T) {
	t.Parallel()
	nobody := registry.Credential{}
	for _, row := range []imageRow{
		{"public", nobody, "org/public", "1.2.3", pass(verdict.ReasonAnonymousAccepted), "DIGEST", "", "R0, HEAD org/public/manifests/1.2.3, token for nobody repository:org/public:pull"},
		{"public, with a login", ci("right"), "org/public", "1.2.3", exchangeAccepted, "DIGEST", "", "R0, R1 or V, HEAD org/public/manifests/1.2.3, token for user, token for user repository:org/public:pull"},
		{"public, a tag that is absent", nobody, "org/public", "2", fail(verdict.ReasonImageMissing), "", "the repository org/public has no tag 2", "R0, HEAD org/public/manifests/2, GET org/public/tags/list?n=1, token for nobody repository:org/public:pull"},
		{"private", nobody, "org/app", "1.2.3", refused(verdict.ReasonAuthenticationRequired), "", "requires one to pull org/app:1.2.3", "R0, HEAD org/app/manifests/1.2.3, token for nobody repository:org/app:pull"},
		{"private, with a login", ci("right"), "org/app", "1.2.3", exchangeAccepted, "DIGEST", "", "R0, R1 or V, HEAD org/app/manifests/1.2.3, token for user, token for user repository:org/app:pull"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			row.test(t, publishByTokens(t, registrytest.TokenServiceOptions{Anonymous: true}))
		})
	}
}

// TestDoctor_Check_ImageOfARealRegistryWhoseTokensNameNobody asks once more without
// credentials, and where they cannot be told apart, for the image without them too.
func TestDoctor_Check_ImageOfARealRegistryWhoseTokensNameNobody(t *testing.T) {
	t.Parallel()
	serial := func(user string) string { return strings.Repeat("id-", len(user)) } // "" stays ""
	noSubject := func(string) string { return "" }
	const head, tokens = "HEAD org/app/manifests/1.2.3", "token for user, token for nobody, token for user repository:org/app:pull"
	for _, row := range []struct {
		options registrytest.TokenServiceOptions
		imageRow
	}{
		{registrytest.TokenServiceOptions{Subject: serial}, imageRow{"another subject", ci("right"), "org/app", "1.2.3", exchangeAccepted, "DIGEST", "", "R0, R1 or V, " + head + ", " + tokens}},
		{registrytest.TokenServiceOptions{Subject: noSubject, Anonymous: true}, imageRow{"no subject, anonymous tokens", ci("right"), "org/app", "1.2.3",
			verdict.Verdict{Reason: verdict.ReasonExchangeInconclusive, Passed: true, Verified: true}, "DIGEST", "for what access names, and refused that without credentials",
			"R0, R1 or V, R1 after V, " + head + ", " + head + ", " + tokens + ", token for nobody repository:org/app:pull"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			row.test(t, publishByTokens(t, row.options))
		})
	}
}

// TestDoctor_Check_ImageOfARealRegistryByConfiguredTokens has bearer tokens, whose claims
// decide nothing about an image, and identity tokens.
func TestDoctor_Check_ImageOfARealRegistryByConfiguredTokens(t *testing.T) {
	t.Parallel()
	const direct, oauth = "R0, R1 or V, ", ", token for user, token for user repository:org/app:pull"
	for _, row := range []imageRow{
		{"a bearer token", registry.Credential{}, "org/app", "1.2.3", accepted, "DIGEST", "", direct + "HEAD org/app/manifests/1.2.3"},
		{"a bearer token, and a tag that is absent", registry.Credential{}, "org/app", "2", fail(verdict.ReasonImageMissing), "", "accepts the token, but the repository org/app has no tag 2",
			direct + "HEAD org/app/manifests/2, GET org/app/tags/list?n=1"},
		{"a bearer token for another repository", registry.Credential{}, "org/secret", "1.2.3", refused(verdict.ReasonAccessDenied), "", "does not let the token pull org/secret:1.2.3",
			direct + "HEAD org/secret/manifests/1.2.3, GET org/secret/manifests/1.2.3"},
		{"an identity token", refresh("ci", "r3fresh"), "org/app", "1.2.3", exchangeAccepted, "DIGEST", "", direct + "HEAD org/app/manifests/1.2.3" + oauth},
		{"an identity token, and a tag that is absent", refresh("ci", "r3fresh"), "org/app", "2", fail(verdict.ReasonImageMissing), "", "accepts the identity token, but the repository org/app has no tag 2",
			direct + "HEAD org/app/manifests/2, GET org/app/tags/list?n=1" + oauth},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			p := publishByTokens(t, registrytest.TokenServiceOptions{})
			if row.credential.Method() == registry.MethodAnonymous {
				row.credential.Token = registry.NewSecret(p.tokens.Mint("ci", registrytest.Permissions{"org/app": {"pull"}}, registrytest.FlawNone))
			}
			row.test(t, p)
		})
	}
}

func TestDoctor_Check_ImageOfARealRegistryIsAskedOnce(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name  string
		start func(*testing.T) published
		want  string
	}{
		{"htpasswd", func(t *testing.T) published {
			t.Helper()
			return publishByHtpasswd(t, map[string]string{"ci": "right"})
		}, "R0, R1 or V, HEAD org/app/manifests/1.2.3"},
		{"tokens", func(t *testing.T) published {
			t.Helper()
			return publishByTokens(t, registrytest.TokenServiceOptions{})
		}, "R0, R1 or V, HEAD org/app/manifests/1.2.3, token for user, token for user repository:org/app:pull"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			p := row.start(t)
			client := registry.NewClient(registry.Options{})
			t.Cleanup(client.CloseIdleConnections)
			d := doctor.New(registry.NewCache(client), redact.New(), rand.Text)
			for range 3 {
				if report := p.askWith(t, d, ci("right"), "org/app", "1.2.3"); !report.Passed || report.Evidence.Access[0].Digest != p.digest {
					t.Errorf("got %+v: %s", report.Verdict, report.Message)
				}
			}
			if asked := p.requests(t); asked != row.want {
				t.Errorf("asked\n%s, want\n%s", asked, row.want)
			}
		})
	}
}
