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
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

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
	elements := m.Access.Elements()
	if len(elements) > 0 && !m.exchanges() {
		diags.AddAttributeError(path.Root("access"), "access needs token_exchange",
			"Permissions are proven by tokens, and token_exchange is false. Leave one of the two out.")
	}
	requests := make([]doctor.AccessRequest, len(elements))
	for i, element := range elements {
		at := path.Root("access").AtListIndex(i)
		object, ok := element.(types.Object)
		if !ok || object.IsNull() {
			diags.AddAttributeError(at, "Empty entry", "This entry of access is null. Write repository and actions, or leave it out.")
			continue
		}
		var argument accessArgument
		diags.Append(object.As(ctx, &argument, basetypes.ObjectAsOptions{})...)
		actions, ok := knownActions(argument.Actions)
		if !ok {
			diags.AddAttributeError(at.AtName("actions"), "Unknown action",
				fmt.Sprintf("actions holds nothing, or something other than %s. Write one or more of these.", strings.Join(doctor.Actions(), ", ")))
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

// knownActions reads the actions, each once; ok is false when there is none or
// one that nobody knows.
func knownActions(list types.List) (actions []string, ok bool) {
	for _, element := range list.Elements() {
		value, isString := element.(types.String)
		if !isString || !slices.Contains(doctor.Actions(), value.ValueString()) {
			return nil, false
		}
		if action := value.ValueString(); !slices.Contains(actions, action) {
			actions = append(actions, action)
		}
	}
	return actions, len(actions) > 0
}
