package doctor

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

// keyer names questions that hold secrets, by a keyed hash: who sees a name
// cannot try passwords on it. Its key is a text that nobody can guess.
type keyer struct{ key []byte }

// of is the same for the same parts, and for no others.
func (k keyer) of(parts ...string) string {
	mac := hmac.New(sha256.New, k.key)
	for _, part := range parts {
		mac.Write(binary.BigEndian.AppendUint64(nil, uint64(len(part))))
		mac.Write([]byte(part))
	}
	return string(mac.Sum(nil))
}

// login names the question whether a registry takes a credential.
func (k keyer) login(r Request) string {
	c := r.Credential
	return k.of("login", r.Endpoint.URL(), c.Username, c.Password.Reveal(), c.Token.Reveal(), c.IdentityToken.Reveal(), strconv.FormatBool(r.TokenExchange))
}

// ask names the question of /v2/ with what is sent of a credential.
func (k keyer) ask(e registry.Endpoint, c registry.Credential) string {
	return k.of(append([]string{"ask", e.URL()}, sent(c)...)...)
}

// exchange names the question to a token service. Which one it is, and whether it
// may be asked, depends on the registry.
func (k keyer) exchange(r registry.TokenRequest) string {
	return k.of(append([]string{"exchange", r.Endpoint.URL(), service(r), r.Scope}, sent(r.Credential)...)...)
}

// sent are the parts of a credential that its method sends.
func sent(c registry.Credential) []string {
	switch c.Method() {
	case registry.MethodBearer:
		return []string{"token", c.Token.Reveal()}
	case registry.MethodIdentityToken:
		return []string{"identity token", c.IdentityToken.Reveal()}
	default:
		return []string{"password", c.Username, c.Password.Reveal()}
	}
}

// check names a whole check. Timeout and retries are no part of it: an answer is
// the same however long it may take.
func (k keyer) check(r Request) string {
	parts := []string{"check", k.login(r), r.Endpoint.Host(), r.Source, r.SourceFailure, r.ExpiresAt.String(), strconv.FormatBool(r.RequireVerified), r.Skipped}
	for _, a := range r.Access {
		parts = append(parts, a.Repository, strings.Join(a.Actions, ","), strconv.FormatBool(a.Probe), strconv.FormatBool(a.Unserved), strconv.FormatBool(a.Unsure))
	}
	return k.of(append(append(parts, "notes"), r.Notes...)...)
}

// patience names how long and how often a check asks, and about how much of its
// time is spent: those who share one end within a tenth of their time.
func patience(r Request) string {
	tenths := 0
	if r.Timeout > 0 {
		tenths = int(10 * r.Spent / r.Timeout)
	}
	return fmt.Sprintf(" %s %d %+v", r.Timeout, tenths, r.Retry)
}
