package registry

import (
	"bytes"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
)

// maxManifestBytes is how much of a manifest is read: registries must accept manifests
// of 4 MiB (OCI distribution specification, "Pushing manifests"), and clients read no
// larger ones.
const maxManifestBytes = 4 << 20

// digestForm and tagForm match a digest (OCI image specification, "Digests") of the
// algorithms that are registered there, and a tag (OCI distribution specification,
// "Pulling manifests").
var (
	digestForm = regexp.MustCompile(`^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$`)
	tagForm    = regexp.MustCompile(`^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$`)
)

// IsDigest reports whether a reference is a digest.
func IsDigest(reference string) bool { return digestForm.MatchString(reference) }

// IsReference reports whether a text is a tag or a digest.
func IsReference(reference string) bool {
	return IsDigest(reference) || tagForm.MatchString(reference)
}

// digestHeader returns the digest in the header of a response; empty if it has none.
func digestHeader(header http.Header) string {
	if digest := header.Get("Docker-Content-Digest"); IsDigest(digest) {
		return digest
	}
	return ""
}

// digestOf returns the digest of a manifest that was received, by the algorithm of the
// reference; empty if it is not a manifest, or was not received as a whole.
func digestOf(r received, reference string) string {
	if r.response.StatusCode != http.StatusOK || !r.complete || !bytes.HasPrefix(bytes.TrimLeft(r.body, " \t\r\n"), []byte("{")) || !json.Valid(r.body) {
		return ""
	}
	if strings.HasPrefix(reference, "sha512:") {
		return fmt.Sprintf("sha512:%x", sha512.Sum512(r.body))
	}
	return fmt.Sprintf("sha256:%x", sha256.Sum256(r.body))
}
