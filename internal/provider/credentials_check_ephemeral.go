package provider

import (
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
)

type credentialsCheckEphemeral struct{ checks *checks }

func newCredentialsCheckEphemeral() ephemeral.EphemeralResource { return &credentialsCheckEphemeral{} }

var _ ephemeral.EphemeralResourceWithConfigure = (*credentialsCheckEphemeral)(nil)

func (e *credentialsCheckEphemeral) Metadata(_ context.Context, request ephemeral.MetadataRequest, response *ephemeral.MetadataResponse) {
	response.TypeName = request.ProviderTypeName + typeName
}

func (e *credentialsCheckEphemeral) Schema(_ context.Context, _ ephemeral.SchemaRequest, response *ephemeral.SchemaResponse) {
	response.Schema = schema.Schema{MarkdownDescription: checkText + twinText, Attributes: ephemeralAttributes(checkFields)}
}

func (e *credentialsCheckEphemeral) Configure(_ context.Context, request ephemeral.ConfigureRequest, _ *ephemeral.ConfigureResponse) {
	// Validation configures without data and never opens.
	e.checks, _ = request.ProviderData.(*checks)
}

// Open makes the check and returns its arguments as they came: Terraform refuses
// anything else. Since the CLI suppresses an error_message that mentions an
// ephemeral value, a warning says what did not pass.
func (e *credentialsCheckEphemeral) Open(ctx context.Context, request ephemeral.OpenRequest, response *ephemeral.OpenResponse) {
	var model checkModel
	response.Diagnostics.Append(request.Config.Get(ctx, &model)...)
	if response.Diagnostics.HasError() {
		return
	}
	response.Diagnostics.Append(e.checks.run(ctx, &model)...)
	if response.Diagnostics.HasError() {
		return
	}
	if !model.Passed.ValueBool() {
		detail := append([]string{model.Message.ValueString() + " Likely causes:"}, model.LikelyCauses...)
		response.Diagnostics.AddWarning(
			"Registry credentials of "+model.RegistryHost.ValueString()+" did not pass: "+model.Reason.ValueString(),
			strings.Join(detail, "\n  - "))
	}
	response.Diagnostics.Append(response.Result.Set(ctx, &model)...)
}
