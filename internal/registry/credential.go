package registry

import (
	"encoding/base64"
	"net/http"
)

// Method is how a credential is presented.
type Method string

// The methods, as the attribute auth_method names them.
const (
	MethodBearer        Method = "bearer"
	MethodBasic         Method = "basic"
	MethodAnonymous     Method = "anonymous"
	MethodIdentityToken Method = "identity_token"
)

// Credential is what a configuration holds for one registry. Empty means
// absent.
type Credential struct {
	Username      string
	Password      Secret
	Token         Secret
	IdentityToken Secret // OAuth2 refresh token; goes to token services only
}

// Method chooses by what is there: a token, else an identity token, else a user
// name or a password, else nothing.
func (c Credential) Method() Method {
	switch {
	case !c.Token.Empty():
		return MethodBearer
	case !c.IdentityToken.Empty():
		return MethodIdentityToken
	case c.Username != "" || !c.Password.Empty():
		return MethodBasic
	default:
		return MethodAnonymous
	}
}

// Secret is the part of c that its method sends; empty for none.
func (c Credential) Secret() Secret {
	switch c.Method() {
	case MethodBearer:
		return c.Token
	case MethodIdentityToken:
		return c.IdentityToken
	default:
		return c.Password
	}
}

// authorization is the value of the Authorization header, empty for none; an
// identity token is never sent in one.
func (c Credential) authorization() string {
	switch c.Method() {
	case MethodBearer: // RFC 6750 section 2.1
		return "Bearer " + c.Token.Reveal()
	case MethodBasic: // RFC 7617 section 2
		return "Basic " + base64.StdEncoding.EncodeToString([]byte(c.Username+":"+c.Password.Reveal()))
	default:
		return ""
	}
}

// Secrets are the parts of c that must not be shown, without the empty ones.
func (c Credential) Secrets() []Secret {
	var secrets []Secret
	for _, s := range []Secret{c.Password, c.Token, c.IdentityToken} {
		if !s.Empty() {
			secrets = append(secrets, s)
		}
	}
	return secrets
}

// authorize puts the credential into a request's header.
func authorize(header http.Header, c Credential) {
	if authorization := c.authorization(); authorization != "" {
		header.Set("Authorization", authorization)
	}
}
