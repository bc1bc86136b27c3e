package provider

import (
	"crypto/rand"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stellaops/terraform-provider-stellaops/internal/advice"
	"github.com/stellaops/terraform-provider-stellaops/internal/credentials"
	"github.com/stellaops/terraform-provider-stellaops/internal/doctor"
	"github.com/stellaops/terraform-provider-stellaops/internal/redact"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/registrytest"
)

// golden is the table that the documentation shows. Read the difference before
// you write it anew, with UPDATE_GOLDEN=1: is each answer what is true?
const golden = "testdata/registries.md"

// outcome is what a profile answered to a credential.
type outcome struct {
	registry, credential string
	plain, proof         result // without and with require_verified
	requests             int    // of the plain check
	instance             *registrytest.Instance
}

func (o outcome) good() bool {
	return strings.HasPrefix(o.credential, "good") || o.credential == "identity token"
}

// outcomes asks every profile with every credential.
func outcomes(t *testing.T) []outcome {
	t.Helper()
	var all []outcome
	for _, profile := range registrytest.Profiles() {
		for _, name := range []string{"good", "good token", "identity token", "wrong password", "unknown user", "expired", "garbage token", "anonymous"} {
			instance := profile.Start(t)
			c := arguments{NamedCredential: instance.Credential(name)}
			switch name {
			case "good token":
				c.Token = instance.GoodToken
			case "identity token":
				c.IdentityToken = instance.IdentityToken
			}
			found := credentials.FromArguments(credentials.Arguments{
				Username: written(c.Username), Password: writtenSecret(c.Password), Token: writtenSecret(c.Token), IdentityToken: writtenSecret(c.IdentityToken),
			})
			if found.Source == credentials.SourceNone && name != "anonymous" {
				continue // this registry takes none of that kind
			}
			o := outcome{registry: profile.Name, credential: name, instance: instance}
			o.plain = checkInstance(t, instance, found, false)
			o.requests = len(instance.Requests())
			if instance.Tokens != nil {
				o.requests += len(instance.Tokens.Requests())
			}
			o.proof = checkInstance(t, instance, found, true)
			all = append(all, o)
		}
	}
	return all
}

// arguments are what a user would write.
type arguments struct {
	registrytest.NamedCredential
	IdentityToken string
}

// written is an argument that is left out when it has nothing in it.
func writtenSecret(s string) *registry.Secret {
	if s == "" {
		return nil
	}
	made := registry.NewSecret(s)
	return &made
}

func written(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func checkInstance(t *testing.T, instance *registrytest.Instance, found credentials.Result, proof bool) result {
	t.Helper()
	endpoint, err := registry.ParseEndpoint(instance.Address)
	if err != nil {
		t.Fatal(err)
	}
	client := registry.NewClient(registry.Options{})
	t.Cleanup(client.CloseIdleConnections)
	e, v, err := doctor.New(registry.NewCache(client), redact.New(), rand.Text).Check(t.Context(), doctor.Request{
		Endpoint: endpoint, Credential: found.Credential,
		TokenExchange: true, RequireVerified: proof, Timeout: time.Minute,
	})
	if err != nil {
		t.Fatal(err)
	}
	return result{verdict: v, evidence: e, advice: advice.Of(e, v)}
}

func TestWhatRegistriesAnswer(t *testing.T) {
	t.Parallel()
	var table strings.Builder
	table.WriteString("| registry | credentials | status | verified | rejected | reason | requests | with `require_verified` |\n|---|---|---|---|---|---|---|---|\n")
	all := outcomes(t)
	for _, o := range all {
		proof := o.proof.verdict.Status()
		if o.proof.verdict.Reason != o.plain.verdict.Reason {
			proof += ", `" + string(o.proof.verdict.Reason) + "`"
		}
		fmt.Fprintf(&table, "| %s | %s | %s | %t | %t | `%s` | %d | %s |\n",
			o.registry, o.credential, o.plain.verdict.Status(), o.plain.verdict.Verified, o.plain.verdict.Rejected, o.plain.verdict.Reason, o.requests, proof)
	}
	t.Log("\n" + table.String())
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(golden, []byte(table.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	wanted := strings.Split(string(want), "\n")
	for i, line := range strings.Split(table.String(), "\n") {
		if i >= len(wanted) || wanted[i] != line {
			t.Fatalf("line %d of %s is different:\ngot  %s", i+1, golden, line)
		}
	}
	for _, o := range all {
		truthful(t, o)
	}
}

// truthful checks rules that hold for every registry and credential.
func truthful(t *testing.T, o outcome) {
	t.Helper()
	who := o.registry + ", " + o.credential
	anything := o.instance.TakesAnything
	switch {
	case o.good() && o.plain.verdict.Rejected:
		t.Errorf("%s: a good credential is rejected: %s", who, o.plain.advice.Message)
	case !o.good() && o.credential != "anonymous" && o.plain.verdict.Verified && !anything:
		t.Errorf("%s: a wrong credential is verified: %s", who, o.plain.advice.Message)
	case !o.good() && o.proof.verdict.Passed:
		t.Errorf("%s: a wrong credential passes require_verified: %s", who, o.proof.advice.Message)
	case o.good() && o.plain.verdict.Verified && !o.proof.verdict.Passed && !anything:
		t.Errorf("%s: a credential that can be proven fails require_verified: %s", who, o.proof.advice.Message)
	}
}
