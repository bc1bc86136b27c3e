package doctor_test

import (
	"encoding/base64"
	"net/url"
	"strings"

	"github.com/stellaops/terraform-provider-stellaops/internal/registrytest"
)

// stolen is a path on the registry's own host that no check may request.
const stolen = "/stolen"

const (
	basicWanted  = `Basic realm="r"`
	bearerWanted = `Bearer realm="https://auth.example.com/token",service="r.example.com"`
)

// reply is an answer with header lines in pairs of name and value.
func reply(status int, body string, header ...string) response {
	r := response{Status: status, Header: map[string][]string{}, Body: body}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header[header[i]] = append(r.Header[header[i]], header[i+1])
	}
	return r
}

func redirection(status int, location string) response {
	return reply(status, "", "Location", location)
}

// raw is an answer that net/http does not write.
func raw(text string) response { return response{Body: text} }

// takes is a registry and a token service that accept everything.
func takes(visit) response {
	return reply(200, `{"token":"trapped"}`, "Docker-Distribution-Api-Version", "registry/2.0")
}

// issues is a token service that gives a token to any secret.
func issues(v visit) response {
	if secretOf(v) == "" {
		return registrytest.Unauthorized(basicWanted)
	}
	return reply(200, `{"token":"`+attackMinted+`"}`)
}

// wants is a registry that accepts issued tokens only and answers other requests with
// the challenges.
func wants(challenges ...string) func(visit) response {
	return func(v visit) response {
		if v.Authorization == "Bearer "+attackMinted {
			return registrytest.OK()
		}
		return registrytest.Unauthorized(challenges...)
	}
}

// baits is a registry with a Basic challenge that answers credentials with the bait.
func baits(bait func(visit) response) func(visit) response {
	return func(v visit) response {
		if v.Authorization == "" {
			return registrytest.Unauthorized(basicWanted)
		}
		return bait(v)
	}
}

// always gives the same answer to every request.
func always(r response) func(visit) response { return func(visit) response { return r } }

// secretOf returns the secret in a request; empty for none.
func secretOf(v visit) string {
	if coded, ok := strings.CutPrefix(v.Authorization, "Basic "); ok {
		pair, _ := base64.StdEncoding.DecodeString(coded) // a broken pair holds no secret
		_, password, _ := strings.Cut(string(pair), ":")
		return password
	}
	if token, ok := strings.CutPrefix(v.Authorization, "Bearer "); ok {
		return token
	}
	form, _ := url.ParseQuery(v.Body) // a broken form holds no secret
	return form.Get("refresh_token")
}
