package provider

import (
	"context"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// checkModel holds the arguments of a check.
type checkModel struct {
	RegistryURL      types.String
	Username         types.String
	Password         secretValue
	Token            secretValue
	IdentityToken    secretValue
	DockerConfigJSON secretValue
	Access           types.List
	TokenExchange    types.Bool
	RequireVerified  types.Bool
	wireModel
}

// secretArguments are those that must not reach the state.
var secretArguments = []string{"password", "token", "identity_token", "docker_config_json", "client_key_pem"}

// checkValues are arguments and attributes of a check as the wire protocol has
// them, by name. They are read and written without reflection, which took a third
// of what a check costs here.
type checkValues map[string]tftypes.Value

// readCheck takes a configuration apart.
func readCheck(ctx context.Context, config tftypes.Value) (checkValues, checkModel, diag.Diagnostics) {
	var diags diag.Diagnostics
	var configured map[string]tftypes.Value
	if err := config.As(&configured); err != nil {
		diags.AddError("The configuration cannot be read", "It is not what the schema says, which is a fault of the provider or of the CLI. Please report it.")
		return nil, checkModel{}, diags
	}
	values := checkValues(maps.Clone(configured)) // the map is the configuration's own
	for _, f := range checkFields {
		if f.argument && !values[f.name].IsFullyKnown() { // the CLI waits with such a check
			diags.AddAttributeError(path.Root(f.name), f.name+" is not known yet", "The check cannot be made before it is. This is a fault of the CLI: please report it.")
		}
	}
	if diags.HasError() {
		return nil, checkModel{}, diags
	}
	m := checkModel{
		RegistryURL:      values.string("registry_url"),
		Username:         values.string("username"),
		Password:         values.secret("password"),
		Token:            values.secret("token"),
		IdentityToken:    values.secret("identity_token"),
		DockerConfigJSON: values.secret("docker_config_json"),
		TokenExchange:    values.bool("token_exchange"),
		RequireVerified:  values.bool("require_verified"),
		wireModel: wireModel{
			Timeout:       values.string("timeout"),
			CACertPEM:     values.string("ca_cert_pem"),
			ClientCertPEM: values.string("client_cert_pem"),
			ClientKeyPEM:  values.secret("client_key_pem"),
			Insecure:      values.bool("insecure"),
		},
	}
	// Few checks have these, so that they may cost more.
	if value := values["access"]; !value.IsNull() {
		access, err := checkSchema().access.ValueFromTerraform(ctx, value)
		if list, ok := access.(types.List); ok && err == nil {
			m.Access = list
		} else {
			diags.AddAttributeError(path.Root("access"), "access cannot be used", "It is no list of repositories with their actions.")
		}
	}
	if value := values["retry"]; !value.IsNull() {
		retry, err := checkSchema().retry.ValueFromTerraform(ctx, value)
		if object, ok := retry.(types.Object); ok && err == nil {
			m.Retry = object
		} else {
			diags.AddAttributeError(path.Root("retry"), "retry cannot be used", "Its attempts must be a whole number, and its delays text such as 1s.")
		}
	}
	return values, m, diags
}

func (v checkValues) string(name string) types.String {
	value := v[name]
	switch {
	case value.IsNull():
		return types.StringNull()
	case !value.IsKnown():
		return types.StringUnknown()
	}
	var s string
	_ = value.As(&s) // its type is that of the schema
	return types.StringValue(s)
}

func (v checkValues) secret(name string) secretValue { return secretFrom(v.string(name)) }

func (v checkValues) bool(name string) types.Bool {
	value := v[name]
	switch {
	case value.IsNull():
		return types.BoolNull()
	case !value.IsKnown():
		return types.BoolUnknown()
	}
	var b bool
	_ = value.As(&b) // its type is that of the schema
	return types.BoolValue(b)
}

// dropSecrets nulls what must not reach the state. Terraform and OpenTofu accept
// that of a data source, and show no difference for it.
func (v checkValues) dropSecrets() {
	for _, name := range secretArguments {
		v[name] = tftypes.NewValue(tftypes.String, nil)
	}
}
