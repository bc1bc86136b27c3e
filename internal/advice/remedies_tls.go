package advice

import "github.com/stellaops/terraform-provider-stellaops/internal/registry"

// lookCertificate prints the certificate of the server.
const lookCertificate = "openssl s_client -connect {dial} -servername {hostname} < /dev/null | openssl x509 -noout -subject -issuer -dates"

// Steps about the certificate of the registry.
const (
	noteCertificate = "# See which certificate the registry shows"
	noteAuthority   = "# Where the plan is made: put the certificate of that authority into ca_cert_pem of the check or of the provider block"
)

// remedyTrust is for a certificate that is not trusted.
var remedyTrust = always(
	Remediation{platformCompose, []string{
		noteCertificate,
		lookCertificate,
		"# See whether the container trusts it",
		"docker compose exec platform " + askAnonymously,
		"# Install the authority that signed it: mount registry-ca.crt into /usr/local/share/ca-certificates of the container",
		recreateCompose,
		"docker compose exec -u root platform update-ca-certificates",
		noteAuthority,
		"terraform plan",
	}},
	Remediation{platformSystemd, []string{
		noteCertificate,
		lookCertificate,
		"# Install the authority that signed it",
		"sudo cp registry-ca.crt /usr/local/share/ca-certificates/registry-ca.crt",
		"sudo update-ca-certificates",
		restartSystemd,
		noteAuthority,
		"terraform plan",
	}},
	Remediation{platformKubernetes, []string{
		noteCertificate,
		lookCertificate,
		"# See whether the cluster trusts it",
		inCluster + "-sS -o /dev/null -w '%{http_code}\\n' {url}",
		"# Install the authority that signed it: have values.yaml mount this where the chart takes authorities from",
		"kubectl create configmap registry-ca --from-file=registry-ca.crt --dry-run=client -o yaml | kubectl apply -f -",
		upgradeHelm,
		noteAuthority,
		"terraform plan",
	}},
	Remediation{platformRegistry, []string{
		"Renew the certificate if it has expired, for the name that clients use.",
		"Have the registry send the intermediate certificates with it.",
	}},
)

// connectionRemedies replace the remedy of a reason where more is known.
var connectionRemedies = map[registry.Cause]remedy{
	registry.CauseWeakSignature:  remedyIssue,
	registry.CauseName:           remedyIssue,
	registry.CauseCommonName:     remedyIssue,
	registry.CauseAddressAsName:  remedyIssue,
	registry.CauseExpired:        remedyIssue,
	registry.CauseUsage:          remedyIssue,
	registry.CauseNegativeSerial: remedyIssue,
	registry.CauseMalformedName:  remedyIssue,
	registry.CauseMalformedIP:    remedyIssue,
	registry.CauseMalformed:      remedyIssue,
	registry.CauseLargeKey:       remedyIssue,
}

// remedyIssue is for a certificate that no client could be made to trust.
var remedyIssue = everywhere([]string{
	noteCertificate,
	"openssl s_client -connect {dial} -servername {hostname} < /dev/null | openssl x509 -noout -subject -issuer -dates -serial -ext subjectAltName",
	"# Have the certificate issued anew at the registry, or write a host in registry_url that it names, then plan again",
	"terraform plan",
}, "Issue the certificate anew: the host that clients use in subjectAltName (an address as IP:), a serial number above zero, a key of at most 8192 bits, SHA-256 or better.",
	"Have the registry send it with the intermediate certificates, and look at these as well.")

// remedyClientCert is for a server that requires a client certificate.
var remedyClientCert = everywhere([]string{
	"# See whose client certificate it is, who signed it and until when it is valid",
	"openssl x509 -noout -subject -issuer -dates -in client.crt",
	"# Set client_cert_pem and client_key_pem where the plan is made, in the check or in the provider block",
	"terraform plan",
}, "Look which authority the registry, or what stands in front of it, accepts client certificates from.")

// remedyPlainHTTP is for a port without TLS.
var remedyPlainHTTP = everywhere([]string{
	"# See what answers there without TLS",
	"curl -sS -o /dev/null -w '%{http_code}\\n' {plain}",
	"# Name the port that has TLS in registry_url, or write http:// there if credentials may travel unencrypted",
	"terraform plan",
}, "Put TLS on the registry, or on a proxy in front of it.")

// remedyTLSVersion is for a client and a server without a common version of TLS.
var remedyTLSVersion = everywhere([]string{
	"# See which TLS the server speaks; with none, registry_url names another port than that of the registry",
	"openssl s_client -connect {dial} -servername {hostname} < /dev/null | grep -E 'Protocol|Cipher'",
	"# Correct the port in registry_url, or enable TLS at the registry, then plan again",
	"terraform plan",
}, "Enable TLS 1.2 or 1.3.")
