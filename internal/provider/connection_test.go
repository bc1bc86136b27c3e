package provider

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/stellaops/terraform-provider-stellaops/internal/registrytest"
)

var retryType = tftypes.Object{AttributeTypes: map[string]tftypes.Type{"attempts": tftypes.Number, "min_delay": tftypes.String, "max_delay": tftypes.String}}

// retryValue is the argument with these parts.
func retryValue(parts map[string]tftypes.Value) tftypes.Value {
	return tftypes.NewValue(retryType, withNulls(retryType, parts))
}

func attempts(n int) map[string]tftypes.Value {
	return map[string]tftypes.Value{"attempts": tftypes.NewValue(tftypes.Number, n)}
}

func truth(b bool) tftypes.Value { return tftypes.NewValue(tftypes.Bool, b) }

func unknownValue(typ tftypes.Type) tftypes.Value {
	return tftypes.NewValue(typ, tftypes.UnknownValue)
}

func TestMerger_Retry_MergesEachPart(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name       string
		block, own tftypes.Value
		asked      int
	}{
		{"nothing configured", tftypes.NewValue(retryType, nil), tftypes.NewValue(retryType, nil), 3},
		{"by the provider block", retryValue(attempts(2)), tftypes.NewValue(retryType, nil), 2},
		{"by the check", retryValue(attempts(2)), retryValue(attempts(4)), 4},
		{"another part by the check", retryValue(attempts(2)), retryValue(map[string]tftypes.Value{"min_delay": str("1ms")}), 2},
		{"not at all", retryValue(attempts(2)), retryValue(attempts(1)), 1},
		{"unknown, and not needed", retryValue(map[string]tftypes.Value{"attempts": unknownValue(tftypes.Number)}), retryValue(attempts(1)), 1},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			fake := registrytest.New(t, func(string) registrytest.Response { return registrytest.Status(503) })
			got, diags := newServerWith(t, map[string]tftypes.Value{"retry": row.block}).read(t.Context(), t, map[string]tftypes.Value{"registry_url": str(fake.URL), "retry": row.own})
			if len(diags) > 0 {
				t.Fatal(diags[0])
			}
			if n := len(fake.Requests()); n != row.asked || asString(t, got["reason"]) != "server_error" {
				t.Errorf("asked %d times, want %d; reason %s", n, row.asked, asString(t, got["reason"]))
			}
			if !got["retry"].Equal(row.own) {
				t.Errorf("retry came back as %s", got["retry"])
			}
		})
	}
}

func TestDataSource_Read_UsesTLSArguments(t *testing.T) {
	t.Parallel()
	fake := registrytest.NewTLS(t, func(string) registrytest.Response { return registrytest.OK() })
	authority := str(fake.CertificatePEM())
	certificate, key := certificatePEM(t)
	for _, row := range []struct {
		name       string
		block, own map[string]tftypes.Value
		reason     string
		warnings   int
	}{
		{"none", nil, nil, "tls_untrusted", 0},
		{"the authority in the check", nil, map[string]tftypes.Value{"ca_cert_pem": authority}, "anonymous_accepted", 0},
		{"the authority in the provider block", map[string]tftypes.Value{"ca_cert_pem": authority}, nil, "anonymous_accepted", 0},
		{"another authority in the check", map[string]tftypes.Value{"ca_cert_pem": authority}, map[string]tftypes.Value{"ca_cert_pem": str(certificate)}, "tls_untrusted", 0},
		{"an empty authority in the check counts as left out", map[string]tftypes.Value{"ca_cert_pem": authority}, map[string]tftypes.Value{"ca_cert_pem": str("")}, "anonymous_accepted", 0},
		{"insecure in the check", nil, map[string]tftypes.Value{"insecure": truth(true)}, "anonymous_accepted", 1},
		{"insecure in the provider block", map[string]tftypes.Value{"insecure": truth(true)}, nil, "anonymous_accepted", 1},
		{"insecure taken back in the check", map[string]tftypes.Value{"insecure": truth(true)}, map[string]tftypes.Value{"insecure": truth(false)}, "tls_untrusted", 0},
		{"a client certificate", map[string]tftypes.Value{"ca_cert_pem": authority}, map[string]tftypes.Value{"client_cert_pem": str(certificate), "client_key_pem": str(key)}, "anonymous_accepted", 0},
		{"unknown in the provider block, and not needed", map[string]tftypes.Value{"ca_cert_pem": unknownValue(tftypes.String), "insecure": unknownValue(tftypes.Bool)}, map[string]tftypes.Value{"ca_cert_pem": authority, "insecure": truth(false)}, "anonymous_accepted", 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			arguments := map[string]tftypes.Value{"registry_url": str(fake.URL)}
			maps.Copy(arguments, row.own)
			got, diags := newServerWith(t, row.block).read(t.Context(), t, arguments)
			if len(diags) != row.warnings {
				t.Fatalf("%d diagnostics, want %d: %v", len(diags), row.warnings, diags)
			}
			for _, d := range diags {
				if d.Severity != tfprotov6.DiagnosticSeverityWarning || !strings.Contains(d.Summary, "not verified") {
					t.Errorf("got %v", d)
				}
			}
			if reason := asString(t, got["reason"]); reason != row.reason {
				t.Errorf("reason %s, want %s: %s", reason, row.reason, asString(t, got["message"]))
			}
			if !got["client_key_pem"].IsNull() {
				t.Error("the key came back")
			}
		})
	}
}

func TestMerger_Merge_Errors(t *testing.T) {
	t.Parallel()
	const secret = "c4nary-in-a-key"
	certificate, key := certificatePEM(t)
	for _, row := range []struct {
		name       string
		block, own map[string]tftypes.Value
		summary    string
	}{
		{"an authority that is no PEM", nil, map[string]tftypes.Value{"ca_cert_pem": str(secret)}, "ca_cert_pem cannot be used"},
		{"one in the provider block", map[string]tftypes.Value{"ca_cert_pem": str(secret)}, nil, "ca_cert_pem in the provider block cannot be used"},
		{"a key that is no PEM", nil, map[string]tftypes.Value{"client_cert_pem": str(certificate), "client_key_pem": str(secret)}, "client_key_pem cannot be used"},
		{"a certificate without its key", nil, map[string]tftypes.Value{"client_cert_pem": str(certificate)}, "client_key_pem cannot be used"},
		{"a pair from two places", map[string]tftypes.Value{"client_key_pem": str(key)}, map[string]tftypes.Value{"client_cert_pem": str(certificate)}, "client_key_pem cannot be used"},
		{"a key without its certificate in the provider block", map[string]tftypes.Value{"client_key_pem": str(key)}, nil, "client_cert_pem in the provider block cannot be used"},
		{"no attempts", nil, map[string]tftypes.Value{"retry": retryValue(attempts(0))}, "retry.attempts cannot be used"},
		{"too many attempts", nil, map[string]tftypes.Value{"retry": retryValue(attempts(11))}, "retry.attempts cannot be used"},
		{"attempts below zero in the provider block", map[string]tftypes.Value{"retry": retryValue(attempts(-1))}, nil, "retry.attempts in the provider block cannot be used"},
		{"a delay that is none", nil, map[string]tftypes.Value{"retry": retryValue(map[string]tftypes.Value{"min_delay": str(secret)})}, "retry.min_delay cannot be used"},
		{"a delay below zero", nil, map[string]tftypes.Value{"retry": retryValue(map[string]tftypes.Value{"max_delay": str("-1s")})}, "retry.max_delay cannot be used"},
		{"an authority that is not known yet", map[string]tftypes.Value{"ca_cert_pem": unknownValue(tftypes.String)}, nil, "ca_cert_pem in the provider block is not known yet"},
		{"a key that is not known yet", map[string]tftypes.Value{"client_cert_pem": str(certificate), "client_key_pem": unknownValue(tftypes.String)}, nil, "client_key_pem in the provider block is not known yet"},
		{"a certificate that is not known yet", map[string]tftypes.Value{"client_cert_pem": unknownValue(tftypes.String), "client_key_pem": str(key)}, nil, "client_cert_pem in the provider block is not known yet"},
		{"a key without its certificate, beside a pair in the provider block", map[string]tftypes.Value{"client_cert_pem": str(certificate), "client_key_pem": str(key)}, map[string]tftypes.Value{"client_key_pem": str(key)}, "client_cert_pem cannot be used"},
		{"attempts that are not known yet", map[string]tftypes.Value{"retry": retryValue(map[string]tftypes.Value{"attempts": unknownValue(tftypes.Number)})}, nil, "retry.attempts in the provider block is not known yet"},
		{"insecure that is not known yet", map[string]tftypes.Value{"insecure": unknownValue(tftypes.Bool)}, nil, "insecure in the provider block is not known yet"},
		{"retry that is not known yet", map[string]tftypes.Value{"retry": unknownValue(retryType)}, nil, "retry in the provider block is not known yet"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			fake := registrytest.New(t, func(string) registrytest.Response { return registrytest.OK() })
			arguments := map[string]tftypes.Value{"registry_url": str(fake.URL)}
			maps.Copy(arguments, row.own)
			_, diags := newServerWith(t, row.block).read(t.Context(), t, arguments)
			if len(diags) != 1 || diags[0].Severity != tfprotov6.DiagnosticSeverityError || diags[0].Summary != row.summary {
				t.Fatalf("got %v, want the error %q", diags, row.summary)
			}
			if onArgument := diags[0].Attribute != nil; onArgument == strings.Contains(row.summary, "provider block") {
				t.Errorf("the error is on %s", diags[0].Attribute)
			}
			if strings.Contains(diags[0].Detail, secret) {
				t.Errorf("the error repeats the value: %s", diags[0].Detail)
			}
			if n := len(fake.Requests()); n != 0 {
				t.Errorf("%d requests", n)
			}
		})
	}
}

// TestDataSource_Read_WarnsOfAnInsecureTokenService has a registry without TLS whose
// token service has it.
func TestDataSource_Read_WarnsOfAnInsecureTokenService(t *testing.T) {
	t.Parallel()
	service := registrytest.NewTLS(t, func(string) registrytest.Response {
		return registrytest.Response{Status: 200, Body: `{"token":"minted"}`}
	})
	fake := registrytest.New(t, registrytest.ByAuthorization("Bearer minted",
		registrytest.Unauthorized(`Bearer realm="`+service.URL+`/token",service="r"`), registrytest.OK(), registrytest.Unauthorized(`Basic realm="test"`)))
	for insecure, want := range map[bool][]string{true: {service.Host()}, false: nil} {
		got, diags := startServer(t).read(t.Context(), t, map[string]tftypes.Value{
			"registry_url": str(fake.URL), "username": str("ci"), "password": str("right"), "insecure": truth(insecure),
		})
		var warned []string
		for _, d := range diags {
			warned = append(warned, strings.TrimSuffix(strings.TrimPrefix(d.Detail, "insecure is set, so anybody between this machine and "),
				" can read the credentials. ca_cert_pem takes the certificate of a private authority."))
		}
		if !slices.Equal(warned, want) {
			t.Errorf("insecure %t: warned of %q, want %q: %s", insecure, warned, want, asString(t, got["message"]))
		}
	}
}
