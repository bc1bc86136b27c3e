package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/stellaops/terraform-provider-stellaops/internal/doctor"
)

// checks is what all checks of one provider block share.
type checks struct {
	doctor        *doctor.Doctor
	problems      diag.Diagnostics // of the provider block, for the checks to report
	realmsUnknown bool             // trusted_realms is not known yet
}

// run makes the check that the model asks for and fills its attributes. A bad
// credential is no error; errors are for a configuration that nobody could act
// on, and for a check that was cancelled.
func (c *checks) run(ctx context.Context, model *checkModel) diag.Diagnostics {
	question, found, diags := model.request(ctx)
	diags.Append(c.problems...)
	if diags.HasError() {
		return diags
	}
	report, err := c.doctor.Check(ctx, question)
	switch {
	case err != nil:
		diags.AddError("Check cancelled", "The check of the registry credentials was cancelled before it had a verdict. Run the plan again.")
	case report.TrustHelps && c.realmsUnknown:
		diags.AddError("trusted_realms is not known yet",
			"This check depends on trusted_realms in the provider block, whose value is known only after the apply. Write the hosts themselves.")
	default:
		model.fill(report, found)
	}
	return diags
}
