package registrytest

import (
	"encoding/base64"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestProfiles_HarborLocksAName asks without a network, since its clock is that of the bubble.
func TestProfiles_HarborLocksAName(t *testing.T) {
	t.Parallel()
	profiles, err := Profiles()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		name, profile string
		user          string
		locked        bool
	}{
		{"a person's name is locked for 1.5 s", "Harbor, a person's login", "alice", true},
		{"a robot's name is not", "Harbor", "robot$ci", false},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := newFake(profileOf(t, profiles, row.profile))
				credentials(f)
				ask := func(path, query, password string) Response {
					basic := "Basic " + base64.StdEncoding.EncodeToString([]byte(row.user+":"+password))
					return f.answer(Request{Method: "GET", Path: path, Query: "service=harbor-registry" + query, Authorization: basic})
				}
				statuses := func() [2]int {
					return [2]int{ask("/v2/", "", "good-password").Status, ask("/service/token", "", "good-password").Status}
				}
				if got := statuses(); got != [2]int{200, 200} {
					t.Fatalf("before: %d", got)
				}
				ask("/v2/", "", "wrong-password")
				want := [2]int{200, 200}
				if row.locked {
					want = [2]int{401, 401}
				}
				if got := statuses(); got != want {
					t.Errorf("after a failed login: %d, want %d", got, want)
				}
				if got := ask("/service/token", "&scope=repository:org/app:pull", "good-password"); got.Status != 200 || f.gaveAnonymousToken(t, got) != row.locked {
					t.Errorf("with a scope: %d %q", got.Status, got.Body)
				}
				<-time.After(1500 * time.Millisecond) // of the bubble
				if got := statuses(); got != [2]int{200, 200} {
					t.Errorf("1.5 s later: %d", got)
				}
			})
		})
	}
}

func profileOf(t *testing.T, profiles []Profile, name string) Profile {
	t.Helper()
	for _, p := range profiles {
		if p.Name == name {
			return p
		}
	}
	t.Fatalf("no profile %q", name)
	return Profile{}
}

// gaveAnonymousToken reports whether the token of an answer is an anonymous one.
func (f *fake) gaveAnonymousToken(t *testing.T, r Response) bool {
	t.Helper()
	for text, v := range f.issued {
		if v.is(isAnonymousToken) && strings.Contains(r.Body, text) {
			return true
		}
	}
	return false
}
