package doctor

// outageReasons are the reasons of answers that say nothing about credentials.
var outageReasons = []Entry{{
	Reason: ReasonDNSFailure, Status: "fail",
	Meaning:  "The host name could not be resolved.",
	sentence: "{registry} could not be asked about {credential}: {answer}",
	causes: []string{
		"The host in registry_url is mistyped",
		"The name exists only in another network, or the name server cannot be reached from here",
	},
	remedy: remedyReach,
}, {
	Reason: ReasonConnectionRefused, Status: "fail",
	Meaning:  "Nothing listens at the address.",
	sentence: "{registry} could not be asked about {credential}: {answer}",
	causes: []string{
		"The registry is not running",
		"The port in registry_url is wrong",
		"A firewall refuses the connection",
	},
	remedy: remedyReach,
}, {
	Reason: ReasonConnectionFailed, Status: "fail",
	Meaning:  "The connection failed, or the answer was cut off.",
	sentence: "{registry} could not be asked about {credential}: {answer}",
	causes: []string{
		"The registry or a proxy in front of it broke off the connection",
		"Something that is no web server listens on this port",
		"HTTPS_PROXY or HTTP_PROXY names a proxy that cannot be reached, or the registry is missing in NO_PROXY",
		"The network in between is faulty",
	},
	remedy: remedyReach,
}, {
	Reason: ReasonTimeout, Status: "fail",
	Meaning:  "No complete answer came before the deadline.",
	sentence: "{registry} could not be asked about {credential}: {answer}",
	causes: []string{
		"A firewall drops the packets, or the registry is reachable from another network only",
		"The registry is overloaded, or timeout is too short for it",
	},
	remedy: remedyReach,
}, {
	Reason: ReasonTLSUntrusted, Status: "fail",
	Meaning:  "The registry's certificate is not trusted, has expired or is for another name.",
	sentence: "{registry} could not be asked about {credential}: {answer}",
	causes:   []string{causeIntercepted}, // the others depend on the certificate
	remedy:   remedyTrust,
}, {
	Reason: ReasonTLSClientCert, Status: "fail",
	Meaning:  "The registry, or what stands in front of it, wants a client certificate, or another one than is configured.",
	sentence: "{registry} wants a client certificate, so it could not be asked about {credential}: {answer}",
	causes: []string{
		"client_cert_pem and client_key_pem are not set for this registry",
		"The client certificate has expired, or was signed by an authority that the registry does not accept",
		"registry_url names an address that is for other clients only",
	},
	remedy: remedyClientCert,
}, {
	Reason: ReasonTLSFailed, Status: "fail",
	Meaning:  "The TLS handshake failed for another reason.",
	sentence: "{registry} could not be asked about {credential}: {answer}",
	causes: []string{
		"The port does not speak TLS",
		"The server knows no TLS version above 1.1",
	},
	remedy: remedyTLSVersion,
}, {
	Reason: ReasonPlainHTTPRegistry, Status: "fail",
	Meaning:  "The registry answers plain HTTP where https is asked.",
	sentence: "{registry} could not be asked about {credential}: {answer}",
	causes: []string{
		"The registry has no TLS; if credentials may travel unencrypted to it, write http:// in registry_url",
		"TLS is on another port",
	},
	remedy: remedyPlainHTTP,
}, {
	Reason: ReasonUnexpectedRedirect, Status: "fail",
	Meaning:  "The answer is a redirect to another host, port or scheme; nothing was sent there.",
	sentence: "{registry} did not answer about {credential} but pointed elsewhere: {answer}",
	causes: []string{
		"registry_url is not the address under which the registry itself answers",
		"A login page or a captive portal stands in front of the registry",
	},
	remedy: remedyAddress,
}, {
	Reason: ReasonProxyAuthRequired, Status: "fail",
	Meaning:  "The proxy wants a login of its own.",
	sentence: "{registry} could not be asked about {credential}: {answer}",
	causes: []string{
		"HTTPS_PROXY or HTTP_PROXY names a proxy without user name and password, or with wrong ones",
		"The registry should be reached directly and is missing in NO_PROXY",
	},
	remedy: remedyReach,
}, {
	Reason: ReasonRateLimited, Status: "fail",
	Meaning:  "The registry limits requests for now.",
	sentence: "{registry} did not judge {credential}: {answer}",
	causes: []string{
		"Too many requests came from this address or for this account",
		"Repeated failed logins locked the account or the address for a while",
	},
	remedy: remedyLimited,
}, {
	Reason: ReasonServerError, Status: "fail",
	Meaning:  "The registry has a fault of its own.",
	sentence: "{registry} did not judge {credential}: {answer}",
	causes: []string{
		"The registry, its storage or the proxy in front of it is down or being restarted",
	},
	remedy: remedyWait,
}, {
	Reason: ReasonNotARegistry, Status: "fail",
	Meaning:  "What answers is no OCI registry.",
	sentence: "What answers for {registry} is no OCI registry, so {credential} could not be judged: {answer}",
	causes: []string{
		"registry_url points at a web page, a portal or another service",
		"The registry lives under another host, port or base path",
	},
	remedy: remedyAddress,
}}
