package registrytest_test

// profileRow is what one registry answers. HOST and TOKENS in the
// challenges stand for the addresses of the registry and its token service.
type profileRow struct {
	name      string
	statuses  [6]int   // of /v2/ by credential, the last one is none
	anonymous []string // challenges to no credentials
	wrong     []string // challenges to the wrong password
	garbage   []string // challenges to the garbage token
	exchange  [6]int   // of the token service: good, wrong and no password,
	// each without and with a scope
	fields      []string // of its answer to the good password
	wrongBody   string   // part of the answer to the wrong password
	grantsOf    string   // good user, org/app:pull,push,delete: "claims", "scope" or ""
	exchangeV2  int      // status of /v2/ with the good user's token
	anonymousV2 int      // status of /v2/ with an anonymous token
}

func profileRows() []profileRow {
	one := func(challenge string) []string { return []string{challenge} }
	invalid := func(challenge string) []string { return []string{challenge + `,error="invalid_token"`} }
	const (
		token  = `Bearer realm="http://TOKENS/token",service="registry.example"`
		auth   = `Bearer realm="http://TOKENS/auth",service="Docker registry"`
		harbor = `Bearer realm="http://HOST/service/token",service="harbor-registry"`
		quay   = `Bearer realm="http://TOKENS/v2/auth",service="HOST"`
		hub    = `Bearer realm="http://TOKENS/token",service="registry.docker.io"`
		zot    = `Basic realm="Authorization Required"`
		gitlab = `Bearer realm="http://HOST/jwt/auth",service="container_registry"`
		google = `Bearer realm="http://HOST/v2/token",service="HOST"`
		acr    = `Bearer realm="http://HOST/oauth2/token",service="HOST"`
		ecr    = `Basic realm="https://HOST/",service="ecr.amazonaws.com"`
		art    = `Bearer realm="/artifactory/api/docker/docker-local/v2/token",service="HOST"`
		silly  = `Bearer realm="silly-realm",service="silly-service"`
	)
	htpasswd, nexus, nginx := one(`Basic realm="Registry Realm"`), one(`BASIC realm="Sonatype Nexus Repository Manager"`), one(`Basic realm="nginx"`)
	gitea := []string{`Bearer realm="http://HOST/v2/token",service="container_registry",scope="*"`, `Basic realm="http://HOST/v2/token",service="container_registry",scope="*"`}
	checked := [6]int{200, 401, 401, 401, 401, 401}
	byToken := [6]int{401, 401, 401, 401, 401, 401}
	return []profileRow{
		{name: "distribution, htpasswd", statuses: checked, anonymous: htpasswd, wrong: htpasswd, garbage: htpasswd},
		{name: "distribution, no auth", statuses: [6]int{200, 200, 200, 200, 200, 200}},
		{
			name: "distribution, token", statuses: byToken, anonymous: one(token), wrong: one(token), garbage: invalid(token),
			exchange: [6]int{200, 200, 401, 401, 401, 200}, fields: []string{"expires_in", "issued_at", "token"}, grantsOf: "claims", exchangeV2: 200, anonymousV2: 200,
		},
		{
			name: "docker_auth", statuses: byToken, anonymous: one(auth), wrong: one(auth), garbage: invalid(auth),
			exchange: [6]int{200, 200, 401, 401, 200, 200}, fields: []string{"access_token", "token"}, wrongBody: "Auth failed.\n", grantsOf: "claims", exchangeV2: 200, anonymousV2: 200,
		},
		{
			name: "docker_auth, no password check", statuses: byToken, anonymous: one(auth), wrong: one(auth), garbage: invalid(auth),
			exchange: [6]int{200, 200, 200, 200, 200, 200}, fields: []string{"access_token", "token"}, grantsOf: "claims", exchangeV2: 200, anonymousV2: 200,
		},
		{name: "distribution, silly", statuses: [6]int{200, 200, 200, 200, 200, 401}, anonymous: one(silly)},
		{
			name: "Harbor", statuses: checked, anonymous: one(harbor), wrong: one(`Basic realm="harbor"`), garbage: one(`Basic realm="harbor"`),
			exchange: [6]int{200, 200, 401, 200, 401, 200}, fields: []string{"expires_in", "issued_at", "token"}, grantsOf: "claims", exchangeV2: 200, anonymousV2: 401,
		},
		{name: "zot, htpasswd", statuses: checked, anonymous: one(zot), wrong: one(zot), garbage: one(zot)},
		{name: "zot, htpasswd and anonymous policy", statuses: [6]int{200, 401, 401, 401, 401, 200}, anonymous: one(zot), wrong: one(zot), garbage: one(zot)},
		{
			name: "zot, bearer", statuses: byToken, anonymous: one(`Bearer realm="http://TOKENS/auth/token",service="zot",scope=""`),
			exchange: [6]int{200, 200, 401, 401, 200, 200}, fields: []string{"access_token", "expires_in", "issued_at", "scope"}, grantsOf: "scope", exchangeV2: 200, anonymousV2: 200,
		},
		{
			name: "Quay", statuses: byToken, anonymous: one(quay), wrong: one(quay), garbage: one(quay),
			exchange: [6]int{200, 400, 401, 401, 401, 400}, fields: []string{"token"}, wrongBody: `{"errors":`, exchangeV2: 200,
		},
		{
			name: "GitLab", statuses: byToken, anonymous: one(gitlab), wrong: one(gitlab), garbage: invalid(gitlab),
			exchange: [6]int{200, 200, 401, 401, 403, 200}, fields: []string{"token"}, wrongBody: "HTTP Basic: Access denied", grantsOf: "claims", exchangeV2: 200, anonymousV2: 200,
		},
		{
			name: "Gitea", statuses: checked, anonymous: gitea, wrong: gitea, garbage: gitea,
			exchange: [6]int{200, 200, 401, 401, 200, 200}, fields: []string{"token"}, exchangeV2: 200, anonymousV2: 200,
		},
		{
			name: "Artifactory", statuses: checked, anonymous: one(art), wrong: one(`Basic realm="Artifactory Realm"`), garbage: one(art),
			exchange: [6]int{200, 200, 401, 401, 401, 401}, fields: []string{"expires_in", "issued_at", "token"}, grantsOf: "claims", exchangeV2: 200,
		},
		{name: "Nexus", statuses: checked, anonymous: nexus, wrong: nexus, garbage: nexus},
		{
			name: "Nexus, anonymous pull", statuses: [6]int{200, 200, 200, 200, 401, 401}, anonymous: one(google), garbage: one(google),
			exchange: [6]int{200, 200, 200, 200, 200, 200}, fields: []string{"token"}, exchangeV2: 200, anonymousV2: 200,
		},
		{
			name: "Docker Hub", statuses: byToken, anonymous: one(hub), wrong: one(hub), garbage: invalid(hub),
			exchange: [6]int{200, 200, 401, 401, 200, 200}, fields: []string{"access_token", "expires_in", "issued_at", "token"}, wrongBody: `{"details":`, grantsOf: "claims", exchangeV2: 200, anonymousV2: 200,
		},
		{
			name: "GHCR", statuses: [6]int{403, 403, 403, 403, 403, 401}, anonymous: one(`Bearer realm="http://HOST/token",service="ghcr.io",scope="repository:user/image:pull"`),
			exchange: [6]int{200, 200, 403, 403, 200, 200}, fields: []string{"token"}, wrongBody: "DENIED", exchangeV2: 200, anonymousV2: 200,
		},
		{name: "ECR", statuses: [6]int{200, 400, 400, 403, 401, 401}, anonymous: one(ecr), garbage: one(ecr)},
		{
			name: "ECR Public", statuses: [6]int{400, 400, 400, 400, 400, 401}, anonymous: one(`Bearer realm="http://HOST/token/",service="public.ecr.aws",scope="aws"`),
			exchange: [6]int{200, 200, 401, 401, 200, 200}, fields: []string{"token"}, exchangeV2: 200, anonymousV2: 200,
		},
		{
			name: "Google", statuses: checked, anonymous: one(google), wrong: one(google), garbage: one(google),
			exchange: [6]int{200, 200, 401, 401, 200, 200}, fields: []string{"expires_in", "issued_at", "token"}, exchangeV2: 200, anonymousV2: 200,
		},
		{
			name: "ACR", statuses: checked, anonymous: one(acr), wrong: one(`Basic realm="http://HOST"`), garbage: invalid(acr),
			exchange: [6]int{200, 200, 401, 401, 401, 401}, fields: []string{"access_token"}, grantsOf: "claims", exchangeV2: 200,
		},
		{name: "nginx before a registry", statuses: checked, anonymous: nginx, wrong: nginx, garbage: nginx},
		{name: "captive portal", statuses: [6]int{200, 200, 200, 200, 200, 200}},
	}
}
