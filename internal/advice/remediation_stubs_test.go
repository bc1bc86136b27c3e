package advice_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// stub stands for every program that a step must not really run. It prints what the
// real one would print of secrets; those are the words with canary in them.
const stub = `#!/bin/sh
program=${0##*/}
echo "$program $*" | sed 's/canary/*/g' >> "$CALLS"
case "$program $*" in
"sudo "*) exec "$@" ;;
"docker compose exec "*)
	while [ "$1" != platform ]; do shift; done
	shift
	OCI__Password=canary-container HTTPS_PROXY=http://u:canary-proxy@proxy:3128 https_proxy=u:canary-proxy@proxy exec "$@" ;;
"kubectl run "*)
	while [ "$1" != -- ]; do shift; done
	shift
	exec curl "$@" ;;
"kubectl get secret "*"-o json") echo '{"data":{"username":"Y2k=","password":"Y2FuYXJ5LWt1YmVybmV0ZXM="}}' ;;
"kubectl get secret "*) printf 'data:\n  password: Y2FuYXJ5LWt1YmVybmV0ZXM=\n' ;;
"kubectl create "*) printf '%s\n' "$@" ;;
"kubectl apply "*) cat > /dev/null; echo configured ;;
"curl "*)
	case " $* " in *" -K - "*) sed 's/canary/*/g' >> "$CALLS" ;; esac
	case "$*" in
	*-v*|*-sSv*|*--verbose*) echo 'Proxy-Authorization: Basic canary-proxy' >&2 ;;
	*-D\ -*) printf 'HTTP/1.1 401 Unauthorized\nDate: now\nWWW-Authenticate: Basic\n' ;;
	*) echo 401 ;;
	esac ;;
esac
`

// stubbed are the programs that the stub stands for.
var stubbed = []string{
	"docker", "kubectl", "curl", "helm", "sudo", "systemctl", "journalctl", "nano", "openssl", "getent", "terraform", "update-ca-certificates", "stty", "cp",
}

// stubs makes a folder of them, with a real jq.
func stubs(t *testing.T) string {
	t.Helper()
	jq := os.Getenv("STELLAOPS_TEST_JQ")
	if jq == "" {
		t.Skip("STELLAOPS_TEST_JQ is not set")
	}
	dir := t.TempDir()
	writeProgram(t, filepath.Join(dir, "stub"), stub)
	links := map[string]string{"jq": jq}
	for _, name := range stubbed {
		links[name] = "stub"
	}
	for name, target := range links {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// writeProgram writes a program in another process: a file that this process has open
// for writing, or that a child inherits while another test starts it, cannot be
// executed (ETXTBSY).
func writeProgram(t *testing.T, path, content string) {
	t.Helper()
	command := exec.CommandContext(t.Context(), "sh", "-c", `cat > "$1" && chmod 700 "$1"`, "sh", path)
	command.Stdin = strings.NewReader(content)
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}
