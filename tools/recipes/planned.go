package main

import (
	"context"
	"errors"

	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
)

// planned is a resource that can be planned and not made.
type planned struct {
	kind   string
	schema schema.Schema
}

var errPlannedOnly = errors.New("it is planned only")

// Metadata implements resource.Resource.
func (p planned) Metadata(_ context.Context, _ resource.MetadataRequest, response *resource.MetadataResponse) {
	response.TypeName = p.kind
}

// Schema implements resource.Resource.
func (p planned) Schema(_ context.Context, _ resource.SchemaRequest, response *resource.SchemaResponse) {
	response.Schema = p.schema
}

// Create implements resource.Resource.
func (p planned) Create(_ context.Context, _ resource.CreateRequest, response *resource.CreateResponse) {
	refuse(&response.Diagnostics, p.kind, errPlannedOnly)
}

// Read implements resource.Resource.
func (p planned) Read(_ context.Context, _ resource.ReadRequest, response *resource.ReadResponse) {
	refuse(&response.Diagnostics, p.kind, errPlannedOnly)
}

// Update implements resource.Resource.
func (p planned) Update(_ context.Context, _ resource.UpdateRequest, response *resource.UpdateResponse) {
	refuse(&response.Diagnostics, p.kind, errPlannedOnly)
}

// Delete implements resource.Resource.
func (p planned) Delete(_ context.Context, _ resource.DeleteRequest, response *resource.DeleteResponse) {
	refuse(&response.Diagnostics, p.kind, errPlannedOnly)
}
