package provider

import (
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
)

type credentialsCheckEphemeral struct{ checks *checks }

func newCredentialsCheckEphemeral() ephemeral.EphemeralResource { return &credentialsCheckEphemeral{} }

var _ ephemeral.EphemeralResourceWithConfigure = (*credentialsCheckEphemeral)(nil)

func (e *credentialsCheckEphemeral) Metadata(_ context.Context, request ephemeral.MetadataRequest, response *ephemeral.MetadataResponse) {
	response.TypeName = request.ProviderTypeName + typeName
}

func (e *credentialsCheckEphemeral) Schema(_ context.Context, _ ephemeral.SchemaRequest, response *ephemeral.SchemaResponse) {
	response.Schema = checkSchema().twin
}

func (e *credentialsCheckEphemeral) Configure(_ context.Context, request ephemeral.ConfigureRequest, _ *ephemeral.ConfigureResponse) {
	// Validation configures without data and never opens.
	e.checks, _ = request.ProviderData.(*checks)
}

// Open makes the check and returns its arguments as they came: Terraform refuses
// anything else. Since the CLI suppresses an error_message that mentions an
// ephemeral value, a warning says what did not pass.
func (e *credentialsCheckEphemeral) Open(ctx context.Context, request ephemeral.OpenRequest, response *ephemeral.OpenResponse) {
	values, model, diags := readCheck(ctx, request.Config.Raw)
	response.Diagnostics.Append(diags...)
	if response.Diagnostics.HasError() {
		return
	}
	found, diags := e.checks.run(ctx, &model)
	response.Diagnostics.Append(diags...)
	if response.Diagnostics.HasError() {
		return
	}
	if r := found.report; !r.Passed {
		detail := append([]string{r.Message + " Likely causes:"}, r.Causes...)
		response.Diagnostics.AddWarning("Registry credentials of "+r.RegistryHost+" did not pass: "+string(r.Reason), strings.Join(detail, "\n  - "))
	}
	values.fill(found)
	response.Result = tfsdk.EphemeralResultData{Schema: checkSchema().result, Raw: values.result()}
}
