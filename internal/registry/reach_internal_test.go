package registry

import (
	"errors"
	"net"
	"net/netip"
	"testing"
)

func TestReachOf_IPv4InEveryForm(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name    string
		address string
		want    Reach
	}{
		{"a public address", "93.184.216.34", ReachPublic},
		{"the last one before loopback", "126.255.255.255", ReachPublic},
		{"loopback", "127.0.0.1", ReachPrivate},
		{"the end of loopback", "127.255.255.254", ReachPrivate},
		{"unspecified, which Linux takes for loopback", "0.0.0.0", ReachPrivate},
		{"this network", "0.255.255.255", ReachPrivate},
		{"the first one behind this network", "1.0.0.0", ReachPublic},
		{"RFC 1918, ten", "10.0.0.1", ReachPrivate},
		{"RFC 1918, the one before ten", "9.255.255.255", ReachPublic},
		{"RFC 1918, 172.16", "172.16.0.1", ReachPrivate},
		{"RFC 1918, the end of 172.16", "172.31.255.255", ReachPrivate},
		{"RFC 1918, behind 172.16", "172.32.0.0", ReachPublic},
		{"RFC 1918, 192.168", "192.168.255.255", ReachPrivate},
		{"RFC 1918, behind 192.168", "192.169.0.0", ReachPublic},
		{"shared address space", "100.64.0.1", ReachPrivate},
		{"the end of shared address space", "100.127.255.255", ReachPrivate},
		{"before shared address space", "100.63.255.255", ReachPublic},
		{"behind shared address space", "100.128.0.0", ReachPublic},
		{"multicast", "239.1.2.3", ReachPrivate},
		{"link-local", "169.254.0.1", ReachLinkLocal},
		{"link-local multicast", "224.0.0.251", ReachLinkLocal},
		{"behind link-local", "169.255.0.0", ReachPublic},
		{"metadata of most clouds", "169.254.169.254", ReachLinkLocal},
		{"metadata of containers at Amazon", "169.254.170.2", ReachLinkLocal},
		{"metadata of Alibaba, in shared address space", "100.100.100.200", ReachLinkLocal},
		{"metadata of Azure, at a public address", "168.63.129.16", ReachLinkLocal},
		{"metadata of Oracle, at a public address", "192.0.0.192", ReachLinkLocal},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			plain := netip.MustParseAddr(row.address)
			octets := plain.As4()
			nat64 := netip.MustParseAddr("64:ff9b::").As16()
			copy(nat64[12:], octets[:])
			ipv4Translated := netip.MustParseAddr("::ffff:0:0:0").As16()
			copy(ipv4Translated[12:], octets[:])
			localNAT64 := netip.MustParseAddr("64:ff9b:1:2::").As16()
			copy(localNAT64[12:], octets[:])
			relay := netip.MustParseAddr("2002::1").As16()
			copy(relay[2:], octets[:])
			for form, address := range map[string]netip.Addr{
				"as it is":       plain,
				"IPv4-mapped":    netip.AddrFrom16(plain.As16()),
				"NAT64":          netip.AddrFrom16(nat64),
				"translated":     netip.AddrFrom16(ipv4Translated),
				"local NAT64":    netip.AddrFrom16(localNAT64),
				"6to4":           netip.AddrFrom16(relay),
				"with a zone":    netip.AddrFrom16(nat64).WithZone("eth0"),
				"mapped, a zone": netip.AddrFrom16(plain.As16()).WithZone("eth0"),
			} {
				want := row.want
				if form == "local NAT64" { // a network of its own, never public
					want = max(want, ReachPrivate)
				}
				if got := reachOf(address); got != want {
					t.Errorf("%s: reachOf(%s) is %d, want %d", form, address, got, want)
				}
				if got := reachOfName(address.String()); got != want {
					t.Errorf("%s: reachOfName(%q) is %d, want %d", form, address, got, want)
				}
			}
		})
	}
}

func TestReachOf_LocalNAT64(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]Reach{
		"64:ff9b:1:a9fe:a9:fe00:1234:5678": ReachLinkLocal, // 169.254.169.254 behind /48
		"64:ff9b:1:a83f:81:1000::":         ReachLinkLocal, // 168.63.129.16 behind /48, and link-local in no other layout
		"64:ff9b:1:a9:fe:a9fe::":           ReachLinkLocal, // behind /56
		"64:ff9b:1:0:a9:fea9:fe00:0":       ReachLinkLocal, // behind /64
		"64:ff9b:1::a9fe:a9fe":             ReachLinkLocal, // behind /96
		"64:ff9b:1:a00:0:100:808:808":      ReachPrivate,
		"64:ff9b:1:808:8:800::":            ReachPrivate,
	} {
		if got := reachOf(netip.MustParseAddr(address)); got != want {
			t.Errorf("reachOf(%s) is %d, want %d", address, got, want)
		}
	}
}

func TestReachOf_IPv6(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name    string
		address string
		want    Reach
	}{
		{"a public address", "2606:2800:220:1::1", ReachPublic},
		{"a public address beside 6to4", "2003::1", ReachPublic},
		{"a public address beside NAT64", "64:ff9c::7f00:1", ReachPublic},
		{"unspecified", "::", ReachPrivate},
		{"loopback", "::1", ReachPrivate},
		{"Teredo, which leads anywhere", "2001:0:4136:e378:8000:63bf:3fff:fdd2", ReachPrivate},
		{"the end of Teredo", "2001:0:ffff:ffff:ffff:ffff:ffff:ffff", ReachPrivate},
		{"a public address beside Teredo", "2001:1::1", ReachPublic},
		{"IPv4-compatible, deprecated", "::8.8.8.8", ReachPrivate},
		{"unique local, the lower half", "fc00::1", ReachPrivate},
		{"unique local, the upper half", "fdff:ffff::1", ReachPrivate},
		{"before unique local", "fbff::1", ReachPublic},
		{"behind unique local", "fe00::1", ReachPublic},
		{"site-local, deprecated", "fec0::1", ReachPrivate},
		{"multicast", "ff05::1", ReachPrivate},
		{"link-local", "fe80::1", ReachLinkLocal},
		{"link-local with a zone", "fe80::1%eth0", ReachLinkLocal},
		{"the end of link-local", "febf::1", ReachLinkLocal},
		{"link-local multicast", "ff02::1", ReachLinkLocal},
		{"interface-local multicast", "ff01::1", ReachLinkLocal},
		{"metadata of Amazon", "fd00:ec2::254", ReachLinkLocal},
		{"metadata of Amazon with a zone", "fd00:ec2::254%eth0", ReachLinkLocal},
		{"beside metadata of Amazon", "fd00:ec2::253", ReachPrivate},
		{"metadata of EKS Pod Identity", "fd00:ec2::23", ReachLinkLocal},
		{"beside metadata of EKS Pod Identity", "fd00:ec2::24", ReachPrivate},
		{"metadata of Google", "fd20:ce::254", ReachLinkLocal},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			if got := reachOf(netip.MustParseAddr(row.address)); got != row.want {
				t.Errorf("reachOf(%s) is %d, want %d", row.address, got, row.want)
			}
			for _, name := range []string{row.address, "[" + row.address + "]"} {
				if got := reachOfName(name); got != row.want {
					t.Errorf("reachOfName(%q) is %d, want %d", name, got, row.want)
				}
			}
		})
	}
}

func TestReachOfName(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name     string
		hostname string
		want     Reach
	}{
		{"a name says nothing", "auth.example.com", ReachUnknown},
		{"no name says nothing", "", ReachUnknown},
		{"the metadata name of Google", "metadata.google.internal", ReachLinkLocal},
		{"the metadata name in upper case", "METADATA.Google.Internal", ReachLinkLocal},
		{"the metadata name with a trailing dot", "metadata.google.internal.", ReachLinkLocal},
		{"the short metadata name", "metadata", ReachLinkLocal},
		{"the second metadata name of Google", "metadata.goog", ReachLinkLocal},
		{"the metadata name of Amazon", "instance-data", ReachLinkLocal},
		{"the full metadata name of Amazon", "instance-data.ec2.internal", ReachLinkLocal},
		{"a name below a metadata name", "x.metadata.google.internal", ReachUnknown},
		{"a name that only begins like a metadata name", "metadata.example.com", ReachUnknown},
		{"localhost", "localhost", ReachPrivate},
		{"localhost in upper case with a trailing dot", "LOCALHOST.", ReachPrivate},
		{"a name below localhost", "auth.localhost", ReachPrivate},
		{"a name that only ends like localhost", "notlocalhost", ReachUnknown},
		{"a literal with a trailing dot", "169.254.169.254.", ReachLinkLocal},
		{"a decimal number", "2852039166", ReachLinkLocal},
		{"a decimal number with a trailing dot", "2852039166.", ReachLinkLocal},
		{"a hexadecimal number", "0xA9FEa9fe", ReachLinkLocal},
		{"hexadecimal parts", "0xa9.0xfe.0xa9.0xfe", ReachLinkLocal},
		{"octal parts", "0251.0376.0251.0376", ReachLinkLocal},
		{"two parts", "169.16689662", ReachLinkLocal},
		{"three parts", "169.254.43518", ReachLinkLocal},
		{"parts of several kinds", "169.0xfe.0124776", ReachLinkLocal},
		{"loopback of two parts", "127.1", ReachPrivate},
		{"a public decimal number", "1572395042", ReachPublic},
		{"zero", "0", ReachPrivate},
		{"a part that is too large is a name", "169.254.169.256", ReachUnknown},
		{"a number that is too large is a name", "4294967296", ReachUnknown},
		{"five parts are a name", "1.2.3.4.5", ReachUnknown},
		{"an empty part is a name", "127..1", ReachUnknown},
		{"a sign is a name", "+127.1", ReachUnknown},
		{"a digit with a letter is a name", "1a.2", ReachUnknown},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			if got := reachOfName(row.hostname); got != row.want {
				t.Errorf("reachOfName(%q) is %d, want %d", row.hostname, got, row.want)
			}
		})
	}
}

// TestGuard_Dial_RefusesBeforeItConnects: without a dialer from outside not even a
// connection is opened, so that nothing can be learned from one.
func TestGuard_Dial_RefusesBeforeItConnects(t *testing.T) {
	t.Parallel()
	var config net.ListenConfig
	listener, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() }) // the test is over
	address := listener.Addr().String()
	trust := false
	dial := guard{fromPublic: true, trusted: func(string) bool { return trust }}.dial(nil)
	if _, err := dial(t.Context(), "tcp", address); !errors.Is(err, errPrivateAddress) {
		t.Fatalf("error %v, want %v", err, errPrivateAddress)
	}
	trust = true
	conn, err := dial(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() }) // nothing was written
	accepted, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = accepted.Close() }) // nothing was read
	if accepted.RemoteAddr().String() != conn.LocalAddr().String() {
		t.Error("the connection that was refused arrived")
	}
}
