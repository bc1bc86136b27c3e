package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

// secretType is the type of a sensitive argument: a string to Terraform, whose
// values print nothing of themselves here.
type secretType struct{ basetypes.StringType }

// Equal tells whether the other type is this one.
func (t secretType) Equal(other attr.Type) bool {
	_, ok := other.(secretType)
	return ok
}

// String names the type.
func (t secretType) String() string { return "provider.secretType" }

// ValueFromString makes a secret of a string.
func (t secretType) ValueFromString(_ context.Context, value basetypes.StringValue) (basetypes.StringValuable, diag.Diagnostics) {
	return secretFrom(value), nil
}

// ValueFromTerraform makes a secret of what the wire protocol holds.
func (t secretType) ValueFromTerraform(ctx context.Context, in tftypes.Value) (attr.Value, error) {
	value, err := t.StringType.ValueFromTerraform(ctx, in)
	if s, ok := value.(basetypes.StringValue); ok {
		return secretFrom(s), err
	}
	return value, err
}

// ValueType is what the methods above return.
func (t secretType) ValueType(context.Context) attr.Value { return secretValue{} }

// secretValue is the value of a sensitive argument; the zero value is null. Its
// text is in a [registry.Secret] and not in a string beside it, since fmt prints
// fields without asking where it does not know the verb.
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

// Type is the type of the value.
func (v secretValue) Type(context.Context) attr.Type { return secretType{} }

// IsNull tells whether the argument was left out.
func (v secretValue) IsNull() bool { return v.state == attr.ValueStateNull }

// IsUnknown tells whether the value is not known yet.
func (v secretValue) IsUnknown() bool { return v.state == attr.ValueStateUnknown }

// Equal tells whether the other value is the same.
func (v secretValue) Equal(other attr.Value) bool { return v == other }

// ToStringValue is the secret for Terraform, in clear.
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

// ToTerraformValue is the secret for the wire protocol, in clear.
func (v secretValue) ToTerraformValue(ctx context.Context) (tftypes.Value, error) {
	value, _ := v.ToStringValue(ctx) // it has no diagnostics
	return value.ToTerraformValue(ctx)
}

// String prints nothing of the secret.
func (v secretValue) String() string { return v.text.String() }

// secret is the argument for those who use it; nil if it was left out.
func (v secretValue) secret() *registry.Secret {
	if v.IsNull() {
		return nil
	}
	return &v.text
}
