package provider

import (
	"context"
	"errors"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/stellaops/terraform-provider-stellaops/internal/advice"
	"github.com/stellaops/terraform-provider-stellaops/internal/credentials"
	"github.com/stellaops/terraform-provider-stellaops/internal/doctor"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
	"github.com/stellaops/terraform-provider-stellaops/internal/verdict"
)

// checks is what all checks of a provider block share.
type checks struct {
	doctors       *doctorCache
	places        credentials.Places // where credentials are searched
	connection    connectionModel    // defaults for the arguments of the checks
	skipped       string             // the switch that turns the checks off; empty if they are on
	switchProblem diag.Diagnostics   // an error in that switch
	problems      diag.Diagnostics   // errors in the provider block, which each check reports
	realmsUnknown bool               // trusted_realms is not known yet
}

// run makes the check that the model describes, within its timeout, which begins here.
// A bad credential is no error: errors are for a configuration that cannot be used, and
// for a cancelled check.
func (c *checks) run(ctx context.Context, model *checkModel) (result, diag.Diagnostics) {
	if c == nil {
		return result{}, diag.Diagnostics{diag.NewErrorDiagnostic("The provider is not configured", "The check was asked for before the provider was configured, which is a fault of the CLI. Please report it.")}
	}
	diags := append(diag.Diagnostics{}, c.switchProblem...)
	if diags.HasError() {
		return result{}, diags
	}
	request, found := doctor.Request{Skipped: c.skipped}, credentials.Result{Source: credentials.SourceNone}
	var settings registry.TLS
	if c.skipped == "" {
		diags.Append(c.problems...)
		connection := merger{own: model.connectionModel, block: c.connection, diags: &diags}.merge(ctx)
		bounded, cancel := context.WithTimeout(ctx, connection.timeout)
		defer cancel()
		ctx, settings = bounded, connection.tls
		request, found = c.request(ctx, model, connection, &diags)
	}
	if diags.HasError() {
		return result{}, diags
	}
	checker, err := c.doctors.get(settings)
	if err != nil {
		merger{own: model.connectionModel, block: c.connection, diags: &diags}.addTLSError(err)
		return result{}, diags
	}
	evidence, v, err := checker.Check(ctx, request)
	if service := tokenService(evidence); settings.Insecure && service.Scheme() == "https" && request.Endpoint.Scheme() == "http" {
		warnInsecure(&diags, service.Host())
	}
	switch {
	case err != nil:
		diags.AddError("Check cancelled", "The check of the registry credentials was cancelled before it had a verdict. Run the plan again.")
	case v.Reason == verdict.ReasonRealmUnsafe && evidence.TrustHelps() && c.realmsUnknown:
		diags.AddError("trusted_realms is not known yet",
			"This check depends on trusted_realms in the provider block, whose value is known only after the apply. Write the hosts themselves.")
	default:
		tflog.Debug(ctx, "Checked registry credentials", map[string]any{
			"registry_host": evidence.Host(), "reason": string(v.Reason), "passed": v.Passed, "credential_source": string(found.Source),
		})
	}
	return result{v, evidence, advice.Of(evidence, v), found.Source}, diags
}

// tokenService returns the token service that the check sent a request to; the zero
// value if it sent none.
func tokenService(e verdict.Evidence) registry.Endpoint {
	if e.Exchange == nil {
		return registry.Endpoint{}
	}
	service, _ := registry.ParseEndpoint(e.Exchange.Endpoint) // the zero value where its address is unusable
	return service
}

func warnInsecure(diags *diag.Diagnostics, host string) {
	diags.AddWarning("Certificates are not verified",
		"insecure is set, so anybody between this machine and "+host+" can read the credentials. ca_cert_pem takes the certificate of a private authority.")
}

// request reads the model and searches for the credentials.
func (c *checks) request(ctx context.Context, model *checkModel, connection connection, diags *diag.Diagnostics) (doctor.Request, credentials.Result) {
	request, search := model.request(c.places, connection, diags)
	if diags.HasError() {
		return request, credentials.Result{}
	}
	if connection.tls.Insecure && request.Endpoint.Scheme() == "https" {
		warnInsecure(diags, request.Endpoint.Host())
	}
	found, err := c.places.Find(ctx, search)
	addPlaceError(diags, err)
	c.doctors.redactor.Add(found.Unsent...)
	if found.Warning != "" {
		diags.AddWarning("Stella Ops settings without a registry", found.Warning)
	}
	request.Credential, request.Next = found.Credential, found.Next
	request.Source, request.Place, request.Notes, request.SourceFailure = string(found.Source), verdict.Place(found.Place), found.Notes, found.Failure
	for i, access := range request.Access {
		request.Access[i].Coverage = found.Coverage[access.Repository]
	}
	return request, found
}

// addPlaceError reports a place that cannot be searched: on the attribute if it is an
// argument of the check.
func addPlaceError(diags *diag.Diagnostics, err error) {
	problem, ok := errors.AsType[*credentials.Error](err)
	switch {
	case err == nil:
	case !ok:
		diags.AddError("Credentials cannot be looked for", err.Error())
	case problem.Unknown:
		diags.AddError(problem.Setting+" in the provider block is not known yet", problem.Text)
	default:
		switch problem.Setting {
		case "registry_url", "docker_config_json":
			diags.AddAttributeError(path.Root(problem.Setting), problem.Setting+" cannot be used", problem.Text)
		case "registries", "appsettings_path", "docker_config_path":
			diags.AddError(problem.Setting+" in the provider block cannot be used", problem.Text)
		default:
			diags.AddError(problem.Setting+" cannot be used", problem.Text)
		}
	}
}
