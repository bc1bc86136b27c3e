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

// dataSource is stellaops_oci_credentials_check as a data source.
type dataSource struct{ checks *checks }

var _ datasource.DataSourceWithConfigure = (*dataSource)(nil)

func (d *dataSource) Metadata(_ context.Context, request datasource.MetadataRequest, response *datasource.MetadataResponse) {
	response.TypeName = request.ProviderTypeName + typeName
}

func (d *dataSource) Schema(_ context.Context, _ datasource.SchemaRequest, response *datasource.SchemaResponse) {
	response.Schema = schema.Schema{MarkdownDescription: checkText, Attributes: dataSourceAttributes(checkFields)}
}

func (d *dataSource) Configure(_ context.Context, request datasource.ConfigureRequest, _ *datasource.ConfigureResponse) {
	// A CLI that only validates configures without data and does not read.
	d.checks, _ = request.ProviderData.(*checks)
}

// Read makes the check. Secrets are null in its result, so that none is stored in the
// state.
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

// ephemeralResource is stellaops_oci_credentials_check as an ephemeral resource.
type ephemeralResource struct{ checks *checks }

var _ ephemeral.EphemeralResourceWithConfigure = (*ephemeralResource)(nil)

func (e *ephemeralResource) Metadata(_ context.Context, request ephemeral.MetadataRequest, response *ephemeral.MetadataResponse) {
	response.TypeName = request.ProviderTypeName + typeName
}

func (e *ephemeralResource) Schema(_ context.Context, _ ephemeral.SchemaRequest, response *ephemeral.SchemaResponse) {
	response.Schema = ephemeralschema.Schema{MarkdownDescription: checkText + ephemeralText, Attributes: ephemeralAttributes(checkFields)}
}

func (e *ephemeralResource) Configure(_ context.Context, request ephemeral.ConfigureRequest, _ *ephemeral.ConfigureResponse) {
	// A CLI that only validates configures without data and does not open.
	e.checks, _ = request.ProviderData.(*checks)
}

// Open makes the check and returns its arguments unchanged, as Terraform requires. A
// warning describes a check that did not pass, because the CLI suppresses an
// error_message that refers to an ephemeral value.
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

// readModel reads a configuration. An unknown argument is an error: the framework would
// read a partly unknown secret as null.
func readModel(ctx context.Context, config tfsdk.Config, model *checkModel) (diags diag.Diagnostics) {
	var values map[string]tftypes.Value
	if err := config.Raw.As(&values); err != nil {
		diags.AddError("The configuration cannot be read", "It is not what the schema says, which is a fault of the provider or of the CLI. Please report it.")
		return diags
	}
	for _, f := range checkFields {
		if f.argument && !values[f.name].IsFullyKnown() { // the CLI defers such a check
			diags.AddAttributeError(path.Root(f.name), f.name+" is not known yet", "The check cannot be made before it is. This is a fault of the CLI: please report it.")
		}
	}
	if diags.HasError() {
		return diags
	}
	return config.Get(ctx, model)
}
