package doctor_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stellaops/terraform-provider-stellaops/internal/doctor"
	"github.com/stellaops/terraform-provider-stellaops/internal/redact"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/registrytest"
	"github.com/stellaops/terraform-provider-stellaops/internal/verdict"
)

// TestDoctor_Check_FollowsTheChallengesOfRegistries asks every registry of the captures
// with a login, and looks at where that is sent: to the realm that the challenge names,
// with its service and nothing else, or to /v2/ where only Basic is offered.
func TestDoctor_Check_FollowsTheChallengesOfRegistries(t *testing.T) {
	t.Parallel()
	profiles, err := registrytest.Profiles()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range profiles {
		if len(p.Challenges) == 0 || p.Name == "cgr.dev" {
			continue // open, refused before it asks, or known on repositories only
		}
		t.Run(p.Name, func(t *testing.T) {
			t.Parallel()
			i := p.Start(t)
			r := checkProfile(t, i, "anonymous")
			if r.Reason != verdict.ReasonAuthenticationRequired || r.Evidence.Anonymous.Status != http.StatusUnauthorized {
				t.Errorf("without credentials: %s", r.Reason)
			}
			sent := len(i.Requests())
			checkProfile(t, i, "good")
			challenge := p.Challenges[0]
			if !strings.EqualFold(challenge["scheme"], "Bearer") {
				if last := i.Requests()[len(i.Requests())-1]; i.Tokens != nil || last.Path != "/v2/" || !strings.HasPrefix(last.Authorization, "Basic ") {
					t.Errorf("the login was sent to %s", last.Path)
				}
				return
			}
			if challenge["realm"] == "" || challenge["realm"] == "silly-realm" { // not noted, and a word that leads nowhere
				return
			}
			service := i.Registry
			if i.Tokens != nil {
				service, sent = i.Tokens, 0
			}
			realm, err := url.Parse(challenge["realm"])
			if err != nil {
				t.Fatal(err)
			}
			requests := service.Requests()[sent:]
			at := slices.IndexFunc(requests, func(r registrytest.Request) bool { return r.Path == realm.Path })
			if at < 0 {
				t.Fatalf("nothing was sent to %s", realm)
			}
			query, err := url.ParseQuery(requests[at].Query)
			if err != nil {
				t.Fatal(err)
			}
			name := strings.ReplaceAll(challenge["service"], p.Registry, i.URL) // Nexus names the realm
			if query.Get("service") != name || query.Has("scope") || !strings.HasPrefix(requests[at].Authorization, "Basic ") {
				t.Errorf("%s was asked with %q, want the service %q, no scope and the login", realm, requests[at].Query, name)
			}
		})
	}
}

// checkProfile checks one of the credentials of a profile.
func checkProfile(t *testing.T, i *registrytest.Instance, name string) report {
	t.Helper()
	e, err := registry.ParseEndpoint(i.Address)
	if err != nil {
		t.Fatal(err)
	}
	client := registry.NewClient(registry.Options{})
	t.Cleanup(client.CloseIdleConnections)
	c := i.Credential(name)
	r, err := within(t.Context(), doctor.New(registry.NewCache(client), redact.New(), random), doctor.Request{
		Endpoint: e, TokenExchange: true, Timeout: time.Minute,
		Credential: registry.Credential{Username: c.Username, Password: registry.NewSecret(c.Password), Token: registry.NewSecret(c.Token)},
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestDoctor_Check_HarborRefusesTheRightPassword(t *testing.T) {
	t.Parallel()
	profiles, err := registrytest.Profiles()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct{ name, profile, first string }{
		{"after a failed login of the same user name", "Harbor, a person's login", "wrong password"},
		{"while its database is down", "Harbor, database down", "anonymous"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			p := profiles[slices.IndexFunc(profiles, func(p registrytest.Profile) bool { return p.Name == row.profile })]
			p.LockFor = time.Hour // longer than a slow machine takes
			i := p.Start(t)
			checkProfile(t, i, row.first)
			r := checkProfile(t, i, "good")
			if r.Reason != verdict.ReasonInvalidCredentials || !r.Rejected {
				t.Errorf("reason %s, rejected %t", r.Reason, r.Rejected)
			}
			if !slices.ContainsFunc(r.Causes, func(cause string) bool {
				return strings.Contains(cause, "Harbor also refuses the right password")
			}) {
				t.Errorf("no cause says that the password may be right: %q", r.Causes)
			}
		})
	}
}
