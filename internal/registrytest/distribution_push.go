package registrytest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
)

// The media types of what is pushed.
const (
	typeManifest = "application/vnd.oci.image.manifest.v1+json"
	typeIndex    = "application/vnd.oci.image.index.v1+json"
	typeConfig   = "application/vnd.oci.image.config.v1+json"
	typeLayer    = "application/vnd.oci.image.layer.v1.tar"
)

// descriptor refers to a blob or a manifest (OCI image specification, "Descriptor").
type descriptor struct {
	MediaType string    `json:"mediaType"`
	Digest    string    `json:"digest"`
	Size      int       `json:"size"`
	Platform  *platform `json:"platform,omitempty"`
}

type platform struct {
	Architecture string `json:"architecture"`
	OS           string `json:"os"`
}

// Index is an image for several platforms that was pushed.
type Index struct {
	Digest    string
	Platforms []string // the digest of each platform's manifest
}

// BasicLogin is the Authorization header of a user.
func BasicLogin(user, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
}

// Push pushes a small image and returns the digest of its manifest. authorization is
// the header to send; empty for an open registry.
func (d *Distribution) Push(ctx context.Context, authorization, repository, tag string) (digest string, err error) {
	p := pusher{d.Host, authorization, repository}
	manifest, err := p.image(ctx, tag, platform{"amd64", "linux"})
	return manifest.Digest, err
}

// PushIndex pushes a small image for two platforms. Their manifests have no tag.
func (d *Distribution) PushIndex(ctx context.Context, authorization, repository, tag string) (Index, error) {
	p := pusher{d.Host, authorization, repository}
	var manifests []descriptor
	var index Index
	for _, architecture := range []string{"amd64", "arm64"} {
		manifest, err := p.image(ctx, "", platform{architecture, "linux"})
		if err != nil {
			return Index{}, err
		}
		manifests, index.Platforms = append(manifests, manifest), append(index.Platforms, manifest.Digest)
	}
	pushed, err := p.manifest(ctx, tag, typeIndex, map[string]any{"schemaVersion": 2, "mediaType": typeIndex, "manifests": manifests})
	index.Digest = pushed.Digest
	return index, err
}

// pusher pushes to one repository.
type pusher struct{ host, authorization, repository string }

// image pushes an image of one empty layer.
func (p pusher) image(ctx context.Context, tag string, of platform) (descriptor, error) {
	layer, err := p.blob(ctx, typeLayer, make([]byte, 1024)) // the end of an archive
	if err != nil {
		return descriptor{}, err
	}
	content, err := json.Marshal(map[string]any{
		"architecture": of.Architecture, "os": of.OS, "rootfs": map[string]any{"type": "layers", "diff_ids": []string{layer.Digest}},
	})
	if err != nil {
		return descriptor{}, fmt.Errorf("write the configuration of an image: %w", err)
	}
	config, err := p.blob(ctx, typeConfig, content)
	if err != nil {
		return descriptor{}, err
	}
	manifest, err := p.manifest(ctx, tag, typeManifest, map[string]any{"schemaVersion": 2, "mediaType": typeManifest, "config": config, "layers": []descriptor{layer}})
	manifest.Platform = &of
	return manifest, err
}

// manifest pushes a manifest, by its digest where tag is empty.
func (p pusher) manifest(ctx context.Context, tag, mediaType string, content any) (descriptor, error) {
	encoded, err := json.Marshal(content)
	if err != nil {
		return descriptor{}, fmt.Errorf("write a manifest: %w", err)
	}
	pushed := describe(mediaType, encoded)
	reference := tag
	if reference == "" {
		reference = pushed.Digest
	}
	_, err = p.send(ctx, http.MethodPut, "http://"+p.host+"/v2/"+p.repository+"/manifests/"+reference, mediaType, encoded, http.StatusCreated)
	return pushed, err
}

// blob pushes a blob by one request after that which starts the upload (OCI
// distribution specification, "POST then PUT").
func (p pusher) blob(ctx context.Context, mediaType string, content []byte) (descriptor, error) {
	pushed := describe(mediaType, content)
	location, err := p.send(ctx, http.MethodPost, "http://"+p.host+"/v2/"+p.repository+"/blobs/uploads/", "", nil, http.StatusAccepted)
	if err != nil {
		return descriptor{}, err
	}
	query := location.Query()
	query.Set("digest", pushed.Digest)
	location.RawQuery = query.Encode()
	_, err = p.send(ctx, http.MethodPut, location.String(), "application/octet-stream", content, http.StatusCreated)
	return pushed, err
}

func describe(mediaType string, content []byte) descriptor {
	return descriptor{MediaType: mediaType, Digest: fmt.Sprintf("sha256:%x", sha256.Sum256(content)), Size: len(content)}
}

// send sends one request and returns the location that the answer names.
func (p pusher) send(ctx context.Context, method, address, mediaType string, body []byte, want int) (*url.URL, error) {
	request, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("push to %s: %w", p.repository, err)
	}
	if p.authorization != "" {
		request.Header.Set("Authorization", p.authorization)
	}
	if mediaType != "" {
		request.Header.Set("Content-Type", mediaType)
	}
	response, err := plainClient().Do(request)
	if err != nil {
		return nil, fmt.Errorf("push to %s: %w", p.repository, err)
	}
	defer func() { _ = response.Body.Close() }() // read as far as it is needed
	if response.StatusCode != want {
		text, _ := io.ReadAll(io.LimitReader(response.Body, 1<<10)) // as much as there is
		return nil, fmt.Errorf("push to %s: %s %s: %s: %s", p.repository, method, request.URL.Path, response.Status, text)
	}
	location, err := response.Location()
	if err != nil {
		return nil, fmt.Errorf("push to %s: %w", p.repository, err)
	}
	return location, nil
}
