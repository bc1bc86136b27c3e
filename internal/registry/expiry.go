package registry

import (
	"encoding/base64"
	"encoding/json"
	"time"
)

// ExpiresAt is when the secret that is sent says itself that it ends; zero if it does
// not say: the exp claim of a JWT (RFC 7519 section 4.1.4), or the expiration inside an ECR
// password. Both are hints of the credential itself; no signature is verified.
func (c Credential) ExpiresAt() time.Time {
	secret := c.Secret().Reveal()
	at := jwtExpiry(secret)
	if at.IsZero() {
		at = ecrExpiry(secret)
	}
	if at.Unix() <= 0 || at.Year() > 9999 { // not a time that RFC 3339 can write
		return time.Time{}
	}
	return at.UTC()
}

func jwtExpiry(secret string) time.Time {
	expiry, err := unverifiedClaims(secret).GetExpirationTime()
	if err != nil || expiry == nil {
		return time.Time{}
	}
	return expiry.Time
}

// ecrExpiry reads the password of Amazon ECR, base64 JSON with the expiration
// in seconds since 1970.
func ecrExpiry(secret string) time.Time {
	decoded, err := base64.StdEncoding.DecodeString(secret)
	if err != nil {
		return time.Time{}
	}
	var password struct {
		Expiration int64 `json:"expiration"`
	}
	if json.Unmarshal(decoded, &password) != nil || password.Expiration <= 0 {
		return time.Time{}
	}
	return time.Unix(password.Expiration, 0)
}
