package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

// secretType is the type of a sensitive argument: a string to Terraform, whose values
// do not print the secret.
type secretType struct{ basetypes.StringType }

// Equal reports whether the other type is a secretType.
func (t secretType) Equal(other attr.Type) bool {
	_, ok := other.(secretType)
	return ok
}

// String returns the name of the type.
func (t secretType) String() string { return "provider.secretType" }

// ValueFromString returns the secret in a string.
func (t secretType) ValueFromString(_ context.Context, value basetypes.StringValue) (basetypes.StringValuable, diag.Diagnostics) {
	return secretFrom(value), nil
}

// ValueFromTerraform returns the secret in a value of the plugin protocol.
func (t secretType) ValueFromTerraform(ctx context.Context, in tftypes.Value) (attr.Value, error) {
	value, err := t.StringType.ValueFromTerraform(ctx, in)
	if s, ok := value.(basetypes.StringValue); ok {
		return secretFrom(s), err
	}
	return value, err
}

// ValueType returns the type of the values above.
func (t secretType) ValueType(context.Context) attr.Value { return secretValue{} }

// secretValue is the value of a sensitive argument; the zero value is null. The text is
// a [registry.Secret] and not a string field, since fmt prints fields without calling
// String for some verbs.
type secretValue struct {
	text  registry.Secret
	state attr.ValueState
}

func secretFrom(value basetypes.StringValue) secretValue {
	switch {
	case value.IsNull():
		return secretValue{}
	case value.IsUnknown():
		return secretValue{state: attr.ValueStateUnknown}
	default:
		return secretValue{registry.NewSecret(value.ValueString()), attr.ValueStateKnown}
	}
}

// Type returns secretType.
func (v secretValue) Type(context.Context) attr.Type { return secretType{} }

// IsNull reports whether the argument was omitted.
func (v secretValue) IsNull() bool { return v.state == attr.ValueStateNull }

// IsUnknown reports whether the value is not known yet.
func (v secretValue) IsUnknown() bool { return v.state == attr.ValueStateUnknown }

// Equal reports whether the other value is the same.
func (v secretValue) Equal(other attr.Value) bool { return v == other }

// ToStringValue returns the secret in plain text, for Terraform.
func (v secretValue) ToStringValue(context.Context) (basetypes.StringValue, diag.Diagnostics) {
	switch v.state {
	case attr.ValueStateNull:
		return basetypes.NewStringNull(), nil
	case attr.ValueStateUnknown:
		return basetypes.NewStringUnknown(), nil
	default:
		return basetypes.NewStringValue(v.text.Reveal()), nil
	}
}

// ToTerraformValue returns the secret in plain text, for the plugin protocol.
func (v secretValue) ToTerraformValue(ctx context.Context) (tftypes.Value, error) {
	value, _ := v.ToStringValue(ctx) // it has no diagnostics
	return value.ToTerraformValue(ctx)
}

// String returns no part of the secret.
func (v secretValue) String() string { return v.text.String() }

// secret returns the secret; nil if the argument was omitted.
func (v secretValue) secret() *registry.Secret {
	if v.IsNull() {
		return nil
	}
	return &v.text
}
