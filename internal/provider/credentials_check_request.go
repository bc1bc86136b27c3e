package provider

import (
	"context"
	"errors"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/stellaops/terraform-provider-stellaops/internal/credentials"
	"github.com/stellaops/terraform-provider-stellaops/internal/doctor"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

// request turns the configuration into a question to the registry, which still
// lacks the credential, and one to the places that may hold it. What nobody could
// act on is an error on its attribute that does not repeat the value.
func (m *checkModel) request(ctx context.Context, places credentials.Places, w wire, diags *diag.Diagnostics) (doctor.Request, credentials.Question) {
	endpoint, address := m.endpoint(places, diags)
	access, accessDiags := m.accessRequests(ctx, endpoint)
	diags.Append(accessDiags...)
	var repositories []string
	if name := endpoint.Repository(); name != "" {
		repositories = append(repositories, name)
	}
	for _, a := range access {
		repositories = append(repositories, a.Repository)
	}
	return doctor.Request{
			Endpoint:        endpoint,
			TokenExchange:   m.exchanges(),
			RequireVerified: m.RequireVerified.ValueBool(),
			Access:          access,
			Timeout:         w.timeout,
			Retry:           w.retry,
		}, credentials.Question{
			Endpoint:     endpoint,
			Address:      address,
			Repositories: repositories,
			Arguments: credentials.Arguments{
				Username: m.Username.ValueStringPointer(), Password: m.Password.secret(),
				Token: m.Token.secret(), IdentityToken: m.IdentityToken.secret(),
			},
			DockerConfigJSON: m.DockerConfigJSON.secret(),
		}
}

// endpoint is the registry to ask, with its address as it is written: that of
// the check, or where it names none, that of the Stella Ops settings.
func (m *checkModel) endpoint(places credentials.Places, diags *diag.Diagnostics) (registry.Endpoint, string) {
	if m.RegistryURL.IsNull() {
		endpoint, address, err := places.Registry()
		addPlaceError(diags, err)
		return endpoint, address
	}
	address := m.RegistryURL.ValueString()
	endpoint, err := registry.ParseEndpoint(address)
	switch {
	case errors.Is(err, registry.ErrEmpty):
		diags.AddAttributeError(path.Root("registry_url"), "No registry to ask",
			"registry_url is written in the configuration, but came empty. Write the host of the registry, such as registry.example.com, or leave it out for that of the Stella Ops settings.")
	case err != nil:
		diags.AddAttributeError(path.Root("registry_url"), "registry_url cannot be used",
			"The value of registry_url is not shown here, since it may hold a secret: "+err.Error()+".")
	}
	return endpoint, address
}
