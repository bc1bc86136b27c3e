package advice_test

import (
	"strings"
	"testing"

	"github.com/stellaops/terraform-provider-stellaops/internal/advice"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/verdict"
)

// TestOf_CausesFollowTheConnection has each cause of a connection that failed: the first
// of the likely causes is about it, and none says what is not so.
func TestOf_CausesFollowTheConnection(t *testing.T) {
	t.Parallel()
	const (
		untrusted, broken, client = registry.FaultUntrusted, registry.FaultTLS, registry.FaultClientCert
		notSet                    = "are not set"
		setCA                     = "not installed on this machine"
		noTLS                     = "does not speak TLS"
		otherHost                 = "another host"
	)
	seen := map[string]registry.Cause{}
	for _, row := range []struct {
		cause  registry.Cause
		fault  registry.Fault
		want   string   // in the first cause
		never  []string // in any
		remedy string   // in the remediation; "" for any
	}{
		{registry.CauseAuthority, untrusted, "ca_cert_pem takes its certificate", []string{otherHost}, "ca_cert_pem"},
		{registry.CauseOtherAuthority, untrusted, "ca_cert_pem is set, but", []string{setCA, otherHost}, "ca_cert_pem"},
		{registry.CauseNoAuthority, untrusted, "lacks CA:TRUE", []string{setCA, otherHost}, "ca_cert_pem"},
		{registry.CauseWeakSignature, untrusted, "SHA-1", []string{setCA, otherHost}, "issued anew"},
		{registry.CauseName, untrusted, otherHost, []string{setCA}, "issued anew"},
		{registry.CauseCommonName, untrusted, "only as its common name", []string{setCA, otherHost}, "issued anew"},
		{registry.CauseAddressAsName, untrusted, "as a DNS name", []string{setCA, otherHost}, "issued anew"},
		{registry.CauseExpired, untrusted, "has expired", []string{setCA, otherHost}, "issued anew"},
		{registry.CauseChainExpired, untrusted, "certificate of the authority, or one between, has expired", []string{setCA, otherHost}, "ca_cert_pem"},
		{registry.CauseUsage, untrusted, "serverAuth", []string{setCA, otherHost}, "issued anew"},
		{registry.CauseNegativeSerial, broken, "negative serial number", []string{noTLS, "TLS version"}, "issued anew"},
		{registry.CauseMalformedName, broken, "DNS name with letters beyond ASCII", []string{noTLS, "TLS version"}, "issued anew"},
		{registry.CauseMalformedIP, broken, "IP address of a wrong length", []string{noTLS, "TLS version"}, "issued anew"},
		{registry.CauseMalformed, broken, "breaks the rules for certificates", []string{noTLS, "TLS version"}, "issued anew"},
		{registry.CauseLargeKey, broken, "RSA key of more than 8192 bits", []string{noTLS, "TLS version"}, "issued anew"},
		{registry.CauseNoTLS, broken, noTLS, []string{"TLS version"}, "Correct the port"},
		{registry.CauseOldTLS, broken, "no TLS version above 1.1", []string{noTLS}, "Enable TLS 1.2"},
		{registry.CauseAlert, broken, "no certificate for the one that was asked", []string{noTLS, "TLS version"}, ""},
		{"", broken, "in between disturbs the connection", []string{noTLS, "TLS version"}, ""},
		{registry.CauseNoClientCert, client, notSet, nil, "client_cert_pem"},
		{registry.CauseOtherClientCert, client, "client_cert_pem is set, but the server accepts client certificates of other authorities", []string{notSet}, "client_cert_pem"},
		{registry.CauseBadClientCert, client, "client_cert_pem is set, but has expired", []string{notSet}, "client_cert_pem"},
		{registry.CauseProxyAddress, registry.FaultDNS, "HTTPS_PROXY or HTTP_PROXY", nil, ""},
		{registry.CauseProxyAddress, registry.FaultTimeout, "HTTPS_PROXY or HTTP_PROXY", nil, ""},
	} {
		answer := failed(row.fault)
		answer.Failure.Cause = row.cause
		report := check(t, &script{r0: *answer}, userAndPassword)
		if !contains(report.Causes[0], row.want) {
			t.Errorf("%s: the first of the causes %q is not about %q", row.cause, report.Causes, row.want)
		}
		for _, never := range row.never {
			if text := strings.Join(report.Causes, "\n"); contains(text, never) {
				t.Errorf("%s: %q in\n%s", row.cause, never, text)
			}
		}
		if other, twice := seen[report.Causes[0]]; twice && other != row.cause {
			t.Errorf("%s and %s have the same first cause", row.cause, other)
		}
		seen[report.Causes[0]] = row.cause
		var steps strings.Builder
		for _, remediation := range report.Remediation {
			steps.WriteString(strings.Join(remediation.Steps, "\n"))
		}
		if !contains(steps.String(), row.remedy) {
			t.Errorf("%s: no %q in\n%s", row.cause, row.remedy, steps.String())
		}
	}
}

// TestOf_AForeignClientCertificateIsNotCalledMissing has one refused in the handshake,
// and by a page of nginx.
func TestOf_AForeignClientCertificateIsNotCalledMissing(t *testing.T) {
	t.Parallel()
	refused := failed(registry.FaultClientCert)
	refused.Failure.Cause = registry.CauseOtherClientCert
	for name, answer := range map[string]*registry.Answer{
		"an alert": refused,
		"a page":   {Status: 400, IsHTML: true, ClientCert: true, Cause: registry.CauseOtherClientCert},
	} {
		report := check(t, &script{r0: *answer}, userAndPassword)
		if report.Reason != verdict.ReasonTLSClientCert || !contains(report.Message, "registry.example.com wants another client certificate") || !contains(report.Causes[0], "client_cert_pem is set") {
			t.Errorf("%s: %s: %s %q", name, report.Reason, report.Message, report.Causes)
		}
	}
}

// TestOf_NamesTheCauseAtTheTokenService has a token service with an authority of its own.
func TestOf_NamesTheCauseAtTheTokenService(t *testing.T) {
	t.Parallel()
	refused := failed(registry.FaultUntrusted)
	refused.Failure.Cause = registry.CauseOtherAuthority
	e := verdict.Evidence{
		Endpoint: endpoint(t, "registry.example.com"), Credential: verdict.CredentialFacts{Method: registry.MethodBasic, Username: "ci", HasPassword: true},
		Anonymous: unauthorized(bearerChallenge), Authenticated: unauthorized(bearerChallenge),
		Exchange: &registry.TokenAnswer{Answer: *refused, Endpoint: "https://auth.example.com/token"},
	}
	if causes := advice.Of(e, verdict.Judge(e)).Causes; !contains(causes[0], "ca_cert_pem is set, but") {
		t.Errorf("causes %q", causes)
	}
}
