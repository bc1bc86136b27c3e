package doctor_test

import (
	"context"
	"time"

	"golang.org/x/net/http/httpproxy"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/verdict"
)

const metadataAddress = "169.254.169.254"

// named is a description and the address that an attack writes.
type named struct{ name, written string }

// metadataRealms are spellings of the addresses of cloud metadata services.
func metadataRealms() []named {
	return []named{
		{"a link-local address", "169.254.10.10"},
		{"a metadata address", metadataAddress},
		{"a metadata address with a dot at the end", metadataAddress + "."},
		{"metadata by name", "metadata.google.internal"},
		{"metadata by name in upper case with a dot", "METADATA.Google.Internal."},
		{"metadata by name with a soft hyphen", "meta\u00addata.google.internal"},
		{"metadata by an IPv6-mapped address", "[::ffff:169.254.169.254]"},
		{"metadata by an IPv6-mapped address in hex", "[::ffff:a9fe:a9fe]"},
		{"metadata by NAT64", "[64:ff9b::a9fe:a9fe]"},
		{"metadata by a network's own NAT64", "[64:ff9b:1::a9fe:a9fe]"},
		{"metadata by 6to4", "[2002:a9fe:a9fe::1]"},
		{"metadata by a decimal number", "2852039166"},
		{"metadata by an octal number", "025177524776"},
		{"metadata by octal parts", "0251.0376.0251.0376"},
		{"metadata by a hexadecimal number", "0xA9FEA9FE"},
		{"metadata by hexadecimal parts", "0xa9.0xfe.0xa9.0xfe"},
		{"metadata by two parts", "169.16689662"},
		{"metadata by full-width digits", "１６９．２５４．１６９．２５４"},
		{"metadata by digits in circles", "①⑥⑨.②⑤④.①⑥⑨.②⑤④"},
		{"metadata by percent-encoded full-width digits", "%EF%BC%91%EF%BC%96%EF%BC%99.254.169.254"},
		{"a link-local address with a zone", "[fe80::1%25eth0]"},
		{"metadata of Amazon over IPv6", "[fd00:ec2::254]"},
		{"metadata of Alibaba", "100.100.100.200"},
		{"metadata of Alibaba, IPv6-mapped", "[::ffff:100.100.100.200]"},
		{"metadata of Azure", "168.63.129.16"},
	}
}

// privateRealms are spellings of private addresses.
func privateRealms() []named {
	return []named{
		{"a private address", "10.0.0.5"},
		{"a private address of another range", "192.168.0.5"},
		{"a private IPv6 address", "[fd00::5]"},
		{"a shared address", "100.64.0.5"},
		{"loopback", "127.0.0.1"},
		{"loopback by name", "localhost"},
		{"loopback over IPv6", "[::1]"},
		{"loopback by a decimal number", "2130706433"},
		{"loopback in short", "127.1"},
		{"this host", "0.0.0.0"},
		{"a private address, IPv6-mapped", "[::ffff:10.0.0.5]"},
		{"a shared address, IPv6-mapped", "[::ffff:100.64.0.5]"},
		{"a private address by NAT64", "[64:ff9b::10.0.0.5]"},
		{"a private address by 6to4", "[2002:a00:5::1]"},
		{"a private address by full-width digits", "１０．０．０．５"},
	}
}

// realmAttack names a realm that must receive nothing.
func realmAttack(name, variant, from, realm string) attack {
	return attack{
		name: "realm: " + name, variant: variant, want: exchanging(verdict.ReasonRealmUnsafe),
		registry: from, answers: wants(`Bearer realm="` + realm + `",service="r.example.com"`), at: map[string][]string{},
	}
}

// realmAttacks name token services that must receive no secret.
func realmAttacks() []attack {
	const plain, secure = "http://r.example.com", "https://r.example.com"
	var rows []attack
	through := func(row attack) attack {
		row.variant, row.arrange = "through a proxy", behindProxy
		return row
	}
	for _, place := range metadataRealms() {
		inside := realmAttack(place.name, "from a private registry", plain, "http://"+place.written+"/token")
		inside.at["r.example.com"] = []string{"10.1.1.1"}
		rows = append(rows, realmAttack(place.name, "from a public registry", plain, "http://"+place.written+"/token"), inside,
			through(realmAttack(place.name, "", plain, "http://"+place.written+"/token")))
	}
	for _, place := range privateRealms() {
		row := realmAttack(place.name, "", plain, "http://"+place.written+"/token")
		rows = append(rows, row, realmAttack(place.name, "without scheme", plain, "//"+place.written+"/token"))
		if place.written != "localhost" && place.written != "127.0.0.1" && place.written != "[::1]" { // never asked through a proxy
			rows = append(rows, through(row))
		}
	}
	for _, place := range []named{{"a metadata", metadataAddress}, {"a private", "10.0.0.5"}, {"a loopback", "::1"}, {"a NAT64", "64:ff9b::a9fe:a9fe"}} {
		row := realmAttack("a name that leads to "+place.name+" address", "", secure, "https://auth.evil.example.net/token")
		row.at["auth.evil.example.net"] = []string{place.written}
		rows = append(rows, row)
	}
	for _, realm := range []named{
		{"plain http on another host", "http://evil.example.net/token"}, {"plain http on its own host", "http://r.example.com/token"},
		{"plain http on its own port", "http://r.example.com:443/token"}, {"plain http in upper case", "HTTP://R.EXAMPLE.COM:8080/token"},
	} {
		inside := realmAttack(realm.name, "from a private registry", secure, realm.written)
		inside.at["r.example.com"] = []string{"10.1.1.1"}
		rows = append(rows, realmAttack(realm.name, "from a public registry", secure, realm.written), inside)
	}
	for _, realm := range []named{
		{"user information", "https://u:p@evil.example.net/token"}, {"an empty user", "https://@evil.example.net/token"},
		{"the registry's name as the user", "https://r.example.com@evil.example.net/token"}, {"user information on its own host", "https://u:p@r.example.com" + stolen},
	} {
		rows = append(rows, realmAttack(realm.name, "", secure, realm.written))
	}
	own := realmAttack("its own name, which leads inside over https", "", plain, "https://r.example.com/token")
	own.at["r.example.com:443"] = []string{"10.0.0.5"}
	rows = append(rows, own)
	return append(append(rows, trustAttacks()...), rebindingAttacks()...)
}

// trustAttacks misuse trusted_realms, which lifts the rule for private addresses and no
// other rule.
func trustAttacks() []attack {
	row := func(name, from, realm, at string, trusted ...string) attack {
		a := realmAttack("trusted, yet "+name, "", from, realm)
		a.at["auth.example.net"], a.arrange = []string{at}, trusting(trusted...)
		return a
	}
	const host = "auth.example.net"
	return []attack{
		row("at a metadata address", "https://r.example.com", "https://"+host+"/token", metadataAddress, host, host+":443"),
		row("a metadata address itself", "http://r.example.com", "http://"+metadataAddress+"/token", "", metadataAddress),
		row("plain http", "https://r.example.com", "http://"+host+"/token", publicAddress, host, host+":80"),
		row("with user information", "https://r.example.com", "https://u:p@"+host+"/token", publicAddress, host),
		row("on another port", "https://r.example.com", "https://"+host+":8443/token", "10.0.0.5", host+":443"),
		row("another name", "https://r.example.com", "https://"+host+"/token", "10.0.0.5", "example.net", "r.example.com"),
	}
}

// rebindingAttacks resolve a name to a good token service first and to another address
// later.
func rebindingAttacks() []attack {
	const secure = "https://r.example.com"
	var rows []attack
	for _, place := range []named{{"a private address", "10.0.0.5"}, {"a metadata address", metadataAddress}} {
		rebind := func(name string, tokens func(visit) response, reason verdict.Reason, arrange func(*scene)) attack {
			row := realmAttack(name, "", secure, "https://auth.example.com/token")
			row.tokens, row.want = tokens, exchanging(reason)
			row.at["auth.example.com"] = []string{publicAddress, place.written}
			row.arrange = func(s *scene) {
				arrange(s)
				s.leads["auth.example.com:443"] = []string{s.tokens.Address(), s.trap.Address()}
			}
			return row
		}
		again := rebind("rebinding to "+place.name+" for another try", func(visit) response {
			return reply(503, "", "Retry-After", "0", "Connection", "close")
		}, verdict.ReasonRealmUnsafe, tryingTwice)
		delete(again.want, identityMethod) // a POST is not tried again
		rows = append(rows, again,
			rebind("rebinding to "+place.name+" for the next token", func(v visit) response {
				r := issues(v)
				r.Header["Connection"] = []string{"close"}
				return r
			}, verdict.ReasonAccessUnproven, asking("pull")),
			rebind("rebinding to "+place.name+" behind a redirect", func(visit) response {
				return reply(307, "", "Location", "/token/2", "Connection", "close")
			}, verdict.ReasonRealmUnsafe, func(*scene) {}),
		)
	}
	return rows
}

// tryingTwice sets two attempts without a delay.
func tryingTwice(s *scene) {
	s.request.Retry = registry.Retry{Attempts: 2, MinDelay: time.Millisecond, MaxDelay: time.Millisecond}
	s.options.Wait = func(context.Context, time.Duration) error { return nil }
}

// behindProxy sends plain http through a proxy, which is the registry's server. A
// request for another host that it receives counts as stolen.
func behindProxy(s *scene) {
	s.options.Proxy = &httpproxy.Config{HTTPProxy: "http://proxy.example.com:3128"}
	s.leads["proxy.example.com:3128"] = []string{s.registry.Address()}
}
