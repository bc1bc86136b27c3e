package advice_test

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"mvdan.cc/sh/v3/syntax"

	"github.com/stellaops/terraform-provider-stellaops/internal/verdict"
)

// realCalls are the programs that steps may call, and with which words; a call
// that is not in it may be mistyped, or may print a secret.
var realCalls = map[string]string{
	"awk":                    `'[^']*' \.env`,
	"cp":                     `registry-ca\.crt /usr/local/share/ca-certificates/registry-ca\.crt`,
	"curl":                   `-sS -o /dev/null( -w '%\{http_code\}\\n'| -D -)( -u \S+)?( -K -)? '\S+'`,
	"date":                   `-u`,
	"docker":                 `login \S+|compose up -d --force-recreate platform|compose logs --since 1h platform`,
	"echo":                   `'Not written: [^']*'`,
	"env":                    ``,
	"false":                  ``,
	"getent":                 `hosts \S+`,
	"grep":                   `-i www-authenticate|-i '\^date:'|-iE '\^\[a-z_\]\*\(proxy\|registryurl\)='|-E 'Protocol\|Cipher'`,
	"helm":                   `upgrade stellaops \./chart -f values\.yaml`,
	"journalctl":             `--unit stellaops-platform --since '1 hour ago'`,
	"jq":                     `'[^']*'( /etc/stellaops/appsettings\.Production\.json)?`,
	"kubectl":                `get secret stellaops-registry-creds -o json|get events --all-namespaces --field-selector reason=Failed|create (secret generic|configmap) [a-z-]+( --from-[^ ]+)+ --dry-run=client -o yaml|apply -f -`,
	"nano":                   `\.env|/etc/stellaops/appsettings\.Production\.json`,
	"openssl":                `s_client -connect \S+ -servername \S+|x509 -noout -subject -issuer -dates( -in client\.crt)?`,
	"printf":                 `'[^']*'.*`,
	"read":                   `-r REGISTRY_(PASSWORD|TOKEN)`,
	"sed":                    `-E '[^']*'|"[^"]*"`,
	"stty":                   `-echo|echo`,
	"systemctl":              `restart stellaops-platform`,
	"terraform":              `plan`,
	"unset":                  `STELLAOPS_SKIP_CHECKS`,
	"update-ca-certificates": ``,
}

// runners run their arguments as a command: as root, in the container, in the cluster.
var runners = regexp.MustCompile(`^(sudo |docker compose exec (-u root )?platform )`)

const inCluster = "kubectl run registry-check --rm -i --restart=Never --image=curlimages/curl -- "

// faultOf returns what is wrong with a step; empty if nothing is.
func faultOf(step string) string {
	file, err := syntax.NewParser(syntax.Variant(syntax.LangPOSIX)).Parse(strings.NewReader(step), "")
	if err != nil {
		return err.Error()
	}
	if strings.Contains(step, "\n") {
		return "more than a line"
	}
	var fault string
	var programs []string
	syntax.Walk(file, func(node syntax.Node) bool {
		call, ok := node.(*syntax.CallExpr)
		if !ok || len(call.Args) == 0 {
			return true
		}
		words := step[call.Args[0].Pos().Offset():call.Args[len(call.Args)-1].End().Offset()]
		words = strings.Replace(runners.ReplaceAllString(words, ""), inCluster, "curl ", 1)
		program, rest, _ := strings.Cut(words, " ")
		if allowed, ok := realCalls[program]; !ok || !regexp.MustCompile("^(?:"+allowed+")$").MatchString(rest) {
			fault = fmt.Sprintf("it calls %q", words)
		}
		programs = append(programs, program+" "+rest[:min(len(rest), 5)])
		return true
	})
	if strings.Contains(step, "read ") && !slices.Equal(programs, []string{"stty -echo", "read -r RE", "stty echo"}) {
		fault = "what is typed is shown, or what is typed after it is not"
	}
	return fault
}

func TestRemediation_CallsOnlyRealPrograms(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for name, report := range reports(t) {
		for _, remediation := range report.Remediation {
			if remediation.Platform == "registry" {
				continue
			}
			for i, step := range remediation.Steps {
				if fault := faultOf(step); fault != "" && !seen[step] {
					t.Errorf("%s: %s: %q: %s", name, remediation.Platform, step, fault)
				}
				if contains(step, "read ") && !strings.HasPrefix(remediation.Steps[i-1], "# Run the lines one by one") {
					t.Errorf("%s: %s: before %q stands %q", name, remediation.Platform, step, remediation.Steps[i-1])
				}
				seen[step] = true
			}
		}
	}
	for program := range realCalls {
		if !slices.ContainsFunc(slices.Collect(maps.Keys(seen)), func(step string) bool { return contains(step, program) }) {
			t.Errorf("no step calls %s", program)
		}
	}
	if len(seen) < 20 {
		t.Errorf("only %d steps were looked at", len(seen))
	}
}

// TestFaultOf_FindsUnrealSteps has steps that were, or might be, written.
func TestFaultOf_FindsUnrealSteps(t *testing.T) {
	t.Parallel()
	for _, step := range []string{
		"journalctl --unit stellaops-platform --sinced '1 hour ago'",
		"docker compose logs --sinced 1h platform",
		"kubectl get secret stellaops-registry-creds -o yaml",
		"grep -i oci .env",
		"cat .env",
		"IFS= read -r REGISTRY_PASSWORD",
		"IFS= read -r REGISTRY_PASSWORD; stty echo",
		"stty -echo; IFS= read -r REGISTRY_PASSWORD",
		"stty echo; IFS= read -r REGISTRY_PASSWORD; stty -echo",
		"curl -sSv -o /dev/null 'https://registry.example.com/v2/'",
		"docker compose exec platform curl -v -sS -o /dev/null -w '%{http_code}\\n' 'https://registry.example.com/v2/'",
		inCluster + "-sSv -o /dev/null 'https://registry.example.com/v2/'",
		"docker compose exec platform printenv",
		"sudo cat /etc/stellaops/appsettings.Production.json",
		"terraform apply",
		"date -u; date -u -R",
		"date -u\ndate -u",
		"date 'u",
	} {
		if faultOf(step) == "" {
			t.Errorf("nothing is wrong with %q", step)
		}
	}
	if fault := faultOf("date -u"); fault != "" {
		t.Error(fault)
	}
}

// stepsOf are the steps of a reason on a platform, or at the registry.
func stepsOf(t *testing.T, reason verdict.Reason, platform string) string {
	t.Helper()
	for _, report := range reports(t) {
		for _, remediation := range report.Remediation {
			if report.Reason == reason && remediation.Platform == platform {
				return strings.Join(remediation.Steps, "\n")
			}
		}
	}
	t.Errorf("%s: no steps for %s", reason, platform)
	return ""
}
