package provider

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/stellaops/terraform-provider-stellaops/internal/credentials"
	"github.com/stellaops/terraform-provider-stellaops/internal/doctor"
	"github.com/stellaops/terraform-provider-stellaops/internal/registry"
)

// checks is what all checks of one provider block share.
type checks struct {
	doctors       *doctors
	places        credentials.Places // where credentials may be
	wire          wireModel          // how to connect, for checks that do not say it themselves
	secretForms   []string           // of the secrets in the provider block, for the log
	skipped       string             // the switch that turns the checks off; empty if none does
	switchProblem diag.Diagnostics   // of the switch
	problems      diag.Diagnostics   // of the provider block, for the checks to report
	realmsUnknown bool               // trusted_realms is not known yet
}

// run makes the check that the model asks for. A bad credential is no error;
// errors are for a configuration that nobody could act on, and for a check that was
// cancelled.
func (c *checks) run(ctx context.Context, model *checkModel) (finding, diag.Diagnostics) {
	diags := append(diag.Diagnostics{}, c.switchProblem...)
	if diags.HasError() {
		return finding{}, diags
	}
	question, found := doctor.Request{Skipped: c.skipped}, credentials.Found{Source: credentials.SourceNone}
	var settings registry.TLS
	if c.skipped == "" {
		diags.Append(c.problems...)
		question, settings, found = c.ask(ctx, model, &diags)
	}
	if diags.HasError() {
		return finding{}, diags
	}
	examiner, err := c.doctors.forTLS(settings)
	if err != nil {
		settled{own: model.wireModel, block: c.wire, diags: &diags}.tlsFault(err)
		return finding{}, diags
	}
	ctx = c.maskSecrets(ctx, model, found)
	report, found, err := examine(ctx, examiner, question, found)
	if service := tokenService(report); settings.Insecure && service.Scheme() == "https" && question.Endpoint.Scheme() == "http" {
		warnInsecure(&diags, service.Host())
	}
	switch {
	case err != nil:
		diags.AddError("Check cancelled", "The check of the registry credentials was cancelled before it had a verdict. Run the plan again.")
	case report.TrustHelps && c.realmsUnknown:
		diags.AddError("trusted_realms is not known yet",
			"This check depends on trusted_realms in the provider block, whose value is known only after the apply. Write the hosts themselves.")
	default:
		tflog.Debug(ctx, "Checked registry credentials", map[string]any{
			"registry_host": report.RegistryHost, "reason": string(report.Reason), "passed": report.Passed, "credential_source": string(found.Source),
		})
	}
	return finding{report, found}, diags
}

// tokenService is where the token service was asked; none if it was not.
func tokenService(report doctor.Report) registry.Endpoint {
	if report.Trail == nil || report.Trail.Exchange == nil {
		return registry.Endpoint{}
	}
	service, _ := registry.ParseEndpoint(report.Trail.Exchange.Endpoint) // none where it could not be asked
	return service
}

func warnInsecure(diags *diag.Diagnostics, host string) {
	diags.AddWarning("Certificates are not verified",
		"insecure is set, so anybody between this machine and "+host+" can read the credentials. ca_cert_pem takes the certificate of a private authority.")
}

// examine makes the check with the credential that was found and, where that does
// not pass, with the next one, on what is left of its time. Of several failures one
// that proves nothing counts, since not all of them were proven.
func examine(ctx context.Context, examiner *doctor.Doctor, question doctor.Request, found credentials.Found) (doctor.Report, credentials.Found, error) {
	report, err := examiner.Check(ctx, question)
	last := report
	for _, credential := range found.Next {
		if err != nil || last.Passed || last.Outage {
			break
		}
		next := found.With(credential)
		question.Credential, question.ExpiresAt = next.Credential, next.ExpiresAt
		question.Spent += last.Took
		if last, err = examiner.Check(ctx, question); last.Passed || report.Rejected && !last.Rejected {
			report, found = last, next
		}
	}
	return report, found, err
}

// ask reads the model and looks for the credentials, on the time of the check.
func (c *checks) ask(ctx context.Context, model *checkModel, diags *diag.Diagnostics) (doctor.Request, registry.TLS, credentials.Found) {
	began := time.Now()
	w := settled{own: model.wireModel, block: c.wire, diags: diags}.wire(ctx)
	question, search := model.request(ctx, c.places, w, diags)
	if diags.HasError() {
		return question, w.tls, credentials.Found{}
	}
	if w.tls.Insecure && question.Endpoint.Scheme() == "https" {
		warnInsecure(diags, question.Endpoint.Host())
	}
	bounded, cancel := context.WithDeadline(ctx, began.Add(question.Timeout))
	defer cancel()
	found, err := c.places.Find(bounded, search)
	addPlaceError(diags, err)
	if found.Warning != "" {
		diags.AddWarning("Stella Ops settings without a registry", found.Warning)
	}
	question.Spent = time.Since(began)
	question.Credential, question.ExpiresAt = found.Credential, found.ExpiresAt
	question.Source, question.Notes, question.SourceFailure = string(found.Source), found.Notes, found.Failure
	for at := range question.Access {
		question.Access[at].Unsure = found.Unsure
		for _, i := range found.Unserved {
			question.Access[at].Unserved = question.Access[at].Unserved || question.Access[at].Repository == search.Repositories[i]
		}
	}
	return question, w.tls, found
}

// addPlaceError reports a place that cannot be searched: on the attribute if it
// is an argument of the check.
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

// maskSecrets keeps every secret of the check and of the provider block out of
// the provider's log, in each form in which it may come.
func (c *checks) maskSecrets(ctx context.Context, model *checkModel, found credentials.Found) context.Context {
	forms := slices.Concat(c.secretForms, registry.SecretForms(found.Credential))
	for _, credential := range found.Next {
		forms = append(forms, registry.SecretForms(credential)...)
	}
	for _, value := range []secretValue{model.Password, model.Token, model.IdentityToken, model.DockerConfigJSON, model.ClientKeyPEM} {
		forms = append(forms, formsOf(value, model.Username.ValueString())...)
	}
	return tflog.MaskLogStrings(ctx, forms...)
}

// formsOf are the forms of a sensitive argument, beside a user name.
func formsOf(value secretValue, username string) []string {
	if value.secret() == nil {
		return nil
	}
	return registry.SecretForms(registry.Credential{Username: username, Password: *value.secret()})
}
