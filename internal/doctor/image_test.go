package doctor_test

import (
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stellaops/terraform-provider-stellaops/internal/doctor"
	"github.com/stellaops/terraform-provider-stellaops/internal/redact"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/verdict"
)

const (
	manifest = `{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json"}`
	wrongSum = "sha256:0000000000000000000000000000000000000000000000000000000000000000"
)

var manifestSum = fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(manifest)))

// imageRegistry serves one image, org/app:1.2.3.
type imageRegistry struct {
	tokens     bool   // whether a token service stands before it
	subject    string // of its tokens
	public     bool   // whether everybody may pull
	open       bool   // whether /v2/ requires no login
	denies     bool   // whether the user may not pull
	headStatus int    // of HEAD of the image; 0 for that of GET
	noDigest   bool   // whether HEAD has none
	noList     bool   // whether tags are not listed
	serves     string // in place of the manifest
	hangs      bool   // on HEAD of the image
	getStatus  int    // of GET of the image; 0 for 200

	mu    sync.Mutex
	asked []string
}

func (i *imageRegistry) requests() string {
	i.mu.Lock()
	defer i.mu.Unlock()
	return strings.Join(i.asked, ", ")
}

func (i *imageRegistry) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	login := r.Header.Get("Authorization") != "" && !strings.HasSuffix(r.Header.Get("Authorization"), "anonymous")
	name := r.Method + " " + strings.TrimPrefix(r.URL.Path, "/v2/")
	if r.URL.Path == "/v2/" {
		name = "/v2/"
	}
	i.mu.Lock()
	i.asked = append(i.asked, name)
	i.mu.Unlock()
	status := http.StatusOK
	switch {
	case r.URL.Path == "/token":
		i.issue(w, r, login)
		return
	case r.Header.Get("Authorization") == "" && (r.URL.Path == "/v2/" && !i.open || r.URL.Path != "/v2/" && (i.tokens || !i.public)):
		status = http.StatusUnauthorized
	case r.URL.Path == "/v2/":
	case !login && !i.public, i.denies:
		status = http.StatusForbidden
	case strings.HasSuffix(r.URL.Path, "/tags/list"):
		if !i.noList && !strings.HasPrefix(r.URL.Path, "/v2/org/app/") {
			w.WriteHeader(http.StatusNotFound)
			_, _ = io.WriteString(w, `{"errors":[{"code":"NAME_UNKNOWN","message":"repository name not known to registry"}]}`)
			return
		}
		if i.noList {
			status = http.StatusNotFound
		}
	case strings.HasSuffix(r.URL.Path, "/manifests/1.2.3") && strings.HasPrefix(r.URL.Path, "/v2/org/app/"), strings.HasSuffix(r.URL.Path, manifestSum), strings.HasSuffix(r.URL.Path, wrongSum) && i.serves == manifest:
		i.image(w, r)
		return
	default:
		status = http.StatusNotFound
	}
	if status == http.StatusUnauthorized {
		challenge := `Basic realm="r"`
		if i.tokens {
			challenge = `Bearer realm="/token",service="r"`
		}
		w.Header().Set("WWW-Authenticate", challenge)
	}
	w.WriteHeader(status)
}

// issue answers a request for a token; anonymous ones get a token if anything is public.
func (i *imageRegistry) issue(w http.ResponseWriter, r *http.Request, login bool) {
	if !login && !i.public {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	token := "anonymous"
	if login {
		token = jwtOf(i.subject)
	}
	scope := ""
	if r.URL.Query().Has("scope") && !i.denies {
		scope = `,"scope":"` + r.URL.Query().Get("scope") + `"`
	}
	_, _ = fmt.Fprintf(w, `{"token":%q%s}`, token, scope)
}

func (i *imageRegistry) image(w http.ResponseWriter, r *http.Request) {
	body := manifest
	if i.serves != "" {
		body = i.serves
	}
	head := r.Method == http.MethodHead
	if head && i.hangs {
		<-r.Context().Done()
		return
	}
	if !head || !i.noDigest {
		w.Header().Set("Docker-Content-Digest", fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(body))))
	}
	if head && i.headStatus != 0 {
		w.WriteHeader(i.headStatus)
		return
	}
	if !head && i.getStatus != 0 {
		w.WriteHeader(i.getStatus)
		return
	}
	_, _ = io.WriteString(w, body) // net/http drops it after HEAD
}

func TestDoctor_Check_Image(t *testing.T) {
	t.Parallel()
	const head, get, list = "HEAD org/app/manifests/1.2.3", "GET org/app/manifests/1.2.3", "GET org/app/tags/list"
	const direct, exchange = "/v2/, /v2/, ", "/v2/, GET /token, /v2/, GET /token, "
	missing, denied, unproven := fail(verdict.ReasonImageMissing), refused(verdict.ReasonAccessDenied), fail(verdict.ReasonAccessUnproven)
	for _, row := range []struct {
		name     string
		registry *imageRegistry
		entry    doctor.AccessRequest
		want     verdict.Verdict
		digest   string
		image    verdict.Image
		asked    string
	}{
		{"it is there", &imageRegistry{}, image("1.2.3"), accepted, manifestSum, verdict.ImageServed, direct + head},
		{"by digest", &imageRegistry{}, image(manifestSum), accepted, manifestSum, verdict.ImageServed, direct + "HEAD org/app/manifests/" + manifestSum},
		{"another digest is served", &imageRegistry{serves: manifest}, image(wrongSum), fail(verdict.ReasonUnexpectedAnswer), manifestSum, verdict.ImageOther, direct + "HEAD org/app/manifests/" + wrongSum},
		{"the tag is absent", &imageRegistry{}, image("2"), missing, "", verdict.ImageNoTag, direct + "HEAD org/app/manifests/2, " + list},
		{"it is in another repository", &imageRegistry{}, doctor.AccessRequest{Repository: "org/other", Reference: "1.2.3", Actions: []string{"pull"}}, missing, "", verdict.ImageNoRepository,
			direct + "HEAD org/other/manifests/1.2.3, GET org/other/tags/list, HEAD org/other/manifests/1.2.3"},
		{"the tag is absent, and tags are not listed, as at ECR", &imageRegistry{noList: true}, image("2"), missing, "", verdict.ImageAbsent,
			direct + "HEAD org/app/manifests/2, " + list + ", HEAD org/app/manifests/2"},
		{"public, the tag is absent, and tags are not listed", &imageRegistry{noList: true, public: true}, image("2"), unproven, "", verdict.ImageServed,
			direct + "HEAD org/app/manifests/2, " + list + ", HEAD org/app/manifests/2"},
		{"denied", &imageRegistry{denies: true}, image("1.2.3"), denied, "", verdict.ImageServed, direct + head + ", " + get},
		{"HEAD is refused, as at ECR Public", &imageRegistry{headStatus: 403}, image("1.2.3"), accepted, manifestSum, verdict.ImageServed, direct + head + ", " + get},
		{"HEAD is refused, /v2/ is open, and the image is not", &imageRegistry{headStatus: 403, open: true}, image("1.2.3"), verdict.Verdict{Reason: verdict.ReasonAcceptedUnproven, Passed: true, Verified: true}, manifestSum, verdict.ImageServed,
			direct + head + ", " + head + ", " + get + ", " + get},
		{"HEAD is refused, and GET is open to every client", &imageRegistry{headStatus: 403, open: true, public: true}, image("1.2.3"), pass(verdict.ReasonAcceptedUnproven), manifestSum, verdict.ImageServed,
			direct + head + ", " + head + ", " + get + ", " + get},
		{"HEAD has no digest", &imageRegistry{noDigest: true}, image("1.2.3"), accepted, manifestSum, verdict.ImageServed, direct + head + ", " + get},
		{"HEAD has no digest, and a page is served", &imageRegistry{noDigest: true, serves: "<html>"}, image("1.2.3"), unproven, "", verdict.ImageServed, direct + head + ", " + get},
		{"HEAD has no digest, and GET is refused", &imageRegistry{noDigest: true, getStatus: 403}, image("1.2.3"), unproven, "", verdict.ImageServed, direct + head + ", " + get},
		{"HEAD has no digest, and GET finds nothing", &imageRegistry{noDigest: true, getStatus: 404}, image("1.2.3"), unproven, "", verdict.ImageServed, direct + head + ", " + get},
		{"HEAD has no digest, and GET fails", &imageRegistry{noDigest: true, getStatus: 503}, image("1.2.3"), unproven, "", verdict.ImageServed, direct + head + ", " + get},
		{"by digest, HEAD has none, and GET is refused", &imageRegistry{noDigest: true, getStatus: 403}, image(manifestSum), unproven, "", verdict.ImageServed,
			direct + "HEAD org/app/manifests/" + manifestSum + ", GET org/app/manifests/" + manifestSum},
		{"HEAD fails", &imageRegistry{headStatus: 503}, image("1.2.3"), unproven, "", verdict.ImageServed, direct + head},
		{"a token that names the user", &imageRegistry{tokens: true, subject: "ci"}, image("1.2.3"), exchangeAccepted, manifestSum, verdict.ImageServed, exchange + head},
		{"a token that does not", &imageRegistry{tokens: true, subject: "42"}, image("1.2.3"), exchangeAccepted, manifestSum, verdict.ImageServed, "/v2/, GET /token, /v2/, GET /token, GET /token, " + head},
		{"a token, and the tag is absent", &imageRegistry{tokens: true, subject: "ci"}, image("2"), missing, "", verdict.ImageNoTag, exchange + "HEAD org/app/manifests/2, " + list},
		{"a token whose scope grants pull of an image that is refused", &imageRegistry{tokens: true, subject: "ci", headStatus: 401, serves: "x"}, image("1.2.3"), unproven, "", verdict.ImageServed, exchange + head + ", " + get},
		{"pull is granted by the image, and push by the token", &imageRegistry{tokens: true, subject: "ci"}, image("1.2.3", "pull", "push"), exchangeAccepted, manifestSum, verdict.ImageServed,
			exchange + head + ", GET /token"},
		{"a push alone asks for no image", &imageRegistry{tokens: true, subject: "ci"}, doctor.AccessRequest{Repository: "org/app", Actions: []string{"push"}}, exchangeAccepted, "", verdict.ImageServed,
			"/v2/, GET /token, /v2/, GET /token"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(row.registry)
			t.Cleanup(server.Close)
			report := checkImages(t, server.URL, userAndPassword, time.Minute, row.entry)
			if report.Verdict != row.want {
				t.Errorf("got %+v, want %+v: %s", report.Verdict, row.want, report.Message)
			}
			got := report.Evidence.Access[0]
			if got.Digest != row.digest || got.Image != row.image || got.Reference != row.entry.Reference || row.entry.Reference != "" && got.Method != verdict.AccessByUse && len(got.Granted) == 1 {
				t.Errorf("got %+v, want digest %q and image %d", got, row.digest, row.image)
			}
			if asked := row.registry.requests(); asked != row.asked {
				t.Errorf("asked\n%s, want\n%s", asked, row.asked)
			}
		})
	}
}

// jwtOf is a token of a subject, without a signature that anybody checks here.
func jwtOf(subject string) string {
	return "eyJhbGciOiJub25lIn0." + jwtPart(`{"sub":"`+subject+`"}`) + ".x"
}

func image(reference string, actions ...string) doctor.AccessRequest {
	if actions == nil {
		actions = []string{"pull"}
	}
	return doctor.AccessRequest{Repository: "org/app", Reference: reference, Actions: actions}
}

func checkImages(t *testing.T, address string, credential registry.Credential, timeout time.Duration, images ...doctor.AccessRequest) report {
	t.Helper()
	client := registry.NewClient(registry.Options{})
	t.Cleanup(client.CloseIdleConnections)
	report, err := within(t.Context(), doctor.New(registry.NewCache(client), redact.New(), random), doctor.Request{
		Endpoint: endpoint(t, address), Credential: credential, TokenExchange: true, Access: images, Timeout: timeout,
	})
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// TestDoctor_Check_ImageWithoutCredentials has public and private images.
func TestDoctor_Check_ImageWithoutCredentials(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name     string
		registry *imageRegistry
		tag      string
		want     verdict.Verdict
	}{
		{"a public image", &imageRegistry{public: true}, "1.2.3", pass(verdict.ReasonAnonymousAccepted)},
		{"a public image, behind a token service, where HEAD is refused", &imageRegistry{public: true, tokens: true, headStatus: 403}, "1.2.3", pass(verdict.ReasonAnonymousAccepted)},
		{"a public image, behind a token service", &imageRegistry{public: true, tokens: true}, "1.2.3", pass(verdict.ReasonAnonymousAccepted)},
		{"a private image", &imageRegistry{}, "1.2.3", refused(verdict.ReasonAuthenticationRequired)},
		{"a private image, behind a token service", &imageRegistry{tokens: true}, "1.2.3", refused(verdict.ReasonAuthenticationRequired)},
		{"a public repository without the tag", &imageRegistry{public: true}, "2", fail(verdict.ReasonImageMissing)},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(row.registry)
			t.Cleanup(server.Close)
			if report := checkImages(t, server.URL, registry.Credential{}, time.Minute, image(row.tag)); report.Verdict != row.want {
				t.Errorf("got %+v, want %+v: %s", report.Verdict, row.want, report.Message)
			}
		})
	}
}

func TestDoctor_Check_ImageThatIsSlow(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(&imageRegistry{hangs: true})
	t.Cleanup(server.Close)
	if report := checkImages(t, server.URL, userAndPassword, time.Second, image("1.2.3")); report.Verdict != fail(verdict.ReasonAccessUnproven) {
		t.Errorf("got %+v: %s", report.Verdict, report.Message)
	}
}

// TestDoctor_Check_ImageOf1GiB reads no more of a manifest than one may have.
func TestDoctor_Check_ImageOf1GiB(t *testing.T) {
	t.Parallel()
	sent := make(chan int64, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Header.Get("Authorization") == "":
			w.Header().Set("WWW-Authenticate", `Basic realm="r"`)
			w.WriteHeader(http.StatusUnauthorized)
		case r.Method == http.MethodGet && r.URL.Path != "/v2/":
			n, _ := io.Copy(w, io.LimitReader(spaces{}, 1<<30))
			sent <- n
		}
	}))
	t.Cleanup(server.Close)
	report := checkImages(t, server.URL, userAndPassword, time.Minute, image(wrongSum))
	if n := <-sent; report.Verdict != fail(verdict.ReasonAccessUnproven) || n > 64<<20 {
		t.Errorf("got %+v after %d bytes: %s", report.Verdict, n, report.Message)
	}
}

type spaces struct{}

func (spaces) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

// TestDoctor_Check_FiveHundredImages counts the requests of one plan.
func TestDoctor_Check_FiveHundredImages(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name     string
		registry *imageRegistry
		want     map[string]int
	}{
		{"basic", &imageRegistry{}, map[string]int{"/v2/": 2, "GET /token": 0}},
		{"tokens", &imageRegistry{tokens: true, subject: "ci"}, map[string]int{"/v2/": 2, "GET /token": 2}}, // one login, and one token for the repository
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(row.registry)
			t.Cleanup(server.Close)
			client := registry.NewClient(registry.Options{})
			t.Cleanup(client.CloseIdleConnections)
			d := doctor.New(registry.NewCache(client), redact.New(), random)
			var all sync.WaitGroup
			for i := range 500 {
				all.Go(func() {
					if _, err := within(t.Context(), d, doctor.Request{
						Endpoint: endpoint(t, server.URL), Credential: userAndPassword, TokenExchange: true, Timeout: time.Minute,
						Access: []doctor.AccessRequest{{Repository: "org/app", Reference: fmt.Sprintf("1.2.3-%d", i%250), Actions: []string{"pull"}}},
					}); err != nil {
						t.Error(err)
					}
				})
			}
			all.Wait()
			counts := map[string]int{}
			for _, request := range row.registry.asked {
				if strings.HasPrefix(request, "HEAD ") {
					request = "HEAD"
				}
				counts[request]++
			}
			if counts["/v2/"] != row.want["/v2/"]+0 || counts["GET /token"] != row.want["GET /token"] || counts["HEAD"] != 250 || counts["GET org/app/tags/list"] != 1 {
				t.Errorf("asked %v", counts)
			}
		})
	}
}

// TestDoctor_Check_ImagesOfOneRepositoryShareWhatNamesNoReference counts lists of tags and
// uploads, of which no answer is kept where it is an outage.
func TestDoctor_Check_ImagesOfOneRepositoryShareWhatNamesNoReference(t *testing.T) {
	t.Parallel()
	s := &script{r0: *unauthorized(basicChallenge), r1: *status(200), uses: byAction(map[registry.Action]int{registry.ActionPull: 404, registry.ActionList: 503, registry.ActionPush: 503})}
	a, b := image("a", "pull", "push"), image("b", "pull", "push")
	a.Probe, b.Probe = true, true
	ask(t, doctor.New(registry.NewCache(s), redact.New(), random), doctor.Request{Credential: userAndPassword, Access: []doctor.AccessRequest{a, b}})
	for _, use := range []string{"basic list", "basic push"} {
		if n := strings.Count(strings.Join(s.used, ", "), use); n != 1 {
			t.Errorf("%s %d times in %q", use, n, s.used)
		}
	}
}

// TestDoctor_Check_AnImageThatAnotherEntryMaySeeIsNotMissing has a payload of which only
// the first credential is tried for a repository.
func TestDoctor_Check_AnImageThatAnotherEntryMaySeeIsNotMissing(t *testing.T) {
	t.Parallel()
	s := &script{r0: *unauthorized(basicChallenge), r1: *status(200), uses: byAction(map[registry.Action]int{registry.ActionPull: 404, registry.ActionList: 200})}
	entry := image("2")
	for coverage, want := range map[registry.Coverage]verdict.Reason{registry.CoverageFull: verdict.ReasonImageMissing, registry.CoveragePart: verdict.ReasonAccessUnproven} {
		entry.Coverage = coverage
		report := ask(t, doctor.New(registry.NewCache(s), redact.New(), random), doctor.Request{Credential: userAndPassword, Access: []doctor.AccessRequest{entry}})
		if report.Reason != want {
			t.Errorf("coverage %v: %s, want %s", coverage, report.Reason, want)
		}
	}
}

// TestDoctor_Check_ATokenThatGrantsSomethingElseIsNotTold has a 404 that may hide the
// image from a token without pull.
func TestDoctor_Check_ATokenThatGrantsSomethingElseIsNotTold(t *testing.T) {
	t.Parallel()
	s := &script{r0: *unauthorized(bearerChallenge), v: *status(200), tokens: func(r registry.TokenRequest) registry.TokenAnswer {
		return *grantedTo("ci", claims("org/other", "pull"))
	}, uses: func(r registry.Trial) registry.Answer {
		if r.Credential == (registry.Credential{}) {
			return *status(401)
		}
		return *status(404)
	}}
	report := ask(t, doctor.New(registry.NewCache(s), redact.New(), random), doctor.Request{Credential: userAndPassword, TokenExchange: true, Access: []doctor.AccessRequest{image("2")}})
	if report.Verdict != fail(verdict.ReasonAccessUnproven) {
		t.Errorf("got %+v after %q", report.Verdict, s.used)
	}
}

// TestDoctor_Check_TooSmallAScopeOfATokenWithoutScopeRefusesNothing has a token service
// that does not know the scope, and a registry that requires it.
func TestDoctor_Check_TooSmallAScopeOfATokenWithoutScopeRefusesNothing(t *testing.T) {
	t.Parallel()
	for _, scope := range []string{"insufficient_scope", "invalid_token"} {
		s := &script{r0: *unauthorized(bearerChallenge), v: *status(200), tokens: func(r registry.TokenRequest) registry.TokenAnswer {
			if r.Scope != "" {
				return *tokenStatus(400)
			}
			return *issued("ci")
		}, uses: func(registry.Trial) registry.Answer {
			return *unauthorized(bearerChallenge + `,error="` + scope + `"`)
		}}
		want := map[string]verdict.Reason{"insufficient_scope": verdict.ReasonAccessUnproven, "invalid_token": verdict.ReasonAccessDenied}[scope]
		report := ask(t, doctor.New(registry.NewCache(s), redact.New(), random), doctor.Request{Credential: userAndPassword, TokenExchange: true, Access: pullApp})
		if report.Reason != want {
			t.Errorf("%s: %s, want %s", scope, report.Reason, want)
		}
	}
}
