package provider

import (
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/stellaops/terraform-provider-stellaops/internal/credentials"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

// skipVariable is the environment variable that switches the checks off.
const skipVariable = "STELLAOPS_SKIP_CHECKS"

// providerModel holds the provider block. During a plan, any value or part of one may
// be unknown.
type providerModel struct {
	Registries       types.Map    `tfsdk:"registries"`
	AppsettingsPath  types.String `tfsdk:"appsettings_path"`
	DockerConfigPath types.String `tfsdk:"docker_config_path"`
	TrustedRealms    types.List   `tfsdk:"trusted_realms"`
	SkipChecks       types.Bool   `tfsdk:"skip_checks"`
	connectionModel
}

// registryModel is an element of registries.
type registryModel struct {
	Username      types.String `tfsdk:"username"`
	Password      secretValue  `tfsdk:"password"`
	Token         secretValue  `tfsdk:"token"`
	IdentityToken secretValue  `tfsdk:"identity_token"`
}

// places says where to search for credentials.
func (m *providerModel) places(ctx context.Context, environ []string, problems *diag.Diagnostics) credentials.Places {
	entries := map[string]credentials.Entry{}
	for key, element := range m.Registries.Elements() {
		object, ok := element.(types.Object)
		switch {
		case !ok || object.IsNull():
			continue
		case object.IsUnknown():
			entries[key] = credentials.Entry{Unknown: true}
			continue
		}
		var entry registryModel
		problems.Append(object.As(ctx, &entry, basetypes.ObjectAsOptions{})...)
		entries[key] = credentials.Entry{
			Unknown: entry.Username.IsUnknown() || entry.Password.IsUnknown() || entry.Token.IsUnknown() || entry.IdentityToken.IsUnknown(),
			Arguments: credentials.Arguments{
				Username: entry.Username.ValueStringPointer(), Password: entry.Password.secret(),
				Token: entry.Token.secret(), IdentityToken: entry.IdentityToken.secret(),
			},
		}
	}
	setting := func(s types.String) credentials.Setting[string] {
		return credentials.Setting[string]{Value: s.ValueString(), Unknown: s.IsUnknown()}
	}
	return credentials.Places{
		Registries:       credentials.Setting[map[string]credentials.Entry]{Value: entries, Unknown: m.Registries.IsUnknown()},
		Environ:          environ,
		AppsettingsPath:  setting(m.AppsettingsPath),
		DockerConfigPath: setting(m.DockerConfigPath),
		Helpers:          credentials.NewHelpers(),
	}
}

// skipped names the switch that turns the checks off; empty if they are on. The
// argument takes precedence over the environment; an unknown argument is ignored.
func (m *providerModel) skipped(environ []string) (by string, problem diag.Diagnostics) {
	if !m.SkipChecks.IsNull() && !m.SkipChecks.IsUnknown() {
		if m.SkipChecks.ValueBool() {
			return "skip_checks in the provider block", nil
		}
		return "", nil
	}
	value := ""
	for _, entry := range environ {
		if v, ok := strings.CutPrefix(entry, skipVariable+"="); ok {
			value = v
		}
	}
	switch strings.ToLower(value) {
	case "1", "true":
		return skipVariable + " in the environment", nil
	case "", "0", "false":
		return "", nil
	default:
		problem.AddError(skipVariable+" cannot be used", "The environment variable "+skipVariable+" is none of 1, true, 0 and false. Write one of them, or unset it.")
		return "", problem
	}
}

// trustedRealms reads the list; known is false while any part of it is unknown.
func (m *providerModel) trustedRealms(problems *diag.Diagnostics) (realms []string, known bool) {
	known = !m.TrustedRealms.IsUnknown()
	for _, element := range m.TrustedRealms.Elements() {
		value, ok := element.(types.String)
		if !ok || value.IsUnknown() {
			known = false
			continue
		}
		realm := value.ValueString()
		endpoint, err := registry.ParseEndpoint(realm)
		if err != nil || strings.ContainsAny(realm, "/@") || endpoint.Repository() != "" {
			problems.AddError("trusted_realms cannot be used",
				"An entry of trusted_realms in the provider block is no host. Write host or host:port, without scheme and path.")
			continue
		}
		realms = append(realms, realm)
	}
	return realms, known
}
