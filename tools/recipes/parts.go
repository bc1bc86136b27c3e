package main

import (
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	resourceschema "github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// part is what is served of a provider.
type part struct {
	blocks     map[string]schema.Block // of the provider block
	sources    map[string]reading
	ephemerals map[string]reading
	resources  map[string]resourceschema.Schema
}

// reading is a data source or an ephemeral resource: its arguments, all strings, and
// what it reads.
type reading struct {
	required []string
	optional []string
	texts    []string // computed strings
	secrets  []string // computed strings that are sensitive
	data     bool     // whether it has a sensitive map "data"
}

// parts returns the parts by the name of their provider. Names and kinds of attributes
// are those that the documentation of each provider tells.
func parts() map[string]part {
	token := reading{
		optional: []string{"registry_id"},
		texts:    []string{"user_name", "proxy_endpoint", "expires_at"},
		secrets:  []string{"authorization_token", "password"},
	}
	secret := reading{required: []string{"mount", "name"}, data: true}
	return map[string]part{
		"aws": {
			sources: map[string]reading{
				"ecr_authorization_token": token,
				"ecr_repository":          {required: []string{"name"}, texts: []string{"repository_url"}},
			},
			ephemerals: map[string]reading{"ecr_authorization_token": token},
		},
		"google": {
			sources: map[string]reading{"client_config": {secrets: []string{"access_token"}}},
		},
		"azurerm": {
			blocks:  map[string]schema.Block{"features": schema.ListNestedBlock{}},
			sources: map[string]reading{"container_registry": {required: []string{"name", "resource_group_name"}, texts: []string{"login_server"}}},
		},
		"vault": {
			ephemerals: map[string]reading{"kv_secret_v2": secret},
		},
		"kubernetes": {
			resources: map[string]resourceschema.Schema{"secret_v1": pullSecret(), "manifest": manifest()},
		},
		"helm": {
			resources: map[string]resourceschema.Schema{"release": release()},
		},
	}
}

func pullSecret() resourceschema.Schema {
	return resourceschema.Schema{
		Attributes: map[string]resourceschema.Attribute{
			"type": resourceschema.StringAttribute{Optional: true},
			"data": resourceschema.MapAttribute{Optional: true, Sensitive: true, ElementType: types.StringType},
		},
		Blocks: map[string]resourceschema.Block{
			"metadata": resourceschema.ListNestedBlock{NestedObject: resourceschema.NestedBlockObject{Attributes: map[string]resourceschema.Attribute{
				"name":      resourceschema.StringAttribute{Optional: true},
				"namespace": resourceschema.StringAttribute{Optional: true},
			}}},
		},
	}
}

func manifest() resourceschema.Schema {
	return resourceschema.Schema{Attributes: map[string]resourceschema.Attribute{"manifest": resourceschema.DynamicAttribute{Required: true}}}
}

func release() resourceschema.Schema {
	return resourceschema.Schema{Attributes: map[string]resourceschema.Attribute{
		"name":   resourceschema.StringAttribute{Required: true},
		"chart":  resourceschema.StringAttribute{Required: true},
		"values": resourceschema.ListAttribute{Optional: true, ElementType: types.StringType},
	}}
}
