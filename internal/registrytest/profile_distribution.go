package registrytest

import "net/http"

// distributionRules are the registries that are CNCF distribution, and the
// token services made for it.
func distributionRules() []rules {
	return []rules{
		{
			name:   "distribution, htpasswd",
			basic:  basicChecked,
			refuse: refuseByBasic(`Basic realm="Registry Realm"`),
		},
		{
			name:   "distribution, no auth",
			noAuth: true,
			refuse: func(*fake, visitor, string) Response { return denied() },
		},
		{
			name:                 "distribution, token",
			anonymousTokenPasses: true,
			refuse:               refuseByToken,
			tokens:               distributionTokens(),
			expired:              expiredBearer,
		},
		{
			name:                 "docker_auth",
			anonymousTokenPasses: true,
			refuse:               refuseByToken,
			tokens:               dockerAuthTokens(),
			expired:              expiredBearer,
		},
		{
			name:                 "docker_auth, no password check",
			anonymousTokenPasses: true,
			takesAnything:        true,
			refuse:               refuseByToken,
			tokens:               uncheckedTokens(),
			expired:              expiredBearer,
		},
		{
			// The realm is a word from its configuration, no address.
			name:          "distribution, silly",
			anyHeader:     true,
			takesAnything: true,
			refuse: func(_ *fake, v visitor, scope string) Response {
				if v.standing == accepted {
					return denied()
				}
				challenge := `Bearer realm="silly-realm",service="silly-service"`
				if scope != "" {
					challenge += "," + param("scope", scope)
				}
				return Unauthorized(challenge)
			},
		},
	}
}

// distributionTokens is a token service as distribution's specification has it.
// What that leaves open is as in the sample service of distribution's own
// repository: an anonymous request gets a token for a scope only, and a refusal
// has an OCI error and a Basic challenge.
func distributionTokens() *tokenRules {
	return &tokenRules{
		ownServer: true,
		path:      "/token",
		service:   "registry.example",
		mint:      signed(subject),
		fields:    []string{"token"},
		expiresIn: 300,
		anonymous: anonymousWithScope,
		post:      postOAuth2,
		refuse: func(*fake, standing) Response {
			return Unauthorized(`Basic realm="token service"`)
		},
		refuseGrant: invalidGrant,
	}
}

// dockerAuthTokens is docker_auth. Its anonymous tokens have an empty subject.
func dockerAuthTokens() *tokenRules {
	return &tokenRules{
		ownServer:   true,
		path:        "/auth",
		service:     "Docker registry",
		mint:        signed(subject),
		fields:      []string{"token", "access_token"},
		anonymous:   anonymousAlways,
		sameAccount: true,
		post:        postAnonymous,
		refuse: func(*fake, standing) Response {
			response := plainText(http.StatusUnauthorized, "Auth failed.\n")
			response.Header.Set("Www-Authenticate", `Basic realm="Docker registry"`)
			return response
		},
	}
}

// uncheckedTokens is docker_auth with accounts that have no password.
func uncheckedTokens() *tokenRules {
	s := dockerAuthTokens()
	s.anyName = true
	return s
}

// expiredBearer is a token of this service that has expired.
func expiredBearer(f *fake) NamedCredential {
	return NamedCredential{Token: f.expiredToken("ci")}
}

// invalidGrant is OAuth2's refusal of a refresh token or password, RFC 6749
// section 5.2.
func invalidGrant() Response {
	return jsonBody(http.StatusBadRequest, map[string]any{
		"error":             "invalid_grant",
		"error_description": "the grant is invalid, expired or revoked",
	})
}
