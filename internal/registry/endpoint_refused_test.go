package registry_test

import (
	"strings"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

// canary stands in addresses where a secret may stand by mistake.
const canary = "c4nary"

type badAddress struct {
	name    string
	address string
	want    error
}

func badAddresses() []badAddress {
	return []badAddress{
		{"nothing", "", registry.ErrEmpty},
		{"more than 2048 bytes", canary + strings.Repeat("a", 2048), registry.ErrTooLong},
		{"a blank only", " ", registry.ErrBlank},
		{"a blank in front", " https://" + canary + ".example.com", registry.ErrBlank},
		{"a line break behind", canary + ".example.com\n", registry.ErrBlank},
		{"a blank in the path", "https://r.example.com/a " + canary, registry.ErrBlank},
		{"a control character", canary + ".example.com\x00", registry.ErrBlank},
		{"a blank of another alphabet", canary + "\u00a0.example.com", registry.ErrBlank},
		{"user name and password", "https://user:" + canary + "@r.example.com", registry.ErrUserInfo},
		{"user name and password without a scheme", "user:" + canary + "@r.example.com", registry.ErrUserInfo},
		{"a user name", canary + "@r.example.com", registry.ErrUserInfo},
		{"empty user information", "https://@" + canary + ".example.com", registry.ErrUserInfo},
		{"user information behind another scheme", "ftp://user:" + canary + "@r.example.com", registry.ErrUserInfo},
		{"a password with a slash", "https://user/p@" + canary + "@r.example.com", registry.ErrUserInfo},
		{"a password with a slash without a scheme", "ci:12345/" + canary + "@r.example.com/x", registry.ErrUserInfo},
		{"a short word behind an @", "r.example.com/app@" + canary, registry.ErrUserInfo},
		{"a query", "https://r.example.com/?token=" + canary, registry.ErrQuery},
		{"a query without a path", "https://r.example.com?token=" + canary, registry.ErrQuery},
		{"a query behind a repository", "r.example.com/app?token=" + canary, registry.ErrQuery},
		{"an empty query", "https://" + canary + ".example.com/?", registry.ErrQuery},
		{"a fragment", "https://r.example.com/#" + canary, registry.ErrFragment},
		{"an empty fragment", canary + ".example.com#", registry.ErrFragment},
		{"another scheme", "oci://r.example.com/" + canary, registry.ErrScheme},
		{"the scheme of a file", "file:///" + canary, registry.ErrScheme},
		{"an empty scheme", "://" + canary, registry.ErrScheme},
		{"a scheme twice", "docker://https://" + canary, registry.ErrScheme},
		{"no port behind its colon", canary + ".example.com:", registry.ErrPort},
		{"no port behind its colon and a path", "https://" + canary + ".example.com:/base", registry.ErrPort},
		{"port zero", canary + ".example.com:0", registry.ErrPort},
		{"a port that is too high", canary + ".example.com:65536", registry.ErrPort},
		{"a port beyond all integers", canary + ".example.com:99999999999999999999999", registry.ErrPort},
		{"a port in letters", "r.example.com:" + canary, registry.ErrPort},
		{"a port with a sign", canary + ".example.com:+443", registry.ErrPort},
		{"a bad port behind an IPv6 literal", "[::1]:" + canary, registry.ErrPort},
		{"no host", "https://", registry.ErrHost},
		{"no host before a path", "https:///" + canary, registry.ErrHost},
		{"a path only", "/" + canary, registry.ErrHost},
		{"a port only", ":5000", registry.ErrHost},
		{"an empty label", canary + "..example.com", registry.ErrHost},
		{"an IPv6 address without brackets", "2001:db8::a", registry.ErrHost},
		{"an IPv6 address without brackets that ends like a port", "::1", registry.ErrHost},
		{"an IPv6 address without brackets behind a scheme", "https://fe80::1/" + canary, registry.ErrHost},
		{"a bracket that never closes", "[::1", registry.ErrHost},
		{"a bracket that never opens", "::1]", registry.ErrHost},
		{"a name in brackets", "[" + canary + "]", registry.ErrHost},
		{"an IPv4 address in brackets", "[192.0.2.7]", registry.ErrHost},
		{"an IPv6 address with a zone", "[fe80::1%25" + canary + "]", registry.ErrHost},
		{"a label that is too long", canary + strings.Repeat("a", 63) + ".example.com", registry.ErrHost},
		{"a name that is too long", canary + strings.Repeat(".aaaaaaa", 32), registry.ErrHost},
		{"an international name that cannot be encoded", "a\u200e" + canary + ".example", registry.ErrHost},
		{"a name that is no UTF-8", canary + "\xff.example", registry.ErrHost},
		{"a backslash", `r.example.com\` + canary, registry.ErrHost},
		{"an escape in a name", "r%41" + canary + ".example.com", registry.ErrHost},
		{"a star in a name", "*." + canary + ".example.com", registry.ErrHost},
		{"a broken escape in a base path", "https://r.example.com/%zz" + canary, registry.ErrMalformed},
	}
}
