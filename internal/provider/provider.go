// Package provider is what Terraform and OpenTofu see: schemas, models and
// diagnostics. It sends nothing and decides nothing.
package provider

import (
	"context"
	"crypto/rand"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"
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
		Attributes: map[string]schema.Attribute{
			"trusted_realms": schema.ListAttribute{
				Optional:    true,
				ElementType: types.StringType,
				MarkdownDescription: "Token services, as `host` or `host:port`, that may be at a private address although their registry is at a public one, as in split-horizon networks. " +
					"A token service at a link-local or metadata address, or on plain http behind an https registry, never gets a secret.",
			},
		},
	}
}

// providerModel holds the provider block. Its values may be unknown while a plan
// is made.
type providerModel struct {
	TrustedRealms types.List `tfsdk:"trusted_realms"`
}

// Configure makes what all checks of one provider block share. It reports no
// errors: an error here blocks destroy on Terraform 1.5 for good. What is wrong
// with the block is reported by the checks that need it.
func (p *stellaopsProvider) Configure(ctx context.Context, request provider.ConfigureRequest, response *provider.ConfigureResponse) {
	var model providerModel
	shared := &checks{problems: request.Config.Get(ctx, &model)}
	realms, known, problems := trustedRealms(model.TrustedRealms)
	shared.problems.Append(problems...)
	shared.realmsUnknown = !known
	shared.doctor = doctor.New(registry.NewClient(registry.Options{
		UserAgent:     "terraform-provider-stellaops/" + p.version,
		Proxy:         httpproxy.FromEnvironment(),
		TrustedRealms: realms,
	}), time.Now, rand.Text)
	response.DataSourceData = shared
}

// trustedRealms reads the list; known is false while the list or a part of it is
// unknown.
func trustedRealms(list types.List) (realms []string, known bool, problems diag.Diagnostics) {
	known = !list.IsUnknown()
	for _, element := range list.Elements() {
		value, ok := element.(types.String)
		if !ok || value.IsUnknown() {
			known = false
			continue
		}
		realm := value.ValueString()
		endpoint, err := registry.ParseEndpoint(realm)
		if err != nil || strings.ContainsAny(realm, "/@") || endpoint.Repository() != "" {
			problems.AddError("trusted_realms cannot be used",
				"An entry of trusted_realms in the provider block is no host. Write host or host:port, without scheme and path.")
			continue
		}
		realms = append(realms, realm)
	}
	return realms, known, problems
}

func (p *stellaopsProvider) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{newCredentialsCheckDataSource}
}

func (p *stellaopsProvider) Resources(context.Context) []func() resource.Resource { return nil }
