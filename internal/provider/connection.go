package provider

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/stellaops/terraform-provider-stellaops/internal/doctor"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

// connectionModel holds the arguments about the connection, of a check or of the
// provider block.
type connectionModel struct {
	Timeout       types.String `tfsdk:"timeout"`
	Retry         types.Object `tfsdk:"retry"`
	CACertPEM     types.String `tfsdk:"ca_cert_pem"`
	ClientCertPEM types.String `tfsdk:"client_cert_pem"`
	ClientKeyPEM  secretValue  `tfsdk:"client_key_pem"`
	Insecure      types.Bool   `tfsdk:"insecure"`
}

type retryModel struct {
	Attempts types.Int64  `tfsdk:"attempts"`
	MinDelay types.String `tfsdk:"min_delay"`
	MaxDelay types.String `tfsdk:"max_delay"`
}

// connection is how a check connects to the registry.
type connection struct {
	timeout time.Duration
	retry   registry.Retry
	tls     registry.TLS
}

// merger merges the arguments of a check (own) over those of the provider block
// (block).
type merger struct {
	own, block connectionModel
	diags      *diag.Diagnostics
}

// merge returns the merged arguments. An argument that cannot be used is an error: on
// its attribute if the check sets it, else one that names it, also if it is still
// unknown.
func (m merger) merge(ctx context.Context) connection {
	c := connection{timeout: doctor.DefaultTimeout}
	if text, ofBlock := m.text("timeout", m.own.Timeout, m.block.Timeout); text != "" {
		c.timeout = m.duration("timeout", text, ofBlock, true)
	}
	c.retry = m.retry(ctx)
	c.tls.CACertPEM, _ = m.text(registry.ArgumentCACert, m.own.CACertPEM, m.block.CACertPEM)
	// Certificate and key belong together, so both come from one block.
	pair := m.own
	if pair.ClientCertPEM.ValueString() == "" && emptySecret(pair.ClientKeyPEM) {
		pair = m.block
		m.requireKnown(registry.ArgumentClientCert, pair.ClientCertPEM)
		m.requireKnown(registry.ArgumentClientKey, pair.ClientKeyPEM)
	}
	c.tls.ClientCertPEM = pair.ClientCertPEM.ValueString()
	if key := pair.ClientKeyPEM.secret(); key != nil {
		c.tls.ClientKeyPEM = *key
	}
	insecure := m.own.Insecure
	if insecure.IsNull() {
		insecure = m.block.Insecure
		m.requireKnown("insecure", insecure)
	}
	c.tls.Insecure = insecure.ValueBool()
	return c
}

func emptySecret(v secretValue) bool { return v.secret() == nil || v.secret().Empty() }

// text returns the check's own value, else that of the provider block. An empty value
// counts as omitted.
func (m merger) text(name string, own, block types.String) (text string, ofBlock bool) {
	if own.ValueString() != "" {
		return own.ValueString(), false
	}
	m.requireKnown(name, block)
	return block.ValueString(), true
}

// requireKnown reports an unknown value of the provider block that this check needs.
func (m merger) requireKnown(name string, value attr.Value) {
	if value.IsUnknown() {
		m.diags.AddError(name+" in the provider block is not known yet",
			fmt.Sprintf("This check has no %s of its own, and that of the provider block is known only after the apply. Write one in the check.", name))
	}
}

// addError reports a value that cannot be used.
func (m merger) addError(at path.Path, ofBlock bool, text string) {
	if ofBlock {
		m.diags.AddError(at.String()+" in the provider block cannot be used", text)
		return
	}
	m.diags.AddAttributeError(at, at.String()+" cannot be used", text)
}

// duration reads a duration; with aboveZero it must not be zero, which would leave no
// time.
func (m merger) duration(name, text string, ofBlock, aboveZero bool) time.Duration {
	at := path.Root(name)
	if name != "timeout" {
		at = path.Root("retry").AtName(name)
	}
	duration, err := time.ParseDuration(text)
	if err != nil || duration < 0 || aboveZero && duration == 0 {
		bound := "of zero or more"
		if aboveZero {
			bound = "above zero"
		}
		m.addError(at, ofBlock, fmt.Sprintf("The value of %s is not a duration %s. Write a number with its unit, such as 500ms, 10s or 1m30s.", at, bound))
	}
	return duration
}

// retry merges each part of retry by itself.
func (m merger) retry(ctx context.Context) registry.Retry {
	retry := registry.DefaultRetry()
	var own, block retryModel
	for object, model := range map[*types.Object]*retryModel{&m.own.Retry: &own, &m.block.Retry: &block} {
		if !object.IsNull() && !object.IsUnknown() {
			m.diags.Append(object.As(ctx, model, basetypes.ObjectAsOptions{})...)
		}
	}
	if own.Attempts.IsNull() || own.MinDelay.ValueString() == "" || own.MaxDelay.ValueString() == "" {
		m.requireKnown("retry", m.block.Retry)
	}
	attempts, ofBlock := own.Attempts, false
	if attempts.IsNull() {
		attempts, ofBlock = block.Attempts, true
		m.requireKnown("retry.attempts", attempts)
	}
	if !attempts.IsNull() && !attempts.IsUnknown() {
		retry.Attempts = int(attempts.ValueInt64())
		if retry.Attempts < 1 || retry.Attempts > 10 {
			m.addError(path.Root("retry").AtName("attempts"), ofBlock, "The value of retry.attempts is not a number from 1 to 10. It counts the first try too: 1 means no other.")
		}
	}
	if text, ofBlock := m.text("retry.min_delay", own.MinDelay, block.MinDelay); text != "" {
		retry.MinDelay = m.duration("min_delay", text, ofBlock, false)
	}
	if text, ofBlock := m.text("retry.max_delay", own.MaxDelay, block.MaxDelay); text != "" {
		retry.MaxDelay = m.duration("max_delay", text, ofBlock, false)
	}
	return retry
}

// addTLSError reports TLS settings that cannot be used.
func (m merger) addTLSError(err error) {
	fault, ok := errors.AsType[*registry.TLSError](err)
	if !ok {
		m.diags.AddError("TLS settings cannot be used", err.Error())
		return
	}
	own := m.own.CACertPEM.ValueString() != ""
	if fault.Argument != registry.ArgumentCACert {
		own = m.own.ClientCertPEM.ValueString() != "" || !emptySecret(m.own.ClientKeyPEM)
	}
	m.addError(path.Root(fault.Argument), !own, "The value of "+fault.Argument+" is not shown here: "+fault.Why+".")
}
