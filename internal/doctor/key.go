package doctor

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
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

// check names a whole check. Timeout and retries are no part of it: an answer is
// the same however long it may take.
func (k keyer) check(r Request) string {
	parts := []string{"check", k.login(r), r.Endpoint.Host(), r.SourceFailure, r.ExpiresAt.String(), strconv.FormatBool(r.RequireVerified), r.Skipped}
	for _, a := range r.Access {
		parts = append(parts, a.Repository, strings.Join(a.Actions, ","), strconv.FormatBool(a.Probe), strconv.FormatBool(a.Unserved))
	}
	return k.of(append(append(parts, "notes"), r.Notes...)...)
}

// patience names how long and how often a check asks.
func patience(r Request) string { return fmt.Sprintf(" %s %+v", r.Timeout, r.Retry) }
