package provider

// wireFields are the arguments that say how to connect, for the check and, as
// defaults, for the provider block; whose says what they are for there, and kept
// what becomes of the private key.
func wireFields(whose, kept string) []field {
	return []field{
		{name: "timeout", argument: true, text: "Longest time that a whole check may take, retries included, as a Go duration such as `10s` or `1m30s`, " + whose + ". Default `30s`."},
		{name: "retry", kind: kindObject, argument: true, text: "How often a GET is asked that got no answer: after a fault of the connection, 408, 429 and 5xx, " + whose + ". " +
			"Credentials that were refused are never sent again. What is left out here keeps its default.", fields: []field{
			{name: "attempts", kind: kindInt, argument: true, text: "Tries in all, from 1 to 10. Default `3`."},
			{name: "min_delay", argument: true, text: "Delay before the second try, as a Go duration; it doubles from try to try. Default `250ms`."},
			{name: "max_delay", argument: true, text: "Longest delay, as a Go duration, unless the server names one (`Retry-After`). Default `5s`."},
		}},
		{name: "ca_cert_pem", argument: true, text: "Certificates of authorities in PEM that are trusted besides the system's, " + whose + "."},
		{name: "client_cert_pem", argument: true, text: "Client certificate in PEM, with the certificates that lead to its authority behind it, " + whose + ". Needs `client_key_pem`, and must not hold the key itself."},
		{name: "client_key_pem", kind: kindSecret, argument: true, text: "Private key of the client certificate in PEM, without a passphrase, " + whose + ". " + kept},
		{name: "insecure", kind: kindBool, argument: true, text: "Whether to accept any certificate, so that anybody in between can read the credentials, " + whose + ". A warning says so. Default `false`."},
	}
}
