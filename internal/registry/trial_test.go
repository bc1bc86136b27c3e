package registry_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

const (
	digest        = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	basicCi       = "Basic Y2k6aHVudGVyMng="
	manifestTypes = "application/vnd.oci.image.index.v1+json,application/vnd.oci.image.manifest.v1+json," +
		"application/vnd.docker.distribution.manifest.list.v2+json,application/vnd.docker.distribution.manifest.v2+json,*/*"
)

var actions = []registry.Action{registry.ActionPull, registry.ActionPush, registry.ActionDelete}

// basic is a login of ci.
func basic(password string) registry.Credential {
	return registry.Credential{Username: "ci", Password: registry.NewSecret(password)}
}

// try tries an action on org/app of http://r.example.com.
func try(t *testing.T, client *registry.Client, action registry.Action, credential registry.Credential) registry.Answer {
	t.Helper()
	trial := registry.Trial{Endpoint: parse(t, "http://r.example.com"), Repository: "org/app", Action: action, Credential: credential}
	if action == registry.ActionDelete {
		trial.Reference = digest
	}
	return client.Try(t.Context(), trial)
}

func TestClient_Try_Sends(t *testing.T) {
	t.Parallel()
	const head, post, del = http.MethodHead, http.MethodPost, http.MethodDelete
	token := registry.Credential{Token: registry.NewSecret("minted")}
	for _, row := range []struct {
		name       string
		action     registry.Action
		address    string
		repository string
		credential registry.Credential
		method     string
		target     string
		sent       string
	}{
		{"a pull", registry.ActionPull, "http://r.example.com", "org/app", basic("hunter2x"), head, "/v2/org/app/manifests/latest", basicCi},
		{"a push", registry.ActionPush, "http://r.example.com", "org/app", basic("hunter2x"), post, "/v2/org/app/blobs/uploads/", basicCi},
		{"a deletion", registry.ActionDelete, "http://r.example.com", "org/app", basic("hunter2x"), del, "/v2/org/app/manifests/" + digest, basicCi},
		{"a pull with a token", registry.ActionPull, "http://r.example.com", "org/app", token, head, "/v2/org/app/manifests/latest", "Bearer minted"},
		{"a push with a token", registry.ActionPush, "http://r.example.com", "org/app", token, post, "/v2/org/app/blobs/uploads/", "Bearer minted"},
		{"a deletion with a token", registry.ActionDelete, "http://r.example.com", "org/app", token, del, "/v2/org/app/manifests/" + digest, "Bearer minted"},
		{"a pull without credentials", registry.ActionPull, "http://r.example.com", "org/app", registry.Credential{}, head, "/v2/org/app/manifests/latest", ""},
		{"a push without credentials", registry.ActionPush, "http://r.example.com", "org/app", registry.Credential{}, post, "/v2/org/app/blobs/uploads/", ""},
		{"an identity token is not sent", registry.ActionPull, "http://r.example.com", "org/app", identity("hunter2x"), head, "/v2/org/app/manifests/latest", ""},
		{"a name of one part", registry.ActionPull, "http://r.example.com", "app", basic("hunter2x"), head, "/v2/app/manifests/latest", basicCi},
		{"a nested name", registry.ActionPull, "http://r.example.com", "a/b/c/d", basic("hunter2x"), head, "/v2/a/b/c/d/manifests/latest", basicCi},
		{"a push to a nested name", registry.ActionPush, "http://r.example.com", "a/b/c/d", basic("hunter2x"), post, "/v2/a/b/c/d/blobs/uploads/", basicCi},
		{"a deletion under a nested name", registry.ActionDelete, "http://r.example.com", "a/b/c/d", basic("hunter2x"), del, "/v2/a/b/c/d/manifests/" + digest, basicCi},
		{"a pull under a base path", registry.ActionPull, "http://r.example.com/base/path", "org/app", basic("hunter2x"), head, "/base/path/v2/org/app/manifests/latest", basicCi},
		{"a push under a base path", registry.ActionPush, "http://r.example.com/base/path", "org/app", basic("hunter2x"), post, "/base/path/v2/org/app/blobs/uploads/", basicCi},
		{"a name that would end the path", registry.ActionPull, "http://r.example.com", "org/a?b#c d%2F", basic("hunter2x"), head, "/v2/org/a%3Fb%23c%20d%252F/manifests/latest", basicCi},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			trap, server := record(t, respond(http.StatusOK, "")), record(t, respond(http.StatusNotFound, ""))
			trial := registry.Trial{Endpoint: parse(t, row.address), Repository: row.repository, Action: row.action, Credential: row.credential}
			if row.action == registry.ActionDelete {
				trial.Reference = digest
			}
			answer := clientBetween(t, server, trap).Try(t.Context(), trial)
			if answer.Failure != nil || answer.Status != http.StatusNotFound {
				t.Errorf("status %d, failure %+v; want 404", answer.Status, answer.Failure)
			}
			want := receivedRequest{Method: row.method, Target: row.target, Host: "r.example.com", Authorization: row.sent}
			if row.action == registry.ActionPull {
				want.Accept = manifestTypes
			}
			server.wantRequests(t, want)
		})
	}
}

func TestClient_Try_ReturnsTheFirstAnswer(t *testing.T) {
	t.Parallel()
	for _, status := range []int{200, 201, 202, 400, 401, 403, 404, 405, 429, 500, 503} {
		for _, action := range actions {
			trap := record(t, respond(http.StatusOK, ""))
			server := record(t, respond(status, `{"errors":[{"code":"DENIED","message":"no"}]}`))
			answer := try(t, clientBetween(t, server, trap), action, basic("hunter2x"))
			if answer.Failure != nil || answer.Status != status {
				t.Errorf("%s: status %d, failure %+v; want %d", action, answer.Status, answer.Failure, status)
			}
			if text := answer.Text; action != registry.ActionPull && status != http.StatusOK && text != "no" {
				t.Errorf("%s: text %q of status %d", action, text, status)
			}
			if seen := server.requests(); len(seen) != 1 {
				t.Errorf("%s: status %d was asked for %d times", action, status, len(seen))
			}
		}
	}
}

func TestClient_Try_Faults(t *testing.T) {
	t.Parallel()
	for _, action := range actions {
		address, options := nothingListens(t)
		answer := newClient(t, options).Try(t.Context(), registry.Trial{Endpoint: parse(t, address), Repository: "org/app", Action: action, Reference: digest})
		if answer.Failure == nil || answer.Failure.Fault != registry.FaultRefused {
			t.Errorf("%s: answer %+v, failure %+v", action, answer, answer.Failure)
		}
	}
}

// upload answers a POST with a started upload, and all else with a status.
func upload(status int, location string, other int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			w.Header().Set("Location", "http://other.example.com/")
			w.WriteHeader(other)
			return
		}
		if location != "" {
			w.Header().Set("Location", location)
		}
		w.WriteHeader(status)
	}
}

func TestClient_Try_CancelsAnUploadOnItsOwnOriginOnly(t *testing.T) {
	t.Parallel()
	const uploads = "/v2/org/app/blobs/uploads/"
	for _, row := range []struct {
		name     string
		location string
		want     string // "" for no request
	}{
		{"a path", uploads + "1?_state=a%2Fb%3D", uploads + "1?_state=a%2Fb%3D"},
		{"a name", "1", uploads + "1"},
		{"a query", "?id=1", uploads + "?id=1"},
		{"a path elsewhere on the registry", "/uploads/1", "/uploads/1"},
		{"a URL", "http://r.example.com" + uploads + "1", uploads + "1"},
		{"a URL with the default port", "http://r.example.com:80" + uploads + "1", uploads + "1"},
		{"a URL in upper case", "HTTP://R.EXAMPLE.COM" + uploads + "1", uploads + "1"},
		{"a URL without scheme", "//r.example.com" + uploads + "1", uploads + "1"},
		{"a fragment stays here", uploads + "1#part", uploads + "1"},
		{"another host", "http://other.example.com" + uploads + "1", ""},
		{"another host without scheme", "//other.example.com" + uploads + "1", ""},
		{"another port", "http://r.example.com:8080" + uploads + "1", ""},
		{"another scheme", "https://r.example.com" + uploads + "1", ""},
		{"a subdomain", "http://sub.r.example.com" + uploads + "1", ""},
		{"a metadata address", "http://169.254.169.254/", ""},
		{"user information", "http://user:pass@r.example.com" + uploads + "1", ""},
		{"no location", "", ""},
		{"a location that is no URL", "://", ""},
		{"a location that is opaque", "http:1", ""},
	} {
		for kind, credential := range map[string]registry.Credential{"basic": basic("hunter2x"), "token": {Token: registry.NewSecret("minted")}, "anonymous": {}} {
			t.Run(row.name+", "+kind, func(t *testing.T) {
				t.Parallel()
				trap := record(t, respond(http.StatusNoContent, ""))
				server := record(t, upload(http.StatusAccepted, row.location, http.StatusNoContent))
				answer := try(t, clientBetween(t, server, trap), registry.ActionPush, credential)
				if answer.Failure != nil || answer.Status != http.StatusAccepted {
					t.Errorf("status %d, failure %+v; want that of the POST", answer.Status, answer.Failure)
				}
				trap.wantRequests(t)
				seen := server.requests()
				want := []receivedRequest{{Method: http.MethodPost, Target: uploads, Host: "r.example.com", Authorization: seen[0].Authorization}}
				if (want[0].Authorization == "") != (kind == "anonymous") {
					t.Errorf("authorization %q", want[0].Authorization)
				}
				if row.want != "" {
					want = append(want, receivedRequest{Method: http.MethodDelete, Target: row.want, Host: seen[len(seen)-1].Host, Authorization: want[0].Authorization})
				}
				server.wantRequests(t, want...)
			})
		}
	}
}

func TestClient_Try_CancelsAStartedUploadOnly(t *testing.T) {
	t.Parallel()
	for _, status := range []int{200, 201, 204, 302, 400, 401, 404, 500} {
		trap := record(t, respond(http.StatusOK, ""))
		server := record(t, upload(status, "/uploads/1", http.StatusNoContent))
		if answer := try(t, clientBetween(t, server, trap), registry.ActionPush, basic("hunter2x")); answer.Status != status {
			t.Errorf("status %d, want %d", answer.Status, status)
		}
		if seen := server.requests(); len(seen) != 1 {
			t.Errorf("status %d: asked %+v, want once", status, seen)
		}
	}
}

func TestClient_Try_AnswersWhereCancellingFails(t *testing.T) {
	t.Parallel()
	for _, status := range []int{200, 301, 307, 308, 401, 404, 405, 500} {
		trap := record(t, respond(http.StatusOK, ""))
		server := record(t, upload(http.StatusAccepted, "/uploads/1", status))
		answer := try(t, clientBetween(t, server, trap), registry.ActionPush, basic("hunter2x"))
		if answer.Failure != nil || answer.Status != http.StatusAccepted {
			t.Errorf("DELETE %d: status %d, failure %+v", status, answer.Status, answer.Failure)
		}
		trap.wantRequests(t)
		if seen := server.requests(); len(seen) != 2 {
			t.Errorf("DELETE %d: asked %+v, want twice", status, seen)
		}
	}
}

func TestClient_Try_Redirects(t *testing.T) {
	t.Parallel()
	for _, status := range redirectStatuses {
		for _, action := range actions {
			for location, same := range map[string]bool{"/next": true, "http://r.example.com:80/next": true, "http://other.example.com/": false, "http://sub.r.example.com/": false, "http://u@r.example.com/next": false} {
				trap := record(t, respond(http.StatusOK, ""))
				server := record(t, redirects(status, func(r *http.Request) string {
					if strings.HasPrefix(r.URL.Path, "/v2/") {
						return location
					}
					return ""
				}))
				followed := same && (action == registry.ActionPull || action == registry.ActionPush && keepsMethod(status))
				want, requests := status, 1
				if followed {
					want, requests = http.StatusOK, 2
				}
				answer := try(t, clientBetween(t, server, trap), action, basic("hunter2x"))
				seen := server.requests()
				if answer.Status != want || len(seen) != requests {
					t.Errorf("%s, %d to %s: status %d after %+v; want %d after %d", action, status, location, answer.Status, seen, want, requests)
				}
				if followed && (seen[1].Method != seen[0].Method || seen[1].Authorization != basicCi) {
					t.Errorf("%s, %d to %s: then asked %+v", action, status, location, seen[1])
				}
				trap.wantRequests(t)
			}
		}
	}
}
