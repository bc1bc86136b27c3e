// Package provider is what Terraform and OpenTofu see: schemas, models and
// diagnostics. It sends nothing and decides nothing.
package provider

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"golang.org/x/net/http/httpproxy"

	"github.com/stellaops/terraform-provider-stellaops/internal/doctor"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

type stellaopsProvider struct{ version string }

// New returns the factory of the provider; version is the one that was built.
func New(version string) func() provider.Provider {
	return func() provider.Provider { return &stellaopsProvider{version} }
}

func (p *stellaopsProvider) Metadata(_ context.Context, _ provider.MetadataRequest, response *provider.MetadataResponse) {
	response.TypeName = "stellaops"
	response.Version = p.version
}

func (p *stellaopsProvider) Schema(_ context.Context, _ provider.SchemaRequest, response *provider.SchemaResponse) {
	response.Schema = schema.Schema{
		MarkdownDescription: "Checks container registry credentials while the plan is made, so that a `precondition` stops an apply that would ship broken ones. It needs no configuration.",
	}
}

// Configure makes what all checks of one provider block share. It reports no
// errors: an error here blocks destroy on Terraform 1.5 for good.
func (p *stellaopsProvider) Configure(_ context.Context, _ provider.ConfigureRequest, response *provider.ConfigureResponse) {
	response.DataSourceData = &doctor.Doctor{
		Asker: registry.NewClient(registry.Options{
			UserAgent: "terraform-provider-stellaops/" + p.version,
			Proxy:     httpproxy.FromEnvironment(),
		}),
		Now: time.Now,
	}
}

func (p *stellaopsProvider) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{newCredentialsCheckDataSource}
}

func (p *stellaopsProvider) Resources(context.Context) []func() resource.Resource { return nil }
