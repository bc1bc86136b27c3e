package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
)

type credentialsCheckDataSource struct{ checks *checks }

func newCredentialsCheckDataSource() datasource.DataSource { return &credentialsCheckDataSource{} }

func (d *credentialsCheckDataSource) Metadata(_ context.Context, request datasource.MetadataRequest, response *datasource.MetadataResponse) {
	response.TypeName = request.ProviderTypeName + typeName
}

func (d *credentialsCheckDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, response *datasource.SchemaResponse) {
	response.Schema = schema.Schema{MarkdownDescription: checkText, Attributes: dataSourceAttributes(checkFields)}
}

func (d *credentialsCheckDataSource) Configure(_ context.Context, request datasource.ConfigureRequest, _ *datasource.ConfigureResponse) {
	// Validation configures without data and never reads.
	d.checks, _ = request.ProviderData.(*checks)
}

func (d *credentialsCheckDataSource) Read(ctx context.Context, request datasource.ReadRequest, response *datasource.ReadResponse) {
	var model checkModel
	response.Diagnostics.Append(request.Config.Get(ctx, &model)...)
	if response.Diagnostics.HasError() {
		return
	}
	response.Diagnostics.Append(d.checks.run(ctx, &model)...)
	if response.Diagnostics.HasError() {
		return
	}
	model.dropSecrets()
	response.Diagnostics.Append(response.State.Set(ctx, &model)...)
}
