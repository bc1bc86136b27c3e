package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// checkName is the full name of the check.
const checkName = "stellaops" + typeName

// lean is the framework's server without what it does in vain for each check:
// walking through all attributes to validate them took as long as half a check.
type lean struct{ tfprotov6.ProviderServer }

// ValidateDataResourceConfig leaves a configuration to the framework only if it
// has something that could be wrong there: no argument has a validator, and the
// CLI itself looks at types.
func (l lean) ValidateDataResourceConfig(ctx context.Context, request *tfprotov6.ValidateDataResourceConfigRequest) (*tfprotov6.ValidateDataResourceConfigResponse, error) {
	if request.TypeName == checkName && isPlain(request.Config) {
		return &tfprotov6.ValidateDataResourceConfigResponse{}, nil
	}
	return l.ProviderServer.ValidateDataResourceConfig(ctx, request)
}

// isPlain tells whether a configuration sets nothing but arguments without parts:
// an attribute must not be set, and a part may be required.
func isPlain(config *tfprotov6.DynamicValue) bool {
	if config == nil {
		return false
	}
	value, err := config.Unmarshal(checkSchema().object)
	if err != nil {
		return false
	}
	var values map[string]tftypes.Value
	if value.As(&values) != nil {
		return false
	}
	for _, f := range checkFields {
		if (!f.argument || len(f.fields) > 0) && !values[f.name].IsNull() {
			return false
		}
	}
	return true
}
