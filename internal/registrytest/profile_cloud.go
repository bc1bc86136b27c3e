package registrytest

import (
	"crypto/rand"
	"encoding/base64"
	"net/http"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// cloudRules are the registries that are run as a service.
func cloudRules() []rules {
	return []rules{dockerHub(), ghcr(), ecr(), ecrPublic(), google(), acr()}
}

// dockerHub locks out after 20 failed logins, far more than the six credentials
// need.
func dockerHub() rules {
	return rules{
		name:                 "Docker Hub",
		anonymousTokenPasses: true,
		refuse:               refuseByToken,
		good:                 named("ci", "dckr_pat_good"),
		expired:              named("ci", "dckr_pat_expired"),
		tokens: &tokenRules{
			ownServer: true,
			path:      "/token",
			service:   "registry.docker.io",
			mint:      signed(subjectOf("7d9b1f0c-0000-4000-8000-0123456789ab", "")),
			fields:    []string{"token", "access_token"},
			expiresIn: 300,
			anonymous: anonymousAlways,
			lockout:   20,
			post:      postOAuth2,
			refuse: func(*fake, standing) Response {
				return jsonBody(http.StatusUnauthorized, map[string]any{"details": "incorrect username or password"})
			},
		},
	}
}

// ghcr issues tokens that are the user's, whatever scope was asked. Assumed: it
// answers 403 to all credentials that it refuses, at /v2/ to Basic of any kind and
// to bad tokens; an anonymous request gets a token without a scope too.
func ghcr() rules {
	return rules{
		name:                 "GHCR",
		anonymousTokenPasses: true,
		good:                 named("ci", "ghp_good"),
		expired:              named("ci", "ghp_expired"),
		refuse: func(f *fake, v visitor, scope string) Response {
			if v.standing != anonymous {
				return denied()
			}
			if scope == "" {
				scope = "repository:user/image:pull"
			}
			return Unauthorized(f.bearer(param("scope", scope)))
		},
		tokens: &tokenRules{
			path:      "/token",
			service:   "ghcr.io",
			mint:      opaque("djE6"),
			userToken: true,
			fields:    []string{"token"},
			anonymous: anonymousAlways,
			refuse:    func(*fake, standing) Response { return denied() },
		},
	}
}

// ecr calls every password malformed that is not one of its own. Assumed: a bearer
// token is answered as no credentials are.
func ecr() rules {
	return rules{
		name:    "ECR",
		basic:   basicChecked,
		good:    func(*fake) NamedCredential { return ecrPassword(time.Now().Add(12 * time.Hour)) },
		expired: func(*fake) NamedCredential { return ecrPassword(time.Now().Add(-time.Hour)) },
		refuse: func(f *fake, v visitor, _ string) Response {
			switch {
			case v.standing == accepted:
				return denied()
			case v.standing == expired:
				return plainText(http.StatusForbidden, "Your Authorization Token has expired. Please run 'aws ecr get-login-password' to fetch a new one.\n")
			case v.scheme == schemeBasic:
				return plainText(http.StatusBadRequest, "Your Authorization Token is malformed.\n")
			}
			return Unauthorized(`Basic realm="https://` + f.host + `/",service="ecr.amazonaws.com"`)
		},
	}
}

// ecrPassword is what `aws ecr get-login-password` prints.
func ecrPassword(ends time.Time) NamedCredential {
	content := toJSON(map[string]any{
		"payload": rand.Text(), "datakey": rand.Text(), "version": "2", "type": "DATA_KEY", "expiration": ends.Unix(),
	})
	return NamedCredential{Username: "AWS", Password: base64.StdEncoding.EncodeToString([]byte(content))}
}

// ecrPublic answers 400 to all credentials at /v2/ but a good token. Assumed:
// its token service answers 401 to bad passwords, and its anonymous tokens pass at
// /v2/.
func ecrPublic() rules {
	return rules{
		name:                 "ECR Public",
		anonymousTokenPasses: true,
		good:                 func(*fake) NamedCredential { return ecrPassword(time.Now().Add(12 * time.Hour)) },
		expired:              func(f *fake) NamedCredential { return NamedCredential{Token: f.expiredToken("AWS")} },
		refuse: func(f *fake, v visitor, _ string) Response {
			switch v.standing {
			case anonymous:
				return Unauthorized(f.bearer(param("scope", "aws")))
			case accepted:
				return denied()
			default:
				return ociError(http.StatusBadRequest, "DENIED", "Your authorization token has expired or is invalid.")
			}
		},
		tokens: &tokenRules{
			path:      "/token/",
			service:   "public.ecr.aws",
			mint:      opaque("ecr-public-"),
			userToken: true,
			fields:    []string{"token"},
			anonymous: anonymousAlways,
			refuse:    refuseInJSON("Not Authorized"),
		},
	}
}

// google takes Basic directly. Assumed: it does so at /v2/ as on repositories; its
// token service answers 401 to wrong passwords and 403 to expired ones, since
// either was seen; and its anonymous tokens pass at /v2/.
func google() rules {
	return rules{
		name:                 "Google",
		basic:                basicChecked,
		anonymousTokenPasses: true,
		good:                 named("_json_key", `{"type":"service_account","private_key_id":"good-key"}`),
		expired:              named("oauth2accesstoken", "ya29.expired"),
		refuse: func(f *fake, v visitor, _ string) Response {
			if v.standing == accepted {
				return denied()
			}
			return Unauthorized(f.bearer())
		},
		tokens: &tokenRules{
			path:      "/v2/token",
			mint:      opaque("ya29.minted."),
			fields:    []string{"token"},
			expiresIn: 3600,
			anonymous: anonymousAlways,
			refuse: func(_ *fake, s standing) Response {
				if s == expired {
					return denied()
				}
				return ociError(http.StatusUnauthorized, "UNAUTHORIZED", "authentication failed")
			},
		},
	}
}

// acr knows its user by a refresh token, a JWT, that serves as password too. Its
// subjects are GUIDs. Assumed: its token service answers 401 to anything bad and
// to requests without credentials, anonymous pull being off.
func acr() rules {
	const user = "00000000-0000-0000-0000-000000000000"
	refresh := func(lifetime time.Duration) func(*fake) NamedCredential {
		return func(f *fake) NamedCredential {
			claims := jwt.MapClaims{"sub": "3f6c1a52-0000-4000-8000-0123456789ab", "grant_type": "refresh_token"}
			return NamedCredential{Username: user, Password: f.key.sign(claims, time.Now().Add(lifetime))}
		}
	}
	return rules{
		name:    "ACR",
		basic:   basicChecked,
		good:    refresh(3 * time.Hour),
		expired: refresh(-time.Hour),
		refuse: func(f *fake, v visitor, scope string) Response {
			if v.scheme == schemeBasic && v.standing != accepted {
				return Unauthorized(param("Basic realm", "http://"+f.host))
			}
			return refuseByToken(f, v, scope)
		},
		tokens: &tokenRules{
			path:               "/oauth2/token",
			mint:               signed(subjectOf("3f6c1a52-0000-4000-8000-0123456789ab", "")),
			fields:             []string{"access_token"},
			post:               postOAuth2,
			passwordIsIdentity: true,
			refuse:             refuseInJSON("authentication required, visit https://aka.ms/acr/authorization for more information."),
		},
	}
}
