package registry

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
)

// Action is an action on a repository (Docker registry token scope, "action").
type Action string

// The actions, and the request that tries each.
const (
	ActionPull   Action = "pull"   // HEAD of a manifest
	ActionFetch  Action = "fetch"  // GET of a manifest, which takes the permission to pull
	ActionList   Action = "list"   // GET of one tag, which takes it too
	ActionPush   Action = "push"   // an upload that is started and cancelled at once
	ActionDelete Action = "delete" // DELETE of a manifest that does not exist
)

// Trial is an action to try on a repository.
type Trial struct {
	Endpoint   Endpoint
	Repository string
	Action     Action
	Reference  string // tag or digest of the manifest; empty for the tag latest
	Credential Credential
}

// manifestTypes are the media types that a pull accepts.
var manifestTypes = []string{
	"application/vnd.oci.image.index.v1+json", "application/vnd.oci.image.manifest.v1+json",
	"application/vnd.docker.distribution.manifest.list.v2+json", "application/vnd.docker.distribution.manifest.v2+json", "*/*",
}

// Try tries an action (OCI distribution specification, end-3, end-4a, end-8b, end-9) and
// returns the answer to its first request. A push starts an upload and cancels it at
// once; some registries create an empty repository by it. A delete is for a digest
// that does not exist. The answer to a fetch has the digest of what was received.
func (c *Client) Try(ctx context.Context, r Trial) Answer {
	received := c.send(ctx, c.direct, r.request())
	if received.failure != nil {
		return Answer{Failure: received.failure}
	}
	if r.Action == ActionPush && received.response.StatusCode == http.StatusAccepted {
		c.cancelUpload(ctx, received.response, r.Credential)
	}
	answer := newAnswer(received)
	if answer.Digest = digestHeader(received.response.Header); r.Action == ActionFetch {
		answer.Digest = digestOf(received, r.Reference)
	}
	return answer
}

// request returns the HTTP request.
func (r Trial) request() request {
	root := r.Endpoint.URL() + (&url.URL{Path: r.Repository}).EscapedPath()
	req := request{header: http.Header{}, limit: maxBodyBytes}
	switch r.Action {
	case ActionPush:
		req.method, req.url = http.MethodPost, root+"/blobs/uploads/"
	case ActionList:
		req.method, req.url = http.MethodGet, root+"/tags/list?n=1"
	case ActionDelete:
		req.method, req.url = http.MethodDelete, root+"/manifests/"+r.Reference
	default:
		req.method, req.url = http.MethodHead, root+"/manifests/"+cmp.Or(r.Reference, "latest")
		if r.Action == ActionFetch {
			req.method, req.limit = http.MethodGet, maxManifestBytes
		}
		req.header["Accept"] = manifestTypes
	}
	authorize(req.header, r.Credential)
	return req
}

// cancelUpload cancels an upload (OCI distribution specification, end-14), if its
// location is on the registry's own origin; any other server must not get the
// credential.
func (c *Client) cancelUpload(ctx context.Context, started *http.Response, credential Credential) {
	location, err := started.Location()
	if err != nil || location.User != nil || !sameOrigin(started.Request.URL, location) {
		return
	}
	req := request{method: http.MethodDelete, url: location.String(), header: http.Header{}, limit: maxBodyBytes}
	authorize(req.header, credential)
	c.send(ctx, c.direct, req) // the registry itself ends an upload that is never finished
}
