package provider

import (
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	ephemeralschema "github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// dataSource is the data source.
type dataSource struct{ checks *checks }

var _ datasource.DataSourceWithConfigure = (*dataSource)(nil)

func (d *dataSource) Metadata(_ context.Context, request datasource.MetadataRequest, response *datasource.MetadataResponse) {
	response.TypeName = request.ProviderTypeName + typeName
}

func (d *dataSource) Schema(_ context.Context, _ datasource.SchemaRequest, response *datasource.SchemaResponse) {
	response.Schema = schema.Schema{MarkdownDescription: checkText, Attributes: dataSourceAttributes(checkFields)}
}

func (d *dataSource) Configure(_ context.Context, request datasource.ConfigureRequest, _ *datasource.ConfigureResponse) {
	// Validation configures without data and never reads.
	d.checks, _ = request.ProviderData.(*checks)
}

// Read makes the check. Its secrets are null in what it returns, so that none reaches
// the state.
func (d *dataSource) Read(ctx context.Context, request datasource.ReadRequest, response *datasource.ReadResponse) {
	var model checkModel
	response.Diagnostics.Append(readModel(ctx, request.Config, &model)...)
	if response.Diagnostics.HasError() {
		return
	}
	result, diags := d.checks.run(ctx, &model)
	response.Diagnostics.Append(diags...)
	if response.Diagnostics.HasError() {
		return
	}
	model.fill(result)
	model.dropSecrets()
	response.Diagnostics.Append(response.State.Set(ctx, &model)...)
}

// ephemeralResource is the same check as an ephemeral resource.
type ephemeralResource struct{ checks *checks }

var _ ephemeral.EphemeralResourceWithConfigure = (*ephemeralResource)(nil)

func (e *ephemeralResource) Metadata(_ context.Context, request ephemeral.MetadataRequest, response *ephemeral.MetadataResponse) {
	response.TypeName = request.ProviderTypeName + typeName
}

func (e *ephemeralResource) Schema(_ context.Context, _ ephemeral.SchemaRequest, response *ephemeral.SchemaResponse) {
	response.Schema = ephemeralschema.Schema{MarkdownDescription: checkText + ephemeralText, Attributes: ephemeralAttributes(checkFields)}
}

func (e *ephemeralResource) Configure(_ context.Context, request ephemeral.ConfigureRequest, _ *ephemeral.ConfigureResponse) {
	// Validation configures without data and never opens.
	e.checks, _ = request.ProviderData.(*checks)
}

// Open makes the check and returns its arguments as they came: Terraform refuses
// anything else. Since the CLI suppresses an error_message that mentions an
// ephemeral value, a warning says what did not pass.
func (e *ephemeralResource) Open(ctx context.Context, request ephemeral.OpenRequest, response *ephemeral.OpenResponse) {
	var model checkModel
	response.Diagnostics.Append(readModel(ctx, request.Config, &model)...)
	if response.Diagnostics.HasError() {
		return
	}
	result, diags := e.checks.run(ctx, &model)
	response.Diagnostics.Append(diags...)
	if response.Diagnostics.HasError() {
		return
	}
	if v := result.verdict; !v.Passed {
		detail := append([]string{result.advice.Message + " Likely causes:"}, result.advice.Causes...)
		response.Diagnostics.AddWarning("Registry credentials of "+result.evidence.Host()+" did not pass: "+string(v.Reason), strings.Join(detail, "\n  - "))
	}
	model.fill(result)
	response.Diagnostics.Append(response.Result.Set(ctx, &model)...)
}

// readModel reads a configuration. An argument that is not known yet is an error: the
// framework would read a secret of which only a part is known as one that is unset.
func readModel(ctx context.Context, config tfsdk.Config, model *checkModel) (diags diag.Diagnostics) {
	var values map[string]tftypes.Value
	if err := config.Raw.As(&values); err != nil {
		diags.AddError("The configuration cannot be read", "It is not what the schema says, which is a fault of the provider or of the CLI. Please report it.")
		return diags
	}
	for _, f := range checkFields {
		if f.argument && !values[f.name].IsFullyKnown() { // the CLI waits with such a check
			diags.AddAttributeError(path.Root(f.name), f.name+" is not known yet", "The check cannot be made before it is. This is a fault of the CLI: please report it.")
		}
	}
	if diags.HasError() {
		return diags
	}
	return config.Get(ctx, model)
}
