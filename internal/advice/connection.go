package advice

import (
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/verdict"
)

// faultWords are the words of a failed request that people search for, as Go's libraries
// print them.
var faultWords = map[registry.Fault]string{
	registry.FaultRefused:    "connection refused",
	registry.FaultPlainHTTP:  "http: server gave HTTP response to HTTPS client",
	registry.FaultProxyAuth:  "407 Proxy Authentication Required",
	registry.FaultClientCert: "tls: certificate required",
}

// causeWords are the same where more is known.
var causeWords = map[registry.Cause]string{
	registry.CauseAuthority:      "x509: certificate signed by unknown authority",
	registry.CauseOtherAuthority: "x509: certificate signed by unknown authority",
	registry.CauseNoAuthority:    "x509: certificate signed by unknown authority",
	registry.CauseWeakSignature:  "x509: cannot verify signature: insecure algorithm SHA-1",
	registry.CauseName:           "x509: certificate is valid for another name",
	registry.CauseCommonName:     "x509: certificate relies on legacy Common Name field, use SANs instead",
	registry.CauseAddressAsName:  "x509: certificate does not contain any IP SANs",
	registry.CauseExpired:        "x509: certificate has expired or is not yet valid",
	registry.CauseChainExpired:   "x509: certificate has expired or is not yet valid",
	registry.CauseUsage:          "x509: certificate specifies an incompatible key usage",
	registry.CauseNegativeSerial: "x509: negative serial number",
	registry.CauseMalformedName:  "x509: SAN dNSName is malformed",
	registry.CauseMalformedIP:    "x509: cannot parse IP address",
	registry.CauseMalformed:      "x509: malformed certificate",
	registry.CauseLargeKey:       "tls: server sent certificate containing RSA key larger than 8192 bits",
	registry.CauseNoTLS:          "tls: first record does not look like a TLS handshake",
	registry.CauseOldTLS:         "tls: protocol version not supported",
	registry.CauseNoSuchHost:     "no such host",
}

// describeFailure describes a request without an answer.
func describeFailure(f registry.Failure, e verdict.Evidence) string {
	if words := causeWords[f.Cause]; words != "" {
		return words
	}
	switch words := faultWords[f.Fault]; {
	case f.Fault == registry.FaultTimeout:
		return "no complete answer within " + e.Timeout.String() + " (timeout)"
	case words != "":
		return words
	case f.Detail != "":
		return f.Detail
	default:
		return "the connection failed"
	}
}

// connectionSights say what is known of a connection that failed, and what to do. They
// may be about the registry or its token service.
var connectionSights = map[registry.Cause][]string{
	registry.CauseAuthority:       {"If that authority is private, ca_cert_pem takes its certificate"},
	registry.CauseOtherAuthority:  {"ca_cert_pem does not lead to the server's certificate; its authority or an intermediate one is missing"},
	registry.CauseNoAuthority:     {"The certificate that signed the server's is not an authority's: it lacks CA:TRUE, or keyCertSign in its key usage; both have to be made anew"},
	registry.CauseWeakSignature:   {"The certificate is signed by means of SHA-1; it has to be issued anew"},
	registry.CauseName:            {"The certificate was issued for another host; write one that it names, or have it issued anew"},
	registry.CauseCommonName:      {"The certificate has the host only as its common name; it has to be issued anew with the host in subjectAltName"},
	registry.CauseAddressAsName:   {"The certificate has the IP address as a DNS name; it has to be issued anew with IP: before the address in subjectAltName"},
	registry.CauseExpired:         {"Have the certificate renewed, and check the clock of this machine"},
	registry.CauseChainExpired:    {"The certificate of the authority, or one between, has expired; the server, or ca_cert_pem, still holds the old one"},
	registry.CauseUsage:           {"The certificate was issued for clients; it has to be issued anew with serverAuth"},
	registry.CauseNegativeSerial:  {causeChain + "a negative serial number" + causeIssueAnew},
	registry.CauseMalformedName:   {causeChain + "a DNS name with letters beyond ASCII" + causeIssueAnew},
	registry.CauseMalformedIP:     {causeChain + "an IP address of a wrong length" + causeIssueAnew},
	registry.CauseMalformed:       {causeChain + "parts that break the rules (RFC 5280)" + causeIssueAnew},
	registry.CauseLargeKey:        {causeChain + "an RSA key of more than 8192 bits" + causeIssueAnew},
	registry.CauseNoTLS:           {"The port that was asked speaks another protocol than TLS; write the port of the registry"},
	registry.CauseOldTLS:          {"The server supports no TLS version above 1.1; enable TLS 1.2 there"},
	registry.CauseNoClientCert:    {"Set client_cert_pem and client_key_pem; neither is set"},
	registry.CauseOtherClientCert: {"client_cert_pem is set, but the server accepts client certificates of other authorities only"},
	registry.CauseBadClientCert:   {"client_cert_pem is set, and the server refused it: it has expired, is not for clients, or is of an authority that the server does not accept"},
	registry.CauseProxyRefused:    {"Check the host in registry_url: the proxy cannot reach it, or is not allowed to"},
	registry.CauseProxyAddress:    {"Write the proxy as a URL such as http://user:password@host:3128, with % as %25, / as %2F, # as %23 and @ as %40 in user name and password"},
}

const (
	causeChain     = "A certificate of the server has "
	causeIssueAnew = ", which programs in Go refuse; it has to be issued anew"
)

// connectionObservations say what is known of the connection that failed. What is said
// of the registry's address is not said of its token service's.
func connectionObservations(e verdict.Evidence, v verdict.Verdict) []string {
	cause := seenCause(e)
	ofService := v.Reason == verdict.ReasonExchangeUnavailable
	if !v.Outage && !ofService || ofService && (cause == registry.CauseProxyRefused || cause == registry.CauseNoTLS) {
		return nil
	}
	return connectionSights[cause]
}

// connectionCauses are what else may be the cause, most likely first.
var connectionCauses = map[registry.Cause][]string{
	registry.CauseAuthority:      {"The server does not send the intermediate certificates that lead to its authority", causeIntercepted},
	registry.CauseOtherAuthority: {causeIntercepted},
	registry.CauseName:           {causeIntercepted},
	registry.CauseNegativeSerial: {"Until it is issued anew, GODEBUG=x509negativeserial=1 in the environment of terraform accepts it here"},
	registry.CauseMalformedName:  {"The name has to be written in punycode, as in xn--…"},
	registry.CauseAlert: {
		"A front end that chooses by the host name has no certificate for the one that was asked",
		"The server and this client have no cipher suite in common; the log of the server says so",
	},
	registry.CauseOtherClientCert: {"client_cert_pem lacks the intermediate certificates that lead to an authority which the server accepts, or its key is of a kind that the server does not accept"},
}

const causeIntercepted = "A proxy opens the connection and shows a certificate of its own"

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
