package registry

import "encoding/base64"

// Method is how a credential is presented.
type Method string

// The methods, as the attribute auth_method names them.
const (
	MethodBearer    Method = "bearer"
	MethodBasic     Method = "basic"
	MethodAnonymous Method = "anonymous"
)

// Credential is what a configuration holds for one registry. Empty means
// absent.
type Credential struct {
	Username string
	Password Secret
	Token    Secret
}

// Method chooses by what is there: a token, else a user name or a password,
// else nothing.
func (c Credential) Method() Method {
	switch {
	case !c.Token.Empty():
		return MethodBearer
	case c.Username != "" || !c.Password.Empty():
		return MethodBasic
	default:
		return MethodAnonymous
	}
}

// authorization is the value of the Authorization header, empty for none.
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
	for _, s := range []Secret{c.Password, c.Token} {
		if !s.Empty() {
			secrets = append(secrets, s)
		}
	}
	return secrets
}
