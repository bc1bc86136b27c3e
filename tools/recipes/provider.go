package main

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	framework "github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"
)

// partProvider serves a part of a provider.
type partProvider struct {
	name    string
	part    part
	answers map[string]map[string]any // by type
}

// Metadata implements provider.Provider.
func (p partProvider) Metadata(_ context.Context, _ framework.MetadataRequest, response *framework.MetadataResponse) {
	response.TypeName = p.name
}

// Schema implements provider.Provider.
func (p partProvider) Schema(_ context.Context, _ framework.SchemaRequest, response *framework.SchemaResponse) {
	response.Schema = schema.Schema{Blocks: p.part.blocks}
}

// Configure implements provider.Provider; there is nothing to connect to.
func (p partProvider) Configure(context.Context, framework.ConfigureRequest, *framework.ConfigureResponse) {
}

// DataSources implements provider.Provider.
func (p partProvider) DataSources(context.Context) []func() datasource.DataSource {
	var all []func() datasource.DataSource
	for name, r := range p.part.sources {
		all = append(all, func() datasource.DataSource { return source{p.reader(name, r)} })
	}
	return all
}

// EphemeralResources implements provider.ProviderWithEphemeralResources.
func (p partProvider) EphemeralResources(context.Context) []func() ephemeral.EphemeralResource {
	var all []func() ephemeral.EphemeralResource
	for name, r := range p.part.ephemerals {
		all = append(all, func() ephemeral.EphemeralResource { return opened{p.reader(name, r)} })
	}
	return all
}

// Resources implements provider.Provider.
func (p partProvider) Resources(context.Context) []func() resource.Resource {
	var all []func() resource.Resource
	for name, s := range p.part.resources {
		all = append(all, func() resource.Resource { return planned{p.name + "_" + name, s} })
	}
	return all
}

func (p partProvider) reader(name string, r reading) reader {
	kind := p.name + "_" + name
	return reader{kind, r, p.answers[kind]}
}

// refuse says that something cannot be done here.
func refuse(diagnostics *diag.Diagnostics, kind string, err error) {
	diagnostics.AddError("The provider of the tests cannot do that", fmt.Sprintf("%s: %v", kind, err))
}
