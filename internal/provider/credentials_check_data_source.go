package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
)

type credentialsCheckDataSource struct{ checks *checks }

func newCredentialsCheckDataSource() datasource.DataSource { return &credentialsCheckDataSource{} }

func (d *credentialsCheckDataSource) Metadata(_ context.Context, request datasource.MetadataRequest, response *datasource.MetadataResponse) {
	response.TypeName = request.ProviderTypeName + typeName
}

func (d *credentialsCheckDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, response *datasource.SchemaResponse) {
	response.Schema = checkSchema().schema
}

func (d *credentialsCheckDataSource) Configure(_ context.Context, request datasource.ConfigureRequest, _ *datasource.ConfigureResponse) {
	// Validation configures without data and never reads.
	d.checks, _ = request.ProviderData.(*checks)
}

func (d *credentialsCheckDataSource) Read(ctx context.Context, request datasource.ReadRequest, response *datasource.ReadResponse) {
	values, model, diags := readCheck(ctx, request.Config.Raw)
	response.Diagnostics.Append(diags...)
	if response.Diagnostics.HasError() {
		return
	}
	found, diags := d.checks.run(ctx, &model)
	response.Diagnostics.Append(diags...)
	if response.Diagnostics.HasError() {
		return
	}
	values.dropSecrets()
	values.fill(found)
	response.State = tfsdk.State{Schema: checkSchema().result, Raw: values.result()}
}
