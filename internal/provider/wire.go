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

// wireModel says how to connect, in a check and in the provider block.
type wireModel struct {
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

// wire is how a check connects.
type wire struct {
	timeout time.Duration
	retry   registry.Retry
	tls     registry.TLS
}

// settled merges the arguments of a check over those of the provider block.
type settled struct {
	own, block wireModel
	diags      *diag.Diagnostics
}

// wire reads how to connect. What cannot be used is an error on its attribute if
// it is the check's, and one that names it if it is the provider block's, also
// where that is not known yet.
func (s settled) wire(ctx context.Context) wire {
	w := wire{timeout: doctor.DefaultTimeout}
	if text, ofBlock := s.text("timeout", s.own.Timeout, s.block.Timeout); text != "" {
		w.timeout = s.duration("timeout", text, ofBlock, true)
	}
	w.retry = s.retry(ctx)
	w.tls.CACertPEM, _ = s.text(registry.ArgumentCACert, s.own.CACertPEM, s.block.CACertPEM)
	// Certificate and key are a pair and come from one place.
	pair := s.own
	if pair.ClientCertPEM.ValueString() == "" && emptySecret(pair.ClientKeyPEM) {
		pair = s.block
		s.known(registry.ArgumentClientCert, pair.ClientCertPEM)
		s.known(registry.ArgumentClientKey, pair.ClientKeyPEM)
	}
	w.tls.ClientCertPEM = pair.ClientCertPEM.ValueString()
	if key := pair.ClientKeyPEM.secret(); key != nil {
		w.tls.ClientKeyPEM = *key
	}
	insecure := s.own.Insecure
	if insecure.IsNull() {
		insecure = s.block.Insecure
		s.known("insecure", insecure)
	}
	w.tls.Insecure = insecure.ValueBool()
	return w
}

func emptySecret(v secretValue) bool { return v.secret() == nil || v.secret().Empty() }

// text is the check's own value, else that of the provider block; an empty one
// counts as left out.
func (s settled) text(name string, own, block types.String) (text string, ofBlock bool) {
	if own.ValueString() != "" {
		return own.ValueString(), false
	}
	s.known(name, block)
	return block.ValueString(), true
}

// known reports a value of the provider block that this check needs and that is
// not known yet.
func (s settled) known(name string, value attr.Value) {
	if value.IsUnknown() {
		s.diags.AddError(name+" in the provider block is not known yet",
			fmt.Sprintf("This check has no %s of its own, and that of the provider block is known only after the apply. Write one in the check.", name))
	}
}

// fault reports a value that cannot be used.
func (s settled) fault(at path.Path, ofBlock bool, text string) {
	if ofBlock {
		s.diags.AddError(at.String()+" in the provider block cannot be used", text)
		return
	}
	s.diags.AddAttributeError(at, at.String()+" cannot be used", text)
}

// duration reads a duration, above zero where zero would leave no time.
func (s settled) duration(name, text string, ofBlock, aboveZero bool) time.Duration {
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
		s.fault(at, ofBlock, fmt.Sprintf("The value of %s is not a duration %s. Write a number with its unit, such as 500ms, 10s or 1m30s.", at, bound))
	}
	return duration
}

// retry merges the parts of retry, each by itself.
func (s settled) retry(ctx context.Context) registry.Retry {
	retry := registry.DefaultRetry()
	var own, block retryModel
	for object, model := range map[*types.Object]*retryModel{&s.own.Retry: &own, &s.block.Retry: &block} {
		if !object.IsNull() && !object.IsUnknown() {
			s.diags.Append(object.As(ctx, model, basetypes.ObjectAsOptions{})...)
		}
	}
	if own.Attempts.IsNull() || own.MinDelay.ValueString() == "" || own.MaxDelay.ValueString() == "" {
		s.known("retry", s.block.Retry)
	}
	attempts, ofBlock := own.Attempts, false
	if attempts.IsNull() {
		attempts, ofBlock = block.Attempts, true
		s.known("retry.attempts", attempts)
	}
	if !attempts.IsNull() && !attempts.IsUnknown() {
		retry.Attempts = int(attempts.ValueInt64())
		if retry.Attempts < 1 || retry.Attempts > 10 {
			s.fault(path.Root("retry").AtName("attempts"), ofBlock, "The value of retry.attempts is not a number from 1 to 10. It counts the first try too: 1 means no other.")
		}
	}
	if text, ofBlock := s.text("retry.min_delay", own.MinDelay, block.MinDelay); text != "" {
		retry.MinDelay = s.duration("min_delay", text, ofBlock, false)
	}
	if text, ofBlock := s.text("retry.max_delay", own.MaxDelay, block.MaxDelay); text != "" {
		retry.MaxDelay = s.duration("max_delay", text, ofBlock, false)
	}
	return retry
}

// tlsFault reports settings of TLS that cannot be used.
func (s settled) tlsFault(err error) {
	fault, ok := errors.AsType[*registry.TLSError](err)
	if !ok {
		s.diags.AddError("TLS settings cannot be used", err.Error())
		return
	}
	own := s.own.CACertPEM.ValueString() != ""
	if fault.Argument != registry.ArgumentCACert {
		own = s.own.ClientCertPEM.ValueString() != "" || !emptySecret(s.own.ClientKeyPEM)
	}
	s.fault(path.Root(fault.Argument), !own, "The value of "+fault.Argument+" is not shown here: "+fault.Why+".")
}
