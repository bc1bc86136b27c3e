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

// Credential is the credential for one registry. An empty field is absent.
type Credential struct {
	Username      string
	Password      Secret
	Token         Secret
	IdentityToken Secret // OAuth2 refresh token; goes to token services only
}

// Method returns how the credential is presented: as a token if it has one, else as
// an identity token, else by user name and password, else not at all.
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

// Secret returns the secret that the credential's method sends; empty for none.
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

// authorization returns the value of the Authorization header; empty for none. An
// identity token is never sent in a header.
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

// Secrets returns all secrets of the credential that are not empty.
func (c Credential) Secrets() []Secret {
	var secrets []Secret
	for _, s := range []Secret{c.Password, c.Token, c.IdentityToken} {
		if !s.Empty() {
			secrets = append(secrets, s)
		}
	}
	return secrets
}

// authorize sets the Authorization header of a request.
func authorize(header http.Header, c Credential) {
	if authorization := c.authorization(); authorization != "" {
		header.Set("Authorization", authorization)
	}
}
