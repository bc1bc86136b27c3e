package credentials

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"regexp"
	"strings"
)

// Marks of texts that are not JSON.
var (
	secretManifest = regexp.MustCompile(`(?m)^\s*(kind:\s*["']?Secret["']?\s*$|["']?\.dockerconfigjson["']?:)`)
	googleToken    = regexp.MustCompile(`^ya29\.[\w.-]+$`)
	jwt            = regexp.MustCompile(`^eyJ[\w-]+\.[\w-]+\.[\w-]*$`)
)

// What a text is that takes the place of a Docker configuration, and what to do, each as
// the end of a sentence about the text.
const (
	isOldFormat   = "has the old format of .dockercfg; put its entries into an object named auths"
	isBase64      = "is base64 of JSON; decode it once, with base64decode()"
	isManifest    = "seems to be the manifest of a Kubernetes Secret; use .dockerconfigjson of its data, decoded with base64decode()"
	isECRAnswer   = "seems to be the output of aws ecr get-authorization-token; base64decode() makes username:password of its authorizationToken"
	isECRPassword = `seems to be the output of aws ecr get-login-password; set it as password, with username "AWS"`
	isACRAnswer   = `seems to be the output of az acr login --expose-token; set its accessToken as password, with username "00000000-0000-0000-0000-000000000000"`
	isGoogleToken = `seems to be the output of gcloud auth print-access-token; set it as password, with username "oauth2accesstoken"`
	isJWT         = "seems to be a token; set it as password, or as token"
)

// foreignFormat returns what a text seems to be that is not a Docker configuration; ""
// if nothing tells. It repeats nothing of the text.
func foreignFormat(text []byte) string {
	text = bytes.TrimSpace(text)
	var object map[string]json.RawMessage
	if json.Unmarshal(text, &object) == nil {
		return foreignObject(object)
	}
	decoded, err := base64.StdEncoding.DecodeString(string(text))
	switch {
	case err == nil && json.Unmarshal(decoded, &object) == nil && object["datakey"] != nil:
		return isECRPassword
	case err == nil && json.Valid(decoded):
		return isBase64
	case googleToken.Match(text):
		return isGoogleToken
	case jwt.Match(text):
		return isJWT
	case secretManifest.Match(text):
		return isManifest
	default:
		return ""
	}
}

// foreignObject is foreignFormat for a JSON object.
func foreignObject(object map[string]json.RawMessage) string {
	has := func(key string) bool { return object[key] != nil }
	switch {
	case string(object["kind"]) == `"Secret"`, has(".dockerconfigjson"):
		return isManifest
	case has("authorizationData"):
		return isECRAnswer
	case has("accessToken") && has("loginServer"):
		return isACRAnswer
	}
	for _, raw := range object {
		var entry entryFields
		if json.Unmarshal(raw, &entry) == nil && strings.TrimSpace(entry.Auth+entry.Password) != "" {
			return isOldFormat
		}
	}
	return ""
}
