package advice_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"mvdan.cc/sh/v3/syntax"

	"github.com/stellaops/terraform-provider-stellaops/internal/advice"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/verdict"
	"github.com/stellaops/terraform-provider-stellaops/internal/verdict/verdicttest"
)

// sources are the values of credential_source.
var sources = []string{"arguments", "docker_config_json", "provider", "environment", "appsettings", "docker_config", "none"}

// calls are the programs that steps may call, and with which words.
var calls = map[string]*regexp.Regexp{
	"curl":      regexp.MustCompile(`^-sS -o /dev/null (-w '%\{http_code\}\\n'|-D -) '[^']*'$`),
	"docker":    regexp.MustCompile(`^login( --username \S+)? \S+$|^compose up -d --force-recreate platform$`),
	"helm":      regexp.MustCompile(`^upgrade stellaops \./chart .*--kube-context CLUSTER$`),
	"kubectl":   regexp.MustCompile(`^--context CLUSTER (create secret [a-z-]+ \S+ --from-(env-)?file=\S+ --dry-run=client -o (json|yaml)|apply -f -)$`),
	"nano":      regexp.MustCompile(`^(\.env|registry\.env|payload\.json|/etc/stellaops/appsettings\.Production\.json)$`),
	"nslookup":  regexp.MustCompile(`^\S+$`),
	"openssl":   regexp.MustCompile(`^(s_client( -brief)? -connect \S+ -servername \S+|x509 -noout -subject -issuer -dates( -serial -ext subjectAltName| -in client\.crt))$`),
	"rm":        regexp.MustCompile(`^(registry\.env|payload\.json)$`),
	"systemctl": regexp.MustCompile(`^restart stellaops-platform$`),
	"terraform": regexp.MustCompile(`^plan$`),
	"unset":     regexp.MustCompile(`^STELLAOPS_SKIP_CHECKS$`),
}

// faultOf returns what is wrong with a line of shell; empty if nothing is.
func faultOf(line string) string {
	file, err := syntax.NewParser(syntax.Variant(syntax.LangPOSIX)).Parse(strings.NewReader(line), "")
	if err != nil || strings.Contains(line, "\n") {
		return fmt.Sprint("not one line of shell: ", err)
	}
	var fault string
	syntax.Walk(file, func(node syntax.Node) bool {
		switch node := node.(type) {
		case *syntax.CallExpr:
			words := strings.TrimPrefix(line[node.Pos().Offset():node.End().Offset()], "sudo ")
			program, rest, _ := strings.Cut(words, " ")
			if allowed := calls[program]; allowed == nil || !allowed.MatchString(rest) {
				fault = fmt.Sprintf("it calls %q", words)
			}
		case *syntax.CaseClause, *syntax.CmdSubst, *syntax.ParamExp:
			fault = "it is a program of its own"
		}
		return true
	})
	return fault
}

func TestFaultOf_FindsUnrealSteps(t *testing.T) {
	t.Parallel()
	for _, line := range []string{
		"terraform apply", "terraform plan\nterraform plan", "nano 'x", "sed -n p .env", "awk 1 .env", "jq . x", "cat .env", `case x in *) ;; esac`, "nano $(id)", `nano "$HOME"`,
		"helm upgrade stellaops ./chart -f values.yaml", "kubectl apply -f -", "kubectl --context CLUSTER get secret NAME -o json", "curl -u ci:secret 'https://r.example.com'",
		"kubectl --context CLUSTER create secret generic NAME --from-literal=password=secret --dry-run=client -o yaml", "docker login --username ci --password secret r.example.com",
	} {
		if faultOf(line) == "" {
			t.Errorf("nothing is wrong with %q", line)
		}
	}
}

// TestRemediation_IsShortAndRuns has each row of the verdict table with each source.
func TestRemediation_IsShortAndRuns(t *testing.T) {
	t.Parallel()
	deployed := []string{"docker-compose", "systemd", "kubernetes"}
	unfilled := regexp.MustCompile(`[^%]\{[a-z]*\}`)
	words := regexp.MustCompile(`\b(wants|nobody|anybody|is no|Look whether)\b`)
	for _, row := range verdicttest.Rows(t) {
		v := verdict.Judge(row.Evidence)
		for _, source := range sources {
			row.Evidence.Credential.Source = source
			name := row.Name + ", " + source
			var platforms []string
			for _, r := range advice.Of(row.Evidence, v).Remediation {
				platforms = append(platforms, r.Platform)
				if len(r.Steps) == 0 || len(r.Steps) > 6 {
					t.Errorf("%s: %s has %d steps: %q", name, r.Platform, len(r.Steps), r.Steps)
				}
				for _, step := range r.Steps {
					if unfilled.MatchString(step) || words.MatchString(step) {
						t.Errorf("%s: %q", name, step)
					}
					if fault := faultOf(step); fault != "" && r.Platform != "registry" {
						t.Errorf("%s: %s: %q: %s", name, r.Platform, step, fault)
					}
				}
				if r.Platform == "terraform" && (len(r.Steps) < 2 || r.Steps[len(r.Steps)-1] != "terraform plan") {
					t.Errorf("%s: the steps for terraform are %q", name, r.Steps)
				}
			}
			if v.Verified != (len(platforms) == 0) {
				t.Errorf("%s: verified %t with %q", name, v.Verified, platforms)
			}
			rest := slices.DeleteFunc(slices.Clone(platforms), func(p string) bool { return slices.Contains(deployed, p) })
			if !v.Verified && !slices.Equal(rest, []string{"terraform"}) && !slices.Equal(rest, []string{"terraform", "registry"}) {
				t.Errorf("%s: platforms %q", name, platforms)
			}
			stellaOps := (source == "environment" || source == "appsettings") && v.Reason == verdict.ReasonInvalidCredentials
			if has := len(platforms) > len(rest); has && !slices.Equal(platforms[1:4], deployed) || stellaOps && !has || has && (v.Outage || source != "environment" && source != "appsettings") {
				t.Errorf("%s: platforms %q", name, platforms)
			}
		}
	}
}

// TestRemediation_MendsTheSource has the first steps after a refusal, by the source of the
// credential.
func TestRemediation_MendsTheSource(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		source string
		method registry.Method
		says   []string
	}{
		{"arguments", registry.MethodBasic, []string{"Set the right password of the check", "the variable or the secret behind it"}},
		{"arguments", registry.MethodIdentityToken, []string{"Set the right identity_token of the check"}},
		{"provider", registry.MethodBasic, []string{"Set the right password in registries of the provider block"}},
		{"environment", registry.MethodBasic, []string{"Set the right OCI__Password where Terraform runs", "OCI__Password, in single quotes", "nano .env", "Password below OCI", "nano registry.env", "--from-env-file=registry.env"}},
		{"environment", registry.MethodBearer, []string{"Set the right OCI__Token where Terraform runs", "Token below OCI", "takes OCI__Token from"}},
		{"appsettings", registry.MethodBasic, []string{"the file that appsettings_path names in an editor, and set the right Password below OCI"}},
		{"docker_config", registry.MethodBasic, []string{"docker login --username ci registry.example.com", "aws sso login"}},
		{"docker_config_json", registry.MethodBasic, []string{`{"auths":{"registry.example.com":`, "create secret docker-registry NAME --from-file=.dockerconfigjson=payload.json --dry-run=client -o json"}},
		{"none", registry.MethodAnonymous, []string{"Set username and password of the check, or of registry.example.com in registries"}},
	} {
		e := evidence(t, row.method)
		e.Credential.Source = row.source
		if row.method != registry.MethodBasic {
			e.Anonymous, e.Exchange = unauthorized(bearerChallenge), verdicttest.TokenStatus(401)
		}
		has(t, row.source+", "+string(row.method), stepsOf(e), row.says, nil)
	}
}

// TestRemediation_IsTrueOfTheEvidence has what a reason alone would answer wrongly.
func TestRemediation_IsTrueOfTheEvidence(t *testing.T) {
	t.Parallel()
	access := func(method verdict.AccessMethod, action string, answer *registry.Answer) func(*verdict.Evidence) {
		return func(e *verdict.Evidence) {
			e.Authenticated, e.Access = status(200), []verdict.AccessResult{{Repository: "a", Unknown: []string{action}, Method: method, Answer: answer}}
		}
	}
	denied := func(r0, used *registry.Answer) func(*verdict.Evidence) {
		return func(e *verdict.Evidence) {
			e.Anonymous, e.Authenticated, e.Access = r0, status(200), []verdict.AccessResult{{Repository: "a", Missing: []string{"push"}, Answer: used}}
		}
	}
	exchanged := func(t0 *registry.TokenAnswer, v *registry.Answer, ta *registry.TokenAnswer) func(*verdict.Evidence) {
		return func(e *verdict.Evidence) {
			e.Anonymous, e.Authenticated, e.Exchange, e.Minted, e.Control = unauthorized(bearerChallenge), unauthorized(bearerChallenge), t0, v, ta
		}
	}
	const basic, bearer, identity = registry.MethodBasic, registry.MethodBearer, registry.MethodIdentityToken
	for _, row := range []struct {
		name        string
		method      registry.Method
		more        func(*verdict.Evidence)
		reason      verdict.Reason
		says, never []string
	}{
		{"an identity token where there is no token service", identity, func(e *verdict.Evidence) {}, verdict.ReasonExchangeUnavailable, []string{"set username and password instead"}, []string{"token service runs", "curl"}},
		{"an identity token, and the token service takes no POST", identity, exchanged(verdicttest.TokenStatus(405), nil, nil), verdict.ReasonExchangeUnavailable, []string{"set username and password instead"}, []string{"token service runs"}},
		{"a realm at a private address", basic, exchanged(verdicttest.TokenFailed(registry.FaultPrivateAddress), nil, nil), verdict.ReasonRealmUnsafe, []string{"trusted_realms"}, nil},
		{"a realm of http, at a metadata address or with user information", basic, exchanged(verdicttest.TokenFailed(registry.FaultUnsafe), nil, nil), verdict.ReasonRealmUnsafe, []string{"X-Forwarded-Proto"}, []string{"trusted_realms"}},
		{"push that was not tried", basic, access(verdict.AccessByUse, "push", nil), verdict.ReasonAccessUnproven, []string{"set probe = true"}, []string{"latest"}},
		{"push that was tried", basic, access(verdict.AccessByProbe, "push", status(404)), verdict.ReasonAccessUnproven, []string{"Check which permissions"}, []string{"latest", "probe"}},
		{"pull of a repository without the tag", basic, access(verdict.AccessByUse, "pull", status(404)), verdict.ReasonAccessUnproven, []string{"Name a tag that is there in reference"}, []string{"probe"}},
		{"push at a registry with an outage", basic, access(verdict.AccessByProbe, "push", status(503)), verdict.ReasonAccessUnproven, []string{"status page"}, []string{"latest", "probe"}},
		{"push is refused to a login that was accepted", basic, denied(unauthorized(basicChallenge), status(401)), verdict.ReasonAccessDenied, []string{"Grant the account"}, []string{"Issue"}},
		{"push is 401 where the login was not checked before", basic, denied(status(200), status(401)), verdict.ReasonAccessDenied, []string{"Issue new credentials"}, []string{"Grant"}},
		{"push is not in a bearer token", bearer, denied(unauthorized(bearerChallenge), nil), verdict.ReasonAccessDenied, []string{"Have a new token issued"}, []string{"Grant"}},
		{"the token service answers 404", basic, exchanged(verdicttest.TokenStatus(404), nil, nil), verdict.ReasonExchangeUnavailable, []string{"what answers there gives no token"}, []string{"runs"}},
		{"the token service answers 503", basic, exchanged(verdicttest.TokenStatus(503), nil, nil), verdict.ReasonExchangeUnavailable, []string{"token service runs"}, nil},
		{"the token service fails on this login", basic, exchanged(verdicttest.TokenStatus(500), nil, verdicttest.TokenStatus(401)), verdict.ReasonExchangeUnavailable, []string{"Set the right password", "for this login"}, []string{"runs"}},
		{"the registry names no realm", basic, exchanged(verdicttest.TokenFailed(registry.FaultRealm), nil, nil), verdict.ReasonExchangeUnavailable, []string{"name the address of its token service"}, []string{"runs"}},
		{"the token is answered 403", basic, exchanged(verdicttest.Issued("ci"), status(403), nil), verdict.ReasonTokenRejected, []string{"may use the registry"}, []string{"clocks"}},
		{"the token is too large", basic, exchanged(verdicttest.Issued("ci"), status(431), nil), verdict.ReasonTokenRejected, []string{"larger headers"}, []string{"clocks"}},
		{"an expired token where only Basic is offered", bearer, func(e *verdict.Evidence) { e.Credential.ExpiresAt, e.AskedAt = verdicttest.Now, verdicttest.Now }, verdict.ReasonTokenExpired, []string{"set username and password instead"}, []string{"right token"}},
		{"a token where only Basic is offered", bearer, func(e *verdict.Evidence) {}, verdict.ReasonUnsupportedChallenge, []string{"set username and password instead"}, nil},
		{"a password where only Negotiate is offered", basic, func(e *verdict.Evidence) {
			e.Anonymous, e.Authenticated = unauthorized("Negotiate"), unauthorized("Negotiate", "NTLM")
		}, verdict.ReasonUnsupportedChallenge, []string{"it offers: Negotiate, NTLM"}, nil},
		{"http asked at a port of TLS", basic, func(e *verdict.Evidence) { e.Endpoint, e.Anonymous = endpoint(t, "http://r.example.com"), status(400) }, verdict.ReasonNotARegistry, []string{"Write https://"}, []string{"curl"}},
		{"an open registry", basic, func(e *verdict.Evidence) { e.Anonymous, e.Authenticated = status(200), status(200) }, verdict.ReasonAcceptedUnproven, []string{"set require_verified = true"}, nil},
		{"a user name beside a token", bearer, func(e *verdict.Evidence) { e.Credential.Username = "acme" }, verdict.ReasonPasswordMissing, []string{"move a personal access token into password"}, nil},
	} {
		e := evidence(t, row.method)
		row.more(&e)
		if v := verdict.Judge(e); v.Reason != row.reason {
			t.Errorf("%s: reason %s", row.name, v.Reason)
		}
		has(t, row.name, stepsOf(e), row.says, row.never)
	}
}

// TestRemediation_QuotesWhatItFillsIn has texts that a shell would run, and a user name
// that holds the secret, of which nothing is shown.
func TestRemediation_QuotesWhatItFillsIn(t *testing.T) {
	t.Parallel()
	e := verdict.Evidence{Endpoint: endpoint(t, "https://[2001:db8::1]:5000/x';exit;'"), Anonymous: failed(registry.FaultTLS)}
	has(t, "an address", stepsOf(e), []string{"-connect '[2001:db8::1]:5000' -servername 2001:db8::1 "}, []string{"';exit;'/v2/"})
	e = evidence(t, registry.MethodBasic)
	e.Anonymous, e.Authenticated, e.Exchange = unauthorized(bearerChallenge), nil, verdicttest.TokenFailed(registry.FaultRefused)
	e.Exchange.Endpoint = "https://auth.example.com/'$(id)'"
	has(t, "a realm", stepsOf(e), []string{`'https://auth.example.com/'\''$(id)'\'''`}, nil)
	for user, word := range map[string]string{"it's $(id)": `--username 'it'\''s $(id)' r`, "robot$ci": "--username 'robot$ci' r", "canary-ci": "docker login r", "a\u200b": "docker login r"} {
		s := &script{r0: *unauthorized(basicChallenge), r1: *unauthorized(basicChallenge)}
		report := check(t, s, registry.Credential{Username: user, Password: registry.NewSecret("canary")})
		report.Evidence.Credential.Source = "docker_config"
		has(t, user, stepsOf(report.Evidence), []string{word}, []string{"canary"})
	}
}

// evidence is a registry that offers Basic and refuses the credential.
func evidence(t *testing.T, method registry.Method) verdict.Evidence {
	t.Helper()
	e := verdict.Evidence{Endpoint: endpoint(t, "registry.example.com"), Anonymous: unauthorized(basicChallenge)}
	e.Credential.Method, e.Credential.Source = method, "arguments"
	switch method {
	case registry.MethodBasic:
		e.Credential.Username, e.Credential.HasPassword, e.Authenticated = "ci", true, unauthorized(basicChallenge)
	case registry.MethodBearer:
		e.Authenticated = unauthorized(basicChallenge)
	case registry.MethodIdentityToken, registry.MethodAnonymous:
	}
	return e
}

// stepsOf are all steps for an evidence, a line each.
func stepsOf(e verdict.Evidence) string {
	var steps []string
	for _, r := range advice.Of(e, verdict.Judge(e)).Remediation {
		steps = append(steps, r.Steps...)
	}
	return strings.Join(steps, "\n")
}

func has(t *testing.T, name, steps string, says, never []string) {
	t.Helper()
	for _, part := range says {
		if !strings.Contains(steps, part) {
			t.Errorf("%s: no %q in\n%s", name, part, steps)
		}
	}
	for _, part := range never {
		if strings.Contains(steps, part) {
			t.Errorf("%s: %q in\n%s", name, part, steps)
		}
	}
}
