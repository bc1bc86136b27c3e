package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"

	"github.com/stellaops/terraform-provider-stellaops/internal/doctor"
)

type credentialsCheckDataSource struct{ doctor *doctor.Doctor }

func newCredentialsCheckDataSource() datasource.DataSource { return &credentialsCheckDataSource{} }

func (d *credentialsCheckDataSource) Metadata(_ context.Context, request datasource.MetadataRequest, response *datasource.MetadataResponse) {
	response.TypeName = request.ProviderTypeName + typeName
}

func (d *credentialsCheckDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, response *datasource.SchemaResponse) {
	response.Schema = schema.Schema{MarkdownDescription: checkText, Attributes: dataSourceAttributes(checkFields)}
}

func (d *credentialsCheckDataSource) Configure(_ context.Context, request datasource.ConfigureRequest, _ *datasource.ConfigureResponse) {
	// Validation configures without data and never reads.
	d.doctor, _ = request.ProviderData.(*doctor.Doctor)
}

func (d *credentialsCheckDataSource) Read(ctx context.Context, request datasource.ReadRequest, response *datasource.ReadResponse) {
	var model checkModel
	response.Diagnostics.Append(request.Config.Get(ctx, &model)...)
	if response.Diagnostics.HasError() {
		return
	}
	question, found, diags := model.request()
	response.Diagnostics.Append(diags...)
	if response.Diagnostics.HasError() {
		return
	}
	report, err := d.doctor.Check(ctx, question)
	if err != nil {
		response.Diagnostics.AddError("Check cancelled", "The check of the registry credentials was cancelled before it had a verdict. Run the plan again.")
		return
	}
	model.fill(report, found)
	model.dropSecrets()
	response.Diagnostics.Append(response.State.Set(ctx, &model)...)
}
