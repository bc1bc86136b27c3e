package registrytest

import (
	"net/http"
	"strconv"

	"github.com/golang-jwt/jwt/v5"
)

// hostedRules are the registries that people run themselves.
func hostedRules() []rules {
	zotRealm := `Basic realm="Authorization Required"`
	return []rules{
		harbor(),
		{name: "zot, htpasswd", basic: basicChecked, challengeOn200: zotRealm, relative: true, refuse: refuseByBasic(zotRealm)},
		{name: "zot, htpasswd and anonymous policy", basic: basicChecked, open: true, challengeOn200: zotRealm, relative: true, refuse: refuseByBasic(zotRealm)},
		zotBearer(),
		quay(),
		gitLab(),
		gitea(),
		artifactory(),
		nexus(),
		nexusAnonymous(),
	}
}

// harbor: a request with an Authorization header is challenged with Basic, one
// without with Bearer. Assumed from its source: an anonymous token does not pass at
// /v2/, and missing permissions are a 401 as well.
func harbor() rules {
	return rules{
		name:    "Harbor",
		basic:   basicChecked,
		good:    named("robot$ci", "good-password"),
		expired: named("robot$old", "expired-password"),
		refuse: func(f *fake, v visitor, scope string) Response {
			switch {
			case v.standing != anonymous:
				return Unauthorized(`Basic realm="harbor"`)
			case scope != "":
				return Unauthorized(f.bearer(param("scope", scope)))
			}
			return Unauthorized(f.bearer())
		},
		tokens: &tokenRules{
			path:             "/service/token",
			service:          "harbor-registry",
			mint:             signed(subject),
			fields:           []string{"token"},
			expiresIn:        1800,
			anonymous:        anonymousWithScope,
			fallback:         true,
			onlyKnownService: true,
			refuse:           func(*fake, standing) Response { return Status(http.StatusUnauthorized) },
		},
	}
}

// zotBearer shows its realm to requests without credentials only. Its token
// service may be of any make; this one answers with access_token and scope, as
// OAuth2 does, and its anonymous tokens have an empty subject.
func zotBearer() rules {
	return rules{
		name:                 "zot, bearer",
		anonymousTokenPasses: true,
		relative:             true,
		expired:              expiredBearer,
		refuse: func(f *fake, v visitor, scope string) Response {
			if v.standing == anonymous {
				return Unauthorized(f.bearer(param("scope", scope)))
			}
			return Unauthorized()
		},
		tokens: &tokenRules{
			ownServer:    true,
			path:         "/auth/token",
			service:      "zot",
			mint:         signed(subject),
			fields:       []string{"access_token"},
			expiresIn:    300,
			returnsScope: true,
			anonymous:    anonymousAlways,
			post:         postOAuth2,
			refuse:       refuseInJSON("authentication required"),
			refuseGrant:  invalidGrant,
		},
	}
}

// quay gives anonymous tokens for a scope only, as its source has it. Assumed: it
// never names an error in its challenge. Asking with push creates the repository,
// which leaves no trace here but the request.
func quay() rules {
	return rules{
		name:                 "Quay",
		anonymousTokenPasses: true,
		good:                 named("org+ci", "good-password"),
		expired:              named("$oauthtoken", "expired-password"),
		refuse: func(f *fake, _ visitor, scope string) Response {
			if scope != "" {
				return Unauthorized(f.bearer(param("scope", scope)))
			}
			return Unauthorized(f.bearer())
		},
		tokens: &tokenRules{
			ownServer: true,
			path:      "/v2/auth",
			mint:      signed(subjectOrAnonymous),
			fields:    []string{"token"},
			anonymous: anonymousWithScope,
			actions:   []string{pull, push, "*"},
			refuse:    refuseInJSON("Invalid Username or Password"),
		},
	}
}

// gitLab is distribution with a token service of its own. Assumed: Basic is not
// taken at /v2/, and its token service takes no POST.
func gitLab() rules {
	return rules{
		name:                 "GitLab",
		anonymousTokenPasses: true,
		refuse:               refuseByToken,
		tokens: &tokenRules{
			path:      "/jwt/auth",
			service:   "container_registry",
			mint:      signed(subject),
			fields:    []string{"token"},
			anonymous: anonymousWithScope,
			refuse: func(_ *fake, s standing) Response {
				if s == anonymous {
					return ociError(http.StatusForbidden, "DENIED", "access forbidden")
				}
				return ociError(http.StatusUnauthorized, "UNAUTHORIZED", "HTTP Basic: Access denied. If a password was provided for Git authentication, the password was incorrect or you're required to use a token instead of a password.")
			},
		},
	}
}

// gitea stands for Forgejo too. Its tokens have a UserID, -1 for the ghost, and
// no subject; they stand for the user whatever scope was asked. The claim access
// is missing. Assumed: a missing permission is a 401 in plain text.
func gitea() rules {
	return rules{
		name:                 "Gitea",
		basic:                basicChecked,
		anonymousTokenPasses: true,
		expired:              expiredBearer,
		refuse: func(f *fake, v visitor, _ string) Response {
			if v.standing == accepted {
				response := plainText(http.StatusUnauthorized, "user should have specific permission or be a site admin\n")
				response.Header.Set("Www-Authenticate", `Basic realm="Gitea Package API"`)
				return response
			}
			wide := param("scope", "*")
			return Unauthorized(f.bearer(wide), `Basic realm="`+f.realm()+`",service="container_registry",`+wide)
		},
		tokens: &tokenRules{
			path:      "/v2/token",
			service:   "container_registry",
			mint:      userID,
			userToken: true,
			fields:    []string{"token"},
			anonymous: anonymousAlways,
			refuse:    refuseInJSON("authentication required"),
		},
	}
}

// artifactory lives under a path, and its realm is a path too: a relative one.
// Assumed: its subjects are longer than the user name.
func artifactory() rules {
	const base = "/artifactory/api/docker/docker-local"
	return rules{
		name:  "Artifactory",
		base:  base,
		basic: basicChecked,
		refuse: func(f *fake, v visitor, _ string) Response {
			switch {
			case v.standing == accepted:
				return denied()
			case v.scheme == schemeBasic: // assumed
				return Unauthorized(`Basic realm="Artifactory Realm"`)
			}
			return Unauthorized(f.bearer())
		},
		tokens: &tokenRules{
			path:          base + "/v2/token",
			relativeRealm: true,
			mint:          signed(func(user string) jwt.MapClaims { return jwt.MapClaims{"sub": "jfac@01example/users/" + user} }),
			fields:        []string{"token"},
			expiresIn:     3600,
			refuse: func(*fake, standing) Response {
				return jsonBody(http.StatusUnauthorized, map[string]any{"errors": []any{map[string]any{"status": 401, "message": "Bad credentials"}}})
			},
		},
	}
}

// nexus writes its scheme in upper case.
func nexus() rules {
	return rules{
		name:   "Nexus",
		basic:  basicChecked,
		refuse: refuseByBasic(`BASIC realm="Sonatype Nexus Repository Manager"`),
	}
}

// nexusAnonymous lets any password and any anonymous client in, as a Nexus does
// that allows anonymous pull; that needs Bearer tokens there.
func nexusAnonymous() rules {
	return rules{
		name:                 "Nexus, anonymous pull",
		basic:                basicAnything,
		anonymousTokenPasses: true,
		takesAnything:        true,
		refuse: func(f *fake, v visitor, _ string) Response {
			if v.standing == accepted {
				return denied()
			}
			return Unauthorized(f.bearer())
		},
		tokens: &tokenRules{
			path:        "/v2/token",
			mint:        opaque("DockerToken."),
			userToken:   true,
			fields:      []string{"token"},
			anonymous:   anonymousAlways,
			anyPassword: true,
			refuse:      refuseInJSON("authentication required"),
		},
	}
}

func named(user, password string) func(*fake) NamedCredential {
	return func(*fake) NamedCredential { return NamedCredential{Username: user, Password: password} }
}

func refuseInJSON(message string) func(*fake, standing) Response {
	return func(*fake, standing) Response { return ociError(http.StatusUnauthorized, "UNAUTHORIZED", message) }
}

// plainRules are servers that know nothing of registries.
func plainRules() []rules {
	return []rules{
		{name: "nginx before a registry", basic: basicChecked, refuse: refuseByNginx},
		{name: "captive portal", onlyPage: true},
	}
}

// refuseByNginx is the server's own page, on 401 and 403 alike.
func refuseByNginx(_ *fake, v visitor, _ string) Response {
	if v.standing == accepted {
		return nginxPage(http.StatusForbidden, "Forbidden")
	}
	response := nginxPage(http.StatusUnauthorized, "Authorization Required")
	response.Header.Set("Www-Authenticate", `Basic realm="nginx"`)
	return response
}

func nginxPage(status int, text string) Response {
	title := strconv.Itoa(status) + " " + text
	return Response{
		Status: status,
		Header: http.Header{"Content-Type": {"text/html"}},
		Body: "<html>\r\n<head><title>" + title + "</title></head>\r\n<body>\r\n<center><h1>" + title +
			"</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n",
	}
}
