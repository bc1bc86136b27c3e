package registrytest

import (
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"net/http"
	"regexp"
	"strings"
)

var (
	manifestPath = regexp.MustCompile(`^([a-z0-9/._-]+)/manifests/([^/]+)$`)
	tagsPath     = regexp.MustCompile(`^([a-z0-9/._-]+)/tags/list$`)
	uploadPath   = regexp.MustCompile(`^([a-z0-9/._-]+)/blobs/uploads/([^/]*)$`)
)

// repository answers what lies below /v2/.
func (f *fake) repository(req Request, v visitor, rest string) Response {
	if match := manifestPath.FindStringSubmatch(rest); match != nil {
		return f.manifest(req, v, match[1], match[2])
	}
	if match := uploadPath.FindStringSubmatch(rest); match != nil {
		return f.upload(req, v, match[1], match[2])
	}
	if match := tagsPath.FindStringSubmatch(rest); match != nil && req.Method == http.MethodGet {
		return f.tags(req, v, match[1])
	}
	return ociError(http.StatusNotFound, "NOT_FOUND", "page not found")
}

func (f *fake) tags(req Request, v visitor, repository string) Response {
	if refusal, ok := f.permit(req, v, pull, repository); !ok {
		return refusal
	}
	tags := []string{"latest"}
	if repository == "org/empty" {
		tags = []string{}
	}
	return jsonBody(map[string]any{"name": repository, "tags": tags})
}

// manifest answers to who may do that with what was captured, else as the OCI
// distribution specification says.
func (f *fake) manifest(req Request, v visitor, repository, reference string) Response {
	action := pull
	switch req.Method {
	case http.MethodGet, http.MethodHead:
	case http.MethodDelete:
		action = deletion
	default:
		return unsupported()
	}
	if refusal, ok := f.permit(req, v, action, repository); !ok {
		return refusal
	}
	if _, ok := f.profile.answer(req.Method, manifestsPath, v.names, false); ok {
		return f.serve(req.Method, manifestsPath, v, nil, "repository:"+repository+":"+action)
	}
	f.mu.Lock()
	f.specified = true
	f.mu.Unlock()
	digest := fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(manifestBody)))
	if repository == "org/empty" || reference != "latest" && reference != digest {
		return ociError(http.StatusNotFound, "MANIFEST_UNKNOWN", "manifest unknown")
	}
	return Response{
		Status: http.StatusOK,
		Header: http.Header{
			"Docker-Distribution-Api-Version": {"registry/2.0"},
			"Content-Type":                    {typeManifest},
			"Docker-Content-Digest":           {digest},
		},
		Body: manifestBody,
	}
}

// manifestBody is the only manifest that a fake has.
const manifestBody = "{}"

// upload starts an upload or cancels it. distribution asks for the action
// delete when an upload is cancelled; this fake is content with push.
func (f *fake) upload(req Request, v visitor, repository, id string) Response {
	path := req.Path
	starts, cancels := req.Method == http.MethodPost && id == "", req.Method == http.MethodDelete && id != ""
	if !starts && !cancels {
		return unsupported()
	}
	if refusal, ok := f.permit(req, v, push, repository); !ok {
		return refusal
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if cancels {
		if !f.uploads[path] {
			return ociError(http.StatusNotFound, "BLOB_UPLOAD_UNKNOWN", "blob upload unknown to registry")
		}
		delete(f.uploads, path)
		return Status(http.StatusNoContent)
	}
	id = strings.ToLower(rand.Text())
	f.uploads[path+id] = true
	location := path + id
	if !f.profile.Relative {
		location = f.origin + location + "?_state=" + rand.Text()
	}
	return Response{
		Status: http.StatusAccepted,
		Header: http.Header{"Location": {location}, "Docker-Upload-Uuid": {id}, "Range": {"0-0"}},
	}
}

// permit returns the registry's refusal unless the visitor may do that: what was
// captured at a repository, or else at /v2/.
func (f *fake) permit(req Request, v visitor, action, repository string) (Response, bool) {
	if f.isAllowed(v, action, repository) {
		return Response{}, true
	}
	if action == push {
		action = pull + "," + push // what a push is challenged with
	}
	path := repositoryPath
	if _, ok := f.profile.answer(req.Method, path, v.names, false); !ok && !f.passes(v) {
		path, req.Method = rootPath, http.MethodGet
	}
	return f.serve(req.Method, path, v, nil, "repository:"+repository+":"+action), false
}
