package doctor_test

import (
	"encoding/base64"
	"io"
	"net"
	"net/url"
	"testing"

	"github.com/stellaops/terraform-provider-stellaops/internal/advice"
	"github.com/stellaops/terraform-provider-stellaops/internal/registrytest"
	"github.com/stellaops/terraform-provider-stellaops/internal/verdict"
)

// TestAttacks_TrapsHearSecrets shows that an empty trap is evidence: the same traps
// receive a secret that is meant for them.
func TestAttacks_TrapsHearSecrets(t *testing.T) {
	t.Parallel()
	authority := registrytest.NewAuthority()
	overTLS := attack{answers: wants(`Bearer realm="https://evil.example.net/token"`), trap: issues}
	plain := attack{answers: wants(`Bearer realm="http://evil.example.net/token"`), trap: issues, registry: "http://r.example.com"}
	itself := attack{answers: takes, trap: baits(takes), arrange: func(s *scene) { s.leads["r.example.com:443"] = nil }}
	trusted := overTLS
	trusted.at = map[string][]string{"evil.example.net": {"10.0.0.5"}}
	trusted.arrange = trusting("evil.example.net")
	inside := plain
	inside.at = map[string][]string{"evil.example.net": {"10.0.0.5"}, "r.example.com": {"10.0.0.6"}}
	for _, row := range []struct {
		name   string
		attack attack
		want   verdict.Reason
		secret string
	}{
		{"a token service over TLS, basic", overTLS, verdict.ReasonExchangeAccepted, attackPassword},
		{"a token service over TLS, identity_token", overTLS, verdict.ReasonExchangeAccepted, attackIdentityToken},
		{"a token service over plain http, basic", plain, verdict.ReasonExchangeAccepted, attackPassword},
		{"a token service over plain http, identity_token", plain, verdict.ReasonExchangeAccepted, attackIdentityToken},
		{"a private token service that is trusted", trusted, verdict.ReasonExchangeAccepted, attackPassword},
		{"a private token service of a private registry", inside, verdict.ReasonExchangeAccepted, attackPassword},
		{"a registry, basic", itself, verdict.ReasonAccepted, attackPassword},
		{"a registry, bearer", itself, verdict.ReasonAccepted, attackToken},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			for method, credential := range attackCredentials() {
				if credential.Secret().Reveal() != row.secret {
					continue
				}
				s := newScene(t, authority, row.attack, credential)
				if report := s.check(t); report.Reason != row.want {
					t.Errorf("%s: reason %s, want %s: %s", method, report.Reason, row.want, report.Message)
				}
				if traceIn(s.trap.Heard()) == "" || len(s.trap.Requests()) == 0 || s.trap.Arrived() == 0 {
					t.Errorf("%s: the trap heard nothing of its secret: %q", method, s.trap.Heard())
				}
			}
		})
	}
}

func TestAttacks_TrapsHearWhatIsNoHTTP(t *testing.T) {
	t.Parallel()
	trap := registrytest.NewTrap(t, nil, takes)
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", trap.Address())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(conn, attackPassword+"\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, conn) // the trap answers and closes
	_ = conn.Close()                 // nothing more is wanted of it
	if traceIn(trap.Heard()) == "" || trap.Arrived() == 0 {
		t.Errorf("the trap heard %q in %d bytes", trap.Heard(), trap.Arrived())
	}
}

func TestAttacks_TracesAreFoundInEveryForm(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"clear": "x" + attackPassword + "x", "base64": base64.StdEncoding.EncodeToString([]byte(attackToken)),
		"a header": "Basic " + base64.StdEncoding.EncodeToString([]byte(attackUser+":"+attackPassword)),
		"a URL":    "/x?y=" + url.QueryEscape(attackIdentityToken), "a path": "/" + url.PathEscape(attackPassword),
		"an issued token": attackMinted, "letters between": attackToken[:3] + "\u200b" + attackToken[3:],
		"a report": shown(t, report{Advice: advice.Advice{Message: "it is " + attackPassword}}),
	} {
		if traceIn(text) == "" {
			t.Errorf("%s: nothing found in %q", name, text)
		}
	}
	if form := traceIn("Basic realm, Bearer realm, ci"); form != "" {
		t.Errorf("found %q where nothing is", form)
	}
}
