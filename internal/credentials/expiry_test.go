package credentials_test

import (
	"encoding/base64"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stellaops/terraform-provider-stellaops/internal/credentials"
	"github.com/stellaops/terraform-provider-stellaops/internal/credentialstest"
)

// jwtOf returns a JWT with these parts and a signature that is not valid.
func jwtOf(header, claims string) string {
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(header)) + "." + encode([]byte(claims)) + "." + encode([]byte("signature"))
}

func withClaims(claims string) string { return jwtOf(`{"alg":"RS256","typ":"JWT"}`, claims) }

func ecrOf(document string) string { return base64.StdEncoding.EncodeToString([]byte(document)) }

type expiryRow struct {
	name   string
	secret string
	want   int64 // seconds since 1970; 0 for none
}

func expiryRows() []expiryRow {
	const last = 253402300799 // 9999-12-31T23:59:59Z
	return []expiryRow{
		{"a JWT", withClaims(`{"sub":"ci","exp":1700000000}`), 1700000000},
		{"a JWT that is past", withClaims(`{"exp":1}`), 1},
		{"a JWT with a fraction of a second", withClaims(`{"exp":1700000000.75}`), 1700000000},
		{"a JWT in the notation of large numbers", withClaims(`{"exp":1.7e9}`), 1700000000},
		{"an unsigned JWT", strings.TrimSuffix(jwtOf(`{"alg":"none"}`, `{"exp":1700000000}`), "c2lnbmF0dXJl"), 1700000000},
		{"a JWT of an unknown algorithm", jwtOf(`{"alg":"XS999","typ":"JWT"}`, `{"exp":1700000000}`), 1700000000},
		{"a JWT without an algorithm", jwtOf(`{}`, `{"exp":1700000000}`), 1700000000},
		{"a JWT whose other claims are of the wrong type", withClaims(`{"aud":7,"nbf":"x","exp":1700000000}`), 1700000000},
		{"the last second of the year 9999", withClaims(`{"exp":253402300799}`), last},
		{"a JWT beyond the year 9999", withClaims(`{"exp":253402300800}`), 0},
		{"a JWT beyond all years", withClaims(`{"exp":1e300}`), 0},
		{"a JWT at the end of the integers", withClaims(`{"exp":9223372036854775807}`), 0},
		{"a JWT before the year 1970", withClaims(`{"exp":-1}`), 0},
		{"a JWT before all years", withClaims(`{"exp":-1e300}`), 0},
		{"a JWT whose exp is zero", withClaims(`{"exp":0}`), 0},
		{"a JWT without exp", withClaims(`{"sub":"ci"}`), 0},
		{"a JWT whose exp is null", withClaims(`{"exp":null}`), 0},
		{"a JWT whose exp is a text", withClaims(`{"exp":"1700000000"}`), 0},
		{"a JWT whose claims are null", withClaims(`null`), 0},
		{"a JWT whose claims are a list", withClaims(`[1700000000]`), 0},
		{"a JWT whose claims are cut", withClaims(`{"exp":17000`), 0},
		{"a JWT of two parts", strings.TrimSuffix(withClaims(`{"exp":1700000000}`), ".c2lnbmF0dXJl"), 0},
		{"a JWT of four parts", withClaims(`{"exp":1700000000}`) + ".x", 0},
		{"an ECR password", ecrOf(`{"payload":"x","datakey":"y","version":"2","type":"DATA_KEY","expiration":1700000000}`), 1700000000},
		{"an ECR password with a line break", ecrOf(`{"expiration":1700000000}`) + "\n", 1700000000},
		{"an ECR password beyond the year 9999", ecrOf(`{"expiration":253402300800}`), 0},
		{"an ECR password at the end of the integers", ecrOf(`{"expiration":9223372036854775807}`), 0},
		{"an ECR password beyond the integers", ecrOf(`{"expiration":92233720368547758070}`), 0},
		{"an ECR password before the year 1970", ecrOf(`{"expiration":-5}`), 0},
		{"an ECR password whose expiration is a text", ecrOf(`{"expiration":"1700000000"}`), 0},
		{"an ECR password without an expiration", ecrOf(`{"payload":"x"}`), 0},
		{"base64 of what is no JSON", ecrOf("hunter2"), 0},
		{"JSON that is not in base64", `{"expiration":1700000000}`, 0},
		{"an ordinary password", "hunter2", 0},
		{"dots only", "..", 0},
		{"nothing", "", 0},
	}
}

func TestCredential_ExpiresAt(t *testing.T) {
	t.Parallel()
	username := "ci"
	for _, row := range expiryRows() {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			var want time.Time
			if row.want != 0 {
				want = time.Unix(row.want, 0).UTC()
			}
			for place, arguments := range map[string]credentials.Arguments{
				"token":    {Token: secret(row.secret)},
				"password": {Username: &username, Password: secret(row.secret)},
			} {
				got := credentials.FromArguments(arguments).Credential.ExpiresAt()
				if !got.Equal(want) || got.Location() != time.UTC {
					t.Errorf("as %s: expires at %v, want %v", place, got, want)
				}
			}
		})
	}
}

func TestCredential_ExpiresAt_OfTheSecretThatIsSent(t *testing.T) {
	t.Parallel()
	username, early, late, opaque := "ci", withClaims(`{"exp":1700000000}`), withClaims(`{"exp":1800000000}`), "opaque"
	for _, row := range []struct {
		name      string
		arguments credentials.Arguments
		want      int64
	}{
		{"a token hides a password", credentials.Arguments{Username: &username, Password: secret(early), Token: secret(late)}, 1800000000},
		{"an opaque token hides a password", credentials.Arguments{Username: &username, Password: secret(early), Token: secret(opaque)}, 0},
		{"a user name is no secret", credentials.Arguments{Username: &early, Password: secret(opaque)}, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			got := credentials.FromArguments(row.arguments).Credential.ExpiresAt()
			if row.want == 0 && !got.IsZero() || row.want != 0 && got.Unix() != row.want {
				t.Errorf("expires at %v, want %d", got, row.want)
			}
		})
	}
}

// Every source says when its secret ends, and so does each of several.
func TestPlaces_Find_ExpiryOfEverySource(t *testing.T) {
	t.Parallel()
	early, late := withClaims(`{"exp":1700000000}`), withClaims(`{"exp":1800000000}`)
	settings := jsonOf(t, map[string]any{"OCI": map[string]string{"RegistryUrl": host, "Token": early}})
	for name, row := range map[string]struct {
		places  credentials.Places
		payload string
	}{
		"docker_config_json":       {payload: entryOf(`{"username":"ci","password":"` + early + `"}`)},
		"registries":               {places: blockPlaces(map[string]credentials.Entry{host: {Arguments: credentials.Arguments{Token: secret(early)}}})},
		"the environment":          {places: credentials.Places{Environ: []string{"OCI__RegistryUrl=" + host, "OCI__Token=" + early}}},
		"the settings file":        {places: credentials.Places{AppsettingsPath: set(file(t, settings))}},
		"the Docker configuration": {places: dockerConfigPlaces(t, entryOf(`{"registrytoken":"`+early+`"}`))},
		"a credential helper": {places: dockerConfigPlaces(t, jsonOf(t, map[string]string{"credsStore": credentialstest.Helper{
			Logins: map[string]credentialstest.Login{host: {Username: "ci", Secret: early}},
		}.Install(t)}))},
	} {
		search := searchFor(t, host)
		if row.payload != "" {
			search = withPayload(t, row.payload, host)
		}
		result := find(t, row.places, search)
		if got := result.Credential.ExpiresAt(); got.Unix() != 1700000000 {
			t.Errorf("%s: expires at %v", name, got)
		}
		if got := bearer(late).ExpiresAt(); got.Unix() != 1800000000 {
			t.Errorf("%s: the next one expires at %v", name, got)
		}
	}
}

func FuzzExpiry(f *testing.F) {
	for _, row := range expiryRows() {
		f.Add(row.secret, "{}", int64(0))
	}
	f.Add("", `{"exp":-1e19}`, int64(1)<<62)
	f.Fuzz(func(t *testing.T, raw, claims string, expiration int64) {
		username := "ci"
		for _, text := range []string{
			raw, withClaims(claims), ecrOf(claims),
			ecrOf(`{"expiration":` + strconv.FormatInt(expiration, 10) + `}`),
		} {
			for _, arguments := range []credentials.Arguments{{Token: secret(text)}, {Username: &username, Password: secret(text)}} {
				at := credentials.FromArguments(arguments).Credential.ExpiresAt()
				if at.IsZero() {
					continue
				}
				written := at.Format(time.RFC3339)
				if again, err := time.Parse(time.RFC3339, written); err != nil || !again.Equal(at.Truncate(time.Second)) || at.Unix() <= 0 {
					t.Errorf("%q expires at %q: %v", text, written, err)
				}
			}
		}
	})
}
