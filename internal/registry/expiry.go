package registry

import (
	"encoding/base64"
	"encoding/json"
	"time"
)

// ExpiresAt returns the time of expiry that is written in the secret which the
// credential's method sends: the exp claim of a JWT (RFC 7519 section 4.1.4), or the
// expiration in a password of Amazon ECR. It is zero if there is none. No signature
// is verified.
func (c Credential) ExpiresAt() time.Time {
	secret := c.Secret().Reveal()
	at := jwtExpiry(secret)
	if at.IsZero() {
		at = ecrExpiry(secret)
	}
	if at.Unix() <= 0 || at.Year() > 9999 { // RFC 3339 has years of four digits only
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

// ecrExpiry returns the expiry of a password of Amazon ECR, which is base64 of JSON
// with the expiration in seconds since 1970.
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
