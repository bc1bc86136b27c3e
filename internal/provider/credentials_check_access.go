package provider

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/stellaops/terraform-provider-stellaops/internal/doctor"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

// accessArgument is one entry of access.
type accessArgument struct {
	Repository types.String `tfsdk:"repository"`
	Actions    types.List   `tfsdk:"actions"`
	Probe      types.Bool   `tfsdk:"probe"`
}

// repositoryName is the name of a repository (OCI distribution specification,
// "Pulling manifests").
var repositoryName = regexp.MustCompile(`^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$`)

// exchanges tells whether a token service may be asked.
func (m *checkModel) exchanges() bool {
	return m.TokenExchange.IsNull() || m.TokenExchange.ValueBool()
}

// accessRequests reads the permissions to prove; what nobody could act on is an
// error on its attribute.
func (m *checkModel) accessRequests(ctx context.Context, endpoint registry.Endpoint) ([]doctor.AccessRequest, diag.Diagnostics) {
	var diags diag.Diagnostics
	var arguments []accessArgument
	diags.Append(m.Access.ElementsAs(ctx, &arguments, false)...)
	if len(arguments) > 0 && !m.exchanges() {
		diags.AddAttributeError(path.Root("access"), "access needs token_exchange",
			"Permissions are proven by tokens, and token_exchange is false. Leave one of the two out.")
	}
	requests := make([]doctor.AccessRequest, len(arguments))
	for i, argument := range arguments {
		at := path.Root("access").AtListIndex(i)
		var actions []string
		diags.Append(argument.Actions.ElementsAs(ctx, &actions, false)...)
		if unknown := slices.IndexFunc(actions, func(a string) bool { return !slices.Contains(doctor.Actions(), a) }); unknown >= 0 || len(actions) == 0 {
			diags.AddAttributeError(at.AtName("actions"), "Unknown action",
				fmt.Sprintf("actions holds nothing, or something other than %s.", strings.Join(doctor.Actions(), ", ")))
		}
		name := argument.Repository.ValueString()
		if !repositoryName.MatchString(name) || len(name) > 255 {
			diags.AddAttributeError(at.AtName("repository"), "repository cannot be used",
				"The value of repository is no name of a repository. Write it without host, tag and digest, in small letters, as in org/app.")
		}
		requests[i] = doctor.AccessRequest{Repository: endpoint.RepositoryName(name), Actions: actions, Probe: argument.Probe.ValueBool()}
	}
	return requests, diags
}
