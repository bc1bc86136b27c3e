package provider

import (
	"time"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/stellaops/terraform-provider-stellaops/internal/credentials"
	"github.com/stellaops/terraform-provider-stellaops/internal/doctor"
)

// checkModel holds a check as the schema has it.
type checkModel struct {
	RegistryURL      types.String `tfsdk:"registry_url"`
	Username         types.String `tfsdk:"username"`
	Password         secretValue  `tfsdk:"password"`
	Token            secretValue  `tfsdk:"token"`
	IdentityToken    secretValue  `tfsdk:"identity_token"`
	DockerConfigJSON secretValue  `tfsdk:"docker_config_json"`
	Access           types.List   `tfsdk:"access"`
	TokenExchange    types.Bool   `tfsdk:"token_exchange"`
	RequireVerified  types.Bool   `tfsdk:"require_verified"`
	wireModel

	Passed              types.Bool         `tfsdk:"passed"`
	Verified            types.Bool         `tfsdk:"verified"`
	Rejected            types.Bool         `tfsdk:"rejected"`
	Status              types.String       `tfsdk:"status"`
	Reason              types.String       `tfsdk:"reason"`
	Message             types.String       `tfsdk:"message"`
	AuthMethod          types.String       `tfsdk:"auth_method"`
	CredentialSource    types.String       `tfsdk:"credential_source"`
	RegistryHost        types.String       `tfsdk:"registry_host"`
	HTTPStatus          types.Int64        `tfsdk:"http_status"`
	Evidence            *evidenceModel     `tfsdk:"evidence"`
	AccessResults       []accessModel      `tfsdk:"access_results"`
	CredentialExpiresAt types.String       `tfsdk:"credential_expires_at"`
	LikelyCauses        []string           `tfsdk:"likely_causes"`
	Remediation         []remediationModel `tfsdk:"remediation"`
	Check               *constantsModel    `tfsdk:"check"`
}

type evidenceModel struct {
	Endpoint  string          `tfsdk:"endpoint"`
	Challenge *challengeModel `tfsdk:"challenge"`
	Exchange  *exchangeModel  `tfsdk:"exchange"`
}

type challengeModel struct {
	Scheme  types.String `tfsdk:"scheme"`
	Realm   types.String `tfsdk:"realm"`
	Service types.String `tfsdk:"service"`
	Scope   types.String `tfsdk:"scope"`
	Error   types.String `tfsdk:"error"`
}

type exchangeModel struct {
	Endpoint   types.String `tfsdk:"endpoint"`
	HTTPStatus types.Int64  `tfsdk:"http_status"`
	Outcome    string       `tfsdk:"outcome"`
}

type accessModel struct {
	Repository string       `tfsdk:"repository"`
	Granted    []string     `tfsdk:"granted"`
	Missing    []string     `tfsdk:"missing"`
	Unknown    []string     `tfsdk:"unknown"`
	Method     types.String `tfsdk:"method"`
}

type remediationModel struct {
	Platform string   `tfsdk:"platform"`
	Steps    []string `tfsdk:"steps"`
}

type constantsModel struct {
	ID                  string   `tfsdk:"id"`
	Plugin              string   `tfsdk:"plugin"`
	Severity            string   `tfsdk:"severity"`
	Tags                []string `tfsdk:"tags"`
	Related             []string `tfsdk:"related"`
	VerificationCommand string   `tfsdk:"verification_command"`
}

// dropSecrets nulls what must not reach the state. Terraform and OpenTofu accept
// that of a data source, and show no difference for it.
func (m *checkModel) dropSecrets() {
	m.Password, m.Token, m.IdentityToken, m.DockerConfigJSON, m.ClientKeyPEM = secretValue{}, secretValue{}, secretValue{}, secretValue{}, secretValue{}
}

// fill writes the report into the attributes.
func (m *checkModel) fill(r doctor.Report, found credentials.Found) {
	m.Passed = types.BoolValue(r.Passed)
	m.Verified = types.BoolValue(r.Verified)
	m.Rejected = types.BoolValue(r.Rejected)
	m.Status = types.StringValue(r.Status)
	m.Reason = types.StringValue(string(r.Reason))
	m.Message = types.StringValue(r.Message)
	m.AuthMethod = stringOrNull(string(r.Method))
	m.CredentialSource = types.StringValue(string(found.Source))
	m.RegistryHost = stringOrNull(r.RegistryHost)
	m.HTTPStatus = types.Int64Null()
	if r.HTTPStatus != 0 {
		m.HTTPStatus = types.Int64Value(int64(r.HTTPStatus))
	}
	m.Evidence = evidenceFrom(r.Trail)
	m.AccessResults = make([]accessModel, len(r.Access))
	for i, result := range r.Access {
		m.AccessResults[i] = accessModel{
			Repository: result.Repository, Granted: notNil(result.Granted), Missing: notNil(result.Missing),
			Unknown: notNil(result.Unknown), Method: stringOrNull(string(result.Method)),
		}
	}
	m.CredentialExpiresAt = types.StringNull()
	if at := found.ExpiresAt; !at.IsZero() {
		m.CredentialExpiresAt = types.StringValue(at.Format(time.RFC3339))
	}
	m.LikelyCauses = r.Causes
	m.Remediation = make([]remediationModel, len(r.Remediation))
	for i, remediation := range r.Remediation {
		m.Remediation[i] = remediationModel(remediation)
	}
	m.Check = &constantsModel{
		ID: doctor.CheckID, Plugin: doctor.Plugin, Severity: doctor.Severity,
		Tags: doctor.Tags(), Related: doctor.Related(), VerificationCommand: doctor.VerificationCommand,
	}
}

func evidenceFrom(trail *doctor.Trail) *evidenceModel {
	if trail == nil {
		return nil
	}
	evidence := &evidenceModel{Endpoint: trail.Endpoint}
	if x := trail.Exchange; x != nil {
		evidence.Exchange = &exchangeModel{Endpoint: stringOrNull(x.Endpoint), HTTPStatus: types.Int64Null(), Outcome: x.Outcome}
		if x.Status != 0 {
			evidence.Exchange.HTTPStatus = types.Int64Value(int64(x.Status))
		}
	}
	if c := trail.Challenge; c != nil {
		evidence.Challenge = &challengeModel{
			Scheme:  types.StringValue(c.Scheme),
			Realm:   stringOrNull(c.Realm),
			Service: stringOrNull(c.Service),
			Scope:   stringOrNull(c.Scope),
			Error:   stringOrNull(c.Error),
		}
	}
	return evidence
}

func stringOrNull(s string) types.String {
	if s == "" {
		return types.StringNull()
	}
	return types.StringValue(s)
}

// notNil is an empty list where there is none.
func notNil(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}
