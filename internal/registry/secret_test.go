package registry_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"testing"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

const secretText = "hunter2-hunter2"

// revealed finds secretText in output, in clear or as one of the verbs of fmt
// would write it.
func revealed(output string) bool {
	lower := strings.ToLower(output)
	var codes []string
	for _, c := range []byte(secretText) {
		codes = append(codes, strconv.Itoa(int(c)))
	}
	return strings.Contains(lower, secretText) ||
		strings.Contains(lower, hex.EncodeToString([]byte(secretText))) ||
		strings.Contains(output, base64.StdEncoding.EncodeToString([]byte(secretText))) ||
		strings.Contains(output, strings.Join(codes, " "))
}

// holders are the ways in which a secret is part of a value that gets printed.
func holders() map[string]any {
	secret := registry.NewSecret(secretText)
	credential := registry.Credential{Username: "ci", Password: secret, Token: secret}
	return map[string]any{
		"a secret":                    secret,
		"a pointer to a secret":       &secret,
		"a credential":                credential,
		"a pointer to a credential":   &credential,
		"a struct that embeds it":     struct{ registry.Secret }{secret},
		"a struct with a field":       struct{ Password registry.Secret }{secret},
		"a field that is unexported":  struct{ password registry.Secret }{secret},
		"a credential in such a one":  struct{ credential registry.Credential }{credential},
		"a list of secrets":           []registry.Secret{secret},
		"a map of secrets":            map[string]registry.Secret{"password": secret},
		"a map whose keys are secret": map[registry.Secret]bool{secret: true},
		"an interface":                struct{ any }{secret},
	}
}

func TestSecret_Format_ShowsNothing(t *testing.T) {
	t.Parallel()
	verbs := []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "% x", "%d", "%t", "%b", "%o", "%c", "%U", "%e", "%g", "%p", "%T", "%w", "%z", "%20s", "%-5v", "%.3s", "%[2]v"}
	for name, holder := range holders() {
		for _, verb := range verbs {
			if got := fmt.Sprintf(verb, holder); revealed(got) {
				t.Errorf("%s prints %s with %s", name, got, verb)
			}
		}
		for _, got := range []string{fmt.Sprint(holder), fmt.Sprintln(holder), fmt.Errorf("failed: %v", holder).Error(), fmt.Sprintf("%*d", holder, 1)} {
			if revealed(got) {
				t.Errorf("%s prints %s", name, got)
			}
		}
	}
}

func TestSecret_MarshalText_ShowsNothing(t *testing.T) {
	t.Parallel()
	for name, holder := range holders() {
		if got, err := json.Marshal(holder); revealed(string(got)) {
			t.Errorf("%s is %s in JSON, %v", name, got, err)
		}
	}
}

func TestSecret_LogValue_ShowsNothing(t *testing.T) {
	t.Parallel()
	for name, holder := range holders() {
		var out bytes.Buffer
		options := &slog.HandlerOptions{Level: slog.LevelDebug}
		for _, handler := range []slog.Handler{slog.NewTextHandler(&out, options), slog.NewJSONHandler(&out, options)} {
			logger := slog.New(handler).With("with", holder)
			logger.Debug("asked", "credential", holder, slog.Group("group", "inner", holder))
		}
		if !strings.Contains(out.String(), "asked") {
			t.Fatalf("%s was not logged: %s", name, out.String())
		}
		if revealed(out.String()) {
			t.Errorf("%s is in the log: %s", name, out.String())
		}
	}
}

func TestSecret_String(t *testing.T) {
	t.Parallel()
	secret := registry.NewSecret(secretText)
	encoded, err := json.Marshal(secret)
	if err != nil {
		t.Fatal(err)
	}
	for _, got := range []string{secret.String(), fmt.Sprintf("%d", secret), fmt.Sprintf("%#v", secret), secret.GoString(), secret.LogValue().String(), strings.Trim(string(encoded), `"`)} {
		if got != "(secret)" {
			t.Errorf("a secret prints %q", got)
		}
	}
}

func TestSecret_Reveal(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", " ", "p", "line\nbreak\n", "\xff\x00", secretText} {
		secret := registry.NewSecret(text)
		if secret.Reveal() != text || secret.Empty() != (text == "") {
			t.Errorf("%q comes back as %q, empty %t", text, secret.Reveal(), secret.Empty())
		}
		if secret != registry.NewSecret(strings.Clone(text)) {
			t.Errorf("two secrets of %q differ", text)
		}
		if secret == registry.NewSecret(text+"x") {
			t.Errorf("%q equals another secret", text)
		}
	}
	var zero registry.Secret
	if !zero.Empty() || zero.Reveal() != "" || zero != registry.NewSecret("") {
		t.Error("the zero secret is not the empty one")
	}
}

func TestCredential_Method(t *testing.T) {
	t.Parallel()
	secret := registry.NewSecret("s")
	for _, row := range []struct {
		name       string
		credential registry.Credential
		want       registry.Method
		secrets    int
	}{
		{"nothing is anonymous", registry.Credential{}, registry.MethodAnonymous, 0},
		{"a token is bearer", registry.Credential{Token: secret}, registry.MethodBearer, 1},
		{"a token wins over the rest", registry.Credential{Username: "ci", Password: secret, Token: secret}, registry.MethodBearer, 2},
		{"user name and password are basic", registry.Credential{Username: "ci", Password: secret}, registry.MethodBasic, 1},
		{"a user name alone is basic", registry.Credential{Username: "ci"}, registry.MethodBasic, 0},
		{"a password alone is basic", registry.Credential{Password: secret}, registry.MethodBasic, 1},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			if got := row.credential.Method(); got != row.want {
				t.Errorf("method %q, want %q", got, row.want)
			}
			if got := len(row.credential.Secrets()); got != row.secrets {
				t.Errorf("%d secrets, want %d", got, row.secrets)
			}
		})
	}
}
