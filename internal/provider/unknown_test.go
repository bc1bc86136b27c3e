package provider

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/stellaops/terraform-provider-stellaops/internal/credentialstest"
)

// notKnown is a value that only the apply will show.
func notKnown(typ tftypes.Type) tftypes.Value { return tftypes.NewValue(typ, tftypes.UnknownValue) }

// withUnknown has one part of the registry's entry in registries unknown.
func withUnknown(part string) func(*setup, string) {
	return func(s *setup, host string) {
		parts := map[string]tftypes.Value{"username": str("ci"), "password": str(canary)}
		parts[part] = notKnown(tftypes.String)
		s.block["registries"] = tftypes.NewValue(registriesType, map[string]tftypes.Value{host: registryEntry(parts)})
	}
}

// unknownSetting has one argument of the provider block unknown.
func unknownSetting(name string, typ tftypes.Type) func(*setup, string) {
	return func(s *setup, _ string) { s.block[name] = notKnown(typ) }
}

func TestDataSource_Read_RefusesAnUnknownSettingThatItNeeds(t *testing.T) {
	t.Parallel()
	const asArguments = "Pass the credentials to this check as arguments"
	for _, row := range []struct {
		name    string
		arrange func(s *setup, host string)
		setting string
		advice  string
	}{
		{"registries", unknownSetting("registries", registriesType), "registries", asArguments},
		{"the entry of registries", func(s *setup, host string) {
			s.block["registries"] = tftypes.NewValue(registriesType, map[string]tftypes.Value{host: notKnown(entryType)})
		}, "registries", asArguments},
		{"a user name in registries", withUnknown("username"), "registries", asArguments},
		{"a password in registries", withUnknown("password"), "registries", asArguments},
		{"a token in registries", withUnknown("token"), "registries", asArguments},
		{"an identity token in registries", withUnknown("identity_token"), "registries", asArguments},
		{"appsettings_path", unknownSetting("appsettings_path", tftypes.String), "appsettings_path", asArguments},
		{"docker_config_path", unknownSetting("docker_config_path", tftypes.String), "docker_config_path", asArguments},
		{"timeout", unknownSetting("timeout", tftypes.String), "timeout", "Write one in the check"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			needs, own := locked(t, "ci", canary)
			s := newSetup()
			row.arrange(s, own.host)
			server := s.server(t) // which configures the provider without an error
			diag := refused(t, server, s.asks(needs.URL), "")
			contains(t, diag.Summary, row.setting+" in the provider block is not known yet")
			contains(t, diag.Detail, row.advice, "only after the apply")
			only(t, needs)
			for _, p := range []place{argumentsPlace, placeNamed("docker_config_json")} {
				fake, own := locked(t, "ci", canary)
				check := newSetup()
				p.put(t, check, own)
				check.check["timeout"] = str("30s")
				is(t, checked(t, server, check.asks(fake.URL)), map[string]string{"reason": "accepted", "credential_source": p.source})
			}
		})
	}
}

func TestDataSource_Read_IgnoresAnUnknownSettingThatItDoesNotNeed(t *testing.T) {
	t.Parallel()
	realms := tftypes.List{ElementType: tftypes.String}
	for _, row := range []struct {
		name    string
		arrange func(s *setup, host string)
		login   string // place of the login
	}{
		{"the entry of another registry, for the entry of this one", func(s *setup, _ string) {
			entries := map[string]tftypes.Value{}
			if err := s.block["registries"].As(&entries); err != nil {
				t.Error(err)
			}
			entries["registry.example.com"] = notKnown(entryType)
			s.block["registries"] = tftypes.NewValue(registriesType, entries)
		}, "registries"},
		{"the entry of another registry, for a later source", func(s *setup, _ string) { withUnknown("password")(s, "registry.example.com") }, "the Docker configuration"},
		{"a source behind the first that has a login", unknownSetting("appsettings_path", tftypes.String), "registries"},
		{"a source behind the environment", unknownSetting("docker_config_path", tftypes.String), "the environment"},
		{"skip_checks, which counts as not set", unknownSetting("skip_checks", tftypes.Bool), "registries"},
		{"trusted_realms where the registry has no realm", unknownSetting("trusted_realms", realms), "registries"},
		{"one of trusted_realms where the registry has no realm", func(s *setup, _ string) {
			s.block["trusted_realms"] = tftypes.NewValue(realms, []tftypes.Value{str("auth.example.com"), notKnown(tftypes.String)})
		}, "registries"}, // TestProviderModel_TrustedRealms has the checks that need it
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			fake, own := locked(t, "ci", canary)
			s, p := newSetup(), placeNamed(row.login)
			p.put(t, s, own)
			row.arrange(s, own.host)
			is(t, checked(t, s.server(t), s.asks(fake.URL)), map[string]string{"reason": "accepted", "credential_source": p.source})
			only(t, fake, "", own.header())
		})
	}
}

func TestMerger_Merge_TimeoutOfTheProviderBlockIsTheDefault(t *testing.T) {
	t.Parallel()
	const cannot = "timeout in the provider block cannot be used"
	for _, row := range []struct{ name, block, check, want string }{ // want is a reason, or the summary of an error
		{"it is used where the check has none", "1ns", "", "timeout"},
		{"that of the check wins", "1ns", "30s", "accepted"},
		{"that of the check wins over one that is no duration", canary, "30s", "accepted"},
		{"an empty one is not set", "", "", "accepted"},
		{"one that is no duration is an error", canary, "", cannot},
		{"zero is an error", "0s", "", cannot},
		{"less than zero is an error", "-1s", "", cannot},
		{"a number without a unit is an error", "10", "", cannot},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			fake, own := locked(t, "ci", canary)
			s := newSetup()
			s.block["timeout"] = str(row.block)
			argumentsPlace.put(t, s, own)
			arguments := s.asks(fake.URL)
			if row.check != "" {
				arguments["timeout"] = str(row.check)
			}
			if row.want == cannot {
				contains(t, refused(t, s.server(t), arguments, "").Summary, cannot)
				only(t, fake)
				return
			}
			is(t, checked(t, s.server(t), arguments), map[string]string{"reason": row.want})
		})
	}
}

// wrote is what a user wrote, good or bad; {host} stands for the registry and
// {helper} for the helper.
type wrote struct {
	payload, settings, docker string
	environ, keys             []string
	block                     map[string]string
	helper                    credentialstest.Helper
}

func (w wrote) setup(t *testing.T, host string) *setup {
	t.Helper()
	s := newSetup()
	for argument, path := range w.block {
		s.block[argument] = str(path)
	}
	helper := ""
	if strings.Contains(w.docker, "{helper}") {
		helper = w.helper.Install(t)
	}
	fill := strings.NewReplacer("{host}", host, "{helper}", helper, "{empty}", "").Replace
	if w.payload != "" {
		s.check["docker_config_json"] = str(fill(w.payload))
	}
	if w.settings != "" {
		s.file(t, "appsettings_path", fill(w.settings))
	}
	if w.docker != "" {
		s.file(t, "docker_config_path", fill(w.docker))
	}
	for _, entry := range w.environ {
		s.environ = append(s.environ, fill(entry))
	}
	var logins []login
	for _, key := range w.keys {
		logins = append(logins, login{fill(key), "ci", canary})
	}
	placeNamed("registries").put(t, s, logins...)
	return s
}
