// Package provider is the provider as Terraform and OpenTofu see it: schemas, models
// and diagnostics. Package doctor makes the checks.
package provider

import (
	"context"
	"os"
	"sync/atomic"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"golang.org/x/net/http/httpproxy"

	"github.com/stellaops/terraform-provider-stellaops/internal/redact"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

type stellaopsProvider struct {
	version string
	environ func() []string // returns the environment as NAME=value
	// wait replaces the delay between two attempts; nil waits in real time.
	wait func(ctx context.Context, delay time.Duration) error

	configured atomic.Pointer[checks] // what Configure made; nil before it
}

var _ provider.ProviderWithEphemeralResources = (*stellaopsProvider)(nil)

// New returns the factory of the provider; version is that of the build.
func New(version string) func() provider.Provider {
	return func() provider.Provider { return &stellaopsProvider{version: version, environ: os.Environ} }
}

func (p *stellaopsProvider) Metadata(_ context.Context, _ provider.MetadataRequest, response *provider.MetadataResponse) {
	response.TypeName = "stellaops"
	response.Version = p.version
}

func (p *stellaopsProvider) Schema(_ context.Context, _ provider.SchemaRequest, response *provider.SchemaResponse) {
	response.Schema = schema.Schema{MarkdownDescription: providerText, Attributes: providerAttributes(providerFields)}
}

// Configure prepares what all checks of a provider block share. It reports no errors:
// on Terraform 1.5, an error here also blocks every destroy. The checks report what is
// wrong with the block where they need it.
func (p *stellaopsProvider) Configure(ctx context.Context, request provider.ConfigureRequest, response *provider.ConfigureResponse) {
	var model providerModel
	problems := request.Config.Get(ctx, &model)
	shared := &checks{problems: problems, connection: model.connectionModel}
	environ := p.environ()
	shared.places = model.places(ctx, environ, &shared.problems)
	proxy := httpproxy.FromEnvironment()
	shared.skipped, shared.switchProblem = model.skipped(environ)
	if shared.skipped != "" {
		response.Diagnostics.AddWarning("Registry credentials are not checked",
			"All checks of this provider block are skipped and pass, since "+shared.skipped+" switches them off.")
	}
	realms, known := model.trustedRealms(&shared.problems)
	shared.realmsUnknown = !known
	shared.doctors = &doctorCache{redactor: redact.New(), options: registry.Options{
		UserAgent:     "terraform-provider-stellaops/" + p.version,
		Proxy:         proxy,
		TrustedRealms: realms,
		Wait:          p.wait,
	}}
	p.configured.Store(shared)
	response.DataSourceData = shared
	response.EphemeralResourceData = shared
}

func (p *stellaopsProvider) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{func() datasource.DataSource { return &dataSource{} }}
}

func (p *stellaopsProvider) EphemeralResources(context.Context) []func() ephemeral.EphemeralResource {
	return []func() ephemeral.EphemeralResource{func() ephemeral.EphemeralResource { return &ephemeralResource{} }}
}

func (p *stellaopsProvider) Resources(context.Context) []func() resource.Resource { return nil }
