package provider

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/stellaops/terraform-provider-stellaops/internal/credentials"
	"github.com/stellaops/terraform-provider-stellaops/internal/doctor"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

// request turns the model into a request without its credential, and the search for
// that credential. An argument that cannot be used is an error on its attribute, which
// does not repeat the value.
func (m *checkModel) request(places credentials.Places, connection connection, diags *diag.Diagnostics) (doctor.Request, credentials.Search) {
	endpoint, address := m.endpoint(places, diags)
	access, accessDiags := m.accessRequests(endpoint)
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
			Timeout:         connection.timeout,
			Retry:           connection.retry,
		}, credentials.Search{
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

// endpoint returns the registry and its address as it was written: those of the check,
// else those of the Stella Ops settings.
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
			"registry_url is empty. Check the variable or reference behind it, or leave it out for the registry of the Stella Ops settings.")
	case err != nil:
		diags.AddAttributeError(path.Root("registry_url"), "registry_url cannot be used",
			"The value of registry_url is not shown here, since it may hold a secret: "+err.Error()+".")
	}
	return endpoint, address
}

// repositoryName matches the name of a repository (OCI distribution specification,
// "Pulling manifests").
var repositoryName = regexp.MustCompile(`^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$`)

// exchanges reports whether requests to a token service are allowed.
func (m *checkModel) exchanges() bool {
	return m.TokenExchange.IsNull() || m.TokenExchange.ValueBool()
}

// accessRequests reads the permissions to prove. One that cannot be used is an error on
// its attribute.
func (m *checkModel) accessRequests(endpoint registry.Endpoint) ([]doctor.AccessRequest, diag.Diagnostics) {
	var diags diag.Diagnostics
	if len(m.Access) > 0 && !m.exchanges() {
		diags.AddAttributeError(path.Root("access"), "access needs token_exchange",
			"Permissions are proven by tokens, and token_exchange is false. Leave one of the two out.")
	}
	requests := make([]doctor.AccessRequest, len(m.Access))
	for i, argument := range m.Access {
		at := path.Root("access").AtListIndex(i)
		if argument == nil {
			diags.AddAttributeError(at, "Empty entry", "This entry of access is null. Write repository and actions, or leave it out.")
			continue
		}
		reference := argument.Reference.ValueString()
		if reference != "" && !registry.IsReference(reference) {
			diags.AddAttributeError(at.AtName("reference"), "reference cannot be used",
				"The value of reference is neither a tag nor a digest. Write it without repository and host, as in 1.2.3, or as sha256: and 64 hexadecimal digits in small letters.")
		}
		actions, ok := knownActions(argument.Actions)
		if reference != "" && !slices.Contains(actions, string(registry.ActionPull)) && (ok || argument.Actions == nil) {
			actions, ok = append([]string{string(registry.ActionPull)}, actions...), true
		}
		if !ok {
			diags.AddAttributeError(at.AtName("actions"), "Unknown action",
				fmt.Sprintf("actions holds nothing, or something other than %s. Write one or more of these, or leave it out beside reference, which implies pull.", strings.Join(doctor.Actions(), ", ")))
		}
		name := argument.Repository.ValueString()
		if !repositoryName.MatchString(name) || len(name) > 255 {
			diags.AddAttributeError(at.AtName("repository"), "repository cannot be used",
				"The value of repository is not the name of a repository. Write it without host, tag and digest, in small letters, as in org/app.")
		}
		name = endpoint.RepositoryName(name)
		if reference == "" && name == endpoint.Repository() && slices.Contains(actions, string(registry.ActionPull)) {
			if reference = endpoint.Reference(); reference != "" && !registry.IsReference(reference) {
				diags.AddAttributeError(path.Root("registry_url"), "registry_url names no image",
					"What follows the repository in registry_url is neither a tag nor a digest, and access asks for pull of that image. Write a tag such as :1.2.3, @sha256: and 64 hexadecimal digits in small letters, or the repository alone.")
			}
		}
		requests[i] = doctor.AccessRequest{Repository: name, Reference: reference, Actions: actions, Probe: argument.Probe.ValueBool()}
	}
	return requests, diags
}

// knownActions returns each action once; ok is false if there is none, or one that does
// not exist.
func knownActions(list []types.String) (actions []string, ok bool) {
	for _, value := range list {
		action := value.ValueString()
		if !slices.Contains(doctor.Actions(), action) {
			return nil, false
		}
		if !slices.Contains(actions, action) {
			actions = append(actions, action)
		}
	}
	return actions, len(actions) > 0
}
