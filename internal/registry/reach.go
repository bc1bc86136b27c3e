package registry

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// Reach is the kind of network that an address belongs to. The guard decides by it
// where secrets may be sent.
type Reach int

// The reaches, from the least to the most restricted.
const (
	ReachUnknown   Reach = iota // only the name is known, as behind a proxy
	ReachPublic                 // on the internet
	ReachPrivate                // loopback or a private network
	ReachLinkLocal              // this link only, where clouds keep their metadata
)

// Prefixes of IPv6 addresses that hold an IPv4 address. The well-known one of NAT64
// has it in the last 32 bits (RFC 6052 section 2.1); the one for local use may have
// it in any place that RFC 6052 section 2.2 allows (RFC 8215).
var (
	nat64      = netip.MustParsePrefix("64:ff9b::/96")
	nat64Local = netip.MustParsePrefix("64:ff9b:1::/48")
	translated = netip.MustParsePrefix("::ffff:0:0:0/96") // IPv4-translated (RFC 2765 section 2.1), in the last 32 bits too
)

// privateNetworks are networks that do not belong to the internet, besides those of
// netip.Addr.IsPrivate, IsLoopback and IsMulticast.
var privateNetworks = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),     // this host (RFC 1122 section 3.2.1.3); Linux connects to loopback
	netip.MustParsePrefix("100.64.0.0/10"), // shared address space (RFC 6598)
	netip.MustParsePrefix("2001::/32"),     // Teredo, which leads to any IPv4 address (RFC 4380)
	netip.MustParsePrefix("fec0::/10"),     // site-local, deprecated (RFC 3879)
	netip.MustParsePrefix("::/96"),         // unspecified and IPv4-compatible, deprecated (RFC 4291 section 2.5.5.1)
}

// metadataAddresses are the addresses of cloud metadata services that are not
// link-local.
var metadataAddresses = []netip.Addr{
	netip.MustParseAddr("fd00:ec2::254"),   // Amazon, over IPv6
	netip.MustParseAddr("fd00:ec2::23"),    // Amazon's EKS Pod Identity, over IPv6
	netip.MustParseAddr("fd20:ce::254"),    // Google, over IPv6
	netip.MustParseAddr("100.100.100.200"), // Alibaba
	netip.MustParseAddr("168.63.129.16"),   // Azure
	netip.MustParseAddr("192.0.0.192"),     // Oracle
}

// metadataNames are host names of cloud metadata services, for requests through a
// proxy.
var metadataNames = []string{"metadata", "metadata.google.internal", "metadata.goog", "instance-data", "instance-data.ec2.internal"}

// reachOf returns the reach of an IP address.
func reachOf(address netip.Addr) Reach {
	address = address.Unmap().WithZone("")
	if nat64Local.Contains(address) {
		return reachOfLocalNAT64(address)
	}
	address = embeddedIPv4(address)
	switch {
	case address.IsLinkLocalUnicast(), address.IsLinkLocalMulticast(), address.IsInterfaceLocalMulticast(), slices.Contains(metadataAddresses, address):
		return ReachLinkLocal
	case address.IsLoopback(), address.IsPrivate(), address.IsMulticast(),
		slices.ContainsFunc(privateNetworks, func(p netip.Prefix) bool { return p.Contains(address) }):
		return ReachPrivate
	default:
		return ReachPublic
	}
}

// reachOfLocalNAT64 returns the most restricted reach of all IPv4 addresses that the
// address may hold (RFC 6052 section 2.2). It is never public.
func reachOfLocalNAT64(address netip.Addr) Reach {
	b := address.As16()
	nearest := ReachPrivate
	for _, ipv4 := range [][4]byte{
		{b[6], b[7], b[9], b[10]}, {b[7], b[9], b[10], b[11]}, {b[9], b[10], b[11], b[12]}, {b[12], b[13], b[14], b[15]},
	} {
		nearest = max(nearest, reachOf(netip.AddrFrom4(ipv4)))
	}
	return nearest
}

// embeddedIPv4 returns the IPv4 address in a NAT64, IPv4-translated or 6to4 address;
// any other address is returned unchanged.
func embeddedIPv4(address netip.Addr) netip.Addr {
	if !address.Is6() {
		return address
	}
	bytes := address.As16()
	if nat64.Contains(address) || translated.Contains(address) {
		return netip.AddrFrom4([4]byte(bytes[12:16]))
	}
	if bytes[0] == 0x20 && bytes[1] == 0x02 { // 6to4 (RFC 3056 section 2)
		return netip.AddrFrom4([4]byte(bytes[2:6]))
	}
	return address
}

// reachOfName returns the reach of a host by its name or the IP address in it. It
// resolves nothing.
func reachOfName(hostname string) Reach {
	name := strings.TrimSuffix(strings.ToLower(hostname), ".")
	if address, err := netip.ParseAddr(strings.Trim(name, "[]")); err == nil {
		return reachOf(address)
	}
	if address, ok := legacyIPv4(name); ok {
		return reachOf(address)
	}
	switch {
	case slices.Contains(metadataNames, name):
		return ReachLinkLocal
	case name == "localhost", strings.HasSuffix(name, ".localhost"): // RFC 6761 section 6.3
		return ReachPrivate
	default:
		return ReachUnknown
	}
}

// legacyIPv4 parses the forms of an IPv4 address that C libraries, and so many
// proxies, accept besides the usual one: one to four parts, each decimal, octal or
// hexadecimal, of which the last has all remaining bits (POSIX, inet_addr).
func legacyIPv4(name string) (address netip.Addr, ok bool) {
	parts := strings.Split(name, ".")
	if len(parts) > 4 {
		return netip.Addr{}, false
	}
	var value uint64
	for i, part := range parts {
		bits := 8
		if i == len(parts)-1 {
			bits = 32 - 8*i
		}
		base := 10
		if digits, hexadecimal := strings.CutPrefix(part, "0x"); hexadecimal {
			part, base = digits, 16
		} else if strings.HasPrefix(part, "0") {
			base = 8
		}
		number, err := strconv.ParseUint(part, base, bits)
		if err != nil {
			return netip.Addr{}, false
		}
		value = value<<bits | number
	}
	return netip.AddrFrom4([4]byte{byte(value >> 24), byte(value >> 16), byte(value >> 8), byte(value)}), true
}
