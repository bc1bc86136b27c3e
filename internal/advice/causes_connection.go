package advice

import (
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/verdict"
)

const (
	causeIntercepted = "A proxy opens the connection and shows a certificate of its own"
	causeChain       = "The server's certificate, or one that it sends with it, "
	causeIssueAnew   = "; curl may accept it, but programs in Go, such as Docker, the kubelet and this provider, do not; it has to be issued anew"
)

// connectionCauses are the causes of what is known of a connection, most likely first.
// They may be about the registry or its token service.
var connectionCauses = map[registry.Cause][]string{
	registry.CauseAuthority: {
		"The server uses a private certificate authority that is not installed on this machine; ca_cert_pem takes its certificate",
		"The server does not send the intermediate certificates that lead to its authority",
	},
	registry.CauseOtherAuthority: {
		"ca_cert_pem is set, but holds another authority than the one that signed the server's certificate, or an older one of the same name",
		"The server does not send the intermediate certificates that lead to that authority; ca_cert_pem takes these too",
	},
	registry.CauseNoAuthority: {
		"The certificate that signed the server's is not an authority's: it lacks CA:TRUE in its basic constraints, or keyCertSign in its key usage",
		"The authority has to be made anew with both, and the server's certificate be signed with that; ca_cert_pem then takes the new authority",
	},
	registry.CauseWeakSignature: {"The certificate is signed by means of SHA-1, which is not accepted any more; it has to be issued anew"},
	registry.CauseName:          {"The certificate was issued for another host name than the one that was asked; for the registry, that is the one in registry_url"},
	registry.CauseCommonName:    {"The certificate names the right host, but only as its common name, which does not count any more; it has to be issued anew with the host in subjectAltName"},
	registry.CauseAddressAsName: {"The certificate names the right IP address, but as a DNS name, which does not count; it has to be issued anew with IP: before the address in subjectAltName"},
	registry.CauseExpired:       {"The certificate has expired and was not renewed", "The clock of this machine is wrong"},
	registry.CauseChainExpired: {
		"The certificate of the authority, or one between, has expired: the server still sends the old one, or ca_cert_pem still holds it",
		"The clock of this machine is wrong",
	},
	registry.CauseUsage: {"The certificate was issued for clients or another use; its extended key usage has no serverAuth"},
	registry.CauseNegativeSerial: {
		causeChain + "has a negative serial number" + causeIssueAnew,
		"Until then, GODEBUG=x509negativeserial=1 in the environment of terraform accepts it here",
	},
	registry.CauseMalformedName: {causeChain + "has a DNS name with letters beyond ASCII" + causeIssueAnew + " with the name as xn--…"},
	registry.CauseMalformedIP:   {causeChain + "has an IP address of a wrong length" + causeIssueAnew},
	registry.CauseMalformed:     {causeChain + "breaks the rules for certificates (RFC 5280)" + causeIssueAnew},
	registry.CauseLargeKey:      {causeChain + "has an RSA key of more than 8192 bits" + causeIssueAnew + " with a smaller one"},
	registry.CauseNoTLS:         {"The port that was asked is that of another service, which does not speak TLS"},
	registry.CauseOldTLS:        {"The server knows no TLS version above 1.1"},
	registry.CauseAlert: {
		"A front end that chooses by the host name has no certificate for the one that was asked",
		"The server and this client have no cipher suite in common; the log of the server says so",
	},
	registry.CauseNoClientCert: {"client_cert_pem and client_key_pem are not set for this registry"},
	registry.CauseOtherClientCert: {
		"client_cert_pem is set, but the server accepts client certificates of other authorities only",
		"client_cert_pem lacks the intermediate certificates that lead to an authority which the server accepts, or its key is of a kind that the server does not accept",
	},
	registry.CauseBadClientCert: {"client_cert_pem is set, but has expired, is not for clients, or was signed by an authority that the server does not accept"},
	registry.CauseProxyAddress: {
		"HTTPS_PROXY or HTTP_PROXY (or the same in small letters) does not hold a URL such as http://user:password@host:3128; in user name and password, write % as %25, / as %2F, # as %23, ? as %3F and @ as %40",
	},
}

// seenCause returns what is known of the connection that failed: that to the registry,
// else that to its token service; empty where nothing is.
func seenCause(e verdict.Evidence) registry.Cause {
	answers := []*registry.Answer{e.Last()}
	if e.Exchange != nil {
		answers = append(answers, &e.Exchange.Answer)
	}
	for _, answer := range answers {
		switch {
		case answer == nil:
		case answer.Failure != nil && answer.Failure.Cause != "":
			return answer.Failure.Cause
		case answer.Cause != "":
			return answer.Cause
		}
	}
	return ""
}
